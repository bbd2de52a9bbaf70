"""How many keys a call takes besides the words typed: the app is driven, every other key counted, longer paths fail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from textual.pilot import Pilot

from tests.ui.test_call_journey import app_of, call_of, on_screen, step_of
from triage.desk import Desk
from triage.ui.wrapup import WrapUpScreen

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
SIZES = ((80, 24), (120, 36))


class Fingers:
    """Presses keys and counts those that aren't words."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot, self.keys = pilot, 0

    async def press(self, *keys: str) -> None:
        """Keys that count."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        self.keys += len(keys)

    async def type(self, words: str) -> None:
        """Words, which don't."""
        await self.pilot.press(*("space" if c == " " else c for c in words))

    async def check_all(self, note: str) -> None:
        """Look at every sign that was raised, with a note."""
        while app_of(self.pilot).unchecked:
            before = len(app_of(self.pilot).unchecked)
            await self.press("f4")
            await self.type(note)
            await self.press("enter")
            assert len(app_of(self.pilot).unchecked) < before


async def test_a_named_worker_takes_six(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    async with sit_down(desk=desk) as pilot:
        hand = Fingers(pilot)
        await hand.press("f2")
        await hand.type("my worker please")
        await hand.press("f5", "1", "1", "1")
        await hand.type("Ann Hill")
        await hand.press("enter")
        (done,) = desk.calls_today()
        assert (done.outcome, app_of(pilot).call) == ("UPD", None)
        assert hand.keys <= 6


@pytest.mark.parametrize("size", SIZES)
async def test_a_signpost_with_a_leaflet_takes_fourteen(
    sit_down: Start, open_desk: Callable[[], Desk], size: tuple[int, int]
) -> None:
    desk = open_desk()
    async with sit_down(size, desk=desk) as pilot:
        await app_of(pilot).workers.wait_for_complete()
        hand = Fingers(pilot)
        await hand.press("f2")
        await hand.type("is there a craft club")
        await hand.press("f3")
        await hand.type("craft club")
        await hand.press("plus", "f3", "f5", "6", "1", "1", "3", "1", "enter")
        assert isinstance(pilot.app.screen, WrapUpScreen)
        await hand.press("p")
        assert "leaflet saved" in app_of(pilot).status
        await hand.press("f10")
        (done,) = desk.calls_today()
        assert (done.outcome, app_of(pilot).call) == ("IAG", None)
        kept = desk.store.call(done.id)
        assert kept.shortlist
        assert kept.of_kind("handed")
        assert kept.answers["danger_now"] == "no"
        assert hand.keys <= 14


@pytest.mark.parametrize("size", SIZES)
async def test_a_safeguarding_concern_raised_and_saved_takes_thirty(
    sit_down: Start, open_desk: Callable[[], Desk], size: tuple[int, int]
) -> None:
    desk = open_desk()
    async with sit_down(size, desk=desk) as pilot:
        hand = Fingers(pilot)
        await hand.press("f2")
        await hand.type("her nephew takes her money")
        await hand.press("f5", "7", "1", "3")
        await hand.type("Maureen Tate")
        await hand.press("tab")
        await hand.type("he has her bank card and she has no money left")
        await hand.press("tab", "1", "1", "5", "tab", "1")
        await hand.type("her nephew")
        await hand.press("tab", "1")
        await hand.type("I want my card back")
        await hand.press("tab", "1", "2", "1", "1")
        await hand.type("Priya Nair")
        await hand.press("enter")
        assert isinstance(pilot.app.screen, WrapUpScreen), on_screen(pilot)
        await hand.check_all("all asked, goes to the social worker today")
        await hand.press("f10")
        (done,) = desk.calls_today()
        assert (done.outcome, app_of(pilot).call) == ("SGC", None), on_screen(pilot)
        answers = desk.store.call(done.id).answers
        assert answers["msp_wish"] == "I want my card back"
        assert answers["sg_accepted_by"] == "Priya Nair"
        assert answers["sg_passed_at"]
        assert hand.keys <= 30


async def test_step_by_step_a_concern_is_with_the_social_worker_in_thirty(sit_down: Start) -> None:
    async with sit_down() as pilot:
        hand = Fingers(pilot)
        await hand.press("f2")
        await hand.type("it is about my aunt")
        await hand.press("enter", "1", "enter", "f9")
        await hand.type("he has her card")
        await hand.press("enter", "1", "enter", "1", "enter", "5", "enter", "1", "enter", "4", "2", "2", "2")
        await hand.type("her nephew")
        await hand.press("enter", "1")
        await hand.type("I want my card back")
        await hand.press("enter", "1", "enter", "2", "enter", "1", "enter")
        assert step_of(pilot) == "S12"
        await hand.press("1")
        await hand.type("Priya Nair")
        await hand.press("enter")
        assert call_of(pilot).answers["sg_accepted_by"] == "Priya Nair"
        assert call_of(pilot).answers["sg_passed_at"]
        assert step_of(pilot) == "G3", "and the call goes on where it was"
        assert hand.keys <= 30


async def test_danger_said_on_the_one_page_leaves_it_for_the_danger_step(sit_down: Start) -> None:
    async with sit_down() as pilot:
        hand = Fingers(pilot)
        await hand.press("f2")
        await hand.type("he is here")
        await hand.press("f5", "6", "2", "1", "1", "1", "enter")
        assert step_of(pilot) == "E1"


async def test_a_promised_call_back_offers_its_owner_and_its_time(sit_down: Start) -> None:
    async with sit_down() as pilot:
        hand = Fingers(pilot)
        await hand.press("f2", "ctrl+g")
        await hand.type("Z4")
        await hand.press("enter", "1")
        assert "Initial Contact Team" in on_screen(pilot)
        await hand.press("enter")
        (promise,) = call_of(pilot).promises
        assert promise.data["owner"] == "Initial Contact Team"
        await hand.press("f10")
        assert "Initial Contact Team: a call back" in on_screen(pilot)

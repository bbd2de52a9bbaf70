"""Known to us? At the step, or by one key anywhere in a call."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from textual.pilot import Pilot

from tests.ui.test_call_journey import SIZES, app_of, call_of, on_screen
from triage.desk import Desk
from triage.model import Call
from triage.ui.record import RecordDialog

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


def rang(desk: Desk, role: str = "self", **answers: str) -> Call:
    """An open call about somebody."""
    call = desk.answer(desk.open(), "G4", {"caller_role": role})
    steps = {"p_name": "D1", "p_dob": "D2", "p_postcode": "D3", "tp_consent": "T2"}
    for key, value in answers.items():
        call = desk.answer(call, steps[key], {key: value})
    return call


BILL = {"p_name": "William Hargreaves", "p_dob": "7 March 1943", "p_postcode": "CV6 5QP"}


async def look_up(pilot: Pilot[None], call: Call) -> RecordDialog:
    """Take the call back and press the key."""
    app = app_of(pilot)
    app.begin(lambda: app.desk.resume(call.id))
    await pilot.pause()
    await pilot.press("ctrl+n")
    await app.workers.wait_for_complete()
    await pilot.pause()
    assert isinstance(app.screen, RecordDialog)
    return app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_the_hit_list_shows_a_name_a_year_and_half_a_postcode(
    sit_down: Start, open_desk: Callable[[], Desk], size: tuple[int, int]
) -> None:
    """PRIVACY P9."""
    desk = open_desk()
    rang(desk, **BILL)
    call = rang(desk, p_name="Bill Hargreave")
    async with sit_down(size, desk) as pilot:
        await look_up(pilot, call)
        shown = on_screen(pilot)
        assert all(part in shown for part in ("William Hargreaves", "1943", "CV6", "short form"))
        assert not any(part in shown for part in ("5QP", "March", "07/03"))


async def test_a_record_opens_after_two_points_and_fills_in_the_step(
    sit_down: Start, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    before = rang(desk, **BILL)
    call = rang(desk, p_name="Bill Hargreaves")
    async with sit_down((140, 45), desk) as pilot:
        dialog = await look_up(pilot, call)
        await pilot.press("enter", "enter")
        assert dialog.page == "prove"
        assert before.ref not in on_screen(pilot)
        await pilot.press(*"7/3/1943")
        assert "1943" not in on_screen(pilot).replace("7/3/1943", "")
        await pilot.press("enter")
        assert dialog.page == "read"
        assert before.ref in on_screen(pilot)
        await pilot.press("2")
        await pilot.pause()
        now = call_of(pilot)
        assert now.drafts["existing"] == "duplicate open contact"
        assert now.drafts["x5_link"] == before.ref
        assert now.flags_set["F-REPEAT"]
        assert [e.kind for e in now.events if e.kind in ("looked up", "viewed", "linked")] == [
            "looked up",
            "viewed",
            "linked",
        ]


async def test_nothing_is_shown_while_the_person_has_not_agreed(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    """PRIVACY P11."""
    desk = open_desk()
    before = rang(desk, **BILL)
    call = rang(desk, "relative/friend/neighbour", tp_consent="no/refuses", **BILL)
    async with sit_down((80, 24), desk) as pilot:
        await look_up(pilot, call)
        await pilot.press("enter", "enter")
        shown = on_screen(pilot)
        assert "DO NOT DISCLOSE" in shown
        assert before.ref not in shown


async def test_between_calls_a_reason_is_asked_for(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    """PRIVACY P9."""
    desk = open_desk()
    before = rang(desk, **BILL)
    async with sit_down((80, 24), desk) as pilot:
        app = app_of(pilot)
        await pilot.press("ctrl+n", *"hargreaves")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter", "enter")
        dialog = app.screen
        assert isinstance(dialog, RecordDialog)
        assert dialog.page == "why"
        await pilot.press(*"the GP wrote", "enter")
        assert dialog.page == "read"
        (viewed,) = desk.store.call(before.id).of_kind("viewed")
        assert viewed.data["reason"] == "the GP wrote"


async def test_nobody_is_looked_up_for_a_caller_without_a_name(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    """PRIVACY P2."""
    desk = open_desk()
    call = desk.answer(desk.open(), "G4b", {"anonymous": "yes"})
    async with sit_down((80, 24), desk) as pilot:
        app = app_of(pilot)
        app.begin(lambda: app.desk.resume(call.id))
        await pilot.press("ctrl+n")
        assert not isinstance(app.screen, RecordDialog)

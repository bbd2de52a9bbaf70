"""Giving a caller a time while they are on the line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from triage import booking
from triage.diary import Find, helping
from triage.errors import BadAnswer
from triage.library.diary import load_diary
from triage.model import Call
from triage.ui.app import TriageApp
from triage.ui.awayline import read_away
from triage.ui.diary import DiaryScreen
from triage.ui.jobs import JobsScreen
from triage.ui.widgets.slotcard import SlotCard

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def diary(sit_down: Start) -> Start:
    """Answers the phone and opens the diary, which goes to the next free time by itself."""

    @asynccontextmanager
    async def start(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[None]]:
        async with sit_down(size) as pilot:
            await pilot.app.workers.wait_for_complete()
            await pilot.press("f2", "f7")
            yield pilot

    return start


def app(pilot: Pilot[None]) -> TriageApp:
    return cast(TriageApp, pilot.app)


def screen(pilot: Pilot[None]) -> DiaryScreen:
    return cast(DiaryScreen, pilot.app.screen)


def call(pilot: Pilot[None]) -> Call:
    found = app(pilot).call
    assert found is not None
    return found


def slot(pilot: Pilot[None]) -> str:
    found = screen(pilot).slot
    assert found is not None
    return found.id


def card(pilot: Pilot[None]) -> str:
    return str(screen(pilot).query_one(SlotCard).render())


def other_desks_fill(pilot: Pilot[None], slot_id: str) -> None:
    """Every place of it, since some desks see several callers at a time."""
    desk = app(pilot).desk
    for n in range(desk.tools.diary.slot(slot_id).type.capacity):
        booking.book(desk.store, desk.tools.diary, slot_id, f"20261123T09000{n}-another", by="ben", now=desk.clock())


async def test_enter_holds_a_time_and_enter_again_books_it(diary: Start, tmp_path: Path) -> None:
    async with diary() as pilot:
        wanted = slot(pilot)
        await pilot.press("enter")
        assert call(pilot).bookings == ()
        assert "04:5" in card(pilot)
        assert screen(pilot).states[wanted] == "mine"
        await pilot.press("enter")
        assert call(pilot).bookings == (wanted,)
        [file] = (tmp_path / "ics").iterdir()
        assert file.read_bytes().startswith(b"BEGIN:VCALENDAR")
        assert str(file) in app(pilot).status


async def test_a_held_time_can_be_let_go(diary: Start) -> None:
    async with diary() as pilot:
        wanted = slot(pilot)
        await pilot.press("enter", "l")
        assert screen(pilot).states[wanted] == "free"
        assert app(pilot).desk.held(call(pilot)) is None


async def test_a_hold_that_ran_out_is_free_again(diary: Start) -> None:
    async with diary() as pilot:
        wanted = slot(pilot)
        await pilot.press("enter")
        before = app(pilot).desk.clock
        app(pilot).desk.clock = lambda: before() + timedelta(minutes=6)
        screen(pilot)._tick()
        assert screen(pilot).states[wanted] == "free"
        assert "left" not in card(pilot)


async def test_when_another_desk_was_faster_the_nearest_times_are_a_digit_away(diary: Start) -> None:
    async with diary() as pilot:
        wanted = slot(pilot)
        other_desks_fill(pilot, wanted)
        await pilot.press("enter")
        assert screen(pilot).nearest
        assert "Nearest free" in card(pilot)
        offered = screen(pilot).nearest[1]
        await pilot.press("2", "enter")
        assert call(pilot).bookings == (offered,)


async def test_moving_a_booking_leaves_one_booking(diary: Start) -> None:
    async with diary() as pilot:
        first = slot(pilot)
        await pilot.press("enter", "enter", "m", "n", "n", "enter")
        [moved] = call(pilot).bookings
        assert moved != first
        assert screen(pilot).states.get(first) == "free"


async def test_cancelling_asks_why(diary: Start) -> None:
    async with diary() as pilot:
        await pilot.press("enter", "enter", "x", *"feels better", "enter")
        assert call(pilot).bookings == ()
        assert call(pilot).events[-1].data["reason"] == "feels better"


async def test_a_digit_chooses_the_kind_and_arrows_go_on_to_the_next_week(diary: Start) -> None:
    async with diary() as pilot:
        kinds = list(app(pilot).desk.tools.diary.types)
        await pilot.press("2")
        assert screen(pilot).type == kinds[1]
        monday = screen(pilot).first
        await pilot.press(*["right"] * 5)
        assert screen(pilot).first == monday + timedelta(days=7)
        assert screen(pilot).grid.column == 0
        await pilot.press("left")
        assert screen(pilot).first == monday


async def test_without_a_call_the_diary_can_only_be_looked_at(sit_down: Start) -> None:
    async with sit_down((80, 24)) as pilot:
        await pilot.app.push_screen("diary")
        await pilot.press("enter")
        assert "No call is open" in app(pilot).status
        assert screen(pilot).states[slot(pilot)] == "free"


async def test_danger_is_one_key_away_from_the_diary(diary: Start) -> None:
    async with diary() as pilot:
        await pilot.press("f12")
        assert call(pilot).raised == ("danger",)
        assert not isinstance(pilot.app.screen, DiaryScreen)


@pytest.fixture
def carer(sit_down: Start) -> Start:
    """A carer from CV6 on the line."""

    @asynccontextmanager
    async def start(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[None]]:
        async with sit_down(size) as pilot:
            await pilot.app.workers.wait_for_complete()
            await pilot.press("f2")
            desk = app(pilot).desk
            app(pilot).do(desk.answer, "D3", {"p_postcode": "CV6 5AA"})
            yield pilot

    return start


FIVE = ("f7", "4", "d", "d", "p")
"""The diary, carers’ conversations, Tuesdays, afternoons; near CV6 since the caller lives there."""


async def test_the_next_carers_conversation_near_cv6_on_a_tuesday_afternoon_is_five_keys_away(carer: Start) -> None:
    async with carer() as pilot:
        await pilot.press(*FIVE)
        assert len(FIVE) == 5
        assert slot(pilot) == "carers.dean-h.2026-11-24T13:00", "Dean serves CV6 above all, the desk serves everybody"
        assert "Tuesday afternoon near CV6" in str(screen(pilot).query_one("#grid").border_title)
        others = {s for s, state in screen(pilot).states.items() if state == "free"}
        week = screen(pilot).grid.week
        assert week is not None
        shown = {s for cell in week.cells.values() for s in cell.slots}
        assert shown < others | {slot(pilot)}
        assert {s.rpartition("T")[2] >= "12:00" and "2026-11-24" in s for s in shown} == {True}
        assert not any("folake" in s for s in shown), "who doesn't serve CV6 isn't shown"
        await pilot.press("n")
        assert "2026-11-24T14:00" in slot(pilot), "n goes on among those that fit"
        await pilot.press("enter", "enter")
        assert len(call(pilot).bookings) == 1


async def test_words_find_it_too_and_say_what_was_understood(diary: Start) -> None:
    async with diary() as pilot:
        await pilot.press("slash", *"carers foleshill tue pm gizmo")
        shown = str(pilot.app.screen.query_one("#understood").render())
        assert "Carers’ conversation · Tuesday afternoon near CV6" in shown
        assert "Tuesday 24 November, 13:00, Dean Hallam" in shown
        assert "not understood: gizmo" in shown
        await pilot.press("enter")
        assert slot(pilot) == "carers.dean-h.2026-11-24T13:00"
        await pilot.press("c")
        assert screen(pilot).find == Find()


async def test_what_is_not_free_can_be_waited_for_and_is_kept_when_somebody_cancels(carer: Start) -> None:
    async with carer() as pilot:
        await pilot.press(*FIVE, "o")
        desk = app(pilot).desk
        [waiting] = desk.waiting()
        assert (waiting.find.words, waiting.find.type) == ("Tuesday afternoon near CV6", "carers")
        await pilot.press("o")
        assert desk.waiting() == ()
        await pilot.press("o")
        other = desk.book(desk.open(), "carers.dean-h.2026-11-24T14:00")
        desk.cancel(other, other.bookings[0], "better")
        assert desk.freed is not None
        assert desk.freed.call == call(pilot).id


async def test_a_time_needs_whoever_comes_along(diary: Start) -> None:
    async with diary() as pilot:
        await pilot.press("b", "3", "enter", "enter")
        [booked] = call(pilot).bookings
        claims = app(pilot).desk.claims(app(pilot).desk.clock(), app(pilot).desk.clock() + timedelta(days=9))
        assert [helping(c) for c in claims if c.slot == booked] == [("telephone-interpreters",)]


async def test_what_is_to_be_done_is_listed_and_enter_does_it(diary: Start) -> None:
    async with diary() as pilot:
        desk = app(pilot).desk
        desk.staff = replace(desk.staff, roles=("handler", "supervisor"))
        waiting = desk.wait(desk.answer(desk.open(), "G3", {"callback_number": "01632 960123"}), Find("carers"))
        other = desk.book(desk.open(), "carers.dean-h.2026-11-24T14:00")
        stranded = desk.book(desk.open(), "home-visit.dean-h.2026-11-30T09:30")
        desk.cancel(other, other.bookings[0], "better")
        await pilot.press("f6", "plus", *"dean 30 nov sickness", "enter")
        jobs = cast(JobsScreen, pilot.app.screen)
        shown = "\n".join(str(job.line) for job in jobs.jobs)
        assert "1 booking to be moved" in app(pilot).status
        for line in ("To ring about a time  1", "To be moved  1", "Mon 30 Nov  Dean Hallam  sickness"):
            assert line in shown
        await pilot.press("enter")
        assert "01632 960123" in str(pilot.app.screen.query("Static").first().render())
        await pilot.press("1")
        assert desk.store.call(waiting.id).bookings == ("carers.dean-h.2026-11-24T14:00",)
        jobs.lines.cursor = next(n for n, job in enumerate(jobs.jobs) if stranded.ref in str(job.line))
        await pilot.press("enter", "1")
        [moved] = desk.store.call(stranded.id).bookings
        assert moved != stranded.bookings[0]
        assert desk.stranded() == ()
        await pilot.press("f6")
        assert isinstance(pilot.app.screen, DiaryScreen)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dean-h 30 nov to 2 dec sickness", ("dean-h", "2026-11-30", "2026-12-02", "sickness", None)),
        ("Amrit Sandhu from 30 nov until 1 dec", ("amrit-s", "2026-11-30", "2026-12-01", "leave", None)),
        ("dean 30/11 9:00-12:00 training", ("dean-h", "2026-11-30", "2026-11-30", "training", "09:00 12:00")),
        ("all 4 jan closed", ("", "2027-01-04", "2027-01-04", "closed", None)),
        ("marie-k tomorrow sickness", ("marie-k", "2026-11-24", "2026-11-24", "sickness", None)),
    ],
)
def test_who_is_away_is_said_in_a_line(line: str, said: tuple[str, ...]) -> None:
    found = read_away(line, load_diary(), date(2026, 11, 23))
    hours = f"{found.between[0]:%H:%M} {found.between[1]:%H:%M}" if found.between else None
    assert (found.who, str(found.day), str(found.until), found.why, hours) == said


@pytest.mark.parametrize("line", ["", "zoltan 30 nov", "dean-h", "dean-h 45 nov", "dean-h 30 nov 29:00-30:00"])
def test_a_line_that_says_too_little_is_refused(line: str) -> None:
    with pytest.raises(BadAnswer):
        read_away(line, load_diary(), date(2026, 11, 23))

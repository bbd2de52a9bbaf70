"""The diary: patterns to slots, who has what, and bookings that two desks can't both get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage import booking, cli
from triage.diary import (
    Closure,
    Diary,
    Pattern,
    Resource,
    claim_for,
    claim_on,
    free,
    nearest,
    places,
    refusal,
    state,
)
from triage.diary.diary import LOCAL
from triage.errors import BadAnswer, BadData, NotFound, SlotTaken
from triage.library.diary import load_diary
from triage.model import AppointmentType, Claim, Event, Slot
from triage.store import open_store
from triage.store.journal import JournalStore

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, eight in the morning."""
TUESDAY = date(2026, 11, 24)
WEEK = ("mon", "tue", "wed", "thu", "fri")


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL)


def a_diary(*hours: Pattern, closed: Sequence[Closure] = (), desks: int = 1, **kind: Any) -> Diary:
    """One desk (or several) that gives half-hour calls; ``visit`` is an hour with half an hour's travel."""
    calls = replace(AppointmentType("call", "Call", "phone", 30), **kind)
    visit = AppointmentType("visit", "Visit", "home visit", 60, before=30, after=30)
    patterns = hours or (Pattern("call", ("tue",), time(9), time(11)),)
    resources = {f"desk-{n}": Resource(f"desk-{n}", f"desk {n}", patterns) for n in range(1, desks + 1)}
    return Diary({"call": calls, "visit": visit}, resources, tuple(closed))


def ids(slots: Sequence[Slot]) -> list[str]:
    return [slot.id for slot in slots]


def on(diary: Diary, day: date, now: datetime = NOW) -> list[str]:
    return ids(diary.slots(at(day), at(day) + timedelta(days=1), now=now))


class Shared(JournalStore):
    """A store whose clock the test sets, and where another desk may write first."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.meanwhile: list[tuple[Event, Claim]] = []
        super().__init__(folder, clock=lambda: self.now)

    def write(self, *events: Event, claim: Claim | None = None, release: Sequence[tuple[str, str]] = ()) -> None:
        while self.meanwhile:
            event, theirs = self.meanwhile.pop(0)
            super().write(event, claim=theirs)
        super().write(*events, claim=claim, release=release)

    @property
    def kept(self) -> tuple[Claim, ...]:
        return self.claims(NOW - timedelta(days=400), NOW + timedelta(days=400))

    def kinds(self, call_id: str) -> list[str]:
        return [e.kind for e in self.call(call_id).events]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Shared]:
    made = Shared(tmp_path / "store")
    yield made
    assert made.verify() == []
    made.close()


def theirs(diary: Diary, slot: str, call: str) -> tuple[Event, Claim]:
    """Another desk's booking, as it would write it."""
    claim = claim_for(diary.slot(slot), call, (), NOW)
    assert claim is not None
    return Event(f"booked.{slot}.{call}", call, NOW, "ali", "booked", {"slot": slot}), claim


def book(store: Shared, diary: Diary, slot: str, call: str, now: datetime = NOW) -> Slot:
    store.now = now
    return booking.book(store, diary, slot, call, by="sam", now=now)


def hold(store: Shared, diary: Diary, slot: str, call: str, now: datetime = NOW) -> Slot:
    store.now = now
    return booking.hold(store, diary, slot, call, by="sam", now=now)


NINE, HALF_NINE, TEN, HALF_TEN = (f"call.desk-1.2026-11-24T{t}" for t in ("09:00", "09:30", "10:00", "10:30"))


class TestSlots:
    def test_a_weekly_pattern_gives_slots_on_its_day_only(self) -> None:
        diary = a_diary()
        assert on(diary, TUESDAY) == [NINE, HALF_NINE, TEN, HALF_TEN]
        assert on(diary, TUESDAY + timedelta(days=1)) == []

    def test_an_appointment_that_would_end_after_the_hours_is_not_given(self) -> None:
        assert on(a_diary(minutes=45), TUESDAY) == [NINE, "call.desk-1.2026-11-24T09:45"]

    def test_buffers_push_the_next_start_along(self) -> None:
        assert on(a_diary(after=15, before=15), TUESDAY) == [NINE, TEN]

    def test_a_pattern_can_start_more_often_than_its_buffers_allow(self) -> None:
        diary = a_diary(Pattern("visit", ("tue",), time(9), time(12), every=60))
        assert len(on(diary, TUESDAY)) == 3

    def test_a_window_cuts_the_day(self) -> None:
        found = a_diary().slots(at(TUESDAY, 9, 30), at(TUESDAY, 10, 30), now=NOW)
        assert ids(found) == [HALF_NINE, TEN]

    def test_one_type_can_be_asked_for(self) -> None:
        diary = a_diary(Pattern("call", ("tue",), time(9), time(10)), Pattern("visit", ("tue",), time(9), time(10)))
        found = diary.slots(at(TUESDAY), at(TUESDAY, 23), type="visit", now=NOW)
        assert ids(found) == ["visit.desk-1.2026-11-24T09:00"]

    def test_closed_days_and_leave_give_nothing(self) -> None:
        shut = a_diary(closed=[Closure(TUESDAY, "flood", until=TUESDAY + timedelta(days=7))])
        assert on(shut, TUESDAY) == []
        assert on(shut, TUESDAY + timedelta(days=7)) == []
        assert on(shut, TUESDAY + timedelta(days=14)) != []
        assert shut.why_closed(TUESDAY) == "flood"

    def test_leave_for_some_hours_takes_the_slots_it_touches(self) -> None:
        diary = a_diary(closed=[Closure(TUESDAY, "training", between=(time(9, 45), time(10)))])
        assert on(diary, TUESDAY) == [NINE, TEN, HALF_TEN]

    def test_leave_of_one_desk_leaves_the_other_alone(self) -> None:
        diary = a_diary(desks=2)
        away = replace(diary.resources["desk-1"], leave=(Closure(TUESDAY, "leave"),))
        diary = replace(diary, resources={**diary.resources, "desk-1": away})
        assert {i.split(".")[1] for i in on(diary, TUESDAY)} == {"desk-2"}
        assert diary.why_closed(TUESDAY, "desk-1") == "leave"

    def test_too_short_notice_is_not_offered(self) -> None:
        diary = a_diary(notice=24)
        assert on(diary, TUESDAY, now=at(TUESDAY - timedelta(days=1), 9, 45)) == [TEN, HALF_TEN]

    def test_notice_counts_real_hours_over_a_clock_change(self) -> None:
        sunday = date(2027, 3, 28)
        diary = a_diary(Pattern("call", ("sun",), time(9), time(11)), notice=24)
        assert on(diary, sunday, now=at(sunday - timedelta(days=1), 9)) == [
            f"call.desk-1.{sunday}T{t}" for t in ("10:00", "10:30")
        ]

    def test_nothing_further_ahead_than_the_horizon(self) -> None:
        diary = a_diary(horizon=8)
        assert on(diary, TUESDAY + timedelta(days=7)) != []
        assert on(diary, TUESDAY + timedelta(days=14)) == []

    def test_what_has_passed_is_not_offered(self) -> None:
        assert on(a_diary(), TUESDAY, now=at(TUESDAY, 9, 30)) == [TEN, HALF_TEN]

    def test_each_slot_says_its_local_time_and_keys_with_buffers(self) -> None:
        diary = a_diary(Pattern("visit", ("tue",), time(10), time(11)))
        slot = diary.slot("visit.desk-1.2026-11-24T10:00")
        assert (slot.start, slot.end) == (at(TUESDAY, 10), at(TUESDAY, 11))
        assert slot.keys == (
            tuple(
                f"desk-1#1@2026-11-24T{t}"
                for t in ("09:30", "09:45", "10:00", "10:15", "10:30", "10:45", "11:00", "11:15")
            ),
        )

    def test_a_resource_says_how_many_it_sees_and_where(self) -> None:
        desk = Resource("desk", "the desk", (Pattern("call", ("tue",), time(9), time(10)),), places=3, where="Room 2")
        kind = AppointmentType("call", "Call", "phone", 30, where="Anywhere", tell="{who} will ring.")
        slot = Diary({"call": kind}, {"desk": desk}).slot("call.desk.2026-11-24T09:00")
        assert (len(slot.keys), slot.type.where, slot.type.tell) == (3, "Room 2", "The desk will ring.")


class TestClockChanges:
    AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
    NIGHTS = Pattern("call", ("sun",), time(0), time(4))

    def starts(self, day: date) -> list[str]:
        return [i[-5:] for i in on(a_diary(self.NIGHTS, horizon=400), day, now=datetime(2026, 10, 1, tzinfo=UTC))]

    def test_the_hour_that_happens_twice_has_no_slots(self) -> None:
        assert self.starts(self.AUTUMN) == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]

    def test_the_hour_that_never_happens_has_no_slots(self) -> None:
        assert self.starts(self.SPRING) == ["00:00", "00:30", "02:00", "02:30", "03:00", "03:30"]

    @pytest.mark.parametrize("monday", [date(2026, 10, 19), date(2027, 3, 22)])
    def test_the_week_of_the_change_has_the_same_local_hours_and_real_lengths(self, monday: date) -> None:
        diary = a_diary(Pattern("call", ("tue", "sun"), time(9), time(11)), horizon=400)
        now = datetime(2026, 10, 1, tzinfo=UTC)
        found = diary.slots(at(monday), at(monday + timedelta(days=14)), now=now)
        assert [f"{s.start:%H:%M}" for s in found] == ["09:00", "09:30", "10:00", "10:30"] * 4
        assert {s.end.astimezone(UTC) - s.start.astimezone(UTC) for s in found} == {timedelta(minutes=30)}
        hours = {s.start.astimezone(UTC).hour - s.start.hour for s in found}
        assert hours == {0, -1}, "before and after the change differ in UTC"


class TestTheGrid:
    def test_free_slots_are_those_that_nobody_has(self) -> None:
        diary = a_diary()
        mine = claim_for(diary.slot(TEN), "K1", (), NOW)
        assert mine is not None
        assert ids(free(diary, [mine], at(TUESDAY), at(TUESDAY, 23), NOW)) == [NINE, HALF_NINE, HALF_TEN]

    def test_a_slot_says_how_it_stands_for_this_call(self) -> None:
        diary = a_diary()
        nine, half, ten, late = (diary.slot(i) for i in (NINE, HALF_NINE, TEN, HALF_TEN))
        soon = NOW + timedelta(minutes=5)
        claims = [
            Claim(nine.id, "me", nine.keys[0], soon),
            Claim(half.id, "me", half.keys[0]),
            Claim(ten.id, "you", ten.keys[0], soon),
            Claim(late.id, "you", late.keys[0]),
        ]
        assert [state(s, claims, NOW, "me") for s in (nine, half, ten, late)] == ["mine", "booked", "held", "full"]
        assert [state(s, claims, soon, "me") for s in (nine, half, ten, late)] == ["free", "booked", "free", "full"]
        assert state(nine, (), at(TUESDAY, 9), "me") == "past"

    def test_buffers_of_a_visit_take_the_neighbouring_call_of_the_same_person(self) -> None:
        diary = a_diary(Pattern("call", ("tue",), time(9), time(13)), Pattern("visit", ("tue",), time(10), time(11)))
        visit = claim_for(diary.slot("visit.desk-1.2026-11-24T10:00"), "K1", (), NOW)
        assert visit is not None
        left = free(diary, [visit], at(TUESDAY), at(TUESDAY, 23), NOW, type="call")
        assert [i[-5:] for i in ids(left)] == ["09:00", "11:30", "12:00", "12:30"]

    def test_capacity_two_is_given_twice_and_not_a_third_time(self) -> None:
        slot = a_diary(capacity=2).slot(TEN)
        one = claim_for(slot, "K1", (), NOW)
        assert one is not None
        assert places([slot], [one], NOW) == {TEN: 1}
        two = claim_for(slot, "K2", [one], NOW)
        assert two is not None
        assert not set(one.keys) & set(two.keys)
        assert claim_for(slot, "K3", [one, two], NOW) is None
        assert state(slot, [one, two], NOW, "K3") == "full"

    def test_the_nearest_are_free_of_the_same_type_and_nearest_in_time(self) -> None:
        diary = a_diary(desks=2)
        ten = diary.slot(TEN)
        taken = claim_for(diary.slot(HALF_TEN), "K1", (), NOW)
        assert taken is not None
        found = ids(nearest(diary, [taken], ten, NOW))
        assert found == ["call.desk-2.2026-11-24T10:00", "call.desk-2.2026-11-24T10:30", HALF_NINE]

    def test_the_nearest_are_looked_for_weeks_away_when_they_must_be(self) -> None:
        diary = a_diary(Pattern("call", ("tue",), time(9), time(9, 30)))
        assert [i[-16:-6] for i in ids(nearest(diary, (), diary.slot(NINE), NOW))] == [
            "2026-12-01",
            "2026-12-08",
            "2026-12-15",
        ]

    @pytest.mark.parametrize(
        ("asked", "named"),
        [
            ("call.desk-1.2026-11-24T10:10", TEN),
            ("call.desk-1.2026-11-25T10:00", "nearest is call.desk-1.2026-11-24T10:30"),
            ("call.desk-7.2026-11-24T10:00", "desk-1"),
            ("cal.desk-1.2026-11-24T10:00", "Nearest: call"),
            ("tomorrow at ten", "reads like"),
            ("call.desk-1.2026-13-41T10:00", "reads like"),
        ],
    )
    def test_an_unknown_slot_is_answered_with_the_nearest(self, asked: str, named: str) -> None:
        with pytest.raises(NotFound, match=named):
            a_diary().slot(asked)


class TestBooking:
    def test_the_same_call_booking_twice_has_one_booking(self, store: Shared) -> None:
        diary = a_diary(capacity=2)
        assert book(store, diary, TEN, "K1").id == TEN
        assert book(store, diary, TEN, "K1", NOW + timedelta(hours=1)).id == TEN
        assert store.kinds("K1") == ["booked"]
        assert len(store.kept) == 1

    def test_a_repeat_that_crosses_the_first_on_its_way_has_one_booking(self, store: Shared) -> None:
        diary = a_diary()
        store.meanwhile = [theirs(diary, TEN, "K1")]
        book(store, diary, TEN, "K1")
        assert store.kinds("K1") == ["booked"]

    def test_the_loser_of_a_race_is_told_the_three_nearest(self, store: Shared) -> None:
        diary = a_diary()
        store.meanwhile = [theirs(diary, TEN, "K1")]
        with pytest.raises(SlotTaken) as caught:
            book(store, diary, TEN, "K2")
        assert caught.value.nearest == (HALF_TEN, HALF_NINE, NINE)
        with pytest.raises(NotFound):
            store.call("K2")

    def test_who_loses_one_place_of_two_gets_the_other(self, store: Shared) -> None:
        diary = a_diary(capacity=2)
        store.meanwhile = [theirs(diary, TEN, "K1")]
        book(store, diary, TEN, "K2")
        assert {c.call for c in store.kept} == {"K1", "K2"}
        with pytest.raises(SlotTaken):
            book(store, diary, TEN, "K3")

    def test_two_types_never_get_the_same_person_at_the_same_time(self, store: Shared) -> None:
        hours = Pattern("call", ("tue",), time(9), time(13)), Pattern("visit", ("tue",), time(9), time(13))
        diary = a_diary(*hours)
        book(store, diary, "visit.desk-1.2026-11-24T11:00", "K1")
        with pytest.raises(SlotTaken):
            book(store, diary, HALF_TEN, "K2")
        with pytest.raises(SlotTaken):
            book(store, diary, HALF_TEN, "K1")

    def test_a_hold_keeps_the_slot_for_five_minutes_and_then_lets_go(self, store: Shared) -> None:
        diary = a_diary()
        hold(store, diary, TEN, "K1")
        own = claim_on(TEN, "K1", store.kept, NOW)
        assert own is not None
        assert own.until == NOW + timedelta(minutes=5)
        with pytest.raises(SlotTaken):
            book(store, diary, TEN, "K2", NOW + timedelta(minutes=4))
        assert book(store, diary, TEN, "K2", NOW + timedelta(minutes=5)).id == TEN
        with pytest.raises(SlotTaken):
            book(store, diary, TEN, "K1", NOW + timedelta(minutes=6))

    def test_a_hold_becomes_the_booking(self, store: Shared) -> None:
        diary = a_diary()
        hold(store, diary, TEN, "K1")
        book(store, diary, TEN, "K1")
        assert [c.until for c in store.kept] == [None]
        assert store.call("K1").bookings == (TEN,)
        hold(store, diary, TEN, "K1")
        assert [c.until for c in store.kept] == [None], "a booking is never turned back into a hold"

    def test_a_call_holds_one_slot_at_a_time(self, store: Shared) -> None:
        diary = a_diary()
        hold(store, diary, TEN, "K1")
        hold(store, diary, HALF_TEN, "K1")
        assert [c.slot for c in store.kept] == [HALF_TEN]
        assert store.kinds("K1") == ["held", "released", "held"]
        book(store, diary, NINE, "K1")
        assert [c.slot for c in store.kept] == [NINE]

    def test_a_held_slot_is_let_go_and_a_booking_is_not(self, store: Shared) -> None:
        diary = a_diary()
        hold(store, diary, TEN, "K1")
        for _ in range(2):
            booking.release(store, TEN, "K1", by="sam", now=NOW)
        assert store.kinds("K1") == ["held", "released"]
        book(store, diary, TEN, "K2")
        booking.release(store, TEN, "K2", by="sam", now=NOW)
        assert store.call("K2").bookings == (TEN,)

    def test_what_was_held_in_time_may_be_booked_though_the_notice_has_run_out(self, store: Shared) -> None:
        diary = a_diary(notice=2)
        eight = at(TUESDAY, 8)
        hold(store, diary, TEN, "K1", eight)
        later = eight + timedelta(minutes=3)
        assert refusal(diary.slot(TEN), later)
        assert book(store, diary, TEN, "K1", later).id == TEN

    @pytest.mark.parametrize(
        ("now", "why"),
        [
            (at(TUESDAY, 10), "has passed"),
            (at(TUESDAY, 9, 1), "too soon"),
            (datetime(2026, 10, 1, tzinfo=UTC), "too far"),
        ],
    )
    def test_a_time_that_cannot_be_given_is_refused_with_the_reason(
        self, store: Shared, now: datetime, why: str
    ) -> None:
        with pytest.raises(BadAnswer, match=why):
            book(store, a_diary(notice=1), TEN, "K1", now)

    def test_cancelled_with_a_reason_it_is_free_and_can_be_booked_again_by_the_same_call(self, store: Shared) -> None:
        diary = a_diary()
        for _ in range(2):
            book(store, diary, TEN, "K1")
            gone = booking.cancel(store, diary, TEN, None, "ill", by="sam", now=NOW)
            assert (gone.call, store.kept) == ("K1", ())
        book(store, diary, TEN, "K1")
        assert store.call("K1").bookings == (TEN,)
        assert store.kinds("K1") == ["booked", "cancelled"] * 2 + ["booked"]
        assert store.call("K1").of_kind("cancelled")[0].data == {"slot": TEN, "reason": "ill"}

    def test_cancelling_what_nobody_booked_finds_nothing(self, store: Shared) -> None:
        with pytest.raises(NotFound, match="Nothing is booked"):
            booking.cancel(store, a_diary(), TEN, None, by="sam", now=NOW)

    def test_cancelling_one_of_several_asks_whose(self, store: Shared) -> None:
        diary = a_diary(capacity=2)
        book(store, diary, TEN, "K1")
        book(store, diary, TEN, "K2")
        with pytest.raises(BadAnswer, match="K1, K2"):
            booking.cancel(store, diary, TEN, None, by="sam", now=NOW)
        booking.cancel(store, diary, TEN, "K2", by="sam", now=NOW)
        assert [c.call for c in store.kept] == ["K1"]

    def test_a_booking_can_be_cancelled_after_its_pattern_is_gone(self, store: Shared) -> None:
        store = store
        book(store, a_diary(), TEN, "K1")
        booking.cancel(store, a_diary(Pattern("call", ("fri",), time(9), time(10))), TEN, by="s", now=NOW)
        assert store.call("K1").bookings == ()

    def test_moving_changes_only_the_slot_and_is_harmless_twice(self, store: Shared) -> None:
        diary = a_diary()
        book(store, diary, NINE, "K1")
        for _ in range(2):
            booking.move(store, diary, NINE, TEN, by="sam", now=NOW)
        assert [c.slot for c in store.kept] == [TEN]
        assert store.kinds("K1") == ["booked", "moved"]
        booking.move(store, diary, TEN, NINE, by="sam", now=NOW)
        assert store.call("K1").bookings == (NINE,)

    def test_a_move_to_a_taken_slot_leaves_the_booking_where_it_was(self, store: Shared) -> None:
        diary = a_diary()
        book(store, diary, NINE, "K1")
        book(store, diary, TEN, "K2")
        with pytest.raises(SlotTaken) as caught:
            booking.move(store, diary, NINE, TEN, by="sam", now=NOW)
        assert caught.value.nearest[:2] == (HALF_TEN, HALF_NINE)
        assert NINE not in caught.value.nearest, "its own slot is no alternative"
        assert store.call("K1").bookings == (NINE,)
        assert len(store.kept) == 2

    def test_a_visit_can_be_moved_by_less_than_its_own_length(self, store: Shared) -> None:
        hours = Pattern("visit", ("tue",), time(9), time(12), every=30)
        diary = a_diary(hours)
        book(store, diary, "visit.desk-1.2026-11-24T09:00", "K1")
        moved = booking.move(
            store, diary, "visit.desk-1.2026-11-24T09:00", "visit.desk-1.2026-11-24T09:30", by="sam", now=NOW
        )
        assert moved.start == at(TUESDAY, 9, 30)

    def test_what_is_not_booked_cannot_be_moved(self, store: Shared) -> None:
        diary = a_diary()
        hold(store, diary, NINE, "K1")
        with pytest.raises(NotFound):
            booking.move(store, diary, NINE, TEN, by="sam", now=NOW)


GOOD = {
    "types.yaml": "types:\n  call:\n    name: Call\n    mode: phone\n    minutes: 30\n",
    "resources.yaml": "resources:\n  desk:\n    name: the desk\n    hours:\n"
    "      - {type: call, on: [mon, tue], from: 09:00, to: 12:00}\n",
    "closed.yaml": "closed:\n  - {day: 2026-12-25, why: Christmas Day}\n",
}


def written(folder: Path, **changes: str) -> Path:
    for name, text in GOOD.items():
        (folder / name).write_text(changes.get(name.removesuffix(".yaml"), text), encoding="utf-8")
    return folder


def hours(line: str) -> str:
    return GOOD["resources.yaml"] + f"      - {{{line}}}\n"


class TestTheFiles:
    def test_a_good_folder_is_read(self, tmp_path: Path) -> None:
        diary = load_diary(written(tmp_path))
        assert len(on(diary, TUESDAY)) == 6
        assert diary.why_closed(date(2026, 12, 25)) == "Christmas Day"

    @pytest.mark.parametrize(
        ("file", "text", "line", "why"),
        [
            ("resources", hours("type: call, on: tue, from: 11:30, to: 13:00"), 6, "overlap those of line 5 on tue"),
            ("resources", hours("type: call, on: fri, from: 09:10, to: 12:00"), 6, "quarter hour"),
            ("resources", hours("type: call, on: fri, from: 12:00, to: 09:00"), 6, "fits between"),
            ("resources", hours("type: cal, on: fri, from: 09:00, to: 12:00"), 6, "“call”"),
            ("resources", hours("type: call, on: fri, form: 09:00, to: 12:00"), 6, "“from”"),
            ("resources", hours("type: call, on: fryday, from: 09:00, to: 12:00"), 6, "“fri”"),
            ("resources", hours("type: call, on: fri, to: 12:00"), 6, "“from” is missing"),
            ("resources", "resources:\n  desk:\n    name: the desk\n", 2, "“hours” is missing"),
            ("resources", GOOD["resources.yaml"] + "    room: 2\n", 6, "not a key"),
            ("types", GOOD["types.yaml"].replace("30", "40"), 5, "multiple of 15"),
            ("types", GOOD["types.yaml"].replace("30", "0"), 5, "at least 15"),
            ("types", GOOD["types.yaml"].replace("phone", "phon"), 4, "“phone”"),
            ("types", GOOD["types.yaml"].replace("call:", "a.call:"), 2, "can't be an id"),
            ("types", GOOD["types.yaml"] + "    notise: 3\n", 6, "“notice”"),
            ("types", GOOD["types.yaml"].replace("types", "tipes"), 1, "“types”"),
            ("closed", "closed:\n  - {day: 2026-12-25, until: 2026-12-24, why: x}\n", 2, "before the first day"),
            ("closed", "closed:\n  - {day: 2026-12-25, between: [12:00, 11:00], why: x}\n", 2, "later than the first"),
            ("closed", "closed:\n  - {day: 25/12/2026, why: x}\n", 2, "is not a date"),
        ],
    )  # fmt: skip
    def test_bad_data_is_refused_with_file_line_and_nearest(
        self, tmp_path: Path, file: str, text: str, line: int, why: str
    ) -> None:
        with pytest.raises(BadData, match=why) as caught:
            load_diary(written(tmp_path, **{file: text}))
        assert caught.value.where.endswith(f"{file}.yaml")
        assert caught.value.line == line

    def test_types_of_different_capacity_on_one_desk_are_refused(self, tmp_path: Path) -> None:
        talk = "  talk:\n    name: Talk\n    mode: office\n    minutes: 60\n    capacity: 6\n"
        both = hours("type: talk, on: fri, from: 09:00, to: 12:00")
        with pytest.raises(BadData, match="places"):
            load_diary(written(tmp_path, types=GOOD["types.yaml"] + talk, resources=both))

    def test_the_shipped_diary_gives_every_kind_of_appointment(self) -> None:
        diary = load_diary()
        found = diary.slots(NOW, NOW + timedelta(days=21), now=NOW)
        assert {s.type.mode for s in found} == {"phone", "office", "home visit", "carers’ conversation", "OT"}
        assert all(s.type.tell and s.type.where for s in found)

    def test_the_shipped_diary_is_closed_on_the_bank_holidays_of_england(self) -> None:
        from dateutil.easter import easter

        diary = load_diary()
        for year in (2026, 2027):
            assert diary.why_closed(easter(year) - timedelta(days=2)) == "Good Friday"
            assert diary.why_closed(easter(year) + timedelta(days=1)) == "Easter Monday"
            mondays = [date(year, month, 1) + timedelta(days=n) for month in (5, 8) for n in range(31)]
            mondays = [d for d in mondays if d.weekday() == 0]
            may, august = [d for d in mondays if d.month == 5], [d for d in mondays if d.month == 8]
            assert diary.why_closed(may[0])
            assert diary.why_closed(may[-1])
            assert diary.why_closed(august[-1])
            assert sum(bool(diary.why_closed(date(year, 1, 1) + timedelta(days=n))) for n in range(365)) == 8
        assert on(diary, date(2026, 12, 28), now=datetime(2026, 12, 1, tzinfo=UTC)) == []


CARERS = "carers.carers-desk.2026-12-01T{}"
"""Slots of the shipped diary."""


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """``triage diary …`` at :data:`NOW`, on a store of its own: exit code, standard output, standard error."""
    monkeypatch.setattr("triage.settings.now", lambda: NOW)

    def run(*words: str) -> tuple[int, str, str]:
        code = cli.run(["--data-dir", str(tmp_path), "diary", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


class TestTheCommand:
    def test_the_list_shows_a_day_and_what_is_free(self, command: Callable[..., tuple[int, str, str]]) -> None:
        day = ("--from", "2026-12-01", "--to", "2026-12-01", "--type", "carers")
        command("book", CARERS.format("10:00"), "--call", "K1")
        _, out, _ = command("list", *day, "--json")
        states = {slot["slot"]: slot["state"] for slot in json.loads(out)}
        assert (states[CARERS.format("09:00")], states[CARERS.format("10:00")]) == ("free", "full")
        _, out, _ = command("list", *day, "--free", "--json")
        assert CARERS.format("10:00") not in [slot["slot"] for slot in json.loads(out)]
        code, out, _ = command("list", *day)
        assert code == 0
        assert "10:00–10:45  full" in out

    def test_a_closed_day_finds_nothing(self, command: Callable[..., tuple[int, str, str]]) -> None:
        assert command("list", "--from", "2026-12-25", "--to", "2026-12-25", "--json") == (1, "[]\n", "")

    def test_booking_tells_the_caller_and_the_same_reference_is_the_same_booking(
        self, command: Callable[..., tuple[int, str, str]]
    ) -> None:
        ten = CARERS.format("10:00")
        for _ in range(2):
            code, out, _ = command("book", ten, "--call", "24-0917", "--json")
            said = json.loads(out)
            assert (code, said["booked"], said["slot"], said["call"]) == (0, True, ten, "24-0917")
            assert said["start"] == "2026-12-01T10:00:00+00:00"
            assert "ring you" in said["tell"]

    def test_a_taken_slot_exits_1_with_three_that_can_be_booked(
        self, command: Callable[..., tuple[int, str, str]]
    ) -> None:
        ten = CARERS.format("10:00")
        command("book", ten, "--call", "K1")
        code, out, _ = command("book", ten, "--call", "K2", "--json")
        said = json.loads(out)
        assert (code, said["booked"], said["slot"], len(said["nearest"])) == (1, False, ten, 3)
        code, out, err = command("book", ten, "--call", "K2")
        assert (code, out) == (1, "")
        assert all(slot in err for slot in said["nearest"])
        assert all(command("book", slot, "--call", "K2")[0] == 0 for slot in said["nearest"])

    def test_two_references_with_the_same_ending_are_two_calls(
        self, command: Callable[..., tuple[int, str, str]]
    ) -> None:
        assert command("book", CARERS.format("10:00"), "--call", "north-7")[0] == 0
        assert command("book", CARERS.format("10:00"), "--call", "7")[0] == 1

    @pytest.mark.parametrize(
        ("words", "code", "why"),
        [
            (("book", CARERS.format("10:10"), "--call", "K1"), 1, "nearest is " + CARERS.format("10:00")),
            (("book", "carers.carers-desk.2026-11-20T10:00", "--call", "K1"), 2, "has passed"),
            (("book", "carers.carers-desk.2026-11-23T15:00", "--call", "K1"), 2, "too soon"),
            (("book", CARERS.format("10:00"), "--call", " "), 2, "--call"),
            (("cancel", CARERS.format("10:00")), 1, "Nothing is booked"),
            (("move", CARERS.format("10:00"), CARERS.format("11:00")), 1, "Nothing is booked"),
            (("list", "--type", "carer"), 2, "carers"),
            (("list", "--from", "2026-12-02", "--to", "2026-12-01"), 2, "before"),
        ],
    )
    def test_what_cannot_be_done_says_why(
        self, command: Callable[..., tuple[int, str, str]], words: tuple[str, ...], code: int, why: str
    ) -> None:
        done, out, err = command(*words)
        assert (done, out) == (code, "")
        assert why in err

    def test_moving_and_cancelling_free_the_slot(self, command: Callable[..., tuple[int, str, str]]) -> None:
        ten, eleven = CARERS.format("10:00"), CARERS.format("11:00")
        command("book", ten, "--call", "K1")
        assert json.loads(command("move", ten, eleven, "--json")[1])["slot"] == eleven
        assert command("book", ten, "--call", "K2")[0] == 0
        code, out, _ = command("move", eleven, ten, "--json")
        assert (code, json.loads(out)["moved"]) == (1, False)
        gone = json.loads(command("cancel", eleven, "--reason", "better now", "--json")[1])
        assert gone == {"cancelled": True, "slot": eleven, "call": "K1", "reason": "better now"}
        assert command("book", eleven, "--call", "K2")[0] == 0


RACER = """
import sys
from datetime import UTC, datetime
from triage import settings
settings.now = lambda: datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
from triage.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_eight_desks_race_for_three_slots_and_each_goes_to_one(tmp_path: Path) -> None:
    slots = [CARERS.format(at_) for at_ in ("09:00", "10:00", "11:00")]
    racing, environment = [], {**os.environ, "PYTHONUTF8": "1"}
    for n in range(8):
        words = ["--data-dir", str(tmp_path), "diary", "book", slots[n % 3], "--call", f"K{n}", "--json"]
        command = [sys.executable, "-c", RACER, *words]
        racing.append(subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=environment))
    ended = [(child.communicate()[0], child.returncode) for child in racing]
    said = [json.loads(out) for out, _ in ended]
    assert sorted(code for _, code in ended) == [0] * 3 + [1] * 5
    assert sorted(s["slot"] for s in said if s["booked"]) == slots
    assert all(len(s["nearest"]) == 3 and s["slot"] not in s["nearest"] for s in said if not s["booked"])
    store = open_store(tmp_path / "store")
    kept = store.claims(NOW, NOW + timedelta(days=30))
    assert {(c.slot, c.call) for c in kept} == {(s["slot"], s["call"]) for s in said if s["booked"]}
    assert store.verify() == []
    store.close()

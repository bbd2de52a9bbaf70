"""Who goes where: ways that stack, people who come along, and the nearest by time and place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.test_store import STORES, Clock
from triage import booking
from triage.diary import Asked, Closure, Diary, Pattern, Resource, Roads, claim_for, free, helping, nearest, place_of
from triage.diary.diary import LOCAL
from triage.errors import SlotTaken
from triage.model import AppointmentType, Claim, Slot
from triage.store.base import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, eight in the morning."""
TUESDAY = date(2026, 11, 24)
ROADS = Roads({("CV1", "CV2"): 20, ("CV1", "CV6"): 10, ("CV2", "CV6"): 40}, least=15, unknown=60)
"""From the base in CV1: half an hour to CV2, a quarter to CV6; three quarters between those two."""
VISIT = AppointmentType("visit", "Visit", "home visit", 60, before=30, after=45, notes=15)
PHONE = AppointmentType("phone", "Call", "phone", 30)
PUNJABI, SECOND = "interpreter: Punjabi", "second person"


def a_diary(*more: Resource, every: int = 15, places: int = 1) -> Diary:
    """Dean goes out from CV1 all Tuesday, and rings people from there too; ``more`` can come along."""
    hours = [Pattern(kind, ("tue",), time(8), time(18), every) for kind in ("visit", "phone")]
    dean = Resource("dean", "Dean", tuple(hours), base="CV1", places=places)
    return Diary({"visit": VISIT, "phone": PHONE}, {r.id: r for r in (dean, *more)}, roads=ROADS)


def helper(name: str, *needs: str, starts: int = 8, ends: int = 18, places: int = 0) -> Resource:
    return Resource(name, name.title(), (Pattern("help", ("tue",), time(starts), time(ends)),), places, helps=needs)


def at(clock: str, kind: str = "visit", who: str = "dean", day: date = TUESDAY) -> str:
    return f"{kind}.{who}.{day}T{clock}"


def given(diary: Diary, *wanted: tuple[str, str]) -> list[Claim]:
    """The claims of these slots, each at a place, taken one after the other."""
    claims: list[Claim] = []
    for n, (slot, place) in enumerate(wanted):
        made = claim_for(diary.slot(slot), f"K{n}", claims, NOW, diary=diary, asked=Asked(place))
        assert made is not None, slot
        claims.append(made)
    return claims


def starts(diary: Diary, claims: Sequence[Claim], kind: str, place: str = "", needs: tuple[str, ...] = ()) -> list[str]:
    """When somebody at ``place`` could still have that."""
    day = datetime.combine(TUESDAY, time(), LOCAL)
    asked = Asked(place, needs)
    return [f"{s.start:%H:%M}" for s in free(diary, claims, day, day + timedelta(days=1), NOW, kind, asked)]


class TestTheWays:
    def test_a_visit_takes_the_way_there_and_back_by_its_district(self) -> None:
        diary = a_diary()
        for place, first, last in (("CV6", "10:45", "12:30"), ("CV2", "10:30", "12:45"), ("", "10:30", "12:45")):
            (claim,) = given(diary, (at("11:00"), place))
            keys = [key for key in claim.keys if "@" in key]
            began = datetime.fromisoformat(keys[0].partition("@")[2])
            ended = datetime.fromisoformat(keys[-1].partition("@")[2]) + timedelta(minutes=15)
            assert (f"{began:%H:%M}", f"{ended:%H:%M}") == (first, last), place
            assert place_of(claim) == place

    def test_between_two_places_there_is_the_direct_way_and_the_notes_and_neither_is_swallowed(self) -> None:
        diary = a_diary()
        claims = given(diary, (at("10:00"), "CV2"))
        # Ends 11:00, notes until 11:15, then 45 minutes to CV6: 12:00 and not 11:45, though the way back is 30.
        found = starts(diary, claims, "visit", "CV6")
        assert next(t for t in found if t > "10:00") == "12:00"
        # To somebody in the same district: the way back that the first one took is kept, and no less.
        assert next(t for t in starts(diary, claims, "visit", "CV2") if t > "10:00") == "11:45"
        # Before it: the visit, its notes, and 45 minutes from CV6.
        assert [t for t in starts(diary, claims, "visit", "CV6") if t < "10:00"][-1] == "08:00"

    def test_the_order_of_booking_makes_no_visit_too_near(self) -> None:
        diary = a_diary()
        for one, other in ((at("10:00"), at("12:00")), (at("12:00"), at("10:00"))):
            first, second = given(diary, (one, "CV2"), (other, "CV6"))
            assert set(first.keys).isdisjoint(second.keys)
        assert "11:45" not in starts(diary, given(diary, (at("10:00"), "CV2")), "visit", "CV6")
        assert "10:15" not in starts(diary, given(diary, (at("12:00"), "CV2")), "visit", "CV6")

    def test_nobody_rings_from_the_base_before_they_are_back(self) -> None:
        diary = a_diary()
        claims = given(diary, (at("10:00"), "CV2"))
        found = starts(diary, claims, "phone")
        assert ("09:00" in found, "09:15" in found) == (True, False), "half an hour to CV2"
        assert ("11:30" in found, "11:45" in found) == (False, True), "notes and half an hour back"

    def test_a_way_shared_with_a_visit_that_was_cancelled_is_asked_for_again(self) -> None:
        diary = a_diary()
        claims = given(diary, (at("10:00"), "CV2"), (at("12:00"), "CV6"))
        left = [c for c in claims if c.slot != at("10:00")]
        # CV2 again can be there until 11:00; a call from the base needs a quarter of an hour to CV6.
        assert "10:00" in starts(diary, left, "visit", "CV2")
        assert "10:15" not in starts(diary, left, "visit", "CV2")
        assert ("11:15" in starts(diary, left, "phone"), "11:30" in starts(diary, left, "phone")) == (True, False)

    def test_where_nobody_knows_the_place_whole_buffers_stand_apart(self) -> None:
        diary = a_diary()
        claims = given(diary, (at("10:00"), ""))
        assert next(t for t in starts(diary, claims, "visit", "CV6") if t > "10:00") == "12:00"
        assert next(t for t in starts(diary, claims, "visit") if t > "10:00") == "12:15"

    def test_no_pair_of_visits_in_a_full_day_is_too_near_whatever_the_order(self) -> None:
        import random

        diary = a_diary()
        for seed in range(30):
            shuffled = random.Random(seed)
            slots = [s for s in diary.day(TUESDAY) if s.type.id == "visit" or seed % 2]
            shuffled.shuffle(slots)
            claims: list[Claim] = []
            for n, slot in enumerate(slots):
                asked = Asked(shuffled.choice(["CV1", "CV2", "CV6"]) if slot.type.id == "visit" else "")
                made = claim_for(slot, f"K{n}", claims, NOW, diary=diary, asked=asked)
                if made:
                    claims.append(made)
                if made and n % 7 == 0:
                    claims.remove(shuffled.choice(claims))
            busy = sorted((core(diary.slot(c.slot)), place_of(c) or "CV1") for c in claims)
            assert len(busy) > 3
            for (one, here), (other, there) in itertools.pairwise(busy):
                both_in = here == there == "CV1" and not {one[2], other[2]} & {"visit"}
                way = 0 if both_in else ROADS.minutes(here, there)
                assert other[0] - one[1] >= timedelta(minutes=way), (seed, one, here, other, there)


def core(slot: Slot) -> tuple[datetime, datetime, str]:
    return slot.start, slot.end + timedelta(minutes=slot.type.notes), slot.type.id


class TestWhoComesAlong:
    def test_a_slot_is_free_only_while_its_interpreter_is(self) -> None:
        diary = a_diary(helper("asha", PUNJABI, starts=10, ends=13))
        assert starts(diary, [], "phone", needs=(PUNJABI,))[0] == "10:00"
        assert starts(diary, [], "phone", needs=(PUNJABI,))[-1] == "12:30"
        away = replace(diary.resources["asha"], leave=(Closure(TUESDAY, "leave"),))
        assert starts(replace(diary, resources={**diary.resources, "asha": away}), [], "phone", needs=(PUNJABI,)) == []
        assert starts(diary, [], "phone", needs=("interpreter: Urdu",)) == []

    def test_the_interpreter_of_another_persons_appointment_is_not_given_out_twice(self) -> None:
        diary = a_diary(helper("asha", PUNJABI), places=3)
        slot, claims = diary.slot(at("10:00", "phone")), []
        for call, needs in (("K1", (PUNJABI,)), ("K2", (PUNJABI,)), ("K3", ())):
            made = claim_for(slot, call, claims, NOW, diary=diary, asked=Asked("", needs))
            assert (made is None) == (call == "K2"), call
            claims += [made] if made else []
        assert [helping(c) for c in claims] == [("asha",), ()]

    def test_two_needs_are_two_people_even_if_one_could_be_both(self) -> None:
        diary = a_diary(helper("both", PUNJABI, SECOND))
        assert starts(diary, [], "visit", "CV6", (SECOND, PUNJABI)) == []
        diary = a_diary(helper("both", PUNJABI, SECOND), helper("lena", SECOND))
        claim = claim_for(diary.slot(at("10:00")), "K1", [], NOW, diary=diary, asked=Asked("CV6", (SECOND, PUNJABI)))
        assert claim is not None
        assert set(helping(claim)) == {"both", "lena"}, "whoever can be only one of them is that one"

    def test_a_second_person_is_away_for_the_way_too(self) -> None:
        diary = a_diary(helper("lena", SECOND, starts=10, ends=14))
        assert starts(diary, [], "visit", needs=(SECOND,)) == ["10:30", "10:45", "11:00", "11:15", "11:30", "11:45",
                                                               "12:00", "12:15"]  # fmt: skip

    def test_nobody_comes_along_to_their_own_appointment(self) -> None:
        diary = a_diary()
        dean = diary.resources["dean"]
        hours = (*dean.hours, Pattern("help", ("tue",), time(8), time(18)))
        diary = replace(diary, resources={"dean": replace(dean, hours=hours, helps=(SECOND,))})
        assert starts(diary, [], "phone", needs=(SECOND,)) == []


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = STORES[request.param](tmp_path, Clock(NOW))()
    yield made
    assert made.verify() == []
    made.close()


class TestOverAStore:
    def test_booked_with_an_interpreter_and_moved_the_interpreter_moves_too(self, store: Store) -> None:
        diary = a_diary(helper("asha", PUNJABI), places=3)
        asked = Asked("CV6", (PUNJABI,))
        booking.book(store, diary, at("10:00"), "K1", by="sam", now=NOW, asked=asked)
        with pytest.raises(SlotTaken) as lost:
            booking.book(store, diary, at("10:00"), "K2", by="sam", now=NOW, asked=asked)
        assert at("12:15") in lost.value.nearest
        booking.move(store, diary, at("10:00"), at("14:00"), "K1", by="sam", now=NOW)
        (claim,) = store.claims(NOW, NOW + timedelta(days=9))
        assert (claim.slot, helping(claim), place_of(claim)) == (at("14:00"), ("asha",), "CV6")
        assert booking.asked_of(store.call("K1"), at("14:00")) == asked
        booking.book(store, diary, at("10:00"), "K2", by="sam", now=NOW, asked=asked)

    def test_a_neighbour_who_came_in_the_same_moment_does_not_make_the_way_too_long(self, store: Store) -> None:
        diary = a_diary()
        booking.book(store, diary, at("10:15"), "near", by="sam", now=NOW, asked=Asked("CV6"))
        real, done = store.write, []

        def write(*events: object, **more: object) -> None:
            if not done:
                done.append(True)
                booking.cancel(store, diary, at("10:15"), "near", by="ali", now=NOW)
                booking.book(store, diary, at("10:00"), "far", by="ali", now=NOW, asked=Asked("CV2"))
            real(*events, **more)  # type: ignore[arg-type]

        store.write = write  # type: ignore[method-assign]
        with pytest.raises(SlotTaken):
            booking.book(store, diary, at("11:45"), "mine", by="sam", now=NOW, asked=Asked("CV6"))
        assert [e.kind for e in store.call("mine").events] == ["booked", "cancelled"], "half an hour is too short a way"
        assert {c.call for c in store.claims(NOW, NOW + timedelta(days=9))} == {"far"}


class TestTheNearest:
    def test_somebody_who_does_not_go_to_the_district_is_not_offered(self) -> None:
        diary = a_diary()
        dean = diary.resources["dean"]
        others = {n: replace(dean, id=n, areas=(a,)) for n, a in (("here", "CV6"), ("there", "CV2"))}
        diary = replace(diary, resources={"dean": dean, **others})
        claims = given(diary, (at("11:00"), "CV6"))
        found = nearest(diary, claims, diary.slot(at("11:00")), NOW, asked=Asked("CV6"))
        assert found[0].id == at("11:00", who="here")
        assert "there" not in {s.resource for s in found}

    def test_an_office_nearer_to_the_person_comes_before_a_far_one_at_the_same_time(self) -> None:
        office = AppointmentType("office", "Office", "office", 30)
        hours = (Pattern("office", ("tue",), time(9), time(12)),)
        rooms = {n: Resource(n, n, hours, base=b) for n, b in (("a-far", "CV2"), ("near", "CV6"), ("taken", "CV1"))}
        diary = Diary({"office": office}, rooms, roads=ROADS)
        claims = given(diary, (at("10:00", "office", "taken"), ""))
        found = nearest(diary, claims, diary.slot(at("10:00", "office", "taken")), NOW, asked=Asked("CV6"))
        assert found[0].resource == "near"
        assert "a-far" not in [s.resource for s in found[:2]]

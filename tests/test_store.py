"""What every store promises, whatever keeps the bytes. A new store joins by a line in ``STORES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage.errors import NotFound, NotYours, SlotTaken
from triage.model import Claim, Event
from triage.store.base import Store
from triage.store.journal import JournalStore
from triage.store.secure import encrypt

from . import servers

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SLOT = "PHONE.ANN.2026-12-01T10:00"
LATER = "PHONE.ANN.2026-12-01T11:00"
CALL = "20261121T120000-k7qm2fx"
OTHER = "20261121T120500-w4pz8ab"
WIDE = (NOON, NOON + timedelta(days=60))


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def journal(place: Path, clock: Clock) -> Callable[[], Store]:
    return lambda: JournalStore(place / "store", desk="test", clock=clock)


def postgresql(place: Path, clock: Clock) -> Callable[[], Store]:
    address = servers.shared().address(servers.schema())
    from triage.store.central import PostgresStore

    return lambda: PostgresStore(address, desk="test", clock=clock, outbox=place / "outbox", look_every=0)


def encrypted(place: Path, clock: Clock) -> Callable[[], Store]:
    pytest.importorskip("cryptography", reason="cryptography isn't installed (the extra “secure”)")
    store = JournalStore(place / "store", clock=clock)
    encrypt(store, place / "data", place / "record.key", lambda words: None)
    store.close()
    return journal(place, clock)


STORES = {"journal": journal, "journal, encrypted": encrypted, "postgresql": postgresql}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=STORES)
def desks(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens another desk on the same record."""
    opened: list[Store] = []
    make = STORES[request.param](tmp_path, clock)

    def another() -> Store:
        opened.append(make())
        return opened[-1]

    yield another
    for store in opened:
        store.close()


@pytest.fixture
def store(desks: Callable[[], Store]) -> Store:
    return desks()


def event(
    name: str, kind: str = "answered", call: str = CALL, *, by: str = "ann", at: datetime = NOON, **data: Any
) -> Event:
    return Event(name, call, at, by, kind, data)


def opened(call: str = CALL, *, by: str = "ann", at: datetime = NOON) -> Event:
    return event(f"open-{call}", "opened", call, by=by, at=at, script="first-contact", version="1", mode="live")


def closed(call: str = CALL, *, at: datetime = NOON, outcome: str = "IAG") -> Event:
    return event(f"close-{call}", "closed", call, at=at, outcome=outcome, pathways=("carers",))


def booking(call: str = CALL, slot: str = SLOT, keys: tuple[str, ...] = ("ann 10:00", "ann 10:15")) -> Claim:
    return Claim(slot, call, keys)


def hold(
    call: str = CALL, slot: str = SLOT, keys: tuple[str, ...] = ("ann 10:00", "ann 10:15"), minutes: int = 5
) -> Claim:
    return Claim(slot, call, keys, NOON + timedelta(minutes=minutes))


def test_a_saved_answer_is_there_for_whoever_opens_the_record_next(store: Store, desks: Callable[[], Store]) -> None:
    said = event("e1", step="G1", answers={"reason_verbatim": "Mum’s fallen", "danger_type": ("none",), "age": 82})
    store.write(opened(), said)
    assert desks().call(CALL).events == (opened(), said)
    assert desks().call(CALL).answers["danger_type"] == ("none",)


def test_a_repeated_save_is_kept_once(store: Store) -> None:
    store.write(opened(), event("e1"))
    store.write(event("e1"))
    store.write(event("e1"), event("e2"), event("e2"))
    assert [e.id for e in store.call(CALL).events] == [f"open-{CALL}", "e1", "e2"]


def test_changing_what_was_handed_out_changes_nothing_that_is_kept(store: Store) -> None:
    store.write(opened(), event("e1", answers={"notes": "kept"}))
    store.call(CALL).events[1].data["answers"]["notes"] = "scribbled over"  # type: ignore[index]
    assert store.call(CALL).answers["notes"] == "kept"


def test_what_isnt_plain_data_is_refused_and_nothing_of_it_is_kept(store: Store) -> None:
    store.write(opened())
    with pytest.raises((TypeError, ValueError)):
        store.write(event("e1"), event("e2", when=NOON))
    assert [e.id for e in store.call(CALL).events] == [f"open-{CALL}"]


def test_an_event_keeps_its_instant_whatever_the_zone_it_was_told_in(store: Store) -> None:
    summer = datetime.fromisoformat("2026-07-01T09:30:00+01:00")
    store.write(event("e1", at=summer))
    assert store.call(CALL).events[0].at == summer
    assert store.call(CALL).events[0].at.utcoffset() == timedelta(0)


def test_an_unknown_call_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="nobody"):
        store.call("nobody")
    with pytest.raises(NotFound, match="NOBODY"):
        store.find("NOBODY")


@pytest.mark.parametrize("said", [CALL, "K7QM2FX", "k7qm2fx", " K7QM2FX "])
def test_a_call_is_found_by_its_id_and_by_the_reference_read_out(store: Store, said: str) -> None:
    store.write(opened())
    assert store.find(said) == CALL


def test_a_reference_only_ever_used_for_a_booking_is_found(store: Store) -> None:
    store.write(event("b1", "booked", "ABC123", slot=SLOT), claim=booking("ABC123"))
    assert store.find("abc123") == "ABC123"
    assert store.call("ABC123").bookings == (SLOT,)
    assert list(store.summaries(date(2026, 1, 1), date(2026, 12, 31))) == []


def test_open_calls_are_those_not_closed_newest_first(store: Store) -> None:
    store.write(opened())
    store.write(opened(OTHER, by="bob", at=NOON + timedelta(minutes=5)))
    assert [call.id for call in store.open_calls()] == [OTHER, CALL]
    store.write(closed())
    assert [call.id for call in store.open_calls()] == [OTHER]


def test_a_call_taken_over_is_the_new_handlers(store: Store) -> None:
    store.write(opened())
    store.write(event("t1", "took over", by="bob", **{"from": "ann"}))
    assert store.open_calls("ann") == ()
    assert [call.id for call in store.open_calls("bob")] == [CALL]


def test_a_desk_whose_call_was_taken_over_is_told_and_saves_nothing_more(
    store: Store, desks: Callable[[], Store]
) -> None:
    store.write(opened(), owner="ann")
    store.write(event("e1"), owner="ann")
    other = desks()
    other.write(event("t1", "took over", by="bob", **{"from": "ann"}))
    with pytest.raises(NotYours, match="bob took call K7QM2FX over"):
        store.write(event("e2"), owner="ann")
    other.write(event("e3", by="bob"), owner="bob")
    assert [e.id for e in desks().call(CALL).events] == [f"open-{CALL}", "e1", "t1", "e3"]


def test_somebody_elses_booking_for_a_call_is_kept_whoever_owns_it(store: Store) -> None:
    store.write(opened(), owner="ann")
    store.write(event("b1", "booked", by="bob", slot=SLOT), claim=booking())
    assert store.call(CALL).bookings == (SLOT,)


def test_everything_kept_can_be_read_calls_never_opened_too(store: Store) -> None:
    store.write(opened(), event("e1", answers={}), closed())
    store.write(event("b1", "booked", "ABC123", slot=SLOT), claim=booking("ABC123"))
    assert {call.id: len(call.events) for call in store.every()} == {CALL: 3, "ABC123": 1}


def test_there_is_nothing_to_maintain_in_a_fresh_record(store: Store) -> None:
    store.write(opened())
    assert store.maintain() == ""


def test_a_call_has_its_line_on_the_london_day_it_was_opened(store: Store) -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    store.write(opened(at=late), event("e1", answers={"reason_verbatim": "bins"}), closed(at=late))
    assert list(store.summaries(date(2026, 7, 1), date(2026, 7, 1))) == []
    (line,) = store.summaries(date(2026, 7, 2), date(2026, 7, 2))
    assert (line.ref, line.handler, line.outcome, line.pathways, line.reason) == (
        "K7QM2FX",
        "ann",
        "IAG",
        ("carers",),
        "bins",
    )


def test_lines_and_calls_come_newest_first(store: Store) -> None:
    for minute in (3, 1, 2):
        store.write(opened(f"20261121T12000{minute}-aaaaaa{minute}", at=NOON + timedelta(minutes=minute)))
    day = NOON.date()
    assert [line.ref[-1] for line in store.summaries(day, day)] == ["3", "2", "1"]
    assert [call.ref[-1] for call in store.calls(day, day)] == ["3", "2", "1"]


def test_a_slot_is_given_out_once(store: Store, desks: Callable[[], Store]) -> None:
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    with pytest.raises(SlotTaken, match=SLOT):
        desks().write(event("b2", "booked", OTHER, slot=SLOT), claim=booking(OTHER))


def test_a_refused_claim_keeps_none_of_its_events_and_gives_nothing_back(store: Store) -> None:
    store.write(event("b0", "booked", OTHER, slot=LATER), claim=booking(OTHER, LATER, ("ann 11:00",)))
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    with pytest.raises(SlotTaken):
        store.write(event("m1", "moved", OTHER, slot=SLOT, was=LATER), claim=booking(OTHER), release=[(LATER, OTHER)])
    assert [e.id for e in store.call(OTHER).events] == ["b0"]
    assert {(c.slot, c.call) for c in store.claims(*WIDE)} == {(LATER, OTHER), (SLOT, CALL)}


def test_a_slot_that_shares_a_quarter_of_an_hour_is_taken(store: Store) -> None:
    store.write(claim=booking())
    with pytest.raises(SlotTaken):
        store.write(claim=booking(OTHER, LATER, ("ann 10:15", "ann 10:30")))
    store.write(claim=booking(OTHER, LATER, ("ann 10:30", "ann 10:45")))


def test_a_booking_repeated_by_its_own_call_is_the_same_booking(store: Store) -> None:
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    store.write(claim=booking())
    assert store.claims(*WIDE) == (booking(),)


def test_a_repeated_save_never_says_that_a_lost_hold_is_still_held(store: Store, clock: Clock) -> None:
    held = event("h1", "held", slot=SLOT)
    store.write(held, claim=hold())
    store.write(held, claim=hold())
    clock.now += timedelta(minutes=6)
    store.write(claim=booking(OTHER))
    with pytest.raises(SlotTaken):
        store.write(held, claim=hold())


def test_a_hold_becomes_a_booking_and_never_the_other_way(store: Store, clock: Clock) -> None:
    store.write(claim=hold())
    store.write(claim=booking())
    store.write(claim=hold())
    clock.now += timedelta(hours=1)
    assert store.claims(*WIDE) == (booking(),)


def test_a_hold_can_be_made_longer(store: Store, clock: Clock) -> None:
    store.write(claim=hold(minutes=5))
    store.write(claim=hold(minutes=10))
    clock.now += timedelta(minutes=6)
    with pytest.raises(SlotTaken):
        store.write(claim=hold(OTHER, minutes=20))


def test_a_hold_that_has_run_out_is_free(store: Store, desks: Callable[[], Store], clock: Clock) -> None:
    store.write(claim=hold())
    other = desks()
    with pytest.raises(SlotTaken):
        other.write(claim=booking(OTHER))
    clock.now += timedelta(minutes=5)
    assert store.claims(*WIDE) == ()
    other.write(claim=booking(OTHER))
    with pytest.raises(SlotTaken):
        store.write(claim=booking())


def test_a_call_that_holds_another_time_over_the_same_quarter_hours_swaps_it(store: Store) -> None:
    store.write(claim=hold())
    store.write(claim=hold(CALL, LATER, ("ann 10:15", "ann 10:30")))
    assert [c.slot for c in store.claims(*WIDE)] == [LATER]


def test_a_call_cant_book_two_times_that_overlap(store: Store) -> None:
    store.write(claim=booking())
    with pytest.raises(SlotTaken):
        store.write(claim=booking(CALL, LATER, ("ann 10:15", "ann 10:30")))


def test_a_booking_on_another_place_of_the_same_slot_replaces_the_calls_own(store: Store) -> None:
    store.write(claim=booking(keys=("ann 10:00 first",)))
    store.write(claim=booking(keys=("ann 10:00 second",)))
    store.write(claim=booking(OTHER, keys=("ann 10:00 first",)))
    assert {(c.call, c.keys) for c in store.claims(*WIDE)} == {
        (CALL, ("ann 10:00 second",)),
        (OTHER, ("ann 10:00 first",)),
    }


def test_a_slot_given_back_is_free_and_giving_back_twice_is_harmless(store: Store) -> None:
    store.write(claim=booking())
    store.write(event("c1", "cancelled", slot=SLOT, reason="unwell"), release=[(SLOT, CALL)])
    store.write(release=[(SLOT, CALL), (LATER, CALL)])
    store.write(claim=booking(OTHER))
    store.write(release=[(SLOT, CALL)])
    assert store.claims(*WIDE) == (booking(OTHER),)


def test_a_move_to_an_overlapping_time_is_one_step(store: Store) -> None:
    store.write(claim=booking())
    moved = booking(CALL, LATER, ("ann 10:15", "ann 10:30"))
    store.write(event("m1", "moved", slot=LATER, was=SLOT), claim=moved, release=[(SLOT, CALL)])
    assert store.claims(*WIDE) == (moved,)


def test_claims_are_those_that_start_in_the_window_in_local_time(store: Store) -> None:
    summer = "PHONE.ANN.2026-07-01T10:00"
    store.write(claim=booking(slot=summer, keys=("july",)))
    nine = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert [c.slot for c in store.claims(nine, nine + timedelta(minutes=1))] == [summer]
    assert store.claims(nine + timedelta(minutes=1), nine + timedelta(hours=3)) == ()
    assert store.claims(nine - timedelta(hours=3), nine) == ()


def test_another_desks_work_shows_after_a_refresh(store: Store, desks: Callable[[], Store]) -> None:
    other = desks()
    assert not store.refresh()
    other.write(opened())
    assert store.refresh()
    assert not store.refresh()
    assert [call.id for call in store.open_calls()] == [CALL]


def test_news_that_came_in_with_ones_own_save_is_still_news(store: Store, desks: Callable[[], Store]) -> None:
    other = desks()
    other.write(opened())
    store.write(opened(OTHER))
    assert store.refresh()
    assert not store.refresh()
    assert other.refresh()


def test_ones_own_save_is_no_news(store: Store) -> None:
    store.write(opened())
    assert not store.refresh()


def test_a_sound_record_has_no_faults_and_says_what_it_holds(store: Store) -> None:
    store.write(opened(), closed())
    store.write(opened(OTHER), claim=booking(OTHER))
    told = store.info()
    assert (told["calls"], told["open"], told["events"], told["claims"]) == (2, 1, 3, 1)
    assert datetime.fromisoformat(told["newest"]) == NOON
    assert store.verify() == []

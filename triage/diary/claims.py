"""Who has what: slots against the claims that the store keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from triage.diary.diary import Diary, refusal
from triage.diary.form import AT_HOME
from triage.diary.taken import Asked, Taken, at_key
from triage.model import Claim, Slot

State = Literal["free", "held", "mine", "booked", "full", "past"]
"""``mine``: this call holds it; ``booked``: this call has it. ``held``: a hold of another call stands in the way and
may run out; ``full``: bookings do, or whoever must come along isn't free. ``past``: it can't be given any more, or not
yet (:func:`triage.diary.refusal`)."""

ANY = Asked()
A_MINUTE_FURTHER = timedelta(minutes=30)
"""How much later a nearer place may be for it to count as near: half an hour for each minute of the way."""


def free(
    diary: Diary,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    now: datetime,
    type: str = "",  # noqa: A002
    asked: Asked = ANY,
) -> tuple[Slot, ...]:
    """The slots that start in [since, until) and that nobody has, soonest first.

    ``claims`` reach a day further on both sides than the window, so that a neighbour's buffers count.
    """
    taken = Taken(claims, now, diary)
    return tuple(s for s in diary.slots(since, until, type=type, now=now) if taken.room(s, asked))


def places(slots: Iterable[Slot], claims: Iterable[Claim], now: datetime) -> dict[str, int]:
    """How many more callers each slot can take, by its id, wherever they live."""
    taken = Taken(claims, now).keys
    return {slot.id: sum(taken.isdisjoint(keys) for keys in slot.keys) for slot in slots}


def states(
    slots: Iterable[Slot],
    claims: Iterable[Claim],
    now: datetime,
    call: str = "",
    *,
    diary: Diary | None = None,
    asked: Asked = ANY,
) -> dict[str, State]:
    """How each slot stands for this call, by its id: the cells of the week grid."""
    live = [c for c in claims if c.live(now)]
    taken, booked = Taken(live, now, diary), Taken((c for c in live if c.until is None), now, diary)
    own = {c.slot: c for c in live if call and c.call == call}
    found: dict[str, State] = {}
    for slot in slots:
        if slot.id in own:
            found[slot.id] = "mine" if own[slot.id].until else "booked"
        elif refusal(slot, now):
            found[slot.id] = "past"
        elif taken.room(slot, asked):
            found[slot.id] = "free"
        else:
            found[slot.id] = "held" if booked.room(slot, asked) else "full"
    return found


def state(slot: Slot, claims: Iterable[Claim], now: datetime, call: str = "") -> State:
    """How one slot stands for this call."""
    return states([slot], claims, now, call)[slot.id]


def claim_on(slot_id: str, call: str, claims: Iterable[Claim], now: datetime) -> Claim | None:
    """The claim that this call has on this slot, if it counts: its ``until`` is the countdown of a hold."""
    return next((c for c in claims if c.slot == slot_id and c.call == call and c.live(now)), None)


def claim_for(
    slot: Slot,
    call: str,
    claims: Iterable[Claim],
    now: datetime,
    until: datetime | None = None,
    *,
    diary: Diary | None = None,
    asked: Asked = ANY,
) -> Claim | None:
    """What to claim so that this call gets the slot: a place nobody has. ``None`` when there is none left.

    A call that has a place there keeps that very place, and whoever comes along. ``until`` makes it a hold.
    """
    live = [c for c in claims if c.live(now)]
    own = claim_on(slot.id, call, live, now)
    if own:
        return Claim(slot.id, call, own.keys, until)
    keys = Taken(live, now, diary).room(slot, asked)
    return Claim(slot.id, call, (*keys, *at_key(slot.id, call, asked.place)), until) if keys else None


def nearest(
    diary: Diary, claims: Iterable[Claim], slot: Slot, now: datetime, n: int = 3, asked: Asked = ANY
) -> tuple[Slot, ...]:
    """The ``n`` free slots of the same type that are nearest in time and place; the later of two as near.

    A place further away counts as later (:data:`A_MINUTE_FURTHER`). Who doesn't go to the person's district isn't
    offered. ``claims`` reach from now to the type's horizon.
    """
    live = [c for c in claims if c.live(now)]
    at_home = slot.type.mode in AT_HOME and bool(asked.place)
    others: list[Slot] = []
    for days in (7, 28, slot.type.horizon + 1):
        around = timedelta(days=days)
        found = free(diary, live, slot.start - around, slot.start + around, now, type=slot.type.id, asked=asked)
        others = [s for s in found if s.id != slot.id]
        if at_home:
            others = [s for s in others if diary.resources[s.resource].serves(asked.place)]
        if len(others) >= n:
            break

    def far(other: Slot) -> tuple[timedelta, bool, str]:
        apart = abs(other.start - slot.start) + _further(diary, slot, other, asked.place) * A_MINUTE_FURTHER
        return apart, other.start < slot.start, other.resource

    return tuple(sorted(others, key=far)[:n])


def _further(diary: Diary, slot: Slot, other: Slot, place: str) -> int:
    """Minutes further to the other slot, for a person who has to come to it."""
    here, there = diary.resources[slot.resource].base, diary.resources[other.resource].base
    if slot.type.mode != "office" or diary.roads is None or not here or not there or slot.resource == other.resource:
        return 0
    if place:
        return max(0, diary.roads.minutes(place, there) - diary.roads.minutes(place, here))
    return diary.roads.minutes(here, there)

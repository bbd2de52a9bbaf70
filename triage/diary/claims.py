"""Who has what: slots against the claims that the store keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from triage.diary.diary import Diary, refusal
from triage.model import Claim, Slot

State = Literal["free", "held", "mine", "booked", "full", "past"]
"""``mine``: this call holds it; ``booked``: this call has it. ``held``: a hold of another call stands in the way and
may run out; ``full``: bookings do. ``past``: it can't be given any more, or not yet (:func:`triage.diary.refusal`)."""


def free(
    diary: Diary,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    now: datetime,
    type: str = "",  # noqa: A002
) -> tuple[Slot, ...]:
    """The slots that start in [since, until) and that nobody has, soonest first.

    ``claims`` reach a day further on both sides than the window, so that a neighbour's buffers count.
    """
    taken = _taken(claims, now)
    return tuple(s for s in diary.slots(since, until, type=type, now=now) if _room(s, taken))


def places(slots: Iterable[Slot], claims: Iterable[Claim], now: datetime) -> dict[str, int]:
    """How many more callers each slot can take, by its id."""
    taken = _taken(claims, now)
    return {slot.id: sum(taken.isdisjoint(keys) for keys in slot.keys) for slot in slots}


def states(slots: Iterable[Slot], claims: Iterable[Claim], now: datetime, call: str = "") -> dict[str, State]:
    """How each slot stands for this call, by its id: the cells of the week grid."""
    live = [c for c in claims if c.live(now)]
    taken, booked = _taken(live, now), _taken((c for c in live if c.until is None), now)
    own = {c.slot: c for c in live if call and c.call == call}
    found: dict[str, State] = {}
    for slot in slots:
        if slot.id in own:
            found[slot.id] = "mine" if own[slot.id].until else "booked"
        elif refusal(slot, now):
            found[slot.id] = "past"
        elif _room(slot, taken):
            found[slot.id] = "free"
        else:
            found[slot.id] = "held" if _room(slot, booked) else "full"
    return found


def state(slot: Slot, claims: Iterable[Claim], now: datetime, call: str = "") -> State:
    """How one slot stands for this call."""
    return states([slot], claims, now, call)[slot.id]


def claim_on(slot_id: str, call: str, claims: Iterable[Claim], now: datetime) -> Claim | None:
    """The claim that this call has on this slot, if it counts: its ``until`` is the countdown of a hold."""
    return next((c for c in claims if c.slot == slot_id and c.call == call and c.live(now)), None)


def claim_for(
    slot: Slot, call: str, claims: Iterable[Claim], now: datetime, until: datetime | None = None
) -> Claim | None:
    """What to claim so that this call gets the slot: a place nobody has. ``None`` when there is none left.

    A call that has a place there keeps that very place. ``until`` makes it a hold.
    """
    live = [c for c in claims if c.live(now)]
    own = claim_on(slot.id, call, live, now)
    if own:
        return Claim(slot.id, call, own.keys, until)
    keys = _room(slot, _taken(live, now))
    return Claim(slot.id, call, keys, until) if keys else None


def nearest(diary: Diary, claims: Iterable[Claim], slot: Slot, now: datetime, n: int = 3) -> tuple[Slot, ...]:
    """The ``n`` free slots of the same type that are nearest in time, nearest first; the later of two as near.

    ``claims`` reach from now to the type's horizon.
    """
    live = [c for c in claims if c.live(now)]
    others: list[Slot] = []
    for days in (7, 28, slot.type.horizon + 1):
        around = timedelta(days=days)
        found = free(diary, live, slot.start - around, slot.start + around, now, type=slot.type.id)
        others = [s for s in found if s.id != slot.id]
        if len(others) >= n:
            break
    return tuple(sorted(others, key=lambda s: (abs(s.start - slot.start), s.start < slot.start, s.resource))[:n])


def _taken(claims: Iterable[Claim], now: datetime) -> frozenset[str]:
    return frozenset(key for claim in claims if claim.live(now) for key in claim.keys)


def _room(slot: Slot, taken: frozenset[str]) -> tuple[str, ...]:
    """The keys of the first place that nobody has; empty when there is none."""
    return next((keys for keys in slot.keys if taken.isdisjoint(keys)), ())

"""Holding, booking, moving and cancelling, over a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.diary import Asked, Diary, claim_for, claim_on, nearest, refusal, starts_at
from triage.diary.diary import LOCAL
from triage.diary.taken import Taken
from triage.errors import BadAnswer, NotFound, SlotTaken
from triage.model import Call, Claim, Event, Slot, new_id
from triage.store.base import Store

MINUTES = 5
"""How long a hold lasts while the caller makes up their mind."""

_REACH = timedelta(days=1)


def hold(
    store: Store,
    diary: Diary,
    slot_id: str,
    call_id: str,
    *,
    by: str,
    now: datetime,
    minutes: int = MINUTES,
    asked: Asked | None = None,
) -> Slot:
    """Keep a slot for a call for some minutes; again, and the minutes start afresh.

    A call holds one slot at a time, so its other holds are given back. What it has booked stays booked. ``asked`` is
    where it will be and who must come along (left out: nobody knows where, nobody else).
    """
    slot = diary.slot(slot_id)
    if _has(store, slot.id, call_id):
        return slot
    until = now.astimezone(UTC) + timedelta(minutes=minutes)
    event = Event(new_id(now), call_id, now, by, "held", {"slot": slot.id, "until": until.isoformat()})
    return take(store, diary, slot, event, until=until, asked=asked or Asked())


def book(
    store: Store,
    diary: Diary,
    slot_id: str,
    call_id: str,
    *,
    by: str,
    now: datetime,
    asked: Asked | None = None,
    also: Sequence[Event] = (),
) -> Slot:
    """Book a slot for a call: its hold becomes the booking; booking it again changes nothing.

    Raises :class:`SlotTaken` with the nearest free slots, :class:`NotFound` for a slot that isn't in the diary and
    :class:`BadAnswer` for one that can't be given any more. ``also`` is kept in the same transaction.
    """
    slot = diary.slot(slot_id)
    if _has(store, slot.id, call_id):
        if also:
            store.write(*also)
        return slot
    event = Event(
        _booked_id(slot.id, call_of(store, call_id)), call_id, now, by, "booked", {"slot": slot.id, **_told(asked)}
    )
    return take(store, diary, slot, event, asked=asked or Asked(), also=also)


def move(
    store: Store,
    diary: Diary,
    was: str,
    slot_id: str,
    call_id: str | None = None,
    *,
    by: str,
    now: datetime,
    also: Sequence[Event] = (),
) -> Slot:
    """Move a booking to another slot: the new one is taken and the old one given back, or nothing happens.

    Only the slot changes: where it is and who comes along stay as they were booked. Without ``call_id`` the booking is
    the only one at ``was``. Moving what was already moved there changes nothing.
    """
    slot = diary.slot(slot_id)
    try:
        old = _booking(store, diary, was, call_id)
    except NotFound:
        if any(_moved(call_of(store, claim.call), was, slot.id) for claim in _bookings(store, slot.id)):
            return slot
        raise
    if was == slot.id:
        return slot
    event = Event(new_id(now), old.call, now, by, "moved", {"slot": slot.id, "was": was})
    asked = asked_of(call_of(store, old.call), was)
    return take(store, diary, slot, event, leaving=old, asked=asked, also=also)


def cancel(
    store: Store, diary: Diary, slot_id: str, call_id: str | None = None, reason: str = "", *, by: str, now: datetime
) -> Claim:
    """Cancel the booking of a slot, whether or not the diary still offers that time; gives back what was booked.

    Without ``call_id`` it is the only booking there: :class:`BadAnswer` when there are several, :class:`NotFound`
    when there is none.
    """
    old = _booking(store, diary, slot_id, call_id)
    data = {"slot": slot_id, "reason": reason}
    store.write(Event(new_id(now), old.call, now, by, "cancelled", data), release=((slot_id, old.call),))
    return old


def release(store: Store, slot_id: str, call_id: str, *, by: str, now: datetime) -> None:
    """Give back a slot that a call holds; a booking stays (:func:`cancel` it), and nothing held is nothing done."""
    own = claim_on(slot_id, call_id, _around(store, slot_id), now)
    if own and own.until is not None:
        store.write(_released(own, now, by), release=((slot_id, call_id),))


def asked_of(call: Call, slot_id: str) -> Asked:
    """Where a booking of this call is and who comes along, as it was booked before it was ever moved."""
    at: dict[str, Asked] = {}
    for event in call.of_kind("booked", "moved"):
        slot = event.data["slot"]
        if event.kind == "moved":
            at[slot] = at.pop(event.data["was"], Asked())
        else:
            at[slot] = Asked(str(event.data.get("place", "")), tuple(event.data.get("needs", ())))
    return at.get(slot_id, Asked())


def take(
    store: Store,
    diary: Diary,
    slot: Slot,
    event: Event,
    *,
    until: datetime | None = None,
    leaving: Claim | None = None,
    asked: Asked,
    also: Sequence[Event] = (),
) -> Slot:
    """Claim a place of a slot with the event that says so; another place is tried when one is snatched away.

    What was taken is looked at once more afterwards: a neighbour whose way this one shares may have gone, and somebody
    further away come, in the same moment. Then it is given back.
    """
    call, now = event.call, event.at
    for _ in range(2 * len(slot.keys) + 1 + len(asked.needs)):
        claims = _ahead(store, diary, now)
        own = claim_on(slot.id, call, claims, now)
        why = refusal(slot, now)
        if why and not (own and slot.start > now):
            raise BadAnswer(slot.id, why)
        holds = [c for c in claims if c.call == call and c.slot != slot.id and c.until]
        back = [*holds, leaving] if leaving else holds
        others = [c for c in claims if c not in back]
        claim = claim_for(slot, call, others, now, until, diary=diary, asked=asked)
        if claim is None:
            break
        told = [_released(c, now, event.by) for c in holds]
        try:
            store.write(*told, event, *also, claim=claim, release=[(c.slot, c.call) for c in back])
        except SlotTaken:
            continue
        if _in_reach(store, diary, slot, claim, asked, now):
            return slot
        gone = {"slot": slot.id, "reason": "somebody else came in between: the way is too long"}
        kind = "released" if until else "cancelled"
        store.write(Event(new_id(now), call, now, event.by, kind, gone), release=((slot.id, call),))
        break
    free = nearest(diary, _ahead(store, diary, now), slot, now, asked=asked)
    raise SlotTaken(slot.id, [s.id for s in free])


def _in_reach(store: Store, diary: Diary, slot: Slot, claim: Claim, asked: Asked, now: datetime) -> bool:
    """Whether whoever travels can still get there from what is booked before, and on from there."""
    if diary.roads is None or not diary.resources[slot.resource].base or not asked.place:
        return True
    others = [c for c in _around(store, slot.id) if (c.slot, c.call) != (claim.slot, claim.call)]
    return bool(Taken(others, now, diary).room(slot, asked))


def _told(asked: Asked | None) -> dict[str, Any]:
    told = {"place": asked.place, "needs": asked.needs} if asked else {}
    return {name: value for name, value in told.items() if value}


def _ahead(store: Store, diary: Diary, now: datetime) -> tuple[Claim, ...]:
    """Every claim on the time that can be given now."""
    furthest = max(kind.horizon for kind in diary.types.values())
    store.refresh()
    return store.claims(now - _REACH, now + timedelta(days=furthest + 2))


def _around(store: Store, slot_id: str) -> tuple[Claim, ...]:
    start = starts_at(slot_id).replace(tzinfo=LOCAL)
    store.refresh()
    return store.claims(start - _REACH, start + _REACH)


def _bookings(store: Store, slot_id: str, call_id: str | None = None) -> list[Claim]:
    around = _around(store, slot_id)
    return [c for c in around if c.slot == slot_id and c.until is None and call_id in (None, c.call)]


def _has(store: Store, slot_id: str, call_id: str) -> bool:
    return bool(_bookings(store, slot_id, call_id))


def _booking(store: Store, diary: Diary, slot_id: str, call_id: str | None) -> Claim:
    found = _bookings(store, slot_id, call_id)
    if len(found) > 1:
        calls = ", ".join(sorted(c.call for c in found))
        raise BadAnswer(slot_id, f"several calls have this slot; say whose it is ({calls})")
    if not found:
        diary.slot(slot_id)
        raise NotFound(f"Nothing is booked at {slot_id}" + (f" for {call_id}." if call_id else "."))
    return found[0]


def call_of(store: Store, call_id: str) -> Call:
    """The call, or an empty one for a booking that is made by a reference only."""
    try:
        return store.call(call_id)
    except NotFound:
        return Call(call_id)


def _booked_id(slot: str, call: Call) -> str:
    """The same for every repeat of a booking, so that the store keeps it once; another after it was given up."""
    times = sum(_gives_up(e, slot) for e in call.events)
    return f"booked.{slot}.{call.id}" + (f".{times}" if times else "")


def _gives_up(event: Event, slot: str) -> bool:
    given_up = {"cancelled": "slot", "moved": "was"}.get(event.kind, "")
    return bool(given_up) and event.data[given_up] == slot


def _moved(call: Call, was: str, slot: str) -> bool:
    moves = call.of_kind("moved")
    return slot in call.bookings and any(e.data["was"] == was and e.data["slot"] == slot for e in moves)


def _released(claim: Claim, now: datetime, by: str) -> Event:
    return Event(new_id(now), claim.call, now, by, "released", {"slot": claim.slot})

"""The waiting list over a store: a slot that comes free is offered in order, and kept while somebody is asked.

What each waits for stands on their own call; the diary's page only says whose calls to look at.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from triage.booking.ledger import page
from triage.booking.taking import book, call_of, move, release, take
from triage.diary import Diary, Find, refusal
from triage.diary.waiting import ANSWERS, Answer, Wait, in_order, waits
from triage.errors import BadAnswer, NotFound, SlotTaken
from triage.model import DIARY, Call, Event, new_id
from triage.store.base import Store

KEPT = timedelta(hours=4)
"""How long an offered slot is kept for somebody who has to be rung: a proposal, not council policy."""
Allowed = Callable[[Call], str]
"""Why somebody can't be offered a slot now (it isn't safe to ring them); ``""`` when they can."""


def wait(
    store: Store,
    diary: Diary,
    call_id: str,
    find: Find,
    *,
    needs: tuple[str, ...] = (),
    last: date | None = None,
    by: str,
    now: datetime,
) -> Wait:
    """Put a call on the waiting list; once for each kind of appointment, what is wanted is then as said last."""
    if find.type not in diary.types:
        raise BadAnswer("type", f"“{find.type}” is not one of {', '.join(diary.types)}")
    before = [w for w in waits(call_of(store, call_id)) if w.stands(now) and w.find.type == find.type]
    data = {"type": find.type, "near": find.near, "days": find.days, "part": find.part, "needs": needs}
    event = Event(new_id(now), call_id, now, by, "waiting", {**data, "until": last.isoformat() if last else ""})
    gone = [e for old in before for e in _over(old, "said again", by, now)]
    listed = Event(new_id(now), DIARY, now, by, "listed", {"call": call_id, "wait": event.id})
    store.write(*gone, event, listed)
    return next(w for w in waits(call_of(store, call_id)) if w.id == event.id)


def waiting(store: Store, now: datetime) -> tuple[Wait, ...]:
    """Everybody on the list, who came first first."""
    store.refresh()
    listed = page(store)
    over = {e.data["wait"] for e in listed.of_kind("unlisted")}
    calls = dict.fromkeys(e.data["call"] for e in listed.of_kind("listed") if e.data["wait"] not in over)
    return in_order((call_of(store, call) for call in calls), now)


def offer(
    store: Store,
    diary: Diary,
    slot_id: str,
    *,
    to: str = "",
    by: str,
    now: datetime,
    allowed: Allowed = lambda call: "",
    kept: timedelta = KEPT,
) -> Wait | None:
    """Offer a free slot to the first on the list whom it fits (or to the wait ``to``), and keep it for them.

    Who had it offered before, is being asked about another, or can't be rung now is passed over and keeps their place.
    ``None`` when nobody wants it, or somebody else has it by now.
    """
    slot = diary.was(slot_id)
    if refusal(slot, now):
        return None
    for one in waiting(store, now):
        if to not in ("", one.id) or not one.wants(slot, diary, now) or allowed(call_of(store, one.call)):
            continue
        until = min(now.astimezone(UTC) + kept, slot.start.astimezone(UTC))
        data = {"wait": one.id, "slot": slot.id, "until": until.isoformat()}
        event = Event(new_id(now), one.call, now, by, "offered", data)
        try:
            take(store, diary, slot, event, until=until, asked=one.asked)
        except SlotTaken:
            continue
        return next(w for w in waits(call_of(store, one.call)) if w.id == one.id)
    return None


def answer(
    store: Store,
    diary: Diary,
    offer_id: str,
    call_id: str,
    said: Answer,
    *,
    by: str,
    now: datetime,
    allowed: Allowed = lambda call: "",
) -> Wait | None:
    """Note what somebody said to an offer. Accepted, it becomes their booking, in place of one of that type they have.

    Else the slot goes to the next on the list, who is given back; with ``no answer`` they keep their place.
    Raises :class:`NotFound` for no such offer, :class:`BadAnswer` when it was answered, :class:`SlotTaken` when it had
    run out and somebody else has the slot.
    """
    if said not in ANSWERS:
        raise BadAnswer("answer", f"“{said}” is not one of {', '.join(ANSWERS)}")
    call = call_of(store, call_id)
    one, made = next(((w, o) for w in waits(call) for o in w.offers if o.id == offer_id), (None, None))
    if one is None or made is None:
        raise NotFound(f"There is no offer “{offer_id}” on this call.")
    if made.answer:
        if (made.answer, said) == ("accepted", "accepted"):
            return one
        raise BadAnswer("answer", f"this offer was answered already: {made.answer}")
    reply = Event(new_id(now), call_id, now, by, "replied", {"offer": offer_id, "answer": said})
    if said == "accepted":
        over = Event(new_id(now), DIARY, now, by, "unlisted", {"wait": one.id})
        instead = next((s for s in call.bookings if s.split(".")[0] == one.find.type), "")
        if instead:
            move(store, diary, instead, made.slot, call_id, by=by, now=now, also=(reply, over))
        else:
            book(store, diary, made.slot, call_id, by=by, now=now, asked=one.asked, also=(reply, over))
        return next(w for w in waits(call_of(store, call_id)) if w.id == one.id)
    store.write(reply)
    release(store, made.slot, call_id, by=by, now=now)
    return offer(store, diary, made.slot, by=by, now=now, allowed=allowed)


def stop(store: Store, call_id: str, why: str = "", *, wait_id: str = "", by: str, now: datetime) -> int:
    """Take a call off the waiting list (all of its waits, or one); how many there were. What was kept is given back."""
    standing = [w for w in waits(call_of(store, call_id)) if w.stands(now) and wait_id in ("", w.id)]
    for one in standing:
        store.write(*_over(one, why or "asked to be taken off", by, now))
        made = one.offer(now)
        if made:
            release(store, made.slot, call_id, by=by, now=now)
    return len(standing)


def _over(one: Wait, why: str, by: str, now: datetime) -> tuple[Event, Event]:
    return (
        Event(new_id(now), one.call, now, by, "stopped", {"wait": one.id, "why": why}),
        Event(new_id(now), DIARY, now, by, "unlisted", {"wait": one.id}),
    )

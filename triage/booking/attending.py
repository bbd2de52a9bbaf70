"""Did not attend: said after the time, kept with the call; the booking may then be moved like any other."""

from __future__ import annotations

from datetime import datetime

from triage.booking.taking import call_of
from triage.diary import attendance, starts_at
from triage.diary.diary import LOCAL
from triage.errors import BadAnswer, NotFound
from triage.model import Call, Event
from triage.store.base import Store


def missed(store: Store, slot_id: str, call_id: str, note: str = "", *, by: str, now: datetime) -> Call:
    """Note that somebody wasn't there; said twice, it is kept once. :class:`BadAnswer` before the time has come."""
    return _told(store, slot_id, call_id, "missed", by, now, note=note.strip())


def came(store: Store, slot_id: str, call_id: str, *, by: str, now: datetime) -> Call:
    """Note that they did come after all."""
    return _told(store, slot_id, call_id, "came", by, now)


def _told(store: Store, slot_id: str, call_id: str, kind: str, by: str, now: datetime, **more: str) -> Call:
    if starts_at(slot_id).replace(tzinfo=LOCAL) > now:
        raise BadAnswer(slot_id, "that time has not come yet")
    store.refresh()
    call = call_of(store, call_id)
    if slot_id not in attendance.had(call):
        raise NotFound(f"{call.ref} has no appointment at {slot_id}.")
    if (slot_id in attendance.missed(call)) == (kind == "missed"):
        return call
    said = sum(e.data["slot"] == slot_id for e in call.of_kind("missed", "came"))
    event = Event(f"{kind}.{slot_id}.{call.id}.{said}", call.id, now, by, kind, {"slot": slot_id, **more})
    store.write(event)
    return call_of(store, call_id)

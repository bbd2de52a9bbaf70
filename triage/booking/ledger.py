"""The diary's own page in the record: leave, closed days and extra sessions, and whose calls wait for a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from triage.diary import Diary
from triage.diary import changes as said_of
from triage.diary.changes import WHYS, Change, changed
from triage.errors import BadAnswer, NotFound
from triage.model import DIARY, Call, Claim, Event, new_id
from triage.store.base import Store

Hours = tuple[time, time]


def page(store: Store) -> Call:
    """The diary's page; empty before anything was said."""
    try:
        return store.call(DIARY)
    except NotFound:
        return Call(DIARY)


def said(store: Store) -> tuple[Change, ...]:
    """The leave, closed days and extra sessions that stand."""
    return said_of.changes(page(store).events)


def diary_of(store: Store, diary: Diary) -> Diary:
    """The diary as it is now: the patterns, and what was said since."""
    found = said(store)
    return changed(diary, found) if found else diary


def away(
    store: Store,
    diary: Diary,
    resource: str,
    day: date,
    until: date | None = None,
    between: Hours | None = None,
    why: str = "leave",
    *,
    by: str,
    now: datetime,
) -> Event:
    """Say that somebody (``""``: everybody) is away on these days, or during these hours of them.

    Bookings stay: :func:`stranded` lists those to be moved. :class:`BadAnswer` for what can't be.
    """
    if resource:
        _known(diary, resource)
    last = until or day
    if last < day:
        raise BadAnswer("until", f"{last} is before {day}")
    if why not in WHYS:
        raise BadAnswer("why", f"“{why}” is not one of {', '.join(WHYS)}")
    data = {"resource": resource, "day": day.isoformat(), "until": last.isoformat(), "why": why, **_hours(between)}
    return _keep(store, Event(new_id(now), DIARY, now, by, "away", data))


def extra(
    store: Store,
    diary: Diary,
    resource: str,
    type_id: str,
    day: date,
    between: Hours,
    *,
    every: int = 0,
    by: str,
    now: datetime,
) -> Event:
    """Give an extra session of one type of appointment, once, on a bank holiday too."""
    who = _known(diary, resource)
    if type_id not in diary.types:
        raise BadAnswer("type", f"“{type_id}” is not one of {', '.join(diary.types)}")
    kind = diary.types[type_id]
    sizes = {who.places or diary.types[p.type].capacity for p in who.hours if p.type in diary.types}
    if sizes and (who.places or kind.capacity) not in sizes:
        raise BadAnswer("type", f"{who.name} sees another number of people at a time")
    first, last = (datetime.combine(day, at) for at in between)
    if last - first < timedelta(minutes=kind.minutes):
        raise BadAnswer("between", f"no {kind.name.lower()} of {kind.minutes} minutes fits between these times")
    data = {"resource": resource, "type": type_id, "day": day.isoformat(), "every": every, **_hours(between)}
    return _keep(store, Event(new_id(now), DIARY, now, by, "extra", data))


def take_back(store: Store, change: str, *, by: str, now: datetime) -> None:
    """Take leave or an extra session back, by its id."""
    if change not in {c.id for c in said(store)}:
        raise NotFound(f"There is no leave or extra session “{change}”.")
    _keep(store, Event(new_id(now), DIARY, now, by, "back", {"event": change}))


def stranded(store: Store, diary: Diary, now: datetime) -> tuple[tuple[Claim, str], ...]:
    """The bookings to come whose time is no longer given, or whose helper is away; each with why, soonest first."""
    store.refresh()
    return said_of.stranded(diary, store.claims(now, now + timedelta(days=400)), now)


def _known(diary: Diary, resource: str):  # type: ignore[no-untyped-def]
    from rapidfuzz import process

    if resource not in diary.resources:
        best = process.extractOne(resource, list(diary.resources))
        raise BadAnswer("who", f"there is no “{resource}” in this diary", best[0] if best else "")
    return diary.resources[resource]


def _hours(between: Hours | None) -> dict[str, str]:
    if between is None:
        return {}
    if between[1] <= between[0] or any(at.minute % 15 or at.second for at in between):
        raise BadAnswer("between", "two times on the quarter hour are wanted, the later one second")
    return {"start": f"{between[0]:%H:%M}", "end": f"{between[1]:%H:%M}"}


def _keep(store: Store, event: Event) -> Event:
    store.write(event)
    return event

"""Leave and exceptions said at the desk: events of the diary's page -> a diary that knows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from triage.diary.diary import LOCAL, Diary
from triage.diary.form import WEEKDAYS, Closure, Pattern, Session
from triage.diary.taken import helping, quarters_of
from triage.model import Claim, Event

KINDS = ("away", "extra")
WHYS = ("leave", "sickness", "training", "closed", "other")
"""All that is kept of why somebody is away: what it is they have is nobody's business here."""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody away (``resource`` empty: everybody), or an extra session of ``type``. ``id`` is the event's."""

    id: str
    kind: str
    resource: str
    day: date
    until: date
    between: tuple[time, time] | None
    why: str = ""
    type: str = ""
    every: int = 0


def changes(events: Iterable[Event]) -> tuple[Change, ...]:
    """What was said and stands, oldest first; ``events`` are those of the diary's page."""
    events = tuple(events)
    gone = {event.data["event"] for event in events if event.kind == "back"}
    return tuple(_change(event) for event in events if event.kind in KINDS and event.id not in gone)


def changed(diary: Diary, said: Iterable[Change]) -> Diary:
    """The diary with leave, closed days and extra sessions; what names nobody here any more is left out."""
    closed, resources = list(diary.closed), dict(diary.resources)
    for change in said:
        who = resources.get(change.resource)
        if change.kind == "extra" and who and change.type in diary.types and change.between:
            on = (WEEKDAYS[change.day.weekday()],)
            pattern = Pattern(change.type, on, *change.between, every=change.every)  # type: ignore[arg-type]
            resources[who.id] = replace(who, sessions=(*who.sessions, Session(change.day, pattern)))
        elif change.kind == "away":
            closure = Closure(change.day, change.why, change.until, change.between)
            if who:
                resources[who.id] = replace(who, leave=(*who.leave, closure))
            elif not change.resource:
                closed.append(closure)
    return replace(diary, resources=resources, closed=tuple(closed))


def stranded(diary: Diary, claims: Iterable[Claim], now: datetime) -> tuple[tuple[Claim, str], ...]:
    """The bookings to come whose time, or whoever comes along, is no longer given; each with why. Soonest first."""
    found = []
    for claim in claims:
        times = [at for taken in quarters_of(claim).values() for at in taken]
        if claim.until is not None or not times or min(times).replace(tzinfo=LOCAL) <= now:
            continue
        first, last = min(times), max(times) + timedelta(minutes=15)
        for name in (claim.slot.split(".")[1], *helping(claim)):
            who = diary.resources.get(name)
            shut = [c for c in (*diary.closed, *(who.leave if who else ())) if c.covers(first, last)]
            why = f"{who.name if who else name}: {shut[0].why}" if shut else diary.holiday(first.date())
            extra = who and any(s.day == first.date() for s in who.sessions)
            if shut or (why and not extra):
                found.append((claim, why))
                break
    return tuple(sorted(found, key=lambda pair: pair[0].slot.rpartition(".")[2]))


def _change(event: Event) -> Change:
    data = event.data
    first = date.fromisoformat(data["day"])
    starts, ends = str(data.get("start", "")), str(data.get("end", ""))
    between = (time.fromisoformat(starts), time.fromisoformat(ends)) if starts and ends else None
    until = date.fromisoformat(data["until"]) if data.get("until") else first
    return Change(
        event.id,
        event.kind,
        data.get("resource", ""),
        first,
        until,
        between,
        data.get("why", ""),
        data.get("type", ""),
        int(data.get("every", 0)),
    )

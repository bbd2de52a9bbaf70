"""Who came and who did not, read off calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from triage.diary.diary import LOCAL
from triage.diary.form import starts_at
from triage.errors import NotFound
from triage.model import Call


@dataclass(frozen=True, slots=True)
class Attended:
    """Of the appointments whose time has passed, those that were missed. ``calls`` are the calls of those missed."""

    past: int
    missed: int
    calls: tuple[str, ...] = ()


def missed(call: Call) -> tuple[str, ...]:
    """The slots at which this call's person was not there, oldest first; once each."""
    found: dict[str, None] = {}
    for event in call.of_kind("missed", "came"):
        if event.kind == "missed":
            found[event.data["slot"]] = None
        else:
            found.pop(event.data["slot"], None)
    return tuple(found)


def had(call: Call) -> tuple[str, ...]:
    """Every appointment of a call that wasn't cancelled or moved; one that was missed counts for ever."""
    return tuple(dict.fromkeys((*missed(call), *call.bookings)))


def attendance(calls: Iterable[Call], now: datetime, by: str = "type") -> dict[str, Attended]:
    """By type of appointment, or by who gives it (``by="resource"``); only what has passed counts."""
    place = 0 if by == "type" else 1
    past: dict[str, int] = {}
    gone: dict[str, list[str]] = {}
    for call in calls:
        for slot in had(call):
            name = slot.split(".")[place]
            if _passed(slot, now):
                past[name] = past.get(name, 0) + 1
                if slot in missed(call):
                    gone.setdefault(name, []).append(call.id)
    return {name: Attended(n, len(gone.get(name, ())), tuple(gone.get(name, ()))) for name, n in sorted(past.items())}


def _passed(slot: str, now: datetime) -> bool:
    try:
        return starts_at(slot).replace(tzinfo=LOCAL) <= now
    except NotFound:
        return False

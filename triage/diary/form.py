"""What the diary is made of, as :mod:`triage.library.diary` reads it from ``data/diary``: frozen, local times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from triage.errors import NotFound

QUARTER = 15
"""Minutes in the grain of the diary: every time and length is a multiple of it."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

MODES = ("phone", "office", "home visit", "carers’ conversation", "OT")
"""The kinds of appointment that SCRIPT.md B1 offers."""
AT_HOME = ("home visit", "OT")
"""Those for which somebody goes to the person's home."""
HELP = "help"
"""Stands for a type in the hours in which somebody only comes along: an interpreter, a second person."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hours in which a resource gives one type of appointment, every week on these days.

    Appointments start at ``start`` and end by ``end``, both in Europe/London; buffers come on top. ``every`` is the
    minutes between starts; 0 puts them one after the other with their buffers between.
    """

    type: str
    on: tuple[Weekday, ...]
    start: time
    end: time
    every: int = 0

    def step(self, busy: int) -> int:
        """Minutes from one start to the next, for an appointment that takes ``busy`` minutes with its buffers."""
        return self.every or busy


@dataclass(frozen=True, slots=True)
class Closure:
    """Days without appointments, both ends included; with ``between``, only those hours of each day."""

    day: date
    why: str
    until: date | None = None
    between: tuple[time, time] | None = None

    def covers(self, first: datetime, last: datetime) -> bool:
        """Whether [first, last), in local time, runs into it."""
        day, end = first.date(), (last - timedelta(minutes=1)).date()
        while day <= end:
            if self.day <= day <= (self.until or self.day):
                opens, closes = self.between or (time.min, time.max)
                if first < datetime.combine(day, closes) and last > datetime.combine(day, opens):
                    return True
            day += timedelta(days=1)
        return False


@dataclass(frozen=True, slots=True)
class Session:
    """Hours given once, on one day, beside the weekly ones."""

    day: date
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Resource:
    """A person, a desk or a room that appointments are with, or somebody who comes along to them.

    ``places`` is how many callers it sees at the same time (0: what the type says). ``areas`` are the postcode
    districts it serves (none: everywhere). ``where`` stands in for the type's. ``base`` is the postcode district it
    sets off from, or where the room is; ``helps`` is what it can be at somebody else's appointment (``second person``,
    ``interpreter: Punjabi``), in its ``help`` hours.
    """

    id: str
    name: str
    hours: tuple[Pattern, ...]
    places: int = 0
    where: str = ""
    areas: tuple[str, ...] = ()
    leave: tuple[Closure, ...] = ()
    base: str = ""
    helps: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()

    def on(self, day: date) -> tuple[Pattern, ...]:
        """The weekly hours of this day."""
        return tuple(p for p in self.hours if WEEKDAYS[day.weekday()] in p.on)

    def serves(self, district: str) -> bool:
        """Whether it goes to this postcode district (``CV6``)."""
        return not self.areas or district.upper() in self.areas


def slot_id(type_id: str, resource_id: str, start: datetime) -> str:
    """The id of the slot at this local time."""
    return f"{type_id}.{resource_id}.{start:%Y-%m-%dT%H:%M}"


def starts_at(slot: str) -> datetime:
    """The local time (without a zone) that a slot's id says; :class:`NotFound` when it says none."""
    try:
        found = datetime.strptime(slot.rpartition(".")[2], "%Y-%m-%dT%H:%M")
    except ValueError:
        found = None
    if found is None or slot.count(".") != 2:
        raise NotFound(f"There is no slot “{slot}”. A slot reads like phone.duty-desk.2026-12-01T10:00.") from None
    return found

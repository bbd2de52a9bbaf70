"""By when the published standards want something done. The time and the closed days are handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triage.errors import NotFound
from triage.settings import ZONE

LOCAL = ZoneInfo(ZONE)
Closed = Callable[[date], bool]
"""Whether the office is closed all day; weekends needn't be said."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Within what time: exactly one of working days (0: the same day), hours round the clock, or weeks."""

    what: str
    working_days: int | None = None
    hours: int | None = None
    weeks: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """When to ring again after no answer (hours), and after so many tries in vain to tell the supervisor."""

    opens: time = time(9)
    no_answer: int = 2
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Standards:
    """The standards by kind, when the office closes, and what each role is called; with how far to trust them."""

    as_of: date
    source: str
    status: str
    closes: time
    standards: Mapping[str, Standard]
    roles: Mapping[str, str]
    callbacks: Retry = field(default_factory=Retry)

    def role(self, name: str) -> str:
        """What a role is called here; the name itself when nobody renamed it."""
        return self.roles.get(name, name.replace("_", " "))


def due(kind: str, now: datetime, standards: Standards, closed: Closed) -> datetime:
    """When a promise of this kind made at ``now`` must be kept, in Europe/London; :class:`NotFound` for no such kind.

    Working days end when the office closes, and the day of the promise doesn't count. After closing, “the same day”
    ends at midnight. A day so many weeks ahead on which the office is closed becomes the working day before.
    """
    standard = standards.standards.get(kind)
    if standard is None:
        raise NotFound(f"There is no standard called {kind}. There are: {', '.join(standards.standards)}.")
    if standard.hours is not None:
        return now.astimezone(LOCAL) + timedelta(hours=standard.hours)
    day = now.astimezone(LOCAL).date()
    if standard.weeks is not None:
        day += timedelta(weeks=standard.weeks)
        while not works(day, closed):
            day -= timedelta(days=1)
    elif standard.working_days == 0 and not (works(day, closed) and now.astimezone(LOCAL).time() < standards.closes):
        return datetime.combine(day, time(23, 59), LOCAL)
    for _ in range(standard.working_days or 0):
        day += timedelta(days=1)
        while not works(day, closed):
            day += timedelta(days=1)
    return datetime.combine(day, standards.closes, LOCAL)


def in_words(when: datetime) -> str:
    """``Thursday 26 November, 17:00``: as it is shown, and as :func:`typed` reads it back."""
    local = when.astimezone(LOCAL)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def typed(words: str, now: datetime) -> datetime | None:
    """A time somebody typed (``Friday 10am``, ``27/11 at 14:30``), in Europe/London; ``None`` if it isn't one to come.

    A day without a time ends at 17:00; a time without a day is today's.
    """
    from dateutil import parser

    local = now.astimezone(LOCAL).replace(tzinfo=None)
    plain = words.casefold().replace("tomorrow", f"{local + timedelta(days=1):%Y-%m-%d}")
    plain = plain.replace("today", f"{local:%Y-%m-%d}").replace("midday", "12:00").replace("noon", "12:00")
    defaults = _end_of(local), (local + timedelta(days=400)).replace(hour=1, minute=1, second=1)
    try:
        # Read against two defaults: what comes back as both of them was no time at all.
        found = [parser.parse(plain, dayfirst=not plain[:4].isdigit(), fuzzy=True, default=d) for d in defaults]
    except (ValueError, OverflowError):
        return None
    if tuple(found) == defaults or found[0] < local:
        return None
    return found[0].replace(tzinfo=LOCAL)


def works(day: date, closed: Closed) -> bool:
    """Whether it is a working day."""
    return day.weekday() < 5 and not closed(day)


def _end_of(local: datetime) -> datetime:
    return local.replace(hour=17, minute=0, second=0, microsecond=0)

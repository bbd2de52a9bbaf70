"""Days as the desk counts them, and the calls a report is about.

A call belongs to the Europe/London day it was opened on. Demo and practice calls never count: they are left out
here, once, so that no figure has to remember.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from triage.model import Call
from triage.settings import ZONE

REPEAT_DAYS = 28
"""How long after a contact another one about the same need counts against it (OUTCOMES.md K1, K17)."""


def local(at: datetime) -> datetime:
    """A moment as the desk's clock shows it."""
    return at.astimezone(ZoneInfo(ZONE))


def opened_at(call: Call) -> datetime:
    """When the phone was answered, on the desk's clock; the call must have been opened."""
    assert call.opened is not None
    return local(call.opened.at)


def is_live(call: Call) -> bool:
    """Whether it is a real call: opened at a desk, and neither a demo nor practice."""
    return call.opened is not None and call.opened.data.get("mode", "live") == "live"


def last_days(today: date, days: int = 28) -> tuple[date, date]:
    """The window of ``days`` days that ends today."""
    return today - timedelta(days=days - 1), today


def around(since: date, until: date) -> tuple[date, date]:
    """The days to read for figures about [since, until]: who rang before, and who rang again."""
    return since - timedelta(days=REPEAT_DAYS), until + timedelta(days=REPEAT_DAYS)


@dataclass(frozen=True)
class Window:
    """The real calls opened in [since, until], oldest first, and the calls around them (:func:`around`)."""

    since: date
    until: date
    now: datetime
    everything: tuple[Call, ...]
    only: frozenset[str] | None = None
    """Some of the calls, when the report is about those; who rang again is still looked for among all."""

    @classmethod
    def of(cls, calls: Iterable[Call], since: date, until: date, now: datetime) -> Window:
        """The window on ``calls``, whatever their order."""
        real = sorted((c for c in calls if is_live(c)), key=opened_at)
        return cls(since, until, now, tuple(real))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls the report is about."""
        inside = (c for c in self.everything if self.since <= opened_at(c).date() <= self.until)
        return tuple(c for c in inside if self.only is None or c.id in self.only)

    def narrowed(self, calls: Iterable[str]) -> Window:
        """The same window on some of its calls."""
        return replace(self, only=frozenset(calls))

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of the window, with calls or without."""
        return tuple(self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1))

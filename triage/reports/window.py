"""The calls a report is about, among those around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from triage.model import Call
from triage.reports.days import is_live, opened_at
from triage.reports.repeat import Repeats


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

    @cached_property
    def repeats(self) -> Repeats:
        """Who rang before, and who rang again."""
        return Repeats(self.everything)

"""Days as the desk counts them, and which calls count at all.

A call belongs to the Europe/London day it was opened on. Demo and practice calls never count: they are left out
here, once, so that no figure has to remember.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
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

"""Recorded calls as a script reads them again: for comparing two versions of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from triage.model import Call, Value
from triage.script.compare import Recorded
from triage.settings import ZONE


def recorded(call: Call) -> Recorded | None:
    """A call as :func:`triage.script.compare.compare_calls` takes it; ``None`` for one that isn't a real call."""
    opened = call.opened
    if opened is None or opened.data.get("mode", "live") != "live":
        return None
    local = opened.at.astimezone(ZoneInfo(ZONE))
    found: dict[str, Value] = {}
    if call.shortlist:
        found["shortlist"] = "yes"
    if call.bookings:
        found["appointment"] = "yes"
    if local.weekday() > 4 or not 9 <= local.hour < 17:
        found["ooh"] = "yes"
    return Recorded(call.ref, {**call.answers, **found}, call.passed, call.jumped, call.raised, local.date())

"""Glass that was broken, for the supervisor's screen until somebody says that they saw it (PRIVACY P10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from triage.errors import NotFound
from triage.model import Event, new_id
from triage.staff.roles import may, permit
from triage.store.access import GLASS

if TYPE_CHECKING:
    from triage.desk.desk import Desk

PAGE = "alerts"
"""Where it is kept who saw which, like a call that was never opened."""
DAYS = 14
"""How far back an alert is looked for."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody broke the glass: when, who, why, and how many restricted records they then opened. No name of those."""

    event: str
    at: datetime
    by: str
    reason: str
    opened: int


def alerts(desk: Desk) -> tuple[Alert, ...]:
    """What nobody has seen to yet, newest first; none for whoever has no business with it."""
    if not may(desk.staff, "see to alerts"):
        return ()
    lines = desk.store.recent(desk.clock() - timedelta(days=DAYS))
    seen = _seen(desk)
    return tuple(
        Alert(
            line.event,
            line.at,
            line.user,
            line.reason,
            sum(
                other.action == "view"
                and other.user == line.user
                and bool(other.more.get("restricted"))
                and line.at <= other.at <= line.at + timedelta(minutes=GLASS)
                for other in lines
            ),
        )
        for line in lines
        if line.action == "break-glass" and line.event not in seen
    )


def saw(desk: Desk, alert: Alert) -> None:
    """Say that an alert was seen: it leaves the screen, and the record keeps by whom."""
    permit(desk.staff, "see to alerts")
    now = desk.clock()
    desk.store.write(Event(new_id(now), PAGE, now, desk.staff.id, "alert seen", {"event": alert.event}))


def _seen(desk: Desk) -> frozenset[str]:
    try:
        page = desk.store.call(PAGE)
    except NotFound:
        return frozenset()
    return frozenset(str(event.data["event"]) for event in page.events if event.kind == "alert seen")

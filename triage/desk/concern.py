"""The same-day clock of a safeguarding concern: since when, passed on when, accepted by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.model import DECLINED, NOT_KNOWN, Call
from triage.script.walk import Walk

FIRST, PASSED_ON = "S1", "S12"
"""The step that opens safeguarding, and the one that passes the concern on."""
PATIENCE = 15
"""Minutes after which a concern that nobody accepted goes to the supervisor (a proposal of the script, S12)."""
_MOVES = ("opened", "answered", "raised", "went", "returned")


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern under way: ``since`` is when its first question was on the screen (UTC)."""

    since: datetime
    accepted: bool
    accepted_by: str = ""
    accepted_at: str = ""

    def minutes(self, now: datetime) -> int:
        """Whole minutes it has been waiting."""
        return max(0, int((now - self.since).total_seconds() // 60))

    def words(self, now: datetime) -> str:
        """One short line for the top of the screen."""
        if self.accepted:
            by = f" by {self.accepted_by}" if self.accepted_by else ""
            return f"concern accepted{by} {self.accepted_at}".rstrip()
        late = self.minutes(now) >= PATIENCE
        return f"concern {self.minutes(now)} min, not accepted" + (": tell your supervisor" if late else "")


def concern(call: Call, there: Walk) -> Concern | None:
    """The concern of a call; ``None`` while safeguarding wasn't reached, or once it was decided not to raise one."""
    if FIRST not in there.path or there.used.get("sg_raise") == "not raised":
        return None
    since = call.events[0].at if call.events else None
    for event in call.live_events:
        if event.kind == "answered" and event.data["step"] == FIRST:
            break
        if event.kind in _MOVES:
            since = event.at
    if since is None:
        return None
    by, at = (str(there.used.get(key, "")) for key in ("sg_accepted_by", "sg_accepted_at"))
    return Concern(since, there.used.get("sg_accepted") == "yes", "" if by in (NOT_KNOWN, DECLINED) else by, at)

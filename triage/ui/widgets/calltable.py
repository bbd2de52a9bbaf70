"""Calls, a line each: when, which, who took it, how it ended, how long it took."""

from __future__ import annotations

from triage.model import Call
from triage.reports.counts import pathways
from triage.reports.days import opened_at
from triage.reports.kpis import outcome
from triage.ui.widgets.rows import Piece, Rows, column

SAYS_NOTHING = ("wrap_up", "third_party", "communication")
"""Pathways that tell nothing about what a call was about."""


class CallTable(Rows[Call]):
    """No names of people: they stand on the page that Enter opens. ``dated``: the calls are of several days."""

    dated = True

    def row(self, item: Call, width: int, chosen: bool) -> list[Piece]:
        """``▸Sat 21 Nov 09:44  K7QM2FX  IAG  asha      dementia, carers      12 min``."""
        at = opened_at(item)
        day = f"{at.day:>2} {at:%b} " if self.dated else ""
        when = f"{at:%a} {day}{at:%H:%M}" if self.dated and width >= 64 else f"{day}{at:%H:%M}"
        about = ", ".join(p.replace("_", " ") for p in pathways(item) if p not in SAYS_NOTHING)
        left = f"{when}  "
        room = width - len(left) - 33
        return [
            ("▸" if chosen else " ", "bold $accent"),
            (left, ""),
            (f"{item.ref:<8} ", "$quiet"),
            (f"{outcome(item) or 'open':<5}", "bold" if outcome(item) else "bold $warning"),
            *column([(item.owner, "$quiet")], 11),
            *column([(about, "$quiet")], room),
            (f"{took(item):>7}", ""),
        ]


def took(call: Call) -> str:
    """``12 min``, or nothing while it is open."""
    if call.closed is None or call.opened is None:
        return ""
    return f"{(call.closed.at - call.opened.at).total_seconds() / 60:.0f} min"

"""Promises read back: who owes what, whether it was kept, and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.reports.figures import Count
from triage.reports.window import Window


@dataclass(frozen=True, slots=True)
class Promise:
    """A call-back or task that somebody owns. ``kept`` is when it was done; ``None`` while it is owed."""

    call: str
    what: str
    owner: str
    due: datetime
    kept: datetime | None = None

    def late(self, now: datetime) -> bool:
        """Whether it was, or still is, done after it was due."""
        return (self.kept or now) > self.due


def promises(window: Window) -> tuple[Promise, ...]:
    """The promises of the calls up to the window's last day that stand, soonest due first.

    Older calls count as far as they were read (:func:`triage.reports.around`): a promise isn't settled by a new day.
    """
    among = window.everything if window.only is None else window.calls
    found = [
        Promise(
            c.id, str(e.data["what"]), str(e.data["owner"]), datetime.fromisoformat(e.data["due"]), c.kept.get(e.id)
        )
        for c in among
        for e in c.promises
    ]
    return tuple(sorted(found, key=lambda p: p.due))


def late(window: Window) -> Count:
    """Promises owed past their time."""
    return Count(
        "P-LATE",
        "Promises late",
        "Call-backs and tasks promised on calls of these days or the 28 days before, still owed, and past the time "
        "agreed or the published standard. A call with two is here twice.",
        tuple(p.call for p in promises(window) if p.kept is None and p.late(window.now)),
    )

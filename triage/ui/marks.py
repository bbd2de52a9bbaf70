"""What else must not be forgotten during this call, in the rows at the top of every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage.desk.concern import concern

if TYPE_CHECKING:
    from triage.ui.app import TriageApp


def more(app: TriageApp) -> list[str]:
    """The same-day clock of a safeguarding concern."""
    if app.call is None or app.walk is None:
        return []
    found = concern(app.call, app.walk)
    return [found.words(app.desk.clock())] if found else []

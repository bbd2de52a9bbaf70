"""What else must not be forgotten during this call, in the rows at the top of every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage.desk.concern import concern
from triage.masking import warning
from triage.script import telling

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

LATELY = 4
"""So many events back a warning about what was taken out of a text is still shown."""


def more(app: TriageApp) -> list[str]:
    """What was taken out of a text, that nothing may be disclosed, and the same-day clock of a safeguarding concern."""
    if app.call is None or app.walk is None:
        return []
    gone = [what for event in app.call.events[-LATELY:] for what in event.data.get("masked", ())]
    found = concern(app.call, app.walk)
    marks = [warning(gone), telling.undisclosed(app.walk), found.words(app.desk.clock()) if found else ""]
    return [mark for mark in marks if mark]

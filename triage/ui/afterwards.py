"""What is done about a call after it was saved: a promise kept, contact safe again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from triage.desk import duties
from triage.errors import TriageError
from triage.model import Call
from triage.ui.dialogs import NoteDialog, Pick, PickDialog

if TYPE_CHECKING:
    from triage.ui.app import TriageApp


def kept(app: TriageApp, call: Call, then: Callable[[], None]) -> None:
    """Say that a promise of this call was kept."""
    owed = [e for e in call.promises if e.id not in call.kept]

    def picked(which: str | None) -> None:
        if which is not None:
            app.push_screen(
                NoteDialog("Promise kept", f"{duties.line(owed[int(which)])}. What was done?"), noted(which)
            )

    def noted(which: str) -> Callable[[str | None], None]:
        return lambda note: _do(app, note, lambda told: app.desk.settle(call, owed[int(which)].id, told), then)

    if not owed:
        app.say("Nothing promised on this call is still owed.")
    elif len(owed) == 1:
        picked("0")
    else:
        picks = [Pick(str(n), duties.line(e), str(n + 1)) for n, e in enumerate(owed)]
        app.push_screen(PickDialog("Which promise was kept?", picks), picked)


def safe_again(app: TriageApp, call: Call, then: Callable[[], None]) -> None:
    """Clear “unsafe to contact” on this call."""
    if not app.desk.unsafe(call):
        app.say("The person of this call isn’t marked as unsafe to contact.")
        return
    words = "A social worker decides this. Why is it safe to ring and write again, and who says so?"
    dialog = NoteDialog(f"Call {call.ref}: safe to contact again", words)
    app.push_screen(dialog, lambda why: _do(app, why, lambda told: app.desk.safe_again(call, told), then))


def _do(app: TriageApp, note: str | None, what: Callable[[str], Call], then: Callable[[], None]) -> None:
    if not note:
        return
    try:
        what(note)
    except TriageError as error:
        app.say(str(error))
        return
    app.say("noted")
    then()

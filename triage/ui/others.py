"""Colleagues' open calls, to be taken over: somebody went home, or has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage.errors import TriageError
from triage.model import Call
from triage.ui import words
from triage.ui.dialogs import Pick, PickDialog

if TYPE_CHECKING:
    from triage.ui.app import TriageApp


def show(app: TriageApp) -> None:
    """List them by reference, time and whose they are, leavers' first; nothing of what was said in them."""
    try:
        calls = [c for c in app.desk.open_calls(everyone=True) if c.owner != app.desk.staff.id]
        names, left = _people(app)
    except TriageError as error:
        app.say(str(error))
        return
    if not calls:
        app.say("No colleague has a call open.")
        return

    def pick(call: Call) -> Pick:
        opened = words.opened_at(call)
        who = names.get(call.owner, call.owner) + (", who has left" if call.owner in left else "")
        return Pick(call.id, f"{call.ref}  {opened:%d %b} {words.clock(opened, seconds=False)}  {who}")

    def picked(call: str | None) -> None:
        if call and app.begin(lambda: app.desk.resume(call)):
            app.say("taken over: it is your call now")

    calls.sort(key=lambda call: call.owner not in left)
    said = "The call becomes yours. Whoever has it now is told at their next key."
    app.push_screen(PickDialog("Take over a call", [pick(c) for c in calls], words=said, typed=True), picked)


def _people(app: TriageApp) -> tuple[dict[str, str], frozenset[str]]:
    """What people are called, and who has left, as far as the list may be read."""
    members = app.desk.door.roll.members() if app.desk.door else ()
    return {m.id: m.name for m in members}, frozenset(m.id for m in members if m.left)

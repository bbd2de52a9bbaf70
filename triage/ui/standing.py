"""The standing rules, the jumps and the checks: what may be done at any moment of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage.desk.desk import UNDOABLE
from triage.model import note_field
from triage.script import telling
from triage.ui import words
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.more import EXTRAS

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

SEARCH = Pick("q", "Search the directory", "q", "the call stays open")


def rules(app: TriageApp) -> PickDialog:
    """The list of standing rules, each with its letter."""
    picks = [Pick(i.letter, i.title, i.letter) for i in app.desk.script.interrupts if i.letter != SEARCH.letter]
    said = "From any step; you come back to where you were."
    return PickDialog("Standing rules", [*picks, SEARCH, *EXTRAS], words=said)


def raise_rule(app: TriageApp, letter: str) -> None:
    """Raise the rule with this letter and say how to come back."""
    rule = next((i for i in app.desk.script.interrupts if i.letter == letter), None)
    left = app.walk.step if app.walk else None
    if rule is not None and app.do(app.desk.interrupt, rule.name):
        if app.call and app.walk and app.walk.step == left and rule.to in app.call.passed:
            app.do(app.desk.go, rule.to)
        app.say(f"{rule.title.lower()}{f' · from {left}' if left else ''} · ctrl+l back")


def back(app: TriageApp) -> None:
    """Back from a jump or an interrupt to the step that was left."""
    call = app.call
    if call is None:
        return
    if call.focus:
        if app.do(app.desk.back):
            app.say("back to where the answers lead")
        return
    raised = [e for e in call.of_kind("raised") if e.data.get("at")]
    left = str(raised[-1].data["at"]) if raised else ""
    if left and app.walk and app.walk.step != left and left not in call.passed:
        if app.do(app.desk.go, left):
            app.say(f"back at {left}; the rest is asked later")
    else:
        app.say("nothing to go back to; ctrl+r undoes, F6 shows the answers so far")


def steps(app: TriageApp) -> PickDialog:
    """Every step, by its words; those answered say so."""
    walk, script = app.walk, app.desk.script
    path = walk.path if walk else ()
    picks = [
        Pick(
            s.id,
            f"{s.id:<5}{s.title}",
            more=telling.key_words(script, walk, s.id) if walk and s.id in path else _spoken(app, s.ask or s.say),
        )
        for s in script.steps.values()
    ]
    return PickDialog("Go to a step", picks, typed=True)


def undo(app: TriageApp) -> bool:
    """Take back the last thing done, and say what it was."""
    call = app.call
    last = next((e for e in reversed(call.live_events) if e.kind in UNDOABLE), None) if call else None
    if not app.do(app.desk.undo):
        return False
    app.say(f"undone: {words.done(app.desk.script, last)}" if last else "")
    return True


def check(app: TriageApp, prompt_id: str = "") -> None:
    """Check a prompt off (the first without an id); the note is a draft until it is kept."""
    prompt = next((p for p in app.unchecked if p.id == prompt_id or not prompt_id), None)
    if prompt is None or app.call is None:
        app.say("nothing to check")
        return
    draft = note_field(prompt.id)

    def noted(note: str | None) -> None:
        if note and app.do(app.desk.check, prompt.id, note):
            app.say(f"checked: “{prompt.words}”")

    app.push_screen(
        NoteDialog(
            "Checked, with a note",
            f"“{prompt.words}” may be a sign ({prompt.kind}). {prompt.why} What did you find?".replace("  ", " "),
            text=app.call.drafts.get(draft, ""),
            typed=lambda text: app.drafts.soon(draft, text),
        ),
        noted,
    )


def _spoken(app: TriageApp, text: str) -> str:
    return telling.spoken(" ".join(text.split()), app.desk.script, app.walk, app.desk.staff)

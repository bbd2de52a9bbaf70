"""What else may be done at any moment of a call, each under a letter: in the list of standing rules and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage import consents
from triage.staff import may, refusal
from triage.ui.dialogs import NoteDialog, Pick, PickDialog

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

EXTRAS = (
    Pick("f", "Does not fit", "f", "leave this step, with the reason, for the supervisor"),
    Pick("m", "Weekly figure from savings", "m", "shown, not kept"),
    Pick("b", "Consent taken back", "b", "not to be told any more"),
    Pick("e", "Safe to contact again", "e", "a social worker, with the reason"),
)
"""Each with its letter."""


def act(app: TriageApp, letter: str) -> None:
    """Do what the letter stands for."""
    {"f": misfit, "m": weekly, "b": take_back, "e": safe_again}[letter](app)


def misfit(app: TriageApp) -> None:
    """Leave a step that doesn't fit the caller, saying why."""
    step = app.walk.step if app.walk else None
    if step is None:
        app.say("Every step was asked; there is none to leave.")
        return

    def noted(reason: str | None) -> None:
        if reason and app.do(app.desk.misfit, step, reason):
            app.say(f"{step} left: it goes to the supervisor's list · ctrl+r undoes")

    title = app.desk.script.steps[step].title
    app.push_screen(NoteDialog(f"{step} {title} does not fit", "Why does it not fit this caller?"), noted)


def weekly(app: TriageApp) -> None:
    """Show what a sum of savings means."""
    from triage.ui.weekly import WeeklyDialog

    app.push_screen(WeeklyDialog(app.desk.tools.limits, app.desk.today))


def take_back(app: TriageApp) -> None:
    """Note that a consent was taken back."""
    call = app.call
    standing = [c for c in consents.given(call) if c.withdrawn is None] if call else []

    def picked(which: str | None) -> None:
        if which is None:
            return
        consent = standing[int(which)]
        if app.do(app.desk.withdraw, consent.to, key=consent.key):
            app.say(f"consent taken back: {consent.to}")

    if not standing:
        app.say("No consent to tell anybody stands on this call.")
    elif len(standing) == 1:
        picked("0")
    else:
        picks = [Pick(str(n), c.to, str(n + 1), c.what) for n, c in enumerate(standing)]
        app.push_screen(PickDialog("Which consent is taken back?", picks), picked)


def safe_again(app: TriageApp) -> None:
    """Clear “unsafe to contact”."""
    call = app.call
    if not may(app.desk.staff, "say that contact is safe again"):
        app.say(refusal(app.desk.staff, "say that contact is safe again"))
        return
    if call is None or not app.desk.unsafe(call):
        app.say("This person isn’t marked as unsafe to contact.")
        return

    def noted(reason: str | None) -> None:
        if reason and app.do(app.desk.safe_again, reason):
            app.say("safe to contact again, by your decision")

    words = "A social worker decides this. Why is it safe to ring and write again, and who says so?"
    app.push_screen(NoteDialog("Safe to contact again", words), noted)

"""What leaves a call from the wrap-up: the leaflet written or printed, a text message and an e-mail looked at first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from triage.desk import handing
from triage.errors import TriageError
from triage.ui.dialogs import Pick
from triage.ui.preview import Preview

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

FORBIDDEN = "if it does not paste, your terminal forbids it"


def leaflet(app: TriageApp) -> None:
    """Write the leaflet, unless nothing may leave for this person."""
    if app.call is None:
        return
    try:
        app.call, paths = handing.write_leaflet(app.desk, app.call)
    except (TriageError, OSError) as error:
        app.say(str(error))
    else:
        from triage.handover.message import reading_age

        age = reading_age(paths["text"].read_text(encoding="utf-8"))
        app.say(f"leaflet saved: {paths['html']} and PDF · reading age {age} · P prints · t text · e e-mail")


def on_paper(app: TriageApp) -> None:
    """Write the leaflet and put it on paper; or say where it lies."""
    if app.call is None:
        return
    try:
        app.call, how = handing.print_leaflet(app.desk, app.call)
    except (TriageError, OSError) as error:
        app.say(str(error))
    else:
        app.say(how)


def text(app: TriageApp) -> None:
    """Show the text message as it would go; copying it is noted."""
    if app.call is None:
        return
    try:
        made = handing.texted(app.desk, app.call)
    except TriageError as error:
        app.say(str(error))
        return
    parts = "one part" if made.parts == 1 else f"{made.parts} parts"
    about = f"{made.used} of {made.limit} characters, {parts}.{_left_out(made.left_out)}"

    def copied(picked: str | None) -> None:
        if picked == "copy" and app.do(app.desk.handed, "text message", "copied", f"{made.used} characters"):
            app.copy_to_clipboard(made.text)
            app.say(f"text message copied; {FORBIDDEN}")

    picks = (Pick("copy", "Copy it, to send it", "1"), Pick("leave", "Leave it", "2"))
    app.push_screen(Preview("Text message", _about(app, "text", about), made.text, picks), copied)


def mail(app: TriageApp) -> None:
    """Show the e-mail as it would go; a draft for the mail program, or a copy of its words, is noted."""
    if app.call is None:
        return
    try:
        made = handing.mailed(app.desk, app.call)
    except TriageError as error:
        app.say(str(error))
        return
    form = "" if made.page else " Plain text, as they asked."
    size = f"{made.used:,} of {made.limit:,} bytes, reading age {made.age}.{form}{_left_out(made.left_out)}"
    about = _about(app, "email", f"{size}\nSubject: {made.subject}")

    def done(picked: str | None) -> None:
        if picked == "draft" and app.call is not None:
            try:
                app.call, path = handing.write_mail(app.desk, app.call)
            except (TriageError, OSError) as error:
                app.say(str(error))
            else:
                app.say(f"e-mail draft saved: {path}. Put the address in there: it is not kept.")
        if picked == "copy" and app.do(app.desk.handed, "e-mail", "copied", f"{made.used} bytes"):
            app.copy_to_clipboard(made.text)
            app.say(f"e-mail copied; {FORBIDDEN}")

    picks = (
        Pick("draft", "Save it as a draft for the mail program", "1"),
        Pick("copy", "Copy its words", "2"),
        Pick("leave", "Leave it", "3"),
    )
    app.push_screen(Preview("E-mail", about, made.text, picks), done)


def _about(app: TriageApp, channel: str, words: str) -> str:
    needs = handing.cautions(app.desk, app.call, channel) if app.call else ()
    return "\n".join((*needs, words))


def _left_out(names: Sequence[str]) -> str:
    return f" Left out for want of room: {', '.join(names)}." if names else ""

"""Wrap-up: the outcome, what stops the call from being saved, and what the caller is told.

One list holds what is left and what is done; Enter on a line with ✗ goes where it is put right, and the call
comes back here once it is.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from triage.desk import auditing, duties, handing
from triage.errors import TriageError
from triage.model import Call
from triage.script import telling
from triage.script.walk import Walk
from triage.ui import sending, standing
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines

SAVE = "save"
SAID = ("danger_now", "readback_ok", "consent_share", "shortlist_sent")
"""Answers worth seeing once more before saving."""


class WrapUpScreen(Screen[str | None]):
    """One page that names what blocks. Gives back the step to go to, if any."""

    AUTO_FOCUS = "#left"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10", "save", "save", id="save", tooltip="Save the call with its outcome"),
        Binding("o", "other", "other outcome", id="other", tooltip="Choose another outcome, with a reason"),
        Binding("p", "leaflet", "leaflet", id="leaflet", tooltip="Write the leaflet as text, HTML and PDF"),
        Binding("P", "print", "print", id="print", show=False, tooltip="Write the leaflet and print it"),
        Binding("t", "text", "text message", id="text", show=False, tooltip="The text message: its words and length"),
        Binding("e", "mail", "e-mail", id="mail", show=False, tooltip="The e-mail: its words, length and reading age"),
        Binding("y", "copy", "copy note", id="copy", tooltip="Copy the case note to the clipboard"),
        Binding("ctrl+l,f2", "leave", "back to the call", id="unwrap", key_display="ctrl+l"),
        Binding("f9", "rule('s')", "safeguarding", show=False),
        Binding("f12,exclamation_mark", "rule('!')", "danger now", show=False),
        Binding("f4", "check", "checked", show=False),
        Binding("ctrl+r", "undo", "undo", show=False),
        Binding("f6,tab", "app.focus_next", "next pane", show=False),
    ]
    CSS = """
    WrapUpScreen {
        #page { height: 1fr; padding: 0 1; margin-top: 1; }
        #what { width: 3fr; }
        #outcome, #words, #left {
            border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 0 1;
        }
        #outcome { height: auto; max-height: 9; }
        #left {
            height: 1fr;
            &:focus { border: round $accent; border-title-color: $accent; border-title-style: bold; }
        }
        #words { width: 2fr; margin-left: 1; &:focus { border: round $accent; border-title-color: $accent; } }
        &.-narrow {
            #page { layout: vertical; margin-top: 0; }
            #what { width: 1fr; height: 3fr; }
            #words { width: 1fr; height: 2fr; margin-left: 0; }
            #outcome { max-height: 5; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._outcome = Static(id="outcome", markup=False)
        self._left = Lines(id="left")
        self._words = Static(markup=False)
        self._go: tuple[str, ...] = ()
        """Where each line leads: a step, ``prompt:ID``, :data:`SAVE`, or nowhere."""

    def compose(self) -> ComposeResult:
        """Outcome and list, and the words beside them."""
        yield CallBar()
        with Horizontal(id="page"):
            with Vertical(id="what"):
                yield self._outcome
                yield self._left
            with VerticalScroll(id="words") as words:
                words.border_title, words.border_subtitle = "Read back, and the case note", "y copy"
                yield self._words
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the call."""
        self._outcome.border_title, self._left.border_title = "Outcome", "Before it is saved"
        self._outcome.border_subtitle, self._left.border_subtitle = "o other, with a reason", "enter goes there"
        self.watch(here(self), "call", self._draw, init=True)

    # ------------------------------------------------------------------ drawing

    def _draw(self) -> None:
        app = here(self)
        call, there = app.call, app.walk
        if call is None or there is None or call.closed:
            return
        self._outcome.update(self._proposal(call, there))
        rows = [*self._blocks(call, there), *self._planned(call), *self._done(call, there)]
        self._go = tuple(go for _, go in rows)
        self._left.put([row for row, _ in rows])
        out = handing.read_out(app.desk, call)
        text = Content("\n").join(Content(line) for line in out)
        note = Content(handing.note(app.desk, call))
        self._words.update(Content.assemble(text, "\n\n", ("Case note", "bold $accent"), "\n", note))

    def _proposal(self, call: Call, there: Walk) -> Content:
        desk = here(self).desk
        code = call.chosen[0] if call.chosen else there.outcome
        if not code:
            return Content.styled("No outcome follows from the answers yet. o chooses one, with a reason.", "$warning")
        because = call.chosen[1] if call.chosen else there.proposals[0].because
        by = "chosen by you: " if call.chosen else "proposed: "
        lines = [
            Content.assemble((f"{code}  {self._called(code)}", "bold $accent")),
            Content.assemble((by, "$quiet"), because),
        ]
        lines += [
            Content.assemble((f"also {p.code}  ", "$quiet"), self._called(p.code))
            for p in there.proposals
            if p.code != code
        ]
        if there.route:
            names = {r.code: r.name for r in desk.script.routes_of_access}
            lines.append(Content.assemble(("route ", "$quiet"), f"{there.route}  {names.get(there.route, '')}"))
        return Content("\n").join(lines)

    def _called(self, code: str) -> str:
        line = here(self).desk.tools.outcomes.get(code)
        return line.name if line else ""

    def _blocks(self, call: Call, there: Walk) -> list[tuple[Content, str]]:
        rows = [
            (Content.assemble(("✗ ", "bold $warning"), (f"{_place(b.go):<4}", "$accent"), b.why), b.go)
            for b in there.blocks
        ]
        if not rows and (there.outcome or call.chosen):
            rows.append((Content.assemble(("▸ Save this call", "bold $accent"), ("   Enter or F10", "$quiet")), SAVE))
        return rows

    def _planned(self, call: Call) -> list[tuple[Content, str]]:
        """What would still reach a person whom it isn't safe to contact."""
        return [
            (Content.assemble(("! ", "bold $warning"), f"have it cancelled (call {p.call.ref}): {p.what}"), "")
            for p in here(self).desk.planned(call)
        ]

    def _done(self, call: Call, there: Walk) -> list[tuple[Content, str]]:
        desk = here(self).desk
        open_ = here(self).unchecked
        lines = [f"signs looked at: {len(there.prompts)}"] if there.prompts and not open_ else []
        lines += [
            f"{telling.key_title(desk.script, key)} {told}"
            for key in SAID
            if (told := telling.told(desk.script, there, key))
        ]
        lines += [f"told about {len(call.shortlist)}: {', '.join(x.name for x in desk.listings(call))}"] * bool(
            call.shortlist
        )
        lines += [f"booked: {slot.type.name}, {slot.start:%a %d %b %H:%M}" for slot in handing.appointments(desk, call)]
        lines += [f"{what} ready" for what in dict.fromkeys(e.data["what"] for e in call.of_kind("handed"))]
        lines += [duties.line(e) for e in call.promises]
        rows = [(Content.assemble(("✓ ", "$accent"), line), "") for line in lines]
        unasked = len(there.not_asked)
        if unasked:
            many = f"{unasked} questions on the way were" if unasked > 1 else "one question on the way was"
            rows.append((Content.styled(f"· {many} left unasked", "$quiet"), ""))
        return rows

    # ------------------------------------------------------------------ keys

    @on(Lines.Chosen, "#left")
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        go = self._go[event.index]
        if go == SAVE:
            self.action_save()
        elif go.startswith("prompt:"):
            standing.check(here(self), go.removeprefix("prompt:"))
        elif go:
            self.dismiss(go)

    def action_save(self) -> None:
        """Save the call with its outcome."""
        app = here(self)
        if app.do(app.desk.close):
            self.dismiss(None)

    def action_leave(self) -> None:
        """Back to the call."""
        self.dismiss(None)

    def action_rule(self, letter: str) -> None:
        """Raise a standing rule, back on the call."""
        standing.raise_rule(here(self), letter)
        self.dismiss(None)

    def action_check(self) -> None:
        """Check the first prompt off."""
        standing.check(here(self))

    def action_undo(self) -> None:
        """Take back the last thing done."""
        standing.undo(here(self))

    def action_copy(self) -> None:
        """Copy the case note (OSC 52; some terminals forbid it)."""
        app = here(self)
        if app.call is not None:
            try:
                auditing.seen(app.desk, app.call.id, "share", "case note", channel="clipboard")
            except TriageError as error:
                app.say(str(error))
                return
            app.copy_to_clipboard(handing.note(app.desk, app.call))
            app.say("case note copied; if it does not paste, your terminal forbids it: select it with the mouse")

    def action_leaflet(self) -> None:
        """Write the leaflet, unless nothing may leave for this person."""
        sending.leaflet(here(self))

    def action_print(self) -> None:
        """Write the leaflet and put it on paper; or say where it lies."""
        sending.on_paper(here(self))

    def action_text(self) -> None:
        """Show the text message as it would go."""
        sending.text(here(self))

    def action_mail(self) -> None:
        """Show the e-mail as it would go."""
        sending.mail(here(self))

    def action_other(self) -> None:
        """Choose another outcome, with a reason."""
        desk = here(self).desk
        picks = [Pick(c.code, f"{c.code}  {c.name}", more=c.definition) for c in desk.tools.outcomes.values()]
        self.app.push_screen(PickDialog("Other outcome", picks, typed=True), self._why)

    def _why(self, code: str | None) -> None:
        if code is None:
            return
        app = here(self)

        def because(reason: str | None) -> None:
            if reason and app.do(app.desk.choose, code, reason):
                app.say(f"{code} chosen · ctrl+r undoes")

        words = "Why this outcome rather than the proposed one?"
        app.push_screen(NoteDialog(f"{code} {self._called(code)}", words), because)


def _place(go: str) -> str:
    """Where a block is put right, as it is said."""
    return "F4" if go.startswith("prompt:") else go

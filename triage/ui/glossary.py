"""What the words on the screen mean: those that stand there first, then all, as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from triage.glossary import looked_up, standing_in, text_of, told
from triage.handover.words import clean
from triage.model import Term
from triage.script.form import Step
from triage.ui.widgets.inputs import TextField

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

MOST = 9
"""Entries shown at once; typing brings up others."""


class GlossaryDialog(ModalScreen[None]):
    """A field to type in and the entries under it. Enter, F10 or ctrl+l closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f10,ctrl+l,ctrl+s", "leave", "leave", show=False),
        Binding("f12", "danger", "danger now", show=False),
    ]
    DEFAULT_CSS = """
    GlossaryDialog {
        align: center middle; background: $background 65%;
        Vertical {
            width: 92; max-width: 96%; height: auto; max-height: 92%; background: $panel; padding: 1 2;
            border: round $accent; border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        TextField { margin-bottom: 1; }
        Static { height: auto; }
    }
    """

    def __init__(self, terms: tuple[Term, ...], here_now: tuple[Term, ...]) -> None:
        super().__init__()
        self._terms, self._here = terms, here_now
        self._field = TextField(enter=self.action_leave, typed=self._typed, placeholder="type some of the word")
        self._found = Static("", id="entries", markup=False)

    def compose(self) -> ComposeResult:
        """The field and the entries."""
        with Vertical() as box:
            box.border_title, box.border_subtitle = "What words mean", "enter close"
            yield self._field
            yield self._found

    def on_mount(self) -> None:
        """Those on the screen first."""
        self._typed("")

    def _typed(self, text: str) -> None:
        if text.strip():
            shown: tuple[Term, ...] = looked_up(self._terms, text)
        else:
            shown = (*self._here, *(t for t in self._terms if t not in self._here))
        lines = [self._line(term, term in self._here and not text.strip()) for term in shown[:MOST]]
        if len(shown) > MOST:
            lines.append(Content.styled(f"… and {len(shown) - MOST} more: type some of the word", "$quiet"))
        self._found.update(Content("\n").join(lines) if lines else Content("Nothing is called that."))

    def _line(self, term: Term, on_screen: bool) -> Content:
        mark = ("▸ ", "bold $accent") if on_screen else ("  ", "")
        style = "$warning" if term.status != "current" else ""
        return Content.assemble(mark, (term.term, "bold $accent" if on_screen else "bold"), ("  " + told(term), style))

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any word."""
        self.dismiss(None)
        self.app.call_later(self.app.run_action, "screen.standing('!')")


def show(app: TriageApp) -> None:
    """Open the glossary over whatever screen this is."""
    if isinstance(app.screen, GlossaryDialog):
        return
    terms = app.desk.tools.glossary
    app.push_screen(GlossaryDialog(terms, standing_in(terms, on_screen(app))))


def on_screen(app: TriageApp) -> str:
    """The words of the screen: the step in hand, or the listing's card."""
    screen: Screen[Any] = app.screen
    answering, chosen = getattr(screen, "answering", None), getattr(screen, "chosen", None)
    parts: list[str] = []
    if answering is not None and answering.view.step is not None:
        parts += step_text(answering.view.step)
    if chosen is not None:
        listing = chosen.listing
        parts += [listing.name, listing.description, listing.eligibility, listing.application_process, listing.fees]
        parts += listing.topics
    if not parts and app.walk is not None:
        parts += [
            " ".join(p.because for p in app.walk.proposals),
            *(app.desk.outcome(p.code).name for p in app.walk.proposals),
        ]
    return text_of(clean(part) for part in parts)


def step_text(step: Step) -> list[str]:
    """All the words of a step that stand on the screen."""
    fields = [text for f in step.fields for text in (f.label, f.hint, *(o.text for o in f.options))]
    return [step.title, step.say, step.ask, step.tip, step.why, step.check, *fields]

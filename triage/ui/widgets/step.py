"""One step of the script: what to say, what to ask, and the answer.

The same few widgets show every step, so that going on is one frame and a key typed ahead finds its field.
Only the field being answered is open; the others stand above and below it in a line each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from triage.model import DECLINED, NOT_KNOWN
from triage.script import telling
from triage.script.form import Field, Step
from triage.ui.widgets import stepwords
from triage.ui.widgets.choices import Choices
from triage.ui.widgets.inputs import TextField

NONE = (NOT_KNOWN, DECLINED)
JOIN = " | "
"""Between the chosen values of a field while they wait for Enter, as a draft."""


class Host(Protocol):
    """Who shows the steps: the screen."""

    def entered(self, step: Step, answers: Mapping[str, object]) -> None:
        """Enter: the step's answers as they stand."""

    def typing(self, key: str, text: str) -> None:
        """An answer under way, to be kept at once."""

    def asked(self, step: Step, values: Mapping[str, object]) -> tuple[Field, ...]:
        """The fields to ask, as the answers stand."""

    def spoken(self, text: str) -> str:
        """The words to say, with names filled in."""

    def offered(self, step: Step, field: Field) -> str:
        """What a field is filled with before anybody types; ``""`` is nothing."""

    def understood(self, field: Field, text: str) -> str:
        """How a typed answer was understood (“3 Mar 1944, 82”), or what is wrong with it; ``""`` says nothing."""


class StepView(VerticalScroll, can_focus=False):
    """The step in hand. :meth:`put` shows one; everything else follows from keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "field(1)", "Next field", show=False),
        Binding("shift+tab", "field(-1)", "Field before", show=False),
        Binding("ctrl+k", f"none('{NOT_KNOWN}')", "Not known", show=False),
        Binding("ctrl+d", f"none('{DECLINED}')", "Declined", show=False),
        Binding("question_mark", "why", "Why we ask", show=False),
    ]

    DEFAULT_CSS = """
    StepView {
        border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 1 2;
        &:focus-within { border: round $accent; border-title-color: $accent; border-title-style: bold; }
        Static { height: auto; }
        #say { text-style: bold; margin: 0 0 1 0; padding: 0 2; border-left: outer $accent; }
        Choices, TextField { margin-bottom: 1; }
    }
    """

    def __init__(self, host: Host) -> None:
        super().__init__(id="step")
        self.host = host
        self.step: Step | None = None
        self.fields: tuple[Field, ...] = ()
        self.at = 0
        self.values: dict[str, object] = {}
        self.why = False
        self.trouble = ""
        self.note: tuple[list[str], str] | None = None
        self._said = Static(id="say", markup=False)
        self._head = Static(id="head", markup=False)
        self._choices = Choices(chose=self._chose, enter=self._entered)
        self._text = TextField(enter=self._entered, typed=self._typed, id="answer")
        self._foot = Static(id="foot", markup=False)
        self._warned = False

    def compose(self) -> ComposeResult:
        """The widgets that show every step."""
        yield from (self._said, self._head, self._choices, self._text, self._foot)

    # ------------------------------------------------------------------ what others call

    def put(self, step: Step, values: Mapping[str, object], *, last: str = "") -> None:
        """Show ``step`` with what was answered or typed so far, open at the field ``last`` or the first empty one."""
        self.step, self.values, self.at, self.why, self.trouble = step, dict(values), 0, False, ""
        self.note = None
        self._warned = False
        self.fields = self.host.asked(step, self.values)
        empty = (i for i, f in enumerate(self.fields) if f.key not in self.values)
        self.at = next((i for i, f in enumerate(self.fields) if f.key == last), next(empty, 0))
        quotes = [Content(f"“{self.host.spoken(text.strip())}”") for text in (step.say, step.ask) if text]
        self._said.display = bool(quotes)
        self._said.update(Content("\n").join(quotes))
        self.scroll_home(animate=False)
        self._show()

    def say_wrong(self, trouble: str) -> None:
        """Say under the field what is wrong with the answer."""
        self.trouble = trouble
        self._draw()

    def say_note(self, lines: list[str], foot: str) -> None:
        """Say what Enter would do."""
        self.note = (lines, foot)
        self.trouble = ""
        self._draw()

    def take_focus(self) -> None:
        """Put the cursor where the answer goes."""
        self.screen.set_focus(self._editor, scroll_visible=False)

    @property
    def typed_in(self) -> bool:
        """Whether the field in hand takes text."""
        return self._editor is self._text

    @property
    def field(self) -> Field | None:
        """The field being answered."""
        return self.fields[self.at] if self.at < len(self.fields) else None

    # ------------------------------------------------------------------ keys

    def action_field(self, by: int) -> None:
        """To another field of the step."""
        if self.fields:
            self.at = (self.at + by) % len(self.fields)
            self._show()

    def action_none(self, answer: str) -> None:
        """Answer “not known” or “declined”, typed words or not."""
        field = self.field
        if field is None:
            return
        if self.values.get(field.key) == answer:
            self.values.pop(field.key)
        else:
            self.values[field.key] = answer
        self.host.typing(field.key, str(self.values.get(field.key, "")))
        self._show()

    def action_why(self) -> None:
        """Show or hide why it is asked."""
        self.why = not self.why
        self._draw()
        if self.why:
            self.scroll_end(animate=False)

    def _chose(self, values: tuple[str, ...]) -> None:
        field = self.field
        if field is None:
            return
        if not values:
            self.values.pop(field.key, None)
        elif field.type == "many" and values[0] not in NONE:
            self.values[field.key] = values
        else:
            self.values[field.key] = values[0]
        self.trouble, self.note = "", None
        step = self.step
        self.host.typing(field.key, JOIN.join(values))
        if step is None or self.step is not step:
            return
        self.fields = self.host.asked(step, self.values)
        if values and field.type != "many" and self.at < len(self.fields) - 1:
            self.at += 1
            self._show()
        else:
            self._draw()

    def _typed(self, text: str) -> None:
        field = self.field
        if field is None:
            return
        if text.strip():
            self.values[field.key] = text
        else:
            self.values.pop(field.key, None)
        self.trouble, self.note = "", None
        self.host.typing(field.key, text)
        self._draw()

    def _entered(self) -> None:
        if self.step is None:
            return
        field = self.field
        if field is not None and self.typed_in and self.values.get(field.key) not in NONE:
            self._typed_now(field)
        missing = next((f for f in self.fields if f.required and f.key not in self.values), None)
        if missing is not None:
            self.at = self.fields.index(missing)
            self._show()
            self.say_wrong("This one is needed: answer it, or n not known, d declined.")
        elif self.fields and not self.values and not self._warned and not all(f.optional for f in self.fields):
            self._warned = True
            self.say_wrong("Nothing answered. Enter again leaves it unasked; n not known, d declined.")
        else:
            self.host.entered(self.step, dict(self.values))

    def _typed_now(self, field: Field) -> None:
        text = self._text.text
        if text.strip():
            self.values[field.key] = text
        else:
            self.values.pop(field.key, None)

    # ------------------------------------------------------------------ drawing

    @property
    def _editor(self) -> Choices | TextField:
        field = self.field
        return self._choices if field is None or telling.options(field) else self._text

    def _show(self) -> None:
        field = self.field
        editor = self._editor
        self._choices.display, self._text.display = editor is self._choices, editor is self._text
        if field is None:
            self._choices.put((), (), many=False)
        elif editor is self._choices:
            value = self.values.get(field.key, ())
            values = value if isinstance(value, tuple) else (str(value),)
            self._choices.put(telling.options(field), values, many=field.type == "many")
        else:
            if field.key not in self.values and self.step and (filled := self.host.offered(self.step, field)):
                self.values[field.key] = filled
            value = str(self.values.get(field.key, ""))
            self._text.placeholder = field.hint
            self._text.put("" if value in NONE else value)
        self._draw()
        self.take_focus()

    def _draw(self) -> None:
        for widget, content in ((self._head, stepwords.above(self)), (self._foot, stepwords.below(self))):
            if not (isinstance(widget.content, Content) and widget.content.is_same(content)):
                widget.display = bool(content.plain)
                widget.update(content)


def drafted(field: Field, text: str) -> object:
    """A draft as the value it stood for."""
    if field.type == "many" and text not in NONE:
        return tuple(text.split(JOIN))
    return text

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
from triage.script.form import Field, Option, Step
from triage.ui.widgets.choices import Choices
from triage.ui.widgets.inputs import TextField

NONE = (NOT_KNOWN, DECLINED)
OPENS = {"directory": ("F3", "directory"), "diary": ("F7", "diary"), "leaflet": ("F10", "leaflet")}
"""The keys to the tool a step wants at hand."""
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
        if field is not None and self._editor is self._text and self.values.get(field.key) not in NONE:
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
        return self._choices if field is None or _options(field) else self._text

    def _show(self) -> None:
        field = self.field
        editor = self._editor
        self._choices.display, self._text.display = editor is self._choices, editor is self._text
        if field is None:
            self._choices.put((), (), many=False)
        elif editor is self._choices:
            value = self.values.get(field.key, ())
            values = value if isinstance(value, tuple) else (str(value),)
            self._choices.put(_options(field), values, many=field.type == "many")
        else:
            value = str(self.values.get(field.key, ""))
            self._text.placeholder = field.hint
            self._text.put("" if value in NONE else value)
        self._draw()
        self.take_focus()

    def _draw(self) -> None:
        for widget, content in ((self._head, self._above()), (self._foot, self._below())):
            if not (isinstance(widget.content, Content) and widget.content.is_same(content)):
                widget.display = bool(content.plain)
                widget.update(content)

    def _above(self) -> Content:
        step = self.step
        if step is None:
            return Content()
        shown = step.tip and (self.why or not self.screen.has_class("-narrow"))
        lines = [Content.styled(f"▸ {step.tip}", "$quiet")] if shown else []
        lines += [Content.styled(f"check: {step.check}", "$warning")] if step.check else []
        rows = [self._summary(f) for f in self.fields[: self.at]]
        if rows:
            rows.append(Content())
        field = self.field
        if field is not None and (field.label or len(self.fields) > 1):
            label = _label(field)
            mark = " · needed" if field.required else " · optional" if field.optional else ""
            many = " · tick what fits" if field.type == "many" else ""
            rows.append(Content.assemble((label, "bold"), (mark + many, "$quiet")))
        if lines:
            lines.append(Content())
        return Content("\n").join([*lines, *rows])

    def _summary(self, field: Field) -> Content:
        value = self.values.get(field.key)
        told = telling.said(field, value) if isinstance(value, (str, tuple)) else ""
        told = (self.host.understood(field, told) if field.type in ("date", "num") else "").removeprefix("= ") or told
        label = _label(field).ljust(22)
        return Content.assemble((f"{'✓' if told else '·'} {label} ", "$quiet"), told)

    def _below(self) -> Content:
        lines = []
        field = self.field
        if self.trouble:
            lines.append(Content.styled(f"✗ {self.trouble}", "bold $warning"))
        if field is not None:
            value = self.values.get(field.key)
            if value in NONE:
                lines.append(Content.styled(f"✓ {value}", "bold $accent"))
            elif isinstance(value, str) and self._editor is self._text and (told := self.host.understood(field, value)):
                lines.append(Content.styled(told, "$accent"))
        if self.note:
            lines.append(Content.styled("What this would change", "bold"))
            lines += [Content(line) for line in self.note[0]] + [Content.styled(self.note[1], "bold $accent")]
        after = self.fields[self.at + 1 :]
        lines += [self._summary(f) for f in after if f.key in self.values]
        if left := [_label(f) for f in after if f.key not in self.values]:
            lines.append(Content.styled(f"then: {' · '.join(left)}", "$quiet"))
        if lines:
            lines.append(Content())
        lines.append(self._hints())
        if self.why and self.step:
            lines += [
                Content(),
                Content.styled(f"Why: {self.step.why or 'the script gives no reason.'}", "$foreground"),
            ]
        return Content("\n").join(lines)

    def _hints(self) -> Content:
        typing = self._editor is self._text
        keys = [] if typing or not (self.step and self.step.why) else [("?", "why we ask")]
        if self.field is None:
            keys.append(("enter", "said, go on"))
        else:
            keys += [("ctrl+k" if typing else "n", "not known"), ("ctrl+d" if typing else "d", "declined")]
        if self.step and self.step.opens in OPENS:
            keys.append(OPENS[self.step.opens])
        if not typing and len(self._choices.options) > 9:
            keys.append(("0", "for the rest"))
        if len(self.fields) > 1:
            keys.append(("tab", "next field"))
        parts: list[Content | str | tuple[str, str]] = []
        for key, label in keys:
            parts += [(key, "$accent"), (f" {label}     ", "$quiet")]
        return Content.assemble(*parts)


def _label(field: Field) -> str:
    return field.label or field.key.replace("_", " ")


def _options(field: Field) -> tuple[Option, ...]:
    return telling.options(field)


def drafted(field: Field, text: str) -> object:
    """A draft as the value it stood for."""
    if field.type == "many" and text not in NONE:
        return tuple(text.split(JOIN))
    return text

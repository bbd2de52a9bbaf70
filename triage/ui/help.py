"""Help for where one stands: why the step is asked, and every key that works now."""

from __future__ import annotations

from textwrap import wrap
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static, TextArea

from triage.ui.here import here
from triage.ui.widgets.keybar import MOVES, named

KEYS = 24
"""Cells of the column of keys."""


class HelpDialog(ModalScreen[None]):
    """One page; F1, Enter or F10 closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,f10", "close", "close", show=False)]
    DEFAULT_CSS = """
    HelpDialog {
        align: center middle; background: $background 65%;
        VerticalScroll {
            width: 84; max-width: 96%; height: auto; max-height: 92%; background: $panel; padding: 1 2;
            border: round $accent; border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
    }
    """

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._about = about

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll() as box:
            box.border_title, box.border_subtitle = "Help", "enter close"
            yield Static(Content("\n").join([*self._step(), *self._keys()]), markup=False)

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)

    def _step(self) -> list[Content]:
        """What the place is for, or the step that is asked."""
        app = here(self)
        if self._about.HELP:
            return [Content(self._about.HELP), Content()]
        step = app.desk.script.steps.get(app.walk.step or "") if app.walk else None
        if step is None:
            return []
        lines = [Content.styled(f"{step.id} {step.title}", "bold $accent")]
        lines += [Content(f"Why: {step.why}")] if step.why else []
        lines += [Content(step.tip)] if step.tip else []
        lines += [Content.styled(f"check: {step.check}", "$warning")] if step.check else []
        lines.append(
            Content("Digits choose, Enter goes on. In a text, ctrl+j makes a new line, ctrl+z brings text back.")
        )
        return [*lines, Content()]

    def _keys(self) -> list[Content]:
        """A line a key: those of the place first, those that edit text last."""
        rows: dict[tuple[bool, str], tuple[list[str], str]] = {}
        for active in self._about.active_bindings.values():
            binding, edits = active.binding, isinstance(active.node, TextArea | Input)
            if binding.action.startswith(MOVES) or binding.key.startswith("super+"):
                continue
            if binding.description and active.enabled and (binding.tooltip or binding.show or len(binding.key) > 1):
                told = binding.tooltip or binding.description
                keys, _ = rows.setdefault((edits, binding.action), ([], told[:1].upper() + told[1:]))
                keys.append(named(binding.key))
        wide = min(84, int(self.app.size.width * 0.96)) - 6 - KEYS
        lines = []
        for (_, _), (keys, told) in sorted(rows.items(), key=lambda row: row[0][0]):
            first, *more = wrap(told, max(20, wide)) or [""]
            lines.append(Content.assemble((" ".join(keys)[: KEYS - 2].ljust(KEYS), "$accent"), first))
            lines += [Content(" " * KEYS + line) for line in more]
        return lines

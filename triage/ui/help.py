"""Help for where one stands: why the step is asked, and every key that works now."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from triage.ui.here import here
from triage.ui.widgets.keybar import MOVES, named


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
        app = here(self)
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
        rows: dict[str, tuple[list[str], str]] = {}
        for active in self._about.active_bindings.values():
            binding = active.binding
            if binding.action.startswith(MOVES):
                continue
            if binding.description and active.enabled and (binding.tooltip or binding.show or len(binding.key) > 1):
                keys, _ = rows.setdefault(binding.action, ([], binding.tooltip or binding.description))
                keys.append(binding.key_display or named(binding.key))
        return [Content.assemble((" ".join(keys)[:22].ljust(24), "$accent"), text) for keys, text in rows.values()]

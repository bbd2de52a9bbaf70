"""The weekly figure from savings, shown while the sum is typed. Nothing of it is kept."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.money import LimitsTable, MoneyError, asked
from triage.ui.widgets.inputs import TextField

WORDS = "How much is in savings? A year may follow: 15,000 2025/26. It is shown only, and not kept."


class WeeklyDialog(ModalScreen[None]):
    """One field and what it means. Enter, F10 or ctrl+l closes it; danger works here too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f10,ctrl+l", "leave", "leave", show=False),
        Binding("f12", "danger", "danger now", show=False),
    ]
    DEFAULT_CSS = """
    WeeklyDialog {
        align: center middle; background: $background 65%;
        Vertical {
            width: 78; max-width: 96%; height: auto; max-height: 90%; background: $panel; padding: 1 2;
            border: round $accent; border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        Static { height: auto; margin-bottom: 1; }
    }
    """

    def __init__(self, table: LimitsTable, today: date) -> None:
        super().__init__()
        self._table, self._today = table, today
        self._field = TextField(enter=self.action_leave, typed=self._typed)
        self._found = Static("", id="figure", markup=False)

    def compose(self) -> ComposeResult:
        """What to type, the field, what it means."""
        with Vertical() as box:
            box.border_title, box.border_subtitle = "Weekly figure from savings", "enter close"
            yield Static(WORDS, markup=False)
            yield self._field
            yield self._found

    def _typed(self, text: str) -> None:
        if not text.strip():
            self._found.update("")
            return
        try:
            first, *rest = asked(text, self._table, self._today).words
        except MoneyError as error:
            self._found.update(Content.styled(str(error), "bold $warning"))
            return
        shown = [Content.styled(first, "bold $accent")]
        shown += [Content.styled(line, "$warning" if line.startswith("NOT") else "$quiet") for line in rest]
        self._found.update(Content("\n").join([*shown, Content.styled("Information, not advice.", "$quiet")]))

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any sum."""
        self.dismiss(None)
        self.app.call_later(self.app.run_action, "screen.standing('!')")

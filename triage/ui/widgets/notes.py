"""The handler's notes, one key away from anywhere; and the line that stands for the panes that have no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult, RenderResult
from textual.containers import Container
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from triage.ui import words
from triage.ui.widgets.inputs import TextField


class Notes(Container):
    """A text area that is journalled as it is typed."""

    def __init__(self, typed: Callable[[str, str], None]) -> None:
        super().__init__(id="notes")
        self.field = TextField(
            typed=lambda text: typed("notes", text), classes="-notes", placeholder="What the form has no place for."
        )
        self.border_title = "Notes"
        self.border_subtitle = "F8"

    def compose(self) -> ComposeResult:
        """The text."""
        yield self.field

    def put(self, text: str) -> None:
        """Show the call's notes, unless they are being typed."""
        if not self.field.has_focus and self.field.text != text:
            self.field.put(text)


class Glance(Widget):
    """One row for what may help, one for the notes, where the panes themselves don't fit."""

    DEFAULT_CSS = """
    Glance { height: 2; padding: 0 1; color: $quiet; }
    """

    names: reactive[tuple[str, ...]] = reactive(())
    notes: reactive[str] = reactive("")

    def show(self, names: Sequence[str], notes: str) -> None:
        """What the two panes hold."""
        self.names, self.notes = tuple(names), notes

    def render(self) -> RenderResult:
        """The two rows."""
        width = self.content_size.width
        helps = words.listed(self.names, width - 15) if self.names else "nothing yet"
        notes = " / ".join(self.notes.splitlines()) or "none yet"
        return Content("\n").join([_row("may help: ", helps, "F3", width), _row("notes: ", notes, "F8", width)])


def _row(name: str, text: str, key: str, width: int) -> Content:
    left = Content.assemble((name, "$quiet"), text).truncate(width - 4, ellipsis=True, pad=True)
    return Content.assemble(left, (f"  {key}", "$accent"))

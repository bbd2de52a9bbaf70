"""What would be sent, word for word, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.ui.dialogs import DIALOG_CSS, LEAVE, Pick
from triage.ui.widgets.lines import Lines


class Preview(ModalScreen[str | None]):
    """The words, which scroll however long they are, over what can be done. Gives back the pick's value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVE,
        Binding("pageup,ctrl+up", "read(-1)", "read back", show=False, priority=True),
        Binding("pagedown,ctrl+down", "read(1)", "read on", show=False, priority=True),
    ]
    DEFAULT_CSS = (
        DIALOG_CSS % "Preview"
        + """
    Preview Vertical { width: 82; max-width: 100%; max-height: 98%; padding: 0 1; }
    Preview VerticalScroll {
        width: 100%; height: auto; max-height: 50vh; margin-bottom: 1; padding: 0; scrollbar-size-vertical: 1;
    }
    Preview VerticalScroll Static { margin: 0; }
    """
    )

    def __init__(self, title: str, about: str, words: str, picks: Sequence[Pick]) -> None:
        super().__init__()
        self._title, self._about, self._said, self._picks = title, about, words, tuple(picks)
        self._lines = Lines()
        self._page = VerticalScroll(Static(words, markup=False))
        self._page.can_focus = False

    def compose(self) -> ComposeResult:
        """What to know, the words, what to do."""
        with Vertical() as box:
            box.border_title, box.border_subtitle = self._title, "page down reads on · enter choose · F10 leave"
            if self._about:
                yield Static(self._about, markup=False)
            yield self._page
            yield self._lines

    def on_mount(self) -> None:
        """Show what can be done."""
        self._lines.put([Content.assemble((f"{p.letter}  ", "bold $accent"), p.text) for p in self._picks], 0)
        self.set_focus(self._lines)

    async def on_key(self, event: events.Key) -> None:
        """A number picks."""
        pick = next((p for p in self._picks if event.character and p.letter == event.character), None)
        if pick is not None:
            event.stop()
            self.dismiss(pick.value)

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(self._picks[event.index].value)

    def action_read(self, by: int) -> None:
        """Turn the page."""
        (self._page.scroll_page_down if by > 0 else self._page.scroll_page_up)(animate=False)

    def action_leave(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any message."""
        self.dismiss(None)
        self.app.call_later(self.app.simulate_key, "f12")

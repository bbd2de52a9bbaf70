"""The box to search in: one line that keeps all of a paste."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class SearchBox(Input):
    """A search box. What it holds is read by a watcher on ``value``, so that words and results come in one frame."""

    DEFAULT_CSS = """
    SearchBox {
        height: 1; border: none; padding: 0 1; margin: 0 0 1 0; background: $lift;
        &:focus { border: none; background: $lift; }
        .input--placeholder { color: $quiet; }
    }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="what they ask for", compact=True, select_on_focus=False)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Keep every line of what was pasted."""
        self.insert_text_at_cursor(" ".join(event.text.split()))
        event.stop()
        event.prevent_default()

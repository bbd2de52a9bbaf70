"""The box to search in: one line that keeps all of a paste."""

from __future__ import annotations

from textual import events
from textual.geometry import Region
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

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> SearchBox:
        """Draw it again. Its size never hangs on what it holds, so no key lays the whole screen out anew."""
        super().refresh(*regions, repaint=repaint, recompose=recompose)
        return self

    def _watch_value(self, value: str) -> None:
        """Tell nobody by message: the screen reads the value itself, in the frame of the key."""
        with self.prevent(Input.Changed):
            super()._watch_value(value)

    def _on_paste(self, event: events.Paste) -> None:
        """Keep every line of what was pasted."""
        self.insert_text_at_cursor(" ".join(event.text.split()))
        event.stop()
        event.prevent_default()

"""The box to search in: one line that keeps all of a paste."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
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
        self._drawn_with: tuple[Style, Style] | None = None
        """The styles of the text and of the cursor, once looked up."""

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> SearchBox:
        """Draw it again. Its size never hangs on what it holds, so no key lays the whole screen out anew."""
        super().refresh(*regions, repaint=repaint, recompose=recompose)
        return self

    def notify_style_update(self) -> None:
        """Colours are looked up anew."""
        super().notify_style_update()
        self._drawn_with = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line; typing at the end of a short text, which is what a box is mostly for, is drawn straight away."""
        size, value = self.size, self.value
        room = size.width - cell_len(value) - 1
        plain = value and room >= 0 and size.height == 1 and self.selection.is_empty and self.cursor_at_end
        if not plain or not self.has_focus or self.app.current_theme.ansi or self.app.no_color:
            return super().render_lines(crop)
        if self._drawn_with is None:
            self._drawn_with = self.rich_style, self.get_component_rich_style("input--cursor")
        text, cursor = self._drawn_with
        before, after = self.styles.padding.left, self.styles.padding.right
        pieces = (" " * before + value, text), (" ", text + cursor), (" " * (room + after), text)
        strip = Strip([Segment(*piece) for piece in pieces if piece[0]], self.outer_size.width)
        return [strip.crop(crop.x, crop.right)]

    def _watch_value(self, value: str) -> None:
        """Tell nobody by message: the screen reads the value itself, in the frame of the key."""
        with self.prevent(Input.Changed):
            super()._watch_value(value)

    def _on_paste(self, event: events.Paste) -> None:
        """Keep every line of what was pasted."""
        self.insert_text_at_cursor(" ".join(event.text.split()))
        event.stop()
        event.prevent_default()

"""Lines drawn one by one, each only when it comes into view: a list can be as long as it likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual

from triage.ui.widgets.lines import Lines

T = TypeVar("T")


class Rows(Lines, Generic[T]):
    """A list of ``items``, a line each; :meth:`row` says how one looks.

    Unlike its base it keeps the items themselves, draws the two lines that a move of the cursor touches rather than
    all of them, and shows the cursor while something else (a search box) has the focus.
    """

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.items: Sequence[T] = ()
        self._drawn_at = 0

    def show(self, items: Sequence[T], cursor: int = 0) -> None:
        """Show these, the cursor on ``cursor``."""
        self.items = items
        self._top = 0
        with self.prevent(Lines.Moved):
            self.cursor = cursor
        self._scroll()
        self.refresh()

    def row(self, item: T, width: int, chosen: bool) -> Content:
        """How an item looks in ``width`` cells; ``chosen`` has the cursor."""
        raise NotImplementedError

    @property
    def chosen(self) -> T | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.items else None

    def say(self, empty: str) -> None:
        """What to say while there is nothing."""
        if empty != self.empty:
            self.empty = empty
            self.refresh()

    def watch_cursor(self, cursor: int) -> None:
        """Draw the line it left and the one it came to."""
        super().watch_cursor(cursor)
        if self._scroll():
            self.refresh()
        else:
            lines = {self._drawn_at - self._top, cursor - self._top}
            self.refresh(*(Region(0, y, self.size.width, 1) for y in lines))
        self._drawn_at = cursor

    def render_line(self, y: int) -> Strip:
        """One line of the list, or of what is said in its place."""
        width = self.size.width
        if not self.items:
            return self._strip(self._empty_line(y, width), width)
        at = self._top + y
        if at >= len(self.items):
            return Strip.blank(width, self.visual_style.rich_style)
        chosen = at == self.cursor
        line = self.row(self.items[at], width, chosen).truncate(width, ellipsis=True, pad=True)
        return self._strip(line.stylize_before("on $lift") if chosen else line, width)

    def action_choose(self) -> None:
        """Choose the line under the cursor."""
        if self.items:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = self._top + event.y
        if at < len(self.items):
            self.cursor = at
            self.action_choose()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._scroll()

    def _scroll(self) -> bool:
        """Bring the cursor into view; whether the lines moved."""
        height = max(1, self.size.height)
        top = min(max(self._top, self.cursor - height + 1), self.cursor)
        top = max(0, min(top, len(self.items) - height))
        moved, self._top = top != self._top, top
        return moved

    def _empty_line(self, y: int, width: int) -> Content:
        lines = Content.from_text(self.empty, markup=False).wrap(max(1, width)) if self.empty else []
        return lines[y].stylize("$quiet") if y < len(lines) else Content("")

    def _strip(self, line: Content, width: int) -> Strip:
        strips = Visual.to_strips(self, line, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, self.visual_style.rich_style)

    def _in(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.items) - 1))

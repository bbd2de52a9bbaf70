"""Lines drawn one by one, each only when it comes into view: a list can be as long as it likes.

A line is made of pieces of text with a style each, because a line of a content object costs four times as much and
thirty of them are drawn at every key.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style

from triage.ui.widgets.lines import Lines

KEPT = 2000
"""Lines that are kept as they were drawn."""
T = TypeVar("T")
Piece = tuple[str, str]
"""Text, and its style in Textual's words: ``bold $accent``."""


class Rows(Lines, Generic[T]):
    """A list of ``items``, a line each; :meth:`row` says how one looks.

    Unlike its base it keeps the items themselves, draws the two lines that a move of the cursor touches rather than
    all of them, and shows the cursor while something else (a search box) has the focus.
    """

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.items: Sequence[T] = ()
        self._drawn_at = 0
        self._styles_made: dict[tuple[str, str], RichStyle] = {}
        self._styled_for: Style | None = None
        self._strips: dict[Hashable, Strip] = {}
        self._filters: Sequence[LineFilter] = ()
        self._shown: list[Hashable] = [None]
        """What the lines in view hung on when they were last put here."""
        self._wrapped: tuple[tuple[str, int], list[str]] = (("", 0), [])
        """What is said in place of a list, in lines of a width."""

    def show(self, items: Sequence[T], cursor: int = 0) -> None:
        """Show these, the cursor on ``cursor``."""
        before = self._shown if self._top == 0 else [None]
        self.items = items
        self._top = 0
        with self.prevent(Lines.Moved):
            self.cursor = cursor
        self._scroll()
        after = self._shown = self._looks()
        if None in after or not items:
            self.refresh()
        else:
            changed = [y for y, looks in enumerate(after) if y >= len(before) or before[y] != looks]
            self._dirty((*changed, *range(len(after), len(before))))

    def _dirty(self, lines: Sequence[int]) -> None:
        """Draw these lines again, in order; those that follow each other as one."""
        width = self.size.width
        regions: list[Region] = []
        for y in lines:
            if regions and regions[-1].bottom == y:
                regions[-1] = Region(0, regions[-1].y, width, regions[-1].height + 1)
            else:
                regions.append(Region(0, y, width, 1))
        self.refresh(*regions, repaint=bool(regions))

    def _looks(self) -> list[Hashable]:
        """What the lines in view hang on; an empty list says something else in their place."""
        if not self.items:
            return [None]
        seen = enumerate(self.items[self._top : self._top + self.size.height], self._top)
        looks = [(self.same(item), at == self.cursor) for at, item in seen]
        return [None if same is None else (same, at) for same, at in looks]

    def row(self, item: T, width: int, chosen: bool) -> Sequence[Piece]:
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
            if not self.items:
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
        return self._line(y, self.size.width)

    @property
    def _ansi(self) -> bool:
        """Whether colours are the terminal's own; those of other themes need no changing."""
        return self.app.current_theme.ansi

    def _line(self, y: int, width: int) -> Strip:
        at = self._top + y
        if not self.items:
            pieces = self._empty_line(y, width)
        elif at < len(self.items):
            return self._strip(self.items[at], width, at == self.cursor)
        else:
            pieces = ()
        return self._made(pieces, width, False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as they are: a list without border and padding needs no styling line by line."""
        if self.size != self.outer_size or self.opacity != 1:
            return super().render_lines(crop)
        filters = [each for each in self.get_line_filters() if not isinstance(each, ANSIToTruecolor) or self._ansi]
        if filters != self._filters or self.visual_style != self._styled_for or len(self._strips) > KEPT:
            self._strips.clear()
            self._filters = filters
        width = self.size.width
        drawn = [self._line(y, width) for y in range(crop.y, crop.bottom)]
        return drawn if crop.width == width else [strip.crop(crop.x, crop.right) for strip in drawn]

    def same(self, item: T) -> Hashable:
        """What a line's looks hang on besides its width and the cursor; lines that are the same are made once."""
        return None

    def _strip(self, item: T, width: int, chosen: bool) -> Strip:
        looks = self.same(item)
        key = (looks, width, chosen)
        if looks is None or key not in self._strips:
            self._strips[key] = self._made(self.row(item, width, chosen), width, chosen)
        return self._strips[key]

    def _made(self, pieces: Sequence[Piece], width: int, chosen: bool) -> Strip:
        under = "on $lift" if chosen else ""
        base = self.visual_style
        if base != self._styled_for:
            self._styles_made.clear()
            self._styled_for = base
        strip = Strip([Segment(text, self._rich(style, under)) for text, style in fit(pieces, width)], width)
        for each in self._filters:
            strip = strip.apply_filter(each, self.background_colors[1])
        return strip

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

    def _empty_line(self, y: int, width: int) -> Sequence[Piece]:
        if self._wrapped[0] != (self.empty, width):
            lines = Content(self.empty).wrap(max(1, width)) if self.empty else []
            self._wrapped = ((self.empty, width), [line.plain for line in lines])
        told = self._wrapped[1]
        return ((told[y], "$quiet"),) if y < len(told) else ()

    def _rich(self, style: str, under: str) -> RichStyle:
        """A style in this widget's colours; the same words give the same style until the colours change."""
        key = (style, under)
        if key not in self._styles_made:
            whole = self.visual_style + self._get_style(under) + self._get_style(style)
            self._styles_made[key] = whole.rich_style
        return self._styles_made[key]

    def _in(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.items) - 1))


def fit(pieces: Iterable[Piece], width: int) -> list[Piece]:
    """The pieces in exactly ``width`` cells: padded, or cut with an ellipsis."""
    found: list[Piece] = []
    left = width
    for text, style in pieces:
        wide = cell_len(text)
        if wide > left:
            if left:
                found.append((set_cell_size(text, left - 1) + "…", style))
            return found
        found.append((text, style))
        left -= wide
    if left:
        found.append((" " * left, ""))
    return found


def column(pieces: Iterable[Piece], width: int) -> list[Piece]:
    """A column of ``width`` cells, the last of them free; nothing at all when there is no room for it."""
    return [*fit(pieces, width - 1), (" ", "")] if width > 1 else []

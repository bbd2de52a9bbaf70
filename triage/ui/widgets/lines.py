"""A list of lines with a cursor: one widget however long the list is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Lines(Widget, can_focus=True):
    """Lines to choose from. Only what is in view is drawn.

    The cursor moves with up, down, page up, page down, home and end. ``empty`` says what to do when there is
    nothing yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-999999)", "First", show=False),
        Binding("end", "move(999999)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    DEFAULT_CSS = """
    Lines { height: 1fr; }
    """

    cursor: reactive[int] = reactive(0)

    class Chosen(Message):
        """Enter, or a click, on the line ``index`` of ``lines``."""

        def __init__(self, lines: Lines, index: int) -> None:
            self.lines, self.index = lines, index
            super().__init__()

        @property
        def control(self) -> Lines:
            """The list it happened in."""
            return self.lines

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, lines: Lines, index: int) -> None:
            self.lines, self.index = lines, index
            super().__init__()

        @property
        def control(self) -> Lines:
            """The list it happened in."""
            return self.lines

    def __init__(
        self,
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002 - as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.rows: tuple[Content, ...] = ()
        self.empty = empty
        self._top = 0

    def put(self, rows: Sequence[Content], cursor: int | None = None) -> None:
        """Show these lines, the cursor on ``cursor`` or where it was."""
        changed = len(rows) != len(self.rows)
        self.rows = tuple(rows)
        with self.prevent(Lines.Moved):
            self.cursor = self._in(self.cursor if cursor is None else cursor)
        self.refresh(layout=changed and self.styles.height is not None and self.styles.height.is_auto)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a line."""
        return self._in(cursor)

    def watch_cursor(self, cursor: int) -> None:
        """Tell who listens."""
        self.post_message(self.Moved(self, cursor))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row a line."""
        return max(1, len(self.rows))

    def render(self) -> Content:
        """The lines in view."""
        width, height = self.size
        if not self.rows:
            return Content.styled(self.empty, "$quiet")
        self._top = min(max(self._top, self.cursor - height + 1), self.cursor, max(0, len(self.rows) - height))
        self._top = max(0, self._top)
        shown = []
        for at, row in enumerate(self.rows[self._top : self._top + height], self._top):
            line = row.truncate(width, ellipsis=True, pad=True)
            shown.append(line.stylize_before("on $lift") if at == self.cursor and self.has_focus else line)
        below = len(self.rows) - self._top - len(shown)
        if below > 0 and len(shown) > 1:
            more = Content.styled(f" ▾ {below} more", "$quiet")
            shown[-1] = shown[-1].truncate(max(0, width - more.cell_length), ellipsis=True, pad=True) + more
        return Content("\n").join(shown)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by what fits in view."""
        self.cursor += by * max(1, self.size.height - 1)

    def action_choose(self) -> None:
        """Choose the line under the cursor."""
        if self.rows:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = self._top + event.y
        if at < len(self.rows):
            self.cursor = at
            self.action_choose()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide it."""
        self.refresh()

    def _in(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.rows) - 1))

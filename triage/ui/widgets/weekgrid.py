"""The week as one widget, drawn line by line: shapes and words for how each time stands."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from triage.ui.week import Cell, Week

WORDS = {"mine": "● held", "booked": "✓ booked", "held": "◐ wait", "full": "full", "past": "·"}
"""A free time is a ring, with the number of people or desks when there are several."""
STYLES = {
    "mine": "bold $accent",
    "booked": "bold $accent",
    "free": "",
    "held": "$warning",
    "full": "$quiet",
    "past": "$quiet",
}
HEAD = 9
"""Cells of the times' column."""


class WeekGrid(Widget, can_focus=True):
    """Days across, times down; the arrows move, and past the edge they go on to the next week."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", show=False),
        Binding("down", "move(0, 1)", show=False),
        Binding("left", "move(-1, 0)", show=False),
        Binding("right", "move(1, 0)", show=False),
        Binding("home", "move(0, -999)", show=False),
        Binding("end", "move(0, 999)", show=False),
    ]
    DEFAULT_CSS = """
    WeekGrid { height: 1fr; }
    """

    column: reactive[int] = reactive(0)
    line: reactive[int] = reactive(0)

    class Over(Message):
        """The cursor wants to go on to another week: ``by`` is -1 or 1."""

        def __init__(self, by: int) -> None:
            self.by = by
            super().__init__()

    class Moved(Message):
        """The cursor stands on another time."""

    class Chosen(Message):
        """A click on the time under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.week: Week | None = None
        self._top = 0

    @property
    def cell(self) -> Cell | None:
        """What stands under the cursor."""
        week = self.week
        if week is None or not week.times:
            return None
        return week.cells.get((week.days[self.column], week.times[self.line]))

    def put(self, week: Week) -> None:
        """Show a week; the cursor stays on its day and its time as far as the week has them."""
        old = self.week
        at = old.times[self.line] if old and old.times else None
        self.week = week
        with self.prevent(WeekGrid.Moved):
            self.column = self.column
            self.line = week.times.index(at) if at in week.times else self.line
        self.refresh()

    def go(self, slot: str) -> bool:
        """Put the cursor on a slot; whether the week has it."""
        place = self.week.place(slot) if self.week else None
        if place:
            self.column, self.line = place
        return place is not None

    def validate_column(self, column: int) -> int:
        """Stay on a day."""
        return max(0, min(column, len(self.week.days) - 1 if self.week else 0))

    def validate_line(self, line: int) -> int:
        """Stay on a time."""
        return max(0, min(line, len(self.week.times) - 1 if self.week else 0))

    def watch_column(self) -> None:
        """Tell who listens."""
        self.post_message(self.Moved())

    def watch_line(self) -> None:
        """Tell who listens."""
        self.post_message(self.Moved())

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor; over the left or right edge, to another week."""
        if self.week and not 0 <= self.column + across < len(self.week.days):
            self.post_message(self.Over(across))
        self.column += across
        self.line += down

    def on_click(self, event: events.Click) -> None:
        """A click on a time puts the cursor there; a second one chooses it."""
        week = self.week
        if week is None or event.x < HEAD or event.y < 2:
            return
        column, line = (event.x - HEAD) // self._wide(), self._top + event.y - 2
        if column < len(week.days) and line < len(week.times):
            again = (column, line) == (self.column, self.line)
            self.column, self.line = column, line
            if again:
                self.post_message(self.Chosen())

    # ------------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """The days, a blank line, then a line for each time."""
        width = self.size.width
        line = self._line(y).truncate(width, pad=True)
        strips = Visual.to_strips(self, line, width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, self.visual_style.rich_style)

    def _line(self, y: int) -> Content:
        week = self.week
        if week is None:
            return Content("")
        if y == 0:
            return Content.assemble(" " * HEAD, *(self._day(n) for n in range(len(week.days))))
        if not week.times:
            return Content.styled(
                "Nobody gives this kind of appointment here in this week." if y == 2 else "", "$quiet"
            )
        room = max(1, self.size.height - 2)
        self._top = max(0, min(max(self._top, self.line - room + 1), self.line, len(week.times) - room))
        at = self._top + y - 2
        if y == 1:
            below = len(week.times) - self._top - room
            more = [f"▴ {self._top} earlier"] * bool(self._top) + [f"▾ {below} later"] * (below > 0)
            return Content.styled(" " * HEAD + "  ".join(more), "$quiet")
        if at >= len(week.times):
            return Content("")
        chosen = "bold" if at == self.line else "$quiet"
        head = Content.styled(f"  {week.times[at]:%H:%M}".ljust(HEAD), chosen)
        return Content.assemble(head, *(self._time(n, at) for n in range(len(week.days))))

    def _wide(self) -> int:
        days = len(self.week.days) if self.week else 5
        return max(7, min(16, (self.size.width - HEAD) // max(1, days)))

    def _day(self, column: int) -> Content:
        assert self.week is not None
        day = self.week.days[column]
        style = "bold" if column == self.column else "$quiet"
        return Content.styled(f"{day:%a} {day.day}", style).truncate(self._wide(), pad=True)

    def _time(self, column: int, at: int) -> Content:
        week = self.week
        assert week is not None
        key = week.days[column], week.times[at]
        cell = week.cells.get(key)
        words, style = "", "$quiet"
        if cell:
            words = f"○ {cell.free}" if cell.free > 1 else WORDS.get(cell.state, "○")
            words, style = (words if cell.state == "free" else WORDS[cell.state]), STYLES[cell.state]
        elif key[0] in week.shut:
            words = "closed"
        elif key in week.away:
            words = "leave"
        shown = Content.styled(words, style)
        if (column, at) == (self.column, self.line) and self.has_focus:
            shown = Content.assemble(("▸", "bold $accent"), shown).truncate(self._wide() - 1, pad=True)
            return shown.stylize_before("on $lift").pad_right(1)
        return Content.assemble(" ", shown).truncate(self._wide(), pad=True)

"""The options of one field, chosen by digit: one widget, drawn in columns.

The first nine have the keys 1 … 9, the next nine 01 … 09, the rest 001 … : what stands beside an option is what
is typed, so no key waits for another. Arrows and space do the same; ``n`` and ``d`` answer “not known” and “declined”.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.widget import Widget

from triage.model import DECLINED, NOT_KNOWN
from triage.script.form import Option

GAP = 2
"""Cells between two columns."""
ROOM = 6
"""Cells a column may be wider than its longest option."""


class Choices(Widget, can_focus=True):
    """Options with a mark each: ● ○ for one, ■ □ for many.

    ``chose`` gets the values chosen, in the options' order, after every key; ``enter`` is called on Enter. A value
    that is no option (“not known”) takes the place of all of them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("left", "across(-1)", "Left", show=False),
        Binding("right", "across(1)", "Right", show=False),
        Binding("space", "pick", "Choose", show=False),
    ]

    DEFAULT_CSS = """
    Choices { height: auto; min-height: 1; }
    """

    cursor: reactive[int] = reactive(0)
    block: reactive[int] = reactive(0)
    """How many zeros were typed: which nine options the next digit is for."""

    def __init__(self, *, chose: Callable[[tuple[str, ...]], None], enter: Callable[[], None]) -> None:
        super().__init__()
        self._chose, self._enter = chose, enter
        self.options: tuple[Option, ...] = ()
        self.many = False
        self.values: tuple[str, ...] = ()

    def put(self, options: tuple[Option, ...], values: tuple[str, ...], *, many: bool) -> None:
        """Show a field's options with what is chosen."""
        changed = options is not self.options
        self.options, self.values, self.many = options, values, many
        self.block = 0
        if changed:
            self.cursor = next((i for i, o in enumerate(options) if o.value in values), 0)
            self.refresh(layout=True)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on an option."""
        return max(0, min(cursor, len(self.options) - 1))

    def watch_cursor(self) -> None:
        """Keep it in view."""
        if self.has_focus and self.options:
            self.scroll_to_region(Region(0, self.cursor % self._rows(self.size.width), 1, 1), animate=False)

    # ------------------------------------------------------------------ keys

    async def _on_key(self, event: events.Key) -> None:
        key = event.key
        if key == "enter":
            self._enter()
        elif key == "0" and len(self.options) > 9:
            self.block = (self.block + 1) % -(-len(self.options) // 9)
            self.cursor = self.block * 9
        elif key in "123456789" and len(key) == 1 and self.options:
            self._pick(self.block * 9 + int(key) - 1)
        elif key in "nd" and self.options:
            self._give(() if self.values == (word := NOT_KNOWN if key == "n" else DECLINED,) else (word,))
        else:
            return
        event.stop()
        event.prevent_default()

    def action_move(self, by: int) -> None:
        """Up and down."""
        self.cursor += by

    def action_across(self, by: int) -> None:
        """To the column beside."""
        self.cursor += by * self._rows(self.size.width)

    def action_pick(self) -> None:
        """Choose what the cursor is on."""
        if self.options:
            self._pick(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        rows = self._rows(self.size.width)
        left = 0
        for column, wide in enumerate(self._widths(self.size.width)):
            if left <= offset.x < left + wide and column * rows + offset.y < len(self.options) and offset.y < rows:
                self._pick(column * rows + offset.y)
                return
            left += wide + GAP

    def _pick(self, at: int) -> None:
        self.block = 0
        if at >= len(self.options):
            return
        self.cursor = at
        value = self.options[at].value
        if not self.many:
            self._give((value,))
            return
        chosen = set(self.values) ^ {value}
        self._give(tuple(o.value for o in self.options if o.value in chosen))

    def _give(self, values: tuple[str, ...]) -> None:
        self.values = values
        self.refresh()
        self._chose(values)

    # ------------------------------------------------------------------ drawing

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the columns need."""
        return max(1, self._rows(width))

    def render(self) -> Content:
        """The options, down the columns."""
        widths = self._widths(self.size.width)
        rows = self._rows(self.size.width)
        keys = [len(_key(min(rows * (c + 1), len(self.options)) - 1)) for c in range(len(widths))]
        lines = []
        for row in range(rows):
            shown = [(row + rows * c, c) for c in range(len(widths)) if row + rows * c < len(self.options)]
            lines.append(Content(" " * GAP).join(self._cell(at, widths[c], keys[c]) for at, c in shown))
        return Content("\n").join(lines)

    def _cell(self, at: int, width: int, key_width: int) -> Content:
        option = self.options[at]
        chosen = option.value in self.values
        mark = ("■" if chosen else "□") if self.many else ("●" if chosen else "○")
        mine = at // 9 == self.block
        cell = Content.assemble(
            (_key(at).rjust(key_width), "bold $accent" if mine and self.has_focus else "$quiet"),
            " ",
            (mark, "bold $accent" if chosen else "$quiet"),
            " ",
            (option.text, "bold" if chosen else "" if mine else "$quiet"),
        ).truncate(width, ellipsis=True, pad=True)
        return cell.stylize_before("on $lift") if at == self.cursor and self.has_focus else cell

    def _widths(self, width: int) -> list[int]:
        """The width of each column: as many columns as fit without cutting a label."""
        count = len(self.options)
        for columns in (3, 2) if count > 18 else (2,) if count > 5 else ():
            rows = -(-count // columns)
            parts = [range(at, min(at + rows, count)) for at in range(0, count, rows)]
            widths = [max(len(self.options[i].text) for i in part) + len(_key(part[-1])) + 3 for part in parts]
            spare = width - sum(widths) - GAP * (len(widths) - 1)
            if spare >= 0:
                return [w + min(spare // len(widths), ROOM) for w in widths]
        return [width]

    def _rows(self, width: int) -> int:
        return max(1, -(-len(self.options) // len(self._widths(width))))


def _key(at: int) -> str:
    return "0" * (at // 9) + str(at % 9 + 1)

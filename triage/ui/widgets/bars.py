"""Counts as quiet bars, each of which opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

BLOCKS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Bar:
    """A count: ``label`` stands under it, ``name`` says what it is."""

    label: str
    name: str
    calls: tuple[str, ...]


class Bars(Widget, can_focus=True):
    """Left and right choose a bar, Enter opens its calls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("enter", "open", "its calls", show=False),
    ]
    DEFAULT_CSS = """
    Bars { height: 4; }
    """

    cursor: reactive[int] = reactive(0)

    class Opened(Message):
        """Enter, or a click, on a bar."""

        def __init__(self, bar: Bar) -> None:
            self.bar = bar
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.bars: Sequence[Bar] = ()

    def put(self, bars: Sequence[Bar]) -> None:
        """Show these."""
        self.bars = bars
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Stay on a bar."""
        return max(0, min(cursor, len(self.bars) - 1))

    def action_move(self, by: int) -> None:
        """Another bar."""
        self.cursor += by

    def action_open(self) -> None:
        """Its calls."""
        if self.bars:
            self.post_message(self.Opened(self.bars[self.cursor]))

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        at = event.x // self._wide()
        if at < len(self.bars):
            self.cursor = at
            self.action_open()

    def on_focus(self) -> None:
        """Show which."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide which."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Bars, labels, and what the chosen one counts."""
        width = self.size.width
        strips = Visual.to_strips(self, self._line(y).truncate(width, pad=True), width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(width, self.visual_style.rich_style)

    def _line(self, y: int) -> Content:
        high = self.size.height - 2
        if not self.bars or y > high + 1:
            return Content("")
        if y == high:
            return Content.assemble(*((self._label(n), self._style(n)) for n in range(len(self.bars))))
        if y == high + 1:
            bar = self.bars[self.cursor]
            shown = bar if self.has_focus else max(self.bars, key=lambda b: len(b.calls))
            told = f"{'' if self.has_focus else 'most: '}{shown.name}, {len(shown.calls):,}"
            return Content.styled(told, "$quiet")
        return Content.assemble(*((self._block(n, high - 1 - y, high), self._style(n)) for n in range(len(self.bars))))

    def _style(self, at: int) -> str:
        return "bold $accent" if at == self.cursor and self.has_focus else "$quiet"

    def _block(self, at: int, row: int, high: int) -> str:
        """The part of a bar that stands in ``row``, counted from below."""
        most = max(len(b.calls) for b in self.bars) or 1
        count = len(self.bars[at].calls)
        eighths = max(1, round(count / most * high * 8)) if count else 0
        block = BLOCKS[max(0, min(8, eighths - row * 8))]
        wide = self._wide()
        return block * max(1, wide - 1) + (" " if wide > 1 else "")

    def _label(self, at: int) -> str:
        """Only as many labels as fit: with narrow bars every second, fifth or seventh."""
        wide = self._wide()
        every = next(n for n in (1, 2, 5, 7, 14, 28, 999) if n * wide > max(len(b.label) for b in self.bars))
        if at % every:
            return "" if every * wide >= len(self.bars[at - at % every].label) else " " * wide
        last = at + every >= len(self.bars)
        return self.bars[at].label[: (len(self.bars) - at) * wide].ljust(0 if last else every * wide)

    def _wide(self) -> int:
        return max(1, min(5, self.size.width // max(1, len(self.bars))))

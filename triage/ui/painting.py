"""Painting only what changed: the lines that are dirty, from the one widget that is seen there.

Textual's compositor draws every widget whose container the changed lines touch, all its lines, and picks from them. On
a screen of a dozen widgets that is most of what a key costs. Here the widget that is seen in a changed piece of a line
is asked for it, and no other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Span = tuple[int, int, int]
"""Cells of a line that changed: ``y``, from ``x1`` to before ``x2``."""


class Painted(CompositorUpdate):
    """Strips to be written where they belong: ``(x, y, strip)`` each."""

    def __init__(self, strips: list[tuple[int, int, Strip]]) -> None:
        self.strips = strips

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for x, y, strip in self.strips:
            yield Control.move_to(x, y).segment
            yield from strip

    def render_segments(self, console: Console) -> str:
        """What to write to the terminal."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for x, y, strip in self.strips)


class Painter(Compositor):
    """A compositor that draws what changed from the widgets that are seen there."""

    def render_partial_update(self) -> Any:
        """What changed since the last time; ``None`` if nothing did."""
        screen = self.size.region
        regions = [region for region in (dirty.intersection(screen) for dirty in self._dirty_regions) if region]
        painted = self._from_fronts(self._regions_to_spans(regions)) if regions else None
        if painted is None:
            return super().render_partial_update()
        self._dirty_regions.clear()
        return Painted(painted)

    def _from_fronts(self, spans: Iterable[Span]) -> list[tuple[int, int, Strip]] | None:
        """The changed cells; ``None`` if some are nobody's."""
        seen = []
        for widget, (region, clip) in self.visible_widgets.items():
            left, top, width, height = region.intersection(clip)
            seen.append((left, left + width, top, top + height, widget, region))
        wanted: dict[Widget, tuple[Region, list[Span]]] = {}
        pieces = deque(spans)
        while pieces:
            y, x1, x2 = pieces.popleft()
            for left, right, top, bottom, widget, region in seen:
                if top <= y < bottom and left < x2 and x1 < right:
                    if x1 < left:
                        pieces.append((y, x1, left))
                    if right < x2:
                        pieces.append((y, right, x2))
                    wanted.setdefault(widget, (region, []))[1].append((y, max(x1, left), min(x2, right)))
                    break
            else:
                return None
        painted: list[tuple[int, int, Strip]] = []
        for widget, (region, parts) in wanted.items():
            parts.sort()
            top, last = parts[0][0], parts[-1][0]
            strips = widget.render_lines(Region(0, top - region.y, region.width, last - top + 1))
            for y, x1, x2 in parts:
                painted.append((x1, y, strips[y - top].crop(x1 - region.x, x2 - region.x)))
        return painted


def paint_lines(screen: Screen[Any]) -> None:
    """Have a screen painted so. To be called before it is shown."""
    screen._compositor = Painter()

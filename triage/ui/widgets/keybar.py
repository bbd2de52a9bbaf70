"""The bottom rows: what was just done, and the keys that matter now."""

from __future__ import annotations

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from triage.ui.here import here

MOST = 7
MOVES = (
    *("move(", "page", "across", "cursor", "delete", "select", "field(", "pick", "scroll"),
    *("app.focus", "screen.copy"),
)
"""Actions that only move about: neither help nor the palette lists them."""
NAMES = {"plus": "+", "question_mark": "?", "exclamation_mark": "!", "slash": "/", "ctrl+backslash": "ctrl+\\"}


class KeyBar(Widget):
    """One row of status, one of keys: those bindings of the screen that are to be shown, at most seven."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 2; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the status and the bindings."""
        self.watch(here(self), "status", self._changed, init=False)
        self.screen.bindings_updated_signal.subscribe(self, self._bound)

    def render(self) -> RenderResult:
        """Status, then keys."""
        width = self.content_size.width
        status = Content.styled(here(self).status, "$accent").truncate(width, ellipsis=True)
        return Content("\n").join([status, self._keys(width)])

    def _keys(self, width: int) -> Content:
        line = Content()
        self._spots = []
        seen = set(getattr(self.screen, "unshown", ()))
        gap = 3 if width >= 100 else 2
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.show or binding.action in seen or not active.enabled:
                continue
            seen.add(binding.action)
            key = binding.key_display or named(binding.key)
            part = Content.assemble((key, "bold $accent"), (f" {binding.description}", "$quiet"))
            start = line.cell_length + (gap if self._spots else 0)
            if start + part.cell_length > width or len(self._spots) == MOST:
                break
            line = Content.assemble(line, " " * gap, part) if self._spots else part
            self._spots.append((start, start + part.cell_length, binding.key))
        return line

    def on_click(self, event: events.Click) -> None:
        """A click on a key is the key."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y != 1:
            return
        for start, end, key in self._spots:
            if start <= offset.x < end:
                self.app.simulate_key(key)

    def _changed(self) -> None:
        self.refresh()

    def _bound(self, _: Screen[object]) -> None:
        self.refresh()


def named(key: str) -> str:
    """A key as it is written: ``F3``, ``+``, ``ctrl+g``."""
    head, f, last = key.rpartition("f")
    return f"{head}F{last}" if f and last.isdigit() else NAMES.get(key, key)

"""Two listings side by side: the same questions in the same rows, what differs marked."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.model import Match
from triage.ui.dialogs import LEAVE
from triage.ui.widgets.card import facts

LABEL = 9
"""Cells of the labels' column."""


class CompareScreen(ModalScreen[None]):
    """Read two cards at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVE,
        Binding("ctrl+g,ctrl+t,enter", "leave", "back", show=False),
        Binding("up,pageup", "scroll(-1)", show=False),
        Binding("down,pagedown", "scroll(1)", show=False),
    ]
    DEFAULT_CSS = """
    CompareScreen {
        align: center middle; background: $background 65%;
        VerticalScroll {
            width: 96%; height: auto; max-height: 90%; background: $panel; padding: 1 2; border: round $accent;
            border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        Static { height: auto; }
    }
    """

    def __init__(self, left: Match, right: Match, today: date) -> None:
        super().__init__()
        self.pair, self._today = (left, right), today

    def compose(self) -> ComposeResult:
        """The table."""
        with VerticalScroll() as box:
            box.border_title = "Side by side"
            box.border_subtitle = "▌ differs · F10 back"
            yield Static(id="table", markup=False)

    def on_mount(self) -> None:
        """Draw it as wide as the window."""
        self._draw()

    def on_resize(self) -> None:
        """Draw it anew."""
        self._draw()

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

    def action_danger(self) -> None:
        """An interrupt goes before any reading."""
        self.dismiss(None)
        self.app.call_later(self.app.simulate_key, "f12")

    def action_scroll(self, by: int) -> None:
        """Read on."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 3, animate=False)

    def _draw(self) -> None:
        width = max(14, (self.app.size.width * 96 // 100 - 8 - LABEL) // 2)
        left, right = self.pair
        rows = [("", left.listing.name, right.listing.name, "bold")]
        rows += [("What", left.listing.description, right.listing.description, "")]
        both = zip(facts(left, self._today), facts(right, self._today), strict=True)
        rows += [(a[0], a[1], b[1], "") for a, b in both if a[1] or b[1]]
        self.query_one("#table", Static).update(Content("\n").join(line for row in rows for line in table(*row, width)))


def table(label: str, left: str, right: str, style: str, width: int) -> list[Content]:
    """The lines of one row; what isn't known says so."""
    differs = label not in ("", "What", "Why", "Source") and left != right
    cells = [_wrapped(text or "not known", style if text else "$quiet", width - 3) for text in (left, right)]
    lines = []
    for at, (a, b) in enumerate(zip_longest(*cells, fillvalue=Content(""))):
        head = ("▌" if differs else " ") + (label if at == 0 else "")
        lines.append(
            Content.assemble(
                (head.ljust(LABEL), "$accent" if differs else "$quiet"), a.pad_right(max(0, width - len(a.plain))), b
            )
        )
    return lines


def _wrapped(text: str, style: str, width: int) -> list[Content]:
    return [part for line in text.split("\n") for part in Content.styled(line, style).wrap(width)]

"""A page to read over the screen: a call's summary, a figure's definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.reports import Page

LABEL = 26
"""Cells of the labels' column."""


class Reading(ModalScreen[None]):
    """One page; Enter, F3 or F10 closes it."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,f3,f10,ctrl+l,escape,i", "close", "close", show=False)]
    DEFAULT_CSS = """
    Reading {
        align: center middle; background: $background 65%;
        VerticalScroll {
            width: 92; max-width: 98%; height: auto; max-height: 96%; background: $panel; padding: 1 2;
            border: round $accent; border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        Static { height: auto; }
    }
    """

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll() as box:
            box.border_title, box.border_subtitle = Content(self._title), "↑ ↓ read on · enter close"
            yield Static(Content("\n").join(self._lines), markup=False)

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)


def page_lines(page: Page, width: int) -> list[Content]:
    """A call's page: titles in the accent colour, labels in a column of their own."""
    found: list[Content] = []
    for part in page.parts:
        found.append(Content.styled(part.title, "bold $accent"))
        for label, words in part.rows:
            room = LABEL if label else 0
            told = [c for line in words.split("\n") for c in Content(line).wrap(max(20, width - room - 2))]
            heads = Content.styled(label, "$quiet").truncate(max(0, room - 1), ellipsis=True, pad=True)
            found.append(Content.assemble("  ", heads, " " if room else "", told[0] if told else ""))
            found += [Content.assemble(" " * (room + 2), line) for line in told[1:]]
        found.append(Content(""))
    return found[:-1]

"""Wrap-up: the outcome, what stops the call from being saved, and what the caller is told."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from triage.ui.here import here
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines


class WrapUpScreen(Screen[str | None]):
    """One page that names what blocks; Enter on it goes there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10", "save", "save"),
        Binding("ctrl+l", "leave", "back to the call"),
    ]

    def compose(self) -> ComposeResult:
        """The page."""
        yield CallBar()
        yield Lines()
        yield KeyBar()

    def action_leave(self) -> None:
        """Back to the call."""
        self.dismiss(None)

    def action_save(self) -> None:
        """Save the call with its outcome."""
        app = here(self)
        if app.do(app.desk.close):
            self.dismiss(None)

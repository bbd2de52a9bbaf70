"""What the search and the diary have in common: they lie over a call, whose urgent keys work here too."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from triage.ui import standing
from triage.ui.here import here


class Overlay(Screen[None]):
    """A screen over the call. Danger and safeguarding go to their step at once; the call's own panes are a key away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12", "rule('!')", "danger now", show=False),
        Binding("f9", "rule('s')", "safeguarding", show=False),
        Binding("f8", "onward('notes')", "notes", show=False),
        Binding("f10", "onward('wrap_up')", "wrap up", show=False),
    ]

    def leaving(self) -> None:
        """What to do before the screen goes: nothing, unless a screen says so."""

    def action_rule(self, letter: str) -> None:
        """Raise a standing rule and show its step."""
        if here(self).call is not None:
            self._go()
            standing.raise_rule(here(self), letter)

    def action_onward(self, action: str) -> None:
        """Back to the call, and there do this."""
        if here(self).call is not None:
            self._go()
            self.app.call_later(self.app.run_action, f"screen.{action}")

    async def action_across(self, tool: str) -> None:
        """From the search to the diary, or the other way."""
        self._go()
        await here(self).action_tool(tool)

    def action_check(self) -> None:
        """Check the first prompt off."""
        standing.check(here(self))

    def _go(self) -> None:
        self.leaving()
        self.app.pop_screen()

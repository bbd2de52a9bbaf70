"""What other desks did shows by itself: one way for every screen that draws the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen
from textual.worker import Worker

from triage.errors import StoreError
from triage.ui.here import LOOK, here


class Following:
    """Reads a screen again when another desk has added to the record, while the screen is the one shown.

    A reading that runs in a worker is waited for before the next begins, so that many writers don't pile readings up.
    """

    def __init__(self, screen: Screen[Any], reload: Callable[[], Worker[None] | None]) -> None:
        self._screen, self._reload = screen, reload
        self._running: Worker[None] | None = None
        self._owed = False
        self._trouble = ""
        screen.set_interval(LOOK, self.look)

    def look(self) -> None:
        """Look once; what is wrong with the record is said once."""
        if not self._screen.is_current:
            return
        app = here(self._screen)
        try:
            self._owed = app.desk.store.refresh() or self._owed
        except StoreError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                app.say(self._trouble)
            return
        self._trouble = ""
        if self._owed and (self._running is None or self._running.is_finished):
            self._owed = False
            self._running = self._reload()

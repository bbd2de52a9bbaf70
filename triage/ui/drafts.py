"""What is being typed, kept in the record soon after the keys and before anything else happens to the call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.timer import Timer

if TYPE_CHECKING:
    from triage.ui.line import OnTheLine

AFTER = 0.2
"""Seconds from the first key that isn't kept yet; with the disk's own time, under 300 ms."""


class Drafts:
    """Texts by field, not yet kept."""

    def __init__(self, app: OnTheLine) -> None:
        self._app = app
        self._texts: dict[str, str] = {}
        self._timer: Timer | None = None

    def soon(self, field: str, text: str) -> None:
        """Keep ``text`` shortly, with whatever else is typed until then."""
        self._texts[field] = text
        if self._timer is None:
            self._timer = self._app.set_timer(AFTER, self.flush)

    def forget(self, fields: Iterable[str]) -> None:
        """These are being given as answers."""
        for field in fields:
            self._texts.pop(field, None)

    def flush(self) -> None:
        """Keep everything now. What couldn't be kept is tried again with the next key."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        texts, self._texts = self._texts, {}
        for field, text in texts.items():
            if not self._app.do(self._app.desk.draft, field, text):
                self._texts.setdefault(field, text)

"""One key at a time: a key is handed on only when the one before it has done all its work.

Textual hands keys to the focused widget as they come, while what an earlier key does (a step answered, a dialog
opened) still travels up the tree. Somebody who types ahead would then write into the field they had just
left. A marker sent behind each key comes back when the key is done; keys that arrive meanwhile wait for it.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

PATIENCE = 0.4
"""Seconds after which a key is handed on whatever happened to the one before it (its widget may be gone)."""


class KeyDone(Message):
    """Came the way of a key, behind it."""


class OneKeyAtATime(App[None]):
    """An app whose keys keep their order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._waiting: deque[events.Key] = deque()
        self._busy_since: float | None = None
        self.held = False
        """Whether keys wait for :meth:`let_go`."""

    async def on_event(self, event: events.Event) -> None:
        """Hold a fresh key back while another is at work."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif (self._busy() or self._waiting) and event.key != "ctrl+q":
            # Enter typed before the terminal was ours comes as a line feed.
            early = self.held and event.key == "ctrl+j"
            self._waiting.append(events.Key("enter", "\r") if early else event)
            self.set_timer(PATIENCE, self._hand_on)
            await self._hand_on()
        else:
            await self._hand(event)

    async def on_key_done(self) -> None:
        """The key before has done its work."""
        self._busy_since = None
        await self._hand_on()

    @property
    def at_work(self) -> bool:
        """Whether a key is still doing its work, or waits to."""
        return bool(self._waiting) or self._busy()

    async def let_go(self) -> None:
        """Keys wait no longer."""
        self.held = False
        await self._hand_on()

    def _busy(self) -> bool:
        return self.held or (self._busy_since is not None and monotonic() - self._busy_since < PATIENCE)

    async def _hand_on(self) -> None:
        if not self._waiting or self._busy():
            return
        if self.screen.focused is None and not self.screen.is_running:
            self.set_timer(0.01, self._hand_on)
            return
        await self._hand(self._waiting.popleft())

    async def _hand(self, key: events.Key) -> None:
        self._busy_since = monotonic()
        target = self.focused or self.screen
        await super().on_event(key)
        if not target.post_message(KeyDone()):
            self._busy_since = None
            await self._hand_on()

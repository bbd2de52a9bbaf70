"""Locking the desk: after some minutes without a key, or at once; and who sits at it afterwards.

The call goes on behind the lock: it is on the disk, and a slot that is held keeps its time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.message import Message
from textual.reactive import var

from triage.errors import BadData
from triage.model import Staff
from triage.settings import LOCK_MINUTES, lock_minutes, now
from triage.ui.line import OnTheLine
from triage.ui.places import PLACES, TOOLS, screen

if TYPE_CHECKING:
    from textual.screen import Screen

    from triage.desk import Desk
    from triage.ui.gate import Gate

EVERY = 1.0
"""Seconds between two looks at how long nobody pressed a key."""
TITLE = "\x1b]2;triage\x07"
"""The terminal's title, with nothing of a call in it."""
WIPE = "\x1b[3J"
"""What the terminal could be scrolled back to is forgotten (PRIVACY S1)."""


class Admitted(Message):
    """Somebody may go on at this desk."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        super().__init__()


class Locking(OnTheLine):
    """An app that locks. ``idle_clock`` tells the time by which keys are waited for."""

    locked: var[bool] = var(False)
    """Whether the screen is covered until somebody comes back."""
    idle_clock: Callable[[], datetime] = staticmethod(now)
    lock_after: timedelta = timedelta(minutes=LOCK_MINUTES)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._touched: datetime | None = None
        self._gate: Gate | None = None

    def watch_for_idleness(self) -> None:
        """Begin to look; the settings say how long is too long."""
        try:
            self.lock_after = timedelta(minutes=lock_minutes(self.desk.tools.data_dir))
        except BadData as error:
            self.say(str(error))
        self._touched = self.idle_clock()
        self.set_interval(EVERY, self.look_at_idleness)
        self._terminal(TITLE)

    async def on_event(self, event: events.Event) -> None:
        """A key, a click or a paste is somebody being there."""
        if isinstance(event, (events.InputEvent, events.Paste)) and self._touched is not None:
            await self.look_at_idleness()
            self._touched = self.idle_clock()
        await super().on_event(event)

    async def look_at_idleness(self) -> None:
        """Lock when nobody pressed a key for too long."""
        if self._touched is not None and not self.locked and self.idle_clock() - self._touched >= self.lock_after:
            await self.lock()

    async def lock(self) -> None:
        """Cover the screen now."""
        if self.locked or self._gate is not None:
            return
        from triage.ui.gate import Gate

        self.drafts.flush()
        self.clear_notifications()
        self.locked = True
        self._gate = Gate(locked=True)
        await self.push_screen(self._gate)
        self._terminal(TITLE + WIPE)

    async def ask_who(self) -> None:
        """Nobody has signed in yet: ask first."""
        from triage.ui.gate import Gate

        self._gate = Gate()
        await self.push_screen(self._gate)

    async def begin_work(self) -> None:
        """Go to the first place, once it is known who is here."""
        raise NotImplementedError

    def leave_desk(self) -> None:
        """Whoever sat here got up: after the app has ended."""
        from triage.desk.seat import get_up

        desk: Desk | None = getattr(self, "desk", None)
        if desk is not None:
            get_up(desk)

    @on(Admitted)
    async def _admitted(self, event: Admitted) -> None:
        event.stop()
        gate, self._gate = self._gate, None
        if gate is None:
            return
        before, locked = self.desk.staff, self.locked
        self._touched = self.idle_clock()
        if not locked:
            from triage.desk.seat import sit_down

            sit_down(self.desk, event.staff)
            await self.pop_screen()
            await self.begin_work()
        elif event.staff.id == before.id:
            self.desk.staff = event.staff
            self.locked = False
            await self.pop_screen()
        else:
            await self._change_hands(event.staff)

    async def _change_hands(self, staff: Staff) -> None:
        """Somebody else goes on: with the call, if it may be theirs, and with nothing else of the one before."""
        from triage.desk.seat import sit_down
        from triage.staff import may

        line = self.call if self.call is not None and not self.call.closed else None
        self.begin(lambda: None)
        sit_down(self.desk, staff)
        self.locked = False
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self._anew()
        if line is None:
            return
        if may(staff, "take calls"):
            self.begin(lambda: self.desk.resume(line.id))
        else:
            self.say(f"Call {line.ref} stays open, for a handler to take over.")

    async def _anew(self) -> None:
        """Forget what the screens of the one before showed."""
        await self.switch_mode("call")
        for name, where in PLACES.items():
            if name != "call":
                await self.remove_mode(name)
                self.add_mode(name, screen(where))
        for name, where in TOOLS.items():
            self.uninstall_screen(name)
            self.install_screen(screen(where), name)  # type: ignore[arg-type]
        home: Screen[Any] = self.screen
        forget = getattr(home, "forget", None)
        if forget is not None:
            forget()

    def _terminal(self, words: str) -> None:
        """Tell the terminal something that isn't drawn."""
        driver = self._driver
        if driver is not None and not driver.is_headless and not driver.is_web:
            driver.write(words)

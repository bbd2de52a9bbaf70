"""A scripted call played in the real app: captions over the real screens, real keys, a store of its own.

Keys from the keyboard drive the player; the player's own keys go the way every key goes. ``t`` hands the call
over: from then on the keyboard is the handler's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.keys import _character_to_key
from textual.widgets import Static

from triage.desk import Desk
from triage.errors import TriageError
from triage.training.callfile import Act, CallFile
from triage.training.rehearse import SECONDS_AN_ACT, Clock, perform, practice_desk
from triage.ui import fingers
from triage.ui.app import TriageApp

GAP = 0.075
"""Seconds between two keys of somebody who types well."""
WORD = 0.28
"""Seconds to read a word of a caption."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0)
NAMED = ("enter", "tab", "space", "plus", "escape", "up", "down", "left", "right", "backspace", "home", "end")
"""Keys whose names are words; they never run together with what is typed."""
WHO = {"says": ("CALLER", "$accent"), "coach": ("TRAINING", "$warning")}


def last_of(keys: Sequence[str], room: int) -> str:
    """The keys pressed last, as many as ``room`` cells hold: letters of a word together."""
    told: list[str] = []
    for key in keys:
        if told and len(key) == 1 and key.isalpha() and told[-1].isalpha() and told[-1] not in NAMED:
            told[-1] += key
        else:
            told.append(key)
    while len(told) > 1 and len(" ".join(told)) > room:
        del told[0]
    return " ".join(told)[: max(0, room)]


class Caption(Static):
    """What the caller says, or what the trainer wants noticed; under it, the player's keys."""

    DEFAULT_CSS = """
    Caption {
        dock: bottom; height: auto; background: $panel; padding: 0 2; border-top: outer $warning;
    }
    """


class DemoApp(TriageApp):
    """The app with a player in it. ``told`` is called with every act and key, once it is done, for recordings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave_demo", "leave the demo", priority=True, show=False),
    ]

    def __init__(
        self,
        file: CallFile,
        folder: Path,
        clock: Clock,
        *,
        speed: float = 1.0,
        step: bool = False,
        told: Callable[[DemoApp, Act, str], None] | None = None,
    ) -> None:
        self.file, self.folder, self.clock = file, folder, clock
        super().__init__(practice_desk(folder / "0", clock))
        self.speed, self.step, self.told = speed, step, told
        self.paused = False
        self.mine = False
        """Whether the handler took over."""
        self.at = 0
        """The act to do next."""
        self.pressed: list[str] = []
        self.lines: list[Content] = []
        self._go = asyncio.Event()
        self._caption = Caption(markup=False)
        self._began = monotonic()
        self._tries = 0
        self._played: set[int] = set()

    async def on_mount(self) -> None:
        """Begin as soon as the directory can be searched."""
        self.set_interval(0.25, self._pass_time)
        self.watch(self, "directory_ready", self._begin_when)

    def _begin_when(self, ready: bool) -> None:
        if ready and not self._playing():
            self.play()

    def _playing(self) -> bool:
        return any(w.group == "player" and w.is_running for w in self.workers)

    def _pass_time(self) -> None:
        now = monotonic()
        if not self.paused:
            self.clock.tick(now - self._began)
        self._began = now

    # ------------------------------------------------------------------ playing

    @work(group="player", exclusive=True, exit_on_error=False)
    async def play(self) -> None:
        """Act after act, from where it stands to the end."""
        if self.call is None:
            self._tell(Act(), "")
            await self._press("f2")
        while self.at < len(self.file.script) and not self.mine:
            act = self.file.script[self.at]
            try:
                await self._act(act)
            except TriageError as error:
                self._say("coach", f"The demo stopped. {error}")
                self.step = True
                return
            self.at += 1
        if not self.mine:
            self._say("coach", "The end. ← goes back, t takes over, ctrl+q leaves.")

    async def _act(self, act: Act) -> None:
        for kind in WHO:
            text = getattr(act, kind)
            if text:
                self._go.clear()
                self._say(kind, text)
                self._tell(act, "")
                await self._wait(max(1.2, len(text.split()) * WORD))
                if self.step:
                    await self._go.wait()
                return
        for key in fingers.keys(self, act):
            await self._wait(GAP)
            if self.mine:
                return
            await self._press(key)
            self._tell(act, key)
        await self._wait(0.4)

    def _tell(self, act: Act, key: str) -> None:
        if self.told is not None:
            self.told(self, act, key)

    async def _press(self, key: str) -> None:
        """Press a key and wait until all it does is done; behind the lock nothing is pressed."""
        while self.locked:
            await asyncio.sleep(0.05)
        named = _character_to_key(key) if len(key) == 1 else key
        character = key if len(key) == 1 else " " if key == "space" else None
        self.pressed = [*self.pressed[-7:], key]
        event = events.Key(named, "+" if key == "plus" else character)
        event.set_sender(self)
        self._played.add(id(event))
        self.post_message(event)
        await asyncio.sleep(0)
        while self.at_work:
            await asyncio.sleep(0.005)
        await self._keep_caption()

    async def _wait(self, seconds: float) -> None:
        """Let time go by, at the player's speed; a pause stops it."""
        left = seconds
        while left > 0 and not self.mine and not (self.step and self._go.is_set()):
            part = min(0.05, left)
            await asyncio.sleep(part / self.speed)
            if not self.paused:
                left -= part

    # ------------------------------------------------------------------ the caption

    def _say(self, kind: str, text: str) -> None:
        who, style = WHO[kind]
        self.lines = [Content.assemble((f"{who}  ", f"bold {style}"), text)]
        self._draw()

    def _draw(self) -> None:
        state = "yours now" if self.mine else "paused" if self.paused else f"{min(self.speed, SPEEDS[-1]):g}x"
        keys = f"space pause · → ← step · + − speed · t take over   {state}   keys: "
        foot = Content.styled(keys + last_of(self.pressed, self.size.width - 4 - len(keys)), "$quiet")
        self._caption.update(Content("\n").join([*self.lines, foot]))

    async def _keep_caption(self) -> None:
        """The caption stands on whatever screen is in front."""
        self._draw()
        if self._caption.parent is not self.screen and self.screen.is_running:
            if self._caption.is_attached:
                await self._caption.remove()
            self._caption = Caption(markup=False)
            await self.screen.mount(self._caption)
            self._draw()

    # ------------------------------------------------------------------ the keyboard

    async def on_event(self, event: events.Event) -> None:
        """The keyboard drives the player until the handler takes over."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            played = id(event) in self._played
            self._played.discard(id(event))
            if not played and not self.mine and not self.locked and self._control(event.key):
                return
        await super().on_event(event)

    def _control(self, key: str) -> bool:
        match key:
            case "space":
                self.paused = not self.paused
                self._go.set()
            case "right":
                self.step, self.paused = True, False
                self._go.set()
            case "left":
                self.back()
            case "plus" | "equals_sign":
                self._faster(1)
            case "minus":
                self._faster(-1)
            case "t":
                self.mine = True
                self._go.set()
                self.lines = [Content.styled("The call is yours. ctrl+q leaves the demo.", "bold")]
            case "ctrl+q" | "ctrl+c" | "ctrl+backslash":
                return False
        self._draw()
        return True

    def _faster(self, by: int) -> None:
        at = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, at + by))]

    @work(group="player", exclusive=True, exit_on_error=False)
    async def back(self) -> None:
        """Go back to the caption before: the call is taken again up to there, on a store of its own."""
        told = [i for i, act in enumerate(self.file.script) if act.says or act.coach]
        before = [i for i in told if i < self.at - 1]
        self.at = before[-1] if before else 0
        self._tries += 1
        desk = self._afresh(self.folder / str(self._tries))
        await self._home()
        self.desk.store.close()
        self.desk = desk
        call = desk.open()
        for act in self.file.script[: self.at]:
            self.clock.tick(SECONDS_AN_ACT)
            call = perform(desk, call, act)
        self.call = call
        self.step = True
        await self._keep_caption()
        self.play()

    def _afresh(self, folder: Path) -> Desk:
        desk = practice_desk(folder, self.clock)
        desk.tools = self.desk.tools
        return desk

    async def _home(self) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    def action_leave_demo(self) -> None:
        """Leave; the store goes with the demo."""
        self.exit()

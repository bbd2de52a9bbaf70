"""The app: modes, global keys and the theme. The call that every screen shows is in ``line.py``.

The first frame needs neither desk nor script: both are opened once it is drawn, and keys pressed until then wait.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from triage.errors import TriageError
from triage.ui.locking import Locking
from triage.ui.places import PLACES, TOOLS, fetch, screen
from triage.ui.theme import ANSI, DEFAULTS, THEMES

if TYPE_CHECKING:
    from triage.desk import Desk


def _provider() -> type[Provider]:
    from triage.ui.commands import Actions

    return Actions


A_DAY = 24 * 60 * 60
"""Seconds."""


class TriageApp(Locking):
    """The full-screen desk. ``desk`` is one, or opens one; ``start`` is the place to begin in."""

    TITLE = "triage"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {_provider}
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - an instance attribute of textual's
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", id="help", tooltip="What this step is for, and every key"),
        Binding("ctrl+s", "glossary", "what words mean", id="glossary", show=False, tooltip="The words on this screen"),
        Binding("ctrl+p", "command_palette", "all actions", id="palette", show=False),
        Binding("ctrl+backslash", "lock", "lock", id="lock", show=False, tooltip="Cover the screen; the call is kept"),
        Binding("ctrl+q", "quit", "leave triage", id="quit", show=False, priority=True),
    ]

    directory_ready: var[bool] = var(False)
    """Whether the directory can be searched."""
    directory_wrong: var[str] = var("")
    """Why it can't be, in words, when reading it failed."""

    refused: TriageError | None = None
    """Why the desk could not be opened; the app has left then."""
    demonstration: bool = False
    """Whether the directory holds invented listings."""
    next_demo: str = ""
    """The scripted call to play once this app has left, by name."""

    def __init__(self, desk: Desk | Callable[[], Desk], start: str = "call") -> None:
        super().__init__()
        self._open = desk if callable(desk) else None
        if not callable(desk):
            self.desk = desk
        self.start = start
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        for name, where in PLACES.items():
            self.add_mode(name, screen(where))
        for name, where in TOOLS.items():
            self.install_screen(screen(where), name)  # type: ignore[arg-type]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The shades, for themes that aren't ours."""
        return ANSI if self.current_theme.ansi else DEFAULTS

    # ------------------------------------------------------------------ opening

    def compose(self) -> ComposeResult:
        """The first frame, while the desk is still to be opened."""
        if self._open is not None:
            yield Static("triage", id="name")
            yield Static("Opening the desk. What you type meanwhile is kept.", id="opening")

    async def on_mount(self) -> None:
        """Go to the first place, or open the desk first."""
        if self._open is None:
            await self._opened()
        else:
            self.held = True
            self.call_after_refresh(self._open_desk)

    @work(thread=True, group="opening")
    def _open_desk(self) -> None:
        assert self._open is not None
        try:
            self.desk = self._open()
        except TriageError as error:
            self.refused = error
            self.call_from_thread(self.exit, return_code=error.exit_code)
            return
        fetch(PLACES[self.start])
        self.call_from_thread(self.call_later, self._opened)

    async def _opened(self) -> None:
        if self.desk.staff.id:
            await self.begin_work()
            self.call_after_refresh(self._arrived)
        else:
            await self.ask_who()
            await self.let_go()

    async def begin_work(self) -> None:
        """Go to the first place, load the directory after it is drawn, and lock when nobody is there."""
        await self.switch_mode(self.start)
        self.watch_for_idleness()
        self.call_after_refresh(self._directory)
        await self.let_go()

    @work(thread=True, group="record", exit_on_error=False)
    def _arrived(self) -> None:
        """Note who sat down, once the first frame is drawn."""
        from triage.desk.seat import arrived

        arrived(self.desk)

    @work(thread=True, group="directory", exit_on_error=False)
    def _directory(self) -> None:
        """Load the directory and build its index, off the screen's thread. They stay: looking through them for what
        can be thrown away would hold up a key for a tenth of a second, now and then.
        """
        tools = self.desk.tools
        demonstration = any(listing.demonstration for listing in tools.directory.listings)
        tools.index.warm()
        _ = tools.phrases.patterns, tools.phrases.ears
        gc.freeze()
        self.call_from_thread(self._directory_loaded, demonstration)

    @work(thread=True, group="record", exit_on_error=False)
    def _keep_house(self) -> None:
        """Archive past days, off the screen's thread; nothing on most days."""
        self.desk.maintain()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what failed in a thread: the call goes on without it."""
        if event.state is WorkerState.ERROR:
            event.stop()
            words = f"The {event.worker.group} could not be loaded: {event.worker.error}"
            self.say(words)
            if event.worker.group == "directory":
                self.directory_wrong = words

    def _directory_loaded(self, demonstration: bool) -> None:
        self.demonstration = demonstration
        self.directory_ready = True
        self._keep_house()
        self.set_interval(A_DAY, self._keep_house)

    # ------------------------------------------------------------------ places

    async def action_place(self, name: str) -> None:
        """Go to a mode: call, supervise or train; what was said elsewhere is not said there."""
        self.say("")
        await self.switch_mode(name)

    async def action_tool(self, name: str) -> None:
        """Lay the directory or the diary over the screen; what was said elsewhere is not said there."""
        self.say("")
        await self.push_screen(name)

    async def action_lock(self) -> None:
        """Cover the screen at once."""
        await self.lock()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it is locked, or nobody has signed in, only leaving works."""
        covered = self.locked or self._gate is not None
        return not covered or action in ("quit", "leave_demo", "simulate_key")

    async def action_help(self) -> None:
        """Explain this place and its keys."""
        from triage.ui.help import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            await self.push_screen(HelpDialog(self.screen))

    def action_glossary(self) -> None:
        """What the words on the screen mean."""
        from triage.ui.glossary import show

        show(self)

    async def action_quit(self) -> None:
        """Leave, after asking when a call is open. Nothing typed is lost either way."""
        self.drafts.flush()
        if self.call is None or self.call.closed or self.locked:
            self.exit()
            return
        from triage.ui.dialogs import leave_dialog

        await self.push_screen(leave_dialog(self.call.ref), lambda answer: self.exit() if answer == "leave" else None)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[Any]:
        """None of Textual's own: the palette lists this app's actions."""
        return ()

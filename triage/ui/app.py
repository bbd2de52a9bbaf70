"""The app: modes, global keys, the theme, and the one call that every screen shows.

Data flows down: ``call`` is set here and nowhere else, by :meth:`TriageApp.do`, with what the desk gave back.
Screens watch it. What a person means comes up as a message or an action and goes to the desk through ``do``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Concatenate, ParamSpec

from textual import work
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.reactive import var
from textual.screen import Screen

from triage.desk import Desk
from triage.errors import StoreError, TriageError
from triage.model import Call
from triage.script.walk import Prompt, Walk
from triage.ui.drafts import Drafts
from triage.ui.keys import OneKeyAtATime
from triage.ui.theme import ANSI, DEFAULTS, THEMES

P = ParamSpec("P")

PLACES = {"supervise": "triage.ui.supervise:SuperviseScreen", "train": "triage.ui.train:TrainScreen"}
"""Modes beside the call, imported when first gone to."""
TOOLS = {"directory": "triage.ui.directory:DirectoryScreen", "diary": "triage.ui.diary:DiaryScreen"}
"""Screens laid over the call; they keep their state for the next time."""


def _screen(where: str) -> Callable[[], Screen[Any]]:
    module, _, name = where.partition(":")
    return lambda: getattr(import_module(module), name)()


def _provider() -> type[Provider]:
    from triage.ui.commands import Actions

    return Actions


class TriageApp(OneKeyAtATime):
    """The full-screen desk."""

    TITLE = "triage"
    COMMANDS: ClassVar[set[Any]] = {_provider}
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - an instance attribute of textual's
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", id="help", tooltip="What this step is for, and every key"),
        Binding("ctrl+p", "command_palette", "all actions", id="palette", show=False),
        Binding("ctrl+q", "quit", "leave triage", id="quit", show=False, priority=True),
    ]
    CSS = """
    Toast { background: $panel; }
    VerticalScroll { scrollbar-size-vertical: 1; }
    CommandPalette {
        background: $background 65%;
        #--container { width: 84; max-width: 96%; }
        #--input { border: none; background: $panel; padding: 1 1 0 1; }
        #--results, CommandList { background: $panel; }
        CommandList { border: none; padding: 0 1; scrollbar-size-vertical: 1; }
        SearchIcon { display: none; }
    }
    """

    call: var[Call | None] = var(None)
    """The call on the line, as last saved; ``None`` between calls."""
    status: var[str] = var("")
    """What was just done, in words; shown above the keys."""
    trouble: var[str] = var("")
    """Why the last thing could not be saved; empty while all is well."""
    directory_ready: var[bool] = var(False)
    """Whether the directory can be searched."""

    def __init__(self, desk: Desk, start: str = "call") -> None:
        super().__init__()
        self.desk = desk
        self.start = start
        self.walk: Walk | None = None
        """Where ``call`` stands; always of the call as it is."""
        self.wrong = ""
        """The words of the last thing that went wrong."""
        self.demonstration = False
        self.drafts = Drafts(self)
        self.next_demo = ""
        """The scripted call to play once this app has left, by name."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        for name, where in (PLACES | {"call": "triage.ui.call:CallScreen"}).items():
            self.add_mode(name, _screen(where))
        for name, where in TOOLS.items():
            self.install_screen(_screen(where), name)  # type: ignore[arg-type]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The shades, for themes that aren't ours."""
        return ANSI if self.current_theme.ansi else DEFAULTS

    async def on_mount(self) -> None:
        """Open in the place asked for; the directory loads once that is drawn."""
        await self.switch_mode(self.start if self.there(self.start) else "call")
        self.call_after_refresh(self.load_directory)

    # ------------------------------------------------------------------ the call

    def do(self, what: Callable[Concatenate[Call, P], Call], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do one thing to the call on the line: ``app.do(app.desk.answer, "G2", {"danger_now": "no"})``.

        Whether it was done. What went wrong is said in words and the call stays as it was.
        """
        if self.call is None:
            return False
        if what != self.desk.draft:
            self.drafts.flush()
        try:
            call = what(self.call, *args, **kwargs)
        except TriageError as error:
            self.went_wrong(error)
            return False
        self.trouble = ""
        self.call = call
        return True

    def begin(self, what: Callable[[], Call | None]) -> bool:
        """Put another call on the line, or none."""
        try:
            self.call = what()
        except TriageError as error:
            self.went_wrong(error)
            return False
        self.trouble = ""
        return True

    def went_wrong(self, error: TriageError) -> None:
        """Say it where it can't be missed; what couldn't be saved is said until something is saved again."""
        self.wrong = str(error)
        self.say(self.wrong)
        if isinstance(error, StoreError):
            self.trouble = self.wrong

    def watch_call(self, call: Call | None) -> None:
        """Read off where it stands before any screen draws it."""
        self.walk = self.desk.walk(call) if call is not None else None

    @property
    def unchecked(self) -> tuple[Prompt, ...]:
        """The prompts nobody has checked off."""
        if self.call is None or self.walk is None:
            return ()
        return tuple(p for p in self.walk.prompts if p.id not in self.call.checked)

    def say(self, words: str) -> None:
        """Tell the handler something, in the line above the keys."""
        self.status = words

    # ------------------------------------------------------------------ places

    def there(self, name: str) -> bool:
        """Whether a place can be gone to."""
        where = {**PLACES, **TOOLS}.get(name)
        return name == "call" or (where is not None and find_spec(where.partition(":")[0]) is not None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what isn't there."""
        if action in ("place", "tool"):
            return True if self.there(str(parameters[0])) else None
        return True

    async def action_place(self, name: str) -> None:
        """Go to a mode: call, supervise or train."""
        await self.switch_mode(name)

    async def action_tool(self, name: str) -> None:
        """Lay the directory or the diary over the screen."""
        await self.push_screen(name)

    async def action_help(self) -> None:
        """Explain this place and its keys."""
        from triage.ui.help import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            await self.push_screen(HelpDialog(self.screen))

    async def action_quit(self) -> None:
        """Leave, after asking when a call is open. Nothing typed is lost either way."""
        from triage.ui.dialogs import Pick, PickDialog

        self.drafts.flush()
        if self.call is None or self.call.closed:
            self.exit()
            return
        if isinstance(self.screen, PickDialog):
            return
        picks = (Pick("stay", "Stay on the call", "1"), Pick("leave", "Leave; the call is kept open", "2"))
        words = f"Call {self.call.ref} is still open. It is saved as far as it has got and is offered back next time."
        await self.push_screen(PickDialog("Leave triage?", picks, words=words), self._quit)

    def _quit(self, answer: str | None) -> None:
        if answer == "leave":
            self.exit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[Any]:
        """None of Textual's own: the palette lists this app's actions."""
        return ()

    @work(thread=True, group="directory", exit_on_error=False)
    def load_directory(self) -> None:
        """Load the directory and build its index, off the screen's thread."""
        tools = self.desk.tools
        demonstration = any(listing.demonstration for listing in tools.directory.listings)
        _ = tools.index
        self.call_from_thread(self._directory_loaded, demonstration)

    def _directory_loaded(self, demonstration: bool) -> None:
        self.demonstration = demonstration
        self.directory_ready = True

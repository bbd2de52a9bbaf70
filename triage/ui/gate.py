"""The screen in front of everything: nobody has signed in yet, or the desk is locked. Nothing behind it can be read."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from triage.errors import TriageError
from triage.model import Staff
from triage.staff import Member
from triage.ui import words
from triage.ui.here import here
from triage.ui.locking import Admitted
from triage.ui.widgets.lines import Lines


class Gate(Screen[None]):
    """Lets somebody in, by PIN or, alone at their account, by Enter. ``locked`` says that somebody was here before."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "others", "somebody else", show=False),
        Binding("escape,f10,ctrl+l", "again", "back", show=False),
        Binding("enter", "enter", "go on", show=False),
    ]
    DEFAULT_CSS = """
    Gate {
        align: center middle; background: $background;
        Vertical { width: 62; max-width: 96%; height: auto; }
        Static { height: auto; margin-bottom: 1; }
        #gate-title { color: $accent; text-style: bold; }
        #gate-wrong { color: $warning; }
        #gate-keys { color: $quiet; margin: 1 0 0 0; }
        Lines { height: auto; max-height: 12; }
        Input, Input:focus { border: none; border-left: outer $accent; background: $lift; height: 1; padding: 0 1; }
    }
    """

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()
        self._locked = locked
        self._who: Staff | None = None
        """Whose PIN is asked for; ``None`` while somebody is to be picked."""
        self._people: tuple[Member, ...] = ()
        self._title, self._words = Static(id="gate-title", markup=False), Static(id="gate-words", markup=False)
        self._wrong, self._keys = Static(id="gate-wrong", markup=False), Static(id="gate-keys", markup=False)
        self._list = Lines(id="gate-people", empty="Nobody is on the list.")
        self._pin = Input(password=True, compact=True, id="gate-pin", placeholder="PIN")

    def compose(self) -> ComposeResult:
        """Who, the PIN, and what went wrong."""
        with Vertical():
            yield from (self._title, self._words, self._list, self._pin, self._wrong, self._keys)

    def on_mount(self) -> None:
        """Ask the one who was here; at the start, whoever it is."""
        self.action_again()

    # ------------------------------------------------------------------ asking

    def action_again(self) -> None:
        """Back to the one who was here."""
        app = here(self)
        if self._locked:
            self._ask(app.desk.staff)
        else:
            self.action_others()

    def action_others(self) -> None:
        """Who else signs in at this account?"""
        door = here(self).desk.door
        try:
            self._people = door.people() if door else ()
        except TriageError as error:
            self._say(str(error))
            return
        if self._locked and len(self._people) < 2:
            self._say("Nobody else signs in at this account. “triage staff add” adds somebody, with a PIN.")
            return
        if len(self._people) == 1:
            self._ask(self._people[0].staff)
            return
        self._who = None
        self._show("Who is here?", "Choose your name.", "up and down · enter chooses" + self._back())
        self._list.put([Content(member.name) for member in self._people], 0)
        self.set_focus(self._list)

    def _ask(self, staff: Staff) -> None:
        self._who = staff
        keys = "F2 somebody else" if self._locked and here(self).desk.door else ""
        if not self._asks(staff):
            self._show(
                self._heading(), f"Press Enter to go on as {staff.name}.", " · ".join(filter(None, ("enter", keys)))
            )
            self.set_focus(None)
            return
        self._show(self._heading(), f"PIN of {staff.name}:", " · ".join(filter(None, ("enter", keys))))
        self._pin.value = ""
        self.set_focus(self._pin)

    def _asks(self, staff: Staff) -> bool:
        door = here(self).desk.door
        if door is None:
            return False
        try:
            return not (self._locked and staff == here(self).desk.staff) or door.asks(staff)
        except TriageError as error:
            self._say(str(error))
            return True

    def _heading(self) -> str:
        return "triage is locked" if self._locked else "triage"

    def _back(self) -> str:
        return " · escape back" if self._locked else ""

    def _show(self, title: str, said: str, keys: str) -> None:
        self._title.update(title)
        self._words.update("\n".join(filter(None, (said, self._kept()))))
        self._list.display, self._pin.display = self._who is None, bool(self._who and self._asks(self._who))
        self._keys.update(keys)
        self._say("")

    def _kept(self) -> str:
        """That the call goes on, without a word of whose it is."""
        app = here(self)
        if not self._locked or app.call is None or app.call.closed:
            return ""
        held = app.desk.held(app.call)
        until = f"\nA held appointment keeps its time until {words.clock(held[1], seconds=False)}." if held else ""
        return f"The call is kept as it is; what was typed is saved.{until}"

    def _say(self, wrong: str) -> None:
        self._wrong.update(wrong)
        self._wrong.display = bool(wrong)

    # ------------------------------------------------------------------ letting in

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self._ask(self._people[event.index].staff)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._let_in(event.value)

    def action_enter(self) -> None:
        """Enter, where no PIN is asked for."""
        if self._who is not None and not self._pin.display:
            self._let_in("")

    def _let_in(self, pin: str) -> None:
        app, who = here(self), self._who
        self._pin.value = ""
        if who is None:
            return
        door = app.desk.door
        try:
            if door is None:
                staff = who
            elif self._locked and who == app.desk.staff:
                staff = door.back(who, pin)
            else:
                staff = door.sign_in(who.id, pin)
        except TriageError as error:
            self._say(str(error))
            return
        self.post_message(Admitted(staff))

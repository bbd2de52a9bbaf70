"""Small questions over the screen: pick one, write a line, confirm. Each gives back a typed value, or ``None``.

None of them needs Escape: F10 leaves each, and danger (F12) works here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.ui.widgets.inputs import TextField
from triage.ui.widgets.lines import Lines

DIALOG_CSS = """
%s {
    align: center middle; background: $background 65%%;
    Vertical {
        width: 78; max-width: 96%%; height: auto; max-height: 90%%; background: $panel; padding: 1 2;
        border: round $accent; border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
    }
    Static { height: auto; margin-bottom: 1; }
    Lines { height: auto; max-height: 14; }
}
"""

LEAVE: list[BindingType] = [
    Binding("escape,f10,ctrl+l", "leave", "leave", show=False),
    Binding("f12", "danger", "danger now", show=False),
]


class _Dialog(ModalScreen[str | None]):
    BINDINGS: ClassVar[list[BindingType]] = LEAVE

    def action_leave(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any question."""
        self.dismiss(None)
        self.app.call_later(self.app.simulate_key, "f12")


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing to pick: ``letter`` picks it at once, ``more`` is said beside it."""

    value: str
    text: str
    letter: str = ""
    more: str = ""


class PickDialog(_Dialog):
    """Pick one: by letter where there are letters, else by typing some of its words."""

    DEFAULT_CSS = DIALOG_CSS % "PickDialog"

    def __init__(
        self, title: str, picks: Sequence[Pick], *, words: str = "", typed: bool = False, out: str = "leave"
    ) -> None:
        super().__init__()
        self._title, self._words, self._with_field, self._out = title, words, typed, out
        self._all = tuple(picks)
        self._shown = self._all
        self._lines = Lines(empty="Nothing fits these words.")

    def compose(self) -> ComposeResult:
        """A field when it is typed, and the lines."""
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = f"enter choose · F10 {self._out}"
            if self._words:
                yield Static(self._words, markup=False)
            if self._with_field:
                yield Filter(self._lines, self._filter)
            yield self._lines

    def on_mount(self) -> None:
        """Show all of them."""
        self._draw()

    async def on_key(self, event: events.Key) -> None:
        """A letter picks."""
        if self._with_field or event.character is None:
            return
        pick = next((p for p in self._all if p.letter and p.letter == event.character), None)
        if pick is not None:
            event.stop()
            self.dismiss(pick.value)

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.dismiss(self._shown[event.index].value)

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        exact = [p for p in self._all if p.value.casefold() == text.strip().casefold()]
        rest = [p for p in self._all if p not in exact and all(w in _haystack(p) for w in wanted)]
        self._shown = tuple(exact + rest)
        self._draw()

    def _draw(self) -> None:
        wide = max((len(p.text) for p in self._shown), default=0)
        key = any(p.letter for p in self._all)
        self._lines.put(
            [
                Content.assemble(
                    (f"{p.letter:<3}" if key else "", "bold $accent"),
                    p.text.ljust(min(wide, 44)),
                    (f"  {p.more}", "$quiet"),
                )
                for p in self._shown
            ],
            0,
        )


def leave_dialog(ref: str) -> PickDialog:
    """Leave with a call open? Gives ``leave`` or ``stay``."""
    picks = (Pick("stay", "Stay on the call", "1"), Pick("leave", "Leave; the call is kept open", "2"))
    words = f"Call {ref} is still open. It is saved as far as it has got and is offered back next time."
    return PickDialog("Leave triage?", picks, words=words, out="stay")


class NoteDialog(_Dialog):
    """Write a line: a note, a reason. ``enter`` says what Enter does; ``typed`` hears of every change."""

    DEFAULT_CSS = DIALOG_CSS % "NoteDialog"

    def __init__(
        self,
        title: str,
        words: str,
        *,
        text: str = "",
        typed: Callable[[str], None] | None = None,
        enter: str = "keep",
    ) -> None:
        super().__init__()
        self._title, self._words, self._start, self._enter = title, words, text, enter
        self._field = TextField(enter=self._done, typed=typed)

    def compose(self) -> ComposeResult:
        """What it is for, and the field."""
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = f"enter {self._enter} · F10 leave"
            yield Static(self._words, markup=False)
            yield self._field

    def on_mount(self) -> None:
        """Put back what was typed before."""
        self._field.put(self._start)

    def _done(self) -> None:
        if self._field.text.strip():
            self.dismiss(self._field.text.strip())


class Filter(TextField):
    """The field above a list: the list's keys move the list from here."""

    def __init__(self, lines: Lines, changed: Callable[[str], None]) -> None:
        super().__init__(enter=lines.action_choose, typed=changed, placeholder="type some of its words")
        self._lines = lines

    async def _on_key(self, event: events.Key) -> None:
        moves = {"up": -1, "down": 1}
        if event.key in moves:
            self._lines.action_move(moves[event.key])
        elif event.key in ("pageup", "pagedown"):
            self._lines.action_page(1 if event.key == "pagedown" else -1)
        else:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()


def _haystack(pick: Pick) -> str:
    return f"{pick.value} {pick.text} {pick.more}".casefold()

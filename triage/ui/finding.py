"""Words for a time: what they are understood as, and the first time that fits, while they are typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.diary import Diary, Find
from triage.diary.finding import read
from triage.ui.dialogs import DIALOG_CSS, LEAVE
from triage.ui.widgets.inputs import TextField

WORDS = "What, where, when, in any order: carers cv6 tue pm. Beginnings of words will do."


class FindDialog(ModalScreen[Find | None]):
    """One field. ``first`` says, in words, which time is the first that fits; Enter goes there."""

    BINDINGS: ClassVar[list[BindingType]] = [*LEAVE, Binding("f7", "leave", "leave", show=False)]
    DEFAULT_CSS = DIALOG_CSS % "FindDialog"

    def __init__(self, diary: Diary, was: Find, first: Callable[[Find], str]) -> None:
        super().__init__()
        self._diary, self._was, self._first = diary, was, first
        self.find = was
        self._field = TextField(enter=self._go, typed=self._typed, placeholder="carers cv6 tue pm")
        self._found = Static("", id="understood", markup=False)

    def compose(self) -> ComposeResult:
        """What to type, the field, what it means."""
        with Vertical() as box:
            box.border_title, box.border_subtitle = "Find a time", "enter go there · F10 leave"
            yield Static(WORDS, markup=False)
            yield self._field
            yield self._found

    def _typed(self, text: str) -> None:
        self.find = read(text, self._diary, district, Find(self._was.type, self._was.near))
        kind = self._diary.types.get(self.find.type)
        understood = " · ".join(word for word in (kind.name if kind else "", self.find.words) if word)
        lines = [Content.styled(understood, "bold"), Content.styled(self._first(self.find), "$accent")]
        if self.find.lost:
            lines.append(Content.styled(f"not understood: {', '.join(self.find.lost)}", "$warning"))
        self._found.update(Content("\n").join(lines))

    def _go(self) -> None:
        self.dismiss(self.find if self._field.text.strip() else None)

    def action_leave(self) -> None:
        """As it was."""
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any search."""
        self.dismiss(None)
        self.app.call_later(self.app.simulate_key, "f12")


def district(name: str) -> str:
    """The postcode district of a neighbourhood (``foleshill``); ``""`` for what is none."""
    from triage.library.places import load_places

    where = load_places().named.get(name, "")
    return where.split(" ")[0].upper() if isinstance(where, str) else ""

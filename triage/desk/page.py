"""A call on one page, in the words of its script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triage.model import Call, Value
from triage.reports import Page, call_page
from triage.script import telling
from triage.script.form import Script
from triage.staff.roles import permit

if TYPE_CHECKING:
    from triage.desk.desk import Desk
    from triage.diary import Diary


@dataclass(frozen=True, slots=True)
class ScriptWords:
    """A script's words, as the page asks for them."""

    script: Script
    diary: Diary | None = None

    @property
    def flags(self) -> Mapping[str, str]:
        """Every flag's words."""
        return self.script.flags

    @property
    def actions(self) -> Mapping[str, str]:
        """Every action's words."""
        return self.script.actions

    def answer(self, key: str, value: Value) -> tuple[str, str]:
        """What a key is called, and an answer to it in words."""
        found = self.script.field(key)
        return telling.key_title(self.script, key), telling.said(found[1] if found else None, value)

    def appointment(self, slot: str) -> str:
        """What kind of appointment a slot is, and with whom, as far as the diary still knows them."""
        kind, _, rest = slot.partition(".")
        who = rest.partition(".")[0]
        if self.diary is None or kind not in self.diary.types or who not in self.diary.resources:
            return slot
        return f"{self.diary.types[kind].name}, {self.diary.resources[who].name}"


def page_of(desk: Desk, call: Call) -> Page:
    """The page of a call of this desk's record."""
    permit(desk.staff, "read calls")
    return call_page(call, ScriptWords(desk.script, desk.tools.diary), desk.tools.outcomes, desk.tools.directory.by_id)

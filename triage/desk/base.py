"""What every part of the desk stands on: the store, the script, where a call stands, and writing one event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from triage.desk.cleaning import clean
from triage.desk.tools import Tools
from triage.errors import TriageError
from triage.model import UNSAFE, Call, Event, Staff, Value, new_id
from triage.script import telling
from triage.script.form import Script
from triage.script.screen import screen
from triage.script.walk import Walk, walk
from triage.settings import ZONE
from triage.store.base import Store

if TYPE_CHECKING:
    from triage.desk.desk import Desk
    from triage.desk.door import Door
    from triage.desk.standing import Standing


class Slip(TriageError):
    """The call can't take that now: it is closed, or there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition of the script asks about."""

    known: Mapping[str, Value]
    reached: frozenset[str]
    marks: frozenset[str]


@dataclass
class Base:
    """The fields of a :class:`triage.desk.desk.Desk`, and what all its parts use."""

    store: Store
    script: Script
    staff: Staff
    tools: Tools
    clock: Callable[[], datetime]
    mode: str = "live"
    door: Door | None = field(default=None, repr=False)
    """Where people sign in; ``None`` where whoever is here was given."""
    _walked: tuple[Call, dict[str, Value], date, Walk] | None = field(default=None, init=False, repr=False)

    @property
    def today(self) -> date:
        """The day at the desk."""
        return self.clock().astimezone(ZoneInfo(ZONE)).date()

    def walk(self, call: Call) -> Walk:
        """Where the call stands in its script. Asked again about the same call, it isn't worked out again."""
        found, today = self.found(call), self.today
        known = self._walked
        if known is not None and known[0] is call and known[1:3] == (found, today):
            return known[3]
        there = self._walk(call, found, today)
        self._walked = (call, found, today, there)
        return there

    def _walk(self, call: Call, found: Mapping[str, Value], today: date) -> Walk:
        return walk(
            self.script,
            {**call.answers, **found},
            today=today,
            passed=call.passed,
            raised=call.raised,
            jumped=call.jumped,
            focus=call.focus,
            checked=call.checked,
            prompts=screen(self._texts(call), self.tools.phrases),
            flags=call.flags_set,
            chosen=call.chosen[0] if call.chosen else "",
        )

    def found(self, call: Call) -> dict[str, Value]:
        """Answers nobody is asked: what the call's other events say."""
        local = self.clock().astimezone(ZoneInfo(ZONE))
        found: dict[str, Value] = {}
        if call.shortlist:
            found["shortlist"] = "yes"
        if call.bookings:
            found["appointment"] = "yes"
        if local.weekday() > 4 or not 9 <= local.hour < 17:
            found["ooh"] = "yes"
        return found

    def unsafe(self, call: Call) -> bool:
        """Whether the person may not be rung, written to, or have anything printed for them."""
        return UNSAFE in self.walk(call).flags

    # ------------------------------------------------------------------ inside

    @cached_property
    def _standing(self) -> Standing:
        """Who is unsafe to contact, by earlier calls."""
        from triage.desk.standing import Standing

        return Standing(self._whole)

    def _in_force(self, call: Call) -> Call:
        """An open call with the mark that an earlier call about its person left, if one stands."""
        if call.closed or self.unsafe(call):
            return call
        for other in self._standing.of(call):
            why = f"said in call {other.ref} on {telling.day(other.events[0].at.date().isoformat())}; not cleared"
            return self._add(call, "flagged", flag=UNSAFE, on=True, reason=why, since=other.id)
        return call

    @property
    def _whole(self) -> Desk:
        """This desk with all its parts, for helpers that need several."""
        return cast("Desk", self)

    def _refuse(self, why: str) -> None:
        if why:
            raise Slip(why)

    def _add(self, call: Call, kind: str, /, **data: Any) -> Call:
        if call.closed:
            raise Slip(f"Call {call.ref} is closed; nothing can be added to it.")
        now = self.clock()
        event = Event(new_id(now), call.id, now, self.staff.id, kind, clean(kind, data))
        self.store.write(event, *self._beside(event), owner="" if kind == "took over" else self.staff.id)
        return call.plus(event)

    def _note(self, call: Call, kind: str, /, **data: Any) -> Call:
        """Add to a call whoever's it is, saved or not: what becomes known about it afterwards."""
        now = self.clock()
        event = Event(new_id(now), call.id, now, self.staff.id, kind, clean(kind, data))
        self.store.write(event, *self._beside(event))
        return call.plus(event)

    def _beside(self, event: Event) -> tuple[Event, ...]:
        """What is kept in the same transaction, so that this is found again without reading every call."""
        return ()

    def _again(self, call: Call) -> Call:
        return self.store.call(call.id)

    def _who(self) -> dict[str, Any]:
        return {"by": self.staff.id, "now": self.clock()}

    def _texts(self, call: Call) -> dict[str, str]:
        texts = {k: v for k, v in call.answers.items() if isinstance(v, str) and self._screened(k)}
        texts.update({k: v for k, v in call.drafts.items() if k == "notes" or self._screened(k)})
        return texts

    def _screened(self, key: str) -> bool:
        found = self.script.field(key)
        return bool(found and found[1].screened)

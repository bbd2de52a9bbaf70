"""“Unsafe to contact” belongs to the person, not to one call: it stands until a social worker clears it.

A call is about the same person as an earlier one when somebody linked them, when NHS number, or name and date of birth,
are the same, or when two points of the identity check agree. An earlier call that names nobody is known by its number
alone. Only calls with the mark are looked at, restricted ones too: of those nothing is told but that it isn't safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from triage.desk import safety
from triage.desk.base import Facts
from triage.desk.people import FIRST, keys_of, person_of, phone_of
from triage.diary import AT_HOME
from triage.errors import NotFound, StoreError
from triage.handover.words import slot_time
from triage.model import UNSAFE, Call, Slot
from triage.people import Person
from triage.people.form import phone_digits
from triage.people.identity import enough
from triage.store.base import Store

if TYPE_CHECKING:
    from triage.desk.desk import Desk

AHEAD = timedelta(days=366)
"""How far ahead what was planned for a person is looked for."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Something planned on a call that would ring, write to or visit a person whom it isn't safe to contact."""

    call: Call
    what: str
    slot: Slot | None = None


class Standing:
    """The marks that stand, read off the record; the first time all of its list of calls is gone through."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._ids: set[str] = set()
        self._open: set[str] = set()
        self._until: date | None = None

    @property
    def store(self) -> Store:
        """The record itself: the mark of a restricted person holds for everybody."""
        found: Store = getattr(self.desk.store, "inner", self.desk.store)
        return found

    def of(self, call: Call) -> tuple[Call, ...]:
        """The other calls about the person of this one on which the mark stands, oldest first."""
        if call.anonymous:
            return ()
        try:
            marked = [other for other in self._marked() if other.id != call.id]
            return tuple(other for other in marked if self.same(call, other))
        except StoreError:
            # The server is away: nothing can be known of other calls, and this one goes on.
            return ()

    def planned(self, call: Call) -> tuple[Planned, ...]:
        """What is planned, on any call about this person, that would ring, write to or visit them."""
        found = [Planned(c, self._words(slot), slot) for c, slot in self._booked(call, self.desk.clock())]
        calls = {c.id: c for c in (*self.of(call), *(p.call for p in found), *self._known(call), call)}
        for other in calls.values():
            for event in other.promises:
                if event.id not in other.kept and event.data.get("about") == "callback":
                    found.append(Planned(other, f"{event.data['owner']}: {event.data['what']}"))
        return tuple(found)

    def same(self, call: Call, other: Call) -> bool:
        """Whether two calls are about one person."""
        near, far = self._linked(call), self._linked(other)
        if other.id in near.get(call.id, {}).get(False, ()) or call.id in far.get(other.id, {}).get(False, ()):
            return False
        if near.keys() & far.keys():
            return True
        one, two = person_of(call), person_of(other)
        if two is None:
            number = phone_digits(phone_of(call))
            return len(number) > 8 and number == phone_digits(phone_of(other))
        alike = one is not None and not {*keys_of(one)}.isdisjoint(keys_of(two))
        return alike or self._agree(call, two)

    # ------------------------------------------------------------------ inside

    def _agree(self, call: Call, person: Person) -> bool:
        """Two points of the identity check, one of them the person's own: who only lives there may be who they fear."""
        points = self.desk.people.points(call, person, phone_of(call))
        against = points["name"] is False or points["date of birth"] is False
        own = points["name"] or points["date of birth"] or points["reference"]
        return bool(own) and not against and enough(points)

    def _marked(self) -> Iterator[Call]:
        """Every call on which the mark stands."""
        store, today = self.store, self.desk.today
        store.refresh()
        since = FIRST if self._until is None else self._until - timedelta(days=1)
        mine = (line for line in store.summaries(since, today) if line.mode == self.desk.mode)
        self._ids |= {line.id for line in mine if line.unsafe}
        self._until = today
        opened = {call.id: call for call in store.open_calls()}
        closed = self._open - opened.keys()
        self._open = {name for name, call in opened.items() if self._says_so(call)}
        for call_id in sorted(self._ids | closed | self._open):
            call = opened.get(call_id) or store.call(call_id)
            if call_id in self._open or (call.summary is not None and call.summary.unsafe):
                yield call

    def _says_so(self, call: Call) -> bool:
        """Whether an open call's answers mark its person; quicker than working out where it stands."""
        if UNSAFE in call.flags_set:
            return call.flags_set[UNSAFE]
        if call.opened is None or call.opened.data.get("mode", "live") != self.desk.mode:
            return False
        facts = Facts(call.answers, frozenset(call.passed), frozenset())
        steps = self.desk.script.steps
        return any(safety.sets_unsafe(steps[name], facts) for name in call.passed if name in steps)

    def _linked(self, call: Call) -> dict[str, dict[bool, set[str]]]:
        """The calls said to be about this one's person, and from each those that are and those that aren't."""
        found: dict[str, dict[bool, set[str]]] = {}
        waiting = [call]
        while waiting:
            here = waiting.pop()
            links = found.setdefault(here.id, {True: set(), False: set()})
            for event in here.of_kind("linked"):
                to, on = str(event.data["to"]), bool(event.data["on"])
                links[not on].discard(to)
                links[on].add(to)
            for to in links[True] - found.keys():
                try:
                    waiting.append(self.store.call(to))
                except NotFound:
                    continue
        return found

    def _booked(self, call: Call, now: datetime) -> Iterable[tuple[Call, Slot]]:
        from triage import booking

        for claim in self.store.claims(now, now + AHEAD):
            other = call if claim.call == call.id else booking.call_of(self.store, claim.call)
            if other.id == call.id or self.same(call, other):
                slot = self.desk.diary.slot(claim.slot)
                if safety.to_book((UNSAFE,), slot.type):
                    yield other, slot

    def _known(self, call: Call) -> Iterator[Call]:
        """The person's other calls, once the people of the record were read."""
        people = self.desk.people
        for person in people.index.people if people.ready else ():
            if call.id in person.calls:
                yield from (self.store.call(other) for other in person.calls if other != call.id)

    def _words(self, slot: Slot) -> str:
        how = "someone comes to the house" if slot.type.mode in AT_HOME else "someone rings"
        return f"{slot.type.name}, {slot_time(slot)}: {how}"

"""The people of the record, read off its calls: who rang before, what is open, and who looked at it.

Nothing is stored twice: a person is the calls about them, put together by NHS number, by name and date of birth, or by
somebody who linked them (``linked``). Anonymous calls are never among them (PRIVACY P2), nor calls of another mode.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from triage.desk.guard import guarded
from triage.errors import NotFound, TriageError
from triage.model import DECLINED, NOT_KNOWN, Call, Event, new_id
from triage.people import Heard, Likely, Names, Pair, People, Person, Row, agrees, doubles, hear
from triage.people.form import compact_postcode, name_words, phone_digits
from triage.people.hearing import day_of
from triage.people.identity import enough
from triage.script import telling
from triage.staff import may

if TYPE_CHECKING:
    from triage.desk.desk import Desk

FIRST = date(2000, 1, 1)
REPEAT_DAYS, OFTEN = 28, 3
"""A call within so many days is a repeat; so many calls in them go to the supervisor (SCRIPT X5)."""
LOOK_INTO = "look at why several calls were needed"
"""What the supervisor is asked to do about it; the person may read this."""
SECOND_HAND = "yes, not present"
"""The caller says that the person agrees: shown to the handler, not to be read out."""


class Unproven(TriageError):
    """The record stays shut: too little of what the caller said agrees with it, or no reason was given."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier call about a person. ``tasks`` are the promises still owed."""

    call: str
    ref: str
    opened: datetime
    closed: bool
    outcome: str
    handler: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _About:
    """What one call says of whom it is about."""

    person: Person
    past: Past
    links: tuple[tuple[str, bool], ...]


@guarded(lambda people: people.desk.staff, "people.")
class Register:
    """The people of one desk's record. :meth:`load` reads it all: ask for it off the screen's thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._about: dict[str, _About] = {}
        self._until: date | None = None
        self._index: People | None = None
        self._stale = False
        """Whether something is known that the index isn't made of yet."""
        self._lock = Lock()

    @cached_property
    def names(self) -> Names:
        """Which names stand for each other."""
        from triage.library.nicknames import load_names

        return load_names()

    @property
    def sees_restricted(self) -> bool:
        """Whether restricted records are this person's to see (PRIVACY P10)."""
        return may(self.desk.staff, "see restricted records")

    @property
    def ready(self) -> bool:
        """Whether it was read."""
        return self._index is not None

    def load(self) -> People:
        """Read the record, or what was written since it was last read: yesterday's and today's calls, and open ones."""
        with self._lock:
            since = FIRST if self._until is None else self._until - timedelta(days=1)
            changed = self._take((*self.desk.store.calls(since, self.desk.today), *self.desk.store.open_calls()))
            self._until = self.desk.today
            if changed or self._stale or self._index is None:
                self._stale = False
                self._index = People(self._people(), self.names)
            return self._index

    @property
    def index(self) -> People:
        """Who can be found, as of when the record was last read."""
        return self._index or self.load()

    # ------------------------------------------------------------------ finding

    def find(self, words: str, *, besides: str = "", limit: int = 20, restricted: bool = False) -> tuple[Likely, ...]:
        """Who is likely to be meant, best first; ``besides`` is the call on the line, which is nobody's past.

        Restricted records are left out, but for those who may see them (PRIVACY P10). A call's reference finds whose
        it is.
        """
        heard = hear(words, self.desk.today)
        found = self.index.likely(heard, limit + 20)
        if heard.reference:
            own = [
                p for p in self.index.people if any(c.rpartition("-")[2].upper() == heard.reference for c in p.calls)
            ]
            found = (*(Likely(p, 0.99, ("reference",)) for p in own), *found)
        open_to = restricted or self.sees_restricted
        seen = (one for one in found if (open_to or not one.person.restricted) and set(one.person.calls) - {besides})
        return tuple(seen)[:limit]

    def asked_about(self, call: Call) -> str:
        """What the answers so far say of the person, as it would be typed."""
        born = day_of(_told(call, "p_dob"))
        parts = (_told(call, "p_name"), f"{born:%d/%m/%Y}" if born else "", _told(call, "p_postcode"))
        return " ".join((*filter(None, parts), _told(call, "p_phone"))).strip()

    def points(self, call: Call | None, person: Person, said: str = "") -> dict[str, bool | None]:
        """Which points of what the caller said agree with the record; the latest word on each counts."""
        told = agrees(person, self._heard(call), self.names, said=_told(call, "p_address"), number=_number(call))
        heard = hear(said, self.desk.today)
        now = agrees(person, heard, self.names, said=said, number=heard.reference or _digits(said))
        refs = {c.rpartition("-")[2].upper() for c in person.calls}
        if heard.reference:
            now["reference"] = heard.reference in refs or now["reference"]
        return {point: told[point] if now[point] is None else now[point] for point in told}

    def _heard(self, call: Call | None) -> Heard:
        if call is None:
            return Heard()
        return Heard(
            name_words(_told(call, "p_name")),
            day_of(_told(call, "p_dob")),
            postcode=compact_postcode(_told(call, "p_postcode")),
            phone=phone_digits(_told(call, "p_phone")),
        )

    # ------------------------------------------------------------------ looking

    def may_see(self, call: Call | None) -> str:
        """Why the person's history stays hidden while this caller is on the line; ``""`` when it may be shown (P11)."""
        if call is None:
            return ""
        if not _told(call, "caller_role"):
            return "Nobody has asked yet who is ringing."
        refused = call.answers.get("tp_consent_voice") == "no"
        if call.answers.get("tp_consent") == SECOND_HAND and not refused:
            return ""
        return telling.undisclosed(self.desk.walk(call))

    def open(self, call: Call | None, person: Person, *, words: str = "", said: str = "", reason: str = "") -> Call:
        """Open a person's record: who looked, and why, is kept, on the call on the line or on theirs (PRIVACY P9, A2).

        With a call on the line two points must agree, or :class:`Unproven`; without one a reason is needed. A
        restricted record needs a reason too, unless it may be seen anyway. Then :meth:`history` tells of it, where
        :meth:`may_see` says nothing against it.
        """
        points = self.points(call, person, said)
        restricted = person.restricted and not self.sees_restricted
        if (call is None or restricted) and not reason.strip():
            raise Unproven("Say why this record is opened: nobody who asks for it is on the line, or it is restricted.")
        if call is not None and not enough(points):
            raise Unproven("Two points must agree with what the caller says before this record is opened.")
        self._refuse_anonymous(call)
        return self.desk._note(
            call or self.desk.store.call(person.calls[-1]),
            "viewed",
            person=person.id,
            calls=list(person.calls),
            words=words,
            reason=reason.strip(),
            points=[point for point, agreed in points.items() if agreed],
            restricted=person.restricted,
        )

    def history(self, person: Person, besides: str = "") -> tuple[Past, ...]:
        """The calls about a person, newest first."""
        past = [self._about[c].past for c in person.calls if c in self._about and c != besides]
        return tuple(sorted(past, key=lambda p: p.opened, reverse=True))

    def looked(self, call: Call | None, words: str, found: int, shown: Iterable[Likely] = ()) -> Call:
        """Note a search for a person that was looked at: its words, how many it showed, and whom (A2)."""
        self._refuse_anonymous(call)
        who = [one.person.id for one in shown]
        return self.desk._note(
            call or Call(new_id(self.desk.clock())), "looked up", words=words, found=found, shown=who
        )

    def _refuse_anonymous(self, call: Call | None) -> None:
        if call is not None and call.anonymous:
            raise Unproven("This caller gives no name, so nobody is looked up.")

    def break_glass(self, reason: str) -> None:
        """Open restricted records to oneself for a quarter of an hour, with a reason that is kept (PRIVACY P10)."""
        if not reason.strip():
            raise Unproven("Say why restricted records must be opened: the reason is kept, and a supervisor sees it.")
        now = self.desk.clock()
        self.desk._note(Call(new_id(now)), "broke glass", reason=reason.strip())
        with self._lock:
            self._until, self._index = None, None

    # ------------------------------------------------------------------ repeats

    def recent(self, person: Person, call: Call) -> tuple[Past, ...]:
        """The person's other calls in the 28 days before this one, newest first."""
        since = _opened(call) - timedelta(days=REPEAT_DAYS)
        return tuple(p for p in self.history(person, call.id) if since <= p.opened <= _opened(call))

    def same(self, call: Call, person: Person) -> Call:
        """The caller is this person: link the call to theirs, and say so when they rang in the last 28 days.

        The third call in 28 days is the supervisor's to look at.
        """
        self._refuse_anonymous(call)
        if person.calls and call.id not in person.calls:
            points = [point for point, agreed in self.points(call, person).items() if agreed]
            call = self.desk._note(call, "linked", to=person.calls[-1], on=True, why=points, reason="")
        recent = self.recent(person, call)
        if recent and not call.flags_set.get("F-REPEAT"):
            why = f"rang on {recent[0].opened:%d/%m/%Y}: call {recent[0].ref}"
            call = self.desk.flag(call, "F-REPEAT", True, why)
        if len(recent) + 1 >= OFTEN and not any(e.data["what"] == LOOK_INTO for e in call.promises):
            owner = self.desk.tools.standards.role("supervisor")
            note = f"{len(recent) + 1} calls in {REPEAT_DAYS} days: {', '.join(p.ref for p in recent)}"
            call = self.desk.promise(call, LOOK_INTO, owner, kind="contact", about="", note=note)
        call = self.desk._in_force(call)
        self._stale = self._take([call]) or self._stale
        return call

    # ------------------------------------------------------------------ duplicates

    def doubles(self) -> tuple[Pair, ...]:
        """Records that are probably one person, likeliest first; nothing is joined before somebody links them."""
        return doubles([p for p in self.index.people if self.sees_restricted or not p.restricted], self.names)

    def link(self, one: str, other: str, reason: str, *, on: bool = True) -> None:
        """Say that two calls (ids or references) are about one person, or that they aren't after all; with a reason."""
        if not reason.strip():
            raise Unproven("Linking two records needs a reason: how is it known that this is one person?")
        first, second = (self.desk.store.call(self.desk.store.find(ref)) for ref in (one, other))
        if first.id == second.id:
            raise NotFound("That is one and the same call.")
        for call in (first, second):
            self._refuse_anonymous(call)
        after = self.desk._note(first, "linked", to=second.id, on=on, why=[], reason=reason.strip())
        for call in (after, second) if on else ():
            self.desk._in_force(call)
        self._stale = self._take([after]) or self._stale

    # ------------------------------------------------------------------ inside

    def _take(self, calls: Iterable[Call]) -> bool:
        changed = False
        for call in calls:
            about = self._read(call)
            if about != self._about.get(call.id):
                changed = True
                if about is None:
                    self._about.pop(call.id, None)
                else:
                    self._about[call.id] = about
        return changed

    def _read(self, call: Call) -> _About | None:
        """What a call says of whom it is about; ``None`` when it names nobody, or nobody may be named."""
        opened = call.opened
        if opened is None or call.anonymous or opened.data.get("mode", "live") != self.desk.mode:
            return None
        person = person_of(call)
        if person is None:
            return None
        end = call.closed
        owed = tuple(str(e.data["what"]) for e in call.promises if e.id not in call.kept)
        past = Past(call.id, call.ref, opened.at, end is not None, _outcome(end), call.owner, owed)
        links = tuple((str(e.data["to"]), bool(e.data["on"])) for e in call.of_kind("linked"))
        return _About(person, past, links)

    def _people(self) -> Iterator[Person]:
        """The calls put together, a person each."""
        groups = _Groups()
        keyed: dict[tuple[str, ...], str] = {}
        parted = {frozenset((c, to)) for c, a in self._about.items() for to, on in a.links if not on}
        for call_id, about in sorted(self._about.items()):
            groups.add(call_id)
            for key in keys_of(about.person):
                other = keyed.setdefault(key, call_id)
                if frozenset((other, call_id)) not in parted:
                    groups.join(other, call_id)
            for to, on in dict(about.links).items():
                if on and to in self._about:
                    groups.join(to, call_id)
        for members in groups.all():
            yield _together([self._about[m].person for m in sorted(members)])


class _Groups:
    """Sets that grow together."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def add(self, one: str) -> None:
        self._up.setdefault(one, one)

    def top(self, one: str) -> str:
        self.add(one)
        while self._up[one] != one:
            self._up[one] = self._up[self._up[one]]
            one = self._up[one]
        return one

    def join(self, one: str, other: str) -> None:
        self._up[self.top(one)] = self.top(other)

    def all(self) -> Iterator[Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._up:
            found[self.top(one)].append(one)
        yield from found.values()


def person_of(call: Call) -> Person | None:
    """Whom a call is about, as far as it says; ``None`` when it names nobody."""
    name, caller = _told(call, "p_name"), _told(call, "caller_name")
    if call.anonymous or not (name or _told(call, "p_nhs")):
        return None
    phone = phone_of(call)
    also: tuple[Row, ...] = (Row(caller, _told(call, "callback_number"), caller=True),) if caller else ()
    likes = _told(call, "p_likes")
    also += (Row(likes + " " + name.split()[-1], phone),) if likes and name else ()
    marks = call.closed.data.get("flags", ()) if call.closed else ()
    return Person(
        call.id,
        name,
        day_of(_told(call, "p_dob")),
        _told(call, "p_postcode"),
        phone,
        _told(call, "p_address"),
        _digits(_told(call, "p_nhs")),
        _told(call, "care_director_id"),
        also,
        (call.id,),
        call.flags_set.get("F-SENS", "F-SENS" in marks),
    )


def phone_of(call: Call) -> str:
    """The number of the person a call is about: their own, or that of a caller who rings for themselves."""
    return _told(call, "p_phone") or ("" if _told(call, "caller_name") else _told(call, "callback_number"))


def keys_of(person: Person) -> Iterator[tuple[str, ...]]:
    """What is enough to say that two calls are about one person: a name and a postcode alone are not (father, son)."""
    name = " ".join(sorted(name_words(person.name)))
    if person.nhs:
        yield ("nhs", person.nhs)
    if name and person.born:
        yield (name, person.born.isoformat())
    if name and person.postcode and person.phone and not person.born:
        yield (name, compact_postcode(person.postcode), phone_digits(person.phone))


def _together(people: Sequence[Person]) -> Person:
    """One person from their calls, oldest first: the latest word on each fact, every name they were kept under."""
    last: Mapping[str, object] = {
        field: next((v for p in reversed(people) if (v := getattr(p, field))), getattr(people[-1], field))
        for field in ("name", "born", "postcode", "phone", "address", "nhs", "reference")
    }
    also = dict.fromkeys(row for p in people for row in (Row(p.name, p.phone), *p.also))
    also.pop(Row(str(last["name"]), str(last["phone"])), None)
    calls = tuple(c for p in people for c in p.calls)
    restricted = any(p.restricted for p in people)
    return Person(id=people[0].id, also=tuple(also), calls=calls, restricted=restricted, **last)  # type: ignore[arg-type]


def _opened(call: Call) -> datetime:
    return call.events[0].at


def _outcome(end: Event | None) -> str:
    return str(end.data.get("outcome", "")) if end else ""


def _digits(text: str) -> str:
    digits = "".join(c for c in text if c.isdigit())
    return digits if len(digits) == 10 and not digits.startswith("0") else ""


def _number(call: Call | None) -> str:
    return _told(call, "p_nhs") or _told(call, "care_director_id")


def _told(call: Call | None, key: str) -> str:
    value = str(call.answers.get(key, "")).strip() if call else ""
    return "" if value in (NOT_KNOWN, DECLINED) else value

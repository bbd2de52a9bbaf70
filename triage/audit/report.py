"""What the audit shows of a month (PRIVACY A5): looks that somebody should ask about. None of it is an accusation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from triage.audit.lines import Line
from triage.settings import ZONE

LOOKS = ("search", "view", "print", "share", "export", "break-glass")
"""The actions in which somebody gets to see a record."""
HOURS = (8, 18)
"""The hours from Monday to Friday in which looks are expected, at the desk's clock."""
MANY = 20
"""Records opened in a month without a contact, from which on somebody stands in the report."""
SOON = timedelta(minutes=30)
"""How long after a search an opening counts as its own."""
_LOCAL = ZoneInfo(ZONE)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a record is about, as far as the report asks: the name, and where they live (any words for it)."""

    name: str = ""
    home: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to ask about: what kind, whose doing, which lines, and why it stands here. No name of a person."""

    kind: str
    user: str
    lines: tuple[int, ...]
    why: str
    record: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A month: what each member of staff did, by action, and what should be asked about."""

    month: str
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def month_of(line: Line) -> str:
    """The month at the desk, ``2026-11``."""
    return f"{line.at.astimezone(_LOCAL):%Y-%m}"


def without_contact(line: Line) -> bool:
    """Whether a record was opened while nobody was on the line about it: it is then kept with the record itself."""
    return line.action == "view" and (not line.event or line.record in line.more.get("calls", ()))


def report(
    lines: Iterable[Line],
    month: str,
    staff: Mapping[str, str],
    subject: Callable[[str], Subject],
    homes: Callable[[str], frozenset[str]] = lambda name: frozenset(),
) -> Report:
    """The report of a month. ``staff`` gives names by id; ``subject`` whom a record is about; ``homes`` where people
    of a name live, as the record has it: that is how somebody's own household is known."""
    counts: dict[str, Counter[str]] = {}
    found: list[Finding] = []
    alone: dict[str, list[int]] = {}
    own_homes: dict[str, frozenset[str]] = {}
    for line in lines:
        if month_of(line) != month:
            continue
        counts.setdefault(line.user, Counter())[line.action] += 1
        if line.action not in LOOKS:
            continue
        if without_contact(line):
            alone.setdefault(line.user, []).append(line.n)
        if _late(line.at):
            found.append(_of("out of hours", line, f"{line.action} at {line.at.astimezone(_LOCAL):%a %d %b %H:%M}"))
        name = staff.get(line.user, "")
        if line.user not in own_homes:
            own_homes[line.user] = homes(name) if name else frozenset()
        found += _whose(line, name, staff, subject(_person(line)), own_homes[line.user])
        found += _searched(line, name, staff)
    for user, numbers in alone.items():
        if len(numbers) >= MANY:
            why = f"{len(numbers)} records opened while nobody was on the line"
            found.append(Finding("many without a contact", user, tuple(numbers), why))
    return Report(month, {user: dict(done) for user, done in sorted(counts.items())}, tuple(found))


def _late(at: datetime) -> bool:
    local = at.astimezone(_LOCAL)
    return local.weekday() > 4 or not HOURS[0] <= local.hour < HOURS[1]


def _of(kind: str, line: Line, why: str) -> Finding:
    return Finding(kind, line.user, (line.n,), why, _person(line), line.at)


def _person(line: Line) -> str:
    """Whose record a look was at: the person's, else the call's."""
    return str(line.more.get("person") or line.record)


def _whose(line: Line, own: str, staff: Mapping[str, str], who: Subject, homes: frozenset[str]) -> Iterable[Finding]:
    if line.action == "search" or not own or not who.name:
        return
    if _words(who.name) == _words(own):
        yield _of("own name", line, "the record is in the name of whoever looked")
    elif who.home and who.home in homes:
        yield _of("own household", line, "the record is of somebody who lives where one in their own name does")
    elif _surname(who.name) == _surname(own):
        yield _of("same surname", line, "the record is of somebody with the surname of whoever looked")
    if any(_words(who.name) == _words(name) for key, name in staff.items() if key != line.user):
        yield _of("colleague", line, "the record is in the name of a member of staff")


def _searched(line: Line, own: str, staff: Mapping[str, str]) -> Iterable[Finding]:
    words = set(_words(str(line.more.get("words", ""))))
    if line.action != "search" or line.what == "searched" or not words or not own:
        return
    if set(_words(own)) <= words:
        yield _of("own name", line, "they searched for their own name")
    elif _surname(own) in words:
        yield _of("same surname", line, "they searched for their own surname")
    if any(set(_words(name)) <= words for key, name in staff.items() if key != line.user and len(_words(name)) > 1):
        yield _of("colleague", line, "they searched for a member of staff")


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted("".join(c if c.isalpha() else " " for c in name.casefold()).split()))


def _surname(name: str) -> str:
    return name.casefold().split()[-1] if name.split() else ""


def opened_after(lines: Sequence[Line]) -> dict[int, tuple[str, ...]]:
    """Of what each search showed, what its user then opened (A2), by the search's number."""
    found: dict[int, tuple[str, ...]] = {}
    last: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.user, str(line.more.get("words", "")))
        if line.action == "search":
            last[key] = line
            found.setdefault(line.n, ())
        elif line.action == "view" and key in last and line.at - last[key].at <= SOON:
            search = last[key]
            found[search.n] = (*found[search.n], _person(line))
    return found

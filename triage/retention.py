"""How long a record is kept: its class, and from when it may go (PRIVACY §6). Pure.

A call belongs to one class. What counts is the last contact about its person: an old call of somebody who still rings
stays. A call that is open, on hold, or has a promise still owed is never due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from triage.model import DIARY, Call

DISPOSALS = "disposals"
"""Where what was proposed and signed for is kept, like a call that was never opened."""
KEPT = frozenset((DIARY, DISPOSALS, "alerts"))
"""Pages of the record that are no call."""
ANONYMOUS, LOOKS = "anonymous", "looks"


@dataclass(frozen=True, slots=True)
class Class:
    """A class of record. Exactly one of ``days``, ``months`` and ``years``; ``review`` asks a person to look first."""

    id: str
    name: str
    outcomes: tuple[str, ...] = ()
    when: str = ""
    days: int | None = None
    months: int | None = None
    years: int | None = None
    review: bool = False
    evidence: str = ""

    def until(self, last: date) -> date:
        """The first day on which a record may go, when the last contact was on ``last``."""
        if self.days is not None:
            return last + timedelta(days=self.days)
        return last + relativedelta(months=self.months or 0, years=self.years or 0)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The classes, in the order in which they are tried."""

    as_of: date
    status: str
    source: str
    classes: tuple[Class, ...]

    def of(self, call: Call) -> Class:
        """The class of a call."""
        end = call.closed.data if call.closed else {}
        codes = {str(end.get("outcome", "")), *map(str, end.get("also", ()))}
        word = LOOKS if call.opened is None else ANONYMOUS if call.anonymous else ""
        for one in self.classes:
            if codes & set(one.outcomes) or (one.when and one.when == word):
                return one
        return next(one for one in self.classes if not one.outcomes and not one.when)


@dataclass(frozen=True, slots=True)
class Due:
    """A call whose time is over: its id, the class it is kept under, the days it was opened and fell due."""

    call: str
    kind: str
    opened: str
    due: str
    review: bool = False


def held(call: Call) -> str:
    """Why a legal hold stops its disposal; ``""`` when none stands."""
    last = [e for e in call.events if e.kind in ("hold set", "hold lifted")][-1:]
    return str(last[0].data.get("reason", "")) or "hold" if last and last[0].kind == "hold set" else ""


def stays(call: Call) -> str:
    """Why a call can't go whatever its age; ``""`` when its age decides."""
    if call.id in KEPT:
        return "it is no call"
    if held(call):
        return f"legal hold: {held(call)}"
    if call.opened is not None and call.closed is None:
        return "it is still open"
    if any(e.id not in call.kept for e in call.promises):
        return "a promise on it is still owed"
    return ""


def due(
    calls: Iterable[Call], schedule: Schedule, today: date, last_contact: Mapping[str, date]
) -> tuple[list[Due], dict[str, int]]:
    """The calls whose time is over, and how many stay although it is, by why.

    ``last_contact`` is, by call, the day of the last contact about its person; a call that isn't in it is its own.
    """
    found: list[Due] = []
    staying: dict[str, int] = {}
    for call in calls:
        kind, own = schedule.of(call), call.events[-1].at.date()
        ends = kind.until(max(own, last_contact.get(call.id, own)))
        if ends > today or call.id in KEPT:
            continue
        why = stays(call)
        if why:
            word = why.partition(":")[0]
            staying[word] = staying.get(word, 0) + 1
            continue
        opened = call.events[0].at.date().isoformat()
        found.append(Due(call.id, kind.id, opened, ends.isoformat(), kind.review))
    return found, staying

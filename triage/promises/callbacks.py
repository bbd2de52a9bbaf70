"""The call-back queue, read off calls: who rings whom by when, how often they tried, and whose turn it is.

The time, the handlers on duty and what they have to do already are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from triage.model import Call
from triage.promises.standards import LOCAL, Closed, Standards, works

Result = Literal["spoke", "no answer", "voicemail", "wrong number"]
RESULTS: tuple[Result, ...] = ("spoke", "no answer", "voicemail", "wrong number")
RINGS = {"callback": "", "social worker": "social worker"}
"""What a promise that means ringing is about, and whose alone it is to do."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to ring. ``next`` is when to try again, as it was said then."""

    at: datetime
    by: str
    result: str
    note: str = ""
    next: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A promised call back that is still owed.

    ``team`` is who it was promised by, in words; ``owner`` the id of the member of staff who has it, empty while nobody
    does. ``unsafe``: nobody may ring this person. ``only`` names the one role whose call it is.
    """

    promise: str
    call: str
    what: str
    team: str
    due: datetime
    owner: str = ""
    attempts: tuple[Attempt, ...] = ()
    urgent: bool = False
    unsafe: bool = False
    only: str = ""
    note: str = ""

    def late(self, now: datetime) -> bool:
        """Whether it should have been made by now."""
        return now > self.due

    def next(self, now: datetime) -> datetime | None:
        """When to try again, while that is still to come."""
        said = self.attempts[-1].next if self.attempts else None
        return said if said and said > now else None

    @property
    def wrong(self) -> bool:
        """Whether another number has to be found first."""
        return bool(self.attempts) and self.attempts[-1].result == "wrong number"


def call_backs(call: Call, *, unsafe: bool = False) -> tuple[CallBack, ...]:
    """The call backs that are owed on a call."""
    owners = {e.data["promise"]: str(e.data["to"]) for e in call.of_kind("assigned")}
    tries: dict[str, list[Attempt]] = {}
    for event in call.of_kind("rang"):
        data = event.data
        again = datetime.fromisoformat(data["next"]) if data.get("next") else None
        made = Attempt(event.at, event.by, str(data["result"]), str(data.get("note", "")), again)
        tries.setdefault(data["promise"], []).append(made)
    return tuple(
        CallBack(
            promise.id,
            call.id,
            str(promise.data["what"]),
            str(promise.data["owner"]),
            datetime.fromisoformat(promise.data["due"]),
            owners.get(promise.id, ""),
            tuple(tries.get(promise.id, ())),
            promise.data.get("standard") == "urgent",
            unsafe,
            RINGS[str(promise.data.get("about"))],
            str(promise.data.get("note", "")),
        )
        for promise in call.promises
        if promise.id not in call.kept and promise.data.get("about") in RINGS
    )


def in_order(found: Iterable[CallBack], now: datetime) -> tuple[CallBack, ...]:
    """What is overdue first, the latest of all on top; then what can be rung now, by when it is due; then the rest."""

    def rank(one: CallBack) -> tuple[bool, bool, datetime, str]:
        again = one.next(now)
        return not one.late(now), again is not None, again or one.due if not one.late(now) else one.due, one.promise

    return tuple(sorted(found, key=rank))


def share(
    found: Iterable[CallBack], on_duty: Sequence[str], now: datetime, load: Mapping[str, int] | None = None
) -> dict[str, str]:
    """Who takes which: promise -> member of staff, what presses most first, each to whoever has least to do.

    ``load`` is what each has besides (open calls). What somebody on duty has stays theirs and counts; what belongs to
    one role alone, and people whom nobody may ring, are left out.
    """
    mine = [one for one in found if not one.only and not one.unsafe]
    have = {who: (load or {}).get(who, 0) + sum(one.owner == who for one in mine) for who in on_duty}
    given: dict[str, str] = {}
    for one in in_order(mine, now):
        if have and one.owner not in have:
            who = min(have, key=lambda name: (have[name], on_duty.index(name)))
            have[who] += 1
            given[one.promise] = who
    return given


def next_attempt(result: Result, now: datetime, standards: Standards, closed: Closed) -> datetime | None:
    """When to try again: after no answer in some hours, after a voicemail on the next working day; in office hours.

    ``None`` when there is nothing to try again: they were spoken to, or the number is wrong.
    """
    if result in ("spoke", "wrong number"):
        return None
    local = now.astimezone(LOCAL)
    again = local + timedelta(hours=standards.callbacks.no_answer)
    opens, closes = standards.callbacks.opens, standards.closes
    today = result == "no answer" and again.date() == local.date() and again.time() < closes
    if today and works(local.date(), closed):
        return max(again.replace(second=0, microsecond=0), _at(local, opens))
    day = local
    if not (result == "no answer" and local.time() < opens and works(local.date(), closed)):
        day += timedelta(days=1)
    while not works(day.date(), closed):
        day += timedelta(days=1)
    return _at(day, opens)


def stuck(one: CallBack, standards: Standards) -> bool:
    """Whether it was tried in vain so often that the supervisor should know."""
    return sum(a.result != "spoke" for a in one.attempts) >= standards.callbacks.tries


def _at(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, LOCAL)

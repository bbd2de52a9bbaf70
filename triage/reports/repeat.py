"""Who rang again: the same person, and the same need, within 28 days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.model import DECLINED, NOT_KNOWN, Call
from triage.reports.days import REPEAT_DAYS, opened_at

OFTEN = 3
"""So many calls about one person in 28 days are the supervisor's to look at."""

SAYS_NOTHING = frozenset(("third_party", "professional", "communication", "ordinary_residence", "wrap_up"))
"""Pathways that every second call goes through, so that they don't tell one need from another."""


def person_keys(call: Call) -> frozenset[tuple[str, ...]]:
    """What tells that two calls are about one person: one key in common is enough, a name alone never is."""
    name = " ".join(sorted(_told(call, "p_name").casefold().replace(".", " ").split()))
    nhs = "".join(c for c in _told(call, "p_nhs") if c.isdigit())
    second = {
        "born": _told(call, "p_dob"),
        "postcode": _told(call, "p_postcode").replace(" ", "").upper(),
        "phone": "".join(c for c in _told(call, "p_phone") if c.isdigit()),
    }
    keys = {(name, kind, value) for kind, value in second.items() if name and value}
    return frozenset(keys | ({("nhs", nhs)} if nhs else set()))


def needs(call: Call) -> frozenset[str]:
    """What the call was about: its pathways, or its reasons while it is still open."""
    closed = call.closed
    walked = closed.data.get("pathways", ()) if closed else ()
    reason = call.answers.get("reason", ())
    reasons = (reason,) if isinstance(reason, str) else tuple(map(str, reason)) if isinstance(reason, tuple) else ()
    return frozenset((*walked, *reasons)) - SAYS_NOTHING - {NOT_KNOWN, DECLINED}


class Repeats:
    """Who rang before and who rang again, among some calls; each call is read once."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._seen = {c.id: _Seen(c.id, opened_at(c), person_keys(c), _links(c), needs(c), _chases(c)) for c in calls}
        self._people: dict[tuple[str, ...], list[_Seen]] = defaultdict(list)
        for seen in self._seen.values():
            for key in seen.same:
                self._people[key].append(seen)

    def knows(self, call: str) -> bool:
        """Whether the call says who it is about."""
        return bool(self._seen[call].keys or self._seen[call].links)

    def before(self, call: str) -> bool:
        """Whether there was a call about the same person in the 28 days before, whatever the need."""
        this = self._seen[call]
        return any(_follows(other, this) for other in self._same_person(this))

    def often(self, call: str) -> bool:
        """Whether this is at least the third call about the same person in 28 days."""
        this = self._seen[call]
        return sum(_follows(self._seen[other], this) for other in self._whole(this)) + 1 >= OFTEN

    def after(self, call: str) -> bool:
        """Whether the same person's same need came back in the 28 days after; a chasing call is always the same."""
        this = self._seen[call]
        return any(
            _follows(this, other) and (other.chases or bool(this.needs & other.needs))
            for other in self._same_person(this)
        )

    def _whole(self, this: _Seen) -> set[str]:
        """Every call that is about the same person as one that is about the same person as this, and so on."""
        found, ahead = {this.id}, [this]
        while ahead:
            new = [other for other in self._same_person(ahead.pop()) if other.id not in found]
            found |= {other.id for other in new}
            ahead += new
        return found

    def _same_person(self, this: _Seen) -> Iterator[_Seen]:
        return (other for key in this.same for other in self._people[key] if other.id != this.id)


@dataclass(frozen=True, slots=True)
class _Seen:
    id: str
    at: datetime
    keys: frozenset[tuple[str, ...]]
    links: frozenset[tuple[str, ...]]
    needs: frozenset[str]
    chases: bool

    @property
    def same(self) -> frozenset[tuple[str, ...]]:
        """What it shares with other calls about the person: keys, and calls that somebody linked."""
        return self.keys | self.links | {("call", self.id)}


def _follows(first: _Seen, second: _Seen) -> bool:
    return timedelta() < second.at - first.at <= timedelta(days=REPEAT_DAYS)


def _links(call: Call) -> frozenset[tuple[str, ...]]:
    """The calls that somebody said are about the same person, as long as nobody took it back."""
    said = {str(e.data["to"]): bool(e.data["on"]) for e in call.of_kind("linked")}
    return frozenset(("call", to) for to, on in said.items() if on)


def _chases(call: Call) -> bool:
    closed = call.closed
    return closed is not None and closed.data.get("outcome") == "DUP"


def _told(call: Call, key: str) -> str:
    value = str(call.answers.get(key, "")).strip()
    return "" if value in (NOT_KNOWN, DECLINED) else value

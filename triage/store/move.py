"""Moving house: everything one store keeps, copied to another, then counted and compared.

Ids make it safe to run again: what is there already is passed over, so a move that was cut off goes on, and one that
was made while desks worked catches up. The source is only ever read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from triage.errors import StoreRefused
from triage.model import Call, Claim, Event
from triage.store.base import Store
from triage.store.documents import claim_doc, event_doc
from triage.store.journal import JournalStore

EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
BATCH = 1000
"""Calls at a time."""
EVENTS = 4000
"""Events in one write."""
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds: counts, and a digest that is the same for the same calls in whatever order."""

    calls: int = 0
    events: int = 0
    claims: int = 0
    digest: str = ""


class Tally:
    """Counts and digests what goes by."""

    def __init__(self) -> None:
        self.calls, self.events, self._sum = 0, 0, 0

    def add(self, call: Call) -> None:
        """Count one call."""
        self.calls += 1
        self.events += len(call.events)
        self._mix(["call", call.id, [[event.id, event_doc(event)] for event in call.events]])

    def done(self, claims: Iterable[Claim]) -> Held:
        """The result, with the claims."""
        claims = tuple(claims)
        for claim in claims:
            self._mix(["claim", claim_doc(claim)])
        return Held(self.calls, self.events, len(claims), f"{self._sum:064x}")

    def _mix(self, told: object) -> None:
        found = sha256(_plain(told).encode("utf-8", "replace")).digest()
        self._sum = (self._sum + int.from_bytes(found, "big")) % (1 << 256)


def held(store: Store, tell: Tell = lambda words: None) -> Held:
    """Read everything a store keeps."""
    tally = Tally()
    for call in store.every():
        tally.add(call)
        if not tally.calls % 1000:
            tell(f"reading it again: {tally.calls:,} calls")
    return tally.done(store.claims(*EVER))


def move(source: Store, target: Store, tell: Tell = lambda words: None) -> tuple[Held, Held]:
    """Copy everything from one store to another; what each holds afterwards.

    They differ only when desks were writing meanwhile: close them and move again. Raises :class:`StoreRefused`
    when the target holds calls that the source doesn't know, since it is in use then.
    """
    there = _there(source, target) if target.info()["events"] else {}
    before = Tally()
    target.moving = True
    writing = _Writer(target)
    for call in source.every():
        before.add(call)
        if call.id not in there:
            writing.add(call)
        elif there[call.id] != len(call.events):
            writing.late += _missing(call, target)
        if not before.calls % 1000:
            tell(f"copying: {before.calls:,} calls")
    writing.done()
    target.take_in(source.sealed())
    target.moving = False
    claims = source.claims(*EVER)
    _copy_claims(claims, target)
    return before.done(claims), held(target, tell)


def _there(source: Store, target: Store) -> dict[str, int]:
    """How many events of each call the target has already."""
    there = {call.id: len(call.events) for call in target.every()}
    strange = there.keys() - {call.id for call in source.every()}
    if strange:
        raise StoreRefused(
            f"{target.info()['path']} has {len(strange):,} call(s) that the record being moved doesn't have, such as "
            f"{min(strange)}: it is in use. Move to an empty place."
        )
    return there


def _missing(call: Call, target: Store) -> tuple[Event, ...]:
    known = {event.id for event in target.call(call.id).events}
    return tuple(event for event in call.events if event.id not in known)


class _Writer:
    """Writes calls many at a time. A journal's archive takes finished ones as they come, so that its memory doesn't
    grow; what belongs to its live days waits for the end."""

    def __init__(self, target: Store) -> None:
        self._journal = target if isinstance(target, JournalStore) else None
        self._write, self._calls = target.write, list[Call]()
        self.late: list[Event] = []

    def add(self, call: Call) -> None:
        if self._journal is not None and call.opened and not call.closed:
            self.late += call.events
        else:
            self._calls.append(call)
        if len(self._calls) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        calls, self._calls = self._calls, []
        if calls and (self._journal is None or not self._journal.adopt(calls)):
            self._some([event for call in calls for event in call.events])

    def done(self) -> None:
        self._flush()
        self._some(self.late)

    def _some(self, events: list[Event]) -> None:
        for start in range(0, len(events), EVENTS):
            self._write(*events[start : start + EVENTS])


def _copy_claims(claims: tuple[Claim, ...], target: Store) -> None:
    there = {(claim.slot, claim.call): claim for claim in target.claims(*EVER)}
    for gone in there.keys() - {(claim.slot, claim.call) for claim in claims}:
        target.write(release=[gone])
    for claim in _fresh(claims, there):
        target.write(claim=claim)


def _fresh(claims: Iterable[Claim], there: dict[tuple[str, str], Claim]) -> Iterator[Claim]:
    return (claim for claim in claims if there.get((claim.slot, claim.call)) != claim)

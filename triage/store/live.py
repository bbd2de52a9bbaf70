"""The live part of the record in memory: TinyDB tables of events and claims, and where to look in them.

Everything asked often is answered by id through an index, so that nothing scans history: the events of a call,
the calls that are open, who holds a quarter of an hour. All of it follows from the ops of the journal's records,
applied in order, whichever desk wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.model import Call, CallSummary, Claim, Event, ref_of
from triage.settings import ZONE
from triage.store.records import Op, Record
from triage.store.tinytable import Doc, JournalDB, JournalStorage

LONDON = ZoneInfo(ZONE)


def local_day(at: datetime) -> date:
    """The day it was at the desk."""
    return at.astimezone(LONDON).date()


def iso(at: datetime) -> str:
    """An instant as it is kept: ISO 8601, UTC."""
    return at.astimezone(UTC).isoformat()


def event_doc(event: Event) -> Doc:
    """An event as it is kept."""
    return {
        "call": event.call,
        "at": iso(event.at),
        "by": event.by,
        "kind": event.kind,
        "data": dict(event.data),
    }


def event_of(event_id: str, doc: Doc) -> Event:
    """The event as the rest of the program knows it, sharing nothing with the tables."""
    at = datetime.fromisoformat(doc["at"])
    return Event(event_id, doc["call"], at, doc["by"], doc["kind"], _own(doc["data"]))


def _own(value: Any) -> Any:
    """A copy, with lists as tuples: the model's values."""
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return tuple(map(_own, value)) if isinstance(value, list) else value


def claim_id(slot: str, call: str) -> str:
    """A claim's document id: a call has a slot once."""
    return f"{slot} {call}"


def claim_doc(claim: Claim) -> Doc:
    """A claim as it is kept."""
    until = iso(claim.until) if claim.until else None
    return {"slot": claim.slot, "call": claim.call, "keys": list(claim.keys), "until": until}


def claim_of(doc: Doc) -> Claim:
    """The claim as the rest of the program knows it."""
    until = datetime.fromisoformat(doc["until"]) if doc["until"] else None
    return Claim(doc["slot"], doc["call"], tuple(doc["keys"]), until)


def starts(slot: str) -> datetime | None:
    """When a slot starts, from its id ``TYPE.RESOURCE.2026-12-01T10:00``; ``None`` when it doesn't say."""
    try:
        at = datetime.fromisoformat(slot.rpartition(".")[2])
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=LONDON)


@dataclass(slots=True)
class Trail:
    """What is known of one call without reading its events again."""

    events: list[str] = field(default_factory=list)
    opened: bool = False
    closed: bool = False
    summary: CallSummary | None = None


class Live:
    """The live tables and their index. ``keep`` makes ops durable, then :meth:`take` takes them in."""

    def __init__(self, keep: Callable[[list[Op]], None]) -> None:
        self._storage = JournalStorage(keep)
        self.db = JournalDB(self._storage)
        self.events, self.claims = self.db.table("events"), self.db.table("claims")
        self.transaction = self._storage.transaction
        self.trails: dict[str, Trail] = {}
        self.refs: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.newest = ""

    def take(self, records: Iterable[Record]) -> None:
        """Apply durable records in order."""
        for record in records:
            for op in record["ops"]:
                before = self._storage.apply(op)
                if op[1] == "events":
                    self._index_event(op[2], op[3])
                else:
                    self._index_claim(op, before)
            self.newest = max(self.newest, record["at"])

    def _index_event(self, event_id: str, doc: Doc) -> None:
        trail = self.trails.get(doc["call"])
        if trail is None:
            trail = self.trails[doc["call"]] = Trail()
            self.refs[ref_of(doc["call"])] = doc["call"]
        trail.events.append(event_id)
        trail.summary = None
        trail.opened = trail.opened or doc["kind"] == "opened"
        trail.closed = trail.closed or doc["kind"] == "closed"

    def _index_claim(self, op: Op, before: Doc | None) -> None:
        for key in before["keys"] if before else ():
            if self.keys.get(key) == op[2]:
                del self.keys[key]
        if op[0] == "put":
            self.keys.update(dict.fromkeys(op[3]["keys"], op[2]))

    def docs(self, call_id: str) -> list[tuple[str, Doc]]:
        """A call's event documents by id, oldest first."""
        trail = self.trails.get(call_id)
        found = [(key, self.events.get(doc_id=key)) for key in trail.events] if trail else []  # type: ignore[call-overload]
        return [(key, doc) for key, doc in found if doc is not None]

    def call(self, call_id: str) -> Call:
        """The live part of a call."""
        return Call(call_id, tuple(event_of(key, doc) for key, doc in self.docs(call_id)))

    def open_calls(self) -> Iterator[Call]:
        """The calls opened and not closed."""
        return (self.call(call_id) for call_id, trail in self.trails.items() if trail.opened and not trail.closed)

    def claim_docs(self, keys: Iterable[str]) -> list[Doc]:
        """The claims that own any of these keys."""
        owners = dict.fromkeys(self.keys[key] for key in keys if key in self.keys)
        return [doc for doc in (self.claims.get(doc_id=owner) for owner in owners) if doc]  # type: ignore[call-overload]

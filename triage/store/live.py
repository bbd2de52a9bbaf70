"""The live part of the record in memory: TinyDB tables of events and claims, and where to look in them.

Everything asked often is answered by id through an index, so that nothing scans history: the events of a call,
the calls that are open, who holds a quarter of an hour. All of it follows from the ops of the journal's records,
applied in order, whichever desk wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from triage.errors import NotYours, SlotTaken
from triage.model import Call, CallSummary, Claim, Event, ref_of
from triage.store.documents import claim_doc, claim_id, claim_of, event_doc, event_of
from triage.store.records import Op, Record
from triage.store.tinytable import Doc, JournalDB, JournalStorage, document


@dataclass(slots=True)
class Trail:
    """What is known of one call without reading its events again."""

    events: list[str] = field(default_factory=list)
    opened: bool = False
    closed: bool = False
    owner: str = ""
    summary: CallSummary | None = None
    summarised: bool = False


class Live:
    """The live tables and their index. ``keep`` makes ops durable, then :meth:`apply` takes them in."""

    def __init__(self, keep: Callable[[list[Op]], None]) -> None:
        self._storage = JournalStorage(keep)
        self.db = JournalDB(self._storage)
        self.events, self.claims = self.db.table("events"), self.db.table("claims")
        self.transaction = self._storage.transaction
        self.trails: dict[str, Trail] = {}
        self.refs: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.newest = ""

    def apply(self, records: Iterable[Record]) -> None:
        """Apply durable records in order."""
        for record in records:
            for op in record["ops"]:
                before = self._storage.apply(op)
                if op[1] == "events":
                    self._index_event(op[2], op[3])
                else:
                    self._index_claim(op, before)
            if record["ops"] or "lines" in record:  # not where only the audit's head is noted
                self.newest = max(self.newest, record["at"])

    def _index_event(self, event_id: str, doc: Doc) -> None:
        trail = self.trails.get(doc["call"])
        if trail is None:
            trail = self.trails[doc["call"]] = Trail()
            self.refs[ref_of(doc["call"])] = doc["call"]
        trail.events.append(event_id)
        trail.summarised = False
        trail.opened = trail.opened or doc["kind"] == "opened"
        trail.closed = trail.closed or doc["kind"] == "closed"
        if doc["kind"] == "took over" or (doc["kind"] == "opened" and not trail.owner):
            trail.owner = doc["by"]

    def _index_claim(self, op: Op, before: Doc | None) -> None:
        for key in before["keys"] if before else ():
            if self.keys.get(key) == op[2]:
                del self.keys[key]
        if op[0] == "put":
            self.keys.update(dict.fromkeys(op[3]["keys"], op[2]))

    def unknown(self, events: Iterable[Event]) -> dict[str, Doc]:
        """The documents of those events that aren't kept yet, by id."""
        table = self.events
        return {e.id: event_doc(e) for e in events if not table.contains(doc_id=e.id)}  # type: ignore[arg-type]

    def check_owner(self, events: Iterable[Event], owner: str) -> None:
        """:class:`NotYours` when one of these calls has been taken over by somebody else."""
        for event in events:
            trail = self.trails.get(event.call)
            if owner and trail and trail.owner not in ("", owner):
                raise NotYours(ref_of(event.call), trail.owner)

    def insert(self, docs: dict[str, Doc]) -> None:
        """Stage new events."""
        self.events.insert_multiple(document(key, doc) for key, doc in docs.items())

    def release(self, owner: str) -> None:
        """Stage giving a claim back; one that isn't there is harmless."""
        if self.claims.contains(doc_id=owner):  # type: ignore[arg-type]
            self.claims.remove(doc_ids=[owner])  # type: ignore[list-item]

    def claim(self, claim: Claim, now: datetime) -> None:
        """Stage a claim over the call's own and over holds that have run out; :class:`SlotTaken`.

        A call's booking is never turned back into a hold, and never gives way to another time for the same call.
        """
        mine = claim_id(claim.slot, claim.call)
        own = self.claims.get(doc_id=mine)  # type: ignore[call-overload]
        if own and own["until"] is None and claim.until is not None:
            return
        for owner in dict.fromkeys(self.keys[key] for key in claim.keys if key in self.keys):
            doc = self.claims.get(doc_id=owner)  # type: ignore[call-overload]
            if doc is None or owner == mine:
                continue
            gives_way = doc["call"] == claim.call and doc["until"] is not None
            if not gives_way and claim_of(doc).live(now):
                raise SlotTaken(claim.slot)
            self.release(owner)
        self.claims.upsert(document(mine, claim_doc(claim)))

    def docs(self, call_id: str, since: int = 0) -> list[tuple[str, Doc]]:
        """A call's event documents by id, oldest first, but for the first ``since``."""
        trail = self.trails.get(call_id)
        events = trail.events[since:] if trail else ()
        found = [(key, self.events.get(doc_id=key)) for key in events]  # type: ignore[call-overload]
        return [(key, doc) for key, doc in found if doc is not None]

    def call(self, call_id: str) -> Call:
        """The live part of a call."""
        return Call(call_id, tuple(event_of(key, doc) for key, doc in self.docs(call_id)))

    def open_calls(self) -> Iterator[Call]:
        """The calls opened and not closed."""
        return (self.call(call_id) for call_id, trail in self.trails.items() if trail.opened and not trail.closed)

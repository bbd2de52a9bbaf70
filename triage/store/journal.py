"""The embedded store: TinyDB over a checksummed journal, for all desks of one host.

Stock TinyDB rewrites its file at every change: a save costs more the more is kept, two desks destroy each other's
work, and a full disk leaves nothing readable. Here a save adds one line, flushed to the disk under one lock, at the
same cost after a hundred calls and a hundred thousand. The flush is inside the lock: giving the lock back earlier
would share flushes between desks, but a power cut could then leave a bad line before an acknowledged one.

=============== ======================================================================
records.py      the line: checksum, version, what is torn and what is damaged
segments.py     the files of the journal, day by day, and appending to them
tinytable.py    TinyDB's tables over it
live.py         the tables of this store and their index
archive.py      closed calls of past days, by month, with a rebuildable index
lock.py         one writer at a time
place.py        where a store may stand
backup.py       backup, restore, verify
=============== ======================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tinydb import where

from triage.errors import NotFound, SlotTaken, StoreDamaged
from triage.model import Call, CallSummary, Claim, Event
from triage.store.files import failed, private_folder
from triage.store.live import Live, claim_doc, claim_id, claim_of, event_doc, iso, local_day, starts
from triage.store.lock import StoreLock
from triage.store.place import refuse_network
from triage.store.records import VERSION, Op
from triage.store.segments import WAY_OUT, Segments
from triage.store.tinytable import Doc, document


class JournalStore:
    """A :class:`triage.store.base.Store` in a folder of this machine.

    ``desk`` names who writes, for the audit trail; ``clock`` tells the time in UTC; ``timeout`` is how many
    seconds to wait for another desk.
    """

    def __init__(self, path: Path, *, desk: str = "", clock: Callable[[], datetime], timeout: float = 10.0) -> None:
        refuse_network(path)
        self.path, self.desk, self._clock = path, desk, clock
        self.segments = Segments(path / "journal")
        self._lock = StoreLock(path / "lock", timeout)
        self._live = Live(self._keep)
        self._news = False
        self._make_folders()
        with self.locked():
            self._news = False

    def _make_folders(self) -> None:
        used = self._lock.path.exists() or any(self.path.glob("archive/*.jsonl"))
        if used and not self.segments.folder.is_dir():
            raise StoreDamaged(f"{self.segments.folder} is gone, or a restore stopped halfway. {WAY_OUT}")
        try:
            for folder in (self.path, self.segments.folder, self.path / "archive"):
                private_folder(folder)
        except OSError as error:
            raise failed(self.path, error) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store alone, with everything read that any desk wrote."""
        with self._lock.held():
            self._catch_up()
            yield

    def _catch_up(self) -> None:
        try:
            news = self.segments.catch_up()
        except OSError as error:
            raise failed(self.segments.folder, error) from error
        if news.reset:
            self._live = Live(self._keep)
        self._live.take(news.records)
        self._news = self._news or bool(news.records)

    def _keep(self, ops: list[Op]) -> None:
        now = self._clock()
        record = {"v": VERSION, "at": iso(now), "by": self.desk, "ops": ops}
        self._live.take([self.segments.append(record, local_day(now))])

    def write(self, *events: Event, claim: Claim | None = None, release: Sequence[tuple[str, str]] = ()) -> None:
        """Keep events, take and give back slots, as one line of the journal."""
        with self.locked():
            live = self._live
            new = [event for event in events if not live.events.contains(doc_id=event.id)]  # type: ignore[arg-type]
            if events and not new:
                return
            with live.transaction():
                for slot, call in release:
                    self._drop(claim_id(slot, call))
                if claim is not None:
                    self._take(claim)
                live.events.insert_multiple(
                    document(event_id, doc) for event_id, doc in {e.id: event_doc(e) for e in new}.items()
                )

    def _drop(self, claim: str) -> None:
        if self._live.claims.contains(doc_id=claim):  # type: ignore[arg-type]
            self._live.claims.remove(doc_ids=[claim])  # type: ignore[list-item]

    def _take(self, claim: Claim) -> None:
        """Put the claim in place of the call's own, or of holds that have run out."""
        table, mine, now = self._live.claims, claim_id(claim.slot, claim.call), self._clock()
        own = table.get(doc_id=mine)  # type: ignore[call-overload]
        if own and own["until"] is None and claim.until is not None:
            return
        for doc in self._live.claim_docs(claim.keys):
            owner = claim_id(doc["slot"], doc["call"])
            if owner == mine or not table.contains(doc_id=owner):  # type: ignore[arg-type]
                continue
            of_another_need = doc["call"] != claim.call or doc["until"] is None
            if of_another_need and claim_of(doc).live(now):
                raise SlotTaken(claim.slot)
            self._drop(owner)
        table.upsert(document(mine, claim_doc(claim)))

    def call(self, call_id: str) -> Call:
        """The call, live or archived."""
        with self._lock.threads:
            call = self._live.call(call_id)
        if not call.events and self.refresh():
            return self.call(call_id)
        if not call.events:
            raise NotFound(f"No call is kept under “{call_id}”.")
        return call

    def find(self, ref: str) -> str:
        """The id of the call with this id or reference."""
        with self._lock.threads:
            known = ref if ref in self._live.trails else self._live.refs.get(ref.strip().upper())
        if known is None and self.refresh():
            return self.find(ref)
        if known is None:
            raise NotFound(f"No call is kept under “{ref}”.")
        return known

    def open_calls(self, handler: str = "") -> tuple[Call, ...]:
        """The calls opened and not closed, newest first."""
        with self._lock.threads:
            calls = [call for call in self._live.open_calls() if not handler or call.owner == handler]
        return tuple(sorted(calls, key=_opened, reverse=True))

    def summaries(self, since: date, until: date) -> Iterator[CallSummary]:
        """A line for each call opened on these days, newest first."""
        with self._lock.threads:
            found = [self._summary(call_id) for call_id, trail in self._live.trails.items() if trail.opened]
        inside = [line for line in found if line and since <= local_day(line.opened) <= until]
        return iter(sorted(inside, key=lambda line: line.opened, reverse=True))

    def _summary(self, call_id: str) -> CallSummary | None:
        trail = self._live.trails[call_id]
        if trail.summary is None:
            trail.summary = self._live.call(call_id).summary
        return trail.summary

    def calls(self, since: date, until: date) -> Iterator[Call]:
        """The calls opened on these days, newest first."""
        return (self.call(line.id) for line in self.summaries(since, until))

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The claims that start in [since, until) and count now; those whose slot doesn't say when, always."""

        def inside(slot: Any) -> bool:
            at = starts(slot)
            return at is None or since <= at < until

        now = self._clock()
        with self._lock.threads:
            docs: list[Doc] = list(self._live.claims.search(where("slot").test(inside)))
        return tuple(claim for claim in map(claim_of, docs) if claim.live(now))

    def refresh(self) -> bool:
        """Take in what other desks wrote. Costs a listing and a stat while there is nothing."""
        with self._lock.threads:
            if self.segments.changed():
                with self.locked():
                    pass
            news, self._news = self._news, False
        return news

    def info(self) -> dict[str, Any]:
        """Where it is and what it holds."""
        with self._lock.threads:
            names = self.segments.names
            return {
                "kind": "journal",
                "path": str(self.path),
                "calls": sum(trail.opened for trail in self._live.trails.values()),
                "open": sum(trail.opened and not trail.closed for trail in self._live.trails.values()),
                "events": len(self._live.events),
                "claims": len(self._live.claims),
                "newest": self._live.newest or None,
                "segments": list(names),
            }

    def verify(self) -> list[str]:
        """Read everything again; the faults as sentences."""
        again = Segments(self.segments.folder)
        try:
            with self.locked():
                again.catch_up()
        except StoreDamaged as fault:
            return [str(fault)]
        finally:
            again.close()
        return []

    def close(self) -> None:
        """Let go of the journal's file."""
        with self._lock.threads:
            self.segments.close()


def _opened(call: Call) -> datetime:
    assert call.opened is not None
    return call.opened.at

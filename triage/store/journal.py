"""The embedded store: TinyDB over a checksummed journal, for all desks of one host.

Stock TinyDB rewrites its file at every change: a save costs more the more is kept, two desks destroy each other's
work, and a full disk leaves nothing readable. Here a save adds one line, flushed to the disk under one lock, at the
same cost after a hundred calls and a hundred thousand. The flush is inside the lock: giving the lock back earlier
would share flushes between desks, but a power cut could then leave a bad line before an acknowledged one.

=============== ======================================================================
records.py      the line: checksum, version, what is torn and what is damaged
segments.py     the files of the journal, day by day, and appending to them
tinytable.py    TinyDB's tables over it
documents.py    the model's values as documents
live.py         the tables of this store and their index
archive.py      closed calls of past days, by month
index.py        the rebuildable index of a month
fold.py         moving past days there
anew.py         writing everything anew, to encrypt it
cipher.py       the encryption of a line; keys.py: where the key is
secure.py       encrypting a record, and what lies open beside it
lock.py         one writer at a time
place.py        where a store may stand
upkeep.py       verify, backup, restore
=============== ======================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tinydb import where

from triage.errors import NotFound, StoreDamaged
from triage.model import Call, CallSummary, Claim, Event
from triage.store.anew import Anew, sweep
from triage.store.archive import Archive, Docs, call_from, check_archive, months_between
from triage.store.cipher import Cipher
from triage.store.documents import claim_id, claim_of, iso, local_day, starts
from triage.store.files import failed, private_folder
from triage.store.fold import adopt, fold
from triage.store.live import Live
from triage.store.lock import StoreLock
from triage.store.place import refuse_network
from triage.store.records import VERSION, Op
from triage.store.segments import WAY_OUT, Segments, day_of, is_carried
from triage.store.tinytable import Doc


class JournalStore:
    """A :class:`triage.store.base.Store` in a folder of this machine.

    ``desk`` names who writes, for the audit trail; ``clock`` tells the time in UTC; ``timeout`` is how many
    seconds to wait for another desk.
    """

    def __init__(self, path: Path, *, desk: str = "", clock: Callable[[], datetime], timeout: float = 10.0) -> None:
        refuse_network(path)
        self.path, self.desk, self._clock = path, desk, clock
        self.segments = Segments(path / "journal")
        self.archives = Archive(path / "archive")
        self._lock = StoreLock(path / "lock", timeout)
        self._live = Live(self._keep)
        self._news = False
        self._make_folders()
        with self.locked():
            self._news = False

    def _make_folders(self) -> None:
        used = self._lock.path.exists() or any(self.archives.folder.glob("*.jsonl"))
        if used and not self.segments.folder.is_dir():
            raise StoreDamaged(f"{self.segments.folder} is gone, or a restore stopped halfway. {WAY_OUT}")
        try:
            for folder in (self.path, self.segments.folder, self.archives.folder):
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
            if news.reset:
                self._live = Live(self._keep)
                self.archives.sizes, self.archives.cipher = self.segments.archives, self.segments.cipher
                try:
                    check_archive(self.archives, self.segments)
                except StoreDamaged:
                    self.segments.forget()
                    raise
        except OSError as error:
            raise failed(self.segments.folder, error) from error
        self._live.apply(news.records)
        self._news = self._news or bool(news.records)

    def _keep(self, ops: list[Op]) -> None:
        now = self._clock()
        record = {"v": VERSION, "at": iso(now), "by": self.desk, "ops": ops}
        self._live.apply([self.segments.append(record, local_day(now))])

    def write(
        self,
        *events: Event,
        claim: Claim | None = None,
        release: Sequence[tuple[str, str]] = (),
        owner: str = "",
    ) -> None:
        """Keep events, take and give back slots, as one line of the journal."""
        with self.locked():
            live = self._live
            new = live.unknown(events)
            live.check_owner(events, owner)
            with live.transaction():
                for slot, call in release:
                    live.release(claim_id(slot, call))
                if claim is not None:
                    live.claim(claim, self._clock())
                if new:
                    live.insert(new)

    def call(self, call_id: str) -> Call:
        """The call, live or archived."""
        with self._lock.threads:
            call = call_from(call_id, self._docs(call_id))
        if call.events:
            return call
        if self.refresh():
            return self.call(call_id)
        raise NotFound(f"No call is kept under “{call_id}”.")

    def _docs(self, call_id: str) -> Docs:
        """A call's documents, from the archive too when its beginning isn't live."""
        trail = self._live.trails.get(call_id)
        earlier = [] if trail and trail.opened else self.archives.docs(call_id)
        return earlier + self._live.docs(call_id)

    def find(self, ref: str) -> str:
        """The id of the call with this id or reference."""
        ref = ref.strip()
        with self._lock.threads:
            known = ref if ref in self._live.trails else self._live.refs.get(ref.upper())
            known = known or self.archives.find(ref)
        if known:
            return known
        if self.refresh():
            return self.find(ref)
        raise NotFound(f"No call is kept under “{ref}”.")

    def open_calls(self, handler: str = "") -> tuple[Call, ...]:
        """The calls opened and not closed, newest first."""
        with self._lock.threads:
            calls = [call for call in self._live.open_calls() if not handler or call.owner == handler]
        return tuple(sorted(calls, key=lambda call: (call.events[0].at, call.id), reverse=True))

    def summaries(self, since: date, until: date) -> Iterator[CallSummary]:
        """A line for each call opened on these days, newest first."""
        return (line for line, _ in self._listed(since, until))

    def calls(self, since: date, until: date) -> Iterator[Call]:
        """The calls opened on these days, newest first."""
        for line, places in self._listed(since, until):
            yield self.archives.call(line, places) if places else self.call(line.id)

    def _listed(self, since: date, until: date) -> Iterator[tuple[CallSummary, list[tuple[int, int]]]]:
        """Summaries, each with where its call stands in the archive; nowhere when some of it is live."""
        with self._lock.threads:
            live = [line for line in map(self._summary, list(self._live.trails)) if line]
        touched = {line.id for line in live}
        for month in months_between(self.archives.sizes, live, since, until):
            found: dict[str, tuple[CallSummary, list[tuple[int, int]]]]
            found = {line.id: (line, []) for line in live if f"{local_day(line.opened):%Y-%m}" == month}
            found.update(self.archives.listed(month, touched))
            inside = [row for row in found.values() if since <= local_day(row[0].opened) <= until]
            yield from sorted(inside, key=lambda row: (row[0].opened, row[0].id), reverse=True)

    def _summary(self, call_id: str) -> CallSummary | None:
        trail = self._live.trails[call_id]
        if not trail.summarised:
            trail.summary, trail.summarised = call_from(call_id, self._docs(call_id)).summary, True
        return trail.summary

    def every(self) -> Iterator[Call]:
        """Everything kept: the archived months, then what is live."""
        with self._lock.threads:
            live = list(self._live.trails)
        touched = set(live)
        for month in sorted(self.archives.sizes):
            for call_id, places in self.archives.places(month, touched).items():
                yield call_from(call_id, self.archives.read(month, places))
        for call_id in live:
            yield self.call(call_id)

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

    @property
    def trouble(self) -> str:
        """Nothing: what is wrong with files is said by what needed them."""
        return ""

    def maintain(self) -> str:
        """Archive past days; a listing of names when there are none."""
        with self._lock.threads:
            if not self._past(local_day(self._clock())):
                return ""
        done = self.archive()
        return f"{done:,} closed call{'s' * (done != 1)} of past days archived"

    def _past(self, before: date) -> list[date]:
        return [day_of(name) for name in self.segments.names if not is_carried(name) and day_of(name) < before]

    def adopt(self, calls: Iterable[Call]) -> bool:
        """Take finished calls of another store straight into the archive, durable on return.

        False, and nothing is done, when something was already written here in the usual way. Not for calls that are
        here: they would be here twice.
        """
        with self.locked():
            names = self.segments.names
            if names and (len(names) > 1 or not is_carried(names[0]) or self._live.trails or len(self._live.claims)):
                return False
            now = self._clock()
            try:
                adopt(self.segments, self.archives, calls, iso(now), self.desk, local_day(now))
            except OSError as error:
                raise failed(self.archives.folder, error) from error
            self._catch_up()
            self._news = False
        return True

    def archive(self, tell: Callable[[str], None] = lambda words: None) -> int:
        """Fold the closed calls of past days into the archive, a day at a time; how many there were."""
        done = 0
        while True:
            with self.locked():
                days = self._past(local_day(self._clock()))
                if not days:
                    return done
                tell(f"archiving {days[0]:%d %B %Y}")
                try:
                    done += fold(self.segments, self.archives, days[0], self._clock(), self.desk)
                except OSError as error:
                    raise failed(self.archives.folder, error) from error

    def write_anew(self, cipher: Cipher | None, tell: Callable[[str], None] = lambda words: None) -> list[Path]:
        """Encrypt everything with ``cipher``, or make it plain; files that no longer count and couldn't be deleted.

        The key must be where desks find it (:mod:`triage.store.keys`) before this is called.
        """
        with self.locked():
            anew = Anew(self.archives, cipher, tell)
        try:
            anew.months()
            with self.locked():
                anew.commit(self.segments, self._live, self._clock(), self.desk)
        except BaseException as error:
            with self.locked():
                if self.segments.cipher is not cipher:
                    anew.undo()
            if isinstance(error, OSError):
                raise failed(self.path, error) from error
            raise
        return self.sweep()

    def sweep(self) -> list[Path]:
        """Delete what no longer counts; what couldn't be deleted."""
        with self.locked():
            return sweep(self.segments, self.archives)

    @property
    def encrypted(self) -> str:
        """The id of the key it is encrypted with; ``""`` when it is plain."""
        return self.segments.cipher.id if self.segments.cipher else ""

    def info(self) -> dict[str, Any]:
        """Where it is and what it holds."""
        with self._lock.threads:
            trails, sizes = self._live.trails.values(), self.archives.sizes
            live = sum(trail.opened for trail in trails)
            return {
                "kind": "journal",
                "path": str(self.path),
                "encrypted": self.encrypted or None,
                "calls": live + sum(known["calls"] for known in sizes.values()),
                "open": sum(trail.opened and not trail.closed for trail in trails),
                "events": len(self._live.events) + sum(known["events"] for known in sizes.values()),
                "claims": len(self._live.claims),
                "newest": self._live.newest or None,
                "segments": list(self.segments.names),
                "archives": {month: dict(sizes[month]) for month in sorted(sizes)},
                "bytes": sum(file.stat().st_size for file in self.path.glob("*/*.jsonl")),
            }

    def verify(self) -> list[str]:
        """Read everything again; the faults as sentences."""
        from triage.store.upkeep import faults

        return faults(self.path)

    def close(self) -> None:
        """Let go of the journal's file."""
        with self._lock.threads:
            self.segments.close()

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
auditlog.py     the audit, in files of its own
=============== ======================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tinydb import where

from triage.audit import START, Anchor, Line, Note, Sealed
from triage.errors import NotFound, StoreBusy, StoreDamaged, StoreError
from triage.model import Call, CallSummary, Claim, Event, Staff
from triage.store.anew import Anew, sweep
from triage.store.archive import Archive, Docs, Places, call_from, check_archive, months_between
from triage.store.auditlog import AuditLog, Rolls, head_of, make, month_name, news, of_note, rebuilt, workstation
from triage.store.cipher import Cipher
from triage.store.documents import claim_id, claim_of, iso, local_day, starts
from triage.store.files import failed, private_folder
from triage.store.fold import adopt, fold
from triage.store.live import Live
from triage.store.lock import StoreLock
from triage.store.place import refuse_network
from triage.store.records import VERSION, Op, Record
from triage.store.segments import WAY_OUT, Segments, day_of, is_carried
from triage.store.tinytable import Doc
from triage.store.tombs import Tomb, add_tombs, read_tombs

T = TypeVar("T")


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
        self.audits = AuditLog(path / "audit")
        self._anchor = Anchor(0, START)
        self._rolls = Rolls(self._archived, lambda call, since: self._live.docs(call, since))
        self.role_of: Callable[[str], str] = lambda who: ""
        """The roles of whoever writes, for the audit."""
        self.moving = False
        """Whether events come from another store, with the lines they had there."""
        self._lock = StoreLock(path / "lock", timeout)
        self._live = Live(self._keep)
        self._news = False
        self._make_folders()
        self._read_ahead()
        self._news = False

    def _read_ahead(self) -> None:
        """Read what is there, and only what came meanwhile under the lock: a desk that starts holds nobody up.

        Without the lock a line may be seen that is taken back at that moment, since the disk didn't take it. What
        doesn't fit then is read again, and judged, under the lock.
        """
        try:
            with self._lock.threads:
                self._catch_up()
            with self.locked():
                return
        except StoreBusy:
            raise
        except StoreError:
            self.segments.forget()
        with self.locked():
            return

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
                self.audits.cipher = self.segments.cipher
                self._rolls.forget()
                self._anchor = Anchor(0, START)
                try:
                    check_archive(self.archives, self.segments)
                except StoreDamaged:
                    self.segments.forget()
                    raise
        except OSError as error:
            raise failed(self.segments.folder, error) from error
        self._live.apply(news.records)
        self._note_head(*news.records)
        self._news = self._news or bool(news.records)

    def _keep(self, ops: list[Op]) -> None:
        now = self._clock()
        self._catch_up_audit()
        told = [] if self.moving else ops
        made = make(told, self._anchor, self._rolls, lambda who, _: self.role_of(who), workstation())
        record = {"v": VERSION, "at": iso(now), "by": self.desk, "ops": ops, "audit": made.head}
        self._live.apply([self.segments.append(record, local_day(now))])
        self._note_head(record)
        with suppress(OSError):  # made again from the journal's record, once there is room
            self.audits.append(made.lines, month_name(now), durable=False)

    # ------------------------------------------------------------------ the audit

    def _note_head(self, *records: Record) -> None:
        """Keep in mind how far the audit has got, by the journal."""
        for record in records:
            head = head_of(record)
            if head is not None and head.n > self._anchor.n:
                self._anchor = head

    def _catch_up_audit(self) -> None:
        """Bring audit and journal to one head: lines that a crash took are made again from the journal's records.

        Lines that can't be, because somebody cut them off, stay missing: the numbers go on after them, so that
        ``verify`` names them for ever.
        """
        try:
            self.audits.catch_up()
            if self.audits.n < self._anchor.n:
                self.audits.close()  # another desk may have begun a month
                self.audits.catch_up()
            if self.audits.n < self._anchor.n:
                self._heal()
        except OSError as error:
            raise failed(self.audits.folder, error) from error
        if self.audits.n > self._anchor.n:
            self._anchor = self.audits.head

    def _heal(self) -> None:
        again, live = Segments(self.segments.folder), Live(self._keep)
        try:
            records = again.catch_up().records
        finally:
            again.close()
        rolls = Rolls(lambda call: [] if _opened(live, call) else self.archives.docs(call), live.docs)
        lost = rebuilt(records, self.audits.head, lambda record: live.apply([record]), rolls)
        self.audits.append(lost, month_name(self._clock()), durable=True)

    def note(self, note: Note, by: Staff) -> None:
        """Keep a line of the audit about something that changes no call, durable on return."""
        with self.locked():
            self._catch_up_audit()
            now = self._clock()
            sealed = of_note(note, by.id, ", ".join(by.roles), now, self._anchor)
            try:
                self.audits.append([sealed], month_name(now), durable=True)
            except OSError as error:
                raise failed(self.audits.folder, error) from error
            head = {"n": sealed.line.n, "hash": sealed.hash}
            self.segments.append(
                {"v": VERSION, "at": iso(now), "by": self.desk, "ops": [], "audit": head}, local_day(now)
            )
            self._anchor = Anchor(sealed.line.n, sealed.hash)

    def audit(self) -> Iterator[Line]:
        """Every line of the audit that can be read, oldest first."""
        with self.locked():
            self._catch_up_audit()
        for sealed in self.audits.lines():
            if not isinstance(sealed, str):
                with suppress(ValueError, KeyError, TypeError):
                    yield sealed.line

    def recent(self, since: datetime) -> Sequence[Line]:
        """The audit's lines since then, newest first."""
        return self.audits.recent(since)

    def sealed(self) -> Iterator[Sealed]:
        """The audit as it is kept."""
        return (line for line in self.audits.lines() if not isinstance(line, str))

    def take_in(self, sealed: Iterable[Sealed]) -> None:
        """Take in the audit of another store, as far as it isn't here."""
        with self.locked():
            self._catch_up_audit()
            was = self._anchor.n
            for line in news(sealed, self._anchor):
                self.audits.append([line], month_name(line.line.at), durable=False)
            if self.audits.n > was:
                self._anchor = self.audits.head
                head = {"n": self._anchor.n, "hash": self._anchor.hash}
                now = self._clock()
                self.audits.flush()
                record = {"v": VERSION, "at": iso(now), "by": self.desk, "ops": [], "audit": head}
                self.segments.append(record, local_day(now))

    def _archived(self, call_id: str) -> Docs:
        """What of a call isn't live."""
        return [] if _opened(self._live, call_id) else self.archives.docs(call_id)

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
            call = call_from(call_id, self._settled(lambda: self._docs(call_id)))
        if call.events:
            return call
        if self.refresh():
            return self.call(call_id)
        raise NotFound(f"No call is kept under “{call_id}”.")

    def _settled(self, read: Callable[[], T]) -> T:
        """Read from the archive; once more when another desk has just written it anew."""
        try:
            return read()
        except (StoreDamaged, OSError):
            if not self.segments.changed():
                raise
            with self.locked():
                return read()

    def _docs(self, call_id: str) -> Docs:
        """A call's documents, from the archive too when its beginning isn't live."""
        return self._archived(call_id) + self._live.docs(call_id)

    def find(self, ref: str) -> str:
        """The id of the call with this id or reference."""
        ref = ref.strip()
        with self._lock.threads:
            known = ref if ref in self._live.trails else self._live.refs.get(ref.upper())
            known = known or self._settled(lambda: self.archives.find(ref))
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
            yield self._from_archive(line.id, places) if places else self.call(line.id)

    def _from_archive(self, call_id: str, places: Places) -> Call:
        """An archived call by its places, while the month's file is the one they are in."""
        if self.archives.path(places.month) == places.path:
            with suppress(StoreDamaged, OSError):
                return call_from(call_id, self.archives.read(places.month, places.at))
        return self.call(call_id)

    def _listed(self, since: date, until: date) -> Iterator[tuple[CallSummary, Places | None]]:
        """Summaries, each with where its call stands in the archive; nowhere when some of it is live."""
        with self._lock.threads:
            live = [line for line in map(self._summary, list(self._live.trails)) if line]
        touched = {line.id for line in live}
        for month in months_between(self.archives.sizes, live, since, until):
            found: dict[str, tuple[CallSummary, Places | None]]
            found = {line.id: (line, None) for line in live if f"{local_day(line.opened):%Y-%m}" == month}
            found.update(self._settled(partial(self.archives.listed, month, touched)))
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
            places = self._settled(partial(self.archives.places, month, touched))
            for call_id, there in places.items():
                yield self._from_archive(call_id, there)
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
        self._rewrite(anew)
        return self.sweep()

    def _rewrite(self, anew: Anew) -> None:
        """The months while desks work; then what is live, and the audit's head with it, under the lock. Or nothing."""
        try:
            anew.months()
            with self.locked():
                self._catch_up_audit()
                head = {"n": self._anchor.n, "hash": self._anchor.hash}
                anew.commit(self.segments, self._live, self._clock(), self.desk, head)
        except BaseException as error:
            with self.locked():
                anew.undo()
            if isinstance(error, OSError):
                raise failed(self.path, error) from error
            raise

    def erased(self) -> tuple[Tomb, ...]:
        """What is left of calls that were erased."""
        return read_tombs(self.path)

    def erase(self, tombs: Sequence[Tomb], proposal: str = "") -> int:
        """Take these calls out of the record, durable on return; how many were there. What can't be proved here, that
        two people signed, is asked by the desk."""
        with self.locked():
            try:
                add_tombs(self.path, tombs)
            except OSError as error:
                raise failed(self.path, error) from error
        gone = {tomb.call for tomb in tombs}
        there = sum(self._is_there(call) for call in gone)
        if there:
            self._without(gone)
        return there

    def erase_again(self) -> int:
        """After a restore: take out whatever has a tombstone; how many calls that was."""
        gone = {tomb.call for tomb in read_tombs(self.path) if self._is_there(tomb.call)}
        if gone:
            self._without(gone)
        return len(gone)

    def _is_there(self, call: str) -> bool:
        with self._lock.threads:
            return call in self._live.trails or bool(self.archives.docs(call))

    def _without(self, gone: Collection[str]) -> None:
        with self.locked():
            cipher = self.segments.cipher
            anew = Anew(self.archives, cipher, lambda words: None, gone)
        self._rewrite(anew)
        self.sweep()

    def sweep(self) -> list[Path]:
        """Finish what an encryption began: bring the audit to the same key, delete what no longer counts.

        Returns what couldn't be deleted.
        """
        with self.locked():
            try:
                self.audits.write_anew(self.segments.cipher)
            except OSError as error:
                raise failed(self.audits.folder, error) from error
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
            self.audits.close()


def _opened(live: Live, call_id: str) -> bool:
    """Whether all of a call is live."""
    trail = live.trails.get(call_id)
    return trail is not None and trail.opened

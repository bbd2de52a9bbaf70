"""The record on a PostgreSQL server, for desks on many machines.

What the journal keeps in files stands here in three tables (``sql/0001_record.sql``): events, only ever added; claims,
whose keys are unique; and calls, a line each, which follows from the events and is written in the same transaction.

While the server is away, from the start or later, answers go to this desk's outbox and are sent when it is back;
whatever must be decided by the server (a hold, a booking) is refused in words. Of calls, those that were opened
meanwhile can be read, since all of them is in the outbox; the others need the server.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from triage.audit import Anchor, Line, Note, Sealed, check
from triage.audit.agree import disagreements
from triage.errors import NotFound, NotYours, SlotTaken, StoreAway, StoreRefused
from triage.model import Call, CallSummary, Claim, Event, Staff
from triage.store import rows
from triage.store import statements as sql
from triage.store.auditlog import news
from triage.store.documents import LONDON, iso, starts
from triage.store.outbox import Outbox
from triage.store.postgres import Server
from triage.store.postgres_schema import Do
from triage.store.tombs import Tomb

LOOK_EVERY = 10.0
"""Seconds between two questions for news that nobody told of."""
PAGE = 500
"""Calls read at a time."""
SLOW = 120.0
"""Seconds to wait for a word while everything is counted or read."""
_COLUMNS = ("record", "user", "event", "after")
NOT_BOOKED = (
    "The record's server is away, so nothing was booked, held or given back. Write down the time the caller would "
    "like, say that you will confirm it, and book it once the server is back: if it was kept after all, you are given "
    "the same booking."
)
NO_DIARY = (
    "The record's server is away, so no times can be seen or booked. Write down the time the caller would like, and "
    "say that you will confirm it."
)
_INDEXED = {"opened", "closed", "took over", "undone"}
"""Kinds of event that a call's line follows from."""


class PostgresStore:
    """A :class:`triage.store.base.Store` at a ``postgresql://`` address.

    ``desk`` names who writes, ``clock`` tells the time in UTC (all desks' clocks must agree within seconds: holds
    run out by them). ``outbox`` is this machine's folder for answers that have to wait; without it they are refused,
    and so is opening the record while its server is away.
    """

    def __init__(
        self,
        address: str,
        *,
        desk: str = "",
        clock: Callable[[], datetime],
        outbox: Path | None = None,
        patience: float = 5.0,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._clock, self._look_every = clock, look_every
        self._unsent = ""
        """Why the server doesn't take what waits here."""
        self.role_of: Callable[[str], str] = lambda who: ""
        self.outbox = Outbox(outbox, desk) if outbox else None
        self.server = Server(address, patience=patience, patient=outbox is not None)
        self.server.back = self._send
        try:
            self.server.news.heard(sql.LOOK, 0)
            if self.server.here.is_set():
                self._send()
        except BaseException:
            self.server.close()
            raise

    # ------------------------------------------------------------------ writing

    def write(
        self,
        *events: Event,
        claim: Claim | None = None,
        release: Sequence[tuple[str, str]] = (),
        owner: str = "",
    ) -> None:
        """Keep events, take and give back slots, in one transaction; answers wait here while the server is away."""
        columns = rows.arrays(events)
        deciding = claim is not None or bool(release)
        try:
            if self.server.here.is_set():
                self._send()
            self._keep(events, columns, claim, release, owner)
        except StoreAway as away:
            if deciding:
                raise StoreAway(NOT_BOOKED) from away
            if self.outbox is None:
                raise
            if events:
                self.outbox.add(events, self._clock())
        else:
            if events or deciding:
                self.server.news.tell()

    def _keep(
        self, events: Sequence[Event], columns: list[list[str]], claim: Claim | None, release: Any, owner: str
    ) -> None:
        calls = {event.call for event in events}
        lined = list(dict.fromkeys(event.call for event in events if event.kind in _INDEXED))

        def work(do: Do) -> None:
            for slot, call in release:
                do(sql.RELEASE, slot, call)
            if claim is not None:
                self._claim(do, claim)
            if events:
                self._insert(do, columns, owner)
            if lined:
                do(sql.LOCK, lined)
                found = [(call.id, *rows.line(call)) for call in self._told(do, lined)]
                do(sql.INDEX, *map(list, zip(*found, strict=True)))

        plain = len(calls) == 1 and not (lined or release or claim)
        if plain and len(events) == 1 and self._added(columns, owner):
            return
        if plain:
            self._insert(self.server.rows, columns, owner)
        elif events or claim or release:
            self.server.together(work)

    def _insert(self, do: Do, columns: list[list[str]], owner: str) -> None:
        for ref, whose in do(sql.KEEP, *columns, owner, owner, self.server.session):
            raise NotYours(ref, whose)

    def _added(self, columns: list[list[str]], owner: str) -> bool:
        """Keep one more event of a call that is going on; whether it was that."""
        event_id, call, _, at, staff, kind, data = (column[0] for column in columns)
        values = (call, owner, owner, event_id, call, at, staff, kind, data, self.server.session)
        return bool(self.server.rows(sql.ADD, *values))

    def _claim(self, do: Do, claim: Claim) -> None:
        """Claim over the call's own and over holds that have run out; the same rules as the journal's."""
        mine, now = (claim.slot, claim.call), self._clock()
        gone = set()
        for _, slot, call, until in do(sql.HELD, list(claim.keys), *mine):
            if (slot, call) == mine:
                if until is None and claim.until is not None:
                    return
            elif not (call == claim.call and until is not None) and (until is None or until > now):
                raise SlotTaken(claim.slot)
            gone.add((slot, call))
        for taken in gone:
            do(sql.RELEASE, *taken)
        do(sql.CLAIM, *mine, claim.until, starts(claim.slot), list(claim.keys))

    def _send(self) -> None:
        """Send what waits in the outbox. What the server doesn't take from this login goes on waiting for its own."""
        if self.outbox is None or self._unsent:
            return
        try:
            sent = self.outbox.send(lambda events: self._keep(events, rows.arrays(events), None, (), ""))
        except StoreRefused as refused:
            self._unsent = str(refused)
            return
        if sent:
            self.server.news.tell()

    # ------------------------------------------------------------------ reading

    def call(self, call_id: str) -> Call:
        """The call, as the server has it."""
        try:
            found = list(self._told(self.server.rows, [call_id]))
        except StoreAway:
            found = [call for call in self._waiting_calls() if call.id == call_id]
            if not found:
                raise
        for call in found:
            return call
        raise NotFound(f"No call is kept under “{call_id}”.")

    def _waiting_calls(self) -> list[Call]:
        """The calls opened while the server was away: all of each waits here. Newest first."""
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.outbox.events()[0] if self.outbox else ():
            found[event.call].append(event)
        calls = (Call(call, tuple(events)) for call, events in found.items())
        return sorted((call for call in calls if call.opened), key=lambda call: (call.events[0].at, call.id))[::-1]

    def _told(self, do: Do, calls: Sequence[str]) -> Iterator[Call]:
        """These calls with their events, in this order."""
        found: dict[str, list[Event]] = defaultdict(list)
        for row in do(sql.TOLD, list(calls)):
            found[row[1]].append(rows.event(row))
        return (Call(call, tuple(found[call])) for call in calls if call in found)

    def find(self, ref: str) -> str:
        """The id of the call with this id or reference."""
        ref = ref.strip()
        try:
            found = [row[0] for row in self.server.rows(sql.FIND, ref, ref.upper(), ref)]
        except StoreAway:
            found = [call.id for call in self._waiting_calls() if ref == call.id or ref.upper() == call.ref]
            if not found:
                raise
        for call_id in found:
            return str(call_id)
        raise NotFound(f"No call is kept under “{ref}”.")

    def open_calls(self, handler: str = "") -> tuple[Call, ...]:
        """The calls opened and not closed, newest first; while the server is away, those opened since."""
        try:
            calls = [row[0] for row in self.server.rows(sql.OPEN, handler, handler)]
        except StoreAway:
            here = [call for call in self._waiting_calls() if not call.closed]
            return tuple(call for call in here if handler in ("", call.owner))
        return tuple(self._told(self.server.rows, calls)) if calls else ()

    def summaries(self, since: date, until: date) -> Iterator[CallSummary]:
        """A line for each call opened on these days, newest first."""
        for page in self._pages(since, until):
            unread = [row[0] for row in page if row[4] is None]
            told = {call.id: call.summary for call in self._told(self.server.rows, unread)} if unread else {}
            for call_id, opened, closed, owner, summary in page:
                line = (
                    told.get(call_id) if summary is None else rows.summary_of(call_id, opened, closed, owner, summary)
                )
                if line is not None:
                    yield line

    def calls(self, since: date, until: date) -> Iterator[Call]:
        """The calls opened on these days, newest first."""
        for page in self._pages(since, until):
            yield from self._told(self.server.rows, [row[0] for row in page])

    def _pages(self, since: date, until: date) -> Iterator[list[tuple[Any, ...]]]:
        window = [datetime.combine(day, time(), LONDON).astimezone(UTC) for day in (since, until + timedelta(days=1))]
        after: tuple[Any, ...] = (window[1], "")
        while page := self.server.rows(sql.PAGE, *window, *after, PAGE):
            yield page
            after = (page[-1][1], page[-1][0])

    def every(self) -> Iterator[Call]:
        """Everything kept, by id."""
        after = ""
        while page := [row[0] for row in self.server.rows(sql.ALL, after, PAGE)]:
            yield from self._told(self.server.rows, page)
            after = page[-1]

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The claims that start in [since, until) and count now; those whose slot doesn't say when, always."""
        found: dict[tuple[str, str], Claim] = {}
        try:
            taken = self.server.rows(sql.CLAIMS, self._clock(), since, until)
        except StoreAway as away:
            raise StoreAway(NO_DIARY) from away
        for slot, call, key, ends in taken:
            known = found.get((slot, call), Claim(slot, call, (), ends and ends.astimezone(UTC)))
            found[slot, call] = replace(known, keys=(*known.keys, key))
        return tuple(found.values())

    # ------------------------------------------------------------------ looking after it

    def refresh(self) -> bool:
        """Whether other desks wrote anything; False while the server is away."""
        return self.server.news.heard(sql.LOOK, self._look_every)

    def maintain(self) -> str:
        """Send what waits in the outbox; the server looks after the rest itself."""
        waiting = self.outbox is not None and self.outbox.waiting
        self._send()
        return "answers that waited on this machine were sent" if waiting else ""

    @property
    def trouble(self) -> str:
        """Why the server can't be used, and what goes on without it; ``""`` while it can."""
        why = self.server.trouble
        if self._unsent and not why:
            return (
                "Answers that a colleague took on this machine wait to be sent, and the server doesn’t take them from "
                "this account. Let them sign in once more, or tell whoever looks after the server."
            )
        return why and (
            f"{why} What you save is kept on this machine and sent once it is back. Times can't be booked until then, "
            "and earlier calls can't be opened."
        )

    @property
    def waiting(self) -> bool:
        """Whether answers wait on this machine for the server."""
        return self.outbox is not None and self.outbox.waiting

    def info(self) -> dict[str, Any]:
        """Where it is and what it holds."""
        with self.server.waiting(SLOW):
            ((calls, still_open, events, claims, newest),) = self.server.rows(sql.COUNTS)
            ((version, now),) = self.server.rows("SELECT current_setting('server_version'), now()")
        return {
            "kind": "postgresql",
            "path": self.server.name,
            "calls": calls,
            "open": still_open,
            "events": events,
            "claims": claims,
            "newest": iso(newest) if newest else None,
            "server": version,
            "clock_ahead_s": round((self._clock() - now).total_seconds(), 1),
            "encrypted": (self.outbox.encrypted if self.outbox else "") or None,
            "waiting_here": len(self.outbox.events()[0]) if self.outbox else 0,
        }

    def verify(self) -> list[str]:
        """Read every event and compare each call's line with it; the faults as sentences."""
        faults: list[str] = []
        with self.server.waiting(SLOW):
            for (call,) in self.server.rows(sql.STRAY):
                faults.append(f"table calls has no line for call {call}, whose events are there")
            after = ""
            while page := [row[0] for row in self.server.rows(sql.ALL, after, PAGE)]:
                faults += self._page_faults(page)
                after = page[-1]
            return faults or [*faults, *self._audit_faults()]

    # ------------------------------------------------------------------ the audit

    def note(self, note: Note, by: Staff) -> None:
        """Keep a line of the audit about something that changes no call; refused while the server is away."""
        more = json.dumps(dict(note.more), ensure_ascii=False)
        values = (self._clock(), by.id, ", ".join(by.roles), note.action, note.record, note.reason, more)
        self.server.rows(sql.NOTE, *values)

    def audit(self) -> Iterator[Line]:
        """Every line of the audit that this login may read, oldest first."""
        for sealed in self.sealed():
            with suppress(ValueError, KeyError, TypeError):
                yield sealed.line

    def recent(self, since: datetime) -> Sequence[Line]:
        """The audit's lines since then, newest first, as far as this login may read them."""
        found: list[Line] = []
        before = 1 << 62
        while page := self.server.rows(sql.RECENT, before, PAGE):
            for seq, *kept in page:
                line = Sealed(*kept).line
                if line.at < since:
                    return found
                found.append(line)
                before = seq
        return found

    def sealed(self) -> Iterator[Sealed]:
        """The audit as it is kept."""
        after = -1
        while page := self.server.rows(sql.AUDIT, after, 10 * PAGE):
            yield from (Sealed(*row[1:]) for row in page)
            after = page[-1][0]

    def erased(self) -> tuple[Tomb, ...]:
        """What is left of calls that were erased."""
        return tuple(Tomb(*row) for row in self.server.rows(sql.ERASED))

    def erase(self, tombs: Sequence[Tomb], proposal: str = "") -> int:
        """Take these calls out of the record; how many were there. The server itself asks for two signatures."""
        done = 0
        with self.server.waiting(SLOW):
            for at in range(0, len(tombs), PAGE):
                page = tombs[at : at + PAGE]
                columns = [[getattr(tomb, name) for tomb in page] for name in ("call", "kind", "opened")]
                values = (proposal, *columns, page[0].erased, page[0].certificate)
                ((there,),) = self.server.rows(sql.ERASE, *values)
                done += there
        self.server.news.tell()
        return done

    def erase_again(self) -> int:
        """After a restore: take out whatever has a tombstone; how many calls that was."""
        there = [tomb for tomb in self.erased() if self.server.rows("SELECT 1 FROM calls WHERE id = %s", tomb.call)]
        return self.erase(there) if there else 0

    @property
    def moving(self) -> bool:
        """Whether events come from another store, with the lines they had there: for the owner of the tables only."""
        return bool(self.server.rows("SELECT 1 WHERE current_setting('triage.moving', true) = 'on'"))

    @moving.setter
    def moving(self, on: bool) -> None:
        self.server.rows("SELECT set_config('triage.moving', %s, false)", "on" if on else "off")

    def take_in(self, sealed: Iterable[Sealed]) -> None:
        """Take in the audit of another store, as far as it isn't here."""
        ((n, digest),) = self.server.rows(sql.HEAD)
        fresh = news(sealed, Anchor(n, digest))
        while page := list(islice(fresh, PAGE)):
            told = [one.line for one in page]
            columns = [[line.n for line in told], *([getattr(line, name) for line in told] for name in _COLUMNS)]
            kept = [[getattr(one, name) for one in page] for name in ("text", "prev", "hash")]
            head = (told[-1].n, page[-1].hash)

            def work(do: Do, values: Any = (*columns, *kept), head: Any = head) -> None:
                do(sql.TAKE_IN, *values)
                do("UPDATE audit_head SET n = %s, hash = %s", *head)

            self.server.together(work)

    def _audit_faults(self) -> Iterator[str]:
        if not self.server.rows(sql.READS_AUDIT):
            yield "the audit wasn’t checked: this login may not read all of it; information governance’s may"
            return
        head = [Anchor(n, digest, "table audit_head") for n, digest in self.server.rows(sql.HEAD)]
        yield from check(self.sealed(), [anchor for anchor in head if anchor.n])
        yield from disagreements(self.every(), self.sealed, {tomb.call for tomb in self.erased()})

    def _page_faults(self, page: list[str]) -> Iterator[str]:
        lines = {row[0]: row for row in self.server.rows(sql.LISTED, page)}
        events: dict[str, list[Event]] = defaultdict(list)
        for row in self.server.rows(sql.TOLD, page):
            try:
                events[row[1]].append(rows.event(row))
            except ValueError:
                yield f"table events, id {row[0]}: its data isn't JSON"
        for call_id in page:
            call = Call(call_id, tuple(events[call_id]))
            _, opened, closed, owner, summary = lines[call_id]
            expected = rows.line(call)
            kept = (opened, closed, owner, expected[3] if summary is None else summary)
            if kept != expected:
                yield f"table calls, id {call_id}: the line doesn't match the call's events"

    def close(self) -> None:
        """Hang up."""
        self.server.close()

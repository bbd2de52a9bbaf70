"""Folding past days into the archive, while desks are open.

One day at a time, under the lock, so that no desk waits for more than a day's work: its closed calls go to the
month files, then the calls still open and the claims that still matter are written as a carried segment, and
renaming that into place is the moment everything counts. Stopped at any point before, nothing has happened;
a desk that slept through it finds another oldest segment and reads anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from triage.model import Call
from triage.store.archive import Archive, Docs, call_from, month_of
from triage.store.cipher import Cipher
from triage.store.documents import claim_of, event_doc, iso, local_day, starts
from triage.store.files import write_whole
from triage.store.live import Live
from triage.store.records import VERSION, Lines, Op
from triage.store.segments import Segments, carried_name
from triage.store.tinytable import Doc

KEEP_CLAIMS = timedelta(days=35)
"""How long past appointments stay in the live claims, so that last month's diary can be looked at; later they are
read off their calls."""


def fold(segments: Segments, archive: Archive, day: date, now: datetime, by: str) -> int:
    """Fold everything up to ``day``; how many calls were archived. Under the lock, caught up."""
    past = Segments(segments.folder, until=day)
    live = Live(_nothing)
    try:
        records = past.catch_up().records
        live.apply(records)
    finally:
        past.close()
    done: dict[str, list[tuple[Call, Docs]]] = defaultdict(list)
    carried: list[list[Op]] = []
    for call_id, trail in live.trails.items():
        docs = live.docs(call_id)
        if trail.opened and not trail.closed:
            carried.append([["put", "events", key, doc] for key, doc in docs])
            continue
        earlier = [] if trail.opened else archive.docs(call_id)
        kept = dict(earlier)
        docs = [(key, doc) for key, doc in docs if key not in kept]
        call = call_from(call_id, earlier + docs)
        if docs:
            done[month_of(call)].append((call, docs))
    carried.append(claims_that_matter(live, now))
    at = live.newest or iso(now)
    sizes, commit = dict(archive.sizes), segments.folder / carried_name(day)
    try:
        for month, calls in done.items():
            sizes[month] = archive.append(month, calls)
        segments.close()
        head = audit_head(records)
        write_whole(commit, carried_segment(commit.name, segments.cipher, at, by, sizes, carried, head))
    except OSError:
        for month in () if commit.exists() else done:
            with suppress(OSError):
                archive.cut(month)
        raise
    for name in segments.superseded():
        with suppress(OSError):
            (segments.folder / name).unlink()
    before, after = (sum(int(known["calls"]) for known in size.values()) for size in (archive.sizes, sizes))
    return after - before


def adopt(segments: Segments, archive: Archive, calls: Iterable[Call], at: str, by: str, day: date) -> None:
    """Put calls of another store straight into the archive, as what came before ``day``. Under the lock, caught up.

    Only in a store where nothing was ever written to a journal: the carried segment that says how much of each month
    counts is written anew, with nothing else in it.
    """
    done: dict[str, list[tuple[Call, Docs]]] = defaultdict(list)
    for call in calls:
        done[month_of(call)].append((call, [(event.id, event_doc(event)) for event in call.events]))
    sizes = dict(archive.sizes)
    for month, found in done.items():
        sizes[month] = archive.append(month, found)
    name = segments.names[0] if segments.names else carried_name(day - timedelta(days=1))
    segments.close()
    write_whole(segments.folder / name, carried_segment(name, segments.cipher, at, by, sizes, []))


def carried_segment(
    name: str,
    cipher: Cipher | None,
    at: str,
    by: str,
    sizes: Mapping[str, Any],
    carried: list[list[Op]],
    audit: Mapping[str, Any] | None = None,
) -> bytes:
    """The bytes of a carried segment. ``audit`` is the head that the audit had when it was made."""
    kept = [ops for ops in carried if ops]
    head = {"v": VERSION, "at": at, "by": by, "lines": len(kept) + 1, "archives": sizes, "ops": []}
    if audit:
        head["audit"] = {"n": audit["n"], "hash": audit["hash"]}
    whole, data = Lines(name, cipher), bytearray()
    for record in _records(head, kept, at, by):
        data += whole.encode(record, len(data))
    return bytes(data)


def audit_head(records: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest head of the audit that these records note."""
    told = (record["audit"] for record in records if record.get("audit"))
    return max(told, key=lambda head: int(head["n"]), default=None)


def _records(head: dict[str, Any], kept: list[list[Op]], at: str, by: str) -> Iterator[dict[str, Any]]:
    yield head
    for ops in kept:
        yield {"v": VERSION, "at": at, "by": by, "ops": ops}


def claims_that_matter(live: Live, now: datetime) -> list[Op]:
    """The claims that still matter, put anew."""
    claims = [doc for doc in live.claims.all() if _matters(doc, now)]
    return [["put", "claims", f"{doc['slot']} {doc['call']}", dict(doc)] for doc in claims]


def _nothing(ops: list[Op]) -> None:
    raise AssertionError("what is being folded isn't written to")


def _matters(doc: Doc, now: datetime) -> bool:
    """Whether a claim still says something about the diary."""
    start = starts(doc["slot"])
    recent = start is None or local_day(start) >= local_day(now) - KEEP_CLAIMS
    return recent and claim_of(doc).live(now)

"""Checking the audit of a record in a folder: its chain, its head as the journal knows it, and that both agree."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from triage.audit import Anchor, Sealed, check
from triage.audit.agree import disagreements
from triage.errors import StoreDamaged, StoreRefused
from triage.model import Call
from triage.store.archive import Archive, Docs, call_from
from triage.store.auditlog import AuditLog, head_of
from triage.store.live import Live
from triage.store.records import Op, Record
from triage.store.segments import Segments
from triage.store.tombs import read_tombs


def audit_faults(path: Path) -> list[str]:
    """The faults of the audit beside the journal in ``path``, both of which nobody writes to meanwhile.

    Of a journal that is itself damaged, whose faults are named elsewhere, only the audit's chain is looked at.
    """
    log, segments = AuditLog(path / "audit"), Segments(path / "journal")
    records: list[Record] = []
    try:
        records = segments.catch_up().records
    except StoreDamaged:
        return check(log.lines())
    finally:
        log.cipher = segments.cipher
        segments.close()
    anchors = [head for head in map(head_of, records) if head is not None]
    anchors = [Anchor(head.n, head.hash, "the journal") for head in anchors]
    if not anchors and not log.months():
        return []
    archive = Archive(path / "archive")
    archive.sizes, archive.cipher = segments.archives, segments.cipher
    found = check(log.lines(), anchors)
    with suppress(StoreDamaged):  # a damaged month is named elsewhere, and can't be compared
        erased = {tomb.call for tomb in read_tombs(path)}
        found += disagreements(_calls(records, archive), log.lines, erased)
        found += _risen(erased, _calls(records, archive))
    return found


def _risen(erased: set[str], calls: Iterator[Call]) -> list[str]:
    """Calls that were erased and are there again."""
    risen = [call for call in calls if call.id in erased] if erased else []
    return [f"call {c.ref} ({c.id}) was erased and is in the record: run “triage store erase --again”" for c in risen]


def settle_audit(there: Path, coming: Path) -> int:
    """Before a restore: how far the backup's audit goes. It is let go of when the one that is there goes on from it."""
    backup, now = AuditLog(coming), AuditLog(there)
    backup.catch_up()
    backup.close()
    try:
        now.catch_up()
    except StoreRefused:  # its key is lost: it is kept aside, to be read should the key be found
        return backup.n
    finally:
        now.close()
    goes_on = now.n >= backup.n and (
        not backup.n or any(isinstance(one, Sealed) and one.hash == backup.hash for one in now.lines())
    )
    if goes_on and now.n:
        shutil.rmtree(coming)
    return backup.n


def _calls(records: list[Record], archive: Archive) -> Iterator[Call]:
    """Every call of the journal and its archive."""
    live = Live(_refuse)
    live.apply(records)
    for month, known in sorted(archive.sizes.items()):
        found: dict[str, Docs] = defaultdict(list)
        for _, _, record in archive.records(month, known["bytes"]):
            if record["call"] not in live.trails:
                found[record["call"]] += [(key, {**doc, "call": record["call"]}) for key, doc in record["events"]]
        for call_id, docs in found.items():
            yield call_from(call_id, docs)
    for call_id, trail in live.trails.items():
        yield call_from(call_id, ([] if trail.opened else archive.docs(call_id)) + live.docs(call_id))


def _refuse(_: list[Op]) -> None:
    raise AssertionError("what is being checked isn't written to")

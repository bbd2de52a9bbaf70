"""Looking after the record while desks work: verify, backup, restore.

A backup is a folder laid out like a store, with ``backup.json`` beside it that says what it holds. It counts only
once every line of the copy has been read again and its events counted. A restore never deletes: the folders it
replaces are kept in ``aside-…``. The journal is moved away first and moved in last, and a store whose
journal is gone refuses to open, so a restore that stops halfway can't be mistaken for an empty record.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.audit import Note
from triage.errors import StoreDamaged, StoreError, StoreRefused
from triage.model import Staff
from triage.store.archive import Archive, check_archive, check_sizes
from triage.store.auditing import audit_faults, settle_audit
from triage.store.cipher import Cipher
from triage.store.documents import iso
from triage.store.files import failed, flush_folder, private_folder, replace, write_whole
from triage.store.journal import JournalStore
from triage.store.keys import HINT
from triage.store.live import Live
from triage.store.lock import StoreLock
from triage.store.place import refuse_network
from triage.store.records import Lines, Op, lines
from triage.store.segments import WAY_OUT, Segments
from triage.store.tombs import add_tombs, read_tombs

Tell = Callable[[str], None]
"""Hears what is being done, in a few words, as often as it changes."""

MANIFEST = "backup.json"


def _quiet(_: str) -> None:
    pass


def faults(path: Path, tell: Tell = _quiet, *, lock: bool = True) -> list[str]:
    """Read every line of the store in ``path``; the faults as sentences that name file and line."""
    if not (path / "journal").is_dir():
        return [f"{path / 'journal'} isn't there: no record is kept here, or a restore stopped halfway"]
    archive = Archive(path / "archive")
    if lock:
        with StoreLock(path / "lock", timeout=10).held():
            found = _journal_faults(path / "journal", archive, tell)
            tell("reading the audit")
            audit = audit_faults(path)
    else:
        found, audit = _journal_faults(path / "journal", archive, tell), audit_faults(path)
    for month in sorted(archive.sizes):
        tell(f"reading {archive.path(month).name}")
        found += _archive_faults(archive, month)
    return [*found, *audit]


def _journal_faults(folder: Path, archive: Archive, tell: Tell) -> list[str]:
    segments, found = Segments(folder), []
    names = segments.listing()
    segments.cipher = segments.cipher_for(names)
    for name in names:
        tell(f"reading {name}")
        bad = _bad_lines(folder / name, segments.cipher)
        found += [f"{folder / name}, line {number}: it doesn't match its checksum" for number in bad]
    try:
        segments.catch_up()
        check_archive(archive, segments)
    except StoreDamaged as fault:
        return found or [str(fault).removesuffix(" " + WAY_OUT)]
    finally:
        archive.sizes, archive.cipher = segments.archives, segments.cipher
        segments.close()
    return []


def _bad_lines(path: Path, cipher: Cipher | None) -> list[int]:
    """The numbers of the lines that aren't sound."""
    whole, at, bad = Lines(path.name, cipher), 0, []
    for number, line in enumerate(lines(path.read_bytes()), 1):
        if whole.decode(line, at) is None:
            bad.append(number)
        at += len(line)
    return bad


def _archive_faults(archive: Archive, month: str) -> list[str]:
    known, path, events = archive.sizes[month], archive.path(month), 0
    try:
        check_sizes(archive, month)
        for _, _, record in archive.records(month, known["bytes"]):
            events += len(record["events"])
    except StoreDamaged as fault:
        return [str(fault).removesuffix(" " + WAY_OUT)]
    if events != known["events"]:
        return [f"{path}: {known['events']} events were archived, {events} are there"]
    return []


def contents(path: Path) -> dict[str, Any]:
    """What a store or a backup that nobody writes to holds: calls, events, claims, the newest write."""
    segments, live = Segments(path / "journal"), Live(_refuse)
    try:
        live.apply(segments.catch_up().records)
    finally:
        segments.close()
    sizes = segments.archives.values()
    return {
        "calls": sum(trail.opened for trail in live.trails.values()) + sum(known["calls"] for known in sizes),
        "events": len(live.events) + sum(known["events"] for known in sizes),
        "claims": len(live.claims),
        "newest": live.newest or None,
    }


def _refuse(_: list[Op]) -> None:
    raise AssertionError("a backup isn't written to")


def newest(path: Path) -> str:
    """When the newest sound line of a store was written, even of a damaged one; ``""`` when it holds none."""
    segments = Segments(path / "journal")
    there = segments.folder.is_dir() and segments.listing()
    cipher, last = segments.cipher_for(there or ()), ""
    for name in there or ():
        whole, at = Lines(name, cipher), 0
        for line in lines((segments.folder / name).read_bytes()):
            record = whole.decode(line, at)
            last = max(last, record["at"]) if record and (record["ops"] or "lines" in record) else last
            at += len(line)
    return last


def backup(store: JournalStore, to: Path, now: datetime, tell: Tell = _quiet) -> dict[str, Any]:
    """Copy the store to the new folder ``to`` while desks work; what the copy holds, once it was read again."""
    earlier = (to / MANIFEST).is_file()
    if to.exists() and not earlier and (not to.is_dir() or any(to.iterdir())):
        raise StoreRefused(f"{to} isn't empty and isn't an earlier backup. Name a new folder.")
    part = to.with_name(to.name + ".unfinished")
    try:
        shutil.rmtree(part, ignore_errors=True)
        for folder in (part, part / "journal", part / "archive", part / "audit"):
            private_folder(folder)
        key = store.encrypted
        for name in store.audits.months():
            tell(f"copying the audit of {name[:7]}")
            _copy_audit(store, name, part)
        for month, known in dict(store.archives.sizes).items():
            tell(f"copying {month}")
            with suppress(FileNotFoundError):  # written anew meanwhile: copied below
                _copy_up_to(store.archives.path(month), part / "archive", known["bytes"])
        with store.locked():
            tell("copying the journal")
            for month, known in store.archives.sizes.items():
                _copy_up_to(store.archives.path(month), part / "archive", known["bytes"])
            counting = {store.archives.path(month).name for month in store.archives.sizes}
            for file in [*(part / "archive").iterdir(), *(part / "audit").iterdir()]:
                if file.name not in counting and (file.parent.name == "archive" or store.encrypted != key):
                    file.unlink()  # written anew meanwhile
            for name in store.segments.names:
                _copy_up_to(store.segments.folder / name, part / "journal", store.segments.length(name))
            for name in store.audits.months():
                _copy_audit(store, name, part)
            expected = {key: store.info()[key] for key in ("calls", "events", "claims", "newest")}
        _copy_hint(store.path, part)
        add_tombs(part, store.erased())
        _check_copy(part, expected, tell)
        made = {"v": 1, "made": iso(now), **expected}
        write_whole(part / MANIFEST, json.dumps(made, indent=2).encode() + b"\n")
        if to.exists():
            shutil.rmtree(to)
        replace(part, to)
        flush_folder(to.parent)
    except OSError as error:
        raise failed(to, error) from error
    return {**made, "path": str(to)}


def _copy_audit(store: JournalStore, name: str, to: Path) -> None:
    _copy_up_to(store.audits.folder / name, to / "audit", (store.audits.folder / name).stat().st_size)


def _copy_hint(source: Path, target: Path) -> None:
    """Which key it needs, and where that was: not the key."""
    if (source / HINT).is_file():
        write_whole(target / HINT, (source / HINT).read_bytes())


def _copy_up_to(source: Path, folder: Path, size: int) -> None:
    """Copy the first ``size`` bytes, going on from what an earlier turn copied."""
    target = folder / source.name
    with source.open("rb") as given, target.open("ab") as taken:
        given.seek(taken.tell())
        while part := given.read(min(1 << 20, size - taken.tell())):
            taken.write(part)
        taken.flush()
        os.fsync(taken.fileno())
    flush_folder(folder)


def _check_copy(path: Path, expected: dict[str, Any], tell: Tell) -> None:
    tell("reading the copy")
    wrong = faults(path, tell, lock=False)
    if not wrong and (held := {key: contents(path)[key] for key in expected}) != expected:
        wrong = [f"{path} holds {held} where {expected} were copied"]
    if wrong:
        raise StoreDamaged(f"The copy isn't sound and doesn't count: {wrong[0]}.")


def restore(
    to: Path,
    source: Path,
    now: datetime,
    tell: Tell = _quiet,
    *,
    force: bool = False,
    by: Staff = Staff("", "nobody", ()),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """Put the backup ``source`` in the place of the store ``to``; what it holds.

    Refused when the store has records newer than the backup, unless ``force``. The audit is not taken back: who
    looked since the backup stays kept, and that ``by`` restored it is its next line.
    """
    refuse_network(to)
    manifest = source / MANIFEST
    if not manifest.is_file():
        raise StoreRefused(
            f"{source} isn't a backup: it has no {MANIFEST}. Name the folder that “triage store backup” made."
        )
    expected = {key: json.loads(manifest.read_text("utf-8"))[key] for key in ("calls", "events", "claims", "newest")}
    coming = to / "restoring"
    try:
        private_folder(to)
        shutil.rmtree(coming, ignore_errors=True)
        for file in _files(source):
            tell(f"copying {file.name}")
            private_folder(coming / file.parent.name)
            _copy_up_to(file, coming / file.parent.name, file.stat().st_size)
        for name in ("archive", "journal", "audit"):
            private_folder(coming / name)
        _copy_hint(source, coming)
        _check_copy(coming, expected, tell)
        with StoreLock(to / "lock", timeout=10).held():
            last = _newest(to, force)
            if last > (expected["newest"] or "") and not force:
                raise StoreRefused(
                    f"The record has work newer than this backup (last saved {last}, backup {expected['newest']}). "
                    "Give --force to go back all the same: what is there now is kept aside."
                )
            back_to = settle_audit(to / "audit", coming / "audit")
            aside = _swap(to, coming, f"aside-{now:%Y%m%dT%H%M%S}")
    except PermissionError as error:
        raise StoreError(
            f"{error.filename} is in use or closed to you. Close every desk on this machine first."
        ) from error
    except OSError as error:
        raise failed(to, error) from error
    add_tombs(to, read_tombs(source))
    again = JournalStore(to, desk="restore", clock=lambda: now)
    try:
        erased = again.erase_again()
        again.note(Note("restore", reason=f"backup of {expected['newest'] or 'nothing'}", more={"head": back_to}), by)
    finally:
        again.close()
    return {**expected, "path": str(to), "aside": str(aside) if aside else None, "erased_again": erased}


def _newest(to: Path, force: bool) -> str:
    """When the record was written last; unknown to whoever hasn't its key, who may go back all the same."""
    try:
        return newest(to)
    except StoreRefused:
        if not force:
            raise
    return ""


def _files(backup_folder: Path) -> Iterator[Path]:
    for name in ("archive", "journal", "audit"):
        yield from sorted((backup_folder / name).glob("*.jsonl"))


def _swap(to: Path, coming: Path, name: str) -> Path | None:
    """Move what is there aside and the copy in; the folder it was kept in."""
    aside = to / name
    number = 1
    while aside.exists():
        number += 1
        aside = to / f"{name}-{number}"
    comes = [name for name in ("archive", "audit", "journal") if (coming / name).exists()]
    for folder in reversed(comes):
        if (to / folder).exists():
            private_folder(aside)
            os.rename(to / folder, aside / folder)
    for folder in comes:
        os.rename(coming / folder, to / folder)
    if (coming / HINT).exists():
        replace(coming / HINT, to / HINT)
    flush_folder(to)
    coming.rmdir()
    return aside if aside.exists() else None

"""Imported listings on the disk: one whole file a source, replaced at once, and the history of each listing.

::

    DATA_DIR/directory/SOURCE.jsonl           the last good snapshot, one listing a line
    DATA_DIR/directory/history/SOURCE.jsonl   what every import added, changed and missed; only ever added to
    DATA_DIR/directory/corrections.jsonl      our own corrections, laid over the listings when they are read

**Missing listings.** What a source no longer has is not thrown away: it may be a fault of the feed. The first time it
is kept as it is, with an alert that says so (:data:`MISSING`), and reported; missing a second time in a row, it becomes
``archived``, which no search gives out. When it comes back, it is as new. What a source still has but could not be
read, and everything when the feed wasn't whole, is left as it was.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from time import sleep as pause
from typing import Any

from triage.errors import StoreError, StoreFull
from triage.library.directory import read_listings
from triage.model import Listing, Schedule

MISSING = "Missing from its source’s latest list: check before giving it."


@dataclass(frozen=True, slots=True)
class Change:
    """A listing that differs: for each field, what it was and what it is."""

    id: str
    source_id: str
    name: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Landing:
    """A new snapshot beside the last one; nothing is written yet (:func:`land` does that)."""

    source: str
    listings: tuple[Listing, ...]
    added: tuple[Listing, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    missing: tuple[Listing, ...] = ()
    archived: tuple[Listing, ...] = ()
    """Those of ``missing`` that were missing the last time too."""


def snapshot(data_dir: Path, source: str) -> Path:
    """The file of one source; ``source`` is its slug."""
    return data_dir / "directory" / f"{source}.jsonl"


def compare(
    data_dir: Path, source: str, listings: Iterable[Listing], *, whole: bool = True, unread: Collection[str] = ()
) -> Landing:
    """What an import would do. ``unread`` are own ids that the source still has."""
    path = snapshot(data_dir, source)
    before = {each.id: each for each in read_listings(path)} if path.exists() else {}
    made: dict[str, Listing] = {}
    added, changed, unchanged = [], [], 0
    for listing in listings:
        made[listing.id] = listing
        was = before.get(listing.id)
        if was is None:
            added.append(listing)
            continue
        difference = differences(was, listing)
        if difference:
            changed.append(Change(listing.id, listing.source_id, listing.name, difference))
        else:
            unchanged += 1
    missing, archived = [], []
    for key, was in before.items():
        if key in made:
            continue
        if not whole or was.source_id in unread:
            made[key] = was
            continue
        again = was.alert.startswith(MISSING)
        made[key] = replace(was, status="archived") if again else _marked(was)
        if was.status != "archived" or not again:
            missing.append(made[key])
            archived += [made[key]] if again else []
    return Landing(
        source, tuple(made.values()), tuple(added), tuple(changed), unchanged, tuple(missing), tuple(archived)
    )


def differences(was: Listing, now: Listing) -> dict[str, tuple[Any, Any]]:
    """The fields in which two listings differ, as they stand in a file."""
    pairs = ((f.name, getattr(was, f.name), getattr(now, f.name)) for f in fields(Listing))
    return {name: (_value(one), _value(two)) for name, one, two in pairs if one != two}


def land(data_dir: Path, landing: Landing, at: datetime) -> None:
    """Put a snapshot in the place of the last one, whole or not at all; then note in the history what it did."""
    path = snapshot(data_dir, landing.source)
    lines = "".join(line(each) + "\n" for each in landing.listings)
    history = path.parent / "history" / path.name
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lines.encode())
        with history.open("a", encoding="utf-8", newline="\n") as opened:
            opened.writelines(_told(landing, at))
    except OSError as error:
        full = error.errno == 28
        why = "there is no room on the disk" if full else error.strerror or str(error)
        raise (StoreFull if full else StoreError)(f"{path} can't be written: {why}. What was there stays.") from error


def replace_file(path: Path, data: bytes) -> None:
    """Write beside a file, wait until the disk has it, and take its place in one step, on every platform."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        _take_place(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _take_place(name: str, path: Path) -> None:
    """Windows refuses while a desk reads the old file, which takes a moment."""
    for _ in range(20 if os.name == "nt" else 1):
        try:
            return os.replace(name, path)
        except PermissionError:
            pause(0.05)
    return os.replace(name, path)


def line(listing: Listing) -> str:
    """A listing as one line: its fields without those that are as usual; whether it is a demonstration always."""
    made = {f.name: _value(getattr(listing, f.name)) for f in fields(Listing) if _told_of(f, listing)}
    return json.dumps({**made, "demonstration": listing.demonstration}, ensure_ascii=False, separators=(",", ":"))


def _told_of(field: dataclasses.Field[Any], listing: Listing) -> bool:
    return field.default is dataclasses.MISSING or getattr(listing, field.name) != field.default


def _value(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Schedule):
        return {f.name: _value(getattr(value, f.name)) for f in fields(Schedule) if getattr(value, f.name) != f.default}
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def _marked(listing: Listing) -> Listing:
    return replace(listing, alert=f"{MISSING} {listing.alert}".strip())


def _told(landing: Landing, at: datetime) -> Iterable[str]:
    when = at.isoformat(timespec="seconds")
    gone = {each.id for each in landing.archived}

    def entry(what: str, key: str, **more: Any) -> str:
        return json.dumps({"at": when, "id": key, "what": what, **more}, ensure_ascii=False) + "\n"

    yield from (entry("added", each.id, name=each.name) for each in landing.added)
    for change in landing.changed:
        yield entry("changed", change.id, fields={k: {"was": a, "is": b} for k, (a, b) in change.fields.items()})
    yield from (
        entry("archived" if each.id in gone else "missing", each.id, name=each.name) for each in landing.missing
    )

"""Notes about listings that only staff see, and the days to look at them again: ``DATA_DIR/directory/notes.log``.

No listing, leaflet, search or export holds them. Lines are only ever added, each durable before it counts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
from filelock import FileLock

from triage.errors import BadData, StoreError, StoreFull

FILE = "notes.log"


@dataclass(frozen=True, slots=True)
class Noted:
    """A note, a day by which somebody should look at the listing again, or both."""

    id: str
    at: datetime
    by: str
    note: str = ""
    review: date | None = None


def add_note(data_dir: Path, noted: Noted) -> None:
    """Keep one more; it is on the disk when this returns."""
    path = data_dir / "directory" / FILE
    line = {key: value for key, value in msgspec.to_builtins(noted).items() if value}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"), path.open("ab") as opened:
            opened.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        full = error.errno == 28
        why = "there is no room on the disk" if full else error.strerror or str(error)
        raise (StoreFull if full else StoreError)(f"{path} can't be written: {why}. The note was not kept.") from error


def load_notes(data_dir: Path) -> tuple[Noted, ...]:
    """Every note, oldest first. Raises :class:`BadData` with the line of one that can't be read."""
    path = data_dir / "directory" / FILE
    if not path.exists():
        return ()
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=Noted))
            except msgspec.DecodeError as error:
                raise BadData(str(path), number, f"this is not a note ({error})") from error
    return tuple(found)


def due(data_dir: Path, today: date) -> tuple[Noted, ...]:
    """The listings whose last review date has come, the longest overdue first."""
    last = {each.id: each for each in load_notes(data_dir) if each.review}
    return tuple(sorted((n for n in last.values() if n.review and n.review <= today), key=lambda n: (n.review, n.id)))

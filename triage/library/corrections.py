"""What the directory editor did: corrections of listings, and what was settled without one.

A correction is a line of ``DATA_DIR/directory/corrections.jsonl``, which :mod:`triage.library.directory` lays over the
listings, so that no source is touched; what was only looked at is a line of ``DATA_DIR/settled.jsonl``. Lines are only
ever added, under a lock, each durable before it counts.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from filelock import FileLock

from triage.directory.queue import Edit
from triage.errors import BadAnswer, BadData
from triage.library.directory import CORRECTIONS
from triage.library.yaml import nearest
from triage.model import Listing

FIXED = ("id", "kind", "source_id", "source", "demonstration", "schedules")
"""What can't be corrected here."""
FIELDS = tuple(f.name for f in dataclasses.fields(Listing) if f.name not in FIXED)
SETTLED = "settled.jsonl"


def edits(data_dir: Path) -> tuple[Edit, ...]:
    """Everything that editors did, oldest first. A correction that says no time was there before all others."""
    found = []
    for path, number, said in _lines(data_dir / "directory" / CORRECTIONS):
        when, by, why, was = (said.get(key) for key in ("at", "by", "why", "was"))
        for field in said.keys() & set(FIELDS):
            edit = {"at": when or "1970-01-01T00:00:00Z", "by": by or "", "what": "listing", "about": said.get("id")}
            found.append(
                _edit(path, number, {**edit, "field": field, "was": was, "now": said[field], "why": why or ""})
            )
    found += [_edit(path, number, said) for path, number, said in _lines(data_dir / SETTLED)]
    return tuple(sorted(found, key=lambda edit: edit.at))


def add(data_dir: Path, edit: Edit) -> None:
    """Keep one more, durably."""
    if edit.field:
        line = {"id": edit.about, edit.field: edit.now, "was": edit.was, "by": edit.by, "why": edit.why}
        _append(data_dir / "directory" / CORRECTIONS, {**line, "at": edit.at.isoformat()})
    else:
        _append(data_dir / SETTLED, msgspec.to_builtins(edit))


def _append(path: Path, said: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"), path.open("ab+") as file:
        file.seek(0)
        data = file.read()
        tail = data.rpartition(b"\n")[2]
        if tail.strip() and _whole(tail):
            file.write(b"\n")
        elif tail:
            file.truncate(len(data) - len(tail))
        file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """The lines of a file, the last one left out if it was torn off."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == len(lines) and not _whole(line)):
            continue
        try:
            said = json.loads(line)
        except ValueError as error:
            raise BadData(str(path), number, f"this is not one line of JSON ({error})") from error
        if not isinstance(said, dict):
            raise BadData(str(path), number, "a line is one object")
        yield path, number, said


def _edit(path: Path, number: int, said: dict[str, Any]) -> Edit:
    try:
        read = msgspec.convert(said, Edit)
    except msgspec.ValidationError as error:
        raise BadData(str(path), number, str(error)) from error
    return read if read.at.tzinfo else dataclasses.replace(read, at=read.at.astimezone())


def _whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def read_value(field: str, text: str) -> Any:
    """What was typed as a field's value: ``yes``, ``no`` and ``not known`` where that is the question, a list with
    semicolons, a day as 2026-11-21. Raises :class:`BadAnswer`.
    """
    if field not in FIELDS:
        raise BadAnswer(field, "this can't be corrected", nearest(field, FIELDS))
    kind = str(Listing.__dataclass_fields__[field].type)
    text = text.strip()
    if "bool" in kind:
        known = {"yes": True, "no": False, "not known": None}
        if text.casefold() not in known or (known[text.casefold()] is None and "None" not in kind):
            raise BadAnswer(field, "say yes, no or not known")
        return known[text.casefold()]
    if "tuple" in kind:
        return [part.strip() for part in text.split(";") if part.strip()]
    if "None" in kind and text.casefold() in ("", "not known"):
        return None
    if "int" in kind and not text.isdigit():
        raise BadAnswer(field, "say a number")
    return int(text) if "int" in kind else float(text) if "float" in kind else text


def corrected(listing: Listing, field: str, now: Any) -> Listing:
    """The listing with a field put right; :class:`BadAnswer` when that can't stand there."""
    try:
        return msgspec.convert({**msgspec.to_builtins(listing), field: now}, Listing)
    except msgspec.ValidationError as error:
        raise BadAnswer(field, str(error)) from error


def plain(listing: Listing, field: str) -> Any:
    """A field's value as it is kept in a line."""
    return msgspec.to_builtins(getattr(listing, field))

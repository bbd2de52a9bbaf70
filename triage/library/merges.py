"""Decisions about duplicates, kept in ``DATA_DIR/directory/merges.log``: one a line, only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.directory.union import FACTS, Decision
from triage.errors import BadData, StoreError, StoreFull
from triage.library.yaml import nearest

FILE = "merges.log"
_WHAT = ("merge", "apart", "undo")


def decisions_file(data_dir: Path) -> Path:
    """Where the decisions are kept."""
    return data_dir / "directory" / FILE


def load_decisions(data_dir: Path | None) -> tuple[Decision, ...]:
    """Every decision, oldest first. Raises :class:`BadData` with the line of one that can't be read."""
    path = decisions_file(data_dir) if data_dir else None
    if path is None or not path.exists():
        return ()
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadData(str(path), 1, f"can't be read ({error.strerror})") from error
    return tuple(_decision(str(path), number, line) for number, line in enumerate(lines, 1) if line.strip())


def keep_decisions(data_dir: Path, decisions: Iterable[Decision]) -> None:
    """Add decisions; they are on the disk when this returns."""
    lines = "".join(json.dumps(_plain(each), ensure_ascii=False) + "\n" for each in decisions)
    path = decisions_file(data_dir)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as opened:
            opened.write(lines.encode())
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        full = error.errno == 28
        why = "there is no room on the disk" if full else error.strerror or str(error)
        raise (StoreFull if full else StoreError)(f"{path} can't be written: {why}. Nothing was merged.") from error


def _plain(each: Decision) -> dict[str, Any]:
    made: dict[str, Any] = {"what": each.what, "ids": list(each.ids), "at": each.at.isoformat(), "by": each.by}
    if each.score:
        made["score"] = each.score
    if each.why:
        made["why"] = list(each.why)
    if each.fields:
        made["fields"] = dict(each.fields)
    return made


def _decision(where: str, number: int, line: bytes) -> Decision:
    try:
        said = json.loads(line)
        what, ids = said["what"], tuple(said["ids"])
        made = Decision(
            what=what,
            ids=ids,
            at=datetime.fromisoformat(said["at"]),
            by=str(said["by"]),
            score=float(said.get("score", 0)),
            why=tuple(said.get("why", ())),
            fields=dict(said.get("fields", {})),
        )
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise BadData(where, number, f"this is not a decision ({error})") from error
    except KeyError as error:
        raise BadData(where, number, f"{error} is missing from a decision") from error
    if what not in _WHAT:
        raise BadData(where, number, f"what: “{what}” is not one of {', '.join(_WHAT)}", nearest(str(what), _WHAT))
    if len(ids) != 2 or not all(isinstance(each, str) for each in ids) or ids[0] == ids[1]:
        raise BadData(where, number, "ids: a decision is about two listings")
    for name in made.fields:
        if name not in FACTS:
            raise BadData(where, number, f"fields: “{name}” can't be chosen", nearest(name, FACTS))
    return made

"""Tombstones: what is left of an erased call (PRIVACY P15): its id, class and dates, and under which certificate.

They stand in ``erased.jsonl`` beside the record, plain and only added to, outside what a backup puts back: after a
restore of an older backup they are applied again, so that what was erased stays erased.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from triage.store.files import flush, open_append, write_all

NAME = "erased.jsonl"


@dataclass(frozen=True, slots=True)
class Tomb:
    """``opened`` and ``erased`` are days (ISO); ``kind`` is the class of record it was kept under."""

    call: str
    kind: str
    opened: str
    erased: str
    certificate: str


def read_tombs(folder: Path) -> tuple[Tomb, ...]:
    """The tombstones beside a record, each call once; a line that a crash tore is passed over."""
    found: dict[str, Tomb] = {}
    with suppress(FileNotFoundError):
        for line in (folder / NAME).read_text("utf-8").splitlines():
            with suppress(ValueError, TypeError):
                tomb = Tomb(**json.loads(line))
                found[tomb.call] = tomb
    return tuple(found.values())


def add_tombs(folder: Path, tombs: Iterable[Tomb]) -> None:
    """Add those that aren't there, durable on return; OSError when they couldn't be."""
    known = {tomb.call for tomb in read_tombs(folder)}
    fresh = [tomb for tomb in tombs if tomb.call not in known]
    if not fresh:
        return
    descriptor = open_append(folder / NAME, create=True)
    try:
        data = "".join(json.dumps(asdict(tomb)) + "\n" for tomb in fresh).encode()
        end = os.fstat(descriptor).st_size
        torn = end and os.pread(descriptor, 1, end - 1) != b"\n" if hasattr(os, "pread") else False
        write_all(descriptor, b"\n" + data if torn else data)
        flush(descriptor)
    finally:
        os.close(descriptor)

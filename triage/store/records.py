"""The line format: ``crc32 (8 hex digits) space JSON newline``; one line is one transaction.

A record is ``{v, at, by, ops}``; an op is ``["put", table, id, document]`` or ``["del", table, id]``. A line that
was written whole ends with a newline, so a line without one was torn by a crash, and a whole line whose
checksum is wrong was damaged afterwards: the first is nobody's acknowledged work, the second is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import msgspec

from triage.errors import StoreRefused

VERSION = 1
"""The version of record that this program writes, and the newest it reads."""

Record = dict[str, Any]
Op = Sequence[Any]

_read = msgspec.json.Decoder().decode
_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encode(record: Mapping[str, Any]) -> bytes:
    """The record's line. Raises TypeError or ValueError for what isn't plain JSON.

    Half a surrogate pair, which a terminal's paste may hold, is kept as ``?`` rather than refused in mid-call.
    """
    body = _write(record).encode("utf-8", "replace")
    return b"%08x %b\n" % (crc32(body), body)


def decode(line: bytes) -> Record | None:
    """The record in one line; ``None`` when the line isn't sound.

    Raises :class:`StoreRefused` for a record from a newer program, since skipping it would lose work.
    """
    body = line[9:-1]
    try:
        if line[-1:] != b"\n" or line[8:9] != b" " or int(line[:8], 16) != crc32(body):
            return None
        record: Record = _read(body)
    except ValueError:
        return None
    if record["v"] > VERSION:
        raise StoreRefused(
            f"The record was written by a newer triage (record version {record['v']}; this one reads {VERSION}). "
            "Update triage on this machine."
        )
    return record


@dataclass(frozen=True, slots=True)
class Scan:
    """What a stretch of a file holds: its sound records with where each ends, and what is wrong after them.

    ``bad_line`` counts from 1 within the stretch, 0 when all is sound. ``torn`` says that the rest may be a write
    that never finished: nothing good follows it, and it wasn't written whole.
    """

    records: tuple[Record, ...]
    end: int
    bad_line: int = 0
    torn: bool = False


def was_whole(line: bytes) -> bool:
    """Whether a line that isn't sound was once written to its end: then it may be acknowledged work, damaged since.

    A line that a crash tore ends early, or has a run of zeros where a block never reached the disk.
    """
    if b"\0\0" in line:
        return False
    if line[-1:] != b"\n":
        return line[:8] == b"%08x" % crc32(line[9:-1])
    return (line[8:9] == b" ") + (line[9:10] == b"{") + (line[-2:-1] == b"}") >= 2


def lines(data: bytes) -> Iterator[bytes]:
    """The lines, each with its newline; the last may lack one."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def scan(data: bytes) -> Scan:
    """Read the records of ``data`` up to the first line that isn't sound."""
    records: list[Record] = []
    end = 0
    for line in lines(data):
        record = decode(line)
        if record is None:
            good_after = any(decode(later) is not None for later in lines(data[end + len(line) :]))
            return Scan(tuple(records), end, len(records) + 1, not good_after and not was_whole(line))
        records.append(record)
        end += len(line)
    return Scan(tuple(records), end)

"""The line format: ``crc32 (8 hex digits) space JSON newline``; one line is one transaction.

A record is ``{v, at, by, ops}``; in an encrypted file it stands as ``{v: 2, key, box}``, and older programs refuse it
as newer than they are. An op is ``["put", table, id, document]`` or ``["del", table, id]``. A line that
was written whole ends with a newline, so a line without one was torn by a crash, and a whole line whose
checksum is wrong was damaged afterwards: the first is nobody's acknowledged work, the second is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import msgspec

from triage.errors import StoreRefused
from triage.store.cipher import Cipher

VERSION = 1
"""The version of record that this program writes, and the newest it reads."""
LOCKED = 2
"""The version of an encrypted record's shell."""

Record = dict[str, Any]
Op = Sequence[Any]

_read = msgspec.json.Decoder().decode
_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def pack(record: Mapping[str, Any]) -> bytes:
    """The record as JSON. Raises TypeError or ValueError for what isn't plain JSON.

    Half a surrogate pair, which a terminal's paste may hold, is kept as ``?`` rather than refused in mid-call.
    """
    return _write(record).encode("utf-8", "replace")


def unpack(body: bytes) -> Record:
    """A record from its JSON, sharing nothing with what it was made of."""
    record: Record = _read(body)
    return record


def _line(body: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(body), body)


def _body(line: bytes) -> Record | None:
    """What a line holds; ``None`` when it isn't sound."""
    body = line[9:-1]
    try:
        if line[-1:] != b"\n" or line[8:9] != b" " or int(line[:8], 16) != crc32(body):
            return None
        record = _read(body)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def key_of(line: bytes) -> str:
    """The id of the key that a line is encrypted with; ``""`` for a plain one and for one that isn't sound."""
    record = _body(line)
    return str(record["key"]) if record and "box" in record else ""


def is_plain(line: bytes) -> bool:
    """Whether a line is sound and isn't encrypted."""
    record = _body(line)
    return record is not None and "box" not in record


class Lines:
    """The lines of the file ``name``: plain, or each encrypted and bound to the file and the byte it starts at."""

    def __init__(self, name: str, cipher: Cipher | None = None) -> None:
        self.name, self.cipher = name, cipher

    def line(self, body: bytes, at: int) -> bytes:
        """The line of a packed record that will start at byte ``at``."""
        if self.cipher is None:
            return _line(body)
        box = base64.b64encode(self.cipher.lock(body, f"{self.name} {at}"))
        return _line(b'{"v":%d,"key":"%b","box":"%b"}' % (LOCKED, self.cipher.id.encode(), box))

    def encode(self, record: Mapping[str, Any], at: int = 0) -> bytes:
        """The record's line; see :func:`pack`."""
        return self.line(pack(record), at)

    def decode(self, line: bytes, at: int = 0) -> Record | None:
        """The record in one line that starts at byte ``at``; ``None`` when the line isn't sound.

        Raises :class:`StoreRefused` for a record from a newer program, since skipping it would lose work.
        """
        record = _body(line)
        if record is not None and (self.cipher is not None or "box" in record):
            record = self._unlocked(record, at)
        if record is not None and record["v"] > VERSION:
            raise StoreRefused(
                f"The record was written by a newer triage (record version {record['v']}; this one reads {VERSION}). "
                "Update triage on this machine."
            )
        return record

    def _unlocked(self, shell: Record, at: int) -> Record | None:
        if self.cipher is None or shell.get("key") != self.cipher.id:
            return None
        try:
            box = base64.b64decode(shell["box"], validate=True)
        except (KeyError, TypeError, ValueError):
            return None
        body = self.cipher.unlock(box, f"{self.name} {at}")
        return None if body is None else unpack(body)

    def scan(self, data: bytes, at: int = 0) -> Scan:
        """Read the records of ``data``, which starts at byte ``at``, up to the first line that isn't sound."""
        records: list[Record] = []
        end = 0
        for line in lines(data):
            record = self.decode(line, at + end)
            if record is None:
                good_after = any(_body(later) is not None for later in lines(data[end + len(line) :]))
                return Scan(tuple(records), end, len(records) + 1, not good_after and not was_whole(line))
            records.append(record)
            end += len(line)
        return Scan(tuple(records), end)


_PLAIN = Lines("")
encode, decode = _PLAIN.encode, _PLAIN.decode


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

"""The index of an archived month: where each call stands, and its line in a list of calls."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from zlib import crc32

from triage.model import Call, CallSummary, ref_of
from triage.store.documents import iso
from triage.store.records import VERSION, Record, decode, encode

_FIELDS = [field.name for field in fields(CallSummary)]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an index: whose, where its documents are in the month (offset, bytes), and the call's summary."""

    call: str
    at: tuple[int, int]
    summary: CallSummary | None


def index_line(call: Call, offset: int, size: int) -> bytes:
    """A call's line in the index."""
    summary: dict[str, Any] = {}
    if call.summary:
        summary = asdict(call.summary)
        for name in ("opened", "closed"):
            summary[name] = iso(summary[name]) if summary[name] else None
        del summary["id"]
    return encode({"v": VERSION, "call": call.id, "ref": ref_of(call.id), "at": [offset, size], "summary": summary})


def line_of(record: Record) -> Line:
    """The line that a record of the index holds."""
    told = record["summary"]
    summary = None
    if told:
        closed = datetime.fromisoformat(told["closed"]) if told["closed"] else None
        opened = datetime.fromisoformat(told["opened"])
        summary = CallSummary(
            **{**told, "id": record["call"], "opened": opened, "closed": closed, "pathways": tuple(told["pathways"])}
        )
    return Line(record["call"], (record["at"][0], record["at"][1]), summary)


def sealed(index: bytes, size: int) -> bytes:
    """An index with the line that ends it: how much of the month it covers, and a checksum of the whole."""
    return index + encode({"v": VERSION, "covers": size, "crc": crc32(index), "fields": _FIELDS})


def unsealed(raw: bytes, size: int) -> bytes | None:
    """The index in a file that covers ``size`` bytes of its month.

    ``None`` when it doesn't, isn't sound, or its lines are of another shape than this program's summaries.
    """
    end = raw.rfind(b"\n", 0, -1) + 1
    seal = decode(raw[end:])
    fits = seal and seal.get("covers") == size and seal.get("fields") == _FIELDS
    sound = seal and fits and seal["crc"] == crc32(memoryview(raw)[:end])
    return raw[:end] if sound else None

"""Closed calls of past days, by the month they were opened: ``archive/2026-10.jsonl`` and an index beside it.

A line holds one call, or what was added to it after it was archived; both are only ever added. How many bytes
of a month count is said by the journal's carried segment: what an interrupted run left after them is not read,
and cut off by the next run. The index ``2026-10.idx`` has one line for each line of the month, in order, with its
place and the call's summary, and a last line that seals it; one that is missing or doesn't match is made again.
A month that was written anew, to encrypt it, has a number in its name, which the journal knows.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from triage.model import Call, CallSummary
from triage.store.cipher import Cipher
from triage.store.documents import event_of, local_day
from triage.store.files import flush, open_append, write_all, write_whole
from triage.store.index import Line, index_line, line_of, sealed, unsealed
from triage.store.records import VERSION, Lines, Record, decode, encode, lines
from triage.store.segments import Segments, damaged
from triage.store.tinytable import Doc

Docs = list[tuple[str, Doc]]
"""Event documents by id, oldest first."""
Sizes = Mapping[str, Mapping[str, Any]]
"""By month: the ``bytes`` of its file that count and the ``calls`` and ``events`` in them; the ``file``, when it isn't
named after the month alone."""
NONE: Mapping[str, Any] = {"bytes": 0, "calls": 0, "events": 0}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a call stands in a month: offset and bytes of each of its lines in the file that was the month's then."""

    month: str
    path: Path
    at: tuple[tuple[int, int], ...]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.at)

    def plus(self, at: tuple[int, int]) -> Places:
        """One line more."""
        return Places(self.month, self.path, (*self.at, at))


def month_of(call: Call) -> str:
    """The month whose file a call belongs to."""
    return f"{local_day((call.opened or call.events[0]).at):%Y-%m}"


def call_from(call_id: str, docs: Docs) -> Call:
    """The call made of these documents; an event kept twice counts once."""
    return Call(call_id, tuple(event_of(key, doc) for key, doc in dict(docs).items()))


class Archive:
    """The archive of one store. ``sizes`` and ``cipher`` follow from the journal and are set by the store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sizes: Sizes = {}
        self.cipher: Cipher | None = None

    def path(self, month: str) -> Path:
        """The month's file."""
        return self.folder / str(self.sizes.get(month, NONE).get("file", f"{month}.jsonl"))

    def strays(self) -> list[Path]:
        """Files here that no month counts any more: what an interrupted run, or one that wrote months anew, left."""
        known = {self.path(month).stem for month in self.sizes}
        return sorted(
            file for file in self.folder.iterdir() if file.name.split(".idx")[0].split(".jsonl")[0] not in known
        )

    def months(self, likely: str = "") -> list[str]:
        """The months that have calls, newest first, after the ``likely`` one."""
        return sorted(self.sizes, key=lambda month: (month == likely, month), reverse=True)

    def docs(self, call_id: str) -> Docs:
        """The archived documents of a call; none when it isn't archived."""
        likely = f"{call_id[:4]}-{call_id[4:6]}"
        for month in self.months(likely):
            if found := self._matching(month, "call", call_id):
                return self.read(month, [line.at for line in found])
        return []

    def find(self, ref: str) -> str | None:
        """The id of the archived call with this id or reference, the newest of several."""
        for month in self.months(f"{ref[:4]}-{ref[4:6]}"):
            found = self._matching(month, "call", ref) or self._matching(month, "ref", ref.upper())
            if found:
                return found[-1].call
        return None

    def read(self, month: str, places: Iterable[tuple[int, int]]) -> Docs:
        """The documents at these places of a month."""
        docs: Docs = []
        path = self.path(month)
        whole = Lines(path.name, self.cipher)
        with path.open("rb") as file:
            for offset, size in places:
                file.seek(offset)
                record = whole.decode(file.read(size), offset)
                if record is None:
                    raise damaged(path, file_line(path, offset), "it doesn't match its checksum")
                docs += [(key, {**doc, "call": record["call"]}) for key, doc in record["events"]]
        return docs

    def lines(self, month: str) -> Iterator[Line]:
        """The month's index, in the order the calls were archived."""
        return (line_of(record) for record in map(decode, lines(self._index(month))) if record)

    def listed(self, month: str, but: Collection[str]) -> dict[str, tuple[CallSummary, Places]]:
        """The month's calls with where they stand in it, by id, without those named in ``but``."""
        found: dict[str, tuple[CallSummary, Places]] = {}
        nowhere = (None, Places(month, self.path(month), ()))
        for line in self.lines(month) if month in self.sizes else ():
            if line.summary and line.call not in but:
                found[line.call] = (line.summary, found.get(line.call, nowhere)[1].plus(line.at))
        return found

    def places(self, month: str, but: Collection[str]) -> dict[str, Places]:
        """Where each call stands in the month, those never opened too, without those named in ``but``."""
        found: dict[str, Places] = {}
        nowhere = Places(month, self.path(month), ())
        for line in self.lines(month):
            if line.call not in but:
                found[line.call] = found.get(line.call, nowhere).plus(line.at)
        return found

    def _matching(self, month: str, field: str, value: str) -> list[Line]:
        """The lines with this value, found without reading the others."""
        index = self._index(month)
        mark = encode({field: value})[10:-2]
        found, at = [], index.find(mark)
        while at >= 0:
            start, end = index.rfind(b"\n", 0, at) + 1, index.find(b"\n", at) + 1
            record = decode(index[start:end])
            if record and record[field] == value:
                found.append(line_of(record))
            at = index.find(mark, end)
        return found

    def _index(self, month: str) -> bytes:
        """The month's index, whole and sound: made again where it isn't, and kept when it can be."""
        path, size = self.path(month).with_suffix(".idx"), self.sizes[month]["bytes"]
        index = None
        with suppress(OSError):
            index = unsealed(self._unlocked(path.read_bytes(), path.name), size)
        if index is None:
            index = b"".join(self._made_again(month, size))
            self._keep_index(path, sealed(index, size), part=f".{os.getpid()}")
        return index

    def _unlocked(self, raw: bytes, name: str) -> bytes:
        return raw if self.cipher is None else self.cipher.unlock(raw, name) or b""

    def _keep_index(self, path: Path, index: bytes, part: str = "") -> None:
        """Keep an index when it can be: it can be made again."""
        with suppress(OSError):
            write_whole(path, self.cipher.lock(index, path.name) if self.cipher else index, part=part)

    def _made_again(self, month: str, size: int) -> Iterator[bytes]:
        """The month's index lines, from the month itself."""
        docs: dict[str, Docs] = defaultdict(list)
        for offset, length, record in self.records(month, size):
            call = record["call"]
            docs[call] += [(key, {**doc, "call": call}) for key, doc in record["events"]]
            yield index_line(call_from(call, docs[call]), offset, length)

    def records(self, month: str, size: int) -> Iterator[tuple[int, int, Record]]:
        """The month's records with their offsets and lengths.

        :class:`triage.errors.StoreDamaged` at the first that isn't sound.
        """
        path, start, number = self.path(month), 0, 0
        whole = Lines(path.name, self.cipher)
        try:
            with path.open("rb") as file:
                while start < size:
                    number += 1
                    line = file.readline()
                    record = whole.decode(line, start)
                    if record is None:
                        raise damaged(path, number, "it doesn't match its checksum, or the end of the file is gone")
                    yield start, len(line), record
                    start += len(line)
        except FileNotFoundError:
            raise damaged(path, 1, "the file is gone") from None

    def append(self, month: str, calls: Iterable[tuple[Call, Docs]]) -> dict[str, int]:
        """Add these documents of calls to a month, durable on return; its new size. Under the lock.

        Nothing of it counts until the journal names that size.
        """
        known, whole = dict(self.sizes.get(month, NONE)), Lines(self.path(month).name, self.cipher)
        index = [self._index(month)] if month in self.sizes else []
        data: list[bytes] = []
        for call, docs in calls:
            events = [[key, {name: doc[name] for name in doc if name != "call"}] for key, doc in docs]
            data.append(whole.encode({"v": VERSION, "call": call.id, "events": events}, known["bytes"]))
            index.append(index_line(call, known["bytes"], len(data[-1])))
            known["bytes"] += len(data[-1])
            known["events"] += len(docs)
            known["calls"] += len(docs) == len(call.events) and call.opened is not None
        self.cut(month)
        descriptor = open_append(self.path(month))
        try:
            write_all(descriptor, b"".join(data))
            flush(descriptor)
        finally:
            os.close(descriptor)
        self._keep_index(self.path(month).with_suffix(".idx"), sealed(b"".join(index), known["bytes"]))
        return known

    def cut(self, month: str) -> None:
        """Take away what an interrupted run left after the part of a month that counts. Under the lock."""
        descriptor = open_append(self.path(month), create=True)
        try:
            os.ftruncate(descriptor, self.sizes.get(month, NONE)["bytes"])
        finally:
            os.close(descriptor)


def file_line(path: Path, offset: int) -> int:
    """The number of the line at ``offset``, from 1."""
    with path.open("rb") as file:
        return file.read(offset).count(b"\n") + 1


def months_between(sizes: Sizes, live: Iterable[CallSummary], since: date, until: date) -> list[str]:
    """The months of these days that have calls, archived or live, newest first."""
    months = {*sizes, *(f"{local_day(line.opened):%Y-%m}" for line in live)}
    return sorted((month for month in months if f"{since:%Y-%m}" <= month <= f"{until:%Y-%m}"), reverse=True)


def check_archive(archive: Archive, segments: Segments) -> None:
    """:class:`triage.errors.StoreDamaged` when archive and journal don't belong together."""
    if not segments.names and any(archive.folder.glob("*.jsonl")):
        raise damaged(segments.folder, 0, "the archive has calls, but every file of the journal is gone")
    check_sizes(archive)


def check_sizes(archive: Archive, *months: str) -> None:
    """:class:`triage.errors.StoreDamaged` when a month is shorter than the journal says; looked at on every opening."""
    for month in months or archive.sizes:
        path, known = archive.path(month), archive.sizes[month]["bytes"]
        there = path.stat().st_size if path.is_file() else 0
        if there < known:
            raise damaged(path, 1, f"{known} bytes were archived, {there} are there")

"""The audit of a record in a folder: ``audit/2026-11.jsonl``, a file a month, apart from the calls and only added to.

Lines stand as the journal's do, checksummed, and encrypted where the journal is. What a save changed is written here
without a flush of its own: the journal's record, which is flushed, holds the number and the hash of the last line made
for it, and a line that a power cut took is made again from that record, to the byte. So an audited save costs one flush
as before, and the journal is the second place that knows the audit's head: an audit cut short doesn't reach it.
A look, which changes no call, is flushed here, and then the journal notes the new head.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.audit import Anchor, Line, Note, Sealed, needs_line, rolled, seal
from triage.audit.lines import START, of_event
from triage.errors import StoreRefused
from triage.store.cipher import Cipher
from triage.store.documents import event_of, local_day
from triage.store.files import flush, flush_folder, open_append, private_folder, read_from, write_all, write_whole
from triage.store.keys import find_cipher
from triage.store.records import VERSION, Lines, Op, Record, key_of, lines
from triage.store.tinytable import Doc

_NAME = re.compile(r"\d{4}-\d\d\.jsonl")
Docs = list[tuple[str, Doc]]


def workstation() -> str:
    """The name this machine goes by on its network."""
    return platform.node() or "unknown"


@dataclass(frozen=True, slots=True)
class Made:
    """The lines made for one save, and what its record says of them."""

    lines: tuple[Sealed, ...]
    head: dict[str, Any]


def head_of(record: Record) -> Anchor | None:
    """The head of the audit that a record of the journal notes."""
    told = record.get("audit")
    return Anchor(int(told["n"]), str(told["hash"])) if told else None


class Rolls:
    """The hash of each call as far as the audit has got: made once for a call, then carried on event by event.

    ``archived`` gives a call's documents that aren't live, ``live`` those that are, from the given place on.
    """

    def __init__(self, archived: Callable[[str], Docs], live: Callable[[str, int], Docs]) -> None:
        self._archived, self._live = archived, live
        self._known: dict[str, tuple[int, str]] = {}

    def forget(self) -> None:
        """After the record was read anew."""
        self._known.clear()

    def before(self, call: str, *, new: bool = False) -> tuple[str, Docs]:
        """The hash at the call's last line, and what was half-typed since; ``new`` says that none of it is archived."""
        if call in self._known:
            at, now = self._known[call]
            rest = self._live(call, at)
        else:
            archived, now = [] if new else self._archived(call), ""
            at, rest = -len(archived), [*archived, *self._live(call, 0)]
        pending: Docs = []
        for one in rest:
            at += 1
            pending.append(one)
            if needs_line(one[1]["kind"]):
                now, pending = roll(now, pending), []
                if at >= 0:
                    self._known[call] = (at, now)
        return now, pending


def roll(before: str, docs: Docs) -> str:
    """:func:`triage.audit.rolled` over documents."""
    return rolled(before, ((k, datetime.fromisoformat(d["at"]), d["by"], d["kind"], d["data"]) for k, d in docs))


def make(ops: Sequence[Op], after: Anchor, rolls: Rolls, role: Callable[[str, str], str], desk: str) -> Made:
    """The lines for the new events among ``ops``, and what the journal's record says of them."""
    made: list[Sealed] = []
    now: dict[str, tuple[str, Docs]] = {}
    n, prev, roles = after.n, after.hash, dict[str, str]()
    for op in ops:
        if op[0] != "put" or op[1] != "events":
            continue
        key, doc = op[2], op[3]
        call = doc["call"]
        before, pending = now.get(call) or rolls.before(call, new=doc["kind"] == "opened" or key == call)
        if not needs_line(doc["kind"]):
            now[call] = (before, [*pending, (key, doc)])
            continue
        rolled_on = roll(before, [*pending, (key, doc)])
        now[call] = (rolled_on, [])
        event = event_of(key, doc)
        roles.setdefault(event.by, role(event.by, ""))
        said = of_event(event)
        line = Line(
            n + 1,
            event.at,
            event.by,
            roles[event.by],
            desk,
            said.action,
            said.record,
            said.reason,
            event.kind,
            event.id,
            before,
            rolled_on,
            said.more,
        )
        sealed = seal(line, prev)
        made.append(sealed)
        n, prev = n + 1, sealed.hash
    told = {"n": n, "hash": prev, **({"roles": roles, "desk": desk} if made else {})}
    return Made(tuple(made), told)


class AuditLog:
    """The audit's files. ``cipher`` is the journal's. Everything happens under the store's lock.

    A file goes on as its first line is, plain or encrypted: a run that wrote the record anew may have been cut off.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cipher: Cipher | None = None
        self.n, self.hash = 0, START
        self._name, self._size, self._inode, self._fd = "", -1, 0, -1
        self._whole = Lines("")

    def whole(self, path: Path) -> Lines:
        """How the lines of a file stand in it."""
        with suppress(FileNotFoundError), path.open("rb") as file:
            if first := file.readline():
                key = key_of(first)
                known = self.cipher if self.cipher and self.cipher.id == key else None
                return Lines(path.name, known or (find_cipher(key, self.folder.parent) if key else None))
        return Lines(path.name, self.cipher)

    @property
    def head(self) -> Anchor:
        """The last line, as of the last :meth:`catch_up`."""
        return Anchor(self.n, self.hash, str(self.folder))

    def months(self) -> list[str]:
        """The files, oldest first."""
        with suppress(FileNotFoundError):
            return sorted(filter(_NAME.fullmatch, os.listdir(self.folder)))
        return []

    def catch_up(self) -> None:
        """Take in the lines that other desks wrote: a stat when there are none."""
        if self._fd >= 0 and self._went_on():
            return
        names = self.months()
        self.close()
        for name in reversed(names):
            found = self._last(self.folder / name)
            if found is not None:
                self.n, self.hash = found
                break
        else:
            self.n, self.hash = 0, START
        if names:
            self._open(names[-1])

    def _went_on(self) -> bool:
        """Take in what was added to the file at hand; False when that can't be told from it alone."""
        try:
            seen = os.stat(self.folder / self._name)
        except FileNotFoundError:
            return False
        if seen.st_ino != self._inode or seen.st_size < self._size:
            return False
        if seen.st_size > self._size:
            data = read_from(self._fd, self._size)
            found, end = self._newest(self._whole, data, self._size)
            if found is None or end != self._size + len(data):
                return False
            (self.n, self.hash), self._size = found, end
        return True

    def _open(self, name: str, *, create: bool = False) -> None:
        self.close()
        path = self.folder / name
        self._fd, self._name = open_append(path, create=create), name
        seen = os.fstat(self._fd)
        self._size, self._inode, self._whole = seen.st_size, seen.st_ino, self.whole(path)

    def _last(self, path: Path) -> tuple[int, str] | None:
        """The number and hash of the last sound line; what a crash left after it is cut off, and kept aside."""
        whole, descriptor = self.whole(path), open_append(path)
        try:
            size = os.fstat(descriptor).st_size
            step = 1 << 14
            while True:
                start = max(0, size - step)
                data = read_from(descriptor, start)
                skip = data.find(b"\n") + 1 if start else 0
                found, end = self._newest(whole, data[skip:], start + skip)
                if found is not None or not start:
                    break
                step *= 8
            if end < size:
                with suppress(OSError):
                    path.with_suffix(f".{end}.torn").write_bytes(read_from(descriptor, end))
                os.ftruncate(descriptor, end)
            return found
        finally:
            os.close(descriptor)

    def _newest(self, whole: Lines, data: bytes, start: int) -> tuple[tuple[int, str] | None, int]:
        """The last sound line of a stretch, and where a torn end begins."""
        stretch, at = list[tuple[int, bytes]](), start
        for line in lines(data):
            stretch.append((at, line))
            at += len(line)
        end = at
        for place, line in reversed(stretch):
            sealed = sealed_of(whole.decode(line, place))
            if sealed is not None:
                with suppress(ValueError, KeyError, TypeError):
                    return (sealed.line.n, sealed.hash), end
            elif line[-1:] != b"\n":
                end = place
        return None, end

    def append(self, made: Sequence[Sealed], month: str, *, durable: bool) -> None:
        """Add lines; OSError when they couldn't be."""
        if not made:
            return
        name = max(self._name, f"{month}.jsonl")
        if self._fd < 0 or name != self._name:
            private_folder(self.folder)
            self._open(name, create=True)
            flush_folder(self.folder)
        data = b""
        for sealed in made:
            data += self._whole.encode(_kept(sealed), self._size + len(data))
        try:
            write_all(self._fd, data)
            if durable:
                flush(self._fd)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)
        self.n, self.hash = made[-1].line.n, made[-1].hash

    def flush(self) -> None:
        """Wait until the disk has the newest file."""
        if self._fd >= 0:
            flush(self._fd)

    def lines(self) -> Iterator[Sealed | str]:
        """Every line, oldest first; a sentence for one that can't be read."""
        for name in self.months():
            path = self.folder / name
            whole, at = self.whole(path), 0
            for number, line in enumerate(lines(path.read_bytes()), 1):
                sealed = sealed_of(whole.decode(line, at))
                yield f"{path}, line {number}: it doesn't match its checksum" if sealed is None else sealed
                at += len(line)

    def recent(self, since: datetime) -> list[Line]:
        """The lines of this instant and after it, newest first; what is older isn't looked at."""
        found: list[Line] = []
        for name in reversed(self.months()):
            raw = (self.folder / name).read_bytes()
            whole, end = self.whole(self.folder / name), len(raw)
            for line in reversed(list(lines(raw))):
                end -= len(line)
                sealed = sealed_of(whole.decode(line, end))
                if sealed is not None:
                    if sealed.line.at < since:
                        return found
                    found.append(sealed.line)
        return found

    def write_anew(self, cipher: Cipher | None) -> None:
        """Encrypt every line with ``cipher``, or make them plain: the chain is over the words and stays as it is.

        A file that is so already is passed over, so that one that was cut off goes on.
        """
        self.close()
        for name in self.months():
            read, write = self.whole(self.folder / name), Lines(name, cipher)
            if (read.cipher and read.cipher.id) == (cipher and cipher.id):
                continue
            parts: list[bytes] = []
            at = size = 0
            for line in lines((self.folder / name).read_bytes()):
                record = read.decode(line, at)
                at += len(line)
                data = line if record is None else write.encode(record, size)
                parts.append(data)
                size += len(data)
            write_whole(self.folder / name, b"".join(parts))
        for left in [*self.folder.glob("*.torn"), *self.folder.glob("*.part")]:
            left.unlink(missing_ok=True)
        self.cipher = cipher

    def close(self) -> None:
        """Let go of the file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._name, self._size = -1, "", -1


def _kept(sealed: Sealed) -> Record:
    return {"v": VERSION, "prev": sealed.prev, "hash": sealed.hash, "line": sealed.text}


def sealed_of(record: Record | None) -> Sealed | None:
    """The line that a record of the file holds; ``None`` when it holds none."""
    if record is None or not all(isinstance(record.get(name), str) for name in ("prev", "hash", "line")):
        return None
    return Sealed(record["line"], record["prev"], record["hash"])


def of_note(note: Note, user: str, role: str, at: datetime, after: Anchor) -> Sealed:
    """The line of something done that changed no call."""
    line = Line(
        after.n + 1,
        at,
        user,
        role,
        workstation(),
        note.action,
        note.record,
        note.reason,
        more=dict(note.more),
    )
    return seal(line, after.hash)


def month_name(at: datetime) -> str:
    """The file an instant belongs to."""
    return f"{local_day(at):%Y-%m}"


def rebuilt(records: Iterable[Record], head: Anchor, apply: Callable[[Record], None], rolls: Rolls) -> list[Sealed]:
    """The lines after ``head`` that a crash took, made again from the journal's records; as far as they fit.

    A line that isn't in a record (a look) can't be made again: there it ends.
    """
    found: list[Sealed] = []
    for record in records:
        told = head_of(record)
        if told is not None and told.n > head.n and record["audit"].get("roles") is not None:
            roles = record["audit"]["roles"]
            start = Anchor(head.n, head.hash)
            made = make(record["ops"], start, rolls, roles.get, record["audit"]["desk"])
            if not made.lines or (made.head["n"], made.head["hash"]) != (told.n, told.hash):
                return found
            found += made.lines
            head = told
        apply(record)
    return found


def news(lines: Iterable[Sealed], head: Anchor) -> Iterator[Sealed]:
    """The lines after ``head``; :class:`StoreRefused` when they don't go on from it."""
    for sealed in lines:
        n = sealed.line.n
        if n == head.n and sealed.hash != head.hash:
            raise StoreRefused(
                f"The audit there isn't the one being moved: line {n} is another. It is in use. Move to an empty place."
            )
        if n > head.n:
            yield sealed

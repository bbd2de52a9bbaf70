"""The journal's files: one segment for each day, ``journal/2026-11-21.jsonl``, written to only at its end.

A *carried* segment, ``2026-11-20.carried.jsonl``, stands for its day and everything before it: it holds the calls
that were still open and the claims that still matter, and names how much of each archive file counts. Which files
count follows from their names alone, so renaming the carried segment into place is the whole commit of an archive
run, and whatever that run had no time to delete is simply no longer looked at.

The first line of each segment names the segment before it and its size, so a lost or shortened one is noticed. The
first line of all says whether the record is encrypted and by which key; all other lines must then be by that key.
Everything but :meth:`Segments.changed` happens under the store's lock: a reader never sees half a write.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from triage.errors import StoreDamaged
from triage.store.cipher import Cipher
from triage.store.files import failed, flush, flush_folder, open_append, read_from, write_all
from triage.store.keys import find_cipher
from triage.store.records import VERSION, Lines, Record, key_of, pack, unpack

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(\.carried)?\.jsonl")
WAY_OUT = "Run “triage store verify” to see all of it and “triage store restore DIR” to go back to a backup."


def carried_name(day: date) -> str:
    """The segment that stands for ``day`` and all days before."""
    return f"{day:%Y-%m-%d}.carried.jsonl"


def is_carried(name: str) -> bool:
    """Whether it is one that stands for others."""
    return name.endswith(".carried.jsonl")


def day_of(name: str) -> date:
    """The day a segment is for."""
    return date.fromisoformat(name[:10])


def damaged(path: Path, line: int, why: str) -> StoreDamaged:
    """The error that names file and line (0: all of it) and the way out."""
    where = f"{path}, line {line}" if line else str(path)
    return StoreDamaged(f"{where}: {why}. Nothing more is read or written here. {WAY_OUT}")


@dataclass(slots=True)
class News:
    """What a look at the files brought. ``reset``: it is the whole of it, so forget what was read before."""

    reset: bool = False
    records: list[Record] = field(default_factory=list)


class Segments:
    """The segments of one store, as far as one desk has read them; only those up to a day when it is given."""

    def __init__(self, folder: Path, until: date | None = None) -> None:
        self.folder = folder
        self._folder = str(folder)
        self._newest = ""
        self._until = until
        self.names: tuple[str, ...] = ()
        self.archives: Mapping[str, Mapping[str, int]] = {}
        """By month: the bytes and calls of its archive file that count."""
        self.cipher: Cipher | None = None
        """What the lines are encrypted with."""
        self.size = 0
        """How far the newest segment was read and is sound."""
        self.torn = 0
        """Bytes after that which a crash left behind."""
        self._line = 0
        self._seen: tuple[list[str], tuple[tuple[str, ...], tuple[str, ...]]] = ([], ((), ()))
        self._inode = 0
        self._fd = -1

    def listing(self) -> tuple[str, ...]:
        """The segments that count, oldest first."""
        return self._sorted()[1]

    def superseded(self) -> tuple[str, ...]:
        """The segments that a carried one stands for, left over."""
        return self._sorted()[0]

    def _sorted(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        try:
            there = os.listdir(self._folder)
        except FileNotFoundError:
            raise StoreDamaged(
                f"{self.folder} is gone, or a restore stopped halfway. Nothing is read or written here. {WAY_OUT}"
            ) from None
        if there == self._seen[0]:
            return self._seen[1]
        names = sorted(filter(_NAME.fullmatch, there), key=lambda name: (name[:10], -len(name)))
        if self._until:
            names = [name for name in names if day_of(name) <= self._until]
        carried = next((name for name in reversed(names) if is_carried(name)), "")
        before = tuple(name for name in names if carried and name != carried and name[:10] <= carried[:10])
        self._seen = (there, (before, tuple(name for name in names if name not in before)))
        return self._seen[1]

    def length(self, name: str) -> int:
        """The sound bytes of a segment that counts. Under the lock, caught up."""
        return self.size if name == self.names[-1] else os.stat(self.folder / name).st_size

    def changed(self) -> bool:
        """A cheap look, without the lock: whether there may be something new."""
        names = self.listing()
        if names != self.names or not names:
            return names != self.names
        try:
            seen = os.stat(self._newest)
        except FileNotFoundError:
            return True
        return seen.st_size != self.size + self.torn or seen.st_ino != self._inode

    def catch_up(self) -> News:
        """Read what is new; :class:`StoreDamaged` when it can't be trusted. Under the lock."""
        names = self.listing()
        if names == self.names and names and not self.torn:
            seen = os.stat(self._newest)
            if seen.st_size == self.size and seen.st_ino == self._inode:
                return News()
        if self.names and self._replaced(names):
            self.forget()
        news = News(reset=not self.names)
        if news.reset:
            self.cipher = self.cipher_for(names)
        try:
            for at in range(max(len(self.names) - 1, 0), len(names)):
                news.records += self._read(names, at)
        except BaseException:
            self.forget()
            raise
        return news

    def cipher_for(self, names: tuple[str, ...]) -> Cipher | None:
        """The cipher that the oldest segment asks for; :class:`triage.errors.StoreRefused` without its key."""
        for name in names[:1]:
            with (self.folder / name).open("rb") as file:
                wanted = key_of(file.readline())
            return find_cipher(wanted, self.folder.parent) if wanted else None
        return None

    def forget(self) -> None:
        """Read everything again next time."""
        self.close()
        self.names, self.archives, self.size, self.torn, self._line = (), {}, 0, 0, 0

    def _replaced(self, names: tuple[str, ...]) -> bool:
        """Whether the files read so far are no longer the ones that count."""
        if names[: len(self.names)] != self.names:
            return True
        seen = os.stat(self.folder / self.names[-1])
        if seen.st_ino == self._inode and seen.st_size < self.size:
            raise damaged(self.folder / self.names[-1], self._line, "the end of the file is gone")
        return seen.st_ino != self._inode

    def _read(self, names: tuple[str, ...], at: int) -> tuple[Record, ...]:
        name, newest = names[at], at + 1 == len(names)
        path = self.folder / name
        again = self.names[at : at + 1] == (name,)
        if not again or self._fd < 0:
            self._open(path)
        start, line = (self.size, self._line) if again else (0, 0)
        data = read_from(self._fd, start)
        found = Lines(name, self.cipher).scan(data, start)
        if found.bad_line and not (found.torn and newest and not is_carried(name)):
            raise damaged(path, line + found.bad_line, "what is written there doesn't match its checksum")
        if not start and found.records:
            self._check_head(names, at, found.records[0], len(found.records))
        elif is_carried(name) and not start:
            raise damaged(path, 1, "the carried segment is empty")
        self.names = names[: at + 1]
        self.size, self._line, self.torn = start + found.end, line + len(found.records), len(data) - found.end
        return found.records

    def _check_head(self, names: tuple[str, ...], at: int, head: Record, count: int) -> None:
        """Whether the segment follows on from the one before, and a carried one is complete."""
        path = self.folder / names[at]
        if is_carried(names[at]):
            if head["lines"] != count:
                raise damaged(path, count, f"{head['lines']} lines were written, {count} are there")
            self.archives = head["archives"]
            return
        before, size = head["after"] or ("", 0)
        if at == 0:
            follows = not before
        elif is_carried(names[at - 1]) and before != names[at - 1]:
            follows = bool(before) and day_of(before) <= day_of(names[at - 1])
        else:
            follows = (before, size) == (names[at - 1], os.stat(self.folder / names[at - 1]).st_size)
        if not follows:
            raise damaged(path, 1, f"{before or 'the segment before it'} is missing, or shorter than it was")

    def _open(self, path: Path, *, create: bool = False) -> None:
        self.close()
        self._fd, self._newest = open_append(path, create=create), str(path)
        self._inode = os.fstat(self._fd).st_ino

    def append(self, record: Mapping[str, Any], today: date) -> Record:
        """Add a record to today's segment, durable on return. Under the lock, caught up.

        Raises :class:`StoreFull` or :class:`StoreError`; then nothing of it is there. A clock set back writes on in
        the newest segment. After a failed flush the file is opened anew: a second flush of the same descriptor may
        report success for bytes that never reached the disk.
        """
        body = pack(record)
        kept = unpack(body)
        try:
            if self._fd < 0 and self.names:
                self._open(self.folder / self.names[-1])
            self._cut_torn()
            name, head = self._name_for(today), b""
            lines = Lines(name, self.cipher)
            if name not in self.names or not self.size:
                after = (self.names[-1], self.size) if self.names and name not in self.names else self._after()
                head = lines.encode({"v": VERSION, "at": record["at"], "by": record["by"], "after": after, "ops": []})
            if name not in self.names:
                self._open(self.folder / name, create=True)
                self.names, self.size, self._line = (*self.names, name), 0, 0
                flush_folder(self.folder)
            data = head + lines.line(body, self.size + len(head))
            self._write(data)
        except OSError as error:
            raise failed(self.folder, error) from error
        self._line += data.count(b"\n")
        self.size += len(data)
        return kept

    def _after(self) -> tuple[str, int] | None:
        """The segment before the newest, for one that was made but has no first line yet."""
        if len(self.names) < 2:
            return None
        return self.names[-2], os.stat(self.folder / self.names[-2]).st_size

    def _name_for(self, today: date) -> str:
        if self.names:
            newest = self.names[-1]
            if today.isoformat() == newest[:10] and not is_carried(newest):
                return newest
            today = max(today, day_of(newest) + timedelta(days=int(is_carried(newest))))
        return f"{today.isoformat()}.jsonl"

    def _write(self, data: bytes) -> None:
        try:
            write_all(self._fd, data)
            flush(self._fd)
        except BaseException:
            path = self.folder / self.names[-1]
            self.close()
            with suppress(OSError):
                self._open(path)
                os.ftruncate(self._fd, self.size)
            raise

    def _cut_torn(self) -> None:
        """Take away what a crash left half written, keeping a copy aside: it was never acknowledged."""
        if not self.torn:
            return
        path = self.folder / self.names[-1]
        left = read_from(self._fd, self.size)
        aside = self.folder / f"{path.stem}-{self.size}.torn"
        with suppress(OSError):
            aside.write_bytes(left)
        os.ftruncate(self._fd, self.size)
        flush(self._fd)
        self.torn = 0

    def close(self) -> None:
        """Let go of the newest segment's file."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

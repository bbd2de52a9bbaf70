"""What a desk couldn't send: answers taken while the record's server was away, in a file of this machine.

The lines are the journal's, checksummed and flushed, so that what a handler was told is kept survives a power cut
here too. Whichever desk of the same data folder reaches the server first sends them; ids make sending twice harmless.

Once :meth:`Outbox.encrypt` was called they are encrypted here: ``key.json`` beside the file says by which key.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from triage.errors import StoreDamaged
from triage.model import Event
from triage.store.cipher import Cipher
from triage.store.documents import event_doc, event_of, iso
from triage.store.files import (
    failed,
    flush,
    flush_folder,
    open_append,
    private_folder,
    read_from,
    replace,
    write_all,
    write_whole,
)
from triage.store.keys import HINT, find_cipher, hinted, keep_hint
from triage.store.lock import StoreLock
from triage.store.records import VERSION, Lines, Record, is_plain, key_of, lines, pack


class Outbox:
    """The file ``outbox.jsonl`` in ``folder``, made when something has to wait.

    Raises :class:`triage.errors.StoreRefused` when it is encrypted and its key isn't to be had.
    """

    def __init__(self, folder: Path, desk: str, timeout: float = 10.0) -> None:
        self.path, self._desk = folder / "outbox.jsonl", desk
        self._lock = StoreLock(folder / "outbox.lock", timeout)
        self._whole(b"")

    def _whole(self, raw: bytes) -> Lines:
        """How the lines stand in the file: as its first does, or as the folder's ``key.json`` says."""
        first = next(lines(raw), b"")
        plain = is_plain(first)
        wanted = "" if plain else key_of(first) or hinted(self.path.parent)
        return Lines(self.path.name, find_cipher(wanted, self.path.parent) if wanted else None)

    @property
    def encrypted(self) -> str:
        """The id of the key that what waits will be encrypted with; ``""`` for none."""
        return hinted(self.path.parent)

    def encrypt(self, cipher: Cipher | None, key_file: Path | None) -> None:
        """Encrypt what waits and whatever will, or (``None``) neither.

        The key must be where desks find it, in ``key_file`` if that is named.
        """
        try:
            private_folder(self.path.parent)
            with self._lock.held():
                if cipher is not None:
                    keep_hint(self.path.parent, cipher.id, key_file)
                if self.waiting:
                    whole, data = Lines(self.path.name, cipher), b""
                    for record in self._records(self.path.read_bytes()):
                        data += whole.encode(record, len(data))
                    write_whole(self.path, data)
                if cipher is None:
                    (self.path.parent / HINT).unlink(missing_ok=True)
        except OSError as error:
            raise failed(self.path, error) from error

    @property
    def waiting(self) -> bool:
        """Whether something waits; costs one stat."""
        try:
            return self.path.stat().st_size > 0
        except FileNotFoundError:
            return False

    def add(self, events: Sequence[Event], at: datetime) -> None:
        """Keep events here, durable on return; :class:`triage.errors.StoreError` when that couldn't be done."""
        ops = [["put", "events", event.id, event_doc(event)] for event in events]
        body = pack({"v": VERSION, "at": iso(at), "by": self._desk, "ops": ops})
        try:
            private_folder(self.path.parent)
            with self._lock.held():
                new = not self.path.exists()
                descriptor = open_append(self.path, create=True)
                try:
                    self._append(descriptor, body)
                finally:
                    os.close(descriptor)
                if new:
                    flush_folder(self.path.parent)
        except OSError as error:
            raise failed(self.path, error) from error

    def _append(self, descriptor: int, body: bytes) -> None:
        there = read_from(descriptor, 0)
        whole = self._whole(there)
        found = whole.scan(there)
        end = found.end if found.torn else len(there)
        os.ftruncate(descriptor, end)
        try:
            write_all(descriptor, whole.line(body, end))
            flush(descriptor)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, end)
            raise

    def events(self) -> tuple[list[Event], int]:
        """What waits, oldest first, and the number of the first line that is damaged (0: none is)."""
        if not self.waiting:
            return [], 0
        raw = self.path.read_bytes()
        found = self._whole(raw).scan(raw)
        events = [event_of(op[2], op[3]) for record in self._records(raw) for op in record["ops"]]
        return events, 0 if found.torn else found.bad_line

    def _records(self, raw: bytes) -> list[Record]:
        """The sound lines, those around a damaged one too."""
        whole, at, found = self._whole(raw), 0, []
        for line in lines(raw):
            record = whole.decode(line, at)
            found += [record] if record else []
            at += len(line)
        return found

    def send(self, keep: Callable[[Sequence[Event]], None]) -> int:
        """Hand everything to ``keep`` and forget it once that came back; how many events it was.

        Lines are independent, so those around a damaged one are sent; the file is then kept aside and
        :class:`StoreDamaged` tells of it, once.
        """
        if not self.waiting:
            return 0
        try:
            with self._lock.held():
                events, damaged = self.events()
                if events:
                    keep(events)
                if damaged:
                    self._set_aside(damaged)
                self._empty()
        except OSError as error:
            raise failed(self.path, error) from error
        return len(events)

    def _set_aside(self, line: int) -> None:
        aside = self.path.with_name(f"outbox-damaged-{int(time.time())}.jsonl")
        replace(self.path, aside)
        raise StoreDamaged(
            f"{aside}, line {line}: an answer taken while the record's server was away doesn't match its checksum and "
            "wasn't sent. The others were. Keep that file, and look at this desk's latest calls again."
        )

    def _empty(self) -> None:
        descriptor = open_append(self.path)
        try:
            os.ftruncate(descriptor, 0)
            flush(descriptor)
        finally:
            os.close(descriptor)

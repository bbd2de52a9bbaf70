"""Writing the whole record anew, encrypted or plain, in one step that counts or doesn't.

Each month is written beside the old one while desks work; then, under the lock, what is live becomes a carried segment
that names the new months, and renaming it into place is the moment everything counts. Every line is read again before
that. Stopped at any point before, nothing has happened; after it, only what was there before is left over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from triage.errors import StoreBusy, StoreDamaged
from triage.store.archive import Archive
from triage.store.cipher import Cipher
from triage.store.documents import iso, local_day
from triage.store.files import flush, open_new, write_all, write_whole
from triage.store.fold import carried_segment, claims_that_matter
from triage.store.live import Live
from triage.store.records import Lines, Op
from triage.store.segments import Segments, carried_name, day_of

Month = tuple[dict[str, Any], dict[str, Any]]
"""A month's size as it was read, and as it was written anew."""


class Anew:
    """One run. ``cipher`` is what it will be encrypted with; ``None`` makes it plain.

    ``without`` names calls to leave out: then only months that hold one are written anew, and the cipher stays.
    """

    def __init__(
        self,
        archive: Archive,
        cipher: Cipher | None,
        tell: Callable[[str], None],
        without: Collection[str] = frozenset(),
    ) -> None:
        self._archive, self._cipher, self._tell, self._without = archive, cipher, tell, frozenset(without)
        self._was = archive.cipher and archive.cipher.id
        self._done: dict[str, Month] = {}

    def months(self) -> None:
        """Write the archived months, beside everything else: what is there of them doesn't change."""
        for month, known in dict(self._archive.sizes).items():
            if month in self._done and self._done[month][0] == known:
                continue
            if self._without and not any(line.call in self._without for line in self._archive.lines(month)):
                self._done[month] = (dict(known), dict(known))
                continue
            self._tell(f"writing {month} anew")
            self._done[month] = (dict(known), self._month(month, dict(known)))

    def _month(self, month: str, known: dict[str, Any]) -> dict[str, Any]:
        descriptor, path = self._unused(month)
        whole, size, known = Lines(path.name, self._cipher), 0, dict(known)
        try:
            for _, _, record in self._archive.records(month, known["bytes"]):
                if record["call"] in self._without:
                    known["events"] -= len(record["events"])
                    known["calls"] -= any(doc["kind"] == "opened" for _, doc in record["events"])
                    continue
                line = whole.encode(record, size)
                write_all(descriptor, line)
                size += len(line)
            flush(descriptor)
        except BaseException:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        os.close(descriptor)
        self._check(month, {**known, "bytes": size, "file": path.name})
        return {**known, "bytes": size, "file": path.name}

    def _unused(self, month: str) -> tuple[int, Path]:
        number = 1
        while True:
            path = self._archive.folder / f"{month}.{number}.jsonl"
            with suppress(FileExistsError):
                return open_new(path), path
            number += 1

    def _check(self, month: str, size: dict[str, Any]) -> None:
        """Read a month again as it was written."""
        copy = Archive(self._archive.folder)
        copy.sizes, copy.cipher = {month: size}, self._cipher
        events = sum(len(record["events"]) for _, _, record in copy.records(month, size["bytes"]))
        if events != size["events"]:
            raise StoreDamaged(f"{copy.path(month)} holds {events} events where {size['events']} were written.")

    def commit(
        self, segments: Segments, live: Live, now: datetime, by: str, audit: Mapping[str, Any] | None = None
    ) -> None:
        """Make it count. Under the lock, caught up; ``audit`` is the head that the audit has."""
        if (self._archive.cipher and self._archive.cipher.id) != self._was:
            raise StoreBusy("Somebody else has just written the record anew. Look with “triage store info”.")
        self.months()
        staying = [call for call in live.trails if call not in self._without]
        carried: list[list[Op]] = [[["put", "events", *doc] for doc in live.docs(call)] for call in staying]
        carried.append([op for op in claims_that_matter(live, now) if op[3]["call"] not in self._without])
        day = max([local_day(now) - timedelta(days=1), *map(day_of, segments.names)])
        while carried_name(day) in segments.names:
            day += timedelta(days=1)
        commit, sizes = segments.folder / carried_name(day), {month: new for month, (_, new) in self._done.items()}
        data = carried_segment(commit.name, self._cipher, live.newest or iso(now), by, sizes, carried, audit)
        if Lines(commit.name, self._cipher).scan(data).bad_line:
            raise StoreDamaged("What was encrypted can't be read again. Nothing was changed.")
        segments.close()
        write_whole(commit, data)

    def undo(self) -> None:
        """Take away what was written and doesn’t count. Under the lock, caught up: it may have counted after all."""
        counting = {self._archive.path(month).name for month in self._archive.sizes}
        for _, new in self._done.values():
            if new.get("file", "") not in {*counting, ""}:
                with suppress(OSError):
                    (self._archive.folder / new["file"]).unlink()


def leftovers(segments: Segments, archive: Archive) -> list[Path]:
    """Files that no longer count: what was written anew, what interrupted runs left, the halves of torn lines."""
    halves = [*segments.folder.glob("*.torn"), *segments.folder.glob("*.part")]
    return [segments.folder / name for name in segments.superseded()] + sorted(halves) + archive.strays()


def sweep(segments: Segments, archive: Archive) -> list[Path]:
    """Delete what no longer counts; what couldn't be deleted, since a desk on Windows has it open. Under the lock."""
    left = []
    for file in leftovers(segments, archive):
        try:
            file.unlink(missing_ok=True)
        except OSError:
            left.append(file)
    return left

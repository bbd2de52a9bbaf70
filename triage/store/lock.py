"""The one lock of a store: a file of its own, taken by one desk at a time, given back by the system if a desk dies.

Whoever wants the store first becomes *next in line*, by a second lock, and only the next in line waits for the store
itself. A desk that has just let go can therefore not take it again past the one that waits, as it nearly always would
with one lock alone: it is awake and the others sleep. Those who wait to be next look at odd moments, and the more
often the longer they have waited, so that nobody waits many times longer than the others. (Sleeping in the system until
it wakes the next was tried: evener still, at less than half the saves a second with fifty desks.)

filelock's native lock on a descriptor is used directly: its :class:`FileLock` adds about 0.1 ms of bookkeeping to
every save, as much as the flush to disk itself.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor, unlock_descriptor

from triage.errors import StoreBusy
from triage.store.files import failed, open_lock

POLL = 0.005
"""Seconds between two looks, at most, of whoever is next; filelock's own default makes eight desks wait 0.1 s."""
QUEUE = (0.02, 0.004)
"""Seconds between two looks of those who aren't next yet, on average: soon after they came, and at the least. Fifty of
them that looked more often would leave no time for the one that works."""
AGE = 0.1
"""Seconds of waiting after which they look twice as often."""


class StoreLock:
    """Threads of one desk queue on ``threads``, desks on the files ``path`` and ``path.next``."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path, self.timeout = path, timeout
        self._files = (str(path.with_name(path.name + ".next")), str(path))
        self.threads = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it; :class:`StoreBusy` after ``timeout`` seconds."""
        with self.threads:
            line, store = self._open()
            try:
                self._take(line, store)
                try:
                    yield
                finally:
                    unlock_descriptor(store)
            finally:
                os.close(line)
                os.close(store)

    def _open(self) -> list[int]:
        opened: list[int] = []
        try:
            for name in self._files:
                opened.append(open_lock(name))
        except OSError as error:
            for descriptor in opened:
                os.close(descriptor)
            raise failed(self.path, error) from error
        return opened

    def _take(self, line: int, store: int) -> None:
        began = time.monotonic()
        most, least = QUEUE
        pause = most / 20
        while not lock_descriptor(line, blocking=False):
            waited = self._waited(began)
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, max(most / (1 + waited / AGE), least))
        try:
            pause = POLL / 20
            while not lock_descriptor(store, blocking=False):
                self._waited(began)
                time.sleep(pause)
                pause = min(pause * 1.2, POLL)
        finally:
            unlock_descriptor(line)

    def _waited(self, began: float) -> float:
        waited = time.monotonic() - began
        if waited > self.timeout:
            raise StoreBusy(
                f"Another desk has kept the record locked for {self.timeout:.0f} seconds, so nothing was saved. "
                f"Try again; if it lasts, look for a triage that hangs ({self.path})."
            )
        return waited

"""The one lock of a store: a file of its own, taken by one desk at a time, given back by the system if a desk dies.

filelock's native lock on a descriptor is used directly: its :class:`FileLock` adds about 0.1 ms of bookkeeping to
every save, as much as the flush to disk itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor, unlock_descriptor

from triage.errors import StoreBusy
from triage.store.files import failed

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOINHERIT", 0)
POLL = 0.005
"""Seconds between two tries: filelock's own default makes the slowest of eight desks wait 0.1 s."""


class StoreLock:
    """Threads of one desk queue on ``threads``, desks on the file."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.path, self.timeout = path, timeout
        self._file = str(path)
        self.threads = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it; :class:`StoreBusy` after ``timeout`` seconds."""
        with self.threads:
            try:
                descriptor = os.open(self._file, _FLAGS, 0o600)
            except OSError as error:
                raise failed(self.path, error) from error
            try:
                self._take(descriptor)
                try:
                    yield
                finally:
                    unlock_descriptor(descriptor)
            finally:
                os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        if lock_descriptor(descriptor, blocking=False):
            return
        end = time.monotonic() + self.timeout
        pause = POLL / 10
        while not lock_descriptor(descriptor, blocking=False):
            if time.monotonic() > end:
                raise StoreBusy(
                    f"Another desk has kept the record locked for {self.timeout:.0f} seconds, so nothing was saved. "
                    f"Try again; if it lasts, look for a triage that hangs ({self.path})."
                )
            time.sleep(pause)
            pause = min(POLL, pause * 2)

"""The record: one protocol, and the stores that keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triage.settings import now
from triage.store.base import Store


def open_store(where: Path, *, desk: str = "", clock: Callable[[], datetime] = now) -> Store:
    """The store kept in the folder ``where``, made when it isn't there. ``clock`` gives the time in UTC."""
    from triage.store.journal import JournalStore

    return JournalStore(where, desk=desk, clock=clock)

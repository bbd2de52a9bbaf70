"""The record: one protocol, and the stores that keep it."""

from __future__ import annotations

from pathlib import Path

from triage.store.base import Store


def open_store(where: Path, *, desk: str = "") -> Store:
    """The store kept in the folder ``where``, made when it isn't there."""
    from triage.settings import now
    from triage.store.journal import JournalStore

    return JournalStore(where, desk=desk, clock=now)

"""The record: one protocol, and the stores that keep it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triage.settings import is_server, now
from triage.store.base import Store
from triage.store.files import private_folder


def open_store(
    where: Path | str, *, desk: str = "", clock: Callable[[], datetime] = now, outbox: Path | None = None
) -> Store:
    """The store at ``where``: a folder, made when it isn't there, or a ``postgresql://`` address.

    ``clock`` gives the time in UTC. ``outbox`` is the folder for answers taken while a server is away, in the data
    folder, which is made for its owner alone when it isn't there.
    """
    if outbox is not None:
        private_folder(outbox.parent)
    if isinstance(where, str) and is_server(where):
        from triage.store.central import PostgresStore

        return PostgresStore(where, desk=desk, clock=clock, outbox=outbox)
    from triage.store.journal import JournalStore

    return JournalStore(Path(where), desk=desk, clock=clock)

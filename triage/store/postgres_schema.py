"""The database's schema: numbered migrations in ``sql/``, run by one desk at a time."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from triage.errors import StoreRefused
from triage.store.roster import behind, copy_table

Do = Callable[..., list[tuple[Any, ...]]]
"""Runs one statement with its parameters; the rows, none for a statement that gives none."""
SCHEMA = 4
"""The schema that this program works with: the number of its last migration."""
_MIGRATING = 0x747269616765
_PREPARED = """
SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'schema_version'
"""


def prepare(rows: Do, together: Callable[[Callable[[Do], None]], None]) -> None:
    """Bring the schema to this program's version; :class:`StoreRefused` when that can't be.

    ``together`` does its work in one transaction.
    """
    there = _version(rows)
    if there < SCHEMA:
        together(_migrate)
        there = _version(rows)
    if there > SCHEMA:
        raise StoreRefused(
            f"The record was prepared by a newer triage (schema {there}; this one knows {SCHEMA}). "
            "Update triage on this machine."
        )
    if behind(rows):
        together(copy_table)


def _version(do: Do) -> int:
    """The schema's version; 0 when there is none yet."""
    if not do(_PREPARED):
        return 0
    ((version,),) = do("SELECT coalesce(max(version), 0) FROM schema_version")
    return int(version)


def _migrate(do: Do) -> None:
    """Run the migrations that are missing, one desk at a time."""
    do(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
    there = _version(do)
    if not there:
        do("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, at timestamptz DEFAULT now())")
    folder = files("triage.store").joinpath("sql")
    for number, name in migrations():
        if number > there:
            do(folder.joinpath(name).read_text("utf-8"))
            do("INSERT INTO schema_version (version) VALUES (%s)", number)
    copy_table(do)
    if do("SELECT 1 FROM pg_roles WHERE rolname = 'triage_desk'"):
        do(folder.joinpath("grants.sql").read_text("utf-8"))


def migrations() -> list[tuple[int, str]]:
    """The numbered migrations, in order."""
    names = (entry.name for entry in files("triage.store").joinpath("sql").iterdir())
    return sorted((int(name[:4]), name) for name in names if name[:4].isdigit())

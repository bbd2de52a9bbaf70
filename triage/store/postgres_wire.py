"""One connection to a PostgreSQL server, on which no wait is silent for longer than its patience."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg.sql import SQL, Identifier

from triage.store.postgres_schema import Do

T = TypeVar("T")
TRIES = 8
_GONE = ("08", "57P", "25006")
"""SQLSTATEs of a server that can't serve now: connection lost, shut down or starting, a read-only standby."""
_AGAIN = (SerializationFailure, DeadlockDetected, UniqueViolation)


class Silent(psycopg.OperationalError):
    """No byte came for too long."""


class Wire(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose waits end, with :class:`Silent`, when no byte came for ``patience`` seconds."""

    patience = 5.0

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        return super().wait(_impatient(gen, self.patience), *args, **kwargs)

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement; its rows."""
        cursor = self.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []

    def together(self, work: Callable[[Do], T]) -> T:
        """Do work in one transaction, again from the start when another desk was in the way."""
        for tries in range(TRIES, 0, -1):
            try:
                with self.transaction():
                    return work(self.run)
            except _AGAIN:
                if tries == 1:
                    raise
                time.sleep(secrets.randbelow(20) / 1000)
        raise AssertionError("either it was done or it was not")

    def listen(self, channel: str) -> bool:
        """Ask for notifications; False from a server that has none."""
        try:
            self.execute(SQL("LISTEN {}").format(Identifier(channel)))
        except (psycopg.NotSupportedError, psycopg.ProgrammingError):
            return False
        return True

    def lost_by(self, error: psycopg.Error) -> bool:
        """Whether the error says that the server is gone, rather than that it refused something."""
        if self.closed or self.broken or isinstance(error, (psycopg.InterfaceError, Silent)):
            return True
        state = error.sqlstate or ""
        return isinstance(error, psycopg.OperationalError) and (not state or state.startswith(_GONE))


def _impatient(gen: Generator[Any, Any, T], seconds: float) -> Generator[Any, Any, T]:
    end = time.monotonic() + seconds
    try:
        wants = next(gen)
        while True:
            ready = yield wants
            if ready:
                end = time.monotonic() + seconds
            elif time.monotonic() > end:
                raise Silent(f"no word from the server for {seconds:.0f} seconds")
            wants = gen.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result

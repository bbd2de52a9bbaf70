"""A desk's hold on a PostgreSQL server, which may go away and come back.

A statement that finds the server gone is tried once more on a new connection; ids made by the desk make that
harmless. When that fails too the server is *away*: everything after it fails at once with :class:`StoreAway`, so that
no key a handler presses waits for a network, while a thread of its own keeps dialling.

A wait in which no byte arrives for ``patience`` seconds counts as gone too: a frozen server, a cable pulled out, or a
commit that waits for a standby which isn't there.

=================== =================================================
postgres_address.py the address, and what it leaves open
postgres_wire.py    one connection, and how long it waits
postgres_schema.py  the numbered migrations
postgres_news.py    telling other desks, and hearing of them
statements.py       the SQL
rows.py             the model's values as rows
=================== =================================================
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from triage.errors import StoreAway, StoreError, StoreFull, StoreRefused
from triage.store.postgres_address import said_no, settled, told

import psycopg  # isort: skip - postgres_address says in words when it isn't there
from psycopg.conninfo import make_conninfo  # isort: skip
from psycopg.errors import InsufficientPrivilege  # isort: skip

from triage.store.postgres_news import News
from triage.store.postgres_schema import Do as Do
from triage.store.postgres_schema import prepare
from triage.store.postgres_wire import Silent, Wire

T = TypeVar("T")
DIAL = 0.5
"""Seconds between two tries of a server that is away."""


class Server:
    """One desk's connection. ``back`` is called, in a thread, once a server that was away answers again.

    Raises :class:`StoreAway` when the server can't be reached now, unless ``patient``: then it is away from the start,
    and prepared once it answers. A server that answers with a refusal is :class:`StoreRefused` in either case.
    """

    def __init__(
        self,
        address: str,
        *,
        patience: float = 5.0,
        back: Callable[[], None] = lambda: None,
        patient: bool = False,
    ) -> None:
        self._settings, self.name, self.patience = settled(address), told(address), patience
        self.session = secrets.token_hex(6)
        self.threads = threading.RLock()
        self.here = threading.Event()
        """Set while the server can be reached."""
        self.here.set()
        self.wire: Wire | None = None
        """The connection; ``None`` while there is none."""
        self.channel, self.listens = "", False
        self.news = News(self)
        self.back, self._closed, self._prepared = back, False, False
        self._refusal: StoreError | None = None
        try:
            self._take(self._dial())
        except StoreAway:
            if not patient:
                raise
            self._absent()

    # ------------------------------------------------------------------ connecting

    def _dial(self) -> Wire:
        try:
            wire = Wire.connect(make_conninfo(**self._settings), autocommit=True)
        except psycopg.Error as error:
            if said_no(str(error)) and not self._prepared:
                raise StoreRefused(
                    f"The record's server {self.name} doesn't let this desk in ({_short(error)}). "
                    "Check the address and the account, or ask whoever looks after it."
                ) from error
            raise self._away(error) from error
        wire.patience = self.patience
        return wire

    def _take(self, wire: Wire) -> None:
        """Use a new connection. What others did meanwhile is news."""
        try:
            if wire.run("SHOW synchronous_commit") == [("off",)]:
                wire.run("SET synchronous_commit TO on")
            ((schema,),) = wire.run("SELECT current_schema()")
            self.channel = f"triage_{schema}"
            self.listens = wire.listen(self.channel)
            if not self._prepared:
                prepare(wire.run, wire.together)
                self._prepared = True
        except psycopg.Error as error:
            gone = wire.lost_by(error)
            wire.close()
            raise (self._away(error) if gone else self._words(error)) from error
        except StoreError:
            wire.close()
            raise
        self.wire = wire
        self.here.set()

    def _away(self, error: Exception | None = None) -> StoreAway:
        why = f" ({_short(error)})" if error else ""
        return StoreAway(
            f"The record's server {self.name} can't be reached{why}. What was saved before is safe. "
            "Tell whoever looks after it; the desk goes on by itself once the server is back."
        )

    def lost(self) -> None:
        """Forget the connection. What others did since its last word is news."""
        if self.wire is not None:
            with suppress(psycopg.Error, OSError):
                self.wire.close()
        self.wire = None
        self.news.missed()

    def _absent(self) -> None:
        """Start dialling, beside everything else."""
        if self.here.is_set():
            self.here.clear()
            threading.Thread(target=self._keep_dialling, name="triage-dials", daemon=True).start()

    def _keep_dialling(self) -> None:
        while not self._closed:
            try:
                wire = self._dial()
                with self.threads:
                    if self._closed:
                        wire.close()
                        return
                    self._take(wire)
            except StoreAway:
                time.sleep(DIAL)
                continue
            except StoreError as error:
                # It answers and won't have us: said at the next key, and tried again in case somebody puts it right.
                self._refusal = error
                time.sleep(DIAL)
                continue
            self._refusal = None
            self.news.missed()
            with suppress(StoreError):
                self.back()
            return

    def _attempt(self, work: Callable[[Wire], T]) -> T:
        """Do it on the connection there is, and once more on a new one when that was lost."""
        with self.threads:
            for again in (False, True):
                if self.wire is None and not self.here.is_set():
                    raise self._refusal or self._away()
                try:
                    if self.wire is None:
                        self._take(self._dial())
                    assert self.wire is not None
                    return work(self.wire)
                except StoreAway:
                    self._absent()
                    raise
                except psycopg.Error as error:
                    if self.wire is not None and not self.wire.lost_by(error):
                        raise self._words(error) from error
                    self.lost()
                    if again or isinstance(error, Silent):
                        self._absent()
                        raise self._away(error) from error
        raise AssertionError("either it was done or it was not")

    def _words(self, error: psycopg.Error) -> StoreError:
        why = (error.diag.message_primary or str(error)).strip()
        if error.sqlstate == "53100":
            return StoreFull(
                f"There is no room on the disk of {self.name}, so nothing was saved; what was saved before is safe. "
                "Tell whoever looks after the server."
            )
        if isinstance(error, InsufficientPrivilege):
            return StoreRefused(f"This account may not do that on {self.name}: {why}. Ask whoever looks after it.")
        return StoreError(f"{self.name} refused it ({why}), so nothing was saved; what was saved before is safe.")

    # ------------------------------------------------------------------ statements

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement, a transaction of its own; its rows."""
        return self._attempt(lambda wire: wire.run(statement, *values))

    def together(self, work: Callable[[Do], T]) -> T:
        """Do work in one transaction, again from the start when another desk was in the way."""
        return self._attempt(lambda wire: wire.together(work))

    @property
    def trouble(self) -> str:
        """Why the server can't be used now, in words; ``""`` while it can."""
        if self.here.is_set():
            return ""
        return str(self._refusal or f"The record's server {self.name} can't be reached.")

    @contextmanager
    def waiting(self, seconds: float) -> Iterator[None]:
        """Be more patient, for statements that read everything."""
        with self.threads:
            usual, self.patience = self.patience, max(seconds, self.patience)
            self._be_patient()
            try:
                yield
            finally:
                self.patience = usual
                self._be_patient()

    def _be_patient(self) -> None:
        if self.wire is not None:
            self.wire.patience = self.patience

    def close(self) -> None:
        """Hang up."""
        with self.threads:
            self.news.finish()
            self._closed = True
            self.lost()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

"""The connection to a PostgreSQL server: the only module that knows psycopg.

A statement that finds the server gone is tried once more on a new connection; ids made by the desk make that
harmless. When that fails too the server is *away*: everything after it fails at once with :class:`StoreAway`, so that
no key a handler presses waits for a network, while a thread of its own keeps dialling.

A wait in which no byte arrives for ``patience`` seconds counts as gone too: a frozen server, a cable pulled out, or a
commit that waits for a standby which isn't there.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from ipaddress import ip_address
from typing import Any, TypeVar

from triage.errors import StoreAway, StoreError, StoreFull, StoreRefused

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg.errors import DeadlockDetected, InsufficientPrivilege, SerializationFailure, UniqueViolation
    from psycopg.sql import SQL, Identifier
except ImportError as error:
    raise StoreRefused(
        "A record on PostgreSQL needs psycopg: install triage with its extra, pip install 'triage[postgres]'."
    ) from error

T = TypeVar("T")
Do = Callable[..., list[tuple[Any, ...]]]
"""Runs one statement with its parameters; the rows, none for a statement that gives none."""

SCHEMA = 1
"""The schema that this program works with: the number of its last migration."""
_MIGRATING = 0x747269616765
_GONE = ("08", "57P", "25006")
"""SQLSTATEs of a server that can't serve now: connection lost, shut down or starting, a read-only standby."""
_PREPARED = """
SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'schema_version'
"""
_AGAIN = (SerializationFailure, DeadlockDetected, UniqueViolation)
TRIES = 8
LATE = 200
"""How many numbers a change may come after newer ones and still be noticed."""
APART = 0.5
"""Seconds between two notifications of one desk."""
DIAL = 0.5
"""Seconds between two tries of a server that is away."""


class _Silent(psycopg.OperationalError):
    """No byte came for too long."""


class _Patient(psycopg.Connection[tuple[Any, ...]]):
    """A connection on which no wait is silent for longer than ``patience`` seconds."""

    patience = 5.0

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        return super().wait(_impatient(gen, self.patience), *args, **kwargs)


def _impatient(gen: Generator[Any, Any, T], seconds: float) -> Generator[Any, Any, T]:
    end = time.monotonic() + seconds
    try:
        wants = next(gen)
        while True:
            ready = yield wants
            if ready:
                end = time.monotonic() + seconds
            elif time.monotonic() > end:
                raise _Silent(f"no word from the server for {seconds:.0f} seconds")
            wants = gen.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


def settled(address: str) -> dict[str, Any]:
    """The connection's parameters: what the address says, and the defaults that keep a record safe.

    Raises :class:`StoreRefused` for an address that can't be read.
    """
    try:
        given: dict[str, Any] = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise StoreRefused(f"The address of the record can't be read: {str(error).strip()}.") from error
    hosts = str(given.get("host") or given.get("hostaddr") or "").split(",")
    chosen: dict[str, Any] = {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
        "application_name": "triage",
    }
    if len(hosts) > 1:
        chosen["target_session_attrs"] = "read-write"
    if not all(map(_here, hosts)):
        chosen["sslmode"] = "verify-full"
        chosen["sslrootcert"] = "system"
    if "sslmode" in given and given["sslmode"] != "verify-full":
        chosen.pop("sslrootcert", None)
    return {**chosen, **given}


def _here(host: str) -> bool:
    """Whether a host is this machine: a socket's folder, or the loopback."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def told(address: str) -> str:
    """The address as it may be shown: without the password."""
    known = {name: value for name, value in conninfo_to_dict(address).items() if name in ("host", "port", "dbname")}
    hosts, ports = str(known.get("host") or "localhost"), str(known.get("port") or "")
    return f"postgresql://{hosts}{':' + ports if ports else ''}/{known.get('dbname') or ''}"


class Server:
    """One desk's connection. ``back`` is called, in a thread, once a server that was away answers again."""

    def __init__(self, address: str, *, patience: float = 5.0, back: Callable[[], None] = lambda: None) -> None:
        self._settings, self.name, self.patience = settled(address), told(address), patience
        self.session = secrets.token_hex(6)
        self.threads = threading.RLock()
        self.here = threading.Event()
        """Set while the server can be reached."""
        self._back, self._closed = back, False
        self._connection: _Patient | None = None
        self._news = False
        self._seen, self._looked, self._known = -1, 0.0, set[int]()
        self.listens = False
        self._told = -APART
        self._later: threading.Timer | None = None
        self._take(self._dial())
        try:
            prepare(self.rows, self.together)
        except BaseException:
            self.close()
            raise

    # ------------------------------------------------------------------ connecting

    def _dial(self) -> _Patient:
        try:
            connection = _Patient.connect(make_conninfo(**self._settings), autocommit=True)
        except psycopg.Error as error:
            raise self._away(error) from error
        connection.patience = self.patience
        return connection

    def _take(self, connection: _Patient) -> None:
        """Use a new connection. What others did meanwhile is news."""
        try:
            if connection.execute("SHOW synchronous_commit").fetchall() == [("off",)]:
                connection.execute("SET synchronous_commit TO on")
            (row,) = connection.execute("SELECT current_schema()").fetchall()
            self.channel = f"triage_{row[0]}"
            self.listens = _listen(connection, self.channel)
        except psycopg.Error as error:
            connection.close()
            raise self._words(error) from error
        self._connection = connection
        self.here.set()

    def _away(self, error: Exception) -> StoreAway:
        why = " ".join(str(error).split())[:200]
        return StoreAway(
            f"The record's server {self.name} can't be reached ({why}). What was saved before is safe. "
            "Tell whoever looks after it; the desk goes on by itself once the server is back."
        )

    def _lost(self) -> None:
        """Forget the connection. What others did since its last word is news."""
        if self._connection is not None:
            with suppress(psycopg.Error, OSError):
                self._connection.close()
        self._connection, self._news = None, True

    def _absent(self) -> None:
        """Start dialling, beside everything else."""
        if self.here.is_set():
            self.here.clear()
            threading.Thread(target=self._keep_dialling, name="triage-dials", daemon=True).start()

    def _keep_dialling(self) -> None:
        while not self._closed:
            with suppress(StoreError):
                connection = self._dial()
                with self.threads:
                    if self._closed:
                        connection.close()
                        return
                    self._take(connection)
                self._news = True
                with suppress(StoreError):
                    self._back()
                return
            time.sleep(DIAL)

    def _attempt(self, work: Callable[[_Patient], T]) -> T:
        """Do it on the connection there is, and once more on a new one when that was lost."""
        with self.threads:
            for again in (False, True):
                if self._connection is None and not self.here.is_set():
                    raise self._away(psycopg.OperationalError("it was away a moment ago"))
                try:
                    if self._connection is None:
                        self._take(self._dial())
                    assert self._connection is not None
                    return work(self._connection)
                except StoreAway:
                    self._absent()
                    raise
                except psycopg.Error as error:
                    if not self._is_gone(error):
                        raise self._words(error) from error
                    self._lost()
                    if again or isinstance(error, _Silent):
                        self._absent()
                        raise self._away(error) from error
        raise AssertionError("either it was done or it was not")

    def _is_gone(self, error: psycopg.Error) -> bool:
        if self._connection is None or self._connection.closed or self._connection.broken:
            return True
        if isinstance(error, (psycopg.InterfaceError, _Silent)):
            return True
        state = error.sqlstate or ""
        return isinstance(error, psycopg.OperationalError) and (not state or state.startswith(_GONE))

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
        return self._attempt(lambda connection: _run(connection, statement, values))

    def together(self, work: Callable[[Do], T]) -> T:
        """Do work in one transaction, again from the start when another desk was in the way."""

        def whole(connection: _Patient) -> T:
            for tries in range(TRIES, 0, -1):
                try:
                    with connection.transaction():
                        return work(lambda statement, *values: _run(connection, statement, values))
                except _AGAIN:
                    if tries == 1:
                        raise
                    time.sleep(secrets.randbelow(20) / 1000)
            raise AssertionError("either it was done or it was not")

        return self._attempt(whole)

    # ------------------------------------------------------------------ news

    def tell(self) -> None:
        """Let other desks know that something changed, in a moment, and at most every ``APART`` seconds.

        Never fails, since what is told is durable already. After the commit, not in it: PostgreSQL lets only one
        transaction with a notification commit at a time, so that in it the desks would queue for each other's flush to
        disk. And not each time: every notification wakes every desk.
        """
        with self.threads:
            if self._later is None:
                self._later = threading.Timer(max(self._told + APART - time.monotonic(), 0), self._tell_now)
                self._later.daemon = True
                self._later.start()

    def _tell_now(self) -> None:
        with self.threads:
            self._later, self._told = None, time.monotonic()
            try:
                if self._connection is not None and self.listens:
                    self._connection.execute("SELECT pg_notify(%s, %s)", (self.channel, self.session))
            except psycopg.Error:
                self._lost()

    def heard(self, look: str, every: float) -> bool:
        """Whether other desks changed anything since the last time.

        Costs no word to the server while nothing came: notifications arrive by themselves. After one, and every so
        many seconds (a desk may die before it tells; some servers have no notifications), the statement ``look`` gives
        the changes after a number, each with whether it is another session's.
        """
        if not self.here.is_set():
            return False
        try:
            with self.threads:
                if self._notified() or time.monotonic() >= self._looked + every:
                    self._look(look)
        except psycopg.Error:
            self._lost()
        except StoreError:
            return False
        news, self._news = self._news, False
        return news

    def _notified(self) -> bool:
        """Whether a notification of another session came; what was received earlier is given first, by itself."""
        if self._connection is None or not self.listens:
            return self._connection is None
        came = [note.payload for _ in range(2) for note in self._connection.notifies(timeout=0)]
        return any(session != self.session for session in came)

    def _look(self, look: str) -> None:
        """Ask for changes. Numbers are given before they are committed, so some that come late are below others."""
        first = self._seen < 0
        numbers = self.rows(look, self.session, max(self._seen - LATE, 0))
        found = {int(number) for number, foreign in numbers if foreign}
        self._looked = time.monotonic()
        self._news = self._news or not (first or found <= self._known)
        self._seen = max(self._seen, 0, *(int(number) for number, _ in numbers))
        self._known = {number for number in found if number > self._seen - LATE}

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
        if self._connection is not None:
            self._connection.patience = self.patience

    def close(self) -> None:
        """Hang up."""
        with self.threads:
            if self._later is not None:
                self._later.cancel()
                self._tell_now()
            self._closed = True
            self._lost()


def _run(connection: _Patient, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    cursor = connection.execute(statement, values or None)
    return cursor.fetchall() if cursor.description else []


def _listen(connection: _Patient, channel: str) -> bool:
    try:
        connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
    except (psycopg.NotSupportedError, psycopg.ProgrammingError):
        return False
    return True


def prepare(rows: Callable[..., list[tuple[Any, ...]]], together: Callable[[Callable[[Do], None]], None]) -> None:
    """Bring the schema to this program's version; :class:`StoreRefused` when that can't be."""
    there = _version(rows)
    if there < SCHEMA:
        together(_migrate)
        there = _version(rows)
    if there > SCHEMA:
        raise StoreRefused(
            f"The record was prepared by a newer triage (schema {there}; this one knows {SCHEMA}). "
            "Update triage on this machine."
        )


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
    if do("SELECT 1 FROM pg_roles WHERE rolname = 'triage_desk'"):
        do(folder.joinpath("grants.sql").read_text("utf-8"))


def migrations() -> list[tuple[int, str]]:
    """The numbered migrations, in order."""
    names = (entry.name for entry in files("triage.store").joinpath("sql").iterdir())
    return sorted((int(name[:4]), name) for name in names if name[:4].isdigit())

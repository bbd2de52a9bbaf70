"""What other desks changed on the server: telling them, and hearing of it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg

from triage.errors import StoreError

if TYPE_CHECKING:
    from triage.store.postgres import Server

LATE = 200
"""How many numbers a change may come after newer ones and still be noticed."""
APART = 0.5
"""Seconds between two notifications of one desk."""


class News:
    """One desk's part in telling and hearing."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._new = False
        self._seen, self._looked, self._known = -1, 0.0, set[int]()
        self._told = -APART
        self._later: threading.Timer | None = None

    def missed(self) -> None:
        """Words may have been missed: something may have changed."""
        self._new = True

    def tell(self) -> None:
        """Let other desks know that something changed, in a moment, and at most every ``APART`` seconds.

        Never fails, since what is told is durable already. After the commit, not in it: PostgreSQL lets only one
        transaction with a notification commit at a time, so that in it the desks would queue for each other's flush to
        disk. And not each time: every notification wakes every desk.
        """
        with self._server.threads:
            if self._later is None:
                self._later = threading.Timer(max(self._told + APART - time.monotonic(), 0), self._tell_now)
                self._later.daemon = True
                self._later.start()

    def _tell_now(self) -> None:
        server = self._server
        with server.threads:
            self._later, self._told = None, time.monotonic()
            try:
                if server.wire is not None and server.listens:
                    server.wire.execute("SELECT pg_notify(%s, %s)", (server.channel, server.session))
            except psycopg.Error:
                server.lost()

    def finish(self) -> None:
        """Tell now what was to be told in a moment."""
        if self._later is not None:
            self._later.cancel()
            self._tell_now()

    def heard(self, look: str, every: float) -> bool:
        """Whether other desks changed anything since the last time.

        Costs no word to the server while nothing came: notifications arrive by themselves. After one, and every so
        many seconds (a desk may die before it tells; some servers have no notifications), the statement ``look`` gives
        the changes after a number, each with whether it is another session's.
        """
        server = self._server
        if not server.here.is_set():
            return False
        try:
            with server.threads:
                if self._notified() or time.monotonic() >= self._looked + every:
                    self._look(look)
        except psycopg.Error:
            server.lost()
        except StoreError:
            return False
        news, self._new = self._new, False
        return news

    def _notified(self) -> bool:
        """Whether a notification of another session came; what was received earlier is given first, by itself."""
        wire = self._server.wire
        if wire is None or not self._server.listens:
            return wire is None
        came = [note.payload for _ in range(2) for note in wire.notifies(timeout=0)]
        return any(session != self._server.session for session in came)

    def _look(self, look: str) -> None:
        """Ask for changes. Numbers are given before they are committed, so some that come late are below others."""
        first = self._seen < 0
        numbers = self._server.rows(look, self._server.session, max(self._seen - LATE, 0))
        found = {int(number) for number, foreign in numbers if foreign}
        self._looked = time.monotonic()
        self._new = self._new or not (first or found <= self._known)
        self._seen = max(self._seen, 0, *(int(number) for number, _ in numbers))
        self._known = {number for number in found if number > self._seen - LATE}

"""The store's protocol: what every store promises, whatever keeps the bytes.

One way in (:meth:`Store.write`) and a few ways to read. Every write returns only after it is durable, is one
transaction, and is harmless when repeated, since ids are made by whoever writes. ``tests/test_store.py`` is the
contract: it runs on every store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from triage.audit import Line, Note, Sealed
from triage.model import Call, CallSummary, Claim, Event, Staff
from triage.store.tombs import Tomb


class Store(Protocol):
    """Where calls, claims on slots and the audit are kept.

    ``role_of`` gives the roles of whoever writes, by id, for the audit's lines; whoever opens the store sets it.
    """

    role_of: Callable[[str], str]
    moving: bool
    """Whether what is written comes from another store with its own audit, so that no lines are made for it."""

    def write(
        self,
        *events: Event,
        claim: Claim | None = None,
        release: Sequence[tuple[str, str]] = (),
        owner: str = "",
    ) -> None:
        """Keep events, and take or give back slots, all or nothing; durable on return.

        ``claim`` takes all its keys for its call, or raises :class:`triage.errors.SlotTaken` (then no event is
        kept). A claim by the call that already holds them replaces its own hold (a hold becomes a booking, a hold is
        extended) and repeats harmlessly. A hold that has run out counts as free. ``release`` are (slot, call)
        pairs to give back, before the claim is tried, so that a move is one transaction; giving back what isn't
        held is harmless. An event whose id is already kept is skipped.

        ``owner`` is whose calls these are thought to be: :class:`triage.errors.NotYours`, and nothing is kept, when
        somebody else has taken one of them over. Left out, anybody's events are kept.

        Raises :class:`triage.errors.StoreError` when it couldn't be kept: then nothing of it is there.
        """

    def call(self, call_id: str) -> Call:
        """The call, live or archived; :class:`triage.errors.NotFound` when nothing is kept under that id."""

    def find(self, ref: str) -> str:
        """The id of the call whose id or short reference this is; :class:`triage.errors.NotFound`."""

    def open_calls(self, handler: str = "") -> tuple[Call, ...]:
        """The calls opened and not closed, newest first; one handler's when named."""

    def summaries(self, since: date, until: date) -> Iterator[CallSummary]:
        """One line for each call opened in [since, until] (Europe/London days), newest first, archives too."""

    def calls(self, since: date, until: date) -> Iterator[Call]:
        """The calls themselves, for figures."""

    def every(self) -> Iterator[Call]:
        """Everything kept, calls never opened (a booking by its reference) too, in no order: for moving house."""

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The claims that start in the window and count now."""

    def refresh(self) -> bool:
        """Take in what other desks wrote; whether anything was new."""

    @property
    def trouble(self) -> str:
        """What is wrong with the record as a whole, for the handler; ``""`` while all is well. Costs nothing."""

    def maintain(self) -> str:
        """What a desk does by itself once a day; what was done, in words. Cheap, and ``""``, when there is nothing.

        May take a while, and may run in a thread beside everything else.
        """

    def info(self) -> dict[str, Any]:
        """Where it is, how much it holds, its newest write: for ``triage store info``."""

    def verify(self) -> list[str]:
        """Read everything; the faults found, each as a sentence that names file and line. Empty: sound."""

    def note(self, note: Note, by: Staff) -> None:
        """Keep a line of the audit about something that changes no call (a page read, a file written), durable on
        return. Every event written has its line without being asked."""

    def audit(self) -> Iterator[Line]:
        """Every line of the audit, oldest first."""

    def erased(self) -> tuple[Tomb, ...]:
        """What is left of calls that were erased."""

    def erase(self, tombs: Sequence[Tomb], proposal: str = "") -> int:
        """Take these calls out of the record and leave their tombstones, durable on return; how many were there.

        ``proposal`` is the event that proposed it: a store that can, refuses what two people didn't sign for.
        """

    def erase_again(self) -> int:
        """After a restore: take out whatever has a tombstone; how many calls that was."""

    def recent(self, since: datetime) -> Sequence[Line]:
        """The audit's lines since then, newest first: quick, however long the audit is."""

    def sealed(self) -> Iterator[Sealed]:
        """The audit as it is kept: for moving house."""

    def take_in(self, sealed: Iterable[Sealed]) -> None:
        """Take in another store's audit, after its events: the lines that aren't here yet.
        :class:`triage.errors.StoreRefused` when this store's is another."""

    def close(self) -> None:
        """Let go of files and connections."""

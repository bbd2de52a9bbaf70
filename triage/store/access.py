"""Who may read and write what, in front of any store: roles are enforced here, whatever the screen shows.

:class:`Access` asks the table of :mod:`triage.staff` before each read and each write. Refused writes raise
:class:`triage.staff.NotAllowed` and keep nothing; from lists, what somebody may not read is left out:

* calls of a restricted person (flag ``F-SENS``, PRIVACY P10), but for whoever may see them, whose open call it is, or
  who broke the glass with a reason in the last :data:`GLASS` minutes;
* who looked at what (:data:`triage.staff.AUDIT`, A4), but for those who read the audit;
* everything of a call, for roles that read none.

This holds against the program and its screens, not against somebody who opens the files themselves: docs/privacy.md
says what a file can't guarantee. On PostgreSQL the server asks the same table again (``sql/0002_roles.sql``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from triage.audit import Line, Note, Sealed
from triage.errors import NotFound
from triage.masking import mask
from triage.model import Call, CallSummary, Claim, Event, Staff
from triage.staff import AUDIT, NotAllowed, action_of, may, reads, refusal
from triage.staff.roles import CASE, permit
from triage.store.base import Store
from triage.store.tombs import Tomb

SENSITIVE, UNSAFE = "F-SENS", "F-UNSAFE"
_AUDIT = frozenset((*AUDIT, "corrected"))
PASSED = ("path", "desk", "server", "outbox", "waiting", "segments", "archives")
GLASS = 15
"""Minutes for which restricted records stay open to somebody who broke the glass."""


def restricted(call: Call) -> bool:
    """Whether a call is about somebody whose record is not for every handler."""
    if "flagged" in [event.kind for event in call.events]:
        flags = [e for e in call.of_kind("flagged") if e.data.get("flag") == SENSITIVE]
        if flags:
            return bool(flags[-1].data.get("on"))
    return call.closed is not None and SENSITIVE in call.closed.data.get("flags", ())


def needed(event: Event) -> str:
    """The action that writing an event is; ``""`` when no row names its kind."""
    if event.kind == "flagged" and not event.data.get("on"):
        if event.data.get("flag") == UNSAFE:
            return "say that contact is safe again"
        if event.data.get("flag") == SENSITIVE:
            return "see restricted records"
    return action_of("writes", event.kind)


class Access:
    """A :class:`triage.store.base.Store` that asks who is there. ``staff`` says who is at the desk now."""

    def __init__(self, inner: Store, staff: Callable[[], Staff], clock: Callable[[], datetime]) -> None:
        self.inner, self._staff, self._clock = inner, staff, clock
        self._glass: dict[str, datetime] = {}
        self.inner.role_of = self._role

    def __getattr__(self, name: str) -> Any:
        """What only one kind of store has: folders, servers, outboxes. Nothing that reads or writes calls."""
        if name not in PASSED:
            raise AttributeError(f"{name} is asked of the record itself, which is behind the roles")
        return getattr(self.inner, name)

    @property
    def trouble(self) -> str:
        """Why the record can't be written just now."""
        return self.inner.trouble

    # ------------------------------------------------------------------ writing

    def write(
        self, *events: Event, claim: Claim | None = None, release: Sequence[tuple[str, str]] = (), owner: str = ""
    ) -> None:
        """Keep events, take and give back slots, if all of it is this person's to do."""
        staff = self._staff()
        for event in events:
            for action in (needed(event), action_of("writes", event.kind)):
                if not may(staff, action):
                    raise NotAllowed(refusal(staff, action, event.kind))
            if event.by != staff.id:
                raise NotAllowed(
                    f"{staff.name} may not write in the name of {event.by}. Sign in as the person who does it."
                )
            if owner != staff.id and event.kind not in (*AUDIT, "opened"):
                self._not_hidden(event.call)
        if claim is not None or release:
            permit(staff, "book appointments")
        self.inner.write(*events, claim=claim, release=release, owner=owner)
        for event in events:
            if event.kind == "broke glass":
                self._glass[staff.id] = event.at + timedelta(minutes=GLASS)

    # ------------------------------------------------------------------ reading

    def call(self, call_id: str) -> Call:
        """The call, as far as it may be read; :class:`NotAllowed` for a restricted one."""
        call = self.inner.call(call_id)
        if self._hidden(call):
            raise NotAllowed(
                f"Call {call.ref} is restricted. A social worker or a supervisor may open it; with a reason that is "
                "kept, so may you: break the glass first."
            )
        seen = self._seen(call)
        if seen is None:
            if CASE not in reads(self._staff()):
                raise NotAllowed(refusal(self._staff(), "read calls"))
            raise NotFound(f"No call is kept under “{call_id}”.")
        return seen

    def find(self, ref: str) -> str:
        """The id of the call with this id or reference."""
        permit(self._staff(), "read calls")
        return self.inner.find(ref)

    def open_calls(self, handler: str = "") -> tuple[Call, ...]:
        """The calls opened and not closed, newest first."""
        return tuple(self._all(self.inner.open_calls(handler)))

    def summaries(self, since: date, until: date) -> Iterator[CallSummary]:
        """A line for each call: one's own, or for whoever sees the figures everybody's."""
        staff = self._staff()
        if may(staff, "see figures") and may(staff, "see restricted records"):
            return self.inner.summaries(since, until)
        permit(staff, "read calls")
        return self._own(self.inner.summaries(since, until), staff)

    def _own(self, lines: Iterator[CallSummary], staff: Staff) -> Iterator[CallSummary]:
        figures = may(staff, "see figures")
        for line in lines:
            if (figures or line.handler == staff.id) and not self._hidden(self.inner.call(line.id)):
                yield line

    def calls(self, since: date, until: date) -> Iterator[Call]:
        """The calls of these days."""
        return self._all(self.inner.calls(since, until))

    def every(self) -> Iterator[Call]:
        """Everything kept, as far as it may be read."""
        return self._all(self.inner.every())

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The claims that start in the window: a time and a call's id, nobody's name."""
        permit(self._staff(), "work at the desk")
        return self.inner.claims(since, until)

    def _all(self, calls: Iterator[Call] | Sequence[Call]) -> Iterator[Call]:
        for call in calls:
            if not self._hidden(call):
                seen = self._seen(call)
                if seen is not None:
                    yield seen

    def _hidden(self, call: Call) -> bool:
        staff = self._staff()
        if may(staff, "see restricted records") or not restricted(call):
            return False
        if call.closed is None and call.owner == staff.id and may(staff, "take calls"):
            return False
        return self._glass.get(staff.id, self._clock()) <= self._clock()

    def _not_hidden(self, call_id: str) -> None:
        """Nobody adds to a restricted call they may not open."""
        if may(self._staff(), "see restricted records"):
            return
        try:
            call = self.inner.call(call_id)
        except NotFound:
            return
        if self._hidden(call):
            raise NotAllowed(refusal(self._staff(), "see restricted records"))

    def _seen(self, call: Call) -> Call | None:
        """The call with what may be read of it; ``None`` when that is nothing."""
        staff = self._staff()
        kinds = reads(staff)
        if CASE in kinds and _AUDIT.isdisjoint([event.kind for event in call.events]):
            return call
        everything = may(staff, "read all of the audit")

        def visible(event: Event) -> bool:
            if event.kind in AUDIT:
                return event.kind in kinds and (everything or event.by != staff.id)
            return CASE in kinds or event.kind in kinds

        if not everything and any(event.kind == "corrected" for event in call.events):
            call = replace(call, events=tuple(_without_old(call.events)))
        if all(map(visible, call.events)):
            return call
        events = tuple(filter(visible, call.events))
        return replace(call, events=events) if events else None

    # ------------------------------------------------------------------ the audit

    def _role(self, who: str) -> str:
        staff = self._staff()
        return ", ".join(staff.roles) if staff.id == who else ""

    def note(self, note: Note, by: Staff | None = None) -> None:
        """Keep a line of the audit, in the name of whoever is here."""
        self.inner.note(replace(note, reason=mask(note.reason).text), self._staff())

    def audit(self) -> Iterator[Line]:
        """The audit, without one's own lines but for those who read all of it (PRIVACY A4)."""
        staff = self._staff()
        permit(staff, "read the audit of others")
        everything = may(staff, "read all of the audit")
        return (line for line in self.inner.audit() if everything or line.user != staff.id)

    def recent(self, since: datetime) -> Sequence[Line]:
        """The audit's lines since then, newest first, as far as :meth:`audit` gives them."""
        staff = self._staff()
        permit(staff, "read the audit of others")
        everything = may(staff, "read all of the audit")
        return [line for line in self.inner.recent(since) if everything or line.user != staff.id]

    def erased(self) -> tuple[Tomb, ...]:
        """What is left of calls that were erased."""
        return self.inner.erased()

    def erase(self, tombs: Sequence[Tomb], proposal: str = "") -> int:
        """Take calls out of the record."""
        permit(self._staff(), "see to data rights")
        return self.inner.erase(tombs, proposal)

    def erase_again(self) -> int:
        """Take out whatever has a tombstone."""
        return self.inner.erase_again()

    @property
    def moving(self) -> bool:
        """Whether what is written comes from another store."""
        return self.inner.moving

    @moving.setter
    def moving(self, on: bool) -> None:
        self.inner.moving = on

    def sealed(self) -> Iterator[Sealed]:
        """The audit as it is kept, for whoever reads all of it."""
        permit(self._staff(), "read all of the audit")
        return self.inner.sealed()

    def take_in(self, sealed: Iterable[Sealed]) -> None:
        """Take in another store's audit."""
        self.inner.take_in(sealed)

    @property
    def role_of(self) -> Callable[[str], str]:
        """The roles of whoever writes."""
        return self.inner.role_of

    @role_of.setter
    def role_of(self, of: Callable[[str], str]) -> None:
        self.inner.role_of = of

    # ------------------------------------------------------------------ looking after it

    def refresh(self) -> bool:
        """Take in what other desks wrote."""
        return self.inner.refresh()

    def maintain(self) -> str:
        """What a desk does by itself once a day."""
        return self.inner.maintain()

    def info(self) -> dict[str, Any]:
        """Counts, and where it is."""
        return self.inner.info()

    def verify(self) -> list[str]:
        """Read everything again; the faults as sentences, which name no person."""
        permit(self._staff(), "verify the record")
        return self.inner.verify()

    def close(self) -> None:
        """Let go of files and connections."""
        self.inner.close()


def _without_old(events: Sequence[Event]) -> Iterator[Event]:
    """The events without what a correction put right: that is for the audit only (PRIVACY P13)."""
    gone: list[frozenset[str]] = []
    keys: frozenset[str] = frozenset()
    for event in reversed(events):
        gone.append(keys)
        if event.kind == "corrected":
            keys |= frozenset(event.data["answers"])
    for event, old in zip(events, reversed(gone), strict=True):
        if event.kind == "drafted" and event.data.get("field") in old:
            yield replace(event, data={**event.data, "text": ""})
        elif old and "answers" in event.data:
            kept = {key: value for key, value in event.data["answers"].items() if key not in old}
            yield replace(event, data={**event.data, "answers": kept})
        else:
            yield event

"""A line of the audit, what of an event stands in it, and the seal that chains it to the line before.

A line says who did what to which record, and why they looked; it holds no answer and no note of a call. What a change
was is in the record itself, and the line holds a hash of the record before and after it (A1), so that a record changed
behind the program's back is found out by its audit, and the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from triage.model import Event
from triage.settings import ZONE

START = "0" * 64
"""What the first line of all follows."""
TYPING = "drafted"
"""Half-typed words have no line of their own: the next line of their call covers them by its hash."""
SHORT = 32
"""Figures of a record's hash, of 64: enough against chance and forgery, and a third off the file."""

ACTIONS: Mapping[str, str] = {
    "opened": "create",
    "looked up": "search",
    "searched": "search",
    "viewed": "view",
    "broke glass": "break-glass",
    "signed in": "sign in",
    "signed out": "sign out",
    "sign-in failed": "failed sign-in",
}
"""The word of A1 for a kind of event; anything else is a ``change``."""
TOLD = ("words", "shown", "found", "calls", "person", "points", "restricted", "listings", "channel", "what")
"""The parts of an event about looking, signing in or handing out that stand in its line."""
_LOCAL = ZoneInfo(ZONE)
_canonical = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode
_as_kept = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Note:
    """Something done that changes no call: a page read, a file written, a record erased."""

    action: str
    record: str = ""
    reason: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``n`` counts from 1 over all of the audit; ``desk`` is the workstation; ``record`` a call's id or a
    person's, ``""`` where it is about none; ``what`` the kind of event, ``event`` its id; ``before`` and ``after`` are
    hashes of the record."""

    n: int
    at: datetime
    user: str
    role: str
    desk: str
    action: str
    record: str = ""
    reason: str = ""
    what: str = ""
    event: str = ""
    before: str = ""
    after: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As it is kept: plain JSON, the time in UTC and as the clock on the wall had it."""
        return {
            "n": self.n,
            "at": instant(self.at),
            "local": self.at.astimezone(_LOCAL).isoformat(timespec="seconds"),
            "user": self.user,
            "role": self.role,
            "desk": self.desk,
            "action": self.action,
            "record": self.record,
            "reason": self.reason,
            "what": self.what,
            "event": self.event,
            "before": self.before,
            "after": self.after,
            "more": dict(self.more),
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """A line as it is kept: its canonical text, the hash of the line before and its own."""

    text: str
    prev: str
    hash: str

    @property
    def sound(self) -> bool:
        """Whether the hash is that of these words after that line."""
        return digest(self.prev, self.text) == self.hash

    @property
    def line(self) -> Line:
        """What it says. ValueError, KeyError or TypeError when it is no line."""
        return line_of(json.loads(self.text))


def digest(prev: str, text: str) -> str:
    """The hash of a line: SHA-256 over the hash of the line before it and its own canonical JSON."""
    return sha256(f"{prev}\n{text}".encode("utf-8", "replace")).hexdigest()


def seal(line: Line, prev: str) -> Sealed:
    """Chain a line to the one before."""
    text = _canonical(line.told()).encode("utf-8", "replace").decode()
    return Sealed(text, prev, digest(prev, text))


def line_of(told: Mapping[str, Any]) -> Line:
    """The line that :meth:`Line.told` told."""
    known = {name: told[name] for name in ("n", "user", "role", "desk", "action", "record", "reason", "what", "event")}
    at = datetime.fromisoformat(told["at"])
    return Line(**known, at=at, before=told["before"], after=told["after"], more=told["more"])


def needs_line(kind: str) -> bool:
    """Whether an event of this kind has a line of its own."""
    return kind != TYPING


def action(kind: str, data: Mapping[str, Any]) -> str:
    """The word of A1 for an event."""
    if kind == "handed":
        return "print" if data.get("channel") == "printed" else "share"
    return ACTIONS.get(kind, "change")


def of_event(event: Event) -> Note:
    """What a line says of an event: of a look all that was asked, of a change only that it was made."""
    done = action(event.kind, event.data)
    if done in ("change", "create"):
        return Note(done, event.call)
    more = {name: _plain(event.data[name]) for name in TOLD if name in event.data}
    return Note(done, event.call, str(event.data.get("reason") or event.data.get("why") or ""), more)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def rolled(before: str, events: Iterable[tuple[str, datetime, str, str, Mapping[str, Any]]]) -> str:
    """The hash of a record once ``events`` (id, instant, who, kind, data) were added to what hashed to ``before``.

    Both stores and any copy of them give the same: it is made of what an event says, not of how it lies on a disk.
    """
    parts = [before]
    for key, at, by, kind, data in events:
        parts += (key, instant(at), by, kind, _as_kept(data))
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:SHORT]


def instant(at: datetime) -> str:
    """An instant, to the millionth of a second, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")

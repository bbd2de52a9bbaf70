"""What the directory editor works off: listings reported wrong, and what was searched for and not found.

An :class:`Edit` is one thing an editor did about one of them: a correction of a field, or, without a field, that it was
looked at and settled. Whatever was reported before the last edit of it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from triage.directory.words import tokens
from triage.model import Event, Listing

What = Literal["listing", "words"]


@dataclass(frozen=True, slots=True)
class Edit:
    """What an editor did. ``about`` is a listing's id, or the words nobody found; ``field``, ``was`` and ``now`` say
    what was corrected; an empty field only settles it.
    """

    at: datetime
    by: str
    what: What
    about: str
    field: str = ""
    was: Any = None
    now: Any = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to work off; ``reasons`` say how often each was given, ``notes`` what handlers wrote."""

    what: What
    about: str
    name: str
    reasons: Mapping[str, int]
    notes: tuple[str, ...]
    count: int
    first: datetime
    last: datetime


@dataclass
class _Heap:
    name: str
    reasons: dict[str, int] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)


def queue(events: Iterable[Event], edits: Iterable[Edit], listings: Mapping[str, Listing]) -> tuple[Item, ...]:
    """What is still to be done, the most often reported first, then the newest."""
    settled: dict[tuple[What, str], datetime] = {}
    for edit in edits:
        key = (edit.what, edit.about)
        settled[key] = max(edit.at, settled.get(key, edit.at))
    heaps: dict[tuple[What, str], _Heap] = {}
    for event in events:
        read = _read(event)
        if read is None or event.at <= settled.get(read[0], event.at.min.replace(tzinfo=event.at.tzinfo)):
            continue
        key, words, reason, note = read
        known = listings.get(key[1]) if key[0] == "listing" else None
        heap = heaps.setdefault(key, _Heap(known.name if known else words))
        heap.reasons[reason] = heap.reasons.get(reason, 0) + 1
        heap.times.append(event.at)
        if note:
            heap.notes[note] = None
    items = (
        Item(what, about, h.name, h.reasons, tuple(h.notes), len(h.times), min(h.times), max(h.times))
        for (what, about), h in heaps.items()
    )
    return tuple(sorted(items, key=lambda i: (-i.count, -i.last.timestamp(), i.name)))


def _read(event: Event) -> tuple[tuple[What, str], str, str, str] | None:
    """What an event asks for: its key, its words, the reason and a note."""
    data = event.data
    if event.kind == "reported":
        return ("listing", data["listing"]), data["listing"], data["reason"], data.get("note", "")
    if event.kind == "unmet" or (event.kind == "searched" and not data.get("found")):
        about = " ".join(tokens(data["words"]))
        reason = "nobody offers it" if event.kind == "unmet" else "found nothing"
        return (("words", about), data["words"], reason, "") if about else None
    return None

"""Whether the record and its audit say the same: every change has its line, and every call hashes to what it says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from triage.audit.lines import Line, Sealed, needs_line, rolled
from triage.model import Call, Event, ref_of

RESTORED, ERASED = "restore", "erase"
"""Actions after which the record may say less than the audit."""
Lines = Callable[[], Iterable[Sealed | str]]
"""Gives the audit from its first line, each time it is asked."""


@dataclass(slots=True)
class _Last:
    n: int
    event: str
    after: str


def disagreements(calls: Iterable[Call], lines: Lines, erased: Collection[str] = ()) -> Iterator[str]:
    """What the record holds that its audit doesn't know, and the other way round, as sentences."""
    last, began = _read(lines)
    wrong: list[Call] = []
    for call in calls:
        known = last.pop(call.id, None)
        if known is None:
            if began is not None and any(e.at >= began for e in call.events if needs_line(e.kind)):
                yield f"call {call.ref} ({call.id}) is in the record and in no line of the audit"
            continue
        state, rest = _until(call.events, known.event)
        if state != known.after:
            wrong.append(call)
        elif rest:
            yield f"call {call.ref} ({call.id}): event {rest[0].id} ({rest[0].kind}) has no line in the audit"
    if wrong:
        yield from _where({call.id: call for call in wrong}, lines)
    for call_id, known in last.items():
        if call_id not in erased:
            which = f"call {ref_of(call_id)} ({call_id})"
            yield f"{which} stands in line {known.n} of the audit and is gone from the record"


def _told(lines: Lines) -> Iterator[Line]:
    for sealed in lines():
        if not isinstance(sealed, str):
            try:
                yield sealed.line
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


def _void(lines: Lines) -> list[tuple[int, int]]:
    """The lines that a restore took back: after the first number, up to the second."""
    return [(int(line.more.get("head", 0)), line.n) for line in _told(lines) if line.action == RESTORED]


def _counting(lines: Lines) -> Iterator[Line]:
    void = _void(lines)
    for line in _told(lines):
        if line.event and not any(low < line.n <= high for low, high in void):
            yield line


def _read(lines: Lines) -> tuple[dict[str, _Last], datetime | None]:
    """For each call the last line about a change, and when the audit began."""
    last: dict[str, _Last] = {}
    for line in _counting(lines):
        last[line.record] = _Last(line.n, line.event, line.after)
    return last, next((line.at for line in _told(lines)), None)


def _until(events: Iterable[Event], event: str) -> tuple[str, list[Event]]:
    """A call's hash at one of its events, and the events after it that need a line."""
    now, pending, at_it, rest = "", list[Event](), "", list[Event]()
    for one in events:
        pending.append(one)
        if needs_line(one.kind):
            now, pending = _roll(now, pending), []
            if at_it:
                rest.append(one)
            elif one.id == event:
                at_it = now
    return at_it, rest


def _roll(now: str, events: Iterable[Event]) -> str:
    return rolled(now, ((e.id, e.at, e.by, e.kind, e.data) for e in events))


def _where(calls: dict[str, Call], lines: Lines) -> Iterator[str]:
    """The first event at which each of these calls is no longer what the audit says."""
    told: dict[str, list[Line]] = {call_id: [] for call_id in calls}
    for line in _counting(lines):
        if line.record in told:
            told[line.record].append(line)
    for call_id, call in calls.items():
        if not _in_its_order(call, told[call_id]):
            yield f"call {call.ref} ({call_id}): {_first(call, told[call_id])}"


def _in_its_order(call: Call, told: list[Line]) -> bool:
    """Whether the lines fit once the events are taken in the order of the lines: two desks wrote at one moment."""
    at = {event.id: place for place, event in enumerate(call.events)}
    if {e.id for e in call.events if needs_line(e.kind)} != {line.event for line in told}:
        return False
    now, high = "", -1
    for line in told:
        place = at[line.event]
        typed = [e for e in call.events[high + 1 : place] if not needs_line(e.kind)]
        now, high = _roll(now, [*typed, call.events[place]]), max(high, place)
        if now != line.after:
            return False
    return True


def _first(call: Call, told: list[Line]) -> str:
    there = {event.id for event in call.events}
    now, pending, left = "", list[Event](), list(told)
    for event in call.events:
        pending.append(event)
        if not needs_line(event.kind):
            continue
        now, pending = _roll(now, pending), []
        if not left or (now == left[0].before and event.id != left[0].event):
            continue  # from before the audit began
        line = left.pop(0)
        if line.event != event.id:
            if line.event not in there:
                return f"event {line.event} ({line.what}), line {line.n} of the audit, was taken out of the record"
            return f"event {event.id} ({event.kind}) isn’t where line {line.n} of the audit has it"
        if now != line.after:
            return f"event {event.id} ({event.kind}), line {line.n} of the audit, was changed in the record"
    if left and left[0].event not in there:
        return f"event {left[0].event} ({left[0].what}), line {left[0].n} of the audit, was taken out of the record"
    return "it isn’t what the audit says"

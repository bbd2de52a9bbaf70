"""The model's values as a PostgreSQL server's rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from triage.model import Call, CallSummary, Event, ref_of
from triage.store.documents import event_of, iso

_write = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def arrays(events: Sequence[Event]) -> list[list[str]]:
    """The columns of events. Raises TypeError or ValueError for what isn't plain JSON."""
    return [
        [event.id for event in events],
        [event.call for event in events],
        [ref_of(event.call) for event in events],
        [iso(event.at) for event in events],
        [event.by for event in events],
        [event.kind for event in events],
        [_write(dict(event.data)).encode("utf-8", "replace").decode() for event in events],
    ]


def event(row: Iterable[Any]) -> Event:
    """An event's row."""
    event_id, call, at, by, kind, data = row
    return event_of(event_id, {"call": call, "at": iso(at), "by": by, "kind": kind, "data": json.loads(data)})


def line(call: Call) -> tuple[datetime | None, datetime | None, str, str | None]:
    """What a call's line says: opened, closed, owner, and the summary of a closed one."""
    opened, closed = call.opened, call.closed
    if opened is None:
        return None, None, "", None
    if closed is None:
        return opened.at, None, call.owner, None
    summary = call.summary
    assert summary is not None
    told = {key: value for key, value in asdict(summary).items() if key not in ("id", "opened", "closed", "handler")}
    return opened.at, closed.at, call.owner, _write(told)


def summary_of(call_id: str, opened: datetime, closed: datetime | None, owner: str, told: str) -> CallSummary:
    """The summary that a closed call's line holds."""
    rest = json.loads(told)
    rest["pathways"] = tuple(rest["pathways"])
    ends = closed.astimezone(UTC) if closed else None
    return CallSummary(id=call_id, opened=opened.astimezone(UTC), closed=ends, handler=owner, **rest)

"""The model's values as TinyDB documents, and back: plain JSON, instants as ISO 8601 in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triage.model import Claim, Event
from triage.settings import ZONE
from triage.store.tinytable import Doc

LONDON = ZoneInfo(ZONE)


def local_day(at: datetime) -> date:
    """The day it was at the desk."""
    return at.astimezone(LONDON).date()


def iso(at: datetime) -> str:
    """An instant as it is kept: ISO 8601, UTC."""
    return at.astimezone(UTC).isoformat()


def event_doc(event: Event) -> Doc:
    """An event as it is kept."""
    return {
        "call": event.call,
        "at": iso(event.at),
        "by": event.by,
        "kind": event.kind,
        "data": dict(event.data),
    }


def event_of(event_id: str, doc: Doc) -> Event:
    """The event as the rest of the program knows it, sharing nothing with the tables."""
    at = datetime.fromisoformat(doc["at"])
    return Event(event_id, doc["call"], at, doc["by"], doc["kind"], _own(doc["data"]))


def _own(value: Any) -> Any:
    """A copy, with lists as tuples: the model's values."""
    if isinstance(value, dict):
        # Most are plain words: asked here, they cost a quarter of a call.
        return {key: item if type(item) is str else _own(item) for key, item in value.items()}
    return tuple(map(_own, value)) if isinstance(value, list) else value


def claim_id(slot: str, call: str) -> str:
    """A claim's document id: a call has a slot once."""
    return f"{slot} {call}"


def claim_doc(claim: Claim) -> Doc:
    """A claim as it is kept."""
    until = iso(claim.until) if claim.until else None
    return {"slot": claim.slot, "call": claim.call, "keys": list(claim.keys), "until": until}


def claim_of(doc: Doc) -> Claim:
    """The claim as the rest of the program knows it."""
    until = datetime.fromisoformat(doc["until"]) if doc["until"] else None
    return Claim(doc["slot"], doc["call"], tuple(doc["keys"]), until)


def starts(slot: str) -> datetime | None:
    """When a slot starts, from its id ``TYPE.RESOURCE.2026-12-01T10:00``; ``None`` when it doesn't say."""
    try:
        at = datetime.fromisoformat(slot.rpartition(".")[2])
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=LONDON)

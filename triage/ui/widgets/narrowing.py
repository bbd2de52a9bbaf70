"""What a search can be narrowed by: one letter each, with how many it would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from triage.directory.filters import DAYS, Filters
from triage.model import Kind
from triage.ui.dialogs import Pick

KM = (None, 1.0, 2.0, 5.0)
"""How far a listing may be; one key goes round."""
KINDS: tuple[Kind | None, ...] = (None, "care", "activity")
"""Both directories, then each alone; one key goes round."""


def picks(filters: Filters, facets: Mapping[str, int], age: int | None) -> list[Pick]:
    """The filters, those that are on marked."""
    found = [
        _pick("free", "f", "free", filters.free, facets.get("free")),
        _pick("room", "r", "has room", filters.room, facets.get("room")),
        _pick("near", "n", f"within {filters.max_km or 1:g} km", filters.max_km is not None, None),
        _pick("ramp", "w", "step-free: ramp or level access", bool(filters.access), None),
    ]
    if age is not None:
        found.append(_pick("age", "a", f"suits somebody of {age}", filters.age is not None, None))
    for number, (code, day) in enumerate(DAYS.items(), 1):
        found.append(_pick(code, str(number), f"open on {day}", filters.day == code, facets.get(code)))
    return [*found, Pick("none", "  take every filter off", "0")]


def toggled(filters: Filters, picked: str, age: int | None) -> Filters:
    """The filters after a pick."""
    if picked in DAYS:
        return replace(filters, day="" if filters.day == picked else picked)
    if picked == "near":
        return replace(filters, max_km=KM[(KM.index(filters.max_km) + 1) % len(KM)])
    return {
        "free": replace(filters, free=not filters.free),
        "room": replace(filters, room=not filters.room),
        "ramp": replace(filters, access="" if filters.access else "ramp"),
        "age": replace(filters, age=age if filters.age is None else None),
        "none": Filters(kind=filters.kind),
    }[picked]


def said(filters: Filters) -> str:
    """The filters that are on, in a few words: ``care · free · Monday``."""
    parts = (
        {"care": "care only", "activity": "activities only"}.get(filters.kind or "", ""),
        "free" if filters.free else "",
        "has room" if filters.room else "",
        f"within {filters.max_km:g} km" if filters.max_km else "",
        "step-free" if filters.access else "",
        DAYS.get(filters.day, ""),
        f"suits {filters.age}" if filters.age is not None else "",
    )
    return " · ".join(filter(None, parts))


def _pick(value: str, letter: str, words: str, on: bool, left: int | None) -> Pick:
    return Pick(value, f"{'■' if on else '□'} {words}", letter, "" if left is None else f"{left:>4}")

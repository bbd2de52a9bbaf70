"""What a search can be narrowed by: one letter each, with how many it would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from triage.directory.filters import DAYS, PARTS, Filters
from triage.model import Kind, Listing
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
        _pick("step-free", "w", "step-free: ramp or level access", bool(filters.access), facets.get("step-free")),
        _pick("refer", "g", "anybody may come: no referral", filters.refer, facets.get("refer")),
        _pick("language", "l", f"speaks {filters.language or 'a language …'}", bool(filters.language), None),
    ]
    if age is not None:
        found.append(_pick("age", "a", f"suits somebody of {age}", filters.age is not None, None))
    for number, (code, day) in enumerate(DAYS.items(), 1):
        found.append(_pick(code, str(number), f"open on {day}", filters.day == code, facets.get(code)))
    for letter, part in zip("mpe", PARTS, strict=True):
        found.append(_pick(part, letter, f"in the {part}", filters.part == part, facets.get(part)))
    return [*found, Pick("none", "  take every filter off", "0")]


def spoken(listings: Iterable[Listing], best: str = "") -> list[Pick]:
    """The languages that listings offer besides English: the caller's best one, then the commonest."""
    heard = Counter(language for listing in listings for language in listing.languages if language != "English")
    order = sorted(heard, key=lambda language: (language.casefold() != best.casefold(), -heard[language]))
    return [Pick(language, language, more=str(heard[language])) for language in order]


def toggled(filters: Filters, picked: str, age: int | None) -> Filters:
    """The filters after a pick."""
    if picked in DAYS:
        return replace(filters, day="" if filters.day == picked else picked)
    if picked in PARTS:
        return replace(filters, part="" if filters.part == picked else picked)
    if picked == "near":
        return replace(filters, max_km=KM[(KM.index(filters.max_km) + 1) % len(KM)])
    return {
        "free": replace(filters, free=not filters.free),
        "room": replace(filters, room=not filters.room),
        "step-free": replace(filters, access="" if filters.access else "step-free"),
        "refer": replace(filters, refer=not filters.refer),
        "language": replace(filters, language=""),
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
        "no referral" if filters.refer else "",
        f"speaks {filters.language}" if filters.language else "",
        DAYS.get(filters.day, ""),
        filters.part,
        f"suits {filters.age}" if filters.age is not None else "",
    )
    return " · ".join(filter(None, parts))


def _pick(value: str, letter: str, words: str, on: bool, left: int | None) -> Pick:
    return Pick(value, f"{'■' if on else '□'} {words}", letter, "" if left is None else f"{left:>4}")

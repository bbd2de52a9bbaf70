"""Merging: what was decided about pairs of listings, and the listings that follow from it, each field with its trail.

A decision is kept and never taken out: undoing one is another decision. Listings are joined by their ids, so decisions
outlive a new import; while one of the two is away, its decision waits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from triage.model import Listing

What = Literal["merge", "apart", "undo"]

JOINED = ("topics", "accessibility", "languages")
"""Fields whose values are put together rather than chosen between."""
WHOLE = {
    "place": ("address", "postcode", "ward", "latitude", "longitude"),
    "ages": ("minimum_age", "maximum_age"),
    "cost": ("fees", "free"),
    "state": ("status", "alert", "check"),
    "checked": ("as_of", "assured_date"),
}
"""Facts that only make sense together: they come from one listing, under one name. Where nobody chose, the listing that
was checked last and says something gives a fact."""
OWN = ("id", "source_id", "source", "kind", "demonstration")
"""Fields that stay with the listing that stands."""
_PART = {name: group for group, names in WHOLE.items() for name in names}
GONE = frozenset(("historic", "superseded", "cancelled", "expired", "archived"))
"""States of a listing that gives nothing to a merged one, as long as another part is still there."""
FACTS = tuple(
    dict.fromkeys(_PART.get(f.name, f.name) for f in dataclasses.fields(Listing) if f.name not in (*OWN, *JOINED))
)
"""What can be chosen from one or the other, in the order of a listing's fields."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about two listings. ``by`` is ``triage`` where nobody was asked.

    ``ids`` are in either order; the first one's id stands for a merged listing. ``fields`` say which of the two a fact
    (of :data:`FACTS`) is taken from, where that isn't left to the rule.
    """

    what: What
    ids: tuple[str, str]
    at: datetime
    by: str
    score: float = 0.0
    why: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> frozenset[str]:
        """The pair, whichever way round."""
        return frozenset(self.ids)


@dataclass(frozen=True)
class Union:
    """Some listings as one. ``trail`` names the ids each fact is from; ``parts`` are the listings as they were."""

    listing: Listing
    parts: tuple[Listing, ...]
    trail: Mapping[str, tuple[str, ...]]
    decisions: tuple[Decision, ...]


def standing(decisions: Iterable[Decision]) -> dict[frozenset[str], Decision]:
    """The last word on each pair; pairs whose decision was undone have none."""
    found: dict[frozenset[str], Decision] = {}
    for each in decisions:
        if each.what == "undo":
            found.pop(each.key, None)
        else:
            found.pop(each.key, None)
            found[each.key] = each
    return found


def unite(listings: Sequence[Listing], decisions: Iterable[Decision]) -> tuple[tuple[Listing, ...], tuple[Union, ...]]:
    """The listings with those merged that are to be, each at the place of its first; and what was merged, and how."""
    place = {each.id: at for at, each in enumerate(listings)}
    merges = [each for each in standing(decisions).values() if each.what == "merge" and each.key <= place.keys()]
    if not merges:
        return tuple(listings), ()
    at: dict[int, Union] = {}
    gone: set[int] = set()
    for held in _together(merges):
        spots = sorted({place[key] for each in held for key in each.ids})
        at[spots[0]] = _union([listings[spot] for spot in spots], held)
        gone.update(spots[1:])
    kept = (at[n].listing if n in at else each for n, each in enumerate(listings) if n not in gone)
    return tuple(kept), tuple(at[n] for n in sorted(at))


def _together(merges: Sequence[Decision]) -> Iterable[list[Decision]]:
    """Decisions whose pairs hang together, in the order they were made."""
    root: dict[str, str] = {}

    def find(key: str) -> str:
        while root.setdefault(key, key) != key:
            root[key] = key = root[root[key]]
        return key

    for one, two in (each.ids for each in merges):
        root[find(two)] = find(one)
    groups: dict[str, list[Decision]] = {}
    for each in merges:
        groups.setdefault(find(each.ids[0]), []).append(each)
    return groups.values()


def _union(parts: Sequence[Listing], decisions: Sequence[Decision]) -> Union:
    by_id = {each.id: each for each in parts}
    stands = by_id[decisions[-1].ids[0]]
    chosen = {name: key for each in decisions for name, key in each.fields.items() if key in by_id}
    fresh = sorted(parts, key=lambda each: (each.status in GONE, -_day(each), each.id != stands.id))
    values: dict[str, Any] = {}
    trail: dict[str, tuple[str, ...]] = {}
    for fact in FACTS:
        names = WHOLE.get(fact, (fact,))
        first = [by_id[chosen[fact]]] if fact in chosen else []
        giver = next((each for each in (*first, *fresh) if _says(each, names)), stands)
        values.update({name: getattr(giver, name) for name in names})
        trail[fact] = (giver.id,)
    for name in JOINED:
        order = (stands, *(each for each in parts if each is not stands))
        said = {value.casefold(): value for each in reversed(order) for value in reversed(getattr(each, name))}
        values[name] = tuple(reversed(said.values()))
        trail[name] = tuple(each.id for each in order if getattr(each, name))
    made = dataclasses.replace(stands, **values)
    return Union(made, tuple(parts), trail, tuple(decisions))


def _says(listing: Listing, names: Sequence[str]) -> bool:
    """Whether a listing says something on a fact."""
    return any(getattr(listing, name) not in ("", (), None, False) for name in names)


def _day(listing: Listing) -> int:
    return (listing.fresh or date.min).toordinal()


def differing(one: Listing, two: Listing) -> tuple[str, ...]:
    """The facts in which two listings differ and both say something: where a choice can be made."""
    found = []
    for fact in FACTS:
        names = WHOLE.get(fact, (fact,))
        if _says(one, names) and _says(two, names) and _plain(one, names) != _plain(two, names):
            found.append(fact)
    return tuple(found)


def _plain(listing: Listing, names: Sequence[str]) -> list[str]:
    return [" ".join(str(getattr(listing, name)).casefold().split()) for name in names]

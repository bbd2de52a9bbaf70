"""Postcodes and neighbourhoods: where they are, how far apart, and how to hear one in what somebody typed.

The two postcode files stay text until one line of them is asked for, so that nothing is paid at start. Points are
``(latitude, longitude)`` in WGS 84 degrees, distances kilometres along the great circle.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from triage.directory.words import fold, tokens
from triage.model import Listing

Point = tuple[float, float]
EARTH = 6371.0088
"""Mean radius in km."""

_POSTCODE = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?)(?:\s*([0-9])([a-z]{0,2}))?(?![a-z0-9])")
_WHOLE = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)\s*([0-9])([a-z]{2})")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that was recognised: ``name`` as a person reads it, ``words`` as they were typed (folded tokens)."""

    point: Point
    name: str
    precision: Literal["postcode", "sector", "outcode", "place"]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Places:
    """``units`` holds whole postcodes (one line a sector), ``sectors`` the rest (one line an outcode), as
    ``data/postcodes/ATTRIBUTION.md`` lays them out; ``named`` maps folded names to the postcode or point they lie at.
    """

    units: str = ""
    sectors: str = ""
    named: Mapping[str, str | Point] = field(default_factory=dict)

    def postcode(self, text: str) -> Spot | None:
        """Where a postcode is; the middle of its sector or outcode when no more is known; ``None`` if it's none."""
        found = _POSTCODE.fullmatch(fold(text).strip())
        return self._spot(found) if found else None

    def place(self, name: str) -> Spot | None:
        """Where a neighbourhood or town is."""
        key = " ".join(tokens(name))
        where = self.named.get(key)
        if isinstance(where, str):
            inside = self.postcode(where)
            where = inside.point if inside else None
        return Spot(where, name_of(key), "place", tuple(key.split())) if where else None

    def find(self, text: str) -> Spot | None:
        """A postcode or the name of a place, and nothing else beside it."""
        return self.postcode(text) or self.place(text)

    def hear(self, text: str) -> Spot | None:
        """The postcode, or else the longest name of a place, somewhere in what was typed.

        A bare outcode counts only with two letters: *b12* is more often a vitamin than a part of Birmingham.
        """
        for found in _POSTCODE.finditer(fold(text)):
            if found[2] or len(found[1].rstrip("0123456789")) > 1:
                spot = self._spot(found)
                if spot:
                    return spot
        words = tokens(text)
        if self._first.isdisjoint(words):
            return None
        for length in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                key = " ".join(words[start : start + length])
                if key in self.named:
                    return self.place(key)
        return None

    def part(self, word: str, unfinished: bool) -> str:
        """The part of a place's name that a word is misspelt or cut short from, if there is only one."""
        parts = self._parts.get(word[0], ())
        if word in parts:
            return word
        if unfinished:
            begun = [part for part in parts if part.startswith(word)]
            if len(begun) == 1:
                return begun[0]
        near = [p for p in parts if OSA.distance(p, word, score_cutoff=2) <= 1 + (len(p) >= 8)]
        return near[0] if len(near) == 1 else ""

    @cached_property
    def _parts(self) -> Mapping[str, frozenset[str]]:
        """The telling words of all names, by their first letter."""
        parts = {part for name in self.named for part in name.split() if len(part) >= 5}
        return {letter: frozenset(p for p in parts if p[0] == letter) for letter in {p[0] for p in parts}}

    def also(self, listings: Iterable[Listing]) -> Places:
        """With the wards and towns of a directory, each in the middle of its listings, beside the names known."""
        points: dict[str, list[Point]] = {}
        for listing in listings:
            where = self.of(listing) if listing.ward else None
            if where:
                points.setdefault(" ".join(tokens(listing.ward)), []).append(where)
        middles = {name: _middle(found) for name, found in points.items()}
        return Places(self.units, self.sectors, {**middles, **self.named})

    def of(self, listing: Listing) -> Point | None:
        """Where a listing is: its own coordinates, else those of its postcode."""
        if listing.latitude is not None and listing.longitude is not None:
            return listing.latitude, listing.longitude
        spot = self.postcode(listing.postcode) if listing.postcode else None
        return spot.point if spot else None

    @cached_property
    def _first(self) -> frozenset[str]:
        """The words that names start with."""
        return frozenset(name.split(" ", 1)[0] for name in self.named)

    @cached_property
    def _longest(self) -> int:
        return max((name.count(" ") + 1 for name in self.named), default=0)

    def _spot(self, found: re.Match[str]) -> Spot | None:
        outcode, digit, unit = found[1].upper(), found[2] or "", (found[3] or "").upper()
        words = tuple(found[0].split())
        if digit and len(unit) == 2:
            point = _within(self.units, f"{outcode} {digit}", unit, 1e-4)
            if point:
                return Spot(point, f"{outcode} {digit}{unit}", "postcode", words)
        if digit:
            point = _within(self.sectors, outcode, digit, 1e-3)
            if point:
                return Spot(point, f"{outcode} {digit}", "sector", words)
        point = _within(self.sectors, outcode, "", 1e-3)
        return Spot(point, outcode, "outcode", words) if point else None


@lru_cache(maxsize=512)
def _line(table: str, name: str) -> tuple[Point, dict[str, tuple[int, int]]] | None:
    start = 0 if table.startswith(f"{name}=") else table.find(f"\n{name}=") + 1
    if not start and not table.startswith(f"{name}="):
        return None
    head, *members = table[start : table.find("\n", start)].split(" ")
    if " " in name:
        head, members = f"{head} {members[0]}", members[1:]
    _, lat, lon = head.split("=")
    split = (member.split(":") for member in members)
    return (float(lat), float(lon)), {part: (int(north), int(east)) for part, north, east in split}


def _within(table: str, name: str, part: str, step: float) -> Point | None:
    line = _line(table, name)
    if not line or (part and part not in line[1]):
        return None
    (lat, lon), members = line
    north, east = members[part] if part else (0, 0)
    return round(lat + north * step, 5), round(lon + east * step, 5)


def _middle(points: list[Point]) -> Point:
    lats, lons = sorted(p[0] for p in points), sorted(p[1] for p in points)
    return lats[len(lats) // 2], lons[len(lons) // 2]


def distance(a: Point, b: Point) -> float:
    """Kilometres between two points along the great circle."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def tidy(postcode: str) -> str:
    """A whole postcode as it is written (``CV3 3DB``), ``""`` if it isn't one."""
    found = _WHOLE.fullmatch(fold(postcode).strip())
    return f"{found[1]} {found[2]}{found[3]}".upper() if found else ""


def name_of(key: str) -> str:
    """A place's name with its capitals: *walsgrave on sowe* is Walsgrave on Sowe."""
    small = {"on", "and", "upon", "in", "the", "of"}
    return " ".join(word if word in small else word.capitalize() for word in key.split())

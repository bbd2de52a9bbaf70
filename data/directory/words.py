"""Reads the word files of words/ for make.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Place:
    """A neighbourhood, its ward, and postcodes there as (postcode, latitude, longitude)."""

    name: str
    ward: str
    postcodes: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Venue:
    """Somewhere that things happen."""

    name: str
    sort: str
    host: str
    place: str
    street: str
    access: tuple[str, ...]
    bus: str
    quirk: str


@dataclass
class Kind:
    """A kind of activity or of care: its settings, its names and its sentences."""

    topic: str
    settings: dict[str, str]
    names: list[str] = field(default_factory=list)
    openings: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)

    def each(self, key: str, otherwise: str = "") -> list[str]:
        """A setting that is a list of words with weights: ``club3,host`` is club, club, club, host."""
        found: list[str] = []
        for part in self.settings.get(key, otherwise).split(","):
            word, times = re.fullmatch(r"(.*?)(\d*)", part.strip()).groups()  # type: ignore[union-attr]
            found += [word] * int(times or 1)
        return [f for f in found if f]


def lines(name: str) -> list[str]:
    """The lines of one file without comments."""
    text = (WORDS / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("# ")]


def places() -> dict[str, Place]:
    """The neighbourhoods by name."""
    codes: dict[str, list[tuple[str, float, float]]] = {}
    for line in lines("postcodes.csv")[1:]:
        place, postcode, latitude, longitude = line.split(",")
        codes.setdefault(place, []).append((postcode, float(latitude), float(longitude)))
    rows = [[part.strip() for part in line.split("|")] for line in lines("places.txt")]
    return {row[0]: Place(row[0], row[1], tuple(codes[row[0]])) for row in rows}


def venues() -> list[Venue]:
    """The venues in the order of their file."""
    rows = [[part.strip() for part in line.split("|")] for line in lines("venues.txt")]
    return [Venue(*row[:5], tuple(row[5].split()), *row[6:]) for row in rows]


def organisations() -> dict[str, list[str]]:
    """Names of organisations by sort."""
    return {
        sort.strip(): [name.strip() for name in names.split(";")]
        for sort, _, names in (line.partition("|") for line in lines("orgs.txt"))
    }


def voices() -> dict[str, list[str]]:
    """Sentences by the sort of place or organisation that says them."""
    found: dict[str, list[str]] = {}
    sort = ""
    for line in lines("voices.txt"):
        if line.startswith("== "):
            sort = line[3:]
        else:
            found.setdefault(sort, []).append(line)
    return found


def kinds(folder: str) -> list[Kind]:
    """The kinds of ``activities`` or ``care``."""
    found: list[Kind] = []
    for path in sorted((WORDS / folder).glob("*.txt")):
        for line in lines(f"{folder}/{path.name}"):
            mark, rest = line[:2].strip(), line[2:].strip()
            if mark == "==":
                topic, _, settings = rest.partition("|")
                pairs = re.findall(r"(\w+)=(.*?)(?=\s+\w+=|$)", settings.strip())
                found.append(Kind(topic.strip(), dict(pairs)))
            elif mark == "n":
                found[-1].names += [name.strip() for name in rest.split(" / ")]
            else:
                where = {">": found[-1].openings, "-": found[-1].details, "+": found[-1].people}
                where[mark].append(rest)
    by_topic = {kind.topic: kind for kind in found}
    for path in sorted((WORDS / "plain").glob("*.txt")):
        kind = None
        for line in lines(f"plain/{path.name}"):
            mark, rest = line[:2].strip(), line[2:].strip()
            if mark == "==":
                kind = by_topic.get(rest)
            elif kind:
                where = {">": kind.openings, "-": kind.details, "+": kind.people, "=": kind.plain}
                where[mark].append(rest)
    return found


def blurbs() -> dict[str, str]:
    """What organisations say of themselves."""
    return {
        name.strip().replace("'", "’"): words.strip()
        for name, _, words in (line.partition("|") for line in lines("blurbs.txt"))
    }

"""What is wrong with a directory, what deserves a look, how its counts stand and how alike its listings sound.

A *fault* would mislead a caller or can't be true. A *note* is no mistake: a listing that nobody has checked for half a
year, or ever. Likeness is counted because a directory whose entries sound the same is one that nobody reads.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import median

from triage.directory.places import Places, distance
from triage.model import Listing

STALE = 180
"""Days after which a listing ought to be checked again."""
SHORTEST, LONGEST = 30, 80
"""Words in an invented description."""
NEAR_KM = 1.0
"""How far a listing's point may lie from its postcode's."""

_DRAMA = re.compile(r"01632 ?960 ?\d{3}|07700 ?900 ?\d{3}")
_WITHDRAWN = re.compile(r"\s*0500")
_DAY = re.compile(r"(-1|[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one listing, in words that its keeper reads."""

    listing: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the descriptions are.

    ``most_used`` is how many listings share one sentence of six words or more; ``closest`` the greatest share (0 to 1)
    of five-word runs that two descriptions have in common, and ``typical`` the median listing's with its nearest.
    """

    sentences: int
    most_used: int
    sentence: str
    closest: float
    pair: tuple[str, str]
    typical: float


def faults(listings: Iterable[Listing], places: Places) -> Iterator[Finding]:
    """Everything that is wrong."""
    described: dict[str, str] = {}
    for each in listings:
        yield from _contact(each)
        yield from _where(each, places)
        yield from _when(each)
        low, high = each.minimum_age, each.maximum_age
        if low is not None and high is not None and low > high:
            yield Finding(each.id, "minimum_age", f"from {low} to {high} years: nobody fits")
        if each.demonstration and not SHORTEST <= len(each.description.split()) <= LONGEST:
            words = len(each.description.split())
            yield Finding(each.id, "description", f"{words} words; {SHORTEST} to {LONGEST} are asked for")
        if not each.description.strip():
            yield Finding(each.id, "description", "says nothing")
        elif described.setdefault(each.description.casefold(), each.id) != each.id:
            yield Finding(each.id, "description", f"is word for word that of {described[each.description.casefold()]}")


def _contact(each: Listing) -> Iterator[Finding]:
    if each.demonstration and each.phone and not _DRAMA.fullmatch(each.phone):
        yield Finding(each.id, "phone", f"{each.phone} may be somebody's: an invented listing takes a number for drama")
    if each.demonstration and each.email and not each.email.endswith(".example"):
        yield Finding(each.id, "email", f"{each.email} may be somebody's: an invented address ends in .example")
    if each.status == "current" and _WITHDRAWN.match(each.phone):
        yield Finding(each.id, "phone", f"{each.phone}: 0500 numbers were withdrawn in 2017")


def _where(each: Listing, places: Places) -> Iterator[Finding]:
    spot = places.postcode(each.postcode) if each.postcode else None
    local = each.postcode.upper().startswith("CV")
    if each.postcode and (spot is None or (local and spot.precision != "postcode")):
        yield Finding(each.id, "postcode", f"{each.postcode} does not exist")
    elif spot and spot.precision == "postcode" and each.latitude is not None and each.longitude is not None:
        apart = distance(spot.point, (each.latitude, each.longitude))
        if apart > NEAR_KM:
            yield Finding(each.id, "latitude", f"the point lies {apart:.1f} km from {each.postcode}")


def _when(each: Listing) -> Iterator[Finding]:
    for schedule in each.schedules:
        if schedule.opens_at and schedule.closes_at and schedule.closes_at <= schedule.opens_at:
            yield Finding(
                each.id,
                "closes_at",
                f"closes at {schedule.closes_at:%H:%M}, before it opens ({schedule.opens_at:%H:%M})",
            )
        for day in schedule.byday:
            if not _DAY.fullmatch(day):
                yield Finding(each.id, "byday", f"“{day}” is not a day such as MO or 2TU")


def notes(listings: Iterable[Listing], today: date) -> Iterator[Finding]:
    """Current listings that ought to be checked again."""
    for each in listings:
        age = each.age(today)
        if each.status == "current" and age is None:
            yield Finding(each.id, "assured_date", "nobody knows when it was last checked")
        elif each.status == "current" and age is not None and age > STALE:
            yield Finding(each.id, "assured_date", f"last checked {age} days ago, on {each.fresh}")


def likeness(listings: Iterable[Listing]) -> Likeness:
    """How alike the descriptions are."""
    rows = [each for each in listings if each.description]
    used = Counter(s for each in rows for s in set(_SENTENCE.split(each.description)) if len(s.split()) >= 6)
    runs = [_runs(each.description) for each in rows]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, found in enumerate(runs):
        for run in found:
            holders[run].append(index)
    shared = Counter(pair for held in holders.values() for pair in combinations(held, 2))
    likes = {(one, two): both / (len(runs[one]) + len(runs[two]) - both) for (one, two), both in shared.items()}
    nearest = [0.0] * len(rows)
    for (one, two), like in likes.items():
        nearest[one], nearest[two] = max(nearest[one], like), max(nearest[two], like)
    pair = max(likes, key=likes.__getitem__) if likes else None
    sentence, most = used.most_common(1)[0] if used else ("", 0)
    closest, ids = (likes[pair], (rows[pair[0]].id, rows[pair[1]].id)) if pair else (0.0, ("", ""))
    return Likeness(len(used), most, sentence, closest, ids, median(nearest) if nearest else 0.0)


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every five words in a row."""
    words = re.findall(r"[\w’']+", text.casefold())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def counts(listings: Iterable[Listing], today: date) -> Mapping[str, Mapping[str, int]]:
    """How many listings by kind, topic, status, ward and age; the most first."""
    rows = list(listings)
    topics = {kind: Counter(e.topics[0] for e in rows if e.kind == kind and e.topics) for kind in ("care", "activity")}
    found: dict[str, Counter[str]] = {
        "kind": Counter(e.kind for e in rows),
        "origin": Counter("demonstration" if e.demonstration else "real" for e in rows),
        "status": Counter(e.status for e in rows),
        "age": Counter(_age(e.age(today)) for e in rows),
        "ward": Counter(e.ward or "(none)" for e in rows),
        "care": topics["care"],
        "activity": topics["activity"],
    }
    return {name: dict(sorted(count.items(), key=lambda kv: (-kv[1], kv[0]))) for name, count in found.items()}


def _age(days: int | None) -> str:
    if days is None:
        return "never checked"
    for most, words in ((30, "up to 30 days"), (90, "31 to 90 days"), (STALE, f"91 to {STALE} days")):
        if days <= most:
            return words
    return f"over {STALE} days" if days <= 730 else "over 2 years"

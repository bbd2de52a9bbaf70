"""Which listings may be one and the same: candidates, each with a score from 0 to 1 and its reasons.

Three verdicts. *certain*: merged without asking. *likely*: shown to a person. *doubtful*: only listed. Certain takes
more than a high score: the names agree, something beside the name bears it out (a telephone number, a postcode, a
house number, a page, a mailbox), nothing says that they are two places, and they come from two sources, since one
source's own ids are believed. The same organisation at another address is another site and stays apart.

A source holds a thing once, so a listing whose better partner is somebody else loses by that.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from rapidfuzz import fuzz

from triage.directory import blocking
from triage.directory.grounds import against, grounds
from triage.directory.likeness import Alike, compare
from triage.directory.traits import Rarity, Traits, traits
from triage.model import Listing

Verdict = Literal["certain", "likely", "doubtful"]

CERTAIN, LIKELY, LEAST = 0.95, 0.5, 0.1
"""Scores from which a pair may be certain, is shown to a person, and is listed at all."""
SAME_NAME = 0.75
"""How far names must agree for a certain pair."""
_MARGIN, _SLOPE, _MOST = 1.5, 1.5, 4.0
"""A rival costs ``_SLOPE`` for each logit by which it is nearer than ``_MARGIN`` behind, ``_MOST`` at the most."""
_APART = ("door_other", "area_other", "far", "figures", "days_other", "sort_other", "sites")
"""Measures that say two places, two groups or two sessions."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two listings that may be one. ``why`` speaks for it and ``but`` against, the weightiest first."""

    ids: tuple[str, str]
    score: float
    verdict: Verdict
    why: tuple[str, ...]
    but: tuple[str, ...]


def possible_duplicates(listings: Iterable[Listing]) -> tuple[Pair, ...]:
    """The certain and the likely pairs, best first."""
    return tuple(pair for pair in candidates(listings) if pair.verdict != "doubtful")


def candidates(listings: Iterable[Listing], least: float = LEAST) -> tuple[Pair, ...]:
    """Every pair that scores ``least`` or more, best first; the same listings always give the same pairs."""
    resting = gc.isenabled()
    gc.disable()
    try:
        return _candidates(tuple(listings), least)
    finally:
        if resting:
            gc.enable()


def _candidates(held: Sequence[Listing], least: float) -> tuple[Pair, ...]:
    """The pairs, while nobody looks for cycles: none are made here, and looking takes a sixth of the time."""
    rows = [traits(each) for each in held]
    rarity = Rarity(rows)
    firm, loose = blocking.pairs(rows, rarity)
    floor = math.log(least / (1 - least))
    found = []
    for at, to in chain(_halves(firm, rows), _worth(loose, rows, rarity)):
        alike = compare(rows[at], rows[to], rarity)
        logit = alike.logit
        if logit >= floor - _MARGIN:
            found.append((at, to, alike, logit))
    made = []
    for (at, to, alike, _), logit in zip(found, _rivalled(found, rows), strict=True):
        if logit >= floor:
            score = round(1 / (1 + math.exp(-logit)), 4)
            names = held[at], held[to]
            verdict = _verdict(score, alike, rows[at].source != rows[to].source)
            made.append(
                Pair((names[0].id, names[1].id), score, verdict, grounds(*names, alike), against(*names, alike))
            )
    return tuple(sorted(made, key=lambda pair: (-pair.score, pair.ids)))


def _halves(pairs: Iterable[int], rows: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    many = len(rows)
    return (divmod(pair, many) for pair in pairs)


def _worth(pairs: Iterable[int], rows: Sequence[Traits], rarity: Rarity) -> Iterator[tuple[int, int]]:
    """The loose pairs that have the names for it, and no other house number: cheap, since most pairs end here."""
    weights = rarity.name
    sums = [sum([weights[each] for each in row.words]) for row in rows]
    all_doors = [row.doors for row in rows]
    for at, to in _halves(pairs, rows):
        doors, others = all_doors[at], all_doors[to]
        both = doors and others
        if both and doors.isdisjoint(others):
            if _named_alike_nearby(rows[at], rows[to]):
                yield at, to
            continue
        one, two = rows[at], rows[to]
        shared = 2 * sum([weights[each] for each in one.words & two.words])
        if shared >= (0.4 if both else 0.7) * (sums[at] + sums[to]) or fuzz.ratio(
            one.spelt, two.spelt, score_cutoff=80
        ):
            yield at, to


def _named_alike_nearby(one: Traits, two: Traits) -> bool:
    return one.spelt == two.spelt and (one.area == two.area or not (one.area and two.area))


def _rivalled(found: Sequence[tuple[int, int, Alike, float]], rows: Sequence[Traits]) -> list[float]:
    """The evidence for each pair, less what a better partner from the same source takes away."""
    best: dict[tuple[int, str], tuple[float, float]] = {}
    for one, two, _, logit in found:
        for key in ((one, rows[two].source), (two, rows[one].source)):
            first, second = best.get(key, (-math.inf, -math.inf))
            best[key] = (logit, first) if logit > first else (first, max(second, logit))
    made = []
    for one, two, _, logit in found:
        ends = best[one, rows[two].source], best[two, rows[one].source]
        rival = max(second if logit == first else first for first, second in ends)
        made.append(logit - min(_MOST, max(0.0, _SLOPE * (rival - logit + _MARGIN))))
    return made


def _verdict(score: float, alike: Alike, two_sources: bool) -> Verdict:
    of = alike.measures.get
    named = of("name", 0.0) >= SAME_NAME
    if score >= CERTAIN and named and two_sources and alike.borne_out and not any(map(of, _APART)):
        return "certain"
    return "likely" if score >= LIKELY else "doubtful"

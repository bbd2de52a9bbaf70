"""Which listings may be one and the same: candidates, each with a score from 0 to 1 and its reasons.

Three verdicts. *certain*: merged without asking. *likely*: shown to a person. *doubtful*: only listed. Certain takes
more than a high score: the names agree, something beside the name bears it out (a telephone number, a postcode, a
house number, a page, a mailbox), nothing says that they are two places, and they come from two sources, since one
source's own ids are believed. The same organisation at another address is another site and stays apart.

A source holds a thing once, so a listing whose better partner is somebody else loses by that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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
_APART = ("door_other", "area_other", "far", "figures", "days_other")
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
    held = tuple(listings)
    rows = [traits(each) for each in held]
    rarity = Rarity(rows)
    sums = [sum(rarity.name[each] for each in row.words) for row in rows]
    firm, loose = blocking.pairs(rows, rarity)
    found = [(one, two, compare(rows[one], rows[two], rarity)) for one, two in map(_halves(len(rows)), firm)]
    for one, two in map(_halves(len(rows)), loose):
        if _worth(rows[one], rows[two], sums[one] + sums[two], rarity):
            found.append((one, two, compare(rows[one], rows[two], rarity)))
    made = []
    floor = math.log(least / (1 - least))
    for (one, two, alike), logit in zip(found, _rivalled(found, rows), strict=True):
        if logit >= floor:
            score = round(1 / (1 + math.exp(-logit)), 4)
            names = held[one], held[two]
            ids = (held[one].id, held[two].id)
            verdict = _verdict(score, alike, rows[one].source != rows[two].source)
            made.append(Pair(ids, score, verdict, grounds(*names, alike), against(*names, alike)))
    return tuple(sorted(made, key=lambda pair: (-pair.score, pair.ids)))


def _halves(many: int) -> Callable[[int], tuple[int, int]]:
    return lambda pair: divmod(pair, many)


def _worth(one: Traits, two: Traits, total: float, rarity: Rarity) -> bool:
    """Whether a loose pair has the names for it, and no other house number: cheap, since most pairs end here."""
    shared = 2 * sum([rarity.name[each] for each in one.words & two.words])
    if shared < 0.4 * total and not fuzz.ratio(one.spelt, two.spelt, score_cutoff=80):
        return False
    if one.doors and two.doors:
        return not one.doors.isdisjoint(two.doors) or one.spelt == two.spelt
    return shared >= 0.7 * total or fuzz.ratio(one.spelt, two.spelt, score_cutoff=80) > 0


def _rivalled(found: Sequence[tuple[int, int, Alike]], rows: Sequence[Traits]) -> list[float]:
    """The evidence for each pair, less what a better partner from the same source takes away."""
    best: dict[tuple[int, str], tuple[float, float]] = {}
    logits = [alike.logit for _, _, alike in found]
    for (one, two, _), logit in zip(found, logits, strict=True):
        for key in ((one, rows[two].source), (two, rows[one].source)):
            first, second = best.get(key, (-math.inf, -math.inf))
            best[key] = (logit, first) if logit > first else (first, max(second, logit))
    made = []
    for (one, two, _), logit in zip(found, logits, strict=True):
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

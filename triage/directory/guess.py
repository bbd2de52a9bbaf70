"""Which need words that no whole phrase covers most likely speak of: naive Bayes over the callers' phrases.

Every phrase, term and cue of a concept votes with its telling words, with its small words for less, and with each two
words beside each other.
What a word says is how much more often a concept's phrases use it than all phrases do, so a word that every need
uses says nothing. The lexicon alone is the model: an editor who adds a phrase has taught it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from triage.directory.grammar import Code

SMALL, PAIR = 0.35, 0.5
"""What a small word and two words beside each other weigh, where a telling word weighs one."""
SMOOTH = 0.05
"""How many unseen uses of each word a concept is taken to have had, spread as all phrases spread them."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A concept's number, how likely it is beside the others (0 to 1), and where the words that speak for it stand."""

    concept: int
    likely: float
    at: frozenset[int]


class Guesses:
    """What each word says for each concept. ``phrases`` are the concept's number and the phrase's words."""

    def __init__(self, phrases: Iterable[tuple[int, Sequence[Code]]]) -> None:
        used: dict[str, dict[int, float]] = {}
        sizes: dict[int, float] = defaultdict(float)
        for concept, codes in phrases:
            for feature, weight in _named(codes):
                by = used.setdefault(feature, {})
                by[concept] = by.get(concept, 0.0) + weight
                sizes[concept] += weight
        total, unseen = sum(sizes.values()), SMOOTH * len(used)
        self._base = {concept: math.log(unseen / (size + unseen)) for concept, size in sizes.items()}
        self._says: dict[str, list[tuple[int, float]]] = {}
        for feature, by in used.items():
            expected = unseen * sum(by.values()) / total
            self._says[feature] = [(concept, math.log1p(count / expected)) for concept, count in by.items()]

    def knows(self, code: str) -> bool:
        """Whether any phrase uses the word."""
        return code in self._says

    def of(self, codes: Sequence[Code], most: int) -> list[Guess]:
        """The likeliest concepts, the best first."""
        scores: dict[int, float] = defaultdict(float)
        said = 0.0
        known = [(at, weight, self._says[name]) for name, weight, at in features(codes) if name in self._says]
        for _, weight, says in known:
            said += weight
            for concept, worth in says:
                scores[concept] += weight * worth
        for concept in scores:
            scores[concept] += said * self._base[concept]
        if not scores:
            return []
        highest = max(scores.values())
        odds = {concept: math.exp(score - highest) for concept, score in scores.items()}
        total = sum(odds.values())
        best = sorted(odds, key=lambda c: (-odds[c], c))[:most]
        spoken = {
            concept: frozenset(i for at, weight, says in known if weight == 1 and concept in dict(says) for i in at)
            for concept in best
        }
        return [Guess(concept, odds[concept] / total, spoken[concept]) for concept in best]


def features(codes: Sequence[Code]) -> list[tuple[str, float, frozenset[int]]]:
    """What speaks in some words: each word, and each two beside each other; its weight and where it stands."""
    spots = [code.at for code in codes]
    pairs = [a | b for a, b in pairwise([frozenset[int](), *spots, frozenset[int]()])]
    return [(name, weight, at) for (name, weight), at in zip(_named(codes), [*spots, *pairs], strict=True)]


def _named(codes: Sequence[Code]) -> list[tuple[str, float]]:
    words = [code.code for code in codes]
    alone = [(code.code, SMALL if code.small else 1.0) for code in codes]
    return alone + [(f"{a} {b}", PAIR) for a, b in pairwise(["^", *words, "$"])]

"""Which need words that no whole phrase covers most likely speak of: naive Bayes over the callers' phrases.

Every phrase, term and cue of a concept votes with its telling words, with its small words for less, and with each two
words beside each other.
What a word says is how much more often a concept's phrases use it than all phrases do, so a word that every need
uses says nothing. The lexicon alone is the model: an editor who adds a phrase has taught it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from triage.directory.grammar import Code

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
        import numpy as np

        used: dict[str, dict[int, float]] = {}
        sizes: dict[int, float] = defaultdict(float)
        for concept, codes in phrases:
            for feature, weight in _named(codes):
                by = used.setdefault(feature, {})
                by[concept] = by.get(concept, 0.0) + weight
                sizes[concept] += weight
        total, unseen = sum(sizes.values()), SMOOTH * len(used)
        self._base = np.zeros(max(sizes, default=-1) + 1)
        for concept, size in sizes.items():
            self._base[concept] = math.log(unseen / (size + unseen))
        self._says: dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], frozenset[int]]] = {}
        for feature, by in used.items():
            expected = unseen * sum(by.values()) / total
            worth = np.array([math.log1p(count / expected) for count in by.values()])
            self._says[feature] = np.array([*by], np.intp), worth, frozenset(by)
        self.weigh = lru_cache(maxsize=512)(self._weigh)

    def knows(self, code: str) -> bool:
        """Whether any phrase uses the word."""
        return code in self._says

    def of(self, codes: Sequence[Code], most: int) -> tuple[Mapping[int, float], list[Guess]]:
        """How likely each concept is that any word speaks for, and the likeliest, the best first."""
        return self.weigh(tuple(spoken for spoken in features(codes) if spoken[0] in self._says), most)

    def _weigh(
        self, spoken: tuple[tuple[str, float, frozenset[int]], ...], most: int
    ) -> tuple[Mapping[int, float], list[Guess]]:
        """What the features that any phrase has say together: a word half typed changes nothing."""
        import numpy as np

        known = [(at, weight, self._says[name]) for name, weight, at in spoken]
        if not known:
            return {}, []
        scores, named = np.zeros(len(self._base)), np.zeros(len(self._base), np.bool_)
        said = 0.0
        for _, weight, (concepts, worth, _) in known:
            said += weight
            scores[concepts] += weight * worth
            named[concepts] = True
        heard = named.nonzero()[0]
        score = (scores + said * self._base)[heard]
        odds = np.exp(score - score.max())
        odds /= odds.sum()
        likely = dict(zip(heard.tolist(), odds.tolist(), strict=True))
        best = heard[np.lexsort((heard, -odds))[:most]].tolist()
        telling = [(at, says[2]) for at, weight, says in known if weight == 1]
        places = {c: frozenset(i for at, concepts in telling if c in concepts for i in at) for c in best}
        return likely, [Guess(concept, likely[concept], places[concept]) for concept in best]


def features(codes: Sequence[Code]) -> list[tuple[str, float, frozenset[int]]]:
    """What speaks in some words: each word, and each two beside each other; its weight and where it stands."""
    spots = [code.at for code in codes]
    pairs = [a | b for a, b in pairwise([frozenset[int](), *spots, frozenset[int]()])]
    return [(name, weight, at) for (name, weight), at in zip(_named(codes), [*spots, *pairs], strict=True)]


def _named(codes: Sequence[Code]) -> list[tuple[str, float]]:
    words = [code.code for code in codes]
    alone = [(code.code, SMALL if code.small else 1.0) for code in codes]
    return alone + [(f"{a} {b}", PAIR) for a, b in pairwise(["^", *words, "$"])]

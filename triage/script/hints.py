"""Small signs: words that mean little alone but add up, for what no sign in the phrase file foresees.

Every word, and every pair of words, has a weight learnt from told stories (``tests/bench/weigh.py``): “asks me for”
and “his mates” weigh for a sign, “I'd like to know” weighs against one. Where the weights of a stretch of talk add
up to more than the kind's threshold, the stretch is worth a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from triage.script.words import Word, stem

STRETCH = 80
"""Words that are weighed together: about what a caller says in one breath, and what the weights were learnt on."""
_PIECE = 40
"""Words after which talk without a full stop is cut."""
_SHOWN = 8
"""Words that a prompt shows."""
_NUMBER = re.compile(
    r"\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand"
)
KIN, NUMBER = "~kin", "~number"
"""What all kin words, and all numbers, count as: only the words beside them tell anything."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of one kind: what each word (a stem) and each pair of words (``"stem stem"``) adds to ``bias``.

    A stretch with more than ``threshold`` is worth a question.
    """

    bias: float
    threshold: float
    of: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of talk: the weight it has, and where in the text its most telling words stand."""

    weight: float
    start: int
    end: int


def classes(words: Sequence[Word], kin: frozenset[str]) -> list[str]:
    """Words as they are weighed: stems, with kin words and numbers as one each, and ``!`` before what is denied."""
    return [_class(word, kin) for word in words]


def _class(word: Word, kin: frozenset[str]) -> str:
    if word.word in kin:
        return KIN
    if _NUMBER.fullmatch(word.word):
        return NUMBER
    return f"!{stem(word.word)}" if word.denied >= 0 else stem(word.word)


def features(known: Sequence[str]) -> set[str]:
    """The words and pairs of a stretch, once each."""
    return {w for w in known if w not in (KIN, NUMBER)} | {f"{a} {b}" for a, b in pairwise(known)}


def heaviest(words: Sequence[Word], weights: Weights, kin: frozenset[str]) -> Stretch | None:
    """The stretch with the most weight, when that is more than the threshold."""
    known = classes(words, kin)
    best: tuple[float, int, int] | None = None
    for first, last in _stretches(words):
        weight = weights.bias + sum(weights.of.get(f, 0.0) for f in features(known[first:last]))
        if weight > weights.threshold and (best is None or weight > best[0]):
            best = (weight, first, last)
    if best is None:
        return None
    weight, first, last = best
    start, end = _telling(known, weights, first, last)
    return Stretch(weight, words[start].start, words[end - 1].end)


def _stretches(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """(first, after the last) of the stretches: the whole of a short text, else whole sentences together."""
    if len(words) <= STRETCH:
        if words:
            yield 0, len(words)
        return
    begins = [0]
    for i in range(1, len(words)):
        if words[i].sentence != words[i - 1].sentence or i - begins[-1] >= _PIECE:
            begins.append(i)
    begins.append(len(words))
    done = 0
    for n, first in enumerate(begins[:-1]):
        last = max((b for b in begins[n + 1 :] if b - first <= STRETCH), default=begins[n + 1])
        if last > done:
            yield first, last
            done = last


def _telling(known: Sequence[str], weights: Weights, first: int, last: int) -> tuple[int, int]:
    """The few words in a row that weigh most."""
    alone = [weights.of.get(w, 0.0) for w in known]

    def weight(start: int, end: int) -> float:
        pairs = (weights.of.get(f"{a} {b}", 0.0) for a, b in pairwise(known[start:end]))
        return sum(alone[start:end]) + sum(pairs)

    runs = ((s, min(s + size, last)) for s in range(first, last) for size in range(3, _SHOWN + 1))
    return max(runs, key=lambda run: weight(*run))

"""Small signs: words that mean little alone but add up, and everyday talk that a sign is weighed against.

What is heard has weights learnt from told stories (``tests/bench/weigh.py``): each word, each two words in a row,
each family of words (``<money>``) and any sign of the phrase file (:data:`SIGN`). “His mates” weighs for a sign, “I'd
like to know” against one. Where the weights of a stretch of talk add up to more than the kind's threshold, the
stretch is worth a question.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from triage.script.words import Word, stem

STRETCH = 80
"""Words that are weighed together: about what a caller says in one breath, and what the weights were learnt on."""
LEAST_WORDS = 8
"""Words that small signs need: fewer are still being said or typed."""
_STRIDE = 40
"""Words after which the next stretch begins."""
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
    """Of one kind: what each thing heard (the names of :func:`heard`) adds to ``bias``.

    A stretch with more than ``threshold`` is worth a question.
    """

    bias: float
    threshold: float
    of: Mapping[str, float]


SIGN = "[sign]"
"""What a sign of the phrase file counts as, of its own kind; one of a kind without weights is named (``[carer]``)."""


Piece = tuple[str, int, int]
"""Something heard: its name among the weights, and where in the text it begins and ends."""


class Stretch(NamedTuple):
    """A stretch of talk: the weight it has, and where in the text it stands."""

    weight: float
    start: int
    end: int


def classes(words: Sequence[Word], kin: frozenset[str]) -> list[str]:
    """Words as they are weighed: stems, with kin words and numbers as one each, and ``!`` before what is denied."""
    return [_class(word, kin) for word in words]


def _class(word: Word, kin: frozenset[str]) -> str:
    if word.word in kin:
        return KIN
    known = _plain(word.word)
    return f"!{known}" if word.denied >= 0 and known != NUMBER else known


@lru_cache(maxsize=16384)
def _plain(word: str) -> str:
    return NUMBER if _NUMBER.fullmatch(word) else stem(word)


def weighed(words: Sequence[Word], kin: frozenset[str]) -> Iterator[Piece]:
    """The words, and each two in a row, in order."""
    before, start = "", 0
    for word, known in zip(words, classes(words, kin), strict=True):
        if known not in (KIN, NUMBER):
            yield known, word.start, word.end
        if before:
            yield f"{before} {known}", start, word.end
        before, start = known, word.start


def heavy(pieces: Iterable[Piece], places: Sequence[tuple[int, int]], weights: Weights) -> list[Stretch]:
    """The stretches with more weight than the threshold. ``places`` are from :func:`stretches`."""
    of = weights.of
    known = sorted([(start, end, name) for name, start, end in pieces if name in of])
    found: list[Stretch] = []
    for first, last in places:
        inside = known[bisect_left(known, (first,)) : bisect_left(known, (last,))]
        total = weights.bias + sum([of[name] for name in {name for _, end, name in inside if end <= last}])
        if total > weights.threshold:
            found.append(Stretch(total, first, last))
    return found


def stretches(words: Sequence[Word]) -> list[tuple[int, int]]:
    """(start, end) in the text of the stretches: the whole of a short text, else whole sentences together."""
    return [(words[first].start, words[last - 1].end) for first, last in _runs(words)]


def _runs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
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
    previous = -_STRIDE
    for n, first in enumerate(begins[:-1]):
        last = max((b for b in begins[n + 1 :] if b - first <= STRETCH), default=begins[n + 1])
        if last > done and (first - previous >= _STRIDE or first >= done):
            yield first, last
            done, previous = last, first


def telling(words: Sequence[Word], pieces: Sequence[Piece], stretch: Stretch, weights: Weights) -> tuple[int, int]:
    """Where the few words in a row stand that weigh most in the stretch."""
    inside = [w for w in words if stretch.start <= w.start and w.end <= stretch.end]
    share = dict.fromkeys((w.start for w in inside), 0.0)
    for name, start, end in pieces:
        weight = weights.of.get(name, 0.0)
        if weight and stretch.start <= start and end <= stretch.end:
            own = [w.start for w in inside if start <= w.start and w.end <= end]
            for place in own:
                share[place] += weight / len(own)
    alone = [share[w.start] for w in inside]
    runs = ((s, e) for s in range(len(inside)) for e in range(s + 1, min(s + _SHOWN, len(inside)) + 1))
    first, last = max(runs, key=lambda run: (sum(alone[run[0] : run[1]]), run[0] - run[1]))
    return inside[first].start, inside[last - 1].end

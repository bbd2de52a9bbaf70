"""What words are worth in which listings: postings of one word, of everything that starts so, of a whole concept.

A piece is a pair of arrays: listings in order, and how well each fits (0 to 1). Pieces are kept from one key to the
next. A word, or a beginning, that stands in very many listings is a *big* piece: it gives only its best listings, and
is looked up in those that other words found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from triage.directory.lexicon import Concept
from triage.directory.postings import WINDOW, Floats, Ints, Numbers, Postings
from triage.directory.spelling import Reading, Vocabulary
from triage.directory.words import tokens

BIG = 40_000
"""Postings from which only the best listings of a word are gone through."""
BEST = 4_000
"""How many of them."""
LOOKED_UP = 3_000
"""Listings, at most, in which a beginning that very many have is looked up."""
FADE, ALSO = 0.05, 0.15
"""What each further term of a concept is worth less; and what a listing gains by having several of them."""
PASSING = 0.8
"""What a term of one word is worth that a listing only mentions in passing."""
HEADED = 0.6
"""A word this telling stands in the name or the topics."""
TELLING = 3.0
"""How rare (in idf) a term must be to stand for its concept fully: every other listing mentions *equipment*."""


def _once(docs: Numbers) -> Numbers:
    """Each listing once, in order."""
    docs = np.sort(docs)
    first = np.ones(len(docs), np.bool_)
    np.not_equal(docs[1:], docs[:-1], out=first[1:])
    return docs[first]


@dataclass(frozen=True)
class Piece:
    """``df`` counts all listings, also those a big piece leaves out; ``rest`` are the readings that are left to be
    looked up in it.
    """

    docs: Numbers
    worth: Floats
    df: int
    rest: tuple[Reading, ...] = ()
    best: float = field(default=0.0)


def piece(docs: Numbers, worth: Floats, df: int | None = None, rest: tuple[Reading, ...] = ()) -> Piece:
    """A piece, with its best worth."""
    return Piece(docs, worth, len(docs) if df is None else df, rest, float(worth.max(initial=0)))


NONE = np.zeros(0, np.intp), np.zeros(0, np.float32)
"""No listings, and their worths."""


class Pieces:
    """The pieces of one directory; ``ids`` are the listings by their ids."""

    def __init__(self, postings: Postings, vocabulary: Vocabulary, number_of: Callable[[str], int | None]) -> None:
        self.postings, self.vocabulary, self.count = postings, vocabulary, len(postings.names)
        self._number_of = number_of
        self._scratch = np.zeros(self.count, np.float32)
        self.word = lru_cache(maxsize=512)(self._word)
        self.concept = lru_cache(maxsize=512)(self._concept)
        self._exactly = lru_cache(maxsize=2048)(self._exact)
        self._top = lru_cache(maxsize=4096)(self._champions)

    def warm(self) -> None:
        """Find the best listings of every word and every beginning that very many have."""
        if len(self.postings.docs) <= BIG:
            return
        sizes = np.diff(self.postings.ptr)
        for word in np.flatnonzero(sizes > BIG).tolist():
            self._top(word, word + 1)
        beginnings = [""]
        while beginnings:
            longer = [b + c for b in beginnings for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
            slices = ((b, self.vocabulary.start(b)) for b in longer)
            big = [(b, low, high) for b, (low, high) in slices if self.postings.df(low, high) > BIG]
            for _, low, high in big:
                self._top(low, high)
            beginnings = [b for b, _, _ in big]

    def on(self, candidates: Numbers, found: Piece) -> Floats:
        """What a piece is worth in each of some listings."""
        if candidates is found.docs:
            return found.worth
        worth = self._scratch
        worth[found.docs] = found.worth
        values: Floats = worth.take(candidates)
        worth[found.docs] = 0
        for reading in found.rest:
            if reading.high - reading.low == 1 or len(candidates) <= LOOKED_UP:
                values = np.maximum(values, self._lookup(candidates, reading))
        return values

    def union(self, found: list[Piece]) -> Numbers:
        """Every listing that any of the pieces has, in order."""
        if len(found) <= 1:
            return found[0].docs if found else NONE[0]
        if sum(len(p.docs) for p in found) * 50 < self.count:
            return _once(np.concatenate([p.docs for p in found]))
        seen = np.zeros(self.count, np.bool_)
        for p in found:
            seen[p.docs] = True
        return seen.nonzero()[0]

    def _word(self, word: str, last: bool) -> Piece:
        """What a typed word is worth, in every way to read it."""
        p = self.postings
        here: Ints | Numbers
        docs, worth, rest, df = [], [], [], 0
        for reading in sorted(self.vocabulary.read(word, last), key=lambda r: r.quality):
            low, high = p.ptr[reading.low], p.ptr[reading.high]
            df += int(high - low)
            if high - low > BIG:
                rest.append(reading)
                here, impact = self._top(reading.low, reading.high)
            else:
                here, impact = p.docs[low:high], p.impact[low:high]
            docs.append(here)
            worth.append(impact * np.float32(reading.quality))
        merged = self._best(docs, worth)
        return piece(*merged, min(df, self.count) if rest else None, tuple(rest))

    def _best(self, docs: Sequence[Ints | Numbers], worth: Sequence[Floats]) -> tuple[Numbers, Floats]:
        """Each listing once, with the best of its worths."""
        if not docs:
            return NONE
        if len(docs) == 1:
            every, worths = docs[0].astype(np.intp), worth[0]
            if len(every) < 2 or bool((every[1:] > every[:-1]).all()):
                return every, worths
        else:
            every, worths = np.concatenate(docs, dtype=np.intp), np.concatenate(worth)
        best = self._scratch
        np.maximum.at(best, every, worths)
        few = len(every) * 50 < self.count
        found = _once(every) if few else (best > 0).nonzero()[0]
        values = best.take(found)
        best[found] = 0
        return found, values

    def _champions(self, low: int, high: int) -> tuple[Numbers, Floats]:
        """The best listings of a slice of words, each once."""
        p = self.postings
        begin, end = p.ptr[low], p.ptr[high]
        top = np.argpartition(p.impact[begin:end], -2 * BEST)[-2 * BEST :] + begin
        docs, worth = self._best([p.docs[top]], [p.impact[top]])
        if len(docs) > BEST:
            kept = np.sort(np.argpartition(worth, -BEST)[-BEST:])
            docs, worth = docs[kept], worth[kept]
        return docs, worth

    def _lookup(self, candidates: Numbers, reading: Reading) -> Floats:
        """What a slice of words is worth in some listings, looked up one by one."""
        p = self.postings
        values = np.zeros(len(candidates), np.float32)
        if reading.high - reading.low == 1:
            low, high = p.ptr[reading.low], p.ptr[reading.high]
            narrow = candidates.astype(np.int32)
            at = np.minimum(np.searchsorted(p.docs[low:high], narrow), high - low - 1) + low
            there = p.docs[at] == narrow
            values[there] = p.impact[at[there]] * np.float32(reading.quality)
            return values
        begin, end = p.forward_ptr[candidates], p.forward_ptr[candidates + 1]
        sizes = end - begin
        offsets = np.cumsum(sizes) - sizes
        words = p.forward[np.arange(sizes.sum()) + np.repeat(begin - offsets, sizes)]
        inside = (words >= reading.low) & (words < reading.high)
        counted = np.add.reduceat(np.append(inside, False), np.minimum(offsets, len(inside)))
        values[(counted > 0) & (sizes > 0)] = 0.5 * reading.quality
        return values

    def _concept(self, concept: Concept) -> Piece:
        """How well listings fit a concept: by its terms, its slugs, or by being the very service."""
        terms = []
        for place, (term, _) in enumerate(concept.calls):
            docs, worth = self._term(tuple(tokens(term)))
            if len(docs):
                rare = math.log(1 + self.count / len(docs)) / TELLING
                terms.append((docs, worth * np.float32(max(0.7, 1 - FADE * place) * min(1.0, 0.5 + 0.5 * rare))))
        itself = [self._number_of(slug) for slug in concept.services]
        numbers = np.array([n for n in itself if n is not None], np.intp)
        merged = self.union([piece(np.sort(numbers), np.ones(len(numbers), np.float32)), *(piece(*t) for t in terms)])
        best, rest = np.zeros(len(merged), np.float32), np.zeros(len(merged), np.float32)
        for docs, worth in terms:
            at = np.searchsorted(merged, docs)
            rest[at] += np.minimum(best[at], worth)
            best[at] = np.maximum(best[at], worth)
        best += np.float32(ALSO) * np.minimum(rest, 2)
        for place, number in enumerate(itself):
            if number is not None:
                where = np.searchsorted(merged, number)
                best[where] = max(best[where], 1.15 - 0.06 * place)
        return piece(merged, best, int(np.count_nonzero(best > 0.2)))

    def _term(self, words: tuple[str, ...]) -> tuple[Numbers, Floats]:
        """How telling a term is in each listing that has all its words, in descriptions near each other."""
        if not words:
            return NONE
        words = tuple(sorted(words, key=lambda word: len(self._exactly(word)[0])))
        docs, worth = self._exactly(words[0])
        if len(words) == 1:
            if len(docs) > BIG:
                best = np.sort(np.argpartition(worth, -BEST)[-BEST:])
                docs, worth = docs[best], worth[best]
            return docs, np.where(worth < HEADED, worth * np.float32(PASSING), worth)
        for word in words[1:]:
            others, worths = self._exactly(word)
            if not len(others) or not len(docs):
                return NONE
            at = np.minimum(np.searchsorted(others, docs), len(others) - 1)
            both = others[at] == docs
            docs, worth = docs[both], np.minimum(worth[both], worths[at[both]])
        if not len(docs):
            return docs, worth
        kept = (worth >= HEADED) | np.isin(docs, self._together(words))
        return docs[kept], worth[kept]

    def _together(self, words: tuple[str, ...]) -> Numbers:
        """The listings whose description has the words within a few words of each other."""
        first = self._places(words[0])
        for word in words[1:]:
            places = self._places(word)
            nearest = np.searchsorted(places, first - WINDOW)
            near = np.append(places, np.iinfo(np.int64).max)[nearest] <= first + WINDOW
            first = first[near]
        return np.searchsorted(self.postings.starts, first, side="right") - 1

    def _places(self, word: str) -> npt.NDArray[np.int64]:
        p = self.postings
        slices = [p.places[p.place_ptr[id_] : p.place_ptr[id_ + 1]] for id_ in self._alike(word)]
        return np.sort(np.concatenate(slices).astype(np.int64)) if slices else np.zeros(0, np.int64)

    def _alike(self, word: str) -> set[int]:
        exact = self.vocabulary.find(word)
        return {*self.vocabulary.kin(word), *([exact] if exact >= 0 else [])}

    def _exact(self, word: str) -> tuple[Numbers, Floats]:
        """What a word itself is worth, and with another ending."""
        p, exact = self.postings, self.vocabulary.find(word)
        docs, worth = [], []
        for id_ in self._alike(word):
            low, high = p.ptr[id_], p.ptr[id_ + 1]
            docs.append(p.docs[low:high])
            worth.append(p.impact[low:high] * np.float32(1.0 if id_ == exact else 0.93))
        return self._best(docs, worth)

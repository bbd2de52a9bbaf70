"""How well each listing answers a query: words, concepts and places first, whole names next, distance last.

All scores are arrays over the listings, so a key typed costs a few passes over them; what a word or a concept is
worth is kept from one key to the next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from triage.directory.lexicon import Concept
from triage.directory.places import Places, Point
from triage.directory.postings import Floats, build
from triage.directory.query import Query, Word
from triage.directory.spelling import Vocabulary
from triage.directory.words import tokens
from triage.model import Listing

Mask = npt.NDArray[np.bool_]
HEAD = 60
"""Listings whose whole names are compared."""
COVER = 0.4
"""What each required word found adds, in idf, however little it says where it was found."""
MEANT = 1.6
"""What a concept is worth beside a word."""
NEAR = 4.0
"""Kilometres from a place within which a listing counts as there, less and less."""
UNPLACED = 8.0
"""Kilometres a listing without a place counts as, when ranking by distance."""


@dataclass(frozen=True)
class Ranked:
    """The listings that answer: ``order`` and ``score`` (0 to 1) for the first of them, ``found`` for all."""

    order: tuple[int, ...]
    score: tuple[float, ...]
    found: Mask
    km: Floats | None = None


class Ranking:
    """The index of one directory. ``listings`` are in the order that ties fall in."""

    def __init__(self, listings: Sequence[Listing], places: Places) -> None:
        self.count = len(listings)
        self.postings = build(listings)
        self.vocabulary = Vocabulary(self.postings.words, self.postings.df)
        points = [places.of(listing) for listing in listings]
        self.lat = np.array([p[0] if p else np.nan for p in points], np.float64)
        self.lon = np.array([p[1] if p else np.nan for p in points], np.float64)
        self._ids: dict[str, int] = {}
        for number, listing in enumerate(listings):
            self._ids.setdefault(listing.source_id, number)
        self._ids.update({listing.id: number for number, listing in enumerate(listings)})
        self._word = lru_cache(maxsize=256)(self._one_word)
        self._concept = lru_cache(maxsize=256)(self._one_concept)
        self.distances = lru_cache(maxsize=16)(self._distances)

    def rank(self, query: Query, mask: Mask, near: Point | None, limit: int) -> Ranked:
        """Rank the listings that ``mask`` lets through."""
        near = near or (query.spot.point if query.spot else None)
        km = self.distances(near) if near else None
        text, found = self._text(query, km)
        closeness = 1 - 0.22 * km / (km + 3) if km is not None else None
        if closeness is not None:
            text = text * closeness
        shown = np.where(found & mask, text, 0)
        wanted = max(limit, HEAD)
        top = np.argpartition(-shown, wanted)[:wanted] if wanted < self.count else np.arange(self.count)
        top = top[shown[top] > 0]
        bonus = self._names(query, top)
        if closeness is not None:
            bonus = bonus * closeness[top]
        final = shown[top] + bonus
        best = np.lexsort((top, -np.round(final, 6)))[:limit]
        order, score = top[best], np.clip(final[best] / 1.65, 0, 1)
        return Ranked(tuple(order.tolist()), tuple(np.round(score, 4).tolist()), found, km)

    def readings(self, word: Word) -> tuple[Any, ...]:
        """What a word of the query was read as, in the directory's words."""
        return self.vocabulary.read(word.text, word.last)

    def _text(self, query: Query, km: Floats | None) -> tuple[Floats, Mask]:
        raw = np.zeros(self.count, np.float32)
        share = np.zeros(self.count, np.float32)
        meant = np.zeros(self.count, np.bool_)
        ideal = needed = 0.0
        joined = self._joined(query)
        for word in query.words:
            worth, df = self._word(word.text, word.last)
            for other in joined.get(word.at, ()):
                worth = np.maximum(worth, self._word(other, word.last)[0] * 0.9)
                df = max(df, int(np.count_nonzero(worth)))
            if word.place and km is not None:
                there = np.clip(0.75 * (1 - km / NEAR), 0, 0.75).astype(np.float32)
                worth = np.maximum(worth, there)
            idf = math.log(1 + (self.count - df + 0.5) / (df + 0.5))
            raw += np.float32(word.weight * idf) * worth
            if word.required:
                here = worth > 0
                raw += np.float32(COVER * idf * word.weight) * here
                share += np.float32(idf) * here
                needed += idf
                ideal += idf * word.weight * (1 + COVER)
        for idea in query.meaning.ideas:
            worth, df = self._concept(idea.concept)
            if not df:
                continue
            idf = min(4.0, max(1.5, math.log(1 + (self.count - df + 0.5) / (df + 0.5))))
            raw += np.float32(MEANT * idf * idea.weight) * worth
            ideal += MEANT * idf * idea.weight
            meant |= worth > 0.2
        found = meant | (share >= 0.5 * needed) if needed else meant
        return raw / np.float32(max(ideal, 1e-6)), found & (raw > 0)

    def _joined(self, query: Query) -> dict[int, list[str]]:
        """Words written apart that the directory writes as one: *food bank* is *foodbank*."""
        found: dict[int, list[str]] = {}
        for a, b in pairwise(query.words):
            if b.at == a.at + 1 and self.vocabulary.find(a.text + b.text) >= 0:
                found.setdefault(a.at, []).append(a.text + b.text)
                found.setdefault(b.at, []).append(a.text + b.text)
        return found

    def _one_word(self, word: str, last: bool) -> tuple[Floats, int]:
        """What a word is worth in each listing, and how many have it."""
        worth = np.zeros(self.count, np.float32)
        p = self.postings
        for reading in self.vocabulary.read(word, last):
            low, high = p.ptr[reading.low], p.ptr[reading.high]
            docs, impact = p.docs[low:high], p.impact[low:high] * np.float32(reading.quality)
            if reading.high - reading.low == 1:
                worth[docs] = np.maximum(worth[docs], impact)
            else:
                np.maximum.at(worth, docs, impact)
        return worth, int(np.count_nonzero(worth))

    def _one_concept(self, concept: Concept) -> tuple[Floats, int]:
        """How well each listing fits a concept: by its terms, its slugs, or by being the very service."""
        best = np.zeros(self.count, np.float32)
        for place, term in enumerate((*concept.terms, *(s.replace("-", " ") for s in concept.services))):
            trust = np.float32(max(0.7, 1 - 0.04 * place))
            parts = [self._exactly(word) for word in tokens(term)]
            if parts:
                np.maximum(best, np.minimum.reduce(parts) * trust, out=best)
        for place, slug in enumerate(concept.services):
            if slug in self._ids:
                best[self._ids[slug]] = max(best[self._ids[slug]], 1.15 - 0.06 * place)
        return best, int(np.count_nonzero(best > 0.2))

    @lru_cache(maxsize=4096)  # noqa: B019 - an index lives as long as its directory
    def _exactly(self, word: str) -> Floats:
        worth = np.zeros(self.count, np.float32)
        p = self.postings
        exact = self.vocabulary.find(word)
        for id_ in {*self.vocabulary.kin(word), *([exact] if exact >= 0 else [])}:
            low, high = p.ptr[id_], p.ptr[id_ + 1]
            quality = np.float32(1.0 if id_ == exact else 0.93)
            docs = p.docs[low:high]
            worth[docs] = np.maximum(worth[docs], p.impact[low:high] * quality)
        return worth

    def _names(self, query: Query, top: npt.NDArray[np.int64]) -> Floats:
        """What whole names add: how alike they are, whether they start so, whether they are the same."""
        meant = any(idea.whole for idea in query.meaning.ideas)
        typed = query.text
        found = np.zeros(len(top), np.float32)
        for place, number in enumerate(top.tolist()):
            name = self.postings.names[number]
            alike = (
                0.6 * fuzz.token_set_ratio(typed, name)
                + 0.2 * fuzz.partial_ratio(typed, name)
                + 0.2 * fuzz.ratio(typed, name)
            )
            close = max(0.0, alike / 100 - 0.35) / 0.65
            found[place] = 0.35 * close * close if meant else 0.5 * close
            if name.startswith(typed):
                found[place] += 0.12 + (0.15 if name == typed else 0)
        return found

    def _distances(self, near: Point) -> Floats:
        """Kilometres from ``near`` to each listing, ``UNPLACED`` for those without a place."""
        lat1, lat2 = math.radians(near[0]), np.radians(self.lat)
        north, east = lat2 - lat1, np.radians(self.lon) - math.radians(near[1])
        half = np.sin(north / 2) ** 2 + math.cos(lat1) * np.cos(lat2) * np.sin(east / 2) ** 2
        km = 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(1, half)))
        return np.where(np.isnan(km), UNPLACED, km).astype(np.float32)

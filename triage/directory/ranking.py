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

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from triage.directory.lexicon import Concept
from triage.directory.places import Places, Point
from triage.directory.postings import WINDOW, Floats, Ints, build
from triage.directory.query import Query
from triage.directory.spelling import Vocabulary
from triage.directory.words import tokens
from triage.model import Listing

Mask = npt.NDArray[np.bool_]
FAINT = 0.3
"""A listing that answers less than this share of what the best does hasn't been found."""
HEAD = 60
"""Listings whose whole names are compared."""
COVER = 0.4
"""What each required word found adds, in idf, however little it says where it was found."""
MEANT = 1.6
"""What a concept is worth beside a word."""
LITERAL = 0.25
"""What words that stand for a concept lose when they are taken as they stand: only a whole name makes up for it."""
NAMED = 0.05
"""What being the very words of a name adds, in another order or misspelt."""
FADE, ALSO = 0.05, 0.15
"""What each further term of a concept is worth less; and what a listing gains by having several of them."""
PASSING = 0.8
"""What a term of one word is worth that a listing only mentions in passing."""
HEADED = 0.6
"""A word this telling stands in the name or the topics."""
PLAIN = 0.6
"""What a concept of one word is worth when the directory itself uses that word in a name or a topic."""
RARE = 4.0
"""The most that being rare counts for a concept, and for a word that is part of one."""
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

    def rank(self, query: Query, mask: Mask, near: Point | None, limit: int, preferred: Mask | None = None) -> Ranked:
        """Rank the listings that ``mask`` lets through, ``preferred`` ones (open on the day asked for) a little up."""
        near = near or (query.spot.point if query.spot else None)
        km = self.distances(near) if near else None
        meant, literal, found = self._text(query, km)
        if preferred is not None:
            meant = meant * np.where(preferred, np.float32(1.15), np.float32(1))
        text = np.where(found, np.maximum(meant, literal - LITERAL), 0)
        found = found & (text >= FAINT * text.max(initial=0)) & (text > 0)
        shown = np.where(found & mask, text, 0)
        closeness = 1 - 0.28 * km / (km + 3) if km is not None else np.ones(1, np.float32)
        wanted = max(limit, HEAD)
        shown = shown * closeness
        top = np.argpartition(-shown, wanted)[:wanted] if wanted < self.count else np.arange(self.count)
        top = top[shown[top] > 0]
        close, same = self._names(query, top)
        if any(idea.whole for idea in query.meaning.ideas):
            named = np.where(same >= NAMED, literal[top] - LITERAL + 0.5 * close + same, 0)
            final = np.maximum(meant[top] + 0.35 * close * close, named)
        else:
            final = meant[top] + 0.5 * close + same
        final = final * (closeness[top] if km is not None else 1)
        best = np.lexsort((top, -np.round(final, 6)))[:limit]
        order, score = top[best], np.clip(final[best].astype(np.float64) / 1.65, 0, 1)
        return Ranked(tuple(order.tolist()), tuple(np.round(score, 4).tolist()), found, km)

    def number_of(self, id_: str) -> int | None:
        """The number of the listing with that id."""
        return self._ids.get(id_)

    def words_of(self, number: int) -> dict[int, str]:
        """The words of one listing, by their ids."""
        p = self.postings
        ids: list[int] = p.forward[p.forward_ptr[number] : p.forward_ptr[number + 1]].tolist()
        return {id_: p.words[id_] for id_ in ids}

    def _text(self, query: Query, km: Floats | None) -> tuple[Floats, Floats, Mask]:
        """What each listing is worth as the words are meant, and as they stand; and which listings count as found."""
        raw, literal = np.zeros(self.count, np.float32), np.zeros(self.count, np.float32)
        share = np.zeros(self.count, np.float32)
        meant = np.zeros(self.count, np.bool_)
        ideal = needed = plain = 0.0
        joined = self._joined(query)
        has: dict[int, float] = {}
        for word in query.words:
            worth, df = self._word(word.text, word.last)
            has[word.at] = float(worth.max(initial=0))
            for other in joined.get(word.at, ()):
                worth = np.maximum(worth, self._word(other, word.last)[0] * 0.9)
                df = max(df, int(np.count_nonzero(worth)))
            if word.place and km is not None:
                there = np.clip(0.75 * (1 - km / NEAR), 0, 0.75).astype(np.float32)
                worth = np.maximum(worth, there)
            idf = math.log(1 + (self.count - df + 0.5) / (df + 0.5))
            gain = np.float32(word.weight * (min(idf, RARE) if word.covered else idf)) * worth
            raw += gain
            if word.required or word.covered:
                here = worth > 0
                literal += np.float32(idf) * (worth + np.float32(COVER) * here)
                plain += idf * (1 + COVER)
                if word.required:
                    raw += np.float32(COVER * idf * word.weight) * here
                    share += np.float32(idf) * here
                    needed += idf
                    ideal += idf * word.weight * (1 + COVER)
            else:
                literal += gain
        for idea in query.meaning.ideas:
            worth, df = self._concept(idea.concept)
            if not df:
                continue
            idf = min(RARE, max(1.5, math.log(1 + (self.count - df + 0.5) / (df + 0.5))))
            named = len(idea.at) == 1 and has.get(min(idea.at), 0) >= HEADED * 0.75
            weight = MEANT * idf * idea.weight * (PLAIN if named else 1)
            raw += np.float32(weight) * worth
            ideal += weight
            meant |= worth > 0.2
        found = meant | (share >= 0.4 * needed) if needed else meant
        if not found.any():
            found = share > 0
        literal = literal / np.float32(max(plain, 1e-6))
        if plain > needed:
            found = found | (literal > 0.7)
        return raw / np.float32(max(ideal, 1e-6)), literal, found & (raw > 0)

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
        best, rest = np.zeros(self.count, np.float32), np.zeros(self.count, np.float32)
        for place, (term, _) in enumerate(concept.calls):
            worth = self._term(tuple(tokens(term))) * np.float32(max(0.7, 1 - FADE * place))
            rest += np.minimum(best, worth)
            np.maximum(best, worth, out=best)
        best += np.float32(ALSO) * np.minimum(rest, 2)
        for place, slug in enumerate(concept.services):
            if slug in self._ids:
                best[self._ids[slug]] = max(best[self._ids[slug]], 1.15 - 0.06 * place)
        return best, int(np.count_nonzero(best > 0.2))

    def _term(self, words: tuple[str, ...]) -> Floats:
        """How telling a term is in each listing that has all its words, in descriptions near each other."""
        if not words:
            return np.zeros(self.count, np.float32)
        if len(words) == 1:
            worth = self._exactly(words[0])
            return np.where(worth < HEADED, worth * np.float32(PASSING), worth)
        worth = np.minimum.reduce([self._exactly(word) for word in words])
        scattered = (worth < HEADED) & ~self._together(words)
        return np.where(scattered, np.float32(0), worth)

    def _together(self, words: tuple[str, ...]) -> Mask:
        """The listings whose description has the words within a few words of each other."""
        first, docs = self._places(words[0])
        for word in words[1:]:
            places, _ = self._places(word)
            nearest = np.searchsorted(places, first - WINDOW)
            near = np.append(places, np.iinfo(np.int64).max)[nearest] <= first + WINDOW
            first, docs = first[near], docs[near]
        found = np.zeros(self.count, np.bool_)
        found[docs] = True
        return found

    def _places(self, word: str) -> tuple[npt.NDArray[np.int64], Ints]:
        p = self.postings
        slices = [slice(p.place_ptr[id_], p.place_ptr[id_ + 1]) for id_ in self._alike(word)]
        if not slices:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        places = np.concatenate([p.places[s] for s in slices])
        order = np.argsort(places)
        return places[order], np.concatenate([p.place_docs[s] for s in slices])[order]

    def _alike(self, word: str) -> set[int]:
        exact = self.vocabulary.find(word)
        return {*self.vocabulary.kin(word), *([exact] if exact >= 0 else [])}

    @lru_cache(maxsize=4096)  # noqa: B019 - an index lives as long as its directory
    def _exactly(self, word: str) -> Floats:
        worth = np.zeros(self.count, np.float32)
        p = self.postings
        exact = self.vocabulary.find(word)
        for id_ in self._alike(word):
            low, high = p.ptr[id_], p.ptr[id_ + 1]
            quality = np.float32(1.0 if id_ == exact else 0.93)
            docs = p.docs[low:high]
            worth[docs] = np.maximum(worth[docs], p.impact[low:high] * quality)
        return worth

    def _names(self, query: Query, top: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        """How alike whole names are to what was typed (0 to 1), and what starting so or being the same adds."""
        typed = query.text
        close, same = np.zeros(len(top), np.float32), np.zeros(len(top), np.float32)
        for place, number in enumerate(top.tolist()):
            name = self.postings.names[number]
            ratios = fuzz.token_set_ratio(typed, name), fuzz.partial_ratio(typed, name), fuzz.ratio(typed, name)
            alike = (0.6 * ratios[0] + 0.2 * ratios[1] + 0.2 * ratios[2]) / 100
            close[place] = max(0.0, alike - 0.35) / 0.65
            if name == typed:
                same[place] = 0.27
            elif name.startswith(typed):
                same[place] = 0.12
            elif fuzz.token_sort_ratio(typed, name) >= 85:
                same[place] = NAMED
        return close, same

    def _distances(self, near: Point) -> Floats:
        """Kilometres from ``near`` to each listing, ``UNPLACED`` for those without a place."""
        lat1, lat2 = math.radians(near[0]), np.radians(self.lat)
        north, east = lat2 - lat1, np.radians(self.lon) - math.radians(near[1])
        half = np.sin(north / 2) ** 2 + math.cos(lat1) * np.cos(lat2) * np.sin(east / 2) ** 2
        km = 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(1, half)))
        return np.where(np.isnan(km), UNPLACED, km).astype(np.float32)

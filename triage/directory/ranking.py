"""How well each listing answers a query: words, concepts and places first, whole names next, distance last.

Only listings that a word or a concept of the query has are gone through, as arrays; what a word or a concept is worth
is kept from one key to the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from triage.directory.pieces import HEADED, Piece, Pieces, piece
from triage.directory.places import Places, Point
from triage.directory.postings import Floats, Mask, Numbers, Postings, build
from triage.directory.query import Query, Word
from triage.directory.spelling import Vocabulary
from triage.model import Listing

FAINT = 0.3
"""A listing that answers less than this share of what the best does hasn't been found."""
HEAD = 40
"""Listings whose whole names are compared."""
COVER = 0.4
"""What each required word found adds, in idf, however little it says where it was found."""
MEANT = 1.8
"""What a concept is worth beside a word."""
LITERAL = 0.25
"""What words that stand for a concept lose when they are taken as they stand: only a whole name makes up for it."""
SHORT = 10
"""A name so many times as long as a word that isn't one of its words can't look like it."""
NAMED = 0.05
"""What being the very words of a name adds, in another order or misspelt."""
PLAIN = 0.6
"""What a concept of one word is worth when the directory itself uses that word in a name or a topic."""
RARE = 4.0
"""The most that being rare counts for a concept, and for a word that is part of one."""
NEAR = 4.0
"""Kilometres from a place within which a listing counts as there, less and less."""
THERE = 0.85
"""What a place's name is worth in a listing that lies there by its own words."""
MENTIONED, ASIDE = 0.42, 0.3
"""A word worth less than the first is only mentioned in a description; beside a phrase that says what is needed, that
counts for so much."""
UNHEARD = 0.3
"""How much an everyday word that no listing has is missed."""
LEAST = 1e-6
"""A listing worth less isn't found."""
GIVES_WAY = 0.6
"""What a listing that stands behind the others counts for, unless it was named."""
UNPLACED = 8.0
"""Kilometres a listing without a place counts as, when ranking by distance."""


@dataclass(frozen=True)
class Ranked:
    """The listings that answer: ``order`` and ``score`` (0 to 1) for the first of them, ``found`` for all."""

    order: tuple[int, ...]
    score: tuple[float, ...]
    found: Numbers


@dataclass(frozen=True)
class _Text:
    """What each of some listings (``docs``) is worth as the words are meant, and as they stand: the same unless a
    concept was heard.
    """

    docs: Numbers
    meant: Floats
    literal: Floats
    found: Mask
    km: Floats | None


class Ranking:
    """The index of one directory. ``listings`` are in the order that ties fall in."""

    def __init__(
        self,
        listings: Sequence[Listing],
        places: Places,
        plain: Callable[[str], bool],
        postings: Postings | None = None,
        points: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self.count = len(listings)
        self.postings = postings or build(listings)
        self.vocabulary = Vocabulary(self.postings.words, self.postings.df, plain, self.postings.made)
        self.points = _points(listings, places) if points is None else points
        self._ids: dict[str, int] = {}
        for number, listing in enumerate(listings):
            self._ids.setdefault(listing.source_id, number)
        self._ids.update({listing.id: number for number, listing in enumerate(listings)})
        self.pieces = Pieces(self.postings, self.vocabulary, self._ids.get)
        self.behind: Mask | None = None
        self._everywhere = lru_cache(maxsize=8)(self._from)
        self._with = lru_cache(maxsize=256)(self._written_as)

    def rank(
        self, query: Query, mask: Mask, near: Point | None, limit: int, preferred: Mask | None = None, most: float = 0
    ) -> Ranked:
        """Rank the listings that ``mask`` lets through, none further than ``most`` kilometres if that isn't nought;
        ``preferred`` ones (open on the day asked for) a little up.
        """
        near = near or (query.spot.point if query.spot else None)
        text = self._text(query, near)
        meant, literal, km = text.meant, text.literal, text.km
        if preferred is not None:
            meant = meant * np.where(preferred[text.docs], np.float32(1.15), np.float32(1))
        worth = (meant if literal is text.meant else np.maximum(meant, literal - LITERAL)) * text.found
        found = worth >= max(FAINT * worth.max(initial=0), LEAST)
        shown = worth * (found & mask[text.docs])
        if most and km is not None:
            shown *= self.distances(near, text.docs) <= most
        fall = 0.4 if query.spot and near == query.spot.point else 0.28
        closeness = 1 - np.float32(fall) * km / (km + 3) if km is not None else None
        shown = shown * closeness if closeness is not None else shown
        top = _best(shown, max(limit, HEAD))
        docs = text.docs[top]
        close, same = self._names(query, docs)
        if any(idea.whole for idea in query.meaning.ideas):
            named = (literal[top] - LITERAL + 0.5 * close + same) * (same >= NAMED)
            final = np.maximum(meant[top] + 0.35 * close * close, named)
        else:
            final = meant[top] + 0.5 * close + same
        final = final * closeness[top] if closeness is not None else final
        if self.behind is not None:
            final = np.where(self.behind[docs] & (same < NAMED), final * np.float32(GIVES_WAY), final)
        best = np.lexsort((docs, -final.round(6)))[:limit]
        score = np.minimum(final[best].astype(np.float64) / 1.65, 1).round(4)
        return Ranked(tuple(docs[best].tolist()), tuple(score.tolist()), text.docs[found])

    def number_of(self, id_: str) -> int | None:
        """The number of the listing with that id."""
        return self._ids.get(id_)

    def words_of(self, number: int) -> dict[int, str]:
        """The words of one listing, by their ids."""
        p = self.postings
        ids: list[int] = p.forward[p.forward_ptr[number] : p.forward_ptr[number + 1]].tolist()
        return {id_: p.words[id_] for id_ in ids}

    def distances(self, near: Point | None, docs: Numbers) -> Floats:
        """Kilometres from ``near`` to listings, ``UNPLACED`` for those without a place."""
        assert near is not None
        if self.count <= 50_000:
            return self._everywhere(near)[docs]
        return _kilometres(near, self.points[docs])

    def placed(self, number: int) -> bool:
        """Whether anything is known of where a listing is."""
        return not math.isnan(self.points[number, 0])

    def _text(self, query: Query, near: Point | None) -> _Text:
        pieces = self.pieces
        joined = self._joined(query)
        telling = [word for word in query.words if word.weight >= 0.1] or query.words
        words = [(word, self._reads(word, joined)) for word in telling]
        ideas = [(idea, pieces.concept(idea.concept)) for idea in query.meaning.ideas]
        needs = [p for word, p in words if word.required or word.covered] + [p for _, p in ideas]
        docs = pieces.union(needs)
        if all(word.place or not (word.required or word.covered) for word in query.words) and not ideas:
            docs = self._around(near, docs) if query.spot else docs
        km = self.distances(near, docs) if near else None
        raw, literal, share = np.zeros((3, len(docs)), np.float32)
        ideal = needed = plain = 0.0
        there: Mask | None = None
        heard = any(idea.sure for idea in query.meaning.ideas)
        for word, found in words:
            if not found.df and not word.place:
                if word.required or word.covered:
                    lost = math.log(2 * self.count + 2) * (UNHEARD if self.vocabulary.plain(word.text) else 1)
                    plain += lost * (1 + COVER)
                    if word.required:
                        needed, ideal = needed + lost, ideal + lost * word.weight * (1 + COVER)
                continue
            worth = pieces.on(docs, found)
            if word.place and km is not None:
                here = worth >= HEADED * 0.75
                there = here if there is None else there & here
                around = np.clip(0.7 * (1 - km / np.float32(NEAR)), 0, 1)
                worth = np.where(here, np.maximum(worth, np.float32(THERE)), np.maximum(worth, around))
            idf = math.log(1 + (self.count - found.df + 0.5) / (found.df + 0.5))
            stands = worth
            if heard and word.required and not word.place:
                worth, idf = np.where(worth < MENTIONED, worth * np.float32(ASIDE), worth), min(idf, RARE)
            gain = np.float32(word.weight * (min(idf, RARE) if word.covered else idf)) * worth
            raw += gain
            if word.required or word.covered:
                has = (stands > 0).astype(np.float32)
                if ideas:
                    literal += np.float32(idf) * (stands + np.float32(COVER) * has)
                plain += idf * (1 + COVER)
                if word.required:
                    told = has if worth is stands else np.where(stands < MENTIONED, np.float32(ASIDE) * has, has)
                    raw += np.float32(COVER * idf * word.weight) * told
                    if not (heard and word.place):
                        share += np.float32(idf) * has
                        needed += idf
                    ideal += idf * word.weight * (1 + COVER)
            elif ideas:
                literal += gain
        if km is not None and there is not None and near == (query.spot.point if query.spot else None):
            km = np.where(there, km * np.float32(0.3), km)
        answers = share >= 0.4 * needed if needed else np.zeros(len(docs), np.bool_)
        best = {word.at: found.best for word, found in words}
        for idea, found in ideas:
            if not found.df:
                continue
            idf = min(RARE, max(1.5, math.log(1 + (self.count - found.df + 0.5) / (found.df + 0.5))))
            named = len(idea.at) == 1 and best.get(min(idea.at), 0) >= HEADED * 0.75
            weight = MEANT * idf * idea.weight * (PLAIN if named else 1)
            worth = pieces.on(docs, found)
            raw += np.float32(weight) * worth
            ideal += weight
            answers |= worth > 0.2
        if not answers.any():
            answers = share > 0
        raw /= np.float32(max(ideal, 1e-6))
        if ideas:
            literal /= np.float32(max(plain, 1e-6))
        else:
            literal = raw
        if plain > needed:
            answers |= literal > 0.7
        return _Text(docs, raw, literal, answers, km)

    def _reads(self, word: Word, joined: dict[int, list[str]]) -> Piece:
        """A word's piece, with what it is when it is written together with its neighbour."""
        others = joined.get(word.at)
        return self._with(word.text, word.last, tuple(others)) if others else self.pieces.word(word.text, word.last)

    def _written_as(self, text: str, last: bool, joined: tuple[str, ...]) -> Piece:
        found = self.pieces.word(text, last)
        others = [self.pieces.word(other, last) for other in joined]
        docs = self.pieces.union([found, *others])
        worths = [self.pieces.on(docs, found)] + [self.pieces.on(docs, p) * np.float32(0.9) for p in others]
        return piece(docs, np.maximum.reduce(worths), max(p.df for p in (found, *others)), found.rest)

    def _joined(self, query: Query) -> dict[int, list[str]]:
        """Words written apart that the directory writes as one: *food bank* is *foodbank*."""
        found: dict[int, list[str]] = {}
        for a, b in pairwise(query.words):
            if b.at == a.at + 1 and self.vocabulary.find(a.text + b.text) >= 0:
                found.setdefault(a.at, []).append(a.text + b.text)
                found.setdefault(b.at, []).append(a.text + b.text)
        return found

    def _around(self, near: Point | None, docs: Numbers) -> Numbers:
        """With every listing that lies near: the place is all that was asked for."""
        if near is None:
            return docs
        return np.union1d(docs, np.flatnonzero(self._everywhere(near) < NEAR))

    def _names(self, query: Query, docs: Numbers) -> tuple[Floats, Floats]:
        """How alike whole names are to what was typed (0 to 1), and what starting so or being the same adds."""
        typed = query.text
        same = np.zeros(len(docs), np.float32)
        all_names = self.postings.names
        names = [all_names[number] for number in docs.tolist()]
        if not names or len(typed) < 2:
            return same, same
        size = len(typed)
        if " " in typed:
            alike = _alike(typed, names)
        else:
            alike = np.zeros(len(names), np.float32)
            far, word = SHORT * size, f" {typed} "
            some = [place for place, name in enumerate(names) if len(name) < far or word in f" {name} "]
            if some:
                alike[some] = _alike(typed, [names[place] for place in some])
        close = np.maximum(0, alike / np.float32(100) - np.float32(0.35)) / np.float32(0.65)
        for place in (alike >= 50).nonzero()[0].tolist():
            name = names[place]
            if name == typed:
                same[place] = 0.27
            elif name.startswith(typed):
                same[place] = 0.12
            elif abs(len(name) - size) <= 0.16 * (len(name) + size) and fuzz.token_sort_ratio(typed, name) >= 85:
                same[place] = NAMED
        return close, same

    def _from(self, near: Point) -> Floats:
        return _kilometres(near, self.points)


def _alike(typed: str, names: list[str]) -> Floats:
    """How alike names are to what was typed, 0 to 100."""
    by_words = process.cdist([typed], names, scorer=fuzz.token_set_ratio)[0]
    letter_by_letter = process.cdist([typed], names, scorer=fuzz.ratio)[0]
    alike: Floats = np.float32(0.7) * by_words + np.float32(0.3) * letter_by_letter
    return alike


def _best(worth: Floats, wanted: int) -> npt.NDArray[np.intp]:
    """Where the highest of many worths above nought are, in no order."""
    at = (worth > 0).nonzero()[0]
    if len(at) > 20 * wanted:
        high = (worth >= 0.6 * worth.max()).nonzero()[0]
        at = high if len(high) >= wanted else at
    return at[np.argpartition(worth[at], -wanted)[-wanted:]] if wanted < len(at) else at


def _points(listings: Sequence[Listing], places: Places) -> npt.NDArray[np.float64]:
    """The latitude and longitude of each listing."""
    found = (places.of(listing) or (math.nan, math.nan) for listing in listings)
    return np.fromiter((n for point in found for n in point), np.float64, 2 * len(listings)).reshape(-1, 2)


def _kilometres(near: Point, points: npt.NDArray[np.float64]) -> Floats:
    lat1, lat2 = math.radians(near[0]), np.radians(points[:, 0])
    north, east = lat2 - lat1, np.radians(points[:, 1]) - math.radians(near[1])
    half = np.sin(north / 2) ** 2 + math.cos(lat1) * np.cos(lat2) * np.sin(east / 2) ** 2
    km = 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(1, half)))
    return np.where(np.isnan(km), UNPLACED, km).astype(np.float32)

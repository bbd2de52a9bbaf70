"""Search as you type: index once, then ask as often as keys are pressed.

NumPy comes with the index, never with this module, so that the first frame doesn't wait for it. A listing that isn't
current is never among the results unless it is asked for; it is counted as hidden, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING

from triage.directory import reasons
from triage.directory.filters import Filters, Sieve, columns
from triage.directory.lexicon import Idea, Lexicon, Meaning
from triage.directory.places import Places, Point, Spot
from triage.directory.query import Query, parse
from triage.model import Kind, Listing, Match

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from triage.directory.filters import Columns
    from triage.directory.postings import Ints, Mask, Numbers, Postings

FEW = 100_000
"""Listings up to which every concept is looked up beforehand."""

__all__ = ["Filters", "Index", "Results"]


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found. ``total`` counts all that fit, ``matches`` holds the first of them; ``hidden`` says how many
    more would have fitted, by reason; ``facets`` how many each filter would leave (``care``, ``activity``, ``free``,
    ``room``, ``MO`` … ``SU``); ``crisis`` and ``concerns`` are the caller's words for the danger step and for a
    safeguarding concern; ``meant`` is the nearest spelling when nothing was found; ``near`` is the place searched near.
    """

    matches: tuple[Match, ...] = ()
    total: int = 0
    hidden: tuple[tuple[str, int], ...] = ()
    facets: Mapping[str, int] = field(default_factory=dict)
    crisis: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    meant: str = ""
    near: str = ""


@dataclass(frozen=True)
class Ready:
    """What an index makes of the listings; ``order`` is where each listing of the index stands among those given."""

    postings: Postings
    points: npt.NDArray[np.float64]
    columns: Columns
    named: Mapping[str, str | Point]
    order: Ints


class Found(Match):
    """A match that says why when it is asked: at a key of typing only one of thirty is."""

    _why: Callable[[], tuple[str, ...]]

    def __init__(
        self,
        listing: Listing,
        score: float,
        distance_km: float | None,
        hits: tuple[str, ...],
        why: Callable[[], tuple[str, ...]],
    ) -> None:
        keep = object.__setattr__
        keep(self, "listing", listing)
        keep(self, "score", score)
        keep(self, "distance_km", distance_km)
        keep(self, "hits", hits)
        keep(self, "_why", why)

    @cached_property
    def why(self) -> tuple[str, ...]:
        """The reasons, worked out once."""
        return self._why()


class Counts(Mapping[str, int]):
    """How many each filter would leave, counted when somebody looks."""

    def __init__(self, count: Callable[[], Mapping[str, int]]) -> None:
        self._count = count

    @cached_property
    def _counted(self) -> Mapping[str, int]:
        return self._count()

    def __getitem__(self, name: str) -> int:
        return self._counted[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counted)

    def __len__(self) -> int:
        return len(self._counted)


class Index:
    """A directory that can be searched; made by :meth:`build`."""

    def __init__(
        self, listings: Sequence[Listing], lexicon: Lexicon, places: Places, ready: Ready | None = None
    ) -> None:
        from triage.directory.ranking import Ranking

        self.lexicon = lexicon
        self._lock = RLock()
        if ready:
            self.listings = tuple(listings[number] for number in ready.order.tolist())
            self.places = replace(places, named=ready.named)
            self._ranking = Ranking(self.listings, places, lexicon.plain, ready.postings, ready.points)
            self._columns = ready.columns
        else:
            self.listings = tuple(sorted(listings, key=lambda x: (x.name.casefold(), x.id)))
            self.places = places.also(listings)
            self._ranking = Ranking(self.listings, places, lexicon.plain)
            self._columns = columns(self.listings)
        self._sieve = Sieve(self._columns)
        self._facts = lru_cache(maxsize=2048)(self._known_of)

    @classmethod
    def build(cls, listings: Iterable[Listing], lexicon: Lexicon, places: Places) -> Index:
        """Index the listings: about a tenth of a second for each thousand."""
        return cls(tuple(listings), lexicon, places)

    def stand_behind(self, ids: Container[str]) -> None:
        """Let these listings give way to the others wherever they aren't named."""
        import numpy as np

        self._ranking.behind = np.array([listing.id in ids for listing in self.listings], np.bool_)

    def ready(self, listings: Sequence[Listing]) -> Ready:
        """What was made of the listings, for another start."""
        import numpy as np

        number_of = {id(listing): number for number, listing in enumerate(listings)}
        order = np.array([number_of[id(listing)] for listing in self.listings], np.int32)
        return Ready(self._ranking.postings, self._ranking.points, self._columns, self.places.named, order)

    def warm(self) -> None:
        """Work out beforehand what the first searches would wait for; for a thread in the background."""
        self.lexicon.warm()
        self._ranking.vocabulary.warm()
        self._ranking.pieces.warm()
        if len(self.listings) <= FEW:
            for concept in self.lexicon.concepts:
                self._ranking.pieces.concept(concept)
        self.search("a")

    def search(
        self,
        words: str,
        *,
        kind: Kind | None = None,
        near: str | Point | None = None,
        limit: int = 20,
        include_hidden: bool = False,
        filters: Filters | None = None,
    ) -> Results:
        """The best listings for what was typed. ``near`` is a postcode, a place or a point, and wins over a place in
        the words; one that isn't known counts as none. Blank words find nothing: see :meth:`suggest`.
        """
        query = parse(words, self.lexicon, self.places, self._ranking.vocabulary, self._spell)
        spot = self._spot(near) or query.spot
        said = query.meaning
        told = Results(
            crisis=said.crisis, concerns=said.concerns, pathways=said.pathways, near=spot.name if spot else ""
        )
        if not query.words and not said.ideas and not query.spot:
            return told
        chosen = replace(filters or Filters(), kind=kind or (filters.kind if filters else None))
        with self._lock:
            return self._results(query, spot, chosen, include_hidden, limit, told)

    def suggest(self, wishes: Iterable[str], *, near: str | Point | None = None, limit: int = 5) -> tuple[Match, ...]:
        """Listings for what the script's answers wish for, before anything is typed: services' ids or plain words. The
        service itself comes first, then what does the same, each wish in turn.
        """
        spot = self._spot(near)
        asked = tuple(dict.fromkeys(wishes))
        with self._lock:
            ranked = [self._wished(wish, spot, limit) for wish in asked]
        because: dict[int, list[str]] = {}
        best: dict[int, float] = {}
        for wish, found in zip(asked, ranked, strict=True):
            for number, score in found:
                because.setdefault(number, []).append(f"answer: {wish.replace('-', ' ')}")
                best[number] = max(score, best.get(number, 0))
        turns = dict.fromkeys(found[turn][0] for turn in range(limit) for found in ranked if turn < len(found))
        matches = []
        for number in list(turns)[:limit]:
            (km,) = self._kms((number,), spot)
            why = (*because[number], *reasons.beside(self.listings[number], km))
            matches.append(Match(self.listings[number], best[number], km, why))
        return tuple(matches)

    def hear(self, words: str) -> Meaning:
        """What the lexicon makes of a caller's words."""
        return self.lexicon.hear(words, self._spell)

    def _wished(self, wish: str, spot: Spot | None, limit: int) -> list[tuple[int, float]]:
        """The current listings that fulfil one wish, with their scores."""
        query = parse(wish.replace("-", " ") + " ", self.lexicon, Places(), self._ranking.vocabulary, self._spell)
        concepts = self.lexicon.leading_to(wish)
        if concepts:
            ideas = tuple(Idea(concept, wish, frozenset(), 1.0) for concept in concepts)
            query = Query(query.text, tuple(replace(w, required=False) for w in query.words), Meaning(ideas))
        ranked = self._ranking.rank(query, self._sieve.current, spot.point if spot else None, limit)
        found = dict(zip(ranked.order, ranked.score, strict=True))
        itself = self._ranking.number_of(wish)
        if itself is not None and self._sieve.current[itself]:
            found = {itself: 1.0, **{number: score for number, score in found.items() if number != itself}}
        return list(found.items())

    def _results(
        self, query: Query, spot: Spot | None, filters: Filters, include_hidden: bool, limit: int, told: Results
    ) -> Results:
        import numpy as np

        passed, masks = self._sieve.sift(filters)
        shown = passed if include_hidden else passed & self._sieve.current
        open_ = self._sieve.open_on(query.days) if query.days else None
        ranked = self._ranking.rank(query, shown, spot.point if spot else None, limit, open_, filters.max_km or 0)
        seen, hidden = self._hidden(ranked.found, masks, include_hidden)
        if filters.max_km and spot:
            far = self._ranking.distances(spot.point, seen) > filters.max_km
            hidden[f"over {filters.max_km:g} km away"] = int(np.count_nonzero(far))
            seen = seen[~far]
        typed = reasons.asked(self._ranking.vocabulary, query)
        far_off = self._kms(ranked.order, spot)
        each = zip(ranked.order, ranked.score, far_off, strict=True)
        matches = tuple(self._match(query, typed, number, score, km) for number, score, km in each)
        return replace(
            told,
            matches=matches,
            total=len(seen),
            hidden=tuple((reason, n) for reason, n in hidden.items() if n),
            facets=Counts(lambda: self._sieve.facets(seen)),
            meant="" if matches else self._meant(query),
        )

    def _hidden(
        self, found: Numbers, masks: Sequence[tuple[str, Mask]], include_hidden: bool
    ) -> tuple[Numbers, Counter[str]]:
        """What is left; and each listing that would have fitted, counted once, by the first reason that hides it."""
        counted: Counter[str] = Counter()
        if not include_hidden:
            current = self._sieve.current[found]
            counted.update(self.listings[number].status for number in found[~current].tolist())
            found = found[current]
        for reason, mask in masks:
            through = mask[found]
            counted[reason] += len(found) - int(through.sum())
            found = found[through]
        return found, counted

    def _match(self, query: Query, typed: reasons.Asked, number: int, score: float, km: float | None) -> Match:
        listing, known = self.listings[number], self._facts(number)

        def why() -> tuple[str, ...]:
            far = () if km is None else (f"{km:.1f} km",)
            return (*reasons.explain(query, typed, known), *far, *known.beside)

        return Found(listing, score, km, reasons.hits(query, typed, known), why)

    def _known_of(self, number: int) -> reasons.Facts:
        return reasons.Facts(self.listings[number], self._ranking.words_of(number))

    def _kms(self, numbers: Sequence[int], spot: Spot | None) -> list[float | None]:
        """How far listings are from a place, ``None`` where that isn't known."""
        import numpy as np

        if not spot or not numbers:
            return [None] * len(numbers)
        far = self._ranking.distances(spot.point, np.array(numbers, np.intp)).tolist()
        placed = self._ranking.placed
        return [round(km, 2) if placed(number) else None for number, km in zip(numbers, far, strict=True)]

    def _spot(self, near: str | Point | None) -> Spot | None:
        if isinstance(near, str):
            return self.places.find(near)
        return Spot(near, "", "place") if near else None

    def _spell(self, word: str) -> str:
        return self._ranking.vocabulary.mended(word)

    def _meant(self, query: Query) -> str:
        """The words as the directory spells the nearest, when that differs."""
        telling = [word.text for word in query.words if word.required or word.covered]
        meant = [self._ranking.vocabulary.nearest(word) or word for word in telling]
        return " ".join(meant) if meant != telling else ""

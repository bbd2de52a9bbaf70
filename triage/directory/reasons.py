"""Why a listing is among the results, in words a handler takes in at a glance: *lunch club → luncheon club; 0.8 km*."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from triage.directory.filters import DAYS, days
from triage.directory.words import STOP, stem, tokens
from triage.model import Listing

if TYPE_CHECKING:
    from triage.directory.lexicon import Concept
    from triage.directory.query import Query, Word
    from triage.directory.spelling import Vocabulary

    Asked = tuple[tuple[Word, tuple[tuple[int, int, float, str], ...]], ...]
    """Each word that counts, with its readings: first and last id, how far to trust it, and how it reads."""


class Facts:
    """What explaining needs to know of a listing; kept by the index, since the same few are shown again and again.

    ``words`` are its words by their ids, in order. The rest is worked out when it is first asked for.
    """

    def __init__(self, listing: Listing, words: Mapping[int, str]) -> None:
        self._listing = listing
        self.words, self.ids = words, tuple(words)
        self._called: dict[str, tuple[str, tuple[str, ...]]] = {}

    def called(self, concept: Concept) -> tuple[str, tuple[str, ...]]:
        """What it calls a concept, rather in its name or topics than in its description; and its words in that."""
        found = self._called.get(concept.id)
        if found is None:
            told = self._listing.name if self._listing.id in concept.services else self._term(concept)
            stems = sorted({stem(word) for word in tokens(told)} - STOP)
            found = told, tuple(word for each in stems for word in self._stems.get(each, ()))
            self._called[concept.id] = found
        return found

    @cached_property
    def field(self) -> Mapping[str, str]:
        """Which field each word of its short fields stands in."""
        listing = self._listing
        fields = {
            "by": listing.organisation,
            "place": f"{listing.ward} {listing.address} {listing.postcode}",
            "topic": " ".join(listing.topics),
            "name": listing.name,
        }
        return {word: name for name, text in fields.items() for word in tokens(text)}

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """What else speaks for it or against it, wherever it lies."""
        return tuple(beside(self._listing, None))

    @cached_property
    def _stems(self) -> Mapping[str, list[str]]:
        """Its words by their stems."""
        stems: defaultdict[str, list[str]] = defaultdict(list)
        for word in self.words.values():
            stems[stem(word)].append(word)
        return stems

    def _term(self, concept: Concept) -> str:
        head = frozenset(map(stem, tokens(f"{self._listing.name} {' '.join(self._listing.topics)}")))
        whole = self._stems.keys()
        fits = [term for term, stems in concept.calls if stems <= whole]
        return next((term for term, stems in concept.calls if stems <= head), fits[0] if fits else "")


def asked(vocabulary: Vocabulary, query: Query) -> Asked:
    """Every way to read what was typed; the same for each listing that is explained."""
    words = ((word, vocabulary.read(word.text, word.last)) for word in query.words if word.weight >= 0.1)
    return tuple((word, tuple((r.low, r.high, r.quality, r.how) for r in readings)) for word, readings in words)


def hits(query: Query, typed: Asked, known: Facts) -> tuple[str, ...]:
    """The listing's words that matched; ``typed`` is what :func:`asked` made."""
    found: dict[str, None] = {}
    for idea in query.meaning.ideas:
        found.update(dict.fromkeys(known.called(idea.concept)[1]))
    words = known.words
    for _, readings in typed:
        for low, high, _, _ in readings:
            found.update((words[id_], None) for id_ in _between(known, low, high))
    return tuple(found)


def explain(query: Query, typed: Asked, known: Facts) -> tuple[str, ...]:
    """The reasons from the words."""
    why: list[str] = []
    for idea in query.meaning.ideas:
        told, _ = known.called(idea.concept)
        if told:
            why.append(f"{idea.words} → {told}" if told != idea.words else f"about {told}")
    plain: dict[str, list[str]] = {}
    for word, readings in typed:
        best, trust, how = "", 0.0, ""
        for low, high, quality, manner in readings:
            if quality > trust:
                for id_ in _between(known, low, high)[:1]:
                    best, trust, how = known.words[id_], quality, manner
        if how in ("spelling", "sound"):
            why.append(f"{word.text} → {best}")
        elif best and word.required:
            plain.setdefault(known.field.get(best, "says"), []).append(best)
    why += [f"{field}: {' '.join(dict.fromkeys(words))}" for field, words in plain.items()]
    return tuple(dict.fromkeys(why))


def beside(listing: Listing, km: float | None) -> list[str]:
    """What else speaks for it, or against: how near, which days, whether there is room, that it isn't current."""
    found = [f"{km:.1f} km"] if km is not None else []
    open_ = days(listing)
    if open_ and len(open_) <= 3:
        found.append(f"open {', '.join(DAYS[day] for day in open_)}")
    if listing.room:
        found.append("has room")
    if listing.status != "current":
        found.append(listing.status)
    return found


def _between(known: Facts, low: int, high: int) -> tuple[int, ...]:
    """The ids of a listing's words in a slice of all words."""
    if high - low == 1:
        return (low,) if low in known.words else ()
    ids = known.ids
    return ids[bisect_left(ids, low) : bisect_left(ids, high)]

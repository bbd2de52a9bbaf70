"""Why a listing is among the results, in words a handler takes in at a glance: *lunch club → luncheon club; 0.8 km*."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triage.directory.filters import DAYS, days
from triage.directory.words import STOP, stem, tokens
from triage.model import Listing

if TYPE_CHECKING:
    from triage.directory.lexicon import Concept
    from triage.directory.query import Query
    from triage.directory.spelling import Vocabulary


@dataclass(frozen=True, slots=True)
class Facts:
    """A listing's words by their ids, the ids in order, the words' stems, the stems of its name and topics, and the
    field of each word.
    """

    words: dict[int, str]
    ids: tuple[int, ...]
    stems: frozenset[str]
    head: frozenset[str]
    field: dict[str, str]
    beside: tuple[str, ...] = ()
    """What else speaks for it or against it, wherever it lies."""


def facts(listing: Listing, words: dict[int, str]) -> Facts:
    """What explaining needs to know of a listing; kept by the index, since the same few are shown again and again."""
    fields = {
        "by": listing.organisation,
        "place": f"{listing.ward} {listing.address} {listing.postcode}",
        "topic": " ".join(listing.topics),
        "name": listing.name,
    }
    field = {word: name for name, text in fields.items() for word in tokens(text)}
    head = frozenset(map(stem, tokens(f"{listing.name} {' '.join(listing.topics)}")))
    stems, always = frozenset(map(stem, words.values())), tuple(beside(listing, None))
    return Facts(words, tuple(sorted(words)), stems, head, field, always)


def explain(vocabulary: Vocabulary, query: Query, listing: Listing, known: Facts) -> tuple[list[str], tuple[str, ...]]:
    """The reasons from the words, and the listing's words that matched."""
    why: list[str] = []
    hits: dict[str, None] = {}
    for idea in query.meaning.ideas:
        told = listing.name if listing.id in idea.concept.services else _term(idea.concept, known)
        if told:
            why.append(f"{idea.words} → {told}" if told != idea.words else f"about {told}")
            stems = {stem(word) for word in tokens(told)} - STOP
            hits.update(dict.fromkeys(word for word in known.words.values() if stem(word) in stems))
    plain: dict[str, list[str]] = {}
    for word in query.words:
        if word.weight < 0.1:
            continue
        best, trust, how = "", 0.0, ""
        for reading in vocabulary.read(word.text, word.last):
            for text in _between(known, reading.low, reading.high):
                hits[text] = None
                if reading.quality > trust:
                    best, trust, how = text, reading.quality, reading.how
        if how in ("spelling", "sound"):
            why.append(f"{word.text} → {best}")
        elif best and word.required:
            plain.setdefault(known.field.get(best, "says"), []).append(best)
    why += [f"{field}: {' '.join(dict.fromkeys(words))}" for field, words in plain.items()]
    return list(dict.fromkeys(why)), tuple(hits)


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


def _between(known: Facts, low: int, high: int) -> Iterable[str]:
    if high - low == 1:
        return (known.words[low],) if low in known.words else ()
    return [known.words[id_] for id_ in known.ids[bisect_left(known.ids, low) : bisect_left(known.ids, high)]]


def _term(concept: Concept, known: Facts) -> str:
    """What the listing calls the concept: rather in its name or topics than in its description."""
    fits = [term for term, stems in concept.calls if stems <= known.stems]
    return next((term for term, stems in concept.calls if stems <= known.head), fits[0] if fits else "")

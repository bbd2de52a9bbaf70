"""Why a listing is among the results, in words a handler takes in at a glance: *lunch club → luncheon club; 0.8 km*."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from dataclasses import dataclass
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
    beside: tuple[str, ...]
    """What else speaks for it or against it, wherever it lies."""
    stemming: dict[str, tuple[str, ...]]
    """Its words by their stems."""
    called: dict[str, str] = dataclasses.field(default_factory=dict)
    """What it calls the concepts that were asked for, by their ids: the same are asked for at every key."""


def facts(listing: Listing, words: dict[int, str]) -> Facts:
    """What explaining needs to know of a listing; kept by the index, since the same few are shown again and again."""
    fields = {
        "by": listing.organisation,
        "place": f"{listing.ward} {listing.address} {listing.postcode}",
        "topic": " ".join(listing.topics),
        "name": listing.name,
    }
    where = {word: name for name, text in fields.items() for word in tokens(text)}
    head = frozenset(map(stem, tokens(f"{listing.name} {' '.join(listing.topics)}")))
    stemming: dict[str, tuple[str, ...]] = {}
    for word in words.values():
        stemming[stem(word)] = (*stemming.get(stem(word), ()), word)
    always = tuple(beside(listing, None))
    return Facts(words, tuple(sorted(words)), frozenset(stemming), head, where, always, stemming)


def asked(vocabulary: Vocabulary, query: Query) -> Asked:
    """Every way to read what was typed; the same for each listing that is explained."""
    words = ((word, vocabulary.read(word.text, word.last)) for word in query.words if word.weight >= 0.1)
    return tuple((word, tuple((r.low, r.high, r.quality, r.how) for r in readings)) for word, readings in words)


def explain(query: Query, typed: Asked, listing: Listing, known: Facts) -> tuple[list[str], tuple[str, ...]]:
    """The reasons from the words, and the listing's words that matched; ``typed`` is what :func:`asked` made."""
    why: list[str] = []
    hits: dict[str, None] = {}
    for idea in query.meaning.ideas:
        told = listing.name if listing.id in idea.concept.services else _term(idea.concept, known)
        if told:
            why.append(f"{idea.words} → {told}" if told != idea.words else f"about {told}")
            stems = {stem(word) for word in tokens(told)} - STOP
            hits.update(dict.fromkeys(word for found in sorted(stems & known.stems) for word in known.stemming[found]))
    plain: dict[str, list[str]] = {}
    words, ids = known.words, known.ids
    for word, readings in typed:
        best, trust, how = "", 0.0, ""
        for low, high, quality, manner in readings:
            if high - low == 1:
                here: tuple[int, ...] = (low,) if low in words else ()
            else:
                here = ids[bisect_left(ids, low) : bisect_left(ids, high)]
            for id_ in here:
                hits[words[id_]] = None
                if quality > trust:
                    best, trust, how = words[id_], quality, manner
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


def _term(concept: Concept, known: Facts) -> str:
    """What the listing calls the concept: rather in its name or topics than in its description."""
    if concept.id not in known.called:
        fits = [term for term, stems in concept.calls if stems <= known.stems]
        name = next((term for term, stems in concept.calls if stems <= known.head), fits[0] if fits else "")
        known.called[concept.id] = name
    return known.called[concept.id]

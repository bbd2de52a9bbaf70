"""Why a listing is among the results, in words a handler takes in at a glance: *lunch club → luncheon club; 0.8 km*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triage.directory.filters import DAYS, days
from triage.directory.words import STOP, stem, tokens
from triage.model import Listing

if TYPE_CHECKING:
    from triage.directory.query import Query
    from triage.directory.ranking import Ranking


def explain(ranking: Ranking, query: Query, number: int, listing: Listing) -> tuple[list[str], tuple[str, ...]]:
    """The reasons from the words, and the listing's words that matched."""
    has = _words_of(ranking, number)
    why: list[str] = []
    hits: dict[str, None] = {}
    for idea in query.meaning.ideas:
        told = _term(idea.concept.terms, idea.concept.services, listing, has)
        if told:
            why.append(f"{idea.words} → {told}" if told != idea.words else f"about {told}")
            told_stems = {stem(word) for word in tokens(told)} - STOP
            hits.update(dict.fromkeys(word for word in has.values() if stem(word) in told_stems))
    plain: dict[str, list[str]] = {}
    for word in query.words:
        if word.weight < 0.1:
            continue
        best = ("", 0.0, "")
        for reading in ranking.readings(word):
            for text in _between(has, reading.low, reading.high):
                hits[text] = None
                if reading.quality > best[1]:
                    best = (text, reading.quality, reading.how)
        if best[2] in ("spelling", "sound"):
            why.append(f"{word.text} → {best[0]}")
        elif best[0] and word.required:
            plain.setdefault(_field(best[0], listing), []).append(best[0])
    why += [f"{field}: {' '.join(dict.fromkeys(words))}" for field, words in plain.items()]
    return list(dict.fromkeys(why)), tuple(hits)


def beside(listing: Listing, km: float | None) -> list[str]:
    """What else speaks for it: how near, which days, whether there is room."""
    found = [f"{km:.1f} km"] if km is not None else []
    open_ = days(listing)
    if open_ and len(open_) <= 3:
        found.append(f"open {', '.join(DAYS[day] for day in open_)}")
    if listing.room:
        found.append("has room")
    if listing.status != "current":
        found.append(listing.status)
    return found


def _between(has: dict[int, str], low: int, high: int) -> list[str]:
    if high - low == 1:
        return [has[low]] if low in has else []
    return [text for id_, text in has.items() if low <= id_ < high]


def _words_of(ranking: Ranking, number: int) -> dict[int, str]:
    p = ranking.postings
    return {int(i): p.words[i] for i in p.forward[p.forward_ptr[number] : p.forward_ptr[number + 1]].tolist()}


def _term(terms: tuple[str, ...], services: tuple[str, ...], listing: Listing, has: dict[int, str]) -> str:
    if listing.id in services:
        return listing.name
    stems = {stem(word) for word in has.values()}
    head = {stem(word) for word in tokens(f"{listing.name} {' '.join(listing.topics)}")}
    fits = [
        term for term in (*terms, *(s.replace("-", " ") for s in services)) if {stem(w) for w in tokens(term)} <= stems
    ]
    return next((term for term in fits if {stem(w) for w in tokens(term)} <= head), fits[0] if fits else "")


def _field(word: str, listing: Listing) -> str:
    fields = (
        ("name", listing.name),
        ("topic", " ".join(listing.topics)),
        ("place", f"{listing.ward} {listing.address}"),
        ("by", listing.organisation),
    )
    return next((name for name, text in fields if word in tokens(text)), "says")

"""What was typed into the box, taken apart: which words must be there, which only help, and which say a place."""

from __future__ import annotations

from dataclasses import dataclass

from triage.directory.filters import DAYS
from triage.directory.lexicon import Lexicon, Meaning, Spell
from triage.directory.places import Places, Spot
from triage.directory.words import GENERIC, LONGEST, MOST, STOP, fold, tokens

DAY_NAMES = {name.lower(): day for day, name in DAYS.items()}


@dataclass(frozen=True, slots=True)
class Word:
    """One word to look for. ``weight`` multiplies what it is worth, ``last`` ones may be unfinished; ``place`` ones
    name a place, so that being near there counts too; ``at`` is where it stands. A ``covered`` word is part of a
    phrase that says more than it does: it is only required if the words are meant literally.
    """

    text: str
    at: int
    weight: float = 1.0
    required: bool = True
    last: bool = False
    place: bool = False
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` is all that was typed, as words; ``spot`` is the place that was heard in it."""

    text: str
    words: tuple[Word, ...]
    meaning: Meaning
    spot: Spot | None = None
    days: tuple[str, ...] = ()
    """The days of the week that were asked for, ``MO`` … ``SU``."""


def parse(typed: str, lexicon: Lexicon, places: Places, spell: Spell) -> Query:
    """Take a query apart; ``spell`` gives a word as the directory spells it, ``""`` if it can't."""
    typed = typed[:LONGEST]
    words = [word[:40] for word in tokens(typed)[:MOST]]
    typed = " ".join(words) + (" " if typed[-1:].isspace() else "")
    meaning = lexicon.hear(" ".join(words), spell)
    spot = places.hear(" ".join(words))
    spoken, covered = _where(words, spot), {i for idea in meaning.ideas if idea.whole for i in idea.at}
    alone = {i for idea in meaning.ideas if idea.whole and len(idea.at) == 1 for i in idea.at}
    small = lexicon.grammar.small_words | STOP
    found = []
    for at, word in enumerate(words):
        last = at == len(words) - 1 and not typed.endswith(" ")
        if at in meaning.denied or (at in spoken and spot and spot.precision != "place"):
            continue
        place = at in spoken
        if word.removesuffix("s") in DAY_NAMES or (word.isdigit() and len(words) > 1 and not place):
            found.append(Word(word, at, 0.3, False, last))
        elif word in small and not place:
            found.append(Word(word, at, 0.08, False, last))
        elif at in covered and not place:
            found.append(Word(word, at, 1.0 if at in alone else 0.6, False, last, covered=True))
        elif word in GENERIC and not place:
            found.append(Word(word, at, 0.3, False, last))
        else:
            found.append(Word(word, at, 1.0, True, last, place))
    if not meaning.ideas and not meaning.denied and all(word.place or not word.required for word in found):
        telling = [w for w in found if w.text in GENERIC or w.weight == 0.3] or (
            [w for w in found if not w.place] if not spot else []
        )
        found = [Word(w.text, w.at, 1.0, True, w.last, w.place) if w in telling else w for w in found]
    asked = tuple(dict.fromkeys(DAY_NAMES[w] for w in (word.removesuffix("s") for word in words) if w in DAY_NAMES))
    return Query(fold(typed.strip()), tuple(found), meaning, spot, asked)


def _where(words: list[str], spot: Spot | None) -> frozenset[int]:
    size = len(spot.words) if spot else 0
    for start in range(len(words) - size + 1 if size else 0):
        if spot and tuple(words[start : start + size]) == spot.words:
            return frozenset(range(start, start + size))
    return frozenset()

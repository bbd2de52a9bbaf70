"""What was typed into the box, taken apart: which words must be there, which only help, and which say a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from triage.directory.filters import DAYS
from triage.directory.lexicon import Lexicon, Meaning, Spell
from triage.directory.places import Places, Spot
from triage.directory.spelling import Vocabulary
from triage.directory.words import GENERIC, LONGEST, MOST, STOP, tokens

SURE = 0.45
"""How likely a word must be for several to be read as it."""
CHATTY = 0.4
"""What an everyday word is worth beside a phrase that says more."""

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


def parse(typed: str, lexicon: Lexicon, places: Places, vocabulary: Vocabulary, spell: Spell) -> Query:
    """Take a query apart; ``spell`` gives a word as the directory spells it, ``""`` if it can't."""
    typed = typed[:LONGEST]
    finished = typed[-1:].isspace()
    words = rejoined([word[:40] for word in tokens(typed)[:MOST]], (vocabulary, lexicon.vocabulary), lexicon.plain)
    spot = places.hear(" ".join(words))
    if spot is None:
        placed = _placed(words, places, vocabulary, spell, finished)
        if placed != words:
            words, spot = placed, places.hear(" ".join(placed))
    text = " ".join(words)
    meaning = lexicon.hear(text, spell)
    spoken, covered = _where(words, spot), {i for idea in meaning.ideas if idea.whole for i in idea.at}
    alone = {i for idea in meaning.ideas if idea.whole and len(idea.at) == 1 for i in idea.at}
    small = lexicon.grammar.passed_over
    found = []
    for at, word in enumerate(words):
        last = at == len(words) - 1 and not finished
        if at in meaning.denied or (at in spoken and spot and spot.precision != "place"):
            continue
        place = at in spoken
        if word.removesuffix("s") in DAY_NAMES or (word.isdigit() and len(words) > 1 and not place):
            found.append(Word(word, at, 0.3, False, last))
        elif word in small and not place:
            found.append(Word(word, at, 0.08, False, last))
        elif at in covered and not place:
            found.append(Word(word, at, 1.0 if at in alone else 0.6, False, last, covered=True))
        elif (word in GENERIC or _generic(word, vocabulary, lexicon)) and not place:
            found.append(Word(word, at, 0.3, False, last))
        elif covered and not place and lexicon.everyday(word):
            found.append(Word(word, at, CHATTY, False, last, covered=True))
        else:
            found.append(Word(word, at, 1.0, True, last, place))
    if not meaning.ideas and not meaning.denied and all(word.place or not word.required for word in found):
        telling = [w for w in found if w.text in GENERIC or w.weight == 0.3] or (
            [w for w in found if not w.place] if not spot else []
        )
        found = [Word(w.text, w.at, 1.0, True, w.last, w.place) if w in telling else w for w in found]
    asked = tuple(dict.fromkeys(DAY_NAMES[w] for w in (word.removesuffix("s") for word in words) if w in DAY_NAMES))
    return Query(text, tuple(found), meaning, spot, asked)


def _where(words: list[str], spot: Spot | None) -> frozenset[int]:
    size = len(spot.words) if spot else 0
    for start in range(len(words) - size + 1 if size else 0):
        if spot and tuple(words[start : start + size]) == spot.words:
            return frozenset(range(start, start + size))
    return frozenset()


def rejoined(words: list[str], known: tuple[Vocabulary, ...], plain: Callable[[str], bool]) -> list[str]:
    """With what was heard as two or three words written as the one it is: *poe diatry* is podiatry.

    At least one of them must be no word at all, nor look like one.
    """
    if len(words) < 2:
        return words
    odd = [not plain(word) and word not in STOP and not any(_reads(word, v) for v in known) for word in words]
    if not any(odd):
        return words
    found, at = [], 0
    while at < len(words):
        best, size = "", 1
        for length in (2, 3):
            parts = words[at : at + length]
            joined = "".join(parts)
            if len(parts) == length and any(odd[at : at + length]) and joined.isalpha() and 6 <= len(joined) <= 20:
                strange = [word for word, strange in zip(parts, odd[at:], strict=False) if strange and len(word) > 4]
                least = 0.6 if any(word in STOP for word in parts) else SURE
                trust = max([least, *(0.85 * v.like(word)[1] for v in known for word in strange)])
                for vocabulary in known:
                    word, likely = vocabulary.like(joined)
                    if likely > trust and vocabulary.real(word):
                        best, size, trust = word, length, likely
        found.append(best or words[at])
        at += size
    return found


def _reads(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is here, cut short or with another ending."""
    low, high = vocabulary.start(word)
    return high > low if len(word) > 2 else vocabulary.find(word) >= 0 or bool(vocabulary.kin(word))


def _placed(words: list[str], places: Places, vocabulary: Vocabulary, spell: Spell, finished: bool) -> list[str]:
    """With a misspelt or unfinished part of a place's name as it is written."""
    found = list(words)
    for at, word in enumerate(words):
        if len(word) >= 5 and word.isalpha() and vocabulary.find(word) < 0:
            near = places.part(word, at == len(words) - 1 and not finished)
            if near and spell(word) in ("", near):
                found[at] = near
    return found


def _generic(word: str, vocabulary: Vocabulary, lexicon: Lexicon) -> bool:
    """Whether a word is a generic one misspelt (*clb*, *grup*), not initials or a word of its own."""
    if not 3 <= len(word) <= 7 or vocabulary.plain(word) or vocabulary.real(word) or lexicon.vocabulary.find(word) >= 0:
        return False
    return any(OSA.distance(word, other, score_cutoff=1) <= 1 for other in GENERIC if other[0] == word[0])

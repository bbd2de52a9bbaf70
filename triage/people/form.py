"""What is known of a person, what was heard, and how the two are written so that they can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise

import jellyfish

TITLES = frozenset(["mr", "mrs", "miss", "ms", "mx", "dr", "sir", "lady", "rev", "prof", "master"])
PREFIXES = frozenset(["mc", "mac", "o", "fitz"])
"""Beginnings that are written apart as often as not: *Mc Donald*, *O Brien*."""
_BARRED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "’": "'"})


@dataclass(frozen=True, slots=True)
class Row:
    """A name under which a person can be found, with the number beside it; ``caller`` rang for them."""

    name: str
    phone: str = ""
    caller: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One person, read off the calls about them. ``id`` is the id of the first of these calls, oldest first.

    ``born`` is a day of birth, ``nhs`` ten digits or ``""``. A ``restricted`` record is not for every handler (PRIVACY
    P10).
    """

    id: str
    name: str
    born: date | None = None
    postcode: str = ""
    phone: str = ""
    address: str = ""
    nhs: str = ""
    reference: str = ""
    also: tuple[Row, ...] = ()
    calls: tuple[str, ...] = ()
    restricted: bool = False

    @property
    def outward(self) -> str:
        """The first half of the postcode, ``""`` when none is known."""
        compact = compact_postcode(self.postcode)
        return compact[:-3].upper() if len(compact) > 4 else compact.upper()


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: the words of a name, a day or only a year of birth, a postcode (perhaps half of one), a phone
    number, a reference. ``swapped`` says that the family name came first; ``ended`` that the last word is whole."""

    words: tuple[str, ...] = ()
    born: date | None = None
    year: int | None = None
    postcode: str = ""
    phone: str = ""
    reference: str = ""
    swapped: bool = False
    ended: bool = True

    def __bool__(self) -> bool:
        return bool(self.words or self.born or self.year or self.postcode or self.phone)


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody who may be meant: how likely, in [0, 1], and why, in words that give nothing of the record away."""

    person: Person
    score: float
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """Which given names stand for each other (folded words), and letters that sound as others do."""

    groups: tuple[frozenset[str], ...] = ()
    sounds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def of(self) -> Mapping[str, frozenset[int]]:
        """The numbers of the groups that a word is in."""
        found: dict[str, set[int]] = {}
        for at, group in enumerate(self.groups):
            for word in group:
                found.setdefault(word, set()).add(at)
        return {word: frozenset(groups) for word, groups in found.items()}

    def short(self, a: str, b: str) -> bool:
        """Whether one is a short form or another spelling of the other."""
        return bool(self.of.get(a, frozenset()) & self.of.get(b, frozenset()))

    def keys(self, word: str) -> frozenset[str]:
        """How a word sounds: by English rules, and by the rules of the names' own spelling."""
        respelt = self._spoken.sub(lambda found: self.sounds[found[0]], word) if self.sounds else word
        return frozenset(k for k in (sound(word), sound(respelt)) if len(k) > 1 or (k and len(word) < 4))

    @cached_property
    def _spoken(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(map(re.escape, self.sounds), key=len, reverse=True)))


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """The metaphone of a word, vowels at its beginning all alike."""
    made = jellyfish.metaphone(word)
    return re.sub("^[AEIOU]", "A", made) if made else ""


def fold(text: str) -> str:
    """Lower case, without accents or bars."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_BARRED))
    return "".join(c for c in parts if not unicodedata.combining(c))


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, without titles: *O’Brien* is one, *Smith-Jones* are two, *Mc Donald* is one."""
    found: list[str] = []
    pending = ""
    for word in re.findall(r"[a-z']+", fold(text)):
        plain = word.replace("'", "")
        if plain in PREFIXES and not pending and "'" not in word:
            pending = plain
        elif plain and (plain not in TITLES or pending):
            found.append(pending + plain)
            pending = ""
    return tuple(found + [pending] * bool(pending))


def joined(words: Iterable[str]) -> tuple[str, ...]:
    """Each two neighbours as one word: *Mary Ann* is *maryann* too."""
    listed = list(words)
    return tuple(a + b for a, b in pairwise(listed))


def compact_postcode(text: str) -> str:
    """A postcode, or half of one, in lower case without spaces."""
    return "".join(c for c in fold(text) if c.isalnum())


def phone_digits(text: str) -> str:
    """A telephone number without its 0 or +44."""
    digits = "".join(c for c in text if c.isdigit())
    if digits.startswith("0044"):
        digits = digits[4:]
    elif digits.startswith("44") and (len(digits) > 11 or "+" in text):
        digits = digits[2:]
    return digits.lstrip("0")

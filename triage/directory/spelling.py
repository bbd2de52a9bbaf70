"""A typed word, and the words of the directory it may stand for: another ending, cut short, misspelt, misheard."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from triage.directory.words import respelt, sound, sounds, stem

if TYPE_CHECKING:
    from triage.directory.letters import Letters

How = Literal["exact", "stem", "start", "spelling", "sound"]
LAST = "\U0010ffff"
"""Sorts after every word."""
PLAIN = 0.3
"""How far to trust that an everyday word was meant to be another."""
MANY = 20_000
"""Postings from which a beginning says too little, when the word itself is here."""
LETTERS = {"k": "ckq", "f": "fpv", "s": "scpxz", "n": "gknp", "r": "rw", "j": "gj", "x": "cst", "a": "aeiouy"}
"""The letters that a word may be written with whose sound starts so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a typed word: the words from ``low`` to before ``high``, and how far to trust it (0 to 1)."""

    low: int
    high: int
    quality: float
    how: How


class Vocabulary:
    """All words of a directory, sorted; ``df(low, high)`` counts the postings of a slice of them. A ``plain`` word is
    an everyday one: what is spelt like that is hardly a misspelling of another.
    """

    def __init__(
        self,
        words: Sequence[str],
        df: Callable[[int, int], int],
        plain: Callable[[str], bool] = lambda _: False,
        made: Any = None,
    ) -> None:
        self.words, self.df, self.plain, self._made = words, df, plain, made
        self.read = lru_cache(maxsize=4096)(self._read)
        self.like = lru_cache(maxsize=2048)(self._like)
        self.start = lru_cache(maxsize=8192)(self._start)
        self._guesses = lru_cache(maxsize=2048)(self._guessed)
        self._sounding = lru_cache(maxsize=64)(self._by_sound)

    def find(self, word: str) -> int:
        """The id of a word, ``-1`` if nothing has it."""
        at = bisect_left(self.words, word)
        return at if at < len(self.words) and self.words[at] == word else -1

    def real(self, word: str) -> bool:
        """Whether somebody wrote the word, rather than that it is the initials of a name."""
        at = self.find(word)
        return at >= 0 and (self._made is None or not self._made[at])

    def _start(self, letters: str) -> tuple[int, int]:
        """The slice of the words that start so."""
        return bisect_left(self.words, letters), bisect_left(self.words, letters + LAST)

    def kin(self, word: str) -> tuple[int, ...]:
        """The ids of the words with the same stem."""
        return self._stems.get(stem(word), ())

    def warm(self) -> None:
        """Sort every word by its stem, its length and its sound now."""
        self.read("zzzzz", True)
        _ = self._tails
        for letter in "abcdefghijklmnopqrstuvwxyz":
            self._sounding(letter)

    def mended(self, word: str) -> str:
        """The word itself if it is here, else the one it is most likely a misspelling of, else ``""``."""
        if self.find(word) >= 0:
            return word
        likely = [r for r in self.read(word, False) if r.how in ("spelling", "sound") and r.quality >= 0.4]
        return self.words[max(likely, key=lambda r: r.quality).low] if likely else ""

    def _like(self, word: str) -> tuple[str, float]:
        """The word that this is likeliest to be when it is not a word at all, and how likely (0 to 1)."""
        if self.find(word) >= 0:
            return word, 1.0
        guesses = self._guesses(word)
        best = max(guesses, key=lambda r: (r.quality * self._common(r.low), -r.low), default=None)
        return (self.words[best.low], best.quality * self._common(best.low)) if best else ("", 0.0)

    def nearest(self, word: str) -> str:
        """The most likely word meant, ``""`` when none is close."""
        readings = [r for r in self.read(word, False) if r.high - r.low == 1]
        if readings:
            return self.words[max(readings, key=lambda r: r.quality).low]
        found = process.extractOne(word, self.words, scorer=fuzz.ratio, score_cutoff=60)
        return found[0] if found else ""

    def _read(self, word: str, last: bool) -> tuple[Reading, ...]:
        """Every way to read ``word``; ``last`` words may be unfinished."""
        exact = self.find(word)
        readings = [Reading(exact, exact + 1, 1.0, "exact")] if exact >= 0 else []
        readings += [Reading(i, i + 1, 0.93, "stem") for i in self.kin(word) if i != exact]
        known = sum(self.df(r.low, r.high) for r in readings)
        started = 0
        if last or len(word) >= 4 or (len(word) == 3 and not known):
            low, high = self.start(word)
            started = self.df(low, high) - (self.df(exact, exact + 1) if exact >= 0 else 0)
            if started and (last or known < 20 or started < MANY):
                readings.append(Reading(low, high, 0.85 if last else 0.6, "start"))
        if len(word) < 4 or sum(map(str.isalpha, word)) < 4 or (self.plain(word) and not last):
            return tuple(readings)
        rare = known < 3 and (started < 3 or (not last and started < 8))
        unknown = exact < 0 and not started
        if rare or unknown or (len(word) >= 5 and known < 20 and started < 20):
            trust = 1.0 if not known else 0.8 if unknown else 0.55
            have = {r.low for r in readings if r.high - r.low == 1}
            trust *= PLAIN if self.plain(word) else 1
            guesses = list(self._guesses(word))
            if not guesses and last and not readings:
                guesses = self._unfinished(word)
            if not readings and len(word) >= 5 and all(guess.quality < 0.6 for guess in guesses):
                guesses += self._anywhere(word)
            best: dict[int, Reading] = {}
            for guess in guesses:
                quality = guess.quality * trust * self._common(guess.low)
                if guess.low not in have and quality > (best[guess.low].quality if guess.low in best else 0):
                    best[guess.low] = Reading(guess.low, guess.high, quality, guess.how)
            readings += best.values()
        return tuple(readings)

    def _common(self, word: int) -> float:
        """Of two words as close, the common one is likelier meant: .75 to 1."""
        return 0.75 + 0.25 * min(1.0, math.log1p(self.df(word, word + 1)) / 4)

    def _guessed(self, word: str) -> tuple[Reading, ...]:
        """What a word may be misspelt or misheard from; asked several times of each word that is typed."""
        return (*self._misspelt(word), *self._misheard(word))

    def _misspelt(self, word: str) -> list[Reading]:
        most = 2 if len(word) >= 6 else 1
        may = {id_: self.words[id_] for id_ in self._letters.near(word, most, *self.start(word[0]))}
        close = process.extract(word, may, scorer=OSA.distance, score_cutoff=most, limit=None)
        close.sort(key=lambda found: (len(found[0]), found[1:]))
        return [self._guess(id_, edits, word) for _, edits, id_ in close if edits]

    def _guess(self, id_: int, edits: float, word: str) -> Reading:
        quality = (0.8 if len(word) >= 5 else 0.62) if edits <= 1 else 0.5
        return Reading(id_, id_ + 1, quality, "spelling")

    def _misheard(self, word: str) -> list[Reading]:
        key = sound(word)
        if not key:
            return []
        heard, keys, letters = self._sounding(key[0])
        near = [key] if key in heard else []
        if len(key) >= 6 and letters:
            may = [keys[at] for at in letters.near(key, 1, 0, len(keys))]
            close = process.extract(key, may, scorer=OSA.distance, score_cutoff=1, limit=None)
            near += sorted((k for k, edits, _ in close if edits), key=len)
        found = []
        for like in near:
            for id_ in heard[like]:
                alike = fuzz.ratio(respelt(word), respelt(self.words[id_])) / 100
                if alike >= 0.5 and self.words[id_] != word:
                    quality = (0.45 + 0.3 * alike) * (1.0 if like == key else 0.8)
                    found.append(Reading(id_, id_ + 1, quality, "sound"))
        return found

    def _unfinished(self, word: str) -> list[Reading]:
        """A misspelt beginning: compares it with what as many letters of each word would be."""
        most = 2 if len(word) >= 6 else 1
        may = self._letters.begun(word, most, *self.start(word[0]))
        cut = {id_: self.words[id_][: len(word)] for id_ in may}
        close = process.extract(word, cut, scorer=OSA.distance, score_cutoff=most, limit=60)
        return [Reading(id_, id_ + 1, 0.68 if edits <= 1 else 0.42, "spelling") for _, edits, id_ in close]

    def _anywhere(self, word: str) -> list[Reading]:
        """The last resort: a wrong, missing or needless first letter, or the first two swapped."""
        swapped = self.find(word[1] + word[0] + word[2:])
        without = self.find(word[1:])
        found = [*self._tails.get(word[1:], ()), *self._tails.get(word, ()), swapped, without]
        return [self._guess(id_, 1, word) for id_ in dict.fromkeys(found) if id_ >= 0]

    @cached_property
    def _tails(self) -> dict[str, list[int]]:
        """The words by all but their first letter."""
        tails: dict[str, list[int]] = defaultdict(list)
        for id_, word in enumerate(self.words):
            if len(word) >= 4:
                tails[word[1:]].append(id_)
        return dict(tails)

    @cached_property
    def _stems(self) -> dict[str, tuple[int, ...]]:
        stems: dict[str, list[int]] = defaultdict(list)
        for id_, word in enumerate(self.words):
            stems[stem(word)].append(id_)
        return {key: tuple(ids) for key, ids in stems.items()}

    @cached_property
    def _letters(self) -> Letters:
        from triage.directory.letters import Letters

        return Letters(self.words)

    def _by_sound(self, first: str) -> tuple[dict[str, list[int]], list[str], Letters | None]:
        """The words whose sound starts with ``first``, those sounds, and their letters; only words that start with a
        fitting letter are sounded out.
        """
        from triage.directory.letters import Letters

        heard: dict[str, list[int]] = defaultdict(list)
        for letter in LETTERS.get(first, first):
            for id_ in range(*self.start(letter)):
                for key in sounds(self.words[id_]):
                    if key[0] == first:
                        heard[key].append(id_)
        keys = list(heard)
        return dict(heard), keys, Letters(keys) if keys else None

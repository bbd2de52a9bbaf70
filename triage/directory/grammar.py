"""The small words of what callers say: what drops out, what denies, and which words are one.

A phrase and a query become *codes*: the stem of each telling word, the first of its meaning standing for all, with
``~`` before it where it is denied (*can't cook*, *no longer cooks* and *has stopped cooking* are ``~cook``). Small
words are kept beside them, with ``.`` before, for the phrases that say too little without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from triage.directory.words import STOP, stem, tokens

NOT, CANNOT = "not", "cannot"
Small = Literal["", "filler", "kin", "pronoun"]


@dataclass(frozen=True, slots=True)
class Code:
    """A word as it is compared: ``at`` are the positions it stands for, ``denied`` how, ``small`` what small word."""

    code: str
    at: frozenset[int]
    denied: str = ""
    small: Small = ""


@dataclass(frozen=True)
class Grammar:
    """The small words: ``kin``, ``pronouns`` and ``filler`` drop out; ``rewrites`` turn several words into one
    (``no longer: not``); ``denials`` maps a word to ``not`` or ``cannot``; each tuple of ``same`` holds words of one
    meaning, the first of which stands for all. ``weak`` are stems that say too little to be a phrase by themselves,
    ``plain`` stems of everyday words, which aren't misspellings of others.
    """

    kin: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    filler: frozenset[str] = frozenset()
    rewrites: Mapping[str, str] = field(default_factory=dict)
    denials: Mapping[str, str] = field(default_factory=dict)
    same: tuple[tuple[str, ...], ...] = ()
    plain: frozenset[str] = frozenset()

    @cached_property
    def small_words(self) -> frozenset[str]:
        """All words that carry no need of their own."""
        return self.kin | self.pronouns | self.filler | set(self.denials)

    @cached_property
    def passed_over(self) -> frozenset[str]:
        """What a search need not find."""
        return self.small_words | STOP

    def one(self, word: str) -> str:
        """The stem that stands for a word and all of its meaning."""
        root = stem(word)
        return self._same.get(root, root)

    def codes(self, words: list[str]) -> list[Code]:
        """The words as they are compared, in order."""
        found: list[Code] = []
        denial, since, last = "", frozenset[int](), ""
        at = 0
        while at < len(words):
            step, word = self._next(words, at) if words[at] in self._longest else (1, words[at])
            here = frozenset(range(at, at + step))
            at += step
            if word in self.denials or word in (NOT, CANNOT):
                denial, since = self.denials.get(word, word), since | here
                found.append(Code(f".{denial}", here, small="filler"))
                continue
            if word in ("and", "but", "because", "so"):
                denial, since = "", frozenset()
            if word in ("or", "nor") and last:
                denial, since = last, here
            small = self._smallness.get(word, "")
            if small:
                found.append(Code(f".{'kin' if small == 'kin' else stem(word)}", here, small=small))
            if small or not word:
                continue
            code = self.one(word)
            found.append(Code(f"~{code}", since | here, denial) if denial else Code(code, here))
            denial, since, last = "", frozenset(), denial
        return found

    def wanted(self, codes: list[Code], users: Mapping[str, set[int]], weak: int) -> frozenset[str]:
        """The codes a phrase can't do without. One word alone that more than ``weak`` concepts use (*live*, *house*)
        also needs the small words; ``users`` says which concepts use a code.
        """
        telling = frozenset(code.code for code in codes if not code.small)
        if len(telling) > 1:
            return telling
        if telling and len(users[next(iter(telling))]) <= weak and not telling & self.weak:
            return telling
        filler = frozenset(code.code for code in codes if code.small in ("filler", "kin"))
        if telling or len(filler) > 1:
            return telling | filler
        return frozenset(code.code for code in codes)

    @cached_property
    def _same(self) -> Mapping[str, str]:
        return {stem(word): group[0] for group in self.same for word in tokens(" ".join(group))}

    @cached_property
    def _rewritten(self) -> Mapping[tuple[str, ...], str]:
        return {tuple(tokens(given)): one for given, one in self.rewrites.items()}

    @cached_property
    def _longest(self) -> Mapping[str, int]:
        longest: dict[str, int] = {}
        for given in self._rewritten:
            longest[given[0]] = max(len(given), longest.get(given[0], 0))
        return longest

    @cached_property
    def _smallness(self) -> Mapping[str, Small]:
        found: dict[str, Small] = dict.fromkeys(self.pronouns, "pronoun")
        found |= dict.fromkeys((*self.kin, *(f"{word}s" for word in self.kin)), "kin")
        return found | dict.fromkeys(self.filler, "filler")

    def _next(self, words: list[str], at: int) -> tuple[int, str]:
        for length in range(min(self._longest.get(words[at], 0), len(words) - at), 0, -1):
            rewritten = self._rewritten.get(tuple(words[at : at + length]))
            if rewritten is not None:
                return length, rewritten
        return 1, words[at]

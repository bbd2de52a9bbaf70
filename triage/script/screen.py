"""Soft prompts: what a caller said that may be a sign. They ask a person to look; they never decide.

A sign is a few *families* of words that stand close together (``money`` near ``missing``), not a list of sentences: any
form of a word counts (by its stem), a misspelling of a long one counts, and kin words, pronouns and other small
words neither count nor take up room. A sign said not to be so (“no bruises”) raises nothing, unless the
“not” is itself the sign (“no food”, “won't let me”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from rapidfuzz.distance import OSA

from triage.script.walk import Prompt

PromptKind = Literal["danger", "safeguarding", "carer", "unsafe", "capacity"]

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_BREAK = re.compile(r"[.;:!?\n]|\bbut\b|\bhowever\b|\balthough\b")
_SOFT_BREAK = re.compile(r",|\band\b|\bso\b|\bthen\b|\bbecause\b|\bsince\b|\bwhen\b|\bif\b")
_NEGATION = frozenset(["not", "no", "never", "without", "nor", "neither", "none", "nobody", "nothing", "hardly"])
_REACH = 2
"""A “not” covers the two next words that count, up to the next break."""
_SHORTENED = re.compile(
    r"\b(ca|wo|hav|do|does|did|is|are|was|were|has|have|had|would|could|should|must|need)n[’'`]?t\b"
    r"|\b(can)not\b|\baint\b|\bain't\b"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: every family in ``all`` within ``within`` words that count.

    ``unless`` are families that take it back when they stand in the same sentence. ``negated`` lets a “not” stand
    before it. ``ordered`` insists on the order given.
    """

    name: str
    kind: PromptKind
    all: tuple[str, ...]
    within: int = 5
    unless: tuple[str, ...] = ()
    negated: bool = False
    ordered: bool = False
    why: str = ""


@dataclass(frozen=True)
class Phrases:
    """The phrase file: word families, small words that don't count, and signs."""

    version: str
    small: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    signs: tuple[Sign, ...]

    @cached_property
    def stems(self) -> Mapping[str, tuple[str, ...]]:
        """Families by the stem of each of their single words."""
        found: dict[str, list[str]] = {}
        for family, words in self.families.items():
            for word in words:
                if " " not in word:
                    found.setdefault(stem(word), []).append(family)
        return {k: tuple(dict.fromkeys(v)) for k, v in found.items()}

    @cached_property
    def runs(self) -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
        """Families of several words, by their first stem, longest first."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for family, words in self.families.items():
            for word in words:
                parts = tuple(stem(t) for t, _, _ in _words(word))
                if len(parts) > 1:
                    found.setdefault(parts[0], []).append((parts, family))
        return {k: tuple(sorted(v, key=lambda r: -len(r[0]))) for k, v in found.items()}

    @cached_property
    def spellings(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """(word, stem) of every word long enough to be misspelt, by its first letter."""
        found: dict[str, dict[str, str]] = {}
        for words in self.families.values():
            for word in words:
                if " " not in word and len(word) >= 6:
                    found.setdefault(word[0], {})[word] = stem(word)
        return {k: tuple(v.items()) for k, v in found.items()}

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Words that take up no room."""
        return frozenset(self.small)


@dataclass(frozen=True, slots=True)
class _Found:
    """A family at a place: its sentence, its position among the words that count, and where it stands in the text."""

    family: str
    sentence: int
    at: int
    start: int
    end: int
    negated: bool


def screen(texts: Mapping[str, str], phrases: Phrases) -> tuple[Prompt, ...]:
    """The prompts that texts raise, by key; each sign at most once a key, in the file's order."""
    return tuple(p for key, text in texts.items() if text.strip() for p in _screen(key, text, phrases))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without its ending (English Snowball)."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, “can't” written out, at the same length where it can be."""
    return text.lower().replace("’", "'").replace("`", "'")


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """(word, start, end) of each word; a shortened “not” becomes two words at one place."""
    plain = _plain(text)
    for token in _TOKEN.finditer(plain):
        word, start, end = token.group(), token.start(), token.end()
        short = _SHORTENED.fullmatch(word)
        if short:
            root = {"ca": "can", "wo": "will", "hav": "have", None: short.group(2) or "is"}.get(short.group(1), short.group(1))
            yield str(root), start, end
            yield "not", start, end
        else:
            yield word.removesuffix("'s").replace("'", ""), start, end


def _families(words: Sequence[tuple[str, int, int]], i: int, phrases: Phrases) -> Iterator[tuple[str, int]]:
    """The families of the word at ``i``, with the index of the last word each takes."""
    word = words[i][0]
    root = stem(word)
    for parts, family in phrases.runs.get(root, ()):
        if tuple(stem(w[0]) for w in words[i : i + len(parts)]) == parts:
            yield family, i + len(parts) - 1
    found = phrases.stems.get(root)
    if found is None and len(word) >= 6 and word not in phrases.small_words:
        found = phrases.stems.get(_meant(word, phrases.spellings.get(word[0], ())), ())
    for family in found or ():
        yield family, i


@lru_cache(maxsize=8192)
def _meant(word: str, spellings: tuple[tuple[str, str], ...]) -> str:
    limit = 2 if len(word) >= 9 else 1
    best = min(((OSA.distance(word, known, score_cutoff=limit), root) for known, root in spellings), default=(9, ""))
    return best[1] if best[0] <= limit else ""


def _mark(text: str, phrases: Phrases) -> list[_Found]:
    """Every family in the text, with its place and whether a “not” covers it."""
    words = list(_words(text))
    plain = _plain(text)
    found: list[_Found] = []
    sentence = at = 0
    cover = 0
    previous = 0
    for i, (word, start, end) in enumerate(words):
        between = plain[previous:start]
        if _BREAK.search(between) or (word in ("but", "however", "although")):
            sentence, cover, at = sentence + 1, 0, at + 2
        elif _SOFT_BREAK.search(between) or _SOFT_BREAK.fullmatch(word):
            cover = 0
        previous = end
        hits = list(_families(words, i, phrases))
        counts = word not in phrases.small_words and word not in _NEGATION
        if counts or hits:
            at += 1 if counts else 0
            for family, last in hits:
                found.append(_Found(family, sentence, at, start, words[last][2], cover > 0))
        if word in _NEGATION:
            found.append(_Found("not", sentence, at, start, end, False))
            cover = _REACH
        elif counts:
            cover = max(0, cover - 1)
    return found


def _screen(key: str, text: str, phrases: Phrases) -> Iterator[Prompt]:
    marks = _mark(text, phrases)
    by_family: dict[str, list[_Found]] = {}
    for mark in marks:
        by_family.setdefault(mark.family, []).append(mark)
    for sign in phrases.signs:
        if not all(family in by_family for family in sign.all):
            continue
        span = _nearest(sign, by_family)
        if span is not None:
            yield Prompt(f"{key}:{sign.name}", sign.kind, " ".join(text[span[0] : span[1]].split()), key)


def _nearest(sign: Sign, by_family: Mapping[str, list[_Found]]) -> tuple[int, int] | None:
    """Where the sign stands in the text, ``None`` when it doesn't."""
    for first in by_family[sign.all[0]]:
        chosen = [first]
        for family in sign.all[1:]:
            near = [
                m
                for m in by_family[family]
                if abs(m.at - first.at) <= sign.within
                and (not sign.ordered or m.start >= chosen[-1].start)
                and all(m.start != c.start or m.family == "not" or c.family == "not" for c in chosen)
            ]
            if not near:
                break
            chosen.append(min(near, key=lambda m: abs(m.at - first.at)))
        else:
            if not sign.negated and any(m.negated for m in chosen) and "not" not in sign.all:
                continue
            if any(m.sentence == first.sentence for f in sign.unless for m in by_family.get(f, ())):
                continue
            return min(m.start for m in chosen), max(m.end for m in chosen)
    return None

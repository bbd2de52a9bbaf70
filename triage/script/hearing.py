"""Hears words in a text: which families of words stand where, and what is said not to be so.

A family is a list of words and short runs of words. Any form of a word counts (by a light stem), a misspelling of
a long one counts, and fillers (articles, “my”, “really”) may stand inside a run. Idioms are swallowed first, so
that “I could kill for a cup of tea” kills nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

NOT = "not"
"""The family every word of negation belongs to."""
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_HARD = re.compile(r"[.;!?\n]")
_SOFT = re.compile(r"[,:–—/]| - ")
_SOFT_WORDS = frozenset(["and", "so", "then", "because", "cos", "coz", "since", "when", "if", "while", "as"])
_TURNS = frozenset(["but", "however", "although", "though", "except", "yet"])
_NEGATION = frozenset(
    [
        "not",
        "no",
        "never",
        "without",
        "nor",
        "neither",
        "none",
        "nobody",
        "nothing",
        "nowt",
        "hardly",
        "barely",
        "nil",
        "denies",
        "denied",
    ]
)
_HEARSAY = frozenset(
    [
        "know",
        "think",
        "want",
        "like",
        "believe",
        "trust",
        "mean",
        "say",
        "care",
        "sure",
        "just",
        "only",
        "stop",
        "help",
        "mind",
        "matter",
        "why",
        "tell",
        "wait",
    ]
)
"""After these a “not” says nothing about what follows: “I don't know why he hits her”."""
_REACH = 3
"""A “not” covers the next words that count, this many, up to the next break."""
_SENTENCE = 3
"""The room a full stop takes up, in words that count."""
_AFTER = frozenset(["none", "nil"])
"""“Bruising: none” takes back what stands before it."""
EXACTLY = "="
"""Before an entry: only this very word, no other form of it and no misspelling."""
_LONG = 6
"""Letters that a word needs before a misspelling of it counts."""

_NOT_SHORT = re.compile(r"(ca|wo|sha|do|does|did|is|are|was|were|has|have|had|would|could|should|must|need|ai)n'?t")
_ROOTS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_VOWEL = re.compile(r"[aeiouy]")
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
"""A short word with one vowel, which had an “e” if it has lost its ending without doubling."""
_TAILS = frozenset(["s", "re", "ve", "d", "ll", "m"])
_DROPPED = {"im": "i", "ive": "i", "hes": "he", "shes": "she", "theyre": "they", "theyve": "they", "weve": "we"} | {
    "theres": "there", "thats": "that", "whos": "who", "em": "them", "noone": "nobody", "youre": "you"
}  # fmt: skip


class Mark(NamedTuple):
    """A family at a place.

    ``at`` is its place among the words that count and ``ends`` that of its last word; ``small`` when it takes up no
    room; ``sentence`` numbers the sentences; ``start`` and ``end`` are where it stands in the text; ``denied`` is where
    the “not” that covers it begins, -1 without one.
    """

    family: str
    sentence: int
    at: int
    ends: int
    small: bool
    start: int
    end: int
    denied: int


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The word without its commonest endings: ``hitting`` and ``hits`` are ``hit``, ``taking`` is ``take``."""
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    root = word
    if len(word) > 5 and word.endswith("ing"):
        root = _base(word[:-3])
    elif len(word) > 3 and word.endswith("ed") and not word.endswith(("eed", "ied")):
        root = _base(word[:-2])
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        root = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        root = word[:-1]
    if not _VOWEL.search(root):
        return word
    if len(root) > 4 and root.endswith("e") and not (len(root) == 5 and _SHORT.fullmatch(root[:-1])):
        return root[:-1]
    return root


def _base(root: str) -> str:
    """What stood before “-ing” or “-ed”: ``hitt`` was ``hit``, ``tak`` was ``take``."""
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
        return root[:-1]
    return root + "e" if len(root) <= 4 and _SHORT.fullmatch(root) else root


@lru_cache(maxsize=16384)
def _spelt_out(token: str) -> tuple[str, ...]:
    """A token as plain words: “can't” and “cant” are ``can not``, “he's” is ``he``."""
    short = _NOT_SHORT.fullmatch(token)
    if short:
        return _ROOTS.get(short[1], short[1]), "not"
    if token == "cannot":
        return "can", "not"
    head, apostrophe, tail = token.rpartition("'")
    if apostrophe and tail in _TAILS:
        token = head
    token = token.replace("'", "")
    return (_DROPPED.get(token, token),)


def split(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of each word, in lower case; a shortened “not” is a word of its own at the same place."""
    plain = text.lower().replace("’", "'").replace("`", "'")
    if len(plain) != len(text):
        plain = "".join(c.lower() if len(c.lower()) == 1 else c for c in text).replace("’", "'").replace("`", "'")
    return [(word, t.start(), t.end()) for t in _TOKEN.finditer(plain) for word in _spelt_out(t.group())]


def parts(words: str) -> list[str]:
    """``"moved in, new friend"`` as its entries."""
    return [entry for piece in words.split(",") if (entry := piece.strip())]


_Word = tuple[str, int, int]
_Node = dict[str, Any]
"""A place in the tree of runs: the next words' stems, and under ``""`` the families that end here."""


class Ears:
    """Families made ready for listening. ``fillers`` may stand inside a run; ``small`` words take up no room;
    ``meant`` are no misspellings."""

    def __init__(self, families: Mapping[str, str], idioms: str, fillers: str, small: str, meant: str) -> None:
        self._fillers = frozenset(parts(fillers))
        self._small = self._fillers | _NEGATION | frozenset(parts(small))
        self._meant = frozenset(parts(meant))
        self._runs: _Node = {}
        self._idioms: _Node = {}
        self._exact: dict[str, list[str]] = {}
        known: set[str] = set()
        for family, words in families.items():
            for entry in parts(words):
                if entry.startswith(EXACTLY):
                    self._exact.setdefault(entry[1:], []).append(family)
                else:
                    known.update(_plant(self._runs, entry, family))
        for entry in parts(idioms):
            known.update(_plant(self._idioms, entry, ""))
        self._roots = frozenset(map(stem, known))
        self._spellings: dict[str, list[str]] = {}
        for word in sorted(known):
            if len(word) >= _LONG:
                self._spellings.setdefault(word[0], []).append(word)
        self._root = lru_cache(maxsize=16384)(self._unmisspelt)

    def _unmisspelt(self, word: str) -> str:
        """The stem of a word, or of the known word that it misspells."""
        root = stem(word)
        if len(word) < _LONG or root in self._roots or word in self._small or word in self._meant:
            return root
        allowed = 2 if len(word) >= _LONG + 3 else 1
        near = extractOne(word, self._spellings.get(word[0], ()), scorer=OSA.distance, score_cutoff=allowed)
        if near is None or (len(word) < _LONG + 2 and len(near[0]) == len(word) and sorted(near[0]) != sorted(word)):
            return root
        return stem(near[0])

    def hear(self, text: str) -> list[Mark]:
        """Every family in the text, in order."""
        words = split(text)
        ats, sentences, clauses = self._places(text, words)
        covered = self._covered(words, clauses)
        marks: list[Mark] = []
        for family, i, j in self._found(words):
            if sentences[i] == sentences[j]:
                word, start, _ = words[i]
                small = i == j and word in self._small
                place = (
                    sentences[i],
                    ats[i],
                    ats[j],
                    small,
                    start,
                    words[j][2],
                    -1 if word in _NEGATION else covered[i],
                )
                marks.append(Mark(family, *place))
        return marks

    def _found(self, words: Sequence[_Word]) -> Iterator[tuple[str, int, int]]:
        """(family, first word, last word), idioms swallowed."""
        roots = [self._root(word) for word, _, _ in words]
        swallowed = -1
        for i, (word, _, _) in enumerate(words):
            if word in _NEGATION:
                yield NOT, i, i
            if i <= swallowed:
                continue
            swallowed = max((last for last, _ in self._along(self._idioms, words, roots, i)), default=-1)
            if swallowed >= i:
                continue
            for last, families in self._along(self._runs, words, roots, i):
                for family in families:
                    yield family, i, last
            for family in self._exact.get(word, ()):
                yield family, i, i

    def _along(
        self, tree: _Node, words: Sequence[_Word], roots: Sequence[str], i: int
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """(last word, families) of every run that begins at ``i``."""
        first = tree.get(roots[i])
        if first is None:
            return
        places = [(first, i)]
        while places:
            node, at = places.pop()
            if "" in node:
                yield at, node[""]
            if at + 1 < len(roots) and len(node) > ("" in node):
                following = node.get(roots[at + 1])
                if following is not None:
                    places.append((following, at + 1))
                if words[at + 1][0] in self._fillers:
                    places.extend(self._past(node, words, roots, at + 1))

    def _past(
        self, node: _Node, words: Sequence[_Word], roots: Sequence[str], filler: int
    ) -> Iterator[tuple[_Node, int]]:
        """On from a filler that the run doesn't have; two in a row at most."""
        for after in range(filler + 1, min(filler + 3, len(roots))):
            following = node.get(roots[after])
            if following is not None:
                yield following, after
                return
            if words[after][0] not in self._fillers:
                return

    def _places(self, text: str, words: Sequence[_Word]) -> tuple[list[int], list[int], list[int]]:
        """For each word: its place among the words that count, its sentence, its clause."""
        ats: list[int] = []
        sentences: list[int] = []
        clauses: list[int] = []
        at = sentence = clause = previous = 0
        for word, start, end in words:
            between = text[previous:start]
            if len(between) > 1 and _HARD.search(between):
                sentence, clause, at = sentence + 1, clause + 1, at + _SENTENCE
            elif word in _TURNS:
                clause, at = clause + 1, at + 1
            elif word in _SOFT_WORDS or (len(between) > 1 and _SOFT.search(between)):
                clause += 1
            previous = end
            if word not in self._small:
                at += 1
            ats.append(at)
            sentences.append(sentence)
            clauses.append(clause)
        return ats, sentences, clauses

    def _covered(self, words: Sequence[_Word], clauses: Sequence[int]) -> list[int]:
        """For each word, where the “not” begins that stands before it, near and in its clause; -1 without one."""
        covered = [-1] * len(words)
        left = clause = 0
        since = -1
        for i, (word, start, _) in enumerate(words):
            if clauses[i] != clause:
                left, clause = 0, clauses[i]
            covered[i] = since if left > 0 else -1
            following = words[i + 1][0] if i + 1 < len(words) else ""
            if word in _NEGATION:
                left, since = (0 if following in _HEARSAY else _REACH), start
                if word in _AFTER and i and clauses[i - 1] == clause - 1:
                    self._take_back(words, clauses, covered, i)
            elif word == "used" and following == "to":
                left, since = _REACH + 1, start
            elif word not in self._small and left:
                left -= 1
        return covered

    def _take_back(self, words: Sequence[_Word], clauses: Sequence[int], covered: list[int], i: int) -> None:
        for j in range(i - 1, max(-1, i - 1 - _REACH), -1):
            if clauses[j] == clauses[i - 1]:
                covered[j] = words[i][1]


def _plant(tree: _Node, entry: str, family: str) -> list[str]:
    """Put one entry into a tree; its words."""
    words = [plain for word in entry.split() for plain in _spelt_out(word)]
    for word in words:
        tree = tree.setdefault(stem(word), {})
    families = tree.setdefault("", [])
    if family not in families:
        families.append(family)
    return words

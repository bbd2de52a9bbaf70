"""Hears families of words: which stand where in what was said.

A family is a list of words and short runs of words. Any form of a word counts (by a light stem), a misspelling of
a long one counts, and fillers (articles, “my”, “really”) may stand inside a run. Idioms are swallowed first, so
that “I could kill for a cup of tea” kills nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from triage.script.words import NEGATION, Word, parts, read, spelt_out, stem

NOT = "not"
"""The family every word of negation belongs to."""
EXACTLY = "="
"""Before an entry: only this very word, no other form of it and no misspelling."""
_LONG = 6
"""Letters that a word needs before a misspelling of it counts."""


class Mark(NamedTuple):
    """A family at a place.

    ``at`` is its place among the words that take up room and ``ends`` that of its last word; ``small`` when it takes
    up none; ``sentence`` numbers the sentences; ``start`` and ``end`` are where it stands in the text; ``denied`` is
    where the “not” that is about it begins, -1 without one.
    """

    family: str
    sentence: int
    at: int
    ends: int
    small: bool
    start: int
    end: int
    denied: int


_Node = dict[str, Any]
"""A place in the tree of runs: the next words' stems, and under ``""`` the families that end here."""


class Ears:
    """Families made ready for listening. ``fillers`` may stand inside a run; ``small`` words take up no room;
    ``meant`` are no misspellings."""

    def __init__(self, families: Mapping[str, str], idioms: str, fillers: str, small: str, meant: str) -> None:
        self._fillers = frozenset(parts(fillers))
        self._small = self._fillers | NEGATION | frozenset(parts(small))
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

    def words(self, text: str) -> list[Word]:
        """The words of a text, with their places."""
        return read(text, self._small)

    def hear(self, words: Sequence[Word]) -> list[Mark]:
        """Every family in the words, in order."""
        marks: list[Mark] = []
        for family, i, j in self._found(words):
            first, last = words[i], words[j]
            if first.sentence == last.sentence:
                small = i == j and first.word in self._small
                denied = -1 if first.word in NEGATION else first.denied
                marks.append(Mark(family, first.sentence, first.at, last.at, small, first.start, last.end, denied))
        return marks

    def _found(self, words: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
        """(family, first word, last word), idioms swallowed."""
        roots = [self._root(w.word) for w in words]
        swallowed = -1
        for i, word in enumerate(words):
            if word.word in NEGATION:
                yield NOT, i, i
            if i <= swallowed:
                continue
            if roots[i] in self._idioms:
                swallowed = max((last for last, _ in self._along(self._idioms, words, roots, i)), default=-1)
                if swallowed >= i:
                    continue
            if roots[i] in self._runs:
                for last, families in self._along(self._runs, words, roots, i):
                    for family in families:
                        yield family, i, last
            if word.word in self._exact:
                for family in self._exact[word.word]:
                    yield family, i, i

    def _along(
        self, tree: _Node, words: Sequence[Word], roots: Sequence[str], i: int
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """(last word, families) of every run that begins at ``i``, whose first word the tree has."""
        places = [(tree[roots[i]], i)]
        while places:
            node, at = places.pop()
            if "" in node:
                yield at, node[""]
            if at + 1 < len(roots) and len(node) > ("" in node):
                following = node.get(roots[at + 1])
                if following is not None:
                    places.append((following, at + 1))
                if words[at + 1].word in self._fillers:
                    places.extend(self._past(node, words, roots, at + 1))

    def _past(
        self, node: _Node, words: Sequence[Word], roots: Sequence[str], filler: int
    ) -> Iterator[tuple[_Node, int]]:
        """On from a filler that the run doesn't have; two in a row at most."""
        for after in range(filler + 1, min(filler + 3, len(roots))):
            following = node.get(roots[after])
            if following is not None:
                yield following, after
                return
            if words[after].word not in self._fillers:
                return


def _plant(tree: _Node, entry: str, family: str) -> list[str]:
    """Put one entry into a tree; its words."""
    words = [plain for word in entry.split() for plain in spelt_out(word)]
    for word in words:
        tree = tree.setdefault(stem(word), {})
    families = tree.setdefault("", [])
    if family not in families:
        families.append(family)
    return words

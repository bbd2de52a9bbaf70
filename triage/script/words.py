"""Words as they are said: stems, “can't” written out, and what a “not” is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_HARD = re.compile(r"[.;!?\n]")
_SOFT = re.compile(r"[,:–—/]| - ")
_SOFT_WORDS = frozenset(["and", "so", "then", "because", "cos", "coz", "since", "when", "if", "while", "as"])
_TURNS = frozenset(["but", "however", "although", "though", "except", "yet"])
NEGATION = frozenset(
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
_NOT_SHORT = re.compile(r"(ca|wo|sha|do|does|did|is|are|was|were|has|have|had|would|could|should|must|need|ai)n'?t")
_ROOTS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_VOWEL = re.compile(r"[aeiouy]")
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
"""A short word with one vowel, which had an “e” if it has lost its ending without doubling."""
_TAILS = frozenset(["s", "re", "ve", "d", "ll", "m"])
_DROPPED = {"im": "i", "ive": "i", "hes": "he", "shes": "she", "theyre": "they", "theyve": "they", "weve": "we"} | {
    "theres": "there", "thats": "that", "whos": "who", "em": "them", "noone": "nobody", "youre": "you"
}  # fmt: skip


class Word(NamedTuple):
    """A word in a text.

    ``at`` is its place among the words that take up room; ``sentence`` and ``clause`` number these; ``start`` and
    ``end`` are where it stands in the text; ``denied`` is where the “not” that is about it begins, -1 without one.
    """

    word: str
    start: int
    end: int
    at: int
    sentence: int
    clause: int
    denied: int = -1


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
def spelt_out(token: str) -> tuple[str, ...]:
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


def parts(words: str) -> list[str]:
    """``"moved in, new friend"`` as its entries."""
    return [entry for piece in words.split(",") if (entry := piece.strip())]


def split(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of each word, in lower case; a shortened “not” is a word of its own at the same place."""
    plain = text.lower().replace("’", "'").replace("`", "'")
    if len(plain) != len(text):
        plain = "".join(c.lower() if len(c.lower()) == 1 else c for c in text).replace("’", "'").replace("`", "'")
    return [(word, t.start(), t.end()) for t in _TOKEN.finditer(plain) for word in spelt_out(t.group())]


def read(text: str, small: Collection[str]) -> list[Word]:
    """The words of a text, with their places. ``small`` words take up no room."""
    places: list[tuple[str, int, int, int, int, int]] = []
    at = sentence = clause = previous = 0
    for word, start, end in split(text):
        between = text[previous:start]
        if len(between) > 1 and _HARD.search(between):
            sentence, clause, at = sentence + 1, clause + 1, at + _SENTENCE
        elif word in _TURNS:
            clause, at = clause + 1, at + 1
        elif word in _SOFT_WORDS or (len(between) > 1 and _SOFT.search(between)):
            clause += 1
        previous = end
        at += word not in small
        places.append((word, start, end, at, sentence, clause))
    denied = _denied([(place[0], place[1], place[5]) for place in places], small)
    return [Word(*place, since) for place, since in zip(places, denied, strict=True)]


def _denied(words: Sequence[tuple[str, int, int]], small: Collection[str]) -> list[int]:
    """For each (word, start, clause), where the “not” begins that stands before it, near and in its clause, or -1."""
    denied = [-1] * len(words)
    left = clause = 0
    since = -1
    for i, (word, start, within) in enumerate(words):
        if within != clause:
            left, clause = 0, within
        if left > 0:
            denied[i] = since
        if word in NEGATION:
            following = words[i + 1][0] if i + 1 < len(words) else ""
            left, since = (0 if following in _HEARSAY else _REACH), start
            if word in _AFTER and i and words[i - 1][2] == clause - 1:
                for j in range(max(0, i - _REACH), i):
                    if words[j][2] == clause - 1:
                        denied[j] = start
        elif word == "used" and i + 1 < len(words) and words[i + 1][0] == "to":
            left, since = _REACH + 1, start
        elif left and word not in small:
            left -= 1
    return denied

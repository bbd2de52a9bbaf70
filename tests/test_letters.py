"""Picking out the words that a misspelt one may be, before any is compared."""

from __future__ import annotations

from itertools import product

import pytest
from rapidfuzz.distance import OSA

from triage.directory.letters import Letters

WORDS = sorted(
    {
        *("".join(parts) + end for parts in product("bcs", "ae", "nr") for end in ("", "t", "ts", "ted", "tsbe")),
        *("bereavement", "befriending", "u3a", "cv3", "b"),
    }
)


@pytest.mark.parametrize("edits", [1, 2])
def test_no_word_within_the_edits_is_left_out(edits: int) -> None:
    letters = Letters(WORDS)
    for typed in (*WORDS, "bereavment", "befreinding", "banst", "zzzz"):
        near = {WORDS[at] for at in letters.near(typed, edits, 0, len(WORDS))}
        assert near >= {word for word in WORDS if OSA.distance(word, typed) <= edits}


@pytest.mark.parametrize("edits", [1, 2])
def test_no_word_whose_beginning_is_within_the_edits_is_left_out(edits: int) -> None:
    letters = Letters(WORDS)
    for typed in ("bert", "befri", "befrei", "bereavm", "bantsb", "bar"):
        near = {WORDS[at] for at in letters.begun(typed, edits, 0, len(WORDS))}
        longer = {word for word in WORDS if len(word) > len(typed)}
        assert near >= {word for word in longer if OSA.distance(word[: len(typed)], typed) <= edits}


def test_most_words_are_left_out() -> None:
    letters = Letters(WORDS)
    assert [WORDS[at] for at in letters.near("bereavment", 2, 0, len(WORDS))] == ["bereavement"]
    assert [WORDS[at] for at in letters.begun("befrie", 1, 0, len(WORDS))] == ["befriending"]


def test_a_directory_without_words_has_none_near() -> None:
    assert Letters([]).near("lunch", 2, 0, 0) == []
    assert Letters([]).begun("lunch", 2, 0, 0) == []

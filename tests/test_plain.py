"""A call taken line by line, as a screen reader or a pipe takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.cli.plain import Plain
from triage.desk import Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk in a temporary folder."""
    return open_desk(tmp_path)


def take(desk: Desk, *lines: str) -> list[str]:
    """What is printed for what is typed."""
    said: list[str] = []
    Plain(desk, iter(lines), said.append).run()
    return said


def test_a_named_worker_is_passed_on_and_saved(desk: Desk) -> None:
    said = take(desk, "my worker please", "/fast 1", "1", "1", "Ann Hill, please ring")
    assert said[-1].endswith("is saved as UPD.")
    assert desk.open_calls() == ()


def test_every_question_is_words_and_numbers(desk: Desk) -> None:
    said = take(desk, "hello", "1")
    assert "  1. No" in said
    assert any(line.startswith("Say: Hello") for line in said)
    assert not any(mark in line for line in said for mark in "│╭●■▸")


def test_the_input_ending_leaves_the_call_open_to_be_taken_back(desk: Desk) -> None:
    take(desk, "hello", "1")
    said = take(desk, "1")
    assert any(line.startswith("1. take back call") for line in said)
    assert any(line.startswith("G3.") for line in said)


def test_a_note_in_the_middle_of_a_step_keeps_what_was_answered(desk: Desk) -> None:
    take(desk, "hello", "1", "1", "/note speaks softly", "07700 900123", "1")
    (call,) = desk.open_calls()
    assert call.notes == "speaks softly"
    assert call.answers["safe_to_talk"] == "safe"
    assert call.answers["callback_number"] == "07700 900123"


def test_danger_comes_before_the_question_in_hand(desk: Desk) -> None:
    said = take(desk, "hello", "/danger")
    assert any(line.startswith("E1.") for line in said)


def test_an_answer_that_is_none_is_refused_in_words(desk: Desk) -> None:
    said = take(desk, "hello", "banana", "1")
    assert any("banana" in line for line in said)
    assert any(line.startswith("G3.") for line in said)

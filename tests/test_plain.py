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


def test_a_step_is_left_a_sum_worked_out_and_a_word_explained_line_by_line(desk: Desk) -> None:
    said = take(desk, "/misfit rings for a parrot", "/money 15,000 2025/26", "/money the cap", "/word isf")
    assert any(line.startswith("G2.") for line in said)
    assert any("£3 a week" in line for line in said)
    assert any(line.startswith("Individual Service Fund:") for line in said)
    (call,) = desk.open_calls()
    assert call.of_kind("misfit")[0].data["reason"] == "rings for a parrot"


def test_a_card_number_is_not_kept_and_the_line_says_so(desk: Desk) -> None:
    said = take(desk, "my card is 4111 1111 1111 1111")
    assert any("NOT KEPT: card number" in line for line in said)


def test_consent_is_taken_back_and_unsafe_contact_cleared_line_by_line(desk: Desk) -> None:
    said = take(desk, "hello", "1", "/go Z2", "1", "1", "1", "", "/withdraw gp", "/withdraw gp", "/safe he moved out")
    assert "Consent taken back: GP." in said
    assert any(line.startswith("Consents that stand: none") for line in said)
    assert any("isn’t marked as unsafe" in line for line in said)

"""A step that doesn't fit the caller can be left, and the supervisor hears why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from triage.desk import Desk, Slip
from triage.desk.page import page_of
from triage.errors import NotFound
from triage.reports import Window, calls_of, figures


def test_a_step_that_does_not_fit_is_left_and_the_call_goes_on(desk: Desk) -> None:
    call = desk.answer(desk.open(), "G1", {"reason_verbatim": "a parrot"})
    call = desk.answer(call, "G2", {"danger_now": "no"})
    call = desk.misfit(call, "G3", "rings from a police station")
    there = desk.walk(call)
    assert there.step == "G4"
    assert "safe_to_talk" in there.not_asked, "nothing is made up for it"


def test_it_is_an_exit_on_every_step(desk: Desk) -> None:
    for step in desk.script.steps:
        call = desk.go(desk.open(), step)
        shown = desk.walk(call).step
        assert shown
        assert desk.walk(desk.misfit(call, shown, "not like this")).step != shown, step


def test_it_needs_a_reason_and_a_step(desk: Desk) -> None:
    with pytest.raises(Slip, match="why"):
        desk.misfit(desk.open(), "G1", " ")
    with pytest.raises(NotFound):
        desk.misfit(desk.open(), "G99", "because")


def test_one_key_takes_it_back(desk: Desk) -> None:
    call = desk.misfit(desk.open(), "G1", "fax")
    assert desk.walk(desk.undo(call)).step == "G1"


def test_a_needed_answer_is_still_needed(desk: Desk) -> None:
    call = desk.misfit(desk.answer(desk.open(), "G1", {"reason_verbatim": "x"}), "G2", "they hung up")
    assert "G2" in [b.go for b in desk.walk(call).blocks]


def test_the_supervisor_sees_how_many_and_the_page_says_which_and_why(desk: Desk) -> None:
    call = desk.misfit(desk.open(), "G1", "rings about a parrot")
    today = desk.today
    window = Window.of(desk.store.calls(today, today + timedelta(days=1)), today, today, desk.clock())
    count = next(f for f in figures(window) if f.id == "MISFIT")
    assert calls_of(count) == (call.id,)
    assert "rings about a parrot" in page_of(desk, call).text()

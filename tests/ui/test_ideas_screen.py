"""Ideas for you, on the screen: asked with the caller, kept on the shortlist, printed without a name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from triage.desk import Desk
from triage.ui.app import TriageApp
from triage.ui.ideas import IdeasDialog

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


def app_of(pilot: Pilot[None]) -> TriageApp:
    assert isinstance(pilot.app, TriageApp)
    return pilot.app


async def ideas(pilot: Pilot[None], *keys: str) -> IdeasDialog:
    await pilot.app.workers.wait_for_complete()
    await pilot.app.run_action("screen.ideas")
    await pilot.pause()
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    assert isinstance(pilot.app.screen, IdeasDialog)
    return pilot.app.screen


async def test_answers_lead_to_places_that_can_be_kept_on_the_call(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2")
        await pilot.pause()
        shown = await ideas(pilot, "1", "1", "8", "2", "enter", "2", "enter", "2", "enter", "2", "enter", "enter")
        await pilot.press("2", "enter")
        await pilot.pause()
        assert shown.found is not None
        assert [idea.words for idea in shown.found.ideas] == ["lunch club"]
        await pilot.press("enter")
        await pilot.pause()
        call = app_of(pilot).call
        assert call is not None
        assert call.shortlist == (shown.found.listings[0].id,)
        assert not {"hard", "food", "reach", "age"} & set(call.answers)


async def test_danger_leaves_the_questions_and_is_raised_on_the_call(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2")
        await ideas(pilot)
        await pilot.press("2")
        await pilot.pause(0.1)
        call = app_of(pilot).call
        assert not isinstance(pilot.app.screen, IdeasDialog)
        assert call is not None
        assert "danger" in call.raised


async def test_somebody_who_is_hurt_at_home_is_a_safeguarding_concern(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2")
        await ideas(pilot)
        await pilot.press("3")
        await pilot.pause(0.1)
        call = app_of(pilot).call
        assert call is not None
        assert "safeguarding" in call.raised


async def test_between_calls_the_list_can_be_printed_but_not_kept(
    sit_down: Start, open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Path] = []

    def printed(path: Path) -> str:
        sent.append(path)
        return "sent"

    monkeypatch.setattr("triage.ui.ideas.print_file", printed)
    async with sit_down() as pilot:
        shown = await ideas(pilot, "1", "1", "enter", "6", "enter", "2", "enter", "2", "enter", "enter")
        assert shown.found is not None
        assert shown.found.listings
        await pilot.press("enter", "p")
        await pilot.pause()
        assert [path.name for path in sent] == ["ideas.pdf"]
        assert app_of(pilot).call is None


async def test_one_can_go_back_a_question(sit_down: Start) -> None:
    async with sit_down() as pilot:
        shown = await ideas(pilot, "1", "1")
        assert shown.step is not None
        await pilot.press("ctrl+r", "ctrl+r")
        await pilot.pause()
        assert shown.step.id == "Q1"
        await pilot.press("f10")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, IdeasDialog)

"""A handler's calls, by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from triage.desk import Desk
from triage.errors import StoreFull
from triage.model import Call
from triage.ui import drafts
from triage.ui.app import TriageApp
from triage.ui.call import CallScreen
from triage.ui.widgets.inputs import TextField
from triage.ui.wrapup import WrapUpScreen

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
SIZES = ((80, 24), (140, 45))


def app_of(pilot: Pilot[None]) -> TriageApp:
    """The app, with its type."""
    assert isinstance(pilot.app, TriageApp)
    return pilot.app


def call_of(pilot: Pilot[None]) -> Call:
    """The call on the line."""
    call = app_of(pilot).call
    assert call is not None
    return call


def step_of(pilot: Pilot[None]) -> str | None:
    """The step on the screen."""
    screen = pilot.app.screen
    assert isinstance(screen, CallScreen)
    return screen.answering.showing


def field_of(pilot: Pilot[None]) -> TextField:
    """The field being typed in."""
    field = pilot.app.focused
    assert isinstance(field, TextField)
    return field


def on_screen(pilot: Pilot[None]) -> str:
    """What stands on the screen, as text."""
    width, _ = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line)[:width] for line in lines)


async def saved(pilot: Pilot[None], calls: Callable[[], tuple[Call, ...]]) -> None:
    """Wait until no call is on the line."""
    await pilot.pause()
    assert app_of(pilot).call is None
    assert calls() == ()


async def test_a_named_worker_takes_six_keys_and_the_words(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    keys = 0
    async with sit_down(desk=desk) as pilot:
        for press in (["f2"], list("my worker please"), ["f5"], ["1"], ["1"], ["1"], list("Ann Hill"), ["enter"]):
            await pilot.press(*press)
            keys += len(press) == 1
        await saved(pilot, desk.open_calls)
        assert keys <= 6
        (done,) = desk.calls_today()
        assert done.outcome == "UPD"
        assert done.reason == "my worker please"
        assert "saved" in on_screen(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_whole_call_is_taken_by_keys(
    sit_down: Start, open_desk: Callable[[], Desk], size: tuple[int, int]
) -> None:
    desk = open_desk()
    async with sit_down(size, desk=desk) as pilot:
        await pilot.press("enter", *"is there a craft club near us", "enter")
        await pilot.press("1", "enter")
        await pilot.press("1", *"07700 900123", "tab", "1", "enter")
        await pilot.press("1", "enter")
        assert step_of(pilot) == "G5"
        await pilot.press("1", "enter")
        assert step_of(pilot) == "D1"
        await pilot.press("ctrl+g", *"R1", "enter", "0", "1", "enter")
        assert call_of(pilot).answers["reason"] == ("lonely/activities",)
        await pilot.press("f10")
        assert isinstance(pilot.app.screen, WrapUpScreen)


async def test_what_is_typed_survives_a_danger_interrupt(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"he says he will hit")
        await pilot.press("f12")
        assert step_of(pilot) == "E1"
        assert "from G1" in app_of(pilot).status
        await pilot.press("ctrl+l")
        assert step_of(pilot) == "G1"
        assert field_of(pilot).text == "he says he will hit"


async def test_options_ticked_and_not_yet_given_survive_an_interrupt(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+g", *"R1", "enter", "1", "3")
        await pilot.press("exclamation_mark")
        assert step_of(pilot) == "E1"
        await pilot.press("ctrl+r")
        assert step_of(pilot) == "R1"
        await pilot.press("enter")
        assert call_of(pilot).answers["reason"] == ("daily living", "memory/dementia")


async def test_a_paste_keeps_all_its_lines(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2")
        pilot.app.post_message(events.Paste("12 High St\nHulme\nCV1 5RF"))
        await pilot.pause()
        await pilot.press("enter")
        assert call_of(pilot).answers["reason_verbatim"] == "12 High St\nHulme\nCV1 5RF"


async def test_keys_typed_ahead_find_their_fields(sit_down: Start) -> None:
    async with sit_down() as pilot:
        for key, char in (
            ("f2", None),
            *((c, c) for c in "gas"),
            ("enter", None),
            ("1", "1"),
            ("enter", None),
            ("1", "1"),
        ):
            pilot.app.post_message(events.Key(key, char))
        await pilot.pause()
        await pilot.pause()
        answers = call_of(pilot).answers
        assert (answers["reason_verbatim"], answers["danger_now"]) == ("gas", "no")
        assert step_of(pilot) == "G3"


async def test_undo_takes_back_the_last_answer_and_says_which(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "2", "enter")
        assert step_of(pilot) == "E1"
        await pilot.press("ctrl+r")
        assert step_of(pilot) == "G2"
        assert app_of(pilot).status == "undone: the answer to Danger now"


async def test_changing_an_earlier_answer_shows_first_what_it_changes(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter", "f6", "home", "down", "enter")
        assert step_of(pilot) == "G2"
        await pilot.press("2", "enter")
        assert "E1" in on_screen(pilot)
        assert call_of(pilot).answers["danger_now"] == "no"
        await pilot.press("enter")
        assert call_of(pilot).answers["danger_now"] == "yes"
        assert step_of(pilot) == "E1"


async def test_leaving_a_change_leaves_the_answer_as_it_was(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter", "f6", "home", "down", "enter", "2", "enter", "ctrl+l")
        assert call_of(pilot).answers["danger_now"] == "no"
        assert step_of(pilot) == "G3"


async def test_a_killed_desk_gives_the_call_back_with_the_half_typed_text(
    sit_down: Start, open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "AFTER", 0.001)
    async with sit_down(desk=open_desk()) as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter", "1", *"0770")
        await pilot.pause()
    async with sit_down(desk=open_desk()) as pilot:
        assert "half-typed: “0770”" in on_screen(pilot)
        await pilot.press("down", "enter")
        assert step_of(pilot) == "G3"
        assert field_of(pilot).text == "0770"


async def test_notes_are_one_key_away_and_kept(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "f8", *"door sticks", "enter", *"ring twice", "f8", "enter")
        assert call_of(pilot).notes == "door sticks\nring twice"
        assert call_of(pilot).answers["reason_verbatim"] == "hello"


async def test_what_could_not_be_saved_is_said_and_stays_in_the_field(
    sit_down: Start, open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    async with sit_down(desk=desk) as pilot:
        await pilot.press("f2", *"hello")

        def full(*_: object, **__: object) -> None:
            raise StoreFull("There is no room on the disk.")

        monkeypatch.setattr(desk.store, "write", full)
        await pilot.press("enter")
        assert "NOT SAVED" in on_screen(pilot)
        assert step_of(pilot) == "G1"
        assert field_of(pilot).text == "hello"
        monkeypatch.undo()
        await pilot.press("enter")
        assert "NOT SAVED" not in on_screen(pilot)
        assert step_of(pilot) == "G2"


async def test_a_sign_in_what_was_typed_asks_to_be_checked_with_a_note(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"mum leaves the gas on", "enter")
        assert "CHECK" in on_screen(pilot)
        await pilot.press("f4", *"she has a neighbour with a key", "enter")
        await pilot.pause()
        assert "CHECK" not in on_screen(pilot)
        assert list(call_of(pilot).checked.values()) == ["she has a neighbour with a key"]


async def test_wrap_up_names_what_blocks_and_comes_back_once_it_is_put_right(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "f10")
        await pilot.pause()
        screen = on_screen(pilot)
        assert "✗" in screen
        await pilot.press("enter")
        await pilot.pause()
        assert step_of(pilot) == "G2"
        await pilot.press("1", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, WrapUpScreen)


async def test_quitting_keeps_what_is_being_typed(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    async with sit_down(desk=open_desk()) as pilot:
        await pilot.press("f2", *"half a sen", "ctrl+q")
        await pilot.pause()
        assert "still open" in on_screen(pilot)
        await pilot.press("2")
    (left,) = open_desk().open_calls()
    assert left.drafts["reason_verbatim"] == "half a sen"


async def test_nothing_is_printed_for_a_person_who_is_not_safe_to_write_to(
    sit_down: Start, open_desk: Callable[[], Desk], tmp_path: Path
) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter", "3", "enter")
        assert "do not ring" in on_screen(pilot)
        await pilot.press("f10")
        await pilot.press("p")
        assert "safe" in app_of(pilot).status
        assert not (tmp_path / "leaflets").exists()


async def test_the_leaflet_of_the_shortlist_is_written_where_it_is_said(sit_down: Start, tmp_path: Path) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter")
        app = app_of(pilot)
        kept = app.desk.search("craft club").matches[0].listing
        app.do(app.desk.keep, kept.id)
        await pilot.press("f10", "p")
        (page,) = (tmp_path / "leaflets").glob("*.html")
        assert str(page) in app.status
        assert kept.name in page.with_suffix(".txt").read_text(encoding="utf-8")
        await pilot.press("p")
        await pilot.pause()
        assert on_screen(pilot).count("leaflet ready") == 1


async def test_another_outcome_needs_a_reason(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "1", "enter", "f10")
        await pilot.press("o", *"IAG", "enter")
        await pilot.press("enter")
        assert call_of(pilot).chosen is None
        await pilot.press(*"told about the library", "enter")
        assert call_of(pilot).chosen == ("IAG", "told about the library")


@pytest.mark.parametrize("size", SIZES)
async def test_every_reason_can_be_ticked_by_its_digits(sit_down: Start, size: tuple[int, int]) -> None:
    async with sit_down(size) as pilot:
        await pilot.press("f2", "ctrl+g", *"R1", "enter")
        step = app_of(pilot).desk.script.steps["R1"]
        for at in range(len(step.fields[0].options)):
            await pilot.press(*"0" * (at // 9), str(at % 9 + 1))
        await pilot.press("enter")
        assert call_of(pilot).answers["reason"] == tuple(o.value for o in step.fields[0].options)


async def test_a_date_is_shown_back_as_it_was_understood(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+g", *"D2", "enter", *"3.3.44")
        await pilot.pause()
        assert "3 Mar 1944, 82" in on_screen(pilot)


@pytest.mark.parametrize("letter", list("!scwux"))
async def test_every_standing_rule_comes_back_to_the_step_it_left(sit_down: Start, letter: str) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "ctrl+o", letter)
        rule = next(i for i in app_of(pilot).desk.script.interrupts if i.letter == letter)
        assert step_of(pilot) == rule.to
        await pilot.press("ctrl+l")
        assert step_of(pilot) == "G1"
        assert field_of(pilot).text == "hello"


async def test_danger_can_be_raised_from_a_dialog(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "ctrl+g", *"mon", "f12")
        await pilot.pause()
        assert step_of(pilot) == "E1"


async def test_a_rule_raised_again_opens_its_first_step_again(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "f12", "6", "enter")
        await pilot.press("ctrl+l", "f12")
        assert step_of(pilot) == "E1"


async def test_letters_of_other_places_do_nothing_during_a_call(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "enter", "v", "t")
        assert step_of(pilot) == "G2"

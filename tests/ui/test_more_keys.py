"""What may be done at any moment of a call, by one letter, from the list of rules and from the palette."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.test_call_journey import app_of, call_of, on_screen, step_of
from triage.desk import Desk
from triage.ui.widgets.keybar import named

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


async def at_savings(pilot: Pilot[None]) -> None:
    """A call at the question about savings."""
    await pilot.press("f2", "ctrl+g", *"F3", "enter")
    assert step_of(pilot) == "F1"
    await pilot.press("2", "enter")
    assert step_of(pilot) == "F3"


async def test_the_weekly_figure_is_shown_while_the_sum_is_typed_and_nothing_is_kept(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await at_savings(pilot)
        before = call_of(pilot).events
        await pilot.press("m", *"15,000")
        await pilot.pause()
        assert "£3 a week" in on_screen(pilot)
        assert "NOT VERIFIED for 2026/27" in on_screen(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert step_of(pilot) == "F3"
        assert call_of(pilot).events == before


async def test_the_dropped_cap_is_refused_in_words(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await at_savings(pilot)
        await pilot.press("m", *"15,000 cap")
        await pilot.pause()
        assert "cancelled on 29 July 2024" in on_screen(pilot)


async def test_jumping_to_a_money_step_asks_first_whether_somebody_is_after_the_money(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+g", *"F4", "enter")
        assert step_of(pilot) == "F1"
        await pilot.press("1", "enter")
        assert step_of(pilot) == "S1", "and a yes goes before the sums"


async def test_a_step_that_does_not_fit_is_left_while_typing_too(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+o", "f", *"they speak in rhyme", "enter")
        await pilot.pause()
        assert step_of(pilot) == "G2"
        assert call_of(pilot).of_kind("misfit")[0].data == {"step": "G1", "reason": "they speak in rhyme"}
        await pilot.press("ctrl+r")
        assert step_of(pilot) == "G1"


async def test_consent_is_taken_back_by_one_key(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+g", *"Z2", "enter", "1", "enter")
        assert call_of(pilot).answers["consent_share"] == ("GP",)
        await pilot.press("ctrl+g", *"G2", "enter", "b")
        assert call_of(pilot).answers["consent_share"] == ("none",)
        assert "taken back" in app_of(pilot).status


async def test_unsafe_contact_is_cleared_by_a_social_worker_only(
    sit_down: Start, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    async with sit_down(desk=desk) as pilot:
        await pilot.press("f2", "ctrl+g", *"G3", "enter", "3", "enter", "enter")
        assert "do not ring or post" in on_screen(pilot)
        await pilot.press("ctrl+o", "e")
        await pilot.pause()
        assert "A social worker may" in app_of(pilot).status
        desk.staff = replace(desk.staff, roles=("handler", "social worker"))
        await pilot.press("ctrl+o", "e", *"he moved out", "enter")
        await pilot.pause()
        assert "do not ring or post" not in on_screen(pilot)


async def test_a_card_number_is_not_kept_and_the_handler_is_told(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"card 4111 1111 1111 1111", "enter")
        await pilot.pause()
        assert "NOT KEPT: card number" in on_screen(pilot)
        assert "1111" not in str(call_of(pilot).events)


async def test_nothing_may_be_disclosed_stands_on_every_screen_of_the_call(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", "ctrl+g", *"G5", "enter", "3", "enter")
        for keys in ((), ("f3",), ("f3", "f7"), ("f7", "f10")):
            await pilot.press(*keys)
            await pilot.pause()
            assert "DO NOT DISCLOSE" in on_screen(pilot), keys


async def test_the_same_day_clock_stands_at_the_top_of_the_screen(sit_down: Start) -> None:
    async with sit_down((80, 24)) as pilot:
        await pilot.press("f2", *"hello", "enter", "f9")
        await pilot.pause()
        assert "concern 0 min, not accepted" in on_screen(pilot)


async def test_one_key_tells_what_the_words_on_the_screen_mean_while_typing_too(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f2", *"hello", "ctrl+g", *"DP1", "enter", "ctrl+s")
        await pilot.pause()
        assert "▸ direct payment" in on_screen(pilot)
        await pilot.press(*"cap")
        await pilot.pause()
        assert "CANCELLED" in on_screen(pilot)
        await pilot.press("enter", "f8", *"note", "ctrl+s")
        await pilot.pause()
        assert "What words mean" in on_screen(pilot)
        await pilot.press("ctrl+s", "f10", "ctrl+s")
        await pilot.pause()
        assert "What words mean" in on_screen(pilot)


async def test_help_names_each_key_of_the_place_once_before_those_that_edit_text(sit_down: Start) -> None:
    async with sit_down(size=(80, 24)) as pilot:
        await pilot.press("f2", "f1")
        await pilot.pause()
        helped = str(pilot.app.screen.query_one(Static).render())
        lines = helped.splitlines()
        assert helped.index("Search the directory") < helped.index("Copy")
        assert "ctrl+\\ " in helped
        assert all(len(line) <= 70 for line in lines if line.startswith(("F", "ctrl+", " " * 24)))
        await pilot.press("f1", *"hello", "enter", "f10", "f1")
        await pilot.pause()
        told = str(pilot.app.screen.query_one(Static).render())
        assert "ctrl+l F2 " in told


async def test_help_says_what_a_place_is_for(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("r", "f1")
        await pilot.pause()
        assert "Enter makes a call-back yours" in on_screen(pilot)


async def test_help_names_the_key_that_moves_a_booking(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("f7", "f1")
        await pilot.pause()
        assert "\nm    " in str(pilot.app.screen.query_one(Static).render())


async def test_a_list_that_goes_on_below_says_how_many_more(sit_down: Start) -> None:
    async with sit_down(size=(80, 24)) as pilot:
        await pilot.press("f2", "ctrl+g")
        await pilot.pause()
        assert "▾" in on_screen(pilot)
        await pilot.press("end")
        await pilot.press(*["pagedown"] * 20)
        await pilot.pause()
        assert " more" not in on_screen(pilot)


def test_help_writes_digits_as_digits_and_function_keys_with_their_f() -> None:
    assert [named(key) for key in ("1", "f1", "shift+f6", "ctrl+f")] == ["1", "F1", "shift+F6", "ctrl+f"]


async def test_what_was_said_in_one_place_is_not_said_in_the_next(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.press("o")
        assert app_of(pilot).status
        await pilot.press("f7")
        await pilot.pause()
        assert not app_of(pilot).status

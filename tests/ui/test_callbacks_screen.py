"""Ringing people back between calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import cast

from textual.pilot import Pilot

from triage.desk import Desk
from triage.model import Call
from triage.ui.app import TriageApp
from triage.ui.callbacks import CallbacksScreen
from triage.ui.home import HomePane

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


def promised(desk: Desk, late: bool = False) -> Call:
    """A saved-away call with somebody to ring back."""
    call = desk.answer(desk.open(), "G3", {"safe_to_talk": "safe", "callback_number": "01632 960123"})
    if late:
        return desk.promise(call, "a call back", "the team", desk.clock() - timedelta(hours=3), about="callback")
    return desk.answer(call, "Z4", {"callback_promised": "yes", "callback_owner": "Initial Contact Team"})


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def screen(pilot: Pilot[None]) -> CallbacksScreen:
    return cast(CallbacksScreen, pilot.app.screen)


def card(pilot: Pilot[None]) -> str:
    return str(screen(pilot).card.render())


async def test_home_counts_them_and_one_key_opens_the_queue(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    promised(desk)
    late = promised(desk, late=True)
    async with sit_down(desk=desk) as pilot:
        await settled(pilot)
        await settled(pilot)
        home = str(pilot.app.screen.query_one(HomePane).query_one("#todo").render())
        assert "Ring back: 2, 1 late" in home
        await pilot.press("r")
        await settled(pilot)
        assert screen(pilot).shown[0].call == late.id, "overdue first"
        assert "3 h 00 late" in str(screen(pilot).lines.rows[0])
        assert "960123" not in card(pilot), "no number before it is one's own"


async def test_taken_it_shows_the_number_and_a_digit_says_what_came_of_it(
    sit_down: Start, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    call = promised(desk)
    async with sit_down((80, 24), desk=desk) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("2")
        assert desk.store.call(call.id).of_kind("rang") == (), "not before it is one's own"
        await pilot.press("enter")
        await settled(pilot)
        assert "01632 960123" in card(pilot)
        await pilot.press("2")
        await settled(pilot)
        assert "no answer" in card(pilot)
        assert "again" in card(pilot)
        await pilot.press("1", *"told her", "enter")
        await settled(pilot)
        assert screen(pilot).shown == ()
        assert desk.store.call(call.id).kept


async def test_somebody_unsafe_shows_no_number_and_cannot_be_rung(
    sit_down: Start, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    call = desk.flag(promised(desk), "F-UNSAFE", True, "her husband answers")
    async with sit_down(desk=desk) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "960123" not in card(pilot)
        assert "Ask the social worker" in card(pilot)
        await pilot.press("2", "1", "3")
        assert desk.store.call(call.id).of_kind("rang") == ()


async def test_the_supervisor_opens_them_from_the_figures_and_shares_them_out(
    sit_down: Start, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    promised(desk)
    desk.staff = replace(desk.staff, roles=("handler", "supervisor"))
    async with sit_down(desk=desk) as pilot:
        await settled(pilot)
        await pilot.press("v")
        await settled(pilot)
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("s")
        await settled(pilot)
        assert [one.owner for one in screen(pilot).shown] == [desk.staff.id]


async def test_the_phone_can_be_answered_from_the_queue(sit_down: Start, open_desk: Callable[[], Desk]) -> None:
    async with sit_down(desk=open_desk()) as pilot:
        await settled(pilot)
        await pilot.press("r", "f2")
        await pilot.pause()
        assert cast(TriageApp, pilot.app).call is not None

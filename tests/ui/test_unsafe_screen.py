"""Somebody whom it isn't safe to contact, on the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from textual.pilot import Pilot

from tests.ui.test_call_journey import app_of, on_screen
from triage.desk import Desk
from triage.ui.wrapup import WrapUpScreen


async def test_what_was_booked_before_it_was_known_stands_at_the_end_to_be_cancelled(
    sit_down: Callable[..., AbstractAsyncContextManager[Pilot[None]]], open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    async with sit_down(desk=desk) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        now = desk.clock()
        slot = desk.free_slots("phone", now, now.replace(month=12, day=20))[0].id
        app = app_of(pilot)
        app.do(lambda call: desk.book(call, slot))
        app.do(lambda call: desk.answer(call, "G3", {"safe_to_talk": "number unsafe"}))
        await app.push_screen(WrapUpScreen())
        await pilot.pause()
        assert isinstance(app.screen, WrapUpScreen)
        assert "have it cancelled" in on_screen(pilot)
        assert "UNSAFE TO CONTACT" in on_screen(pilot)

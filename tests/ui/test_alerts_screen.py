"""A supervisor is told on the screen that somebody broke the glass (PRIVACY P10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.ui.test_supervise_screen import Start, screen, settled, supervise
from triage.desk import Desk
from triage.model import Event, Staff, new_id
from triage.ui.app import TriageApp

__all__ = ["supervise"]
HANNAH = Staff("hannah", "Hannah Ward", ("handler",))


def shown(pilot: Pilot[None]) -> str:
    box = screen(pilot).query_one("#alerts", Static)
    return str(box.render()) if box.display else ""


def broken(desk: Desk, **looks: Any) -> None:
    """Hannah broke the glass and opened one restricted record."""
    now = desk.clock()
    for kind, data in (("broke glass", {"reason": "she is in danger now"}), ("viewed", {"restricted": True, **looks})):
        key = new_id(now)
        desk.store.write(Event(key, key, now, "hannah", kind, data))


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_p10_the_supervisor_sees_who_broke_the_glass_and_why_until_they_say_so(
    open_desk: Callable[[], Desk], size: tuple[int, int]
) -> None:
    desk = open_desk()
    desk.staff = Staff("pat", "Pat Lee", ("supervisor",))
    broken(desk)
    async with TriageApp(desk, "supervise").run_test(size=size) as pilot:
        await settled(pilot)
        assert "hannah broke the glass" in shown(pilot)
        assert "she is in danger now" in shown(pilot)
        assert "opened 1" in shown(pilot)
        await pilot.press("g", "1")
        await settled(pilot)
        assert shown(pilot) == ""
    (seen,) = desk.store.call("alerts").events
    assert (seen.kind, seen.by) == ("alert seen", "pat")


async def test_nothing_is_shown_while_nobody_broke_it(supervise: Start) -> None:
    async with supervise([("IAG", "hannah", 0, "live")]) as pilot:
        assert shown(pilot) == ""

"""A supervisor reads the day back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from triage.desk import Desk
from triage.model import Event, Staff, new_id
from triage.ui.app import TriageApp
from triage.ui.reading import Reading
from triage.ui.supervise import SuperviseScreen

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
DAY = timedelta(days=1)
SUPERVISOR = Staff("pat", "Pat Lee", ("handler", "supervisor"))


@pytest.fixture
def supervise(open_desk: Callable[[], Desk]) -> Start:
    """Opens the figures over calls with these (outcome, handler, days ago, mode)."""

    @asynccontextmanager
    async def start(
        calls: Sequence[tuple[str, str, int, str]], size: tuple[int, int] = (120, 36)
    ) -> AsyncIterator[Pilot[None]]:
        desk = open_desk()
        desk.staff = SUPERVISOR
        for outcome, handler, ago, mode in calls:
            keep(desk, outcome, handler, ago, mode)
        async with TriageApp(desk, "supervise").run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot

    return start


def keep(desk: Desk, outcome: str, handler: str, ago: int, mode: str) -> None:
    at = desk.clock() - ago * DAY
    call = new_id(at)
    told = {"reason_verbatim": "mum leaves the gas on", "p_name": "Joan Pell", "readback_ok": "yes"}
    happened = [("opened", {"mode": mode}, 0), ("answered", {"step": "G1", "answers": told}, 1)]
    end = {"outcome": outcome, "because": "the answers say so", "pathways": ["dementia"]}
    happened += [("closed", end, 600)] if outcome else []
    desk.store.write(*(Event(new_id(at), call, at + timedelta(seconds=s), handler, k, d) for k, d, s in happened))


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def screen(pilot: Pilot[None]) -> SuperviseScreen:
    return cast(SuperviseScreen, pilot.app.screen)


def figure(pilot: Pilot[None], name: str) -> str:
    line = next(line for line in screen(pilot).numbers.items if line.name == name)
    return f"{line.value} {line.beside}".strip()


TODAY = [
    ("IAG", "asha", 0, "live"),
    ("IAG", "asha", 0, "live"),
    ("ASN", "ben", 0, "live"),
    ("NUI", "ben", 0, "live"),
    ("", "ben", 0, "live"),
]


async def test_today_says_what_each_number_is_of_and_leaves_out(supervise: Start) -> None:
    async with supervise(TODAY) as pilot:
        assert figure(pilot, "Calls") == "5"
        assert figure(pilot, "Open now") == "1"
        assert figure(pilot, "Met at first contact") == "67 % of 3 (left out 2)"


async def test_a_number_opens_its_calls_and_a_call_opens_its_page(supervise: Start) -> None:
    async with supervise(TODAY) as pilot:
        await pilot.press("down", "down", "enter", "down", "enter")
        assert len(screen(pilot).calls.items) == 2
        assert screen(pilot).calls.has_focus
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, Reading)
        page = str(pilot.app.screen.query_one(Static).render())
        assert "mum leaves the gas on" in page
        assert "Joan Pell" in page
        await pilot.press("enter", "c", "down", "down")
        assert len(screen(pilot).calls.items) == 5
        third = screen(pilot).calls.chosen
        await pilot.press("enter", "enter")
        await settled(pilot)
        assert screen(pilot).calls.chosen == third


async def test_filters_narrow_the_figures_and_the_calls_alike(supervise: Start) -> None:
    async with supervise(TODAY) as pilot:
        await pilot.press("h", *"asha", "enter")
        assert figure(pilot, "Calls") == "2"
        assert {c.owner for c in screen(pilot).calls.items} == {"asha"}
        await pilot.press("c")
        assert figure(pilot, "Calls") == "5"


async def test_other_days_are_a_key_and_a_digit_away(supervise: Start) -> None:
    async with supervise([("IAG", "asha", 0, "live"), ("IAG", "asha", 20, "live")]) as pilot:
        assert figure(pilot, "Calls") == "1"
        await pilot.press("d", "4")
        await settled(pilot)
        assert figure(pilot, "Calls") == "2"


async def test_a_demo_is_never_counted(supervise: Start) -> None:
    async with supervise([("IAG", "asha", 0, "live"), ("IAG", "asha", 0, "demo")]) as pilot:
        assert figure(pilot, "Calls") == "1"


async def test_the_first_run_says_what_will_stand_here(supervise: Start) -> None:
    async with supervise([]) as pilot:
        assert "No calls yet" in screen(pilot).numbers.empty
        await pilot.press("enter", "i", "s", "c")
        assert isinstance(pilot.app.screen, SuperviseScreen)


async def test_a_figure_says_what_it_counts(supervise: Start) -> None:
    async with supervise(TODAY) as pilot:
        await pilot.press("down", "down", "i")
        assert "no new contact on the same need" in str(pilot.app.screen.query_one(Static).render())


async def test_the_file_that_leaves_hides_small_numbers(supervise: Start, tmp_path: Path) -> None:
    async with supervise(TODAY) as pilot:
        await pilot.press("s")
        [file] = (tmp_path / "reports").iterdir()
        assert str(file) in cast(TriageApp, pilot.app).status
        text = file.read_text(encoding="utf-8-sig")
        assert "fewer than 5" in text
        assert "asha" not in text
        assert "67" not in text


async def test_names_of_people_are_on_no_screen_of_figures(supervise: Start) -> None:
    async with supervise(TODAY, (80, 24)) as pilot:
        assert "Joan" not in pilot.app.export_screenshot()


async def test_a_late_promise_is_listed_and_ticked_off(open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    desk.staff = SUPERVISOR
    at = desk.clock() - DAY
    call = new_id(at)
    due = (desk.clock() - timedelta(hours=1)).isoformat()
    happened = [("opened", {"mode": "live"}), ("promised", {"what": "a call back", "owner": "Sam", "due": due})]
    desk.store.write(*(Event(f"{call}.{n}", call, at, "pat", k, d) for n, (k, d) in enumerate(happened)))
    async with TriageApp(desk, "supervise").run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("d", "3")
        await settled(pilot)
        line = next(line for line in screen(pilot).numbers.items if line.name == "Promises late")
        assert line.value == "1"
        screen(pilot).calls.focus()
        await pilot.press("m", *"rang", "enter")
        await settled(pilot)
        line = next(line for line in screen(pilot).numbers.items if line.name == "Promises late")
        assert line.value == "0"
        assert list(desk.store.call(call).kept) == [f"{call}.1"]

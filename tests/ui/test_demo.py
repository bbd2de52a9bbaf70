"""A demo is the real app with real keys, on a store of its own, and the keyboard can stop it at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from triage.desk.tools import Tools
from triage.training.callfile import load_callfile
from triage.training.rehearse import call_clock, rehearse
from triage.ui.demo import DemoApp, last_of

SHORT = Path(__file__).parent.parent / "fixtures" / "calls" / "message.yaml"
AT_ONCE = 100_000.0


@pytest.fixture
def demo(tmp_path: Path, shared_tools: Tools) -> Iterator[Callable[..., DemoApp]]:
    """Makes the short demo."""
    made: list[DemoApp] = []

    def make(**options: bool) -> DemoApp:
        file = load_callfile(SHORT)
        app = DemoApp(file, tmp_path / "demo", call_clock(file), speed=AT_ONCE, **options)
        app.desk.tools = shared_tools
        made.append(app)
        return app

    yield make
    for app in made:
        app.desk.store.close()


@contextmanager
def patience() -> Iterator[Callable[[], None]]:
    """Counts turns, so that a demo that hangs fails instead of waiting for ever."""
    turns = iter(range(3000))
    yield lambda: None if next(turns, None) is not None else pytest.fail("the demo stands still")


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Let the app work until something is so."""
    with patience() as turn:
        while not true():
            turn()
            await pilot.pause(0.005)


async def test_a_demo_played_by_keys_ends_where_the_same_file_run_without_a_screen_does(
    demo: Callable[..., DemoApp], tmp_path: Path
) -> None:
    app = demo()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.at == len(app.file.script))
        played = app.call
    headless = rehearse(load_callfile(SHORT), tmp_path / "headless")
    assert played is not None
    assert (played.answers, played.notes) == (headless.answers, headless.notes)
    assert (played.shortlist, played.bookings) == (headless.shortlist, headless.bookings)


async def test_a_demo_waits_for_the_arrow_in_steps_and_goes_back_with_the_other(demo: Callable[..., DemoApp]) -> None:
    app = demo(step=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Write down" in str(app.lines))
        assert app.at == 0
        await pilot.press("right")
        await until(pilot, lambda: "Sarah Bell" in str(app.lines))
        assert app.at == 1
        await pilot.press("left")
        await until(pilot, lambda: "Write down" in str(app.lines))


async def test_the_handler_can_take_the_call_over(demo: Callable[..., DemoApp]) -> None:
    app = demo(step=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Write down" in str(app.lines))
        await pilot.press("t")
        await until(pilot, lambda: app.mine)
        await pilot.press(*"hello")
        await until(pilot, lambda: app.call is not None and "hello" in app.call.drafts.get("reason_verbatim", ""))


def test_the_keys_pressed_last_stand_on_one_line_with_words_together() -> None:
    pressed = ["1", "enter", *"more", "tab", "5"]
    assert last_of(pressed, 40) == "1 enter more tab 5"
    assert last_of(pressed, 11) == "more tab 5"

"""Whoever looks after the directory goes through the likely duplicates, by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.test_merge import CAFE, SAME, put
from triage.library.directory import load_directory
from triage.library.merges import load_decisions
from triage.model import Schedule
from triage.ui.merge import ReviewApp

MONDAYS, FRIDAYS = (Schedule(("MO",)),), (Schedule(("FR",)),)
LIKELY = (
    replace(CAFE, schedules=MONDAYS, fees="Free", free=True),
    replace(SAME, schedules=FRIDAYS, fees="£2", free=False, assured_date=date(2026, 1, 1)),
    replace(
        CAFE,
        id="one:2",
        source_id="2",
        name="Hen Lane Lunch Club",
        postcode="CV6 4LB",
        phone="01632 960 103",
        schedules=MONDAYS,
    ),
    replace(
        SAME,
        id="two:3",
        source_id="3",
        name="Lunch Club",
        postcode="CV6 4LB",
        phone="01632 960 103",
        email="",
        schedules=FRIDAYS,
    ),
)


@pytest.fixture
def review(tmp_path: Path) -> Callable[[], ReviewApp]:
    put(tmp_path, *LIKELY)
    return lambda: ReviewApp(tmp_path, lambda: datetime(2026, 11, 24, 12, tzinfo=UTC), "pat")


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def shown(pilot: Pilot[None], where: str = "#head") -> str:
    return str(pilot.app.screen.query_one(where, Static).render())


async def test_a_pair_is_merged_with_the_chosen_fields_and_that_is_on_the_disk(
    review: Callable[[], ReviewApp], tmp_path: Path
) -> None:
    async with review().run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        assert "1 of " in shown(pilot)
        first = pilot.app.screen.pair.ids  # type: ignore[attr-defined]
        await pilot.press("2", "m")
        await pilot.pause()
        (made,) = load_decisions(tmp_path)
        assert (made.what, made.by, set(made.ids)) == ("merge", "pat", set(first))
        assert first[1] in made.fields.values()
        by_id = load_directory(tmp_path).by_id
        assert by_id[first[0]] is by_id[first[1]]


async def test_undo_brings_the_pair_back(review: Callable[[], ReviewApp], tmp_path: Path) -> None:
    async with review().run_test(size=(120, 36)) as pilot:
        await settled(pilot)
        await pilot.press("k")
        await pilot.pause()
        assert "2 of " in shown(pilot)
        await pilot.press("u")
        await pilot.pause()
        assert "1 of " in shown(pilot)
        assert [each.what for each in load_decisions(tmp_path)] == ["apart", "undo"]


async def test_a_pair_kept_apart_is_not_asked_about_again(review: Callable[[], ReviewApp]) -> None:
    async with review().run_test() as pilot:
        await settled(pilot)
        many = len(pilot.app.screen._pairs)  # type: ignore[attr-defined]
        await pilot.press("k", "ctrl+q")
    async with review().run_test() as pilot:
        await settled(pilot)
        assert len(pilot.app.screen._pairs) == many - 1  # type: ignore[attr-defined]


async def test_a_merge_is_taken_apart_from_the_list(review: Callable[[], ReviewApp], tmp_path: Path) -> None:
    async with review().run_test() as pilot:
        await settled(pilot)
        await pilot.press("m")
        await pilot.pause()
        assert load_directory(tmp_path).unions
        await pilot.press("l")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert load_directory(tmp_path).unions == ()


async def test_what_differs_is_told_by_a_sign_and_fits_a_small_screen(review: Callable[[], ReviewApp]) -> None:
    async with review().run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "≠" in shown(pilot, "#right")
        assert all(len(line) <= 80 for line in shown(pilot, "#left").splitlines())
        await pilot.press("down", "up", "s", "s", "s", "s", "s", "s")
        await pilot.pause()
        assert "Nothing is left" in shown(pilot, "#why")

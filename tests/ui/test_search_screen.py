"""Finding a listing while the caller talks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from textual import events
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tests.ui.test_call_journey import on_screen
from triage.desk import Desk
from triage.directory.lexicon import Concept, Lexicon
from triage.directory.places import Places
from triage.directory.search import Index
from triage.library import corrections
from triage.library.directory import Directory
from triage.model import Call, Listing
from triage.ui import searching
from triage.ui.app import TriageApp
from triage.ui.comparing import CompareScreen
from triage.ui.directory import DirectoryScreen
from triage.ui.painting import Painted, Painter

OCTOBER = date(2026, 10, 12)
LISTINGS = (
    Listing(
        "crafty",
        "Let’s Get Crafty",
        "activity",
        "Paper and paste.",
        topics=("craft club",),
        free=True,
        as_of=OCTOBER,
        languages=("English", "Punjabi"),
    ),
    Listing("corner", "Craft Corner", "activity", "A craft club.", topics=("craft club",), free=False, as_of=OCTOBER),
    Listing("shed", "The Craft Shed", "activity", "A craft club.", status="historic", as_of=date(2016, 3, 31)),
    Listing("navigators", "Dementia Navigators", "care", "Somebody to talk to.", phone="01632 960123", as_of=OCTOBER),
)
CRISIS = Concept("crisis", say=("wants to end it",), terms=("crisis line",), crisis=True)

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def search(open_desk: Callable[[], Desk], sit_down: Start) -> Start:
    """Answers the phone over a directory of four listings, and opens the search."""

    @asynccontextmanager
    async def start(size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[None]]:
        desk = open_desk()
        desk.tools.__dict__["directory"] = Directory(LISTINGS, "test")
        desk.tools.__dict__["index"] = Index.build(LISTINGS, Lexicon([CRISIS]), Places())
        async with sit_down(size, desk) as pilot:
            await pilot.app.workers.wait_for_complete()
            await pilot.press("f2", "f3")
            yield pilot

    return start


def screen(pilot: Pilot[None]) -> DirectoryScreen:
    return cast(DirectoryScreen, pilot.app.screen)


def call(pilot: Pilot[None]) -> Call:
    found = cast(TriageApp, pilot.app).call
    assert found is not None
    return found


def names(pilot: Pilot[None]) -> list[str]:
    return [m.listing.name for m in screen(pilot).found.items]


def kinds(pilot: Pilot[None]) -> list[str]:
    return [e.kind for e in call(pilot).events]


async def test_the_box_keeps_the_focus_while_the_arrows_choose(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "down")
        assert sorted(names(pilot)) == ["Craft Corner", "Let’s Get Crafty"]
        assert screen(pilot).box.has_focus
        assert screen(pilot).box.value == "craft"
        chosen = screen(pilot).chosen
        assert chosen is not None
        assert chosen.listing.name == names(pilot)[1]


async def test_plus_keeps_a_listing_and_takes_it_off_again(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"navigators", "plus")
        assert call(pilot).shortlist == ("navigators",)
        assert screen(pilot).box.value == "navigators"
        await pilot.press("ctrl+k")
        assert names(pilot) == ["Dementia Navigators"]
        await pilot.press("plus")
        assert call(pilot).shortlist == ()


async def test_a_search_is_noted_once_and_only_when_somebody_looked(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft")
        assert "searched" not in kinds(pilot)
        await pilot.press("plus", "down", "plus", "f3")
        assert kinds(pilot).count("searched") == 1
        assert next(e for e in call(pilot).events if e.kind == "searched").data["words"] == "craft"


async def test_what_is_typed_before_the_directory_is_there_is_answered_when_it_is(search: Start) -> None:
    async with search() as pilot:
        app = cast(TriageApp, pilot.app)
        app.directory_ready = False
        await pilot.press(*"navigators")
        assert names(pilot) == []
        assert "being read" in screen(pilot).found.empty
        app.directory_ready = True
        await pilot.pause()
        assert names(pilot) == ["Dementia Navigators"]


async def test_crisis_words_ask_about_danger_before_any_listing_shows(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"navigators wants to end it")
        assert screen(pilot).has_class("-danger")
        assert names(pilot) == []
        await pilot.press("enter")
        assert "Dementia Navigators" in names(pilot)
        await pilot.press("f12")
        assert call(pilot).raised == ("danger",)
        assert not isinstance(pilot.app.screen, DirectoryScreen)


async def test_what_nobody_offers_is_noted_with_one_key(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"falconry", "plus")
        noted = [e.data["words"] for e in call(pilot).events if e.kind == "unmet"]
        assert noted == ["falconry"]


async def test_a_word_that_finds_nothing_offers_the_nearest_spelling(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"drat")
        assert "Did you mean “craft”" in screen(pilot).found.empty
        await pilot.press("enter")
        assert screen(pilot).box.value == "craft"
        assert names(pilot)


async def test_hidden_listings_are_counted_and_shown_with_one_key(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft")
        assert "The Craft Shed" not in names(pilot)
        assert screen(pilot).results.hidden == (("historic", 1),)
        await pilot.press("ctrl+e")
        assert "The Craft Shed" in names(pilot)


async def test_a_filter_is_one_letter_away_and_leaves_what_fits(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "f5", "f")
        assert names(pilot) == ["Let’s Get Crafty"]
        await pilot.press("f5", "0", "f4")
        assert names(pilot) == []


async def test_a_part_of_the_day_no_referral_and_a_language_narrow_down_too(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "f5", "m")
        assert screen(pilot).filters.part == "morning"
        await pilot.press("f5", "0", "f5", "g")
        assert screen(pilot).filters.refer
        assert len(names(pilot)) == 2
        await pilot.press("f5", "l", *"punj", "enter")
        assert screen(pilot).filters.language == "Punjabi"
        assert names(pilot) == ["Let’s Get Crafty"]
        await pilot.press("f5", "l")
        assert screen(pilot).filters.language == ""


async def test_a_wrong_listing_goes_to_the_directory_editor(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "down")
        wrong = screen(pilot).chosen
        assert wrong is not None
        await pilot.press("ctrl+y", "f")
        reported = next(e for e in call(pilot).events if e.kind == "reported")
        assert (reported.data["listing"], reported.data["reason"]) == (wrong.listing.id, "full")
        assert screen(pilot).chosen == wrong


async def test_in_a_narrow_window_the_card_takes_the_lists_place_until_the_next_letter(search: Start) -> None:
    async with search((80, 24)) as pilot:
        await pilot.press(*"navigator")
        assert not screen(pilot).card.display
        await pilot.press("enter")
        assert screen(pilot).card.display
        await pilot.press("s")
        assert screen(pilot).box.value == "navigators"
        assert screen(pilot).found.display
        await pilot.press("enter", "f3")
        assert isinstance(pilot.app.screen, DirectoryScreen)
        await pilot.press("f3")
        assert not isinstance(pilot.app.screen, DirectoryScreen)


async def test_a_paste_of_several_lines_loses_none_of_them(search: Start) -> None:
    async with search() as pilot:
        screen(pilot).box.post_message(events.Paste("craft\nclub\n"))
        await pilot.pause()
        assert screen(pilot).box.value == "craft club"
        assert names(pilot)


async def test_the_last_of_the_results_brings_the_rest(open_desk: Callable[[], Desk], sit_down: Start) -> None:
    desk = open_desk()
    many = tuple(Listing(f"c{n}", f"Craft Corner {n:02}", "activity", "A craft club.") for n in range(45))
    desk.tools.__dict__["directory"] = Directory(many, "test")
    desk.tools.__dict__["index"] = Index.build(many, Lexicon(), Places())
    async with sit_down((120, 36), desk) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("f2", "f3", *"craft", "pagedown", "pagedown")
        assert len(names(pilot)) == 45
        at = screen(pilot).found.cursor
        await pilot.press("down")
        chosen = screen(pilot).chosen
        assert chosen is not None
        assert chosen.listing.name == f"Craft Corner {at + 1:02}"


async def test_the_persons_age_becomes_a_filter_that_can_be_taken_off(search: Start) -> None:
    async with search() as pilot:
        await pilot.press("f3")
        app = cast(TriageApp, pilot.app)
        app.do(app.desk.answer, "D2", {"p_dob": "1944-03-03"})
        await pilot.press("f3")
        assert screen(pilot).filters.age == 82
        await pilot.press("f5", "a")
        assert screen(pilot).filters.age is None
        await pilot.press("f3", "f3")
        assert screen(pilot).filters.age is None


async def test_between_calls_the_directory_can_be_looked_up_but_nothing_is_kept(sit_down: Start) -> None:
    async with sit_down() as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("f3", *"dementia", "plus")
        assert names(pilot)
        assert "No call is open" in cast(TriageApp, pilot.app).status


async def test_two_listings_are_compared_side_by_side(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "ctrl+g")
        assert "compare" in cast(TriageApp, pilot.app).status
        await pilot.press("down", "ctrl+t")
        shown = pilot.app.screen
        assert isinstance(shown, CompareScreen)
        text = str(cast(Static, shown.query_one("#table")).visual)
        assert all(m.listing.name in text for m in shown.pair)
        assert "▌Cost" in text
        await pilot.press("f10")
        assert isinstance(pilot.app.screen, DirectoryScreen)


async def test_a_saved_or_recent_search_is_searched_again(search: Start) -> None:
    async with search() as pilot:
        await pilot.press(*"craft", "ctrl+s", "enter")
        screen(pilot).box.value = ""
        await pilot.press(*"navigators", "enter", "f3", "f3", "ctrl+r", *"craf", "enter")
        assert screen(pilot).box.value == "craft"
        assert names(pilot)


async def test_an_editor_puts_a_reported_listing_right(search: Start) -> None:
    async with search() as pilot:
        app = cast(TriageApp, pilot.app)
        await pilot.press(*"navigators", "ctrl+y", "o", "ctrl+b", "enter")
        assert "A directory editor may" in app.status
        app.desk.staff = replace(app.desk.staff, roles=("directory editor",))
        await pilot.press("ctrl+b", "enter", *"phone", "enter")
        await pilot.press(*["backspace"] * 12, *"01632 960777", "enter")
        assert "01632 960777" in app.status
        done = corrections.edits(app.desk.tools.data_dir)
        assert [(e.about, e.field, e.now) for e in done] == [("navigators", "phone", "01632 960777")]


async def test_a_directory_that_can_not_be_read_says_so_instead_of_waiting(search: Start) -> None:
    async with search() as pilot:
        app = cast(TriageApp, pilot.app)
        app.directory_ready = False
        app.directory_wrong = "The directory could not be loaded: line 3"
        await pilot.press(*"craft")
        assert "line 3" in screen(pilot).found.empty


async def test_a_key_paints_what_changed_and_nothing_is_left_as_it_was(
    search: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    partly = Painter.render_partial_update
    painted: list[tuple[int, int, Strip]] = []

    def noted(painter: Painter) -> object:
        update = partly(painter)
        assert update is None or isinstance(update, Painted)
        painted.extend(update.strips if update else ())
        return update

    async with search() as pilot:
        drawn = screen(pilot)._compositor
        seen = [line.text for line in drawn.render_strips()]
        monkeypatch.setattr(Painter, "render_partial_update", noted)
        for key in ("c", "r", "a", "down", "up", "f", "t", "backspace", "x"):
            await pilot.press(key)
        await pilot.pause(0.1)
        for x, y, strip in painted:
            seen[y] = seen[y][:x] + strip.text + seen[y][x + len(strip.text) :]
        assert seen == [line.text for line in drawn.render_strips()]


async def test_what_is_typed_is_drawn_as_the_box_itself_would_draw_it(search: Start) -> None:
    def cells(strips: list[Strip]) -> list[tuple[str, object, object]]:
        segments = (segment for strip in strips for segment in strip)
        return [(c, s.style and s.style.color, s.style and s.style.bgcolor) for s in segments for c in s.text]

    async with search() as pilot:
        await pilot.press(*"craft")
        box = screen(pilot).box
        line = Region(0, 0, box.outer_size.width, 1)
        assert cells(box.render_lines(line)) == cells(Widget.render_lines(box, line))
        assert "craft" in box.render_lines(line)[0].text
        await pilot.press("left")
        assert cells(box.render_lines(line)) == cells(Widget.render_lines(box, line))


async def test_a_large_directory_answers_behind_the_echo_and_only_the_last_search(
    search: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MANY", 1)
    async with search() as pilot:
        await pilot.press(*"craft")
        await pilot.app.workers.wait_for_complete()
        assert sorted(names(pilot)) == ["Craft Corner", "Let’s Get Crafty"]
        await pilot.press(*[*["backspace"] * 5, *"navigators"])
        await pilot.app.workers.wait_for_complete()
        assert names(pilot) == ["Dementia Navigators"]
        await pilot.press(*["backspace"] * 10)
        await pilot.app.workers.wait_for_complete()
        assert screen(pilot).results.total == 0


async def test_every_filter_is_in_view_in_a_small_window(sit_down: Start) -> None:
    async with sit_down(size=(80, 24)) as pilot:
        await pilot.press("f2", "f3", *"lunch club", "f5")
        await pilot.pause()
        shown = on_screen(pilot)
        assert "in the evening" in shown
        assert "take every filter off" in shown

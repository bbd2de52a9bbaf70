"""The directory's editor corrects a listing, closes it for a while, and leaves a note that only staff see."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.test_merge import CAFE, NOON, SAME, put
from triage.cli import run
from triage.directory.export import exported, service
from triage.errors import BadData
from triage.library.directory import load_directory
from triage.library.joining import settle
from triage.library.notes import Noted, add_note, due, load_notes


def edit(folder: Path, *words: str) -> int:
    return run(["--data-dir", str(folder), "directory", "edit", *words])


def test_a_correction_stands_over_the_source_and_survives_the_next_import(tmp_path: Path) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--set", "phone=01632 960 222", "--set", "free=yes", "--because", "rang them") == 0
    put(tmp_path, CAFE)
    listing = load_directory(tmp_path).by_id[CAFE.id]
    assert (listing.phone, listing.free, listing.name) == ("01632 960 222", True, CAFE.name)


def test_times_and_lists_are_read_as_they_are_said(tmp_path: Path) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--set", "schedules=Mon 10am-12pm", "--set", "topics=carers; tea") == 0
    listing = load_directory(tmp_path).by_id[CAFE.id]
    assert (listing.schedules[0].byday, listing.topics) == (("MO",), ("carers", "tea"))


@pytest.mark.parametrize("state", ["pending", "temporarily closed", "expired", "archived"])
def test_a_listing_that_is_not_current_is_not_given_out_as_current(tmp_path: Path, state: str) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--set", f"status={state}") == 0
    listing = load_directory(tmp_path).by_id[CAFE.id]
    assert listing.status == state
    assert (listing in exported([listing])) == (state == "temporarily closed")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--set", "phnoe=1"], "“phone”"),
        (["--set", "source_id=1"], "can't be corrected"),
        (["--set", "status=currant"], "“current”"),
        (["--set", "name= "], "needs a name"),
        (["--set", "free=perhaps"], "yes, no"),
        (["--set", "phone"], "has no ="),
        (["--review", "soon"], "2026-11-21"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_nothing_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--set", "fees=Free", *words) == 2
    assert why in capsys.readouterr().err
    assert load_directory(tmp_path).by_id[CAFE.id] == CAFE


def test_a_note_for_staff_is_in_no_listing_and_no_export(tmp_path: Path) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--note", "the organiser is unwell") == 0
    listing = load_directory(tmp_path).by_id[CAFE.id]
    assert listing == CAFE
    assert "unwell" not in json.dumps(service(listing))
    assert load_notes(tmp_path)[0].note == "the organiser is unwell"


def test_a_review_date_comes_up_when_it_is_due_and_a_later_one_takes_its_place(tmp_path: Path) -> None:
    add_note(tmp_path, Noted(CAFE.id, NOON, "pat", review=date(2026, 12, 1)))
    assert due(tmp_path, date(2026, 11, 30)) == ()
    assert [each.id for each in due(tmp_path, date(2026, 12, 1))] == [CAFE.id]
    add_note(tmp_path, Noted(CAFE.id, NOON, "pat", review=date(2027, 6, 1)))
    assert due(tmp_path, date(2026, 12, 2)) == ()


def test_a_correction_by_a_former_id_lands_on_the_merged_listing(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME)
    settle(tmp_path, NOON)
    assert edit(tmp_path, CAFE.id, "--set", "fees=Free") == 0
    assert load_directory(tmp_path).by_id[SAME.id].fees == "Free"


def test_the_command_shows_what_is_known_and_what_is_due(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, CAFE)
    assert edit(tmp_path, CAFE.id, "--note", "ask about the ramp", "--review", "2020-01-01", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["listing"]["name"], told["notes"][0]["note"]) == (CAFE.name, "ask about the ramp")
    assert edit(tmp_path, "--due") == 0
    assert "1 to look at again" in capsys.readouterr().out
    assert edit(tmp_path) == 2
    assert edit(tmp_path, "nobody-has-this-id") == 1


def test_a_damaged_note_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory" / "notes.log").write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadData, match="line 1"):
        load_notes(tmp_path)

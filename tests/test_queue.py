"""What the directory editor works off, and how a listing is put right."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.cli import run
from triage.desk import Desk
from triage.directory.queue import Edit, queue
from triage.errors import BadAnswer, BadData
from triage.library import corrections
from triage.library.directory import load_directory
from triage.model import Event, Listing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHED = Listing("shed", "The Shed", "activity", "Tools.", phone="01632 960001")


def event(kind: str, minutes: int = 0, **data: object) -> Event:
    return Event(f"e{kind}{minutes}{data}", "c", NOON + timedelta(minutes=minutes), "hannah", kind, data)


def edit(minutes: int, about: str, field: str = "", was: object = None, now: object = None) -> Edit:
    what = "listing" if about == "shed" else "words"
    return Edit(NOON + timedelta(minutes=minutes), "ed", what, about, field, was, now)  # type: ignore[arg-type]


REPORTS = (
    event("reported", 1, listing="shed", reason="closed", note="padlock on the door"),
    event("reported", 5, listing="shed", reason="closed", note=""),
    event("unmet", 2, words="Falconry!", reason="nothing found"),
    event("searched", 3, words="falconry", found=0),
    event("searched", 4, words="lunch", found=12),
)


def test_reports_and_searches_that_found_nothing_are_counted_together() -> None:
    shed, falconry = queue(REPORTS, (), {"shed": SHED})
    assert (shed.name, shed.count, dict(shed.reasons), shed.notes) == (
        "The Shed",
        2,
        {"closed": 2},
        ("padlock on the door",),
    )
    assert (falconry.about, falconry.count) == ("falconry", 2)


def test_what_was_put_right_or_settled_is_off_the_queue_until_it_is_reported_again() -> None:
    assert queue(REPORTS, (edit(9, "shed", "status", "current", "expired"), edit(9, "falconry")), {}) == ()
    again = queue(REPORTS, (edit(3, "shed"), edit(9, "falconry")), {"shed": SHED})
    assert [(item.about, item.count) for item in again] == [("shed", 1)]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("room", "no", False),
        ("free", "not known", None),
        ("minimum_age", "50", 50),
        ("topics", "chess; draughts", ["chess", "draughts"]),
    ],
)
def test_a_value_is_read_as_it_is_said(field: str, text: str, value: object) -> None:
    assert corrections.read_value(field, text) == value


@pytest.mark.parametrize(("field", "text"), [("phon", "1"), ("id", "x"), ("room", "perhaps"), ("minimum_age", "old")])
def test_what_can_not_stand_there_is_refused(field: str, text: str) -> None:
    with pytest.raises(BadAnswer):
        corrections.read_value(field, text)
    with pytest.raises(BadAnswer):
        corrections.corrected(SHED, "as_of", "last week")


def test_a_torn_last_line_is_left_out_and_another_bad_line_refused(tmp_path: Path) -> None:
    path = tmp_path / "settled.jsonl"
    corrections.add(tmp_path, edit(1, "shed"))
    path.write_bytes(path.read_bytes() + b'{"at":"2026')
    assert len(corrections.edits(tmp_path)) == 1
    corrections.add(tmp_path, edit(2, "shed"))
    assert [e.at.minute for e in corrections.edits(tmp_path)] == [1, 2]
    path.write_bytes(b"?\n" + path.read_bytes())
    with pytest.raises(BadData, match="line 1"):
        corrections.edits(tmp_path)


def test_the_editor_sees_corrects_and_looks_back(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ["--data-dir", str(tmp_path)]
    listing = load_directory().listings[0]
    call = desk.report_listing(desk.open(), listing.id, "out of date", "new number")
    desk.unmet(call, "falconry", "nothing found")
    desk.store.close()
    assert run([*there, "directory", "queue", "--days", "40000", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["about"], row["count"]) for row in rows} == {(listing.id, 1), ("falconry", 1)}
    assert run([*there, "directory", "correct", listing.id, "phone", "01632 960123", "--because", "rang them"]) == 0
    assert load_directory(tmp_path).by_id[listing.id].phone == "01632 960123"
    assert load_directory().by_id[listing.id].phone != "01632 960123"
    capsys.readouterr()
    assert run([*there, "directory", "history", listing.id, "--json"]) == 0
    history = json.loads(capsys.readouterr().out)["history"]
    assert [(h["field"], h["now"], h["why"]) for h in history] == [("phone", "01632 960123", "rang them")]
    assert run([*there, "directory", "correct", "nowhere", "phone", "1"]) == 1
    assert run([*there, "directory", "correct", listing.id, "fone", "1"]) == 2

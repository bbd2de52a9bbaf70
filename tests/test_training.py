"""Call files: one text is a demo, a test and a lesson, and says where a call differs from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.cli import run
from triage.errors import BadData, NotFound
from triage.training.callfile import find_callfile, load_callfile, shipped_callfiles
from triage.training.rehearse import Difference, rehearse

SHORT = Path(__file__).parent / "fixtures" / "calls" / "message.yaml"


def written(tmp_path: Path, old: str, new: str) -> Path:
    """The short call file with one thing changed."""
    text = SHORT.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "call.yaml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", sorted(shipped_callfiles()))
def test_every_shipped_call_goes_as_its_file_says(name: str, tmp_path: Path) -> None:
    call = rehearse(load_callfile(find_callfile(name)), tmp_path)
    assert call.closed is not None


def test_two_calls_are_shipped() -> None:
    assert {"carer-dementia", "hidden-abuse-bills"} <= set(shipped_callfiles())


def test_a_call_that_ends_otherwise_is_told_with_what_is_there(tmp_path: Path) -> None:
    file = load_callfile(written(tmp_path, "bookings: 1", "bookings: 2"))
    with pytest.raises(Difference, match="1 slots are booked, not 2"):
        rehearse(file, tmp_path / "store")


def test_the_first_act_that_cannot_be_done_is_named_by_its_line(tmp_path: Path) -> None:
    file = load_callfile(written(tmp_path, "at: G3", "at: G5"))
    with pytest.raises(Difference, match=r"line 9: the call stands at G3, not at G5"):
        rehearse(file, tmp_path / "store")


def test_an_answer_the_step_does_not_ask_for_is_a_difference(tmp_path: Path) -> None:
    file = load_callfile(written(tmp_path, "danger_now", "caller_role"))
    with pytest.raises(Difference, match="G2 does not ask for caller_role; it asks for danger_now"):
        rehearse(file, tmp_path / "store")


def test_what_must_never_be_there_is_found(tmp_path: Path) -> None:
    text = SHORT.read_text(encoding="utf-8").replace("rings back at two", "money missing from her purse")
    wrong = tmp_path / "call.yaml"
    wrong.write_text(text + "  never: [safeguarding]\n", encoding="utf-8")
    file = load_callfile(wrong)
    with pytest.raises(Difference, match="safeguarding is there and must not be"):
        rehearse(file, tmp_path / "store")


def test_a_misspelt_act_is_refused_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"line 10.*Did you mean “note”"):
        load_callfile(written(tmp_path, "note: rings", "notes: rings"))


def test_a_demo_nobody_wrote_is_not_found_and_the_others_are_named() -> None:
    with pytest.raises(NotFound, match="carer-dementia"):
        find_callfile("carer-dementai")


def test_check_exits_1_at_the_first_difference_and_0_when_there_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(SHORT)]) == 0
    wrong = written(tmp_path, "bookings: 1", "bookings: 2")
    assert run(["check", str(wrong)]) == 1
    assert "not 2" in capsys.readouterr().out


def test_a_rehearsal_leaves_the_live_store_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = tmp_path / "live"
    monkeypatch.setenv("TRIAGE_DATA_DIR", str(live))
    assert run(["check", str(SHORT)]) == 0
    assert not live.exists()


def test_demos_are_listed_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 0
    assert "Carer of a mother with dementia" in capsys.readouterr().out

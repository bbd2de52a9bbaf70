"""By when we do what we promise: the published standards, in England's working days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from triage.errors import BadData, NotFound
from triage.library.diary import load_diary
from triage.library.standards import load_standards
from triage.promises import LOCAL, due, in_words, typed

STANDARDS = load_standards()
DIARY = load_diary()


def by(kind: str, now: str) -> str:
    """When a promise made at this local time is due."""
    told = due(kind, datetime.fromisoformat(now).replace(tzinfo=LOCAL), STANDARDS, lambda d: bool(DIARY.why_closed(d)))
    return f"{told:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("kind", "now", "then"),
    [
        ("contact", "2026-11-24T09:40", "2026-11-26 17:00"),
        ("contact", "2026-11-27T16:59", "2026-12-01 17:00"),  # over a weekend
        ("contact", "2026-11-28T11:00", "2026-12-01 17:00"),  # made on a Saturday
        ("contact", "2026-12-23T10:00", "2026-12-29 17:00"),  # over Christmas and its substitute day
        ("contact", "2026-04-01T10:00", "2026-04-07 17:00"),  # over Easter
        ("urgent", "2026-11-24T16:30", "2026-11-24 18:30"),  # round the clock
        ("visit", "2026-11-24T09:40", "2027-01-05 17:00"),
        ("visit", "2026-11-20T09:40", "2026-12-31 17:00"),  # New Year's Day: the working day before
        ("urgent-visit", "2026-12-24T15:00", "2026-12-25 15:00"),
        ("same-day", "2026-11-24T09:40", "2026-11-24 17:00"),
        ("same-day", "2026-11-24T18:00", "2026-11-24 23:59"),
        ("same-day", "2026-11-28T09:00", "2026-11-28 23:59"),
    ],
)
def test_a_promise_is_due_by_the_published_standard(kind: str, now: str, then: str) -> None:
    assert by(kind, now) == then


def test_a_kind_nobody_published_is_refused() -> None:
    with pytest.raises(NotFound, match="contact, urgent"):
        by("whenever", "2026-11-24T09:40")


NOW = datetime(2026, 11, 24, 9, 40, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("Friday 10am", "2026-11-27 10:00"),
        ("27/11 at 14:30", "2026-11-27 14:30"),
        ("tomorrow", "2026-11-25 17:00"),
        ("today 4pm", "2026-11-24 16:00"),
        ("midday", "2026-11-24 12:00"),
        ("Thursday 26 November, 17:00", "2026-11-26 17:00"),
    ],
)
def test_a_time_is_understood_as_people_type_it(words: str, then: str) -> None:
    found = typed(words, NOW)
    assert found
    assert f"{found:%Y-%m-%d %H:%M}" == then


@pytest.mark.parametrize("words", ["when she is back", "soon", "9am", "1 November 2026", ""])
def test_what_is_no_time_to_come_is_not_guessed_at(words: str) -> None:
    assert typed(words, NOW) is None


def test_what_is_shown_is_read_back_as_the_same_time() -> None:
    at = due("contact", NOW, STANDARDS, lambda d: False)
    assert typed(in_words(at), NOW) == at


def test_standards_say_how_far_to_trust_them() -> None:
    assert STANDARDS.as_of >= date(2026, 1, 1)
    assert "check" in STANDARDS.status


@pytest.mark.parametrize(
    ("line", "wrong", "why"),
    [
        ("  urgent: {what: urgent call back, hours: 2}", "  urgent: {what: x, hours: 2, weeks: 1}", "exactly one of"),
        ("  visit: {what: visit, weeks: 6}\n", "", "“visit” is missing"),
        ("  urgent: {what: urgent call back, hours: 2}", "  urgent: {what: x, hours: 0}", "at least 1"),
        ("closes: 17:00", "closes: five", "a time such as"),
        ("  contact: {what", "  contact: {wot", "“wot” is not a key"),
    ],
)
def test_a_standard_that_says_nothing_usable_is_refused_with_its_line(
    tmp_path: Path, line: str, wrong: str, why: str
) -> None:
    shipped = Path(__file__).parent.parent / "data" / "standards.yaml"
    text = shipped.read_text(encoding="utf-8")
    assert line in text
    broken = tmp_path / "standards.yaml"
    broken.write_text(text.replace(line, wrong), encoding="utf-8")
    with pytest.raises(BadData, match=why) as refused:
        load_standards(broken)
    assert refused.value.line > 1


def test_a_role_can_be_renamed_by_the_council(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "data" / "standards.yaml").read_text(encoding="utf-8")
    mine = tmp_path / "standards.yaml"
    mine.write_text(text.replace("social_worker: duty social worker", "social_worker: the front door's duty worker"))
    assert load_standards(mine).role("social_worker") == "the front door's duty worker"

"""Narrowing a search down: what is hidden, why, and how many each filter would leave."""

from __future__ import annotations

from datetime import time

import pytest

from triage.directory.filters import Filters
from triage.directory.lexicon import Lexicon
from triage.directory.places import Places
from triage.directory.search import Index
from triage.model import Listing, Schedule


def club(id_: str, **facts: object) -> Listing:
    return Listing(id_, f"Lunch {id_}", "activity", "A lunch club.", **facts)  # type: ignore[arg-type]


def open_(day: str, opens: int, closes: int) -> tuple[Schedule, ...]:
    return (Schedule((day,), time(opens), time(closes)),)


CLUBS = (
    club("ten", schedules=open_("MO", 10, 12), accessibility=("step-free entrance",), languages=("Punjabi",)),
    club("noon", schedules=open_("TU", 11, 14), accessibility=("ramp",)),
    club("late", schedules=open_("MO", 19, 21), application_process="Your GP has to refer you."),
    club("unsaid"),
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(CLUBS, Lexicon(), Places())


def left(index: Index, filters: Filters) -> set[str]:
    return {match.listing.id for match in index.search("lunch", filters=filters).matches}


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (Filters(part="morning"), {"ten", "noon"}),
        (Filters(part="afternoon"), {"noon"}),
        (Filters(part="evening"), {"late"}),
        (Filters(part="morning", day="MO"), {"ten"}),
        (Filters(part="evening", day="TU"), set()),
        (Filters(access="step-free"), {"ten", "noon"}),
        (Filters(language="punjabi"), {"ten"}),
        (Filters(refer=True), {"ten", "noon", "unsaid"}),
    ],
)
def test_a_filter_leaves_what_fits(index: Index, filters: Filters, fits: set[str]) -> None:
    assert left(index, filters) == fits


def test_what_a_part_of_the_day_hides_is_counted_with_the_reason(index: Index) -> None:
    assert index.search("lunch", filters=Filters(part="evening")).hidden == (("not open in the evening", 3),)


def test_each_filter_says_how_many_it_would_leave(index: Index) -> None:
    facets = index.search("lunch").facets
    assert {name: facets[name] for name in ("refer", "step-free", "morning", "afternoon", "evening")} == {
        "refer": 3,
        "step-free": 2,
        "morning": 2,
        "afternoon": 1,
        "evening": 1,
    }

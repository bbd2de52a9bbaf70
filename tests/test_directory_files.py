"""The two directories as they ship: what is in them, what the loader refuses, and what the check finds."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.directory.check import faults, likeness, notes
from triage.errors import BadData
from triage.library.directory import ACTIVITIES, CARE, Directory, load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.library.searchindex import load_index
from triage.model import Listing, Schedule
from triage.settings import shipped

FOLDER = shipped() / "directory"
TODAY = date(2026, 11, 21)
NAMED = [
    "asc-direct",
    "coventry-direct",
    "council-receptions",
    "asc-website",
    "asc-offer",
    "care-support-directory",
    "community-activities-directory",
    "healthwatch",
    "carers-trust-heart-of-england",
    "cress",
    "short-breaks",
    "moving-handling-training",
    "wheelchair-services",
    "carers-bulletin",
    "carers-week",
    "safeguarding-board",
    "dementia-navigators",
    "alzheimers-society-coventry",
    "alzheimers-activity-group",
    "admiral-nurses",
    "dementia-locksmith",
    "memory-clinic",
    "books-on-prescription-dementia",
    "date-time-clock",
    "day-centre",
    "your-health-at-home",
    "recovery-partnership",
    "the-pod",
    "time-union",
    "food-union",
    "men-shed",
    "lets-get-crafty",
    "community-development-service",
    "immanuel-christian-centre",
    "cost-of-living",
    "heatwave-plan",
    "sheltered-housing",
    "jenner8",
    "outreach-support",
    "independent-travel-training",
    "connect2-job-shop",
    "home-support",
    "housing-with-care",
    "residential-care",
    "nursing-care",
    "supported-living",
    "day-opportunities",
    "transport",
    "shared-lives",
    "maurice-edelman-house",
    "direct-payments",
    "penderels-trust",
    "solo-support-services",
    "mark-bates",
    "pa-register",
    "isf",
    "stakeholder-group",
    "asc-bulletin",
    "lets-talk-coventry",
    "one-coventry-plan",
    "migration-recruitment",
    "job-shop",
    "migration-team",
]
PRINTED = {
    "024 7683 3003",
    "024 7683 2222",
    "0500 834 333",
    "024 7665 2602",
    "024 7651 1611",
    "0345 241 5565",
    "0300 222 5947",
    "0808 2000 247",
    "116 123",
}


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load_directory()


@pytest.fixture
def invented(directory: Directory) -> list[Listing]:
    return [each for each in directory.listings if each.demonstration]


def of_kind(directory: Directory, kind: str) -> list[Listing]:
    return [each for each in directory.listings if each.kind == kind]


# What ships


def test_there_are_1226_activities_and_300_care_listings(directory: Directory) -> None:
    assert len(of_kind(directory, "activity")) == 1226
    assert len(of_kind(directory, "care")) == 300
    assert len(directory.by_id) == 1526


def test_there_are_150_kinds_of_activity_and_25_of_care_at_least(invented: list[Listing]) -> None:
    assert len({each.topics[0] for each in invented if each.kind == "activity"}) >= 150
    assert len({each.topics[0] for each in invented if each.kind == "care"}) >= 25


def test_no_two_descriptions_are_alike(directory: Directory) -> None:
    alike = likeness(directory.listings)
    assert alike.closest < 0.4, alike.pair
    assert alike.typical < 0.2
    assert alike.most_used <= 6, alike.sentence


def test_a_description_has_30_to_80_words_and_nothing_left_to_fill_in(directory: Directory) -> None:
    for each in directory.listings:
        assert 30 <= len(each.description.split()) <= 80, each.id
        assert not set("{}[]|@<>") & set(each.description + each.name), each.id


def test_the_shipped_directory_has_no_fault(directory: Directory) -> None:
    assert list(faults(directory.listings, load_places())) == []


def test_no_invented_listing_can_reach_anybody(invented: list[Listing]) -> None:
    for each in invented:
        drama = (("01632 960 ", 13), ("07700 900 ", 13))
        assert not each.phone or any(each.phone.startswith(p) and len(each.phone) == n for p, n in drama), each.id
        assert not each.email or each.email.endswith(".example"), each.id
        assert not each.url or each.url.endswith(".example"), each.id
        assert each.source_id, each.id


def test_numbers_are_spread_so_that_few_organisations_share_one(invented: list[Listing]) -> None:
    owners: dict[str, set[str]] = {}
    for each in invented:
        if each.phone:
            owners.setdefault(each.phone, set()).add(each.organisation)
    assert all(len(shared) == 1 for shared in owners.values())


def test_a_postcode_exists_and_lies_where_the_address_says(invented: list[Listing]) -> None:
    with (FOLDER / "words" / "postcodes.csv").open(encoding="utf-8", newline="") as file:
        known = {row["postcode"]: row for row in csv.DictReader(file)}
    somewhere = [each for each in invented if each.postcode]
    assert len(somewhere) > 1000
    for each in somewhere:
        row = known[each.postcode]
        assert each.address.split(", ")[-2] == row["place"], each.id
        assert (each.latitude, each.longitude) == (float(row["latitude"]), float(row["longitude"])), each.id


def test_willenhall_is_not_in_allesley(invented: list[Listing]) -> None:
    willenhall = [each for each in invented if ", Willenhall, " in each.address]
    assert len(willenhall) > 20
    assert {each.postcode[:5] for each in willenhall} == {"CV3 3"}
    assert {each.ward for each in willenhall} == {"Binley and Willenhall"}


def test_every_service_the_councils_papers_name_is_there_with_its_date_source_and_status(directory: Directory) -> None:
    for slug in NAMED:
        each = directory.by_id[slug]
        assert not each.demonstration, slug
        assert each.as_of, slug
        assert each.as_of <= date(2022, 8, 19), slug
        assert each.source, slug
        assert each.status in {"current", "historic", "superseded", "cancelled"}, slug


def test_a_named_service_has_only_a_number_that_those_papers_print(directory: Directory) -> None:
    named = [each for each in directory.listings if not each.demonstration]
    assert {each.phone for each in named if each.phone} <= PRINTED


def test_what_is_superseded_or_over_is_not_read_out_as_current(directory: Directory) -> None:
    gone = ("coventry-direct", "care-support-directory", "recovery-partnership", "lets-talk-coventry")
    assert all(directory.by_id[slug].status != "current" for slug in gone)
    assert directory.by_id["coventry-direct"].alert
    assert directory.by_id["solo-support-services"].alert


def test_what_the_papers_were_unsure_of_is_marked(directory: Directory) -> None:
    unsure = ("cress", "alzheimers-society-coventry", "your-health-at-home", "recovery-partnership")
    assert all(directory.by_id[slug].check for slug in unsure)


def test_lets_get_crafty_is_a_craft_club_in_willenhall_for_about_twelve_older_people(directory: Directory) -> None:
    club = directory.by_id["lets-get-crafty"]
    assert club.kind == "activity"
    assert "craft club" in club.topics
    assert "Willenhall" in club.description
    assert "twelve older people" in club.description


def test_it_is_as_untidy_as_a_directory_is(invented: list[Listing]) -> None:
    gone = [each for each in invented if each.status in ("temporarily closed", "expired")]
    assert 0.015 < len(gone) / len(invented) < 0.06
    assert all(each.alert for each in gone)
    assert any(each.room is False for each in invented)
    assert sum(not each.phone for each in invented) > 100
    assert len(list(notes(invented, TODAY))) > 100
    assert len({language for each in invented for language in each.languages}) >= 10
    monthly = [s for each in invented for s in each.schedules if s.freq == "MONTHLY"]
    assert monthly
    assert all(day[0] in "-12345" for s in monthly for day in s.byday)


def test_a_name_that_says_a_day_meets_on_that_day(invented: list[Listing]) -> None:
    days = {"Monday": "MO", "Tuesday": "TU", "Wednesday": "WE", "Thursday": "TH", "Friday": "FR"}
    for each in invented:
        for word, code in days.items():
            if word in each.name and len(each.schedules) == 1 and len(each.schedules[0].byday) == 1:
                assert each.schedules[0].byday[0].endswith(code), each.name


def test_making_it_again_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = importlib.util.spec_from_file_location("demonstration_make", FOLDER / "make.py")
    assert spec
    assert spec.loader
    make: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, text in make.directories().items():
        assert text.encode() == (FOLDER / name).read_bytes().replace(b"\r\n", b"\n"), name


def test_the_files_are_sorted_so_that_a_change_is_easy_to_read() -> None:
    for name in (CARE, ACTIVITIES):
        ids = [json.loads(line)["id"] for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
        assert ids == sorted(ids)


# Reading and merging


def imported(folder: Path, *lines: dict[str, Any] | str, name: str = "council.jsonl") -> Path:
    """A data folder with one imported file; returns the folder."""
    (folder / "directory").mkdir(exist_ok=True)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "directory" / name).write_text(text, encoding="utf-8")
    return folder


def real(**more: Any) -> dict[str, Any]:
    """One imported line."""
    made = {"id": "real-one", "name": "Real One", "kind": "activity", "description": "A real group."}
    return {**made, "demonstration": False, **more}


def test_the_first_real_import_replaces_the_demonstration_and_keeps_the_named_services(tmp_path: Path) -> None:
    directory = load_directory(imported(tmp_path, real(source_id="77")))
    assert not directory.demonstration
    assert directory.by_id["real-one"].source_id == "77"
    assert "penderels-trust" in directory.by_id
    assert "knit-happens" not in directory.by_id
    assert len(directory.listings) < 100


def test_what_the_council_imported_comes_before_a_shipped_service_that_was_not_named(tmp_path: Path) -> None:
    folder = imported(tmp_path, real(name="Eastside Home Help", description="Home care, washing and dressing."))
    index = load_index(load_directory(folder), load_lexicon(), load_places())
    assert index.search("carer to wash him").matches[0].listing.id == "real-one"
    assert index.search("penderels trust").matches[0].listing.id == "penderels-trust"


def test_without_an_import_every_screen_is_told_that_it_is_a_demonstration(tmp_path: Path) -> None:
    assert load_directory(tmp_path).demonstration


def test_an_imported_line_that_does_not_say_it_is_real_counts_as_demonstration(tmp_path: Path) -> None:
    line = real()
    del line["demonstration"]
    assert load_directory(imported(tmp_path, line)).demonstration


def test_one_id_in_two_files_is_one_listing_and_the_one_checked_last_stands(tmp_path: Path) -> None:
    imported(tmp_path, real(phone="1", email="a@b.example", topics=["art"], assured_date="2026-01-01"), name="a.jsonl")
    imported(tmp_path, real(name="Real one", phone="2", topics=["clay"], assured_date="2026-02-01"), name="b.jsonl")
    found = load_directory(tmp_path).by_id["real-one"]
    assert (found.name, found.phone, found.email) == ("Real one", "2", "a@b.example")
    assert found.topics == ("clay", "art")


def test_the_older_entry_never_overwrites_the_newer(tmp_path: Path) -> None:
    imported(tmp_path, real(phone="1", assured_date="2026-02-01"), name="a.jsonl")
    imported(tmp_path, real(phone="2", assured_date="2026-01-01"), name="b.jsonl")
    assert load_directory(tmp_path).by_id["real-one"].phone == "1"


def test_the_digest_changes_with_any_byte(tmp_path: Path) -> None:
    before = load_directory(imported(tmp_path, real())).digest
    assert load_directory(tmp_path).digest == before
    assert load_directory(imported(tmp_path, real(phone="1"))).digest != before


@pytest.mark.parametrize(
    ("line", "says", "nearest"),
    [
        (real(topic=["art"]), "“topic” is not a key of a listing", "topics"),
        (real(schedules=[{"bydays": ["MO"]}]), "“bydays” is not a key of a schedule", "byday"),
        (real(status="curent"), "status: “curent” is not one of", "current"),
        (real(kind="hobby"), "kind: invalid enum value 'hobby'", ""),
        (real(minimum_age="sixty"), "minimum_age: expected `int | null`, got `str`", ""),
        (real(schedules=[{"opens_at": "ten"}]), "schedules[0].opens_at: invalid", ""),
        ({"id": "x", "kind": "care", "description": "y"}, "missing required field `name`", ""),
        ("{not json", "this is not one line of JSON", ""),
        ("[1, 2]", "listing: expected `object`", ""),
    ],
)
def test_a_bad_line_is_refused_with_its_file_line_and_key(
    tmp_path: Path, line: dict[str, Any] | str, says: str, nearest: str
) -> None:
    with pytest.raises(BadData) as refused:
        load_directory(imported(tmp_path, real(id="fine"), "", line))
    assert refused.value.where.endswith("council.jsonl")
    assert refused.value.line == 3
    assert says in refused.value.why
    assert refused.value.nearest == nearest


def test_an_id_may_stand_only_once_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"line 2: id: “real-one” stands on line 1 already"):
        load_directory(imported(tmp_path, real(), real()))


def test_an_id_that_means_two_things_is_refused(tmp_path: Path) -> None:
    imported(tmp_path, real(), name="a.jsonl")
    with pytest.raises(BadData, match=r"already “Real One”, and this is “Another”"):
        load_directory(imported(tmp_path, real(name="Another"), name="b.jsonl"))


# Checking

FINE = Listing("x", "X", "activity", " ".join(["word"] * 40), phone="01632 960 001", assured_date=TODAY)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (replace(FINE, phone="024 7600 0000"), "phone"),
        (replace(FINE, phone="0500 123 456", demonstration=False), "phone"),
        (replace(FINE, email="someone@mail.com"), "email"),
        (replace(FINE, postcode="CV3 3CI"), "postcode"),
        (replace(FINE, postcode="nonsense"), "postcode"),
        (replace(FINE, postcode="CV1 1AA", latitude=52.3, longitude=-1.5), "latitude"),
        (replace(FINE, minimum_age=60, maximum_age=18), "minimum_age"),
        (replace(FINE, schedules=(Schedule(("MO",), time(12), time(10)),)), "closes_at"),
        (replace(FINE, schedules=(Schedule(("XX",), time(10), time(12)),)), "byday"),
        (replace(FINE, description="Too short."), "description"),
        (replace(FINE, description=" ", demonstration=False), "description"),
    ],
)
def test_the_check_finds(wrong: Listing, key: str) -> None:
    assert [found.key for found in faults([wrong], load_places())] == [key]


def test_the_check_is_content_with_what_is_right_and_finds_a_copied_description() -> None:
    assert not list(faults([FINE], load_places()))
    assert [f.listing for f in faults([FINE, replace(FINE, id="y")], load_places())] == ["y"]


def test_a_listing_that_nobody_checked_for_half_a_year_gets_a_note() -> None:
    old = replace(FINE, id="old", assured_date=TODAY - timedelta(days=181))
    never = replace(FINE, id="never", assured_date=None)
    ended = replace(old, id="ended", status="expired")
    assert [note.listing for note in notes([FINE, old, never, ended], TODAY)] == ["old", "never"]


def test_likeness_tells_copies_from_strangers() -> None:
    one = replace(FINE, description="We meet on the green and knit until the light has gone. Bring wool.")
    two = replace(one, id="y")
    other = replace(one, id="z", description="A choir for people who were told at school to mime the words quietly.")
    assert likeness([one, two]).closest == 1.0
    assert likeness([one, two]).most_used == 2
    assert likeness([one, other]).closest == 0.0


def test_directory_check_and_stats_answer_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["directory", "check", "--json", "--data-dir", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    assert run(["directory", "stats", "--json", "--data-dir", str(tmp_path)]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert stats["kind"] == {"activity": 1226, "care": 300}
    assert stats["demonstration"] is True


def test_directory_check_exits_1_on_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path, real(minimum_age=60, maximum_age=18))
    assert run(["directory", "check", "--data-dir", str(tmp_path)]) == 1
    assert "real-one: minimum_age: from 60 to 18 years" in capsys.readouterr().out

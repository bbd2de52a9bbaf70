"""The directory out again: a feed the standard accepts and the importer reads back, and a table."""

from __future__ import annotations

import csv
import json
from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.feed_server import FeedServer
from tests.test_merge import CAFE, NOON, SAME, put
from triage.cli import run
from triage.directory.export import INVENTED, exported, page, service, services, table
from triage.feeds.recognise import Asked, read
from triage.library.directory import load_directory
from triage.library.joining import settle
from triage.model import Listing, Schedule

SCHEMA = Path(__file__).parent / "fixtures" / "oruk-v3" / "service.json"
WHOLE = Listing(
    "one:7",
    "Hen Lane Lunch Club",
    "activity",
    "Two courses and a quiz.",
    source_id="7",
    source="One",
    organisation="Friends of Hen Lane",
    topics=("lunch club", "older people"),
    ward="Longford",
    address="Hen Lane Community Centre, 61 Hen Lane, Coventry",
    postcode="CV6 4LB",
    latitude=52.44,
    longitude=-1.5,
    fees="£4.50 for two courses",
    free=False,
    eligibility="Anyone over 55",
    minimum_age=55,
    schedules=(Schedule(("TU", "TH"), time(12), time(14)), Schedule(("2SA",), time(11), time(13), "MONTHLY")),
    accessibility=("ramp", "hearing loop"),
    languages=("Punjabi",),
    transportation="Bus 21",
    application_process="Ring to book a seat",
    phone="01632 960103",
    email="lunch@henlane.example",
    url="https://henlane.example/lunch",
    alert="Closed on 24 December",
    as_of=date(2026, 9, 1),
    assured_date=date(2026, 9, 2),
    demonstration=False,
)


def out(folder: Path, *words: str) -> int:
    return run(["--data-dir", str(folder), "directory", "export", *words])


def complaints(made: Any) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [e.message for e in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(made)]


def test_every_service_of_the_shipped_directory_is_valid_by_the_standard_s_schema() -> None:
    found = [service(each) for each in exported(load_directory().listings)]
    assert len(found) > 1000
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    check = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [(each["name"], e.message) for each in found for e in check.iter_errors(each)] == []


def test_the_check_would_find_a_fault() -> None:
    assert complaints({**service(WHOLE), "status": "open"})
    assert complaints({**service(WHOLE), "id": "one:7"})


def test_what_the_importer_reads_back_is_the_same_listing(tmp_path: Path) -> None:
    put(tmp_path / "a", WHOLE)
    feed = tmp_path / "feed.json"
    assert out(tmp_path / "a", "--as", "oruk", "--real", str(feed)) == 0
    assert run(["--data-dir", str(tmp_path / "b"), "directory", "import", str(feed)]) == 0
    (back,) = [each for each in load_directory(tmp_path / "b").listings if each.name == WHOLE.name]
    assert replace(back, id=WHOLE.id, source=WHOLE.source, source_id=WHOLE.source_id) == WHOLE


def unlike(was: Listing, now: Listing) -> set[str]:
    """The fields that came back otherwise, but for where it was read from."""
    return {f.name for f in fields(Listing) if getattr(was, f.name) != getattr(now, f.name)} - {"id", "source"}


@pytest.mark.parametrize("to", ["feed.json", "feed", "all.csv"])
def test_the_whole_shipped_directory_comes_back_field_by_field(tmp_path: Path, to: str) -> None:
    was = exported(load_directory().listings)
    assert out(tmp_path, "--as", "csv" if to.endswith("csv") else "oruk", str(tmp_path / to)) == 0
    feed = read(str(tmp_path / to), Asked(today=date(2026, 11, 21)))
    assert (feed.read, feed.rejected, feed.whole) == (len(was), (), True)
    pairs = zip(was, feed.listings, strict=True)
    assert [
        (a.id, unlike(a, b)) for a, b in pairs if unlike(a, b) - ({"source_id"} if not a.source_id else set())
    ] == []


def test_a_served_feed_comes_back_as_it_left() -> None:
    was = exported(load_directory().listings)[::100]
    with FeedServer(services(was), version=3) as feed:
        back = read(feed.url, Asked(today=date(2026, 11, 21)))
    pairs = zip(was, back.listings, strict=True)
    assert [
        (a.id, unlike(a, b)) for a, b in pairs if unlike(a, b) - ({"source_id"} if not a.source_id else set())
    ] == []


def test_a_second_import_of_an_exported_folder_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "a", WHOLE, replace(WHOLE, id="one:8", source_id="8", name="Hen Lane Quiz"))
    out(tmp_path / "a", "--as", "oruk", "--real", str(tmp_path / "feed"))
    told = []
    for _ in range(2):
        capsys.readouterr()
        run(["--data-dir", str(tmp_path / "b"), "directory", "import", str(tmp_path / "feed"), "--json"])
        told.append(json.loads(capsys.readouterr().out))
    held = told[0]["read"]
    assert [(each["added"], each["changed"], each["unchanged"]) for each in told] == [(held, 0, 0), (0, 0, held)]
    assert [each["rejected"] for each in told] == [[], []]


def test_one_id_of_two_sources_loses_neither_listing(tmp_path: Path) -> None:
    two = [WHOLE, replace(WHOLE, id="two:7", source="Two", address="2 Mill Lane, Rugby", postcode="CV21 1AA")]
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps(page(services(two))), encoding="utf-8")
    back = read(str(feed), Asked(today=date(2026, 11, 21))).listings
    assert [each.address for each in back] == [each.address for each in two]


ODD = {
    "a point without an address": {"address": "", "postcode": "", "accessibility": (), "transportation": ""},
    "a postcode alone": {"address": "", "latitude": None, "longitude": None},
    "a town that is its own street": {"address": "London, London"},
    "a charge of unknown size": {"fees": "", "free": False},
    "free without a word": {"fees": "", "free": True},
    "a place free, and a fact in doubt": {"room": True, "check": True},
    "full": {"room": False},
    "words beside the days": {"schedules": (Schedule(("WE",), time(10), None, "WEEKLY", 2, "Term time only"),)},
    "open into the night": {"schedules": (Schedule(("FR",), time(16), time(23, 59)),)},
    "invented": {"demonstration": True, "alert": "Closed on 24 December"},
    "a name a spreadsheet would run": {"name": "@symes Building"},
}


@pytest.mark.parametrize("to", ["feed.json", "feed"])
@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_an_odd_listing_comes_back_as_it_left(tmp_path: Path, changes: dict[str, Any], to: str) -> None:
    was = replace(WHOLE, **changes)
    assert complaints(service(was)) == []
    put(tmp_path / "a", was)
    out(tmp_path / "a", "--as", "oruk", str(tmp_path / to))
    back = read(str(tmp_path / to), Asked(today=date(2026, 11, 21))).listings
    assert [unlike(was, each) for each in back if each.source_id == was.source_id] == [set()]


def test_ids_are_the_same_each_time_and_one_organisation_has_one_id() -> None:
    one, two = service(WHOLE), service(replace(WHOLE, id="one:8", name="Hen Lane Quiz"))
    assert one["id"] == service(WHOLE)["id"] != two["id"]
    assert one["organization_id"] == two["organization_id"] == two["organization"]["id"]


def test_only_what_may_be_read_out_leaves() -> None:
    listings = [replace(WHOLE, status=s) for s in ("current", "temporarily closed", "archived", "pending", "expired")]
    assert [each.status for each in exported(listings)] == ["current", "temporarily closed"]


def test_an_invented_listing_says_so_wherever_it_goes() -> None:
    assert service(replace(WHOLE, demonstration=True))["alert"].startswith(INVENTED)
    headings, row = table([replace(WHOLE, demonstration=True)])
    assert dict(zip(headings, row, strict=True))["alert"].startswith(INVENTED)


def test_an_empty_directory_is_one_empty_page() -> None:
    assert page([])["empty"]
    assert page([])["total_items"] == 0


def test_a_folder_holds_every_address_of_the_feed(tmp_path: Path) -> None:
    put(tmp_path / "a", WHOLE)
    assert out(tmp_path / "a", "--as", "oruk", "--real", str(tmp_path / "site")) == 0
    listed = json.loads((tmp_path / "site/services/index.json").read_text(encoding="utf-8"))
    for each in listed["contents"]:
        alone = json.loads((tmp_path / "site/services" / f"{each['id']}.json").read_text(encoding="utf-8"))
        assert alone == each
    assert json.loads((tmp_path / "site/index.json").read_text(encoding="utf-8"))["version"] == "HSDS-UK-3.0"


def test_merged_listings_leave_once(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME)
    settle(tmp_path, NOON)
    out(tmp_path, "--as", "oruk", "--real", str(tmp_path / "feed.json"))
    found = json.loads((tmp_path / "feed.json").read_text(encoding="utf-8"))["contents"]
    assert sum("Stoke Green" in each["name"] for each in found) == 1


def test_the_table_is_read_back_by_the_importer(tmp_path: Path) -> None:
    put(tmp_path / "a", WHOLE)
    path = tmp_path / "all.csv"
    assert out(tmp_path / "a", "--as", "csv", "--real", str(path)) == 0
    assert run(["--data-dir", str(tmp_path / "b"), "directory", "import", str(path)]) == 0
    (back,) = [each for each in load_directory(tmp_path / "b").listings if each.name == WHOLE.name]
    assert replace(back, id=WHOLE.id, source=WHOLE.source, source_id=WHOLE.source_id) == WHOLE


def test_a_spreadsheet_never_runs_what_stands_in_a_cell(tmp_path: Path) -> None:
    headings, row = table([replace(WHOLE, name="=HYPERLINK(1)", latitude=-1.5)])
    cells = dict(zip(headings, row, strict=True))
    assert (cells["name"], cells["latitude"], cells["ward"]) == ("'=HYPERLINK(1)", "-1.5", "Longford")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert out(tmp_path, "--as", "csv", str(tmp_path / "file" / "all.csv")) == 2
    assert "can't be written" in capsys.readouterr().err


def test_the_table_is_a_csv_that_spreadsheets_take_for_utf_8(tmp_path: Path) -> None:
    put(tmp_path, replace(WHOLE, name="Café"))
    out(tmp_path, "--as", "csv", "--real", str(tmp_path / "all.csv"))
    raw = (tmp_path / "all.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert any(row["name"] == "Café" for row in csv.DictReader(raw.decode("utf-8-sig").splitlines()))

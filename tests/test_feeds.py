"""Other councils' listings come in: what can be used lands, what can't says why, and nothing is lost."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MORNING
from tests.feed_server import BROKEN, NOT_THERE, Answer, FeedServer, as_json
from tests.test_house import imported
from triage.cli import run
from triage.errors import BadData, StoreError, TriageError
from triage.feeds import facts, times
from triage.feeds.feed import Feed, FeedError, slug
from triage.feeds.limits import Limits
from triage.feeds.mapping import guess, load
from triage.feeds.recognise import Asked, read
from triage.feeds.table import read as read_table
from triage.feeds.text import decode, plain
from triage.feeds.words import kind
from triage.library.directory import load_directory
from triage.library.snapshot import MISSING, Landing, compare, land
from triage.model import Listing, Schedule

FIXTURES = Path(__file__).parent / "fixtures" / "feeds"
QUICK = Limits(pause=0, wait=5, tries=3)
ASKED = Asked(today=date(2026, 11, 24), limits=QUICK)


def write(path: Path, content: Any) -> str:
    """A file for an import."""
    data = content if isinstance(content, (bytes, str)) else json.dumps(content)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def take(source: str, folder: Path, **how: Any) -> tuple[Feed, Landing]:
    """An import as the command does it."""
    feed = read(source, replace(ASKED, **how))
    landing = compare(folder, slug(feed.name), feed.listings, whole=feed.whole, unread=feed.seen)
    land(folder, landing, MORNING)
    return feed, landing


def named(feed: Feed, name: str) -> Listing:
    """The listing of that name."""
    return next(each for each in feed.listings if each.name == name)


def club(own: str, name: str, **more: Any) -> dict[str, Any]:
    """An invented service as Open Referral UK v1 gives it."""
    return {"id": own, "name": name, "description": f"<p>{name} meets &amp; eats.</p>", "status": "active", **more}


LUNCH = club(
    "s-1",
    "Wednesday Lunch Club",
    assured_date="2026-03-01",
    organization={"id": "o-1", "name": "St Example’s Hall", "url": "www.st-examples-hall.org"},
    service_at_locations=[
        {
            "location": {
                "name": "St Example’s Hall",
                "latitude": 52.41,
                "longitude": -1.51,
                "physical_addresses": [{"address_1": "1 Sample Road", "city": "Coventry", "postal_code": "cv11aa"}],
            }
        }
    ],
    contacts=[{"name": "The organiser", "phones": [{"number": "1632960101"}]}],
    regular_schedules=[{"freq": "WEEKLY", "byday": "WE", "opens_at": "12:00Z", "closes_at": "14:00Z"}],
    eligibilitys=[{"eligibility": "adult", "minimum_age": 60, "maximum_age": 120}],
    cost_options=[{"option": "Two courses", "amount": 4.5, "amount_description": "per person"}],
    service_taxonomys=[{"taxonomy": {"id": "demo:12", "name": "Lunch clubs", "vocabulary": "demoTypes"}}],
)
FIVE = [LUNCH, *(club(f"s-{n}", f"Club {n}", contacts=[{"phones": [{"number": "01632 960102"}]}]) for n in range(2, 6))]


# ---- what the words become


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("1632960101", "01632 960101"),
        ("01632-960-101", "01632 960101"),
        ("+44 (0)1632 960101", "01632 960101"),
        ("0044 1632 960101", "01632 960101"),
        ("1.632960101E9", "01632 960101"),
        ("1632960101.0", "01632 960101"),
        ("Tel: 01632 960101 (ask for the office)", "01632 960101"),
        ("01632 960101 / 07700 900123", "01632 960101 or 07700 900123"),
        ("01632 960101 ext. 12", "01632 960101 ext 12"),
        ("116 123", "116 123"),
        ("111", "111"),
        ("someone@st-examples-hall.org", ""),
        ("by appointment", ""),
    ],
)
def test_a_telephone_number_is_as_it_is_dialled(written: str, dialled: str) -> None:
    assert facts.phone(written) == dialled


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cv11aa", "CV1 1AA"),
        ("CV1  1AA ", "CV1 1AA"),
        ("CV1 IAA", "CV1 1AA"),
        ("33157", "33157"),
        ("N/A", ""),
        ("?", ""),
    ],
)
def test_a_postcode_has_its_space_and_its_capitals(written: str, meant: str) -> None:
    assert facts.postcode(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            ("09:00", time(9)),
            ("9am", time(9)),
            ("9.30 p.m.", time(21, 30)),
            ("09:00:00", time(9)),
            ("09:00Z", time(9)),
        ),
        *(("9:00am", time(9)), ("0930", time(9, 30)), ("noon", time(12)), ("12 noon", time(12)), ("0.375", time(9))),
        *(("09:00+01:00", time(9)), ("12am", time(0)), ("hh:mm:ss", None), ("25:00", None), ("", None), ("soon", None)),
    ],
)
def test_a_time_may_be_spelt_in_many_ways(written: str, meant: time | None) -> None:
    assert times.clock(written) == meant


@pytest.mark.parametrize(
    ("written", "days", "hours"),
    [
        ("Wednesday 10am - 4pm", ("WE",), (time(10), time(16))),
        ("Mon-Fri 9-5", ("MO", "TU", "WE", "TH", "FR"), (time(9), time(17))),
        ("Tuesdays and Thursdays, 2–4pm", ("TU", "TH"), (time(14), time(16))),
        ("Daily 24 hours", times.DAYS, (time(0), time(23, 59))),
        ("Mon, Wed and Fri 9am to 1pm", ("MO", "WE", "FR"), (time(9), time(13))),
        ("10am - 12pm, second Tuesday of each month", ("2TU",), (time(10), time(12))),
        ("Thursday 1-5", ("TH",), (time(13), time(17))),
        ("1st Monday of the month 10:30 to 12 noon", ("1MO",), (time(10, 30), time(12))),
    ],
)
def test_opening_times_in_a_sentence_are_understood(written: str, days: tuple[str, ...], hours: Any) -> None:
    (found,) = times.spoken(written)
    assert (found.byday, (found.opens_at, found.closes_at)) == (days, hours)


def test_opening_times_that_are_not_understood_are_kept_as_they_stand() -> None:
    said = "Open daily except when the river is in flood and the warden has rung the bell"
    assert times.spoken(said) == (Schedule(description=said),)
    assert times.spoken("Friday 7-9") == (Schedule(("FR",), description="Friday 7-9"),)


def test_a_description_loses_its_markup_and_what_could_harm_the_terminal() -> None:
    said = "<h4>Tea&nbsp;&amp; cake</h4><script>x()</script><ul><li>free</li></ul>\x1b[31m\u200b\u202eok&lt;br&gt;"
    assert plain(said) == "Tea & cake • free [31m ok"
    assert plain("<p><br></p>") == ""
    assert (
        plain("Write to <hello@st-examples-hall.org> when 2 < 3") == "Write to <hello@st-examples-hall.org> when 2 < 3"
    )


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_may_come_in_any_usual_encoding(coding: str) -> None:
    assert decode("name,fee\nCafé,£2\n".encode(coding))[0] == "name,fee\nCafé,£2\n"


def test_one_line_in_another_encoding_does_not_spoil_the_rest() -> None:
    assert decode("Café\n".encode() + "Café £\n".encode("cp1252"))[0] == "Café\nCafé £\n"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_table_may_be_cut_by_any_usual_sign(mark: str) -> None:
    rows = [("name", "postcode", "phone"), ("Tea, please" if mark != "," else "Tea", "CV1 1AA", "01632 960101")]
    found = read_table("\n".join(mark.join(row) for row in rows), "clubs.csv")
    assert found.headings == rows[0]
    assert [row[1]["postcode"] for row in found.rows if isinstance(row, tuple)] == ["CV1 1AA"]


def test_ages_that_mean_no_limit_are_none() -> None:
    assert facts.ages(-1, 100) == (None, None)
    assert facts.ages("18", "65") == (18, 65)
    assert facts.ages(65, 18) == (None, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("18-65", (18, 65)),
        ("65+", (65, None)),
        ("Over 50s", (50, None)),
        ("under 25", (None, 24)),
        ("Adults", (None, None)),
    ],
)
def test_ages_may_be_written_in_words(written: str, meant: tuple[int | None, int | None]) -> None:
    assert facts.ages_in(written) == meant


def test_placeholders_are_not_addresses() -> None:
    assert [facts.url(u) for u in ("http://www.example.com", "https://path/to/profile", "http://", "n/a")] == [""] * 4
    assert facts.url("www.st-examples-hall.org/club") == "https://www.st-examples-hall.org/club"


def test_the_kind_follows_the_topics_then_the_name_then_the_description() -> None:
    assert kind("Rosewood Nursing Home", (), "") == "care"
    assert kind("Care home choir", ("Choirs",), "") == "activity"
    assert kind("Park View", ("Nursing homes",), "") == "care"
    assert kind("The Beeches", (), "We give advice about debt.") == "care"
    assert kind("The Beeches", (), "") is None
    assert kind("The Beeches", (), "", "gm_dentists") == "care"
    assert kind("Alexandra Park", (), "", "gm_jobcentreplus") is None
    assert kind("Rethink", (), "Our service is for anyone who cares for somebody. We provide information.") == "care"
    assert kind("Open House", (), "We meet weekly and everyone can join in the fun.") == "activity"


@pytest.mark.parametrize("said", ["care", "activity"])
def test_a_kind_given_for_a_whole_source_stands_over_every_guess(tmp_path: Path, said: str) -> None:
    rows = write(tmp_path / "rows.csv", "name,description\nRosewood Nursing Home,care\nLunch Club,food\n")
    assert {each.kind for each in take(rows, tmp_path, kind=said)[0].listings} == {said}


def test_a_listing_that_says_nothing_goes_by_the_name_of_its_source(tmp_path: Path) -> None:
    text = "name,postcode\nBeech & Sons,CV1 1AA\n"
    (found,) = read(write(tmp_path / "local_pharmacies.csv", text), ASKED).listings
    (other,) = read(write(tmp_path / "list.csv", text), ASKED).listings
    assert (found.kind, other.kind) == ("care", "activity")


def test_a_folder_of_tables_is_one_source_for_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("clubs.csv", "halls.csv", "README.txt"):
        write(tmp_path / "in" / name, f"name\n{name}\n")
    assert run(["directory", "import", str(tmp_path / "in"), "--data-dir", str(tmp_path), "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)["sources"]] == ["clubs", "halls"]


def test_files_are_read_without_loading_what_only_the_web_needs() -> None:
    assert not imported("import triage.feeds.recognise, triage.cli.importing") & {"httpx", "phonenumbers", "rapidfuzz"}


# ---- files


def test_a_saved_feed_is_read_whole(tmp_path: Path) -> None:
    pages = [{"totalElements": 5, "content": FIVE[:3]}, {"totalElements": 5, "content": FIVE[3:]}]
    feed = read(write(tmp_path / "coventry.json", pages), ASKED)
    lunch = named(feed, "Wednesday Lunch Club")
    assert (feed.read, len(feed.listings), feed.rejected) == (5, 5, ())
    assert (lunch.id, lunch.source_id, lunch.source) == ("coventry:s-1", "s-1", "coventry")
    assert (lunch.phone, lunch.postcode, lunch.minimum_age, lunch.maximum_age) == ("01632 960101", "CV1 1AA", 60, None)
    assert lunch.schedules == (Schedule(("WE",), time(12), time(14)),)
    assert (lunch.fees, lunch.free) == ("Two courses: £4.50 per person", False)
    assert (lunch.topics, lunch.kind, lunch.demonstration) == (("Lunch clubs",), "activity", False)
    assert lunch.url == "https://www.st-examples-hall.org"
    assert lunch.assured_date == date(2026, 3, 1)
    assert lunch.description == "Wednesday Lunch Club meets & eats."


def test_a_v3_service_is_read_wherever_it_keeps_things(tmp_path: Path) -> None:
    service = {
        "id": "11111111-1111-4111-8111-111111111111",
        "name": "Reablement at home",
        "status": "temporarily closed",
        "minimum_age": 18,
        "maximum_age": -1,
        "last_modified": "2026-01-05T10:00:00Z",
        "alert": "Moving to a new office",
        "organization": {"name": "Example Care", "website": "https://care.st-examples-hall.org", "email": "a@b-c.org"},
        "service_at_locations": [
            {"phones": [{"number": "01632 960103"}], "location": {"latitude": 100, "longitude": 101}}
        ],
        "schedules": [{"freq": "MONTHLY", "byday": "2MO", "opens_at": "10:00:00", "closes_at": "18:00:00"}],
        "attributes": [
            {"link_type": "service_type", "taxonomy_term": {"name": "Reablement"}},
            {"link_type": "target_audience", "taxonomy_term": {"name": "Carers"}},
        ],
    }
    (found,) = read(write(tmp_path / "v3.json", {"contents": [service]}), ASKED).listings
    assert (found.status, found.alert, found.phone) == ("temporarily closed", "Moving to a new office", "01632 960103")
    assert (found.topics, found.eligibility, found.kind) == (("Reablement",), "Carers", "care")
    assert (found.email, found.minimum_age, found.maximum_age) == ("a@b-c.org", 18, None)
    assert (found.latitude, found.as_of) == (None, date(2026, 1, 5))
    assert found.schedules == (Schedule(("2MO",), time(10), time(18), "MONTHLY"),)


def test_the_standards_own_examples_are_read() -> None:
    (v3,) = read(str(FIXTURES / "oruk-v3-service.json"), ASKED).listings
    assert (v3.name, v3.source_id) == ("Community Counselling", "ac148810-d857-441c-9679-408f346de14b")
    assert (v3.url, v3.email, v3.latitude) == ("", "", None)
    (package,) = read(str(FIXTURES / "hsds-3.0"), ASKED).listings
    assert package.source_id == v3.source_id
    assert package.schedules[0].byday == ("TH", "FR")
    assert "+44 1234 234567" in package.phone or "01234 234567" in package.phone


def test_an_older_package_in_a_zip_is_put_together(tmp_path: Path) -> None:
    tables = {
        "data/organizations.csv": "id,name,url\no1,Example Trust,www.trust.st-examples-hall.org\n",
        "data/services.csv": "id,organization_id,name,description,status\n7,o1,Debt advice,We help.,active\n",
        "data/services_at_location.csv": "id,service_id,location_id\n1,7,9\n",
        "data/locations.csv": "id,name,latitude,longitude\n9,Old Bank,52.4,-1.5\n",
        "data/physical_addresses.csv": "id,location_id,address_1,postal_code\n1,9,2 Sample Street,CV1 1AB\n",
        "data/phones.csv": "id,service_id,number\n1,7,01632 960104\n",
        "data/regular_schedules.csv": "id,service_id,weekday,opens_at,closes_at\n"
        ",7,Monday,9:00am,5:00pm\n,7,Tuesday,9am,17:00\n",
        "data/taxonomy.csv": "id,name\nT1,Debt counselling\n",
        "data/services_taxonomy.csv": "id,service_id,taxonomy_id\n1,7,T1\n",
        "data/eligibility.csv": "id,service_id,eligibility\n,,Nobody knows whose\n",
        "datapackage.json": '{"name": "x", "resources": [{"name": "service", "path": "services.csv"}]}',
    }
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    feed = read(str(path), ASKED)
    (found,) = feed.listings
    assert (found.source_id, found.organisation, found.phone) == ("7", "Example Trust", "01632 960104")
    assert found.schedules == (Schedule(("MO", "TU"), time(9), time(17)),)
    assert (found.postcode, found.topics) == ("CV1 1AB", ("Debt counselling",))
    assert "1 rows belong to no service" in feed.notes[0].why


def test_a_spreadsheet_is_read_by_a_guess_that_it_tells() -> None:
    feed = read(str(FIXTURES / "care-homes.csv"), ASKED)
    assert len(feed.listings) == 8
    first = feed.listings[0]
    assert (first.source_id, first.kind, first.phone) == ("1-466088203", "care", "0161 748 6414")
    assert (first.organisation, first.topics, first.postcode) == (
        "Future Directions CIC",
        ("Residential homes",),
        "M41 5BU",
    )
    assert "name from name" in feed.notes[0].why


def test_outposts_template_keeps_hidden_what_its_keeper_hid() -> None:
    feed = read(str(FIXTURES / "outpost.csv"), ASKED)
    first, second = feed.listings
    assert (first.source_id, first.status, second.status) == ("1", "expired", "current")
    assert (first.minimum_age, first.maximum_age, second.free) == (None, None, True)
    assert [s.byday for s in first.schedules] == [("MO",), ("TU",)]
    assert "additional note" not in repr(feed.listings)
    assert second.postcode == "EC1N 8BA"


def test_outposts_hidden_contacts_and_masked_addresses_are_not_read(tmp_path: Path) -> None:
    said = {
        "import_id": "1",
        "import_id_reference": "",
        "name": "Refuge",
        "contact_name": "A. Person",
        "contact_visible": "FALSE",
        "contact_email": "hidden@st-examples-hall.org",
        "contact_phone": "01632 960106",
        "location_name": "Safe House",
        "location_address_1": "3 Sample Street",
        "location_city": "Coventry",
        "location_postcode": "CV1 1AB",
        "mask_exact_address": "TRUE",
    }
    (found,) = read(write(tmp_path / "o.csv", f"{','.join(said)}\n{','.join(said.values())}\n"), ASKED).listings
    assert (found.phone, found.email, found.address, found.postcode) == ("", "", "Coventry", "")


def test_flat_records_by_the_line_keep_their_own_ids(tmp_path: Path) -> None:
    lines = [
        {"id": "br0001", "src_id": "x-9", "name": "Debt advice", "org": "Example Trust", "description": "Bills.",
         "category": "Money", "tags": "debt;bills", "place": "Moxley", "postcode": "WS13 4GX", "phone": "01632 960105"},
        {"id": "br0002", "src_id": "x-8", "name": "Tea dance", "org": "", "description": "", "category": "", "tags": "",
         "place": "", "postcode": "", "phone": ""},
    ]  # fmt: skip
    text = "\n".join(json.dumps(each) for each in lines) + "\nnot json\n"
    feed = read(write(tmp_path / "listings.jsonl", text), ASKED)
    assert [each.source_id for each in feed.listings] == ["br0001", "br0002"]
    assert feed.listings[0].topics == ("debt", "bills", "Money")
    assert (feed.listings[0].ward, feed.listings[0].kind, feed.listings[1].kind) == ("Moxley", "care", "activity")
    assert [r.where for r in feed.rejected] == ["listings.jsonl, line 3"]


def test_a_record_that_cannot_be_used_says_where_and_why(tmp_path: Path) -> None:
    services = [
        club("a", ""),
        7,
        club("b", "Kept"),
        club("b", "Kept"),
        club("b", "Another under that id"),
        club("", "Kept too"),
    ]
    feed = read(write(tmp_path / "feed.json", services), Asked(today=ASKED.today, form="oruk"))
    assert [(r.where, r.why) for r in feed.rejected] == [
        ("feed.json, item 1", "it has no name"),
        ("feed.json, item 2", "it is not a record with fields"),
        ("feed.json, item 3", "the same service stands at feed.json, item 4 word for word"),
    ]
    assert [each.name for each in feed.listings] == ["Kept", "Another under that id", "Kept too"]
    assert len({each.id for each in feed.listings}) == 3
    assert "both are kept" in feed.notes[0].why
    assert feed.read == len(feed.listings) + len(feed.rejected)


def test_a_row_with_too_many_cells_is_rejected_and_the_rest_lands(tmp_path: Path) -> None:
    text = (
        "Clubs of the borough,,\n\nName,Phone,Postcode\nTea,1632960101,CV11AA\nCake, with cream,01632 960102,CV1 1AB\n"
    )
    feed = read(write(tmp_path / "clubs.csv", text), ASKED)
    assert [(each.name, each.phone) for each in feed.listings] == [("Tea", "01632 960101")]
    assert feed.rejected[0].where == "clubs.csv, line 5"
    assert "4 cells under 3 headings" in feed.rejected[0].why


def test_a_column_of_ids_that_repeats_is_not_taken_for_one(tmp_path: Path) -> None:
    text = "site_id,name,type\n" + "".join(f"1,Park,{what}\n" for what in ("Tennis", "Bowls", "Cricket"))
    feed = read(write(tmp_path / "sites.csv", text), ASKED)
    assert len({each.id for each in feed.listings}) == 3
    again = read(str(tmp_path / "sites.csv"), ASKED)
    assert [each.id for each in again.listings] == [each.id for each in feed.listings]


def test_a_mapping_says_which_column_is_what(tmp_path: Path) -> None:
    table = write(tmp_path / "odd.csv", "Wot,Ring,Blurb\nTea dance,1632960101,Come and dance\n")
    plan = write(
        tmp_path / "map.toml",
        '[columns]\nname = "Wot"\nphone = "Ring"\ndescription = "Blurb"\n[defaults]\nkind = "care"\n',
    )
    (found,) = read(table, replace(ASKED, plan=load(Path(plan)))).listings
    assert (found.name, found.phone, found.description, found.kind) == (
        "Tea dance",
        "01632 960101",
        "Come and dance",
        "care",
    )


def test_a_wrong_word_in_a_mapping_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="Did you mean “postcode”"):
        load(Path(write(tmp_path / "map.toml", '[columns]\nname = "A"\npostcod = "B"\n')))
    plan = load(Path(write(tmp_path / "map.toml", '[columns]\nname = "Nam"\n')))
    with pytest.raises(FeedError, match="Did you mean “Name”"):
        read(write(tmp_path / "t.csv", "Name,Phone\nTea,1\n"), replace(ASKED, plan=plan))


def test_a_drafted_mapping_can_be_used_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = str(FIXTURES / "care-homes.csv"), tmp_path / "map.toml"
    assert run(["directory", "map", table, "--out", str(out)]) == 0
    heads = read_table((FIXTURES / "care-homes.csv").read_text(encoding="utf-8"), "x").headings
    assert load(out).columns == guess(heads).columns
    capsys.readouterr()


# ---- one directory, safely


def test_the_first_import_replaces_the_demonstration_but_not_the_named_services(tmp_path: Path) -> None:
    shipped = [each.id for each in load_directory().listings if not each.demonstration]
    take(write(tmp_path / "feed.json", FIVE), tmp_path)
    directory = load_directory(tmp_path)
    assert not directory.demonstration
    assert {"feed:s-1", *shipped} <= set(directory.by_id)
    assert len(directory.listings) == len(shipped) + 5


def test_importing_again_tells_what_changed_field_by_field(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    take(write(path, FIVE), tmp_path)
    _, same = take(str(path), tmp_path)
    assert (len(same.added), len(same.changed), same.unchanged, len(same.missing)) == (0, 0, 5, 0)
    moved = {**LUNCH, "contacts": [{"phones": [{"number": "01632 960199"}]}]}
    _, now = take(write(path, [moved, *FIVE[1:4], club("s-9", "New club")]), tmp_path)
    assert [each.id for each in now.added] == ["feed:s-9"]
    assert dict(now.changed[0].fields) == {"phone": ("01632 960101", "01632 960199")}
    assert [each.id for each in now.missing] == ["feed:s-5"]


def test_a_listing_missing_once_is_kept_with_a_warning_and_twice_is_archived(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    take(write(path, FIVE), tmp_path)
    take(write(path, FIVE[:4]), tmp_path)
    once = load_directory(tmp_path).by_id["feed:s-5"]
    assert (once.status, once.alert) == ("current", MISSING)
    take(str(path), tmp_path)
    assert load_directory(tmp_path).by_id["feed:s-5"].status == "archived"
    _, quiet = take(str(path), tmp_path)
    assert quiet.missing == ()
    take(write(path, FIVE), tmp_path)
    back = load_directory(tmp_path).by_id["feed:s-5"]
    assert (back.status, back.alert) == ("current", "")
    history = (tmp_path / "directory" / "history" / "feed.jsonl").read_text(encoding="utf-8")
    told = [each["what"] for each in map(json.loads, history.splitlines()) if each["id"] == "feed:s-5"]
    assert told == ["added", "missing", "archived", "changed"]


def test_a_record_that_became_unusable_keeps_its_last_good_listing(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    take(write(path, FIVE), tmp_path)
    _, landing = take(write(path, [{**LUNCH, "name": " "}, *FIVE[1:]]), tmp_path)
    assert landing.missing == ()
    assert load_directory(tmp_path).by_id["feed:s-1"].alert == ""


def test_our_own_corrections_survive_an_import(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    take(write(path, FIVE), tmp_path)
    own = tmp_path / "directory" / "corrections.jsonl"
    write(own, json.dumps({"id": "feed:s-1", "phone": "01632 960150", "by": "hannah"}) + "\n")
    take(str(path), tmp_path)
    assert load_directory(tmp_path).by_id["feed:s-1"].phone == "01632 960150"
    write(own, json.dumps({"id": "feed:s-1", "fone": "1"}))
    with pytest.raises(BadData, match="Did you mean “phone”"):
        load_directory(tmp_path)


def test_a_snapshot_that_cannot_be_written_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feed.json"
    take(write(path, FIVE), tmp_path)
    before = load_directory(tmp_path).digest

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreError, match="What was there stays"):
        take(write(path, FIVE[:1]), tmp_path)
    monkeypatch.undo()
    assert load_directory(tmp_path).digest == before
    assert not list((tmp_path / "directory").glob("*.part"))


def test_the_command_answers_in_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, folder = write(tmp_path / "feed.json", [club("x", ""), *FIVE]), str(tmp_path / "data")
    assert run(["directory", "import", source, "--data-dir", folder, "--dry-run", "--json"]) == 0
    assert not Path(folder).exists()
    capsys.readouterr()
    assert run(["directory", "import", source, "--data-dir", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    counts = {key: told[key] for key in ("read", "added", "changed", "unchanged", "missing", "possible_duplicates")}
    assert counts == {"read": 6, "added": 5, "changed": 0, "unchanged": 0, "missing": 0, "possible_duplicates": 0}
    assert told["rejected"][0] | {"source_id": "x"} == {
        "where": "feed.json, item 1",
        "why": "it has no name",
        "source_id": "x",
    }
    assert run(["search", "wednesday lunch club", "--data-dir", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["source_id"] == "s-1"


def test_pairs_that_may_be_the_same_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write(tmp_path / "one.json", [LUNCH]), write(tmp_path / "two.json", [{**LUNCH, "id": "other"}])
    assert run(["directory", "import", one, two, "--data-dir", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["possible_duplicates"], told["duplicates"][0]["ids"]) == (1, ["one:s-1", "two:other"])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("cut.json", b'[{"id": "1", "name": "Tea"', "cut off"),
        ("empty.csv", b"", "is empty"),
        ("page.html", b"<!doctype html><p>hello", "web page"),
        ("sheet.xls", b"\xd0\xcf\x11\xe0\xa1", "CSV"),
        ("deep.json", b"[" * 100_000, "can't be read"),
        ("nothing.csv", b"colour,size\nred,4\n", "no column looks like a name"),
        ("none.json", b"[]", "no record"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, why: str
) -> None:
    assert run(["directory", "import", write(tmp_path / name, content), "--data-dir", str(tmp_path)]) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/hosts",
        "ftp://st-examples-hall.org/x.csv",
        "data:text/csv,a",
        "gone.csv",
        "",
        "http://[bad",
        "http://x:99999",
        "http:///x",
    ],
)
def test_other_kinds_of_address_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str) -> None:
    assert run(["directory", "import", source, "--data-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("triage: ")


def test_a_compressed_bomb_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"0" * 3_000_000)
    with pytest.raises(FeedError, match="bomb"):
        read(write(tmp_path / "bomb.zip", packed.getvalue()), ASKED)
    with pytest.raises(FeedError, match="bomb"):
        read(write(tmp_path / "bomb.json.gz", gzip.compress(b" " * 3_000_000)), ASKED)
    with pytest.raises(FeedError, match="limit"):
        read(write(tmp_path / "large.csv", b"name\n" + b"x" * 2000), replace(ASKED, limits=Limits(body=1000)))


def test_an_archive_that_holds_itself_is_refused(tmp_path: Path) -> None:
    inner = b"name\nTea dance\n"
    for depth in range(1, 6):
        inner = gzip.compress(inner)
        if depth == 2:
            assert read(write(tmp_path / "two.csv.gz", inner), ASKED).read == 1
    with pytest.raises(FeedError, match="bomb"):
        read(write(tmp_path / "five.csv.gz", inner), ASKED)


@pytest.mark.parametrize("name", ["contacts.csv", "phones.csv", "taxonomy_terms.csv", "funding.csv"])
def test_a_table_that_belongs_to_a_package_does_not_become_listings(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError, match="one table of a package"):
        read(write(tmp_path / name, "id,service_id,name\n1,2,Somebody\n"), ASKED)


def test_terms_and_descriptions_of_packages_do_not_become_listings(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="taxonomy"):
        read(write(tmp_path / "t.json", [{"id": "1", "name": "Food", "parent_id": "0", "term_uri": "x"}]), ASKED)
    with pytest.raises(FeedError, match="only describes a package"):
        read(write(tmp_path / "datapackage.json", {"name": "x", "resources": [{"name": "services"}]}), ASKED)


# ---- over HTTP


@pytest.mark.parametrize("version", [1, 3])
def test_a_feed_is_walked_page_by_page_and_each_service_asked_for(tmp_path: Path, version: int) -> None:
    with FeedServer(FIVE, version) as server:
        feed, landing = take(server.url, tmp_path)
        again, second = take(server.url + "/services/", tmp_path)
    assert (feed.form, feed.read, len(landing.added), feed.whole) == (f"oruk v{version}", 5, 5, True)
    assert named(feed, "Wednesday Lunch Club").phone == "01632 960101"
    assert (again.name, second.unchanged) == (feed.name, 5)


def test_a_server_that_stumbles_is_asked_again(tmp_path: Path) -> None:
    def stumbles(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        if count < 3 and path == "/services":
            return BROKEN
        return (503, {"Retry-After": "0"}, b"") if count == 1 and path == "/services/s-2" else None

    with FeedServer(FIVE, fault=stumbles) as server:
        feed, _ = take(server.url, tmp_path)
    assert (len(feed.listings), feed.rejected) == (5, ())


def test_an_answer_that_was_cut_off_is_asked_for_again(tmp_path: Path) -> None:
    whole = json.dumps(LUNCH).encode()

    def cuts(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return (200, {}, whole[:100]) if path == "/services/s-1" and count == 1 else None

    with FeedServer(FIVE, fault=cuts) as server:
        feed, _ = take(server.url, tmp_path)
    assert named(feed, "Wednesday Lunch Club").phone == "01632 960101"


def test_a_slow_server_is_given_up_and_asked_again(tmp_path: Path) -> None:
    woken = threading.Event()

    def sleeps(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        if path == "/services/s-3" and count == 1:
            woken.wait(5)
        return None

    with FeedServer(FIVE, fault=sleeps) as server:
        feed, _ = take(server.url, tmp_path, limits=replace(QUICK, wait=0.1))
        woken.set()
    assert len(feed.listings) == 5
    assert server.asked["/services/s-3"] == 2


def test_a_failed_fetch_loses_nothing_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    many = [club(f"n-{n}", f"Club {n}") for n in range(20)]
    broken: set[str] = set()

    def breaks(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return BROKEN if path in broken else None

    partial = tmp_path / "directory" / "partial"
    with FeedServer(many, size=10, fault=breaks) as server:
        take(server.url, tmp_path, partial=partial)
        before = load_directory(tmp_path).digest
        broken |= {f"/services/n-{n}" for n in range(10, 20)}
        with pytest.raises(FeedError, match="nothing was imported"):
            take(server.url, tmp_path, partial=partial)
        assert load_directory(tmp_path).digest == before
        broken.clear()
        server.asked.clear()
        _, landing = take(server.url, tmp_path, partial=partial)
    assert landing.unchanged == 20
    assert server.asked["/services/n-0"] == 0
    assert server.asked["/services/n-19"] == 1
    assert not partial.exists()


def test_a_service_that_is_gone_is_rejected_and_the_rest_lands(tmp_path: Path) -> None:
    gone: set[str] = set()

    def loses(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return NOT_THERE if path in gone else None

    with FeedServer(FIVE, fault=loses) as server:
        take(server.url, tmp_path)
        gone.add("/services/s-4")
        feed, landing = take(server.url, tmp_path)
    assert [r.id for r in feed.rejected] == ["s-4"]
    assert "404" in feed.rejected[0].why
    assert [each.source_id for each in landing.missing] == ["s-4"]
    assert landing.unchanged == 4


def test_a_service_that_cannot_be_had_this_time_stays_as_it_was(tmp_path: Path) -> None:
    broken: set[str] = set()

    def breaks(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return BROKEN if path in broken else None

    with FeedServer(FIVE, fault=breaks) as server:
        take(server.url, tmp_path)
        broken.add("/services/s-1")
        feed, landing = take(server.url, tmp_path)
    assert ([r.id for r in feed.rejected], landing.missing) == (["s-1"], ())
    assert next(each for each in landing.listings if each.source_id == "s-1").phone == "01632 960101"


def test_pages_without_end_are_refused(tmp_path: Path) -> None:
    def endless(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        if path != "/services":
            return None
        number = query["page"]
        return as_json(
            {"totalElements": 3, "totalPages": 2, "last": False, "content": [club(f"p-{number}", f"Club {number}")]}
        )

    with FeedServer(FIVE, fault=endless) as server, pytest.raises(FeedError, match="never ends"):
        take(server.url, tmp_path, limits=replace(QUICK, pages=20))
    assert not (tmp_path / "directory").exists()


def test_a_page_that_comes_again_ends_the_list_and_nothing_counts_as_missing(tmp_path: Path) -> None:
    stuck = False

    def repeats(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        if not stuck or path != "/services":
            return None
        return as_json({**server.page(1), "last": False, "totalElements": 100, "totalPages": 50})

    with FeedServer(FIVE, fault=repeats) as server:
        take(server.url, tmp_path)
        stuck = True
        feed, landing = take(server.url, tmp_path)
    assert (feed.read, feed.whole, landing.missing, len(landing.listings)) == (2, False, (), 5)
    assert server.asked["/services?4"] == 0


@pytest.mark.parametrize("total", [1, 40])
def test_counts_that_lie_are_noted_and_everything_is_read(tmp_path: Path, total: int) -> None:
    def lies(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return as_json({**server.page(int(query["page"])), "last": False}) if path == "/services" else None

    with FeedServer(FIVE, total=total, fault=lies) as server:
        feed, _ = take(server.url, tmp_path)
    assert len(feed.listings) == 5
    assert f"it says that it has {total} services, and lists 5" in [note.why for note in feed.notes]


def test_a_redirect_to_another_host_is_refused_and_one_at_home_is_followed(tmp_path: Path) -> None:
    def sends(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        if path == "/services" and "moved" not in query:
            return 302, {"Location": f"{server.url}/services?moved=1&page={query['page']}"}, b""
        return None

    with FeedServer(FIVE, fault=sends) as server:
        assert len(take(server.url, tmp_path)[0].listings) == 5

    def away(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 302, {"Location": "http://localhost:9/services"}, b""

    with FeedServer(FIVE, fault=away) as server, pytest.raises(FeedError, match="sends us on to http://localhost:9"):
        take(server.url, tmp_path)


@pytest.mark.parametrize(
    "place",
    [
        "file:///etc/hosts",
        "ftp://127.0.0.1/services",
        "//st-examples-hall.org/services",
        "https://st-examples-hall.org/services",
        "http://127.0.0.1:9/services",
        "http://127.0.0.1@st-examples-hall.org/",
        "gopher://127.0.0.1/",
        "http://[::1]/services",
    ],
)
def test_a_redirect_leads_nowhere_but_home(tmp_path: Path, place: str) -> None:
    def away(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 302, {"Location": place}, b""

    with FeedServer(FIVE, fault=away) as server, pytest.raises(FeedError, match="That was refused"):
        take(server.url, tmp_path)
    assert not list((tmp_path / "directory").glob("*.jsonl"))


def test_a_redirect_without_end_is_refused(tmp_path: Path) -> None:
    def round_and_round(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 302, {"Location": f"{server.url}/services?again={count}"}, b""

    with FeedServer(FIVE, fault=round_and_round) as server, pytest.raises(FeedError, match="more than 5 times"):
        take(server.url, tmp_path)


def test_a_flood_that_does_not_tell_its_length_is_stopped(tmp_path: Path) -> None:
    def floods(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 200, {"Connection": "close"}, b"[" + b" " * 3_000_000

    small = replace(ASKED, limits=replace(QUICK, body=1_000_000))
    with FeedServer(FIVE, fault=floods) as server, pytest.raises(FeedError, match="1 MB"):
        read(server.url, small)


def test_a_password_in_an_address_is_never_told(tmp_path: Path) -> None:
    def refuses(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 401, {}, b""

    with FeedServer(FIVE, fault=refuses) as server, pytest.raises(FeedError) as told:
        take(server.url.replace("://", "://pat:hunter2@"), tmp_path)
    assert "hunter2" not in str(told.value)
    assert "401" in str(told.value)


def test_a_bomb_or_a_flood_from_a_server_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 3_000_000)

    def explodes(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 200, {"Content-Encoding": "gzip"}, bomb

    with FeedServer(FIVE, fault=explodes) as server, pytest.raises(FeedError, match="bomb"):
        take(server.url, tmp_path)

    def floods(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return 200, {"Content-Length": "2147483648"}, b"["

    with FeedServer(FIVE, fault=floods) as server, pytest.raises(FeedError, match="50 MB"):
        take(server.url, tmp_path)


def test_a_file_may_stand_at_an_address(tmp_path: Path) -> None:
    def serves(path: str, query: Mapping[str, str], count: int) -> Answer | None:
        return (200, {}, b"id,name,phone\n1,Tea dance,1632960101\n") if path.startswith("/clubs") else NOT_THERE

    with FeedServer([], fault=serves) as server:
        feed, _ = take(f"{server.url}/clubs.csv", tmp_path)
        plain_, _ = take(f"{server.url}/clubs", tmp_path)
    assert (feed.name, feed.listings[0].phone) == ("clubs", "01632 960101")
    assert len(plain_.listings) == 1


def test_a_host_that_is_not_there_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with FeedServer(FIVE) as server:
        url = server.url
    with pytest.raises(TriageError, match="can't be reached"):
        take(url, tmp_path)

"""One directory out of several: what is found to be the same, what is merged, and how it comes apart again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from triage.cli import run
from triage.directory.merge import Pair, candidates, possible_duplicates
from triage.directory.union import Decision, differing, unite
from triage.errors import BadData
from triage.library.directory import load_directory
from triage.library.joining import find_doubles, settle
from triage.library.merges import decisions_file, keep_decisions, load_decisions
from triage.library.snapshot import line
from triage.model import Listing, Schedule

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAIRS = Path(__file__).parent / "fixtures" / "pairs.jsonl"

CAFE = Listing(
    "one:1",
    "Stoke Green Carers’ Café",
    "activity",
    "Tea and company for people who care for somebody.",
    source="One",
    source_id="1",
    address="14 Walsgrave Road",
    postcode="CV2 4BA",
    phone="01632 960 101",
    topics=("carers",),
    assured_date=date(2026, 3, 1),
    demonstration=False,
)
SAME = replace(
    CAFE,
    id="two:9",
    name="Carers Cafe at Stoke Green",
    source="Two",
    source_id="9",
    description="",
    address="14 Walsgrave Rd, Coventry",
    email="cafe@stokegreen.example",
    topics=("Carers", "coffee"),
    assured_date=date(2026, 9, 1),
)


def only(*listings: Listing) -> Pair:
    (found,) = candidates(listings)
    return found


def put(folder: Path, *listings: Listing) -> None:
    """As an import leaves them."""
    for source in {each.source for each in listings}:
        path = folder / "directory" / f"{source.lower()}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line(x) + "\n" for x in listings if x.source == source), encoding="utf-8")


# ---------------------------------------------------------------------- finding


def test_two_councils_entries_of_one_café_are_certainly_the_same_and_it_says_why() -> None:
    found = only(CAFE, SAME)
    assert found.verdict == "certain"
    assert "same phone 01632 960 101" in found.why
    assert "same postcode CV2 4BA" in found.why


def test_a_name_alone_never_merges_anything() -> None:
    bare = [replace(each, address="", postcode="", phone="", email="") for each in (CAFE, SAME)]
    assert [pair.verdict for pair in candidates((bare[0], replace(bare[1], name=CAFE.name)), least=0.01)] != ["certain"]


def test_two_sites_of_one_organisation_stay_apart() -> None:
    other = replace(SAME, name=CAFE.name, address="20 Remembrance Road", postcode="CV3 3DG")
    assert [pair for pair in candidates((CAFE, other)) if pair.verdict == "certain"] == []
    assert "other house number" in only(CAFE, replace(other, address="90 Walsgrave Road", postcode="CV2 4BB")).but


@pytest.mark.parametrize(
    "names",
    [
        ("Walking Football for Men", "Walking Football for Women"),
        ("3rd Foleshill Scouts", "7th Foleshill Scouts"),
        ("Monday Art", "Thursday Art"),
    ],
)
def test_two_groups_of_one_club_are_not_merged(names: tuple[str, str]) -> None:
    one, two = (replace(each, name=name) for each, name in zip((CAFE, SAME), names, strict=True))
    assert [pair.verdict for pair in candidates((one, two))] != ["certain"]


def test_sessions_on_other_days_are_for_a_person_to_judge() -> None:
    one = replace(CAFE, schedules=(Schedule(("MO",)),))
    two = replace(SAME, schedules=(Schedule(("TH",)),))
    found = only(one, two)
    assert (found.verdict, "on other days" in found.but) == ("likely", True)


def test_one_source_s_own_ids_are_believed() -> None:
    assert only(CAFE, replace(SAME, source="One")).verdict == "likely"


def test_a_switchboard_s_number_says_little() -> None:
    many = [
        replace(CAFE, id=f"one:{n}", name=f"{name} Advice", address="", postcode="")
        for n, name in enumerate(("Debt", "Housing", "Benefits", "Legal", "Money", "Energy", "Carers", "Family"))
    ]
    other = replace(SAME, name="Debt Advice Line", address="", postcode="", email="")
    crowd = {pair.ids: pair for pair in candidates((*many, other), least=0.001)}
    alone = {pair.ids: pair for pair in candidates((many[0], other), least=0.001)}
    assert crowd["one:0", "two:9"].score < alone["one:0", "two:9"].score / 2


def test_a_listing_whose_better_partner_is_somebody_else_loses_by_it() -> None:
    near = replace(SAME, id="two:10", name="Stoke Green Café", phone="")
    found = {pair.ids[1]: pair.score for pair in candidates((CAFE, SAME, near)) if pair.ids[0] == "one:1"}
    assert found["two:10"] < only(CAFE, near).score


def test_the_labelled_pairs_are_told_apart() -> None:
    rows = [json.loads(each) for each in PAIRS.read_text(encoding="utf-8").splitlines()]
    held = [
        Listing(f"{side}{n}", kind="activity", description="", source=side, **each)
        for n, row in enumerate(rows)
        for side, each in zip("ab", row["pair"], strict=True)
    ]
    scored = {pair.ids: pair for pair in candidates(held, least=0.01)}
    truth = {(f"a{n}", f"b{n}"): row["same"] for n, row in enumerate(rows)}
    certain = [truth[ids] for ids, pair in scored.items() if ids in truth and pair.verdict == "certain"]
    assert all(certain)
    assert len(certain) >= 0.6 * sum(truth.values())
    above = _area([scored[i].score if i in scored else 0.0 for i in truth], list(truth.values()))
    assert above > 0.9
    assert all(scored[ids].score > 0.5 for ids, same in truth.items() if same)


def many_kinds() -> list[tuple[str, bool, Listing, Listing]]:
    """What each pair is about, whether it is one thing, and its two sides, from two sources."""
    found = []
    for n, line_ in enumerate((PAIRS.parent / "pairs_of_many_kinds.jsonl").read_text(encoding="utf-8").splitlines()):
        row = json.loads(line_)
        sides = []
        for side, each in zip("ab", row["pair"], strict=True):
            when = (Schedule(tuple(each.pop("days"))),) if "days" in each else ()
            made = {"kind": "activity", "description": "", "schedules": when, **each}
            sides.append(Listing(f"{side}{n}", source=side, **made))
        found.append((row["what"], row["same"], sides[0], sides[1]))
    return found


@pytest.mark.parametrize("together", [False, True], ids=["each pair alone", "all in one directory"])
def test_pairs_of_many_kinds_fall_on_their_side(together: bool) -> None:
    rows = many_kinds()
    held = [[each for _, _, *sides in rows for each in sides]] if together else [sides for _, _, *sides in rows]
    scored = {pair.ids: pair for group in held for pair in candidates(group)}
    verdicts = {
        (what, same): scored[one.id, two.id].verdict if (one.id, two.id) in scored else "none"
        for what, same, one, two in rows
    }
    assert len(verdicts) == len(rows) >= 50
    assert [what for (what, same), verdict in verdicts.items() if not same and verdict == "certain"] == []
    wrong = [what for (what, same), verdict in verdicts.items() if same != (verdict in ("certain", "likely"))]
    assert len(wrong) <= 0.12 * len(rows), wrong


def test_a_source_s_own_services_at_one_address_are_not_offered_as_one() -> None:
    one = replace(CAFE, name="Sitting Service", organisation="Miller Trust", url="https://miller.example")
    two = replace(one, id="one:2", source_id="2", name="Telephone Befriending")
    assert [pair.verdict for pair in candidates((one, two)) if pair.verdict != "doubtful"] == []


def test_the_same_name_in_one_source_is_still_looked_at() -> None:
    assert only(CAFE, replace(CAFE, id="one:2", source_id="2", email="cafe@stokegreen.example")).verdict == "likely"


def _area(scores: Sequence[float], same: Sequence[bool]) -> float:
    """How often a true pair scores higher than a false one."""
    yes = [s for s, t in zip(scores, same, strict=True) if t]
    no = [s for s, t in zip(scores, same, strict=True) if not t]
    return sum((a > b) + (a == b) / 2 for a in yes for b in no) / (len(yes) * len(no))


def test_the_order_of_the_listings_does_not_matter() -> None:
    assert candidates((CAFE, SAME))[0].score == candidates((SAME, CAFE))[0].score


def test_an_empty_directory_and_odd_listings_are_no_trouble() -> None:
    assert possible_duplicates(()) == ()
    odd = Listing("x", "–", "care", "", url="https://[bad", phone="none", postcode="?", address="1/2-3")
    assert candidates((odd, replace(odd, id="y"))) is not None


# ---------------------------------------------------------------------- merging


def merging(fields: dict[str, str] | None = None) -> Decision:
    return Decision("merge", ("one:1", "two:9"), NOON, "pat", 0.98, ("same phone",), fields or {})


def test_a_merged_listing_says_where_each_field_is_from() -> None:
    (merged,), (union,) = unite((CAFE, SAME), [merging()])
    assert (merged.id, merged.email, merged.description) == ("one:1", SAME.email, CAFE.description)
    assert union.trail["email"] == ("two:9",)
    assert union.trail["description"] == ("one:1",)
    assert merged.topics == ("carers", "coffee")
    assert union.trail["topics"] == ("one:1", "two:9")


def test_a_field_somebody_chose_comes_from_the_listing_they_chose() -> None:
    (merged,), (union,) = unite((CAFE, SAME), [merging({"place": "one:1", "name": "two:9"})])
    assert (merged.address, merged.name) == (CAFE.address, SAME.name)
    assert (union.trail["place"], union.trail["name"]) == (("one:1",), ("two:9",))


def test_the_facts_that_can_be_chosen_are_those_that_differ() -> None:
    assert differing(CAFE, SAME) == ("name", "place", "checked")


def test_merging_can_be_undone_and_done_again() -> None:
    undo = Decision("undo", ("two:9", "one:1"), NOON, "pat")
    assert unite((CAFE, SAME), [merging(), undo]) == ((CAFE, SAME), ())
    assert len(unite((CAFE, SAME), [merging(), undo, merging()])[0]) == 1


def test_three_sources_make_one_listing() -> None:
    third = replace(SAME, id="three:4", source="Three", fees="Free", free=True)
    more = Decision("merge", ("two:9", "three:4"), NOON, "pat")
    (merged,), (union,) = unite((CAFE, SAME, third), [merging(), more])
    assert merged.free
    assert len(union.parts) == 3


def test_a_part_that_its_source_dropped_does_not_close_what_the_other_still_has() -> None:
    (merged,), _ = unite((CAFE, replace(SAME, status="archived")), [merging()])
    assert merged.status == "current"


def test_a_decision_waits_while_one_of_the_two_is_away() -> None:
    assert unite((CAFE,), [merging()]) == ((CAFE,), ())


# ---------------------------------------------------------------------- on the disk


def test_certain_pairs_are_merged_and_stay_merged_when_the_source_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME)
    _, made = settle(tmp_path, NOON)
    assert [each.by for each in made] == ["triage"]
    put(tmp_path, CAFE, replace(SAME, fees="50p for tea"))
    directory = load_directory(tmp_path)
    assert directory.by_id["one:1"] is directory.by_id["two:9"]
    assert directory.by_id["one:1"].fees == "50p for tea"
    assert settle(tmp_path, NOON)[1] == ()


def test_a_correction_of_the_merged_listing_stands_over_both_sources(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME)
    (made,) = settle(tmp_path, NOON)[1]
    said = {"id": made.ids[0], "phone": "01632 960 222"}
    (tmp_path / "directory" / "corrections.jsonl").write_text(json.dumps(said) + "\n", encoding="utf-8")
    assert load_directory(tmp_path).by_id["two:9"].phone == "01632 960 222"


def test_what_somebody_kept_apart_is_never_merged_by_itself(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME)
    keep_decisions(tmp_path, [Decision("apart", ("two:9", "one:1"), NOON, "pat")])
    doubles, made = settle(tmp_path, NOON)
    assert (made, doubles.waiting) == ((), ())


def test_one_listing_is_not_merged_with_two_of_the_same_source(tmp_path: Path) -> None:
    put(tmp_path, CAFE, SAME, replace(SAME, id="two:10"))
    settle(tmp_path, NOON)
    assert (
        sum(not each.demonstration and each.source in ("One", "Two") for each in load_directory(tmp_path).listings) > 1
    )


def test_decisions_are_read_back_as_they_were_kept(tmp_path: Path) -> None:
    keep_decisions(tmp_path, [merging({"place": "one:1"})])
    keep_decisions(tmp_path, [Decision("undo", ("one:1", "two:9"), NOON, "pat")])
    assert [each.what for each in load_decisions(tmp_path)] == ["merge", "undo"]
    assert load_decisions(tmp_path)[0] == merging({"place": "one:1"})


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("{", "line 1"),
        ('{"what": "murge", "ids": ["a", "b"], "at": "2026-11-24", "by": "x"}', "“merge”"),
        ('{"what": "merge", "ids": ["a", "a"], "at": "2026-11-24", "by": "x"}', "two listings"),
        ('{"what": "merge", "ids": ["a", "b"], "at": "2026-11-24", "by": "x", "fields": {"plaice": "a"}}', "“place”"),
    ],
)
def test_a_damaged_decision_is_refused_with_its_line(tmp_path: Path, bad: str, why: str) -> None:
    decisions_file(tmp_path).parent.mkdir()
    decisions_file(tmp_path).write_text(bad + "\n", encoding="utf-8")
    with pytest.raises(BadData, match=why):
        load_directory(tmp_path)


# ---------------------------------------------------------------------- the command


def test_the_command_names_candidates_merges_the_certain_and_takes_them_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, CAFE, SAME)
    command = ["--data-dir", str(tmp_path), "directory", "merge"]
    assert run([*command, "--json"]) == 0
    (found,) = [each for each in json.loads(capsys.readouterr().out) if each["ids"] == ["one:1", "two:9"]]
    assert (found["verdict"], found["source_ids"], found["decision"]) == ("certain", ["1", "9"], None)
    assert find_doubles(tmp_path).decided == {}

    assert run(command) == 0
    assert "1 certain pair merged" in capsys.readouterr().out
    assert run([*command, "--trail", "two:9"]) == 0
    assert "email                from two:9" in capsys.readouterr().out
    assert run([*command, "--undo", "one:1"]) == 0
    assert load_directory(tmp_path).unions == ()
    assert run(command) == 0
    assert "0 certain pairs merged" in capsys.readouterr().out
    assert run([*command, "--undo", "one:1"]) == 1

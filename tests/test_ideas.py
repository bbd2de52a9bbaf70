"""Ideas for you: the public questions, the places they lead to, on a screen and on paper."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.desk.ideas import AFRAID, DANGER, EACH, MOST, Ideas, ideas, on_paper, questions, write
from triage.directory.search import Index
from triage.errors import TriageError
from triage.handover.message import reading_age
from triage.library.directory import load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.script.form import Step
from triage.script.proof import prove
from triage.script.values import read_answers
from triage.settings import Organisation

TODAY = date(2026, 11, 24)
NAMING = ("name", "dob", "born", "address", "phone", "email", "nhs", "gp")


@cache
def index() -> Index:
    return Index.build(load_directory().listings, load_lexicon(), load_places())


def answered(**facts: Any) -> Ideas:
    script = questions()
    return ideas(script, read_answers(script, facts, today=TODAY), index(), TODAY)


def topics(found: Ideas, words: str) -> list[str]:
    return [match.listing.topics[0] for idea in found.ideas if idea.words == words for match in idea.matches]


def steps() -> Iterator[Step]:
    yield from questions().steps.values()


def test_nothing_that_names_the_person_is_asked() -> None:
    keys = [field.key for step in steps() for field in step.fields]
    assert len(keys) > 8
    assert [key for key in keys if any(word in key.split("_") for word in NAMING)] == []


def test_a_nine_year_old_can_read_every_question_and_its_answers() -> None:
    told = {
        step.id: " ".join((step.say, step.ask, *(f"{o.text}." for f in step.fields for o in f.options)))
        for step in steps()
    }
    assert {key: reading_age(words) for key, words in told.items() if reading_age(words) > 9} == {}


def test_the_questions_pass_the_script_s_own_proof() -> None:
    found = prove(questions(), (), TODAY)
    assert found.problems == ()
    assert found.longest.questions <= 13


def test_every_need_finds_places_in_the_shipped_directory() -> None:
    script = questions()
    wishes = {w for o in _options() for w in o.sets if w in script.actions}
    assert wishes == set(script.actions)
    assert [w for w in script.actions.values() if not index().search(w, limit=1).matches] == []


def _options() -> Iterator[Any]:
    yield from (o for step in steps() for f in step.fields for o in f.options)


@pytest.mark.parametrize(
    ("facts", "words", "topic"),
    [
        ({"hard": ["eating"], "food": "brought"}, "hot meals brought to your home", "meals delivered"),
        ({"hard": ["lonely"], "likes": ["walking"]}, "walking group", "walking group"),
        ({"hard": ["money"], "money": ["benefits"]}, "benefits advice", "benefits advice"),
        ({"hard": "falls"}, "alarm to press if you fall", "telecare and alarms"),
        ({"hard": "memory"}, "memory café", "dementia café"),
        ({"hard": "caring", "caring_help": "others"}, "carers group", "carers' group"),
        ({"for_whom": "someone I look after", "caring_help": "rest"}, "a break for carers", "respite"),
    ],
)
def test_an_answer_leads_to_places_for_that_need(facts: dict[str, Any], words: str, topic: str) -> None:
    assert topic in topics(answered(**facts), words)


def test_only_free_places_are_given_to_somebody_who_must_not_pay() -> None:
    found = answered(hard=["lonely"], likes=["chat", "music"], cost="free")
    assert found.listings
    assert all(each.free for each in found.listings)


def test_a_short_walk_stays_within_a_mile() -> None:
    found = answered(hard=["lonely"], likes=["chat"], reach="walk", area="CV6")
    km = [match.distance_km for idea in found.ideas for match in idea.matches]
    assert km
    assert all(each is not None and each <= 1.6 for each in km)


def test_somebody_who_stays_at_home_gets_what_comes_there() -> None:
    found = answered(hard=["lonely", "eating"], likes=["visitor"], food="brought", reach="at home")
    assert found.listings
    assert all(
        not each.address
        or "home" in str(each.accessibility)
        or "telephone" in str(each.topics)
        or "delivered" in str(each.topics)
        or "online" in str(each.topics)
        for each in found.listings
    )


def test_what_a_place_must_have_comes_first_but_stays_about_the_need() -> None:
    found = answered(hard=["eating"], food="together", must=["hearing loop"])
    assert topics(found, "lunch club")[0] == "lunch club"
    assert "hearing loop" in found.listings[0].accessibility


def test_a_place_is_given_once_and_the_list_stays_short() -> None:
    everything = [o.value for o in next(f for s in steps() for f in s.fields if f.key == "hard").options]
    found = answered(hard=everything)
    ids = [each.id for each in found.listings]
    assert len(set(ids)) == len(ids)
    assert max(len(idea.matches) for idea in found.ideas) <= EACH
    few = answered(hard=["falls", "shopping", "house", "low", "loss"])
    assert len(few.listings) <= MOST


def test_danger_gives_no_list() -> None:
    found = answered(danger="yes", hard=["lonely"], likes=["chat"])
    assert (found.danger, found.listings) == (True, ())
    assert {DANGER, AFRAID} <= set(questions().flags)


def test_nothing_is_printed_for_somebody_who_is_afraid(tmp_path: Path) -> None:
    found = answered(danger="afraid", hard="low")
    assert found.afraid
    assert "domestic abuse" in " ".join(str(each.topics) for each in found.listings)
    with pytest.raises(TriageError, match="nothing is printed"):
        write(found, tmp_path, Organisation(), TODAY)
    assert list(tmp_path.iterdir()) == []


def test_the_leaflet_names_nobody_and_says_what_each_place_is_for() -> None:
    found = answered(hard=["eating"], food=["together"])
    text = on_paper(found, organisation=Organisation(), today=TODAY, form="text")
    assert text.count("For: lunch club") == len(found.listings)
    assert "IDEAS FOR YOU" in text
    assert "24 November 2026\n" in text
    page = on_paper(found, organisation=Organisation(), today=TODAY, form="html")
    assert "<dt>For</dt>" in page


def facts_file(folder: Path, **facts: Any) -> str:
    path = folder / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    return str(path)


def test_the_command_answers_in_one_document_and_keeps_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    facts = facts_file(tmp_path, hard=["eating"], food="together", age=82)
    assert run(["--data-dir", str(folder), "self-assessment", "--facts", facts, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ideas"][0]["for"] == "lunch club"
    assert set(told["ideas"][0]["listings"][0]) >= {"id", "source_id", "name", "organisation", "kind"}
    kept = [path.name for path in folder.rglob("*") if path.is_file() and "index" not in str(path)]
    assert kept == []


def test_the_questions_can_be_answered_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n1\nold\n82\n2\n2\nCV6\n3\n\n\n2\n"))
    assert run(["--data-dir", str(tmp_path), "self-assessment", "--leaflet", str(tmp_path / "ideas.pdf")]) == 0
    out = capsys.readouterr().out
    assert "Lunch club" in out
    assert (tmp_path / "ideas.pdf").read_bytes().startswith(b"%PDF")


def test_the_questions_come_on_paper_without_the_one_about_fear(tmp_path: Path) -> None:
    for name in ("blank.txt", "blank.html", "blank.pdf"):
        assert run(["--data-dir", str(tmp_path), "self-assessment", "--blank", str(tmp_path / name)]) == 0
    text = (tmp_path / "blank.txt").read_text(encoding="utf-8")
    assert "[ ] Lunch with other people" in text
    assert "someone hurts me" not in text
    assert reading_age(text) <= 9


def test_wrong_answers_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--data-dir", str(tmp_path), "self-assessment", "--facts", facts_file(tmp_path, hrd="x")]) == 2
    assert "hard" in capsys.readouterr().err
    assert run(["--data-dir", str(tmp_path), "self-assessment", "--json"]) == 2

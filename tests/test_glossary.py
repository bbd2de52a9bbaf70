"""What words mean: in our own plain words, found as they are typed, and marked where they fell out of use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from triage.cli import run
from triage.errors import BadData
from triage.glossary import looked_up, names, standing_in, told
from triage.library.glossary import load_glossary
from triage.library.scripts import load_script

TERMS = load_glossary()
BY_NAME = {name: term for term in TERMS for name in names(term)}

TO_SHIP = """long-term support · wellbeing · short-term support to maximise independence · home support · home care ·
domiciliary care · Housing with Care · extra care · direct payment · Dementia Navigator · Dementia Locksmith ·
The Pod · social brokerage · Making Safeguarding Personal · safeguarding concern · Serious Case Review ·
Safeguarding Adults Review · Individual Service Fund · pooled personal budget · personal budget · STP · BCF ·
CCG · ICB · ILF · INT · Your Health at Home · Discharge to Assess · double-handed care · ADL · IMD · LSOA ·
JSNA · TLAP · NMDS · ASC-WDS · Local Account · carers' contact assessment · CRESS · CJA · joint assessment ·
MDT · LD PI · Strengths and Needs assessment · third-party employment · PA · employer insurance · Care
Director ID · care cap · care account · IPB · DLC · tariff income · upper capital limit · lower capital limit
· self-funder · top-up · ICR · Shared Lives · ordinary residence · capacity · advocate · IMCA · IMHA · LPA ·
deputy · appointee · EDT · AIS · SALT · CLD · SAC"""


@pytest.mark.parametrize("name", [" ".join(name.split()) for name in TO_SHIP.split("·")])
def test_every_word_of_the_service_has_an_entry(name: str) -> None:
    assert name in BY_NAME
    assert len(BY_NAME[name].meaning) > 20


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("care cap", "cancelled"),
        ("care account", "cancelled"),
        ("IPB", "cancelled"),
        ("DLC", "cancelled"),
        ("STP", "historic"),
        ("BCF", "historic"),
        ("ILF", "historic"),
        ("CCG", "superseded"),
        ("direct payment", "current"),
    ],
)
def test_what_is_no_longer_so_says_so_first(name: str, status: str) -> None:
    term = BY_NAME[name]
    assert term.status == status
    assert told(term).startswith(f"({status.upper()})") is (status != "current")


def test_the_dropped_cap_gives_the_day_it_was_dropped() -> None:
    assert "29 July 2024" in BY_NAME["the cap"].meaning


def test_meanings_are_short_and_plain() -> None:
    for term in TERMS:
        sentences = [s for s in term.meaning.replace("?", ".").split(". ") if s]
        assert len(sentences) <= 4, term.term
        assert max(len(s.split()) for s in sentences) <= 30, term.term


def test_the_words_on_the_screen_come_in_the_order_they_stand_there() -> None:
    text = "An EDT social worker asks about a direct payment; the PA's pay, and two direct payments more."
    assert [t.term for t in standing_in(TERMS, text)] == ["EDT", "direct payment", "PA"]


def test_a_short_form_is_meant_only_as_it_is_written() -> None:
    assert standing_in(TERMS, "his pa rang, it is a sac of int.") == ()


def test_the_script_itself_uses_words_that_are_explained() -> None:
    steps = load_script().steps
    assert "direct payment" in [t.term for t in standing_in(TERMS, steps["DP1"].title + " " + steps["DP1"].ask)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("isf", "Individual Service Fund"),
        ("navigator", "Dementia Navigator"),
        ("extra care", "Housing with Care"),
        ("bath board", "equipment"),
        ("discharge to asess", "Discharge to Assess"),
        ("pa", "PA"),
    ],
)
def test_a_word_is_found_as_it_is_typed(typed: str, first: str) -> None:
    assert looked_up(TERMS, typed)[0].term == first


def test_nothing_is_found_for_what_is_no_word_of_ours() -> None:
    assert looked_up(TERMS, "qqqqzzz") == ()


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["glossary", "care", "cap"]) == 0
    assert "CANCELLED" in capsys.readouterr().out
    assert run(["glossary", "isf", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["term"] == "Individual Service Fund"
    assert run(["glossary", "qqqqzzz"]) == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{term: x, meaning: y}, {term: X, meaning: z}", "twice"),
        ("{term: x, also: [y], meaning: a}, {term: z, also: [Y], meaning: b}", "twice"),
        ("{term: x, status: gone, meaning: y}", "not a status"),
        ("{term: x, meaning: ' '}", "no meaning"),
        ("{term: x}", "“meaning” is missing"),
        ("{term: x, meening: y}", "meaning"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_with_its_line(tmp_path: Path, wrong: str, why: str) -> None:
    broken = tmp_path / "glossary.yaml"
    broken.write_text(f"as_of: 2026-11-21\nterms:\n  [{wrong}]\n", encoding="utf-8")
    with pytest.raises(BadData, match=why) as refused:
        load_glossary(broken)
    assert refused.value.line == 3

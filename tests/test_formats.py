"""Accessible information: what somebody needs is noted, flagged, and kept to by every leaflet."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from triage.desk import Desk, duties
from triage.desk.handing import write_leaflet
from triage.model import Call


def needing(desk: Desk, **answers: object) -> Call:
    """A call from somebody with these needs and one place on the shortlist."""
    call = desk.keep(desk.open(), "men-shed")
    for key, value in answers.items():
        step = desk.script.asked_at[key][0]
        call = desk.answer(desk.go(call, step), step, {key: value})
    return call


def printed(desk: Desk, call: Call) -> tuple[Call, Mapping[str, str]]:
    call, paths = write_leaflet(desk, call)
    return call, {form: path.read_text(encoding="utf-8") for form, path in paths.items() if form != "pdf"}


@pytest.mark.parametrize(
    "answers",
    [
        {"comm_any": "yes"},
        {"ais_contact": ["textphone"]},
        {"ais_format": ["large print"]},
        {"ais_prof": ["lipspeaker"]},
        {"ais_support": ["hearing aid/loop"]},
        {"interpreter": "yes"},
        {"language": "Punjabi"},
    ],
)
def test_every_need_is_flagged(desk: Desk, answers: dict[str, object]) -> None:
    assert "F-COMM" in desk.walk(needing(desk, **answers)).flags


@pytest.mark.parametrize("answers", [{"comm_any": "no"}, {"ais_prof": "none"}, {"language": "English"}])
def test_no_need_is_no_flag(desk: Desk, answers: dict[str, object]) -> None:
    assert "F-COMM" not in desk.walk(needing(desk, **answers)).flags


def test_an_ordinary_leaflet_is_as_before(desk: Desk) -> None:
    call, leaflet = printed(desk, needing(desk))
    assert "font-size: 12pt" in leaflet["html"]
    assert "TRANSLATED" not in leaflet["text"]
    assert "You asked for this as" not in leaflet["text"]
    assert call.promises == ()


def test_large_print_comes_by_itself(desk: Desk) -> None:
    call, leaflet = printed(desk, needing(desk, ais_format="large print"))
    assert "font-size: 18pt" in leaflet["html"]
    assert call.of_kind("handed")[0].data["format"] == "text, HTML and PDF, 18 point"
    assert call.promises == ()


@pytest.mark.parametrize(("asked", "size"), [(24, 24), (12, 18), (500, 72)])
def test_it_is_printed_in_the_size_they_asked_for(desk: Desk, asked: int, size: int) -> None:
    _, leaflet = printed(desk, needing(desk, ais_format="large print", ais_print_size=asked))
    assert f"font-size: {size}pt" in leaflet["html"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("Braille grade 2", "Braille grade 2"),
        ("audio", "Audio"),
        ("BSL video", "Video in BSL"),
        ("easy read", "Easy read"),
        ("Moon/other", "Moon or other"),
    ],
)
def test_a_format_we_cannot_make_says_who_makes_it_and_is_promised(desk: Desk, form: str, said: str) -> None:
    call, leaflet = printed(desk, needing(desk, ais_format=form))
    for text in leaflet.values():
        flat = " ".join(text.split())
        assert f"You asked for this as: {said}. The Customer Services Centre makes that for you." in flat
        assert desk.tools.organisation.phone in flat
    (promise,) = call.promises
    assert duties.line(promise) == f"Customer Services Centre: this leaflet as: {said}, by Thursday 26 November, 17:00"


def test_another_language_is_marked_for_translation_and_an_interpreter_noted(desk: Desk) -> None:
    call, leaflet = printed(desk, needing(desk, language="Punjabi"))
    for text in leaflet.values():
        assert "TO BE TRANSLATED into Punjabi by the Customer Services Centre" in " ".join(text.split())
    assert "A-INT" in desk.walk(call).actions
    assert [p.data["owner"] for p in call.promises] == ["Customer Services Centre"]


def test_a_leaflet_written_twice_is_promised_once(desk: Desk) -> None:
    call, _ = printed(desk, needing(desk, ais_format="audio"))
    again, _ = printed(desk, call)
    assert len(again.promises) == 1


def test_without_a_leaflet_nothing_is_promised(desk: Desk) -> None:
    assert needing(desk, ais_format="audio").promises == ()

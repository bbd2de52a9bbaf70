"""The leaflet as an e-mail: looked at before it goes, within its limits, kept to what the person needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from tests.test_formats import needing
from tests.test_leaflet_out import CLUB
from triage.desk import Desk, Slip, formats
from triage.desk.handing import cautions, mailed, texted, write_mail
from triage.handover.mail import LIMIT, SUBJECT, Mail, draft, mail
from triage.handover.note import NextStep
from triage.model import Listing
from triage.settings import Organisation


def made(listings: list[Listing], *, plain: bool = False, limit: int = LIMIT, organisation: str = "") -> Mail:
    council = replace(Organisation(), name=organisation) if organisation else Organisation()
    steps = [NextStep("Ring the carers’ centre", "you")]
    return mail(
        listings, steps, organisation=council, call_ref="K7QM2FX", plain=plain, limit=limit, today=date(2026, 11, 24)
    )


def test_an_e_mail_of_twelve_places_fits_and_leaves_nothing_out() -> None:
    found = made([replace(CLUB, id=str(n), name=f"{CLUB.name} {n}") for n in range(12)])
    assert found.used <= LIMIT
    assert found.left_out == ()
    assert all(f"{CLUB.name} {n}" in found.text for n in range(12))


def test_what_does_not_fit_is_named() -> None:
    found = made([replace(CLUB, id=str(n), name=f"{CLUB.name} {n}") for n in range(12)], limit=9_000)
    assert found.used <= 9_000
    assert found.left_out[-1] == f"{CLUB.name} 11"
    assert all(name not in found.text for name in found.left_out)


def test_the_subject_names_nobody_and_stays_on_one_line() -> None:
    found = made([CLUB], organisation="Adult Social Care " * 9)
    assert len(found.subject) <= SUBJECT
    assert "Joan" not in made([CLUB]).subject


def parts(raw: bytes) -> tuple[EmailMessage, list[str]]:
    message = cast("EmailMessage", message_from_bytes(raw, policy=default))
    return message, [part.get_content_type() for part in message.walk() if not part.is_multipart()]


def test_a_draft_opens_in_a_mail_program_with_page_and_pdf() -> None:
    found = made([replace(CLUB, name="مركز الأمل – Café")])
    message, kinds = parts(draft(found, b"%PDF-", "leaflet.pdf"))
    assert kinds == ["text/plain", "text/html", "application/pdf"]
    assert (message["X-Unsent"], message["To"]) == ("1", None)
    body = message.get_body(("plain",))
    assert body is not None
    assert "مركز الأمل" in body.get_content()


def test_somebody_who_asked_for_plain_text_gets_that_alone(desk: Desk) -> None:
    call = needing(desk, ais_format=["email plain text"])
    assert mailed(desk, call).page == ""
    call, path = write_mail(desk, call)
    assert parts(path.read_bytes())[1] == ["text/plain"]
    assert call.of_kind("handed")[-1].data["what"] == "e-mail"


def test_the_name_stays_out_of_the_words(desk: Desk) -> None:
    step = desk.script.asked_at["p_name"][0]
    call = needing(desk)
    call = desk.answer(desk.go(call, step), step, {"p_name": "Joan Perkins"})
    assert "Perkins" not in mailed(desk, call).text


@pytest.mark.parametrize(
    ("answers", "channel", "says"),
    [
        ({"ais_contact": ["letter"]}, "text", "reached by: letter"),
        ({"ais_contact": ["text"]}, "text", ""),
        ({"ais_contact": ["email"]}, "email", ""),
        ({"ais_format": ["Braille grade 2"]}, "email", "Braille grade 2"),
        ({"ais_format": ["large print"]}, "text", "large print (18 point)"),
        ({"ais_format": ["large print"]}, "email", ""),
        ({"language": "Punjabi"}, "text", "Punjabi"),
        ({}, "email", ""),
    ],
)
def test_what_they_need_is_said_before_it_is_sent(
    desk: Desk, answers: dict[str, object], channel: str, says: str
) -> None:
    found = " ".join(cautions(desk, needing(desk, **answers), channel))
    assert says in found if says else not found


@pytest.mark.parametrize("what", [mailed, texted, write_mail])
def test_nothing_is_written_to_somebody_whom_it_is_not_safe_to_contact(desk: Desk, what: Callable[..., object]) -> None:
    call = desk.flag(needing(desk), "F-UNSAFE", True, "the husband reads the post")
    with pytest.raises(Slip, match="isn’t safe"):
        what(desk, call)
    assert not list(desk.tools.data_dir.rglob("*.eml"))


def test_plain_text_is_one_of_the_forms_we_make() -> None:
    assert formats.PLAIN in formats.MADE

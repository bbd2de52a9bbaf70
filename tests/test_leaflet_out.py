"""The leaflet on paper and on a telephone: PDF, text message, printer."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from triage.desk.printing import NoPrinter, print_file, printing
from triage.handover import bidi, leaflet
from triage.handover.message import LIMIT, UNICODE_LIMIT, measure, reading_age, text_message
from triage.handover.note import NextStep
from triage.handover.pdf import FONT, _Block, _marked, pdf
from triage.model import Listing
from triage.settings import Organisation

CLUB = Listing(
    "a",
    "Hen Lane Lunch Club",
    "activity",
    "Two courses and a quiz. " * 6,
    address="61 Hen Lane, Coventry",
    postcode="CV6 4LB",
    phone="01632 960 103",
    assured_date=date(2026, 10, 1),
    demonstration=False,
)


def page(listings: list[Listing], points: int = 0) -> str:
    return leaflet(
        listings,
        [NextStep("Ring the carers’ centre", "you")],
        organisation=Organisation(),
        today=date(2026, 11, 24),
        call_ref="K7QM2FX",
        person="Joan <P.> & co",
        format="html",
        points=points,
    )


def pages(made: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", made))


@pytest.mark.parametrize("points", [12, 18, 28, 72])
def test_twelve_listings_long_words_and_arabic_names_make_a_pdf_at_every_size(points: int) -> None:
    listings = [replace(CLUB, id=str(n), name=f"{CLUB.name} {n}") for n in range(12)]
    listings[0] = replace(CLUB, name="مركز الأمل للمسنين (Hope Centre) 12")
    listings[1] = replace(CLUB, name="Llanfairpwllgwyngyll" * 12, url="https://henlane.example/" + "a" * 300)
    made = pdf(page(listings, points), points=points, title="What we talked about")
    assert made.startswith(b"%PDF-")
    assert b"en-GB" in made
    assert 2 <= pages(made) <= points * 4


def test_large_print_is_larger(tmp_path: Path) -> None:
    assert pages(pdf(page([CLUB] * 3, 28), points=28)) > pages(pdf(page([CLUB] * 3), points=12))


def test_a_telephone_number_and_a_postcode_stay_in_one_piece_on_paper() -> None:
    block = _Block("p", lines=[[("CV6 4LB, 01632 960 103, on 24 November", False)]])
    assert _marked(block, FONT, 12, 400) == "CV6\u00a04LB, 01632\u00a0960\u00a0103, on 24 November"


def test_the_same_leaflet_makes_the_same_file() -> None:
    assert pdf(page([CLUB])) == pdf(page([CLUB]))


@pytest.mark.parametrize(
    ("read", "seen"),
    [
        ("Lunch Club 12", "Lunch Club 12"),
        ("שלום", "םולש"),
        ("מועדון 2026", "2026 ןודעומ"),
        ("Club שלום (x)", "Club םולש (x)"),
        ("שלום (Hope)", "(Hope) םולש"),
    ],
)
def test_right_to_left_words_are_set_as_they_are_seen(read: str, seen: str) -> None:
    assert bidi.seen(read) == seen


def test_arabic_letters_join() -> None:
    assert bidi.shaped("بيت") == "\ufe91\ufef4\ufe96"
    assert bidi.shaped("دار") == "\ufea9\ufe8d\ufead"


def test_a_text_message_stays_within_what_gateways_take_and_names_what_it_left_out() -> None:
    listings = [replace(CLUB, name=f"{CLUB.name} {n}") for n in range(30)]
    made = text_message(listings, [], organisation=Organisation(), call_ref="K7QM2FX")
    assert made.used <= LIMIT == made.limit
    assert made.left_out
    assert (made.parts, made.used) == (-(-made.used // 153), len(made.text))
    assert made.text.endswith("024 7683 3003.")


def test_a_letter_outside_the_alphabet_costs_more_than_half_the_room() -> None:
    made = text_message([replace(CLUB, name="مركز")] * 30, [], organisation=Organisation(), call_ref="K7QM2FX")
    assert made.used <= UNICODE_LIMIT == made.limit
    assert measure("€") == (2, LIMIT, 1)


def test_a_text_message_tells_nobody_who_reads_the_screen_whose_it_is() -> None:
    steps = [NextStep("Joan needs a bath lift", "the duty team")]
    made = text_message([CLUB], steps, organisation=Organisation(), call_ref="K7QM2FX")
    assert "Joan" not in made.text


def test_an_invented_place_is_called_invented_in_a_text_message_too() -> None:
    made = text_message([replace(CLUB, demonstration=True)], [], organisation=Organisation(), call_ref="X")
    assert "DEMONSTRATION" in made.text


def test_plain_words_read_younger_than_official_ones() -> None:
    plain = "Ring us if things change. We will help you. You can bring a friend."
    official = "Notification of alterations to circumstances necessitates immediate communication with the authority."
    assert reading_age(plain) <= 9 < 16 <= reading_age(official)
    assert reading_age("") == 5


def done(code: int = 0, stderr: str = "") -> Callable[..., subprocess.CompletedProcess[str]]:
    """A print command that was run."""
    return lambda command, **_: subprocess.CompletedProcess(command, code, "", stderr)


def test_on_windows_the_file_is_printed_by_its_own_verb(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []
    path = tmp_path / "leaflet.pdf"
    assert print_file(path, platform="win32", start=lambda *how: asked.append(how)) == "sent to the default printer"
    assert asked == [(str(path), "print")]


def test_windows_without_a_program_for_pdfs_says_where_the_file_lies(tmp_path: Path) -> None:
    def nothing(*_: str) -> None:
        raise OSError(1155, "No application is associated with the specified file")

    with pytest.raises(NoPrinter, match=r"No application .* Open .*leaflet\.pdf"):
        print_file(tmp_path / "leaflet.pdf", platform="win32", start=nothing)


@pytest.mark.parametrize(("there", "used"), [({"lp", "lpr"}, "lp"), ({"lpr"}, "lpr"), (set(), "")])
def test_elsewhere_lp_prints_or_else_lpr(tmp_path: Path, there: set[str], used: str) -> None:
    path = tmp_path / "leaflet.pdf"
    made = printing(path, lambda name: f"/usr/bin/{name}" if name in there else None)
    assert made == ([f"/usr/bin/{used}", str(path)] if used else [])


def test_a_file_s_name_is_never_taken_for_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert printing(Path("-o"), lambda name: name)[1] == str(tmp_path / "-o")


def test_without_a_printer_it_says_where_the_file_lies(tmp_path: Path) -> None:
    with pytest.raises(NoPrinter, match=r"leaflet\.pdf and print it from there"):
        print_file(tmp_path / "leaflet.pdf", which=lambda name: None, platform="linux")


def test_a_printer_that_refuses_is_quoted(tmp_path: Path) -> None:
    refuses = done(1, "lp: no default destination\n")
    with pytest.raises(NoPrinter, match="no default destination"):
        print_file(tmp_path / "leaflet.pdf", which=lambda name: name, platform="linux", run=refuses)


def test_a_printer_that_does_not_answer_is_told(tmp_path: Path) -> None:
    def hangs(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired(command, 10)

    with pytest.raises(NoPrinter, match="did not answer"):
        print_file(tmp_path / "leaflet.pdf", which=lambda name: name, platform="linux", run=hangs)
    sent = print_file(tmp_path / "leaflet.pdf", which=lambda name: name, platform="darwin", run=done())
    assert sent == "sent to the default printer"

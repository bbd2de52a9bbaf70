"""The rules of privacy where the record is kept (PRIVACY P4, P5, P9, P10, P16): a test or more a rule, named by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import HANDLER, Clock
from triage.audit import Note
from triage.cli import run
from triage.desk import Desk, disposing, open_desk
from triage.desk.people import Unproven
from triage.model import Call, Staff
from triage.staff import NotAllowed

SECRET, CARD = "4471", "4111 1111 1111 1111"
TYPED = f"her key safe code is {SECRET}, card {CARD}"
EVERYTHING = Staff("ann", "Ann Hill", ("handler", "social worker", "supervisor", "information governance"))
PASTED = f"\n\n  Mum’s notes:\n\tkey safe: {SECRET}\r\n\tcard no. {CARD.replace(' ', '-')}\n"


def about_joan(desk: Desk, **more: str) -> Call:
    call = desk.open()
    call = desk.answer(desk.go(call, "G5"), "G5", {"caller_role": "self"})
    told = {"p_name": "Joan Pell", "p_dob": "1944-03-03", "p_postcode": "CV6 1AA", "p_phone": "01632 960123", **more}
    for key, value in told.items():
        step = desk.script.asked_at[key][0]
        call = desk.answer(desk.go(call, step), step, {key: value})
    return call


# P4, P5: whatever way it is typed

WAYS: dict[str, Callable[[Desk, Call], object]] = {
    "an answer": lambda d, c: d.answer(d.go(c, "R1"), "R1", {"reason_verbatim": TYPED}),
    "a draft": lambda d, c: d.draft(c, "reason_verbatim", TYPED),
    "the notes": lambda d, c: d.draft(c, "notes", TYPED),
    "pasted notes": lambda d, c: d.draft(c, "notes", PASTED),
    "pasted as an answer": lambda d, c: d.answer(d.go(c, "R1"), "R1", {"reason_verbatim": PASTED}),
    "a flag's reason": lambda d, c: d.flag(c, "F-SENS", True, TYPED),
    "a check's note": lambda d, c: d.check(c, "x", TYPED),
    "a step that doesn't fit": lambda d, c: d.misfit(c, "R1", TYPED),
    "a promise": lambda d, c: d.promise(c, TYPED, "us"),
    "a search for a person": lambda d, c: d.people.looked(None, TYPED, 0),
    "the glass": lambda d, c: d.people.break_glass(TYPED),
    "a legal hold": lambda d, c: disposing.hold(d, c.ref, TYPED, person=False),
    "a reason in the audit": lambda d, c: d.store.note(Note("export", c.id, TYPED), d.staff),
}


@pytest.mark.parametrize("way", WAYS)
def test_p4_p5_a_key_code_and_a_card_number_reach_no_file_of_the_record(tmp_path: Path, clock: Clock, way: str) -> None:
    desk = open_desk(tmp_path, staff=EVERYTHING, clock=clock)
    WAYS[way](desk, desk.open())
    desk.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    assert b"taken out" in kept
    for secret in (SECRET, CARD, CARD.replace(" ", "-"), CARD.replace(" ", "")):
        assert secret.encode() not in kept


def test_p4_p5_nor_by_way_of_a_correction(tmp_path: Path, clock: Clock) -> None:
    desk = open_desk(tmp_path, staff=EVERYTHING, clock=clock)
    worker = next(way for way in desk.script.fast_exits if way.name == "worker")
    given = {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"}
    desk.correct(desk.fast_exit(desk.open(), worker, given), {"reason_verbatim": TYPED}, TYPED)
    desk.store.close()
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))


# P9


def test_p9_a_hit_is_a_name_a_year_and_half_a_postcode(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about_joan(desk)
    assert run(["--data-dir", str(tmp_path), "person", "find", "joan", "pell", "--json"]) == 0
    told = capsys.readouterr().out
    (hit,) = json.loads(told)
    assert set(hit) == {"id", "name", "born", "outward", "score", "why"}
    assert (hit["name"], hit["born"], hit["outward"]) == ("Joan Pell", 1944, "CV6")
    for more in ("1944-03", "1AA", "960123"):
        assert more not in told


def test_a_look_that_finds_nobody_says_so(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about_joan(desk)
    assert run(["--data-dir", str(tmp_path), "person", "find", "zebedee", "quux"]) == 1
    assert "Nobody in the record fits." in capsys.readouterr().out


@pytest.mark.parametrize("reason", ["", "   "])
def test_p9_without_a_caller_on_the_line_no_record_opens_without_a_reason(desk: Desk, reason: str) -> None:
    about_joan(desk)
    (hit,) = desk.people.find("joan pell")
    with pytest.raises(Unproven):
        desk.people.open(None, hit.person, reason=reason)
    desk.people.open(None, hit.person, reason="the GP wrote back")


# P10


def test_p10_a_restricted_record_is_hidden_until_the_glass_is_broken_and_then_every_look_is_a_line(
    tmp_path: Path, clock: Clock
) -> None:
    worker = open_desk(tmp_path, staff=Staff("wendy", "Wendy", ("handler", "social worker")), clock=clock)
    call = worker.flag(about_joan(worker), "F-SENS", True, "a councillor")
    handler = open_desk(tmp_path, staff=HANDLER, clock=clock)
    assert handler.people.find("joan pell") == ()
    with pytest.raises(NotAllowed, match="break the glass"):
        handler.store.call(call.id)
    with pytest.raises(Unproven):
        handler.people.break_glass(" ")
    handler.people.break_glass("she is on the line and in danger")
    (hit,) = handler.people.find("joan pell", restricted=True)
    handler.people.open(None, hit.person, reason="she is on the line and in danger")
    looks = [line for line in handler.store.inner.audit() if line.user == "hannah"]  # type: ignore[attr-defined]
    assert [(line.action, line.reason) for line in looks] == [
        ("break-glass", "she is on the line and in danger"),
        ("view", "she is on the line and in danger"),
    ]
    assert looks[-1].more["restricted"] is True
    clock.tick(minutes=16)
    with pytest.raises(NotAllowed):
        handler.store.call(call.id)
    for desk in (worker, handler):
        desk.store.close()


# P17


def test_p17_every_telephone_and_nhs_number_of_the_demos_is_from_the_ranges_for_invented_ones() -> None:
    import re

    from triage.settings import shipped

    texts = [path.read_text("utf-8") for path in (shipped() / "demos").glob("*.yaml")]
    numbers = [number for text in texts for number in re.findall(r"(?<!\d)0\d{3,4} ?\d{3} ?\d{3,4}(?!\d)", text)]
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"01632 ?960 ?\d{3}|07700 ?900 ?\d{3}", number), number
    nhs = [number for text in texts for number in re.findall(r"(?<!\d)\d{3} ?\d{3} ?\d{4}(?!\d)", text)]
    assert all(number.replace(" ", "").startswith("999000") for number in nhs if not number.startswith("0"))


# P18


def test_p18_a_prompt_raises_a_question_and_changes_nothing_by_itself(desk: Desk) -> None:
    call = about_joan(desk)
    before = desk.walk(call)
    call = desk.draft(call, "reason_verbatim", "her nephew takes her card and hits her")
    after = desk.walk(call)
    assert len(after.prompts) > len(before.prompts)
    assert (after.outcome, after.flags, after.actions) == (before.outcome, before.flags, before.actions)

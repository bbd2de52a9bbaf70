"""The month's report (PRIVACY A5): looks to ask about, found among many; and the audit on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import HANDLER, Clock
from triage.audit import Line
from triage.audit.report import MANY, Subject, opened_after, report
from triage.cli import run
from triage.desk import open_desk
from triage.model import Staff
from triage.settings import account

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
STAFF = {"hannah": "Hannah Ward", "sam": "Sam Okafor"}
PEOPLE = {
    "own": Subject("Ward, Hannah", "12elmrd cv61aa"),
    "partner": Subject("Joe Bloggs", "12elmrd cv61aa"),
    "cousin": Subject("Bill Ward", "9oakst cv23bb"),
    "boss": Subject("Sam Okafor"),
    "anybody": Subject("Joan Pell", "1highst cv11aa"),
}


def looked(n: int, at: datetime = TUESDAY, *, user: str = "hannah", action: str = "view", **more: object) -> Line:
    return Line(n, at, user, "handler", "PC-17", action, "20261124T100000-aaaaaaa", "", "viewed", "e", more=more)


def made(*lines: Line) -> set[tuple[str, tuple[int, ...]]]:
    found = report(
        lines,
        "2026-11",
        STAFF,
        lambda record: PEOPLE.get(record, Subject()),
        lambda name: frozenset({"12elmrd cv61aa"}) if name == "Hannah Ward" else frozenset(),
    )
    return {(f.kind, f.lines) for f in found.findings}


@pytest.mark.parametrize(
    ("person", "kind"),
    [("own", "own name"), ("partner", "own household"), ("cousin", "same surname"), ("boss", "colleague")],
)
def test_a5_a_look_at_somebody_near_is_reported(person: str, kind: str) -> None:
    assert made(looked(1, person="anybody"), looked(2, person=person)) == {(kind, (2,))}


@pytest.mark.parametrize(
    ("words", "kind"),
    [("hannah ward 1980", "own name"), ("ward cv6", "same surname"), ("sam okafor", "colleague")],
)
def test_a5_so_is_a_search_for_somebody_near(words: str, kind: str) -> None:
    assert made(looked(1, action="search", words="joan pell"), looked(2, action="search", words=words)) == {
        (kind, (2,))
    }


@pytest.mark.parametrize(
    "at", [TUESDAY.replace(hour=22), TUESDAY.replace(hour=3), datetime(2026, 11, 22, 11, 0, tzinfo=UTC)]
)
def test_a5_looks_out_of_hours_are_reported(at: datetime) -> None:
    assert made(looked(1, person="anybody"), looked(2, at, person="anybody")) == {("out of hours", (2,))}


def test_a5_many_records_opened_without_a_contact_are_reported_and_a_few_are_not() -> None:
    alone = [looked(n, person="anybody", calls=["20261124T100000-aaaaaaa"]) for n in range(1, MANY + 1)]
    on_the_line = [looked(100 + n, person="anybody", calls=["another"]) for n in range(2 * MANY)]
    assert made(*alone[:-1], *on_the_line) == set()
    assert made(*alone, *on_the_line) == {("many without a contact", tuple(range(1, MANY + 1)))}


def test_a5_other_months_and_other_work_are_left_out() -> None:
    assert (
        made(looked(1, TUESDAY - timedelta(days=30), person="own"), looked(2, action="change", person="own")) == set()
    )


def test_a2_of_what_a_search_showed_what_was_opened_is_known() -> None:
    lines = [
        looked(1, action="search", words="pell", shown=["a", "b"]),
        looked(2, words="pell", person="b"),
        looked(3, user="sam", words="pell", person="a"),
        looked(4, TUESDAY + timedelta(hours=2), words="pell", person="a"),
    ]
    assert opened_after(lines) == {1: ("b",)}


@pytest.fixture
def triage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command line on a record in which Hannah looked herself up; ``role`` is what this account may be."""

    def command(*words: str, role: str = "information governance") -> tuple[int, str, str]:
        staff = f'[staff.{json.dumps(account())}]\nname = "Gwen Idle"\nroles = ["{role}"]\n'
        (tmp_path / "staff.toml").write_text(staff + '[staff.hannah]\nname = "Hannah Ward"\nroles = ["handler"]\n')
        code = run(["--data-dir", str(tmp_path), *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def looked_up(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, staff=HANDLER, clock=Clock())
    call = desk.open()
    desk.answer(desk.go(call, "D1"), "D1", {"p_name": "Hannah Ward"})
    found = desk.people.find("hannah ward")
    desk.people.looked(None, "hannah ward", len(found), found)
    desk.people.open(None, found[0].person, words="hannah ward", reason="checking")
    desk.store.close()


@pytest.mark.usefixtures("looked_up")
def test_a4_the_audit_on_the_command_line_is_for_those_who_may_read_it(
    triage: Callable[..., tuple[int, str, str]],
) -> None:
    code, _, said = triage("audit", "list", role="handler")
    assert code == 2
    assert "may not read the audit" in said
    code, told, _ = triage("audit", "list", "--json", role="supervisor")
    assert code == 0
    lines = json.loads(told)
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    search = next(line for line in lines if line["action"] == "search")
    assert search["more"]["words"] == "hannah ward"
    assert search["opened"] == search["more"]["shown"]
    assert next(line for line in lines if line["action"] == "view")["reason"] == "checking"


@pytest.mark.usefixtures("looked_up")
def test_reading_the_audit_is_itself_a_line(triage: Callable[..., tuple[int, str, str]]) -> None:
    before = json.loads(triage("audit", "list", "--json", "--limit", "0")[1])
    after = json.loads(triage("audit", "list", "--json", "--limit", "0")[1])
    assert after[: len(before)] == before
    assert [(line["action"], line["user"]) for line in after[len(before) :]] == [("read the audit", account())]


@pytest.mark.usefixtures("looked_up")
def test_a5_the_months_report_names_the_look_and_not_the_person(triage: Callable[..., tuple[int, str, str]]) -> None:
    code, told, _ = triage("audit", "report", "--month", "2026-11", "--json")
    assert code == 0
    made = json.loads(told)
    assert {f["kind"] for f in made["findings"]} == {"own name"}
    assert {f["user"] for f in made["findings"]} == {"hannah"}
    assert made["counts"]["hannah"]["view"] == 1
    assert "Hannah" not in told


@pytest.mark.usefixtures("looked_up")
def test_a3_a_head_noted_elsewhere_finds_what_was_rewritten_with_the_journal(
    triage: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    head = triage("audit", "head")[1].strip()
    assert triage("audit", "verify", "--head", head)[0] == 0
    n, _, digest = head.partition(":")
    code, told, _ = triage("audit", "verify", "--head", f"{n}:{'0' * len(digest)}")
    assert code == 1
    assert f"line {n} of the audit has another hash" in told
    code, told, _ = triage("audit", "verify", "--head", f"{int(n) + 9}:{digest}")
    assert code == 1
    assert "isn’t there" in told
    file = next((tmp_path / "store" / "audit").glob("*.jsonl"))
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    code, told, _ = triage("store", "verify")
    assert code == 1
    assert "missing at its end" in told


def test_staff_of_no_name_are_nobody_near() -> None:
    assert Staff("x", "").name == ""
    found = report([looked(1, user="ghost", person="own")], "2026-11", STAFF, lambda r: PEOPLE[r])
    assert [f.kind for f in found.findings] == []

"""What another version of the script would change for calls that were taken: shown before it is used."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.desk import Desk
from triage.desk.replay import recorded
from triage.library.scripts import load_script
from triage.model import Value
from triage.script.compare import Recorded, compare_calls
from triage.script.form import Field, Interrupt, Route, Script, When
from triage.script.walk import walk
from triage.settings import shipped

TODAY = date(2026, 11, 21)
SMALL = Path(__file__).parent / "fixtures" / "scripts" / "small.yaml"


@cache
def small() -> Script:
    return load_script(SMALL)


def call(name: str = "A", raised: tuple[str, ...] = (), jumped: tuple[str, ...] = (), **answers: Value) -> Recorded:
    return Recorded(name, answers, frozenset(small().steps), jumped, raised, TODAY)


def changed(step: str, **changes: Any) -> Script:
    """The small script with one step changed."""
    return replace(small(), steps={**small().steps, step: replace(small().steps[step], **changes)})


CARER = {"danger_now": "no", "caller": "self", "reason": ("caring",), "hours": 20, "agree": "yes"}


def test_the_same_script_changes_nothing() -> None:
    found = compare_calls(small(), load_script(SMALL), [call(**CARER), call("B", reason=("money",))])
    assert (found.calls, found.same, found.differences) == (2, 2, ())


def test_other_words_change_nothing() -> None:
    new = changed("C2", title="Would they like it", ask="Would you like that?", why="Because")
    assert compare_calls(small(), new, [call(**CARER)]).same == 1


def test_a_call_may_end_elsewhere() -> None:
    rules = tuple(
        replace(r, when=When(every=(r.when, When(key="hours", over=34)))) if r.code == "CCA" else r
        for r in small().outcomes
    )
    found = compare_calls(
        small(), replace(small(), outcomes=rules), [call(**CARER), call("B", **{**CARER, "hours": 50})]
    )
    assert [(d.id, d.before, d.after, d.elsewhere) for d in found.differences] == [("A", "CCA", "", True)]
    assert found.moves == (("CCA", "", 1),)


def test_a_call_may_meet_a_question_that_nobody_asked() -> None:
    pet = Field("pet", "yn")
    new = changed("C1", fields=(*small().steps["C1"].fields, pet))
    found = compare_calls(small(), new, [call(**CARER), call("B", reason=("money",))])
    assert [(d.id, d.meets, d.drops) for d in found.differences if d.id == "A"] == [("A", ("pet",), ())]
    assert ("pet", 2) in found.counted("meets")  # F2 leads to the carer's questions too


def test_a_question_already_answered_elsewhere_is_not_new() -> None:
    new = changed("C2", fields=(*small().steps["C2"].fields, small().steps["S1"].fields[0]))
    assert compare_calls(small(), new, [call(account="x", **CARER)]).same == 1
    assert compare_calls(small(), new, [call(**CARER)]).differences[0].meets == ("account",)


def test_a_call_may_no_longer_be_asked_something() -> None:
    new = changed("C1", routes=(Route("Z1"),))
    (one,) = compare_calls(small(), new, [call(**CARER)]).differences
    assert (one.drops, one.meets, one.before, one.after) == (("agree",), (), "CCA", "IAG")


def test_interrupts_are_replayed_too() -> None:
    moved = replace(small(), interrupts=(Interrupt("danger", "Danger now", "S1", "!"),))
    (one,) = compare_calls(small(), moved, [call(raised=("danger",), **CARER)]).differences
    assert "danger_type" in one.drops
    assert "account" in one.meets


def test_an_age_is_that_of_the_day_of_the_call() -> None:
    new = changed("C1", routes=(Route("Z1", When(key="p_age", under=18)), Route("C2")))
    then = replace(call(p_dob="2008-12-01", **CARER), on=date(2026, 11, 21))
    later = replace(then, id="B", on=date(2026, 12, 2))
    assert [d.id for d in compare_calls(small(), new, [then, later]).differences] == ["A"]


@pytest.mark.parametrize("seed", range(20))
def test_calls_that_are_told_apart_by_nothing_are_rightly_taken_as_one(seed: int) -> None:
    """Against walking each call through both versions, one by one."""
    chance = random.Random(seed)
    new = changed("F1", routes=(Route("F2", When(key="savings", over=100)), Route("C1")))
    new = replace(new, outcomes=tuple(chance.sample(new.outcomes, len(new.outcomes))))
    calls = []
    for n in range(60):
        answers: dict[str, Value] = {}
        for key in small().askable:
            found = small().field(key)
            assert found
            values = [o.value for o in found[1].options] or ["not known", "x"]
            if found[1].type == "many":
                answers[key] = tuple(chance.sample(values, 1))
            elif chance.random() < 0.8 and found[1].type != "date":
                answers[key] = chance.choice([5, 20, 30_000]) if found[1].type == "num" else chance.choice(values)
        calls.append(call(str(n), **answers))
    told = {d.id: (d.before, d.after) for d in compare_calls(small(), new, calls).differences if d.elsewhere}
    for one in calls:
        ends = tuple(walk(s, one.answers, today=TODAY, passed=s.steps).outcome for s in (small(), new))
        assert told.get(one.id, (ends[0], ends[0])) == ends


# Recorded calls


def test_a_recorded_call_is_replayed_with_its_answers(desk: Desk) -> None:
    there = desk.open()
    there = desk.answer(there, "G1", {"reason_verbatim": "hello"})
    there = desk.interrupt(there, "safeguarding")
    there = desk.answer(there, "S1", {"sg_account": "x"})
    there = desk.go(there, "C1")
    there = desk.answer(there, "C1", {"is_carer": "yes"})
    found = recorded(there)
    assert found
    assert found.answers["sg_account"] == "x"
    assert (found.raised, found.jumped) == (("safeguarding",), ("C1",))
    assert found.on == desk.today


def test_practice_is_not_replayed(desk: Desk) -> None:
    desk.mode = "practice"
    assert recorded(desk.open()) is None


def test_the_command_lists_counts_and_exports(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = desk.open()
    there = desk.answer(there, "G2", {"danger_now": "no"})
    there = desk.answer(there, "G5", {"caller_role": "self"})
    desk.answer(there, "R1", {"reason": ["money/charges"]})
    for folder in ("old", "new"):
        shutil.copytree(shipped() / "scripts", tmp_path / folder)
    person = tmp_path / "new" / "first-contact" / "06-person.yaml"
    person.write_text(person.read_text(encoding="utf-8").replace("routes: D5", "routes: D6"), encoding="utf-8")
    paths = [str(tmp_path / folder / "first-contact.yaml") for folder in ("old", "new")]
    where = ["--data-dir", str(tmp_path), "--to", "2027-01-01"]
    out = tmp_path / "changes.csv"
    assert run(["script", "compare", *paths, *where, "--json", "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["calls"], said["same"], said["no_longer_asks"]) == (1, 0, 1)
    assert said["differences"][0]["drops"] == ["p_gp", "p_nhs"]
    assert out.read_text(encoding="utf-8-sig").splitlines()[1].endswith(",no,,p_gp p_nhs")
    assert run(["script", "compare", *paths, *where]) == 0
    assert (
        "1 call: 0 the same, 0 end elsewhere, 0 meet a question nobody asked, 1 are asked less"
        in capsys.readouterr().out
    )
    assert run(["script", "compare", *paths, *where, "--from", "2026-12-30"]) == 1
    assert "no recorded calls" in capsys.readouterr().out
    assert run(["script", "compare", *paths, *where, "--from", "Monday"]) == 2

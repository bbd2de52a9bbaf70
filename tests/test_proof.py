"""A script is proved before a caller meets it: every fault is found, with a call that a run confirms."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.faults import ALWAYS, FAULTS, Fault, both, key
from triage.cli import run
from triage.errors import BadData
from triage.library.outcomes import load_outcomes
from triage.library.scripts import load_script
from triage.script.calls import Calls, shortest
from triage.script.check import Problem, step_problems
from triage.script.ends import end_problems, explore
from triage.script.form import Always, Route, Script, Step, When
from triage.script.guards import Guards
from triage.script.lint import lint, reading_age, syllables
from triage.script.proof import Proof, prove
from triage.script.safety import broken
from triage.script.walk import walk

TODAY = date(2026, 11, 21)
SMALL = Path(__file__).parent / "fixtures" / "scripts" / "small.yaml"
CODES = [line.code for line in load_outcomes()]
WIDE = ("end without an outcome", "a call that doesn’t end", "outcome no call can reach")
"""What only shows in one of the many calls that the conditions tell apart."""


@cache
def shipped() -> Script:
    return load_script()


@cache
def proof() -> Proof:
    return prove(shipped(), CODES, TODAY)


def found(script: Script, fault: Fault) -> list[Problem]:
    """What the part of the proof that looks for such faults says."""
    if fault.kind in (ALWAYS, "what must always hold is never tested"):
        script = replace(script, always=tuple(rule for rule in script.always if rule.name == fault.where))
        return list(broken(Calls(script, TODAY)))
    calls = Calls(script, TODAY)
    if fault.kind in WIDE:
        explore(calls)
    return [*step_problems(calls), *end_problems(calls, CODES)]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_is_found_with_a_call_that_a_run_confirms(fault: Fault) -> None:
    script = fault.sow(shipped())
    told = [p for p in found(script, fault) if (p.kind, p.where) == (fault.kind, fault.where)]
    assert told
    assert all(fault.shows(walk(script, p.facts, today=TODAY), dict(p.facts)) for p in told)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_the_call_that_shows_a_fault_shows_none_in_the_sound_script(fault: Fault) -> None:
    assert not [p for p in proof().problems if p.kind == fault.kind]


def test_the_shipped_script_is_sound() -> None:
    assert proof().problems == ()


def test_the_shipped_script_says_what_must_always_hold() -> None:
    assert proof().rules >= 12


def test_the_shortest_and_the_longest_call_are_calls() -> None:
    short, long = proof().shortest, proof().longest
    assert short.questions < long.questions
    for length in (short, long):
        there = walk(shipped(), length.facts, today=TODAY, passed=shipped().steps)
        assert len(there.path) == length.steps


def test_no_answer_of_the_shortest_call_can_be_left_out() -> None:
    facts = {"money_pressure": "yes", "reason": ("daily living", "money/charges"), "p_age": 80}
    calls = Calls(shipped(), TODAY)
    assert shortest(facts, lambda less: "F1" in calls.told(less).path) in (
        {"money_pressure": "yes"},
        {"reason": ("money/charges",)},
    )


def test_a_rule_is_only_about_the_calls_its_own_words_name() -> None:
    rule = Always("Money is always asked about", then=When(reached="F2"), when=key("reason", "money/charges"))
    assert list(broken(Calls(replace(shipped(), always=(rule,)), TODAY))) == []


def test_a_rule_about_calls_in_order_leaves_out_what_nobody_was_asked() -> None:
    rule = Always("No name", then=When(none=(When(reached="D1"),)), when=key("anonymous", "yes"))
    calls = Calls(replace(shipped(), always=(rule,)), TODAY)
    assert [p.kind for p in broken(calls)] == [ALWAYS]
    calls = Calls(replace(shipped(), always=(replace(rule, in_order=True),)), TODAY)
    assert list(broken(calls)) == []


def test_an_outcome_and_an_answer_before_closing_can_be_demanded() -> None:
    raised = key("sg_raise", "not raised")
    for rule, said in (
        (Always("a", when=raised, outcome=("SGC",)), "SGC is not proposed, but SGN"),
        (Always("b", when=raised, before_closing=("sg_types",)), "the call can be closed without sg_types"),
    ):
        (problem,) = broken(Calls(replace(shipped(), always=(rule,)), TODAY))
        assert said in problem.why
    fine = Always("c", when=raised, outcome=("SGN",), before_closing=("sg_raise",), in_order=True)
    assert list(broken(Calls(replace(shipped(), always=(fine,)), TODAY))) == []


def test_everything_that_was_proposed_stands_in_the_script_and_is_reached() -> None:
    docs = Path(__file__).parent.parent / "docs"
    made = runpy.run_path(str(docs / "script.py"))
    listed = yaml.safe_load((docs / "script.yaml").read_text(encoding="utf-8"))
    assert list(made["missing"](listed, shipped(), Calls(shipped(), TODAY))) == []
    without = replace(shipped(), steps={k: v for k, v in shipped().steps.items() if k not in ("Q5", "C9")})
    without = replace(without, steps={**without.steps, "Q1": replace(without.steps["Q1"], routes=(Route("Q2"),))})
    without = replace(without, steps={**without.steps, "C1": replace(without.steps["C1"], routes=(Route("C2"),))})
    assert list(made["missing"](listed, without, Calls(without, TODAY))) == [
        "step C9",
        "step Q5",
        "step C9 of young-adult-carers",
    ]


# What can make a difference


def test_answers_that_no_condition_tells_apart_are_one_answer() -> None:
    guards = Guards(shipped())
    assert guards.values["p_likes"] == (None, "said") or guards.values["p_likes"] == (None,)
    assert {17, 18} <= set(guards.values["p_age"])
    assert len(guards.values["adl_eating"]) == 1
    assert guards.values["money_pressure"][:2] == (None, "yes")


def test_every_case_of_a_step_takes_one_of_its_routes() -> None:
    guards = Guards(shipped())
    cases = guards.cases(*(route.when for route in shipped().steps["F4"].routes))
    assert {case.taken for case in cases} == {0, 1, 2, 3}


def test_more_cases_than_can_be_tried_are_tried_in_pairs() -> None:
    guards = Guards(shipped())
    keys = [k for k in guards.parts if k.startswith(("sg_", "danger", "x2_", "cca", "hosp", "ca_", "dp_"))]
    when = both(*(next(p for p in guards.parts[k]) for k in keys))
    cases = guards.cases(when)
    assert len(keys) > 11
    assert {case.taken for case in cases} == {0, -1}


# Words


HARD = "Multidisciplinary safeguarding considerations necessitate comprehensive eligibility determinations for adults."
SYLLABLES = {"cat": 1, "help": 1, "safe": 1, "asked": 1, "don't": 1, "danger": 2, "started": 2, "table": 2, "houses": 2}
SYLLABLES |= {"being": 2, "council": 2, "interpreter": 4, "safeguarding": 4, "emergency": 4}


@pytest.mark.parametrize(("word", "count"), SYLLABLES.items())
def test_syllables_are_counted(word: str, count: int) -> None:
    assert syllables(word) == count


def test_plain_words_read_younger_than_long_ones() -> None:
    plain = "We can help you today. Tell me what is wrong, and I will write it down."
    hard = (
        "Safeguarding adults' eligibility determination necessitates multidisciplinary consideration of circumstances."
    )
    assert reading_age(plain) < 10 < 18 < reading_age(hard)


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        ("Are you well, and do you live alone?", "double question"),
        ("Surely you can wait a day?", "leading question"),
        ("Who? Why? When? Where? How?", "many questions"),
        ("Well, " + "and so it goes on " * 6 + "for ever.", "long sentence"),
        (HARD, "reading age"),
    ],
)
def test_hard_words_are_warned_of(ask: str, kind: str) -> None:
    step = Step("A", "reason", "A", ask=ask)
    told = list(lint(replace(shipped(), steps={"A": step}, outcomes=())))
    assert kind in {remark.kind for remark in told}
    assert all(remark.step == "A" and remark.words in ask for remark in told)


def test_a_plain_question_is_not_warned_of() -> None:
    step = Step("A", "reason", "A", ask="When and where were they last seen? Is that all right?")
    assert list(lint(replace(shipped(), steps={"A": step}, outcomes=()))) == []


# The command


def check(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = run(["script", "check", *argv])
    return code, capsys.readouterr().out


def test_the_command_prints_each_problem_with_the_call_that_shows_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "faulty.yaml"
    text = SMALL.read_text(encoding="utf-8").replace("{when: {pressure: yes}, first: S1, go: F2}", "F2")
    rule = "always:\n  - {name: Pressure is looked into, when: {pressure: yes}, then: {reached: S1}}\n"
    path.write_text(text + rule, encoding="utf-8")
    code, out = check(capsys, str(path))
    assert code == 1
    assert 'shown by {"pressure": "yes"}' in out
    code, out = check(capsys, str(path), "--json")
    said = json.loads(out)
    shown = next(p for p in said["problems"] if p["where"] == "Pressure is looked into")
    assert (code, said["always"], shown["facts"]) == (1, 1, {"pressure": "yes"})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{name: x, then: {reached: S9}}", "“S9” is not a step"),
        ("{name: x}", "“x” says nothing"),
        ("{name: x, outcome: XXX}", "“XXX” is not an outcome of the code list"),
        ("{name: x, before_closing: [agre]}", "Did you mean “agree”?"),
    ],
)
def test_a_rule_that_names_what_does_not_exist_is_refused(tmp_path: Path, rule: str, said: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8") + f"always:\n  - {rule}\n", encoding="utf-8")
    with pytest.raises(BadData, match=said.replace("?", r"\?")):
        load_script(path)

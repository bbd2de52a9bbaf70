"""What a call must end with: its outcome and those besides, its flags, its actions, and how it came to us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bench.in_order import differ, in_order
from triage.library.outcomes import load_outcomes
from triage.library.scripts import load_script
from triage.model import Value
from triage.script.form import Script
from triage.script.values import read_answers
from triage.script.walk import Walk, walk

TODAY = date(2026, 11, 21)
FACTS = Path(__file__).parent / "fixtures" / "facts"
FILE = yaml.safe_load((FACTS / "calls.yaml").read_text(encoding="utf-8"))
CALLS: list[dict[str, Any]] = FILE["calls"]
STORIES: list[dict[str, Any]] = yaml.safe_load((FACTS / "stories.yaml").read_text(encoding="utf-8"))["calls"]
COMMON = ("safe_to_talk", "callback_safe", "privacy_heard", "readback_ok", "survey", "callback_promised")


@cache
def shipped() -> Script:
    return load_script()


@pytest.mark.parametrize("call", CALLS, ids=[call["name"] for call in CALLS])
def test_a_call_gives_what_it_must(call: dict[str, Any]) -> None:
    facts = {key: value for key, value in {**FILE["base"], **call["facts"]}.items() if value != ""}
    there = walk(shipped(), read_answers(shipped(), facts, today=TODAY), today=TODAY)
    found = {"outcome": there.outcome, "also": set(there.also), "flags": set(there.flags)}
    found |= {"actions": set(there.actions), "route": there.route}
    must = {"outcome": call["outcome"], "route": call.get("route", "RA-COM")}
    assert found == must | {name: set(call.get(name, ())) for name in ("also", "flags", "actions")}


@pytest.mark.parametrize("call", STORIES, ids=[call["name"] for call in STORIES])
def test_a_call_told_in_the_scripts_own_words_comes_to_what_it_must(call: dict[str, Any]) -> None:
    there = walk(shipped(), read_answers(shipped(), call["facts"], today=TODAY), today=TODAY)
    marks = {*there.flags, *there.actions, there.route}
    assert there.outcome == call["outcome"]
    assert set(call.get("also", ())) <= set(there.also)
    assert set(call.get("marks", ())) <= marks
    assert not set(call.get("without", ())) & marks


@pytest.mark.parametrize("call", STORIES, ids=[call["name"] for call in STORIES])
def test_what_nobody_asked_of_every_caller_changes_no_outcome(call: dict[str, Any]) -> None:
    facts = read_answers(shipped(), {k: v for k, v in call["facts"].items() if k not in COMMON}, today=TODAY)
    assert walk(shipped(), facts, today=TODAY).outcome == call["outcome"]


def test_there_are_forty_calls_and_one_for_each_outcome() -> None:
    assert len(CALLS) >= 40
    assert {call["outcome"] for call in CALLS} | {"CCA"} == {line.code for line in load_outcomes()}
    assert any("CCA" in call.get("also", ()) for call in CALLS)


# Step by step, and told at once


def step_by_step(answers: Mapping[str, Value], flags: Mapping[str, bool] | None = None) -> Walk:
    """The call as a handler takes it: each step answered when it is asked, with what was said of it."""
    passed: set[str] = set()
    there = walk(shipped(), answers, today=TODAY, passed=passed, flags=flags)
    while there.step:
        passed.add(there.step)
        there = walk(shipped(), answers, today=TODAY, passed=passed, flags=flags)
    return there


@pytest.mark.parametrize("seed", range(12))
def test_a_call_taken_step_by_step_ends_as_the_same_answers_told_at_once(seed: int) -> None:
    """A few of those of tests/bench/in_order.py."""
    answers, live = in_order(shipped(), seed)
    assert differ(live, walk(shipped(), answers, today=TODAY)) == []


UNSAFE = {"danger_now": "no", "safe_to_talk": "not safe", "unsafe_police": "yes", "a999": "handler rings"}


@pytest.mark.parametrize("first", ["missing person", "medical", "fire/gas"])
def test_after_another_danger_a_caller_who_needs_the_police_still_comes_to_safeguarding(first: str) -> None:
    there = step_by_step({**UNSAFE, "danger_now": "yes", "danger_type": (first,)})
    assert {"E7", "E6", "S1"} <= set(there.path)
    assert "SGC" in there.also


def test_someone_missing_is_asked_about_although_suicide_was_asked_about_before() -> None:
    facts: dict[str, Value] = {"reason": ("mental health",), "mh_safe": "no", "suicide_risk": "immediate"}
    facts |= {"adult_needs": "yes", "sg_safe_now": "no", "danger_type": ("suicide", "missing person")}
    there = step_by_step({"danger_now": "no", **facts, "a999": "caller rings"})
    assert there.path.index("E4") < there.path.index("E1") < there.path.index("E5")


def test_words_that_a_caller_who_is_overheard_is_told_to_say_lose_nothing() -> None:
    facts: dict[str, Value] = {**UNSAFE, "unsafe_police": "no", "prank": "wrong number"}
    there = step_by_step(facts, flags={"F-UNSAFE": True})
    assert {"G3", "E6", "S1"} <= set(there.path)


def test_a_provider_who_reports_harm_is_told_what_happens_next_however_it_comes_out() -> None:
    facts: dict[str, Value] = {"danger_now": "no", "caller_role": "provider/care worker", "reason": ("safeguarding",)}
    for there in (step_by_step(facts), walk(shipped(), facts, today=TODAY)):
        assert {"P5", "S1", "S12"} <= set(there.path)


def test_a_wish_for_an_advocate_is_no_sign_of_harm() -> None:
    facts: dict[str, Value] = {"danger_now": "no", "reason": ("wants assessment",), "assess_agree": "yes"}
    there = walk(shipped(), {**facts, "adv_difficulty": "yes", "adv_person": "no"}, today=TODAY)
    assert (there.outcome, "A-ADV" in there.actions, "S12" in there.path) == ("ASN", True, False)


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("paid worker", True),
        ("one of the carers' agency staff", True),
        ("a Care Worker who comes at night", True),
        ("his nephew", False),
        ("her son, not a care worker", False),
        ("the lady he paints with, unpaid", False),
    ],
)
def test_a_paid_worker_named_in_words_goes_to_the_social_worker(source: str, asked: bool) -> None:
    facts: dict[str, Value] = {"reason": ("safeguarding",), "sg_source": source}
    assert ("W1" in walk(shipped(), facts, today=TODAY).path) is asked


def test_a_no_to_sharing_that_is_passed_on_is_marked_so_unless_nobody_else_is_told() -> None:
    facts: dict[str, Value] = {"reason": ("safeguarding",), "sg_share": "no"}
    assert "A-NOCON" in walk(shipped(), facts, today=TODAY).actions
    assert "A-NOCON" not in walk(shipped(), {**facts, "sg_share_reason": "none"}, today=TODAY).actions


# What a concern needs, whatever the headline

FALL: dict[str, Value] = {
    "danger_now": "yes",
    "danger_type": ("violence",),
    "a999": "handler rings",
    "rang_999_who": "handler",
    "rang_999_at": "10:05",
    "adult_needs": "yes",
}
CONCERN: dict[str, Value] = {
    "sg_account": "her son hit her",
    "sg_types": ("physical",),
    "sg_source": "her son",
    "msp_asked": "not asked: unsafe",
    "sg_share": "yes",
    "sg_passed_at": "10:20",
    "sg_accepted": "yes",
    "sg_accepted_by": "duty social worker",
}


def blocked(facts: Mapping[str, Value], **more: Any) -> str:
    return "\n".join(block.why for block in walk(shipped(), facts, today=TODAY, **more).blocks)


@pytest.mark.parametrize(
    "missing", [key for key in CONCERN if key not in ("sg_accepted", "sg_accepted_by")] + ["sg_accepted sg_accepted_by"]
)
def test_an_emergency_is_not_saved_before_its_concern_is_whole(missing: str) -> None:
    whole = {**FALL, **CONCERN}
    less = {key: value for key, value in whole.items() if key not in missing.split()}
    assert "safeguarding concern" not in blocked(whole)
    said = blocked(less)
    assert walk(shipped(), less, today=TODAY).outcome == "EMG"
    assert "Help comes first. Then the safeguarding concern needs" in said


def test_another_outcome_that_the_handler_chooses_takes_nothing_off_a_concern() -> None:
    assert "concern needs “What happened, in their words”" in blocked({"sg_types": ("physical",)}, chosen="IAG")


def test_help_for_today_is_asked_for_beside_a_concern() -> None:
    facts: dict[str, Value] = {**CONCERN, "reason": ("safeguarding",), "if_nothing": "harm", "urgent_today": "yes"}
    assert "the help for today needs “Until when it is in place”" in blocked(facts)

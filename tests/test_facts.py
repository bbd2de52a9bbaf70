"""What a call must end with: its outcome and those besides, its flags, its actions, and how it came to us."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from triage.library.outcomes import load_outcomes
from triage.library.scripts import load_script
from triage.script.form import Script
from triage.script.values import read_answers
from triage.script.walk import walk

TODAY = date(2026, 11, 21)
FILE = yaml.safe_load((Path(__file__).parent / "fixtures" / "facts" / "calls.yaml").read_text(encoding="utf-8"))
CALLS: list[dict[str, Any]] = FILE["calls"]


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


def test_there_are_forty_calls_and_one_for_each_outcome() -> None:
    assert len(CALLS) >= 40
    assert {call["outcome"] for call in CALLS} | {"CCA"} == {line.code for line in load_outcomes()}
    assert any("CCA" in call.get("also", ()) for call in CALLS)

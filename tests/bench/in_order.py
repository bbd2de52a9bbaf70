"""Whether a call taken step by step ends as the same answers told at once do, over calls answered at random.

    python tests/bench/in_order.py [CALLS]

Each call is answered step by step, some answers left out, every kind of danger among them. Printed is every call whose
steps, outcomes, flags, actions or blocks differ, and how many there are.
"""

from __future__ import annotations

import random
import sys
from datetime import date

from triage.library.scripts import load_script
from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.form import Field, Script
from triage.script.walk import Walk, walk

TODAY = date(2026, 11, 21)


def in_order(script: Script, seed: int) -> tuple[dict[str, Value], Walk]:
    """A call's answers and where it stands once everything was asked."""
    chance = random.Random(seed)
    likely = chance.choice([1, 0.9, 0.7])
    answers: dict[str, Value] = {}
    passed: set[str] = set()
    there = walk(script, answers, today=TODAY, passed=passed)
    while there.step:
        skipped: set[str] = set()
        # An answer may be what makes the step ask for another, so it is looked at again after each.
        while asks := [
            field
            for field in script.steps[there.step].fields
            if field.key in there.not_asked and field.key not in (*answers, *skipped)
        ]:
            if chance.random() < likely:
                answers[asks[0].key] = some(asks[0], chance)
            else:
                skipped.add(asks[0].key)
            there = walk(script, answers, today=TODAY, passed=passed, focus=there.step)
            assert there.step
        passed.add(there.step)
        there = walk(script, answers, today=TODAY, passed=passed)
    return answers, there


def some(field: Field, chance: random.Random) -> Value:
    """Some answer to a question."""
    options = [option.value for option in field.options]
    if field.key == "danger_now" and chance.random() < 0.8:
        return "no"
    if field.type == "many":
        return tuple(chance.sample(options, chance.choice([1, 1, 2])))
    if field.type == "yn" and not options:
        options = ["yes", "no"]
    if options:
        return chance.choice([NOT_KNOWN, DECLINED] if chance.random() < 0.1 else options)
    if field.type == "num":
        return chance.choice([16, 17, 34, 80])
    return chance.choice(["1944-03-03", "2010-03-03"]) if field.type == "date" else "words"


def differ(live: Walk, told: Walk) -> list[str]:
    """What of two walks isn't the same."""
    parts = ("outcome", "also", "flags", "actions", "path")
    found = [name for name in parts if set(getattr(live, name)) != set(getattr(told, name))]
    found += ["blocks"] if {b.why for b in live.blocks} != {b.why for b in told.blocks} else []
    return found + ([f"parked {', '.join(live.parked)}"] if live.parked else [])


def main() -> None:
    """Compare and print."""
    script = load_script()
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 455
    wrong = 0
    for seed in range(calls):
        answers, live = in_order(script, seed)
        told = walk(script, answers, today=TODAY)
        found = differ(live, told)
        if found:
            wrong += 1
            print(
                f"{seed}: {', '.join(found)}; {live.outcome} {live.also} step by step, {told.outcome} {told.also} told"
            )
            print(
                f"   only step by step {set(live.path) - set(told.path)}, only told {set(told.path) - set(live.path)}"
            )
    print(f"{calls} calls, {calls - wrong} the same either way, {wrong} not")


if __name__ == "__main__":
    main()

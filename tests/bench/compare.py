"""How long 10,000 recorded calls take to be replayed through two versions of the shipped script.

    python tests/bench/compare.py [CALLS] [DATA_DIR]

The calls are made up: each is answered at random, step by step, as far as its own answers lead, and no two are alike.
Three versions are compared with the shipped one: one change on a pathway, one change on every call's way, and a
changed outcome rule. With DATA_DIR the calls of that record are read and replayed instead. A million additions show
how quick the machine is at the moment.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from triage.desk.replay import recorded
from triage.library.scripts import load_script
from triage.model import Value
from triage.script.compare import Recorded, compare_calls
from triage.script.form import Field, Route, Script, When
from triage.script.walk import walk
from triage.settings import now
from triage.store import open_store

TODAY = date(2026, 11, 21)


def made_up(script: Script, number: int) -> list[Recorded]:
    """So many calls."""
    chance = random.Random(1)
    reasons = [option.value for option in script.steps["R1"].fields[0].options]
    calls = []
    for n in range(number):
        answers: dict[str, Value] = {"danger_now": "no", "privacy_heard": "heard", "safe_to_talk": "safe"}
        answers["reason"] = tuple(chance.sample(reasons, chance.choice([1, 1, 2])))
        answers["p_dob"] = f"{chance.randint(1925, 2004)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
        for _ in range(2):
            there = walk(script, answers, today=TODAY, passed=script.steps)
            for key in there.not_asked:
                if chance.random() < 0.85:
                    answers[key] = some(script, key, chance)
        calls.append(Recorded(str(n), answers, frozenset(script.steps), (), (), TODAY))
    return calls


def some(script: Script, key: str, chance: random.Random) -> Value:
    """Some answer to a key."""
    found = script.field(key)
    assert found
    options = [option.value for option in found[1].options]
    if found[1].type == "many":
        return tuple(chance.sample(options, chance.choice([1, 1, 2]))) if options else ()
    if options:
        return chance.choice(options)
    return chance.randint(1, 99) if found[1].type == "num" else f"words {chance.randint(1, 10**6)}"


def versions(script: Script) -> dict[str, Script]:
    """The shipped script with a change each."""
    steps = script.steps
    pathway = replace(steps["C2"], fields=(*steps["C2"].fields, Field("carer_pet", "yn", label="A pet?")))
    way = replace(steps["D4"], routes=(Route("D6"),))
    rules = tuple(
        replace(r, when=When(every=(r.when, When(key="p_age", over=64)))) if r.code == "STX" else r
        for r in script.outcomes
    )
    return {
        "a question more on one pathway": replace(script, steps={**steps, "C2": pathway}),
        "a step fewer on every call": replace(script, steps={**steps, "D4": way}),
        "a stricter outcome rule": replace(script, outcomes=rules),
    }


def read(data_dir: Path) -> list[Recorded]:
    """The recorded calls of a data folder."""
    store = open_store(data_dir / "store", clock=now)
    begun, worked = time.perf_counter(), time.process_time()
    calls = [c for c in map(recorded, store.calls(date(2000, 1, 1), now().date())) if c]
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    print(f"{took:6.2f} s ({worked:.2f} s of work)  {len(calls)} calls read from the record")
    store.close()
    return calls


def main() -> None:
    """Measure and print."""
    script = load_script()
    calls = made_up(script, int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    kinds = len({frozenset(call.answers.items()) for call in calls})
    answers = sum(len(call.answers) for call in calls) / len(calls)
    print(f"{len(calls)} calls, {kinds} different, {answers:.0f} answers each")
    begun = time.process_time()
    for _ in range(1_000_000):
        answers += 1
    print(f"a million additions: {(time.process_time() - begun) * 1000:.0f} ms of work")
    if len(sys.argv) > 2:
        calls = read(Path(sys.argv[2]))
    for name, new in versions(script).items():
        begun, worked = time.perf_counter(), time.process_time()
        found = compare_calls(script, new, calls)
        took, worked = time.perf_counter() - begun, time.process_time() - worked
        moved = sum(d.elsewhere for d in found.differences)
        print(f"{took:6.2f} s ({worked:.2f} s of work)  {name}:", end=" ")
        print(f"{found.same} the same, {moved} end elsewhere, {len(found.differences)} differ")


if __name__ == "__main__":
    main()

"""How long the shipped script takes to load, and a whole call to be walked.

    python tests/bench/script.py

Milliseconds, the median of the rounds; each walk is one key that answers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date

from triage.library.scripts import load_script
from triage.script.walk import walk

TODAY = date(2026, 11, 21)


def median(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds."""
    took = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def main() -> None:
    """Measure and print."""
    script = load_script()
    print(f"load          {median(load_script, 7):7.2f} ms   {len(script.steps)} steps, {len(script.asked_at)} keys")
    facts = {
        key: (found[1].options[0].value if found[1].options else 1)
        for key in script.asked_at
        if (found := script.field(key)) and found[1].type in ("one", "yn", "num")
    }
    facts["reason"] = ("caring", "dementia")
    told = walk(script, facts, today=TODAY)
    passed = frozenset(told.path[: len(told.path) * 2 // 3])
    print(f"walk, told    {median(lambda: walk(script, facts, today=TODAY), 50):7.2f} ms   {len(told.path)} steps")
    live = lambda **more: walk(script, facts, today=TODAY, passed=passed, **more)  # noqa: E731
    print(f"walk, live    {median(live, 50):7.2f} ms   {len(passed)} steps passed")
    raised = [i.name for i in script.interrupts[:2]]
    print(f"walk, raised  {median(lambda: live(raised=raised), 50):7.2f} ms   with {len(raised)} interrupts")


if __name__ == "__main__":
    main()

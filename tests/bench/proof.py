"""How long the proof of the shipped script takes, and what it says of each fault sown into a copy of it.

    python tests/bench/proof.py [--faults]

Times are the median of five proofs, without and with loading the script; "work" leaves out what other programs took.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults import FAULTS
from triage.library.outcomes import load_outcomes
from triage.library.scripts import load_script
from triage.script.proof import prove
from triage.script.walk import walk

TODAY = date(2026, 11, 21)


def main() -> None:
    """Measure and print."""
    codes = [line.code for line in load_outcomes()]
    rounds = []
    for _ in range(5):
        start, work = time.perf_counter(), time.process_time()
        script = load_script()
        loaded = time.perf_counter()
        proof = prove(script, codes, TODAY)
        end = time.perf_counter()
        rounds.append((end - loaded, end - start, time.process_time() - work))
    alone, whole, work = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"proof {alone:.2f} s, with loading {whole:.2f} s ({work:.2f} s of work): {proof.calls} calls walked")
    print(f"{len(proof.problems)} problems, {len(proof.warnings)} warnings, {proof.rules} rules that always hold")
    print(f"questions: {proof.shortest.questions} in the shortest call, {proof.longest.questions} in the longest found")
    if "--faults" not in sys.argv:
        return
    print("\n| fault | found as | shown by | confirmed |\n|---|---|---|---|")
    for fault in FAULTS:
        bad = fault.sow(script)
        told = [p for p in prove(bad, codes, TODAY).problems if (p.kind, p.where) == (fault.kind, fault.where)]
        for problem in told[:1]:
            sure = fault.shows(walk(bad, problem.facts, today=TODAY), dict(problem.facts))
            shown = json.dumps(problem.facts, ensure_ascii=False)
            print(f"| {fault.name} | {problem.kind}: {problem.where} | `{shown}` | {'yes' if sure else 'NO'} |")
        if not told:
            print(f"| {fault.name} | NOT FOUND | | |")


if __name__ == "__main__":
    main()

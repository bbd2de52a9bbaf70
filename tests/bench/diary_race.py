"""Fifty desks race for ten slots: who got one, what the others were told, and whether anything was lost.

    python tests/bench/diary_race.py [--desks 50] [--slots 10]

Twice over: first each desk is the command as somebody types it; then all of them have started, wait at one line and
are let go together, which is the harder race. Exits 1 unless every slot has exactly one winner whose booking is on
the disk and every other desk was told three slots that were free.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

TYPED = [sys.executable, "-m", "triage"]
LINED_UP = [
    sys.executable,
    "-c",
    "import sys, triage.booking, triage.library.diary, triage.store.journal; from triage.cli import run; "
    "print('ready', flush=True); sys.stdin.readline(); sys.exit(run(sys.argv[1:]))",
]


@dataclass
class Try:
    """One desk's attempt. ``took`` is in milliseconds from the start of the race."""

    call: str
    slot: str
    code: int
    said: dict[str, object]
    took: float


def triage(folder: Path, *words: str) -> str:
    done = subprocess.run([*TYPED, "--data-dir", str(folder), *words], capture_output=True, text=True, encoding="utf-8")
    return done.stdout


def free_slots(folder: Path, count: int) -> list[str]:
    """Slots for one caller each, spread out, none in another's way."""
    listed = json.loads(triage(folder, "diary", "list", "--free", "--json"))
    days = {(slot["resource"], slot["start"][:10]): slot["slot"] for slot in listed if slot["left"] == 1}
    single = list(days.values())
    wanted = single[:: max(len(single) // count, 1)][:count]
    if len(wanted) < count:
        sys.exit(f"Only {len(wanted)} slots are free; ask for fewer with --slots.")
    return wanted


def race(folder: Path, slots: list[str], desks: int, command: list[str]) -> list[Try]:
    lined_up = command is LINED_UP
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    began = time.perf_counter()
    running = []
    for n in range(desks):
        call, slot = f"desk-{n:02}", slots[n % len(slots)]
        words = [*command, "--data-dir", str(folder), "diary", "book", slot, "--call", call, "--json"]
        pipe = subprocess.PIPE
        child = subprocess.Popen(
            words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=environment
        )
        running.append((call, slot, child))
    if lined_up:
        for _, _, child in running:
            assert child.stdout is not None
            child.stdout.readline()
        began = time.perf_counter()
    for _, _, child in running:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    tries = []
    for call, slot, child in running:
        out, problem = child.communicate()
        said = json.loads(out) if out.strip() else {"problem": problem.strip()}
        tries.append(Try(call, slot, child.returncode, said, (time.perf_counter() - began) * 1000))
    return tries


def judge(folder: Path, slots: list[str], tries: list[Try]) -> list[str]:
    """What went wrong, each as a sentence."""
    wrong = []
    winners = Counter(t.slot for t in tries if t.code == 0)
    wrong += [f"{slot} has {winners[slot]} winners" for slot in slots if winners[slot] != 1]
    for t in tries:
        told = t.said.get("nearest")
        if t.code == 1 and not (isinstance(told, list) and len(told) == 3 and t.slot not in told):
            wrong.append(f"{t.call} lost {t.slot} and was told {told}")
        if t.code not in (0, 1):
            wrong.append(f"{t.call} ended with {t.code}: {t.said}")
    listed = json.loads(triage(folder, "diary", "list", "--json"))
    kept = {entry["slot"] for entry in listed if entry["left"] == 0 and entry["slot"] in slots}
    wrong += [f"{slot} was won and isn't booked on the disk" for slot in set(slots) - kept]
    for t in tries:
        if t.code == 0:
            again = triage(folder, "diary", "book", t.slot, "--call", t.call, "--json")
            if not json.loads(again)["booked"]:
                wrong.append(f"{t.call} was told it has {t.slot} and hasn't")
    return wrong


def show(name: str, slots: list[str], tries: list[Try], wrong: list[str]) -> None:
    print(f"\n{name}")
    print(f"{'slot':<42} {'winner':<9} told others   first told instead")
    for slot in slots:
        here = [t for t in tries if t.slot == slot]
        won = ", ".join(t.call for t in here if t.code == 0) or "nobody"
        told = [t.said["nearest"][0] for t in here if t.code == 1]  # type: ignore[index]
        print(f"{slot:<42} {won:<9} {len(told):>11}   {told[0] if told else ''}")
    won, lost = sum(t.code == 0 for t in tries), sum(t.code == 1 for t in tries)
    print(f"{won} winners, {lost} told the nearest, {len(tries) - won - lost} other; {tries[-1].took:.0f} ms for all")
    print("\n".join(wrong) if wrong else "None lost, none given twice.")


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    ask.add_argument("--desks", type=int, default=50)
    ask.add_argument("--slots", type=int, default=10)
    args = ask.parse_args()
    failed = False
    for name, command in (("The command as it is typed", TYPED), ("All lined up, then let go", LINED_UP)):
        with tempfile.TemporaryDirectory() as folder:
            slots = free_slots(Path(folder), args.slots)
            tries = race(Path(folder), slots, args.desks, command)
            wrong = judge(Path(folder), slots, tries)
            show(name, slots, tries, wrong)
            failed = failed or bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

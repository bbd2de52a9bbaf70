"""Fifty desks race for ten slots: who got one, what the others were told, and whether anything was lost.

    python tests/bench/diary_race.py [--desks 50] [--slots 10] [--store postgresql://…]

Three races: first each desk is the command as somebody types it; then all of them have started, wait at one line and
are let go together, which is the harder race. In the third, in a diary of its own, a time has three places, two
interpreters are shared by all, and one person travels between districts: nobody may ever be given out twice, and nobody
be expected somewhere before they can be there. Exits 1 unless every winner's booking is on the disk, nothing is given
out more often than it is there, and every other desk was told times that were free.
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
from itertools import pairwise
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


def race(
    folder: Path, slots: list[str] | list[list[str]], desks: int, command: list[str], store: list[str] | None = None
) -> list[Try]:
    """Every desk books; ``slots`` are taken in turn, each alone or with more words for the command."""
    lined_up = command is LINED_UP
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    began = time.perf_counter()
    running = []
    for n in range(desks):
        asked = slots[n % len(slots)]
        call, (slot, *more) = f"desk-{n:02}", [asked] if isinstance(asked, str) else asked
        where = ["--data-dir", str(folder), *(store or ())]
        words = [*command, *where, "diary", "book", slot, "--call", call, *more, "--json"]
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


SHARED = {
    "types.yaml": """
travel: {km_an_hour: 20, least: 15}
types:
  talk: {name: Talk, mode: office, minutes: 30, capacity: 3, horizon: 60, where: the hall}
  visit: {name: Visit, mode: home visit, minutes: 60, before: 30, after: 30, notes: 15, horizon: 60}
""",
    "resources.yaml": """
resources:
  hall:
    name: the hall
    hours: [{type: talk, on: [mon, tue, wed, thu, fri, sat, sun], from: 09:00, to: 11:00}]
  dean:
    name: Dean
    base: CV1
    areas: [CV1, CV2, CV6, CV8]
    hours: [{type: visit, on: [mon, tue, wed, thu, fri, sat, sun], from: 09:00, to: 17:00, every: 30}]
  asha:
    name: Asha
    helps: [interpreter]
    hours: &all [{type: help, on: [mon, tue, wed, thu, fri, sat, sun], from: 08:00, to: 18:00}]
  owen: {name: Owen, helps: [interpreter], hours: *all}
""",
}
DISTRICTS = ("CV1", "CV2", "CV6", "CV8")


def shared_race(folder: Path, desks: int, store: list[str]) -> tuple[list[Try], list[str], str]:
    """A time with three places, two interpreters, one traveller: every third desk wants another of them."""
    from datetime import date, timedelta

    diary = folder / "diary"
    diary.mkdir()
    for name, text in SHARED.items():
        (diary / name).write_text(text, encoding="utf-8")
    triage(folder, *store, "diary", "list", "--json")
    day = date.today() + timedelta(days=3)
    asks = []
    for n in range(desks):
        if n % 3 == 0:
            asks.append([f"talk.hall.{day}T09:00"])
        elif n % 3 == 1:
            asks.append([f"talk.hall.{day}T{('09:30', '10:00', '10:30')[n % 9 // 3]}", "--with", "interpreter"])
        else:
            at = ("09:00", "10:30", "11:00", "12:30", "13:00", "14:30", "15:30")[n % 7]
            asks.append([f"visit.dean.{day}T{at}", "--near", DISTRICTS[n % 4]])
    tries = race(folder, asks, desks, LINED_UP, store)
    wrong, told = judge_shared(folder, store, tries)
    return tries, wrong, told


def judge_shared(folder: Path, store: list[str], tries: list[Try]) -> tuple[list[str], str]:
    """What is on the disk against what is there: places, interpreters, and the ways between visits."""
    from datetime import UTC, datetime, timedelta

    from triage.cli import parser, store_of
    from triage.diary.taken import helping, place_of
    from triage.library.diary import load_diary
    from triage.store import open_store

    diary = load_diary(folder / "diary")
    assert diary.roads is not None
    record = open_store(store_of(parser().parse_args(["--data-dir", str(folder), *store, "search", "x"])))
    now = datetime.now(UTC)
    claims = [c for c in record.claims(now, now + timedelta(days=30)) if c.until is None]
    record.close()
    wrong = [f"{t.call} ended with {t.code}: {t.said}" for t in tries if t.code not in (0, 1)]
    won = {(t.call, t.slot) for t in tries if t.code == 0}
    kept = {(c.call, c.slot) for c in claims}
    wrong += [f"{call} was told it has {slot} and hasn't" for call, slot in won - kept]
    wrong += [f"{call} has {slot} and wasn't told" for call, slot in kept - won]
    places = Counter(c.slot for c in claims)
    wrong += [f"{slot} is given to {n}" for slot, n in places.items() if n > (3 if slot.startswith("talk") else 1)]
    helped = Counter((who, c.slot) for c in claims for who in helping(c))
    wrong += [f"{who} is given {n} times at {slot}" for (who, slot), n in helped.items() if n > 1]
    keys = Counter(key for c in claims for key in c.keys)
    wrong += [f"{key} is given {n} times" for key, n in keys.items() if n > 1]
    out = [(diary.was(c.slot), place_of(c)) for c in claims if c.slot.startswith("visit")]
    visits = sorted((slot.start, slot.end, place) for slot, place in out)
    for (_, ends, here), (begins, _, there) in pairwise(visits):
        way = timedelta(minutes=15 + diary.roads.minutes(here, there))
        if begins - ends < way:
            wrong.append(f"from {here} at {ends:%H:%M} to {there} at {begins:%H:%M} in less than {way}")
    talks = [n for slot, n in places.items() if slot.startswith("talk")]
    told = f"{sum(talks)} at {len(talks)} talks, {sum(helped.values())} with an interpreter, {len(visits)} visits"
    return wrong, told


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
    ask.add_argument("--store", default="", help="for the third race: a PostgreSQL server's address")
    args = ask.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        store = ["--store", args.store] if args.store else []
        tries, wrong, told = shared_race(Path(folder), args.desks, store)
        won, lost = sum(t.code == 0 for t in tries), sum(t.code == 1 for t in tries)
        print(f"Three places, two interpreters, one traveller: {args.desks} desks let go together\n{told}")
        print(
            f"{won} winners, {lost} told the nearest, {len(tries) - won - lost} other; {tries[-1].took:.0f} ms for all"
        )
        print("\n".join(wrong) if wrong else "Never over: nobody twice, nobody expected before they can be there.")
        failed = bool(wrong)
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

"""Kill -9 of real desks at random moments, then a count of what was lost.

Each writer keeps its own log: what it is about to do, then what the store acknowledged. A killed writer is started
again and repeats what it was doing, as a desk does. At the end a checker reads the store anew and compares it with
all the logs: nothing acknowledged may be missing or changed, nothing may be there that nobody tried, no slot may
belong to two calls. Run it with ``--break lock`` (no lock between desks), ``--break ack`` (acknowledged before it
is written) or ``--break forget`` (every twentieth save is dropped): the checker must find loss, or it proves nothing.

    python tests/bench/store_kill.py --kills 300 --writers 6
    python tests/bench/store_kill.py --kills 300 --writers 6 --days 2

With ``--days`` the clock runs that many days a second, and one more process archives past days all the time and is
killed like the others.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

from triage.errors import SlotTaken, StoreError
from triage.model import Claim, Event
from triage.store.journal import JournalStore
from triage.store.lock import StoreLock

SLOTS = [f"PHONE.R{r}.2099-12-{d:02}T{h:02}:00" for d in range(1, 29) for h in range(9, 17) for r in range(8)]


class FastClock:
    """The time, ``days`` days a second from the start of the run; the true time when 0."""

    def __init__(self, days: float, start: float) -> None:
        self.days, self.start = days, start

    def __call__(self) -> datetime:
        ahead = timedelta(days=(time.time() - self.start) * self.days)
        return datetime.now(UTC) + ahead


class Log:
    """What one writer tried and what it was told; survives a kill, as the page cache does."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, what: str, op: Any) -> None:
        os.write(self._fd, json.dumps([what, op]).encode() + b"\n")


def read_log(path: Path) -> list[list[Any]]:
    """The log's whole lines; a kill may have cut the last one."""
    raw = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in raw.splitlines(keepends=True) if line.endswith(b"\n")]


def steps(chance: random.Random, mine: str) -> Iterator[dict[str, Any]]:
    """The work of one desk: a call after another, each with answers, sometimes a booking, then closed."""
    while True:
        call = f"20991121T120000-{mine}{chance.randrange(10**9)}"
        yield {"call": call, "kind": "opened", "data": {"mode": "live"}}
        for number in range(chance.randrange(2, 8)):
            words = "“she’s fallen again” " * chance.randrange(1, 40)
            yield {"call": call, "kind": "answered", "data": {"step": f"S{number}", "answers": {"notes": words}}}
        if chance.random() < 0.5:
            slot = chance.choice(SLOTS)
            yield {"call": call, "kind": "held", "data": {"slot": slot}, "slot": slot, "hold": True}
            yield {"call": call, "kind": "booked", "data": {"slot": slot}, "slot": slot}
        yield {"call": call, "kind": "closed", "data": {"outcome": "IAG"}}


def keep(store: JournalStore, op: dict[str, Any], now: FastClock) -> None:
    """Do one step."""
    event = Event(op["id"], op["call"], datetime.fromisoformat(op["at"]), "bench", op["kind"], op["data"])
    claim = None
    if "slot" in op:
        until = now() + timedelta(seconds=0.2 * (1 + now.days * 86400)) if op.get("hold") else None
        claim = Claim(op["slot"], op["call"], (op["slot"],), until)
    store.write(event, claim=claim)


def archive(place: Path, log_path: Path, name: str, broken: str, stop: Path, now: FastClock) -> None:
    """Fold past days again and again, until it is killed or the stop file is there."""
    store, log = JournalStore(place, desk=name, clock=now, timeout=60), Log(log_path)
    while not stop.exists():
        if done := store.archive():
            log.say("archived", done)
        time.sleep(0.01)


def write(place: Path, log_path: Path, name: str, broken: str, stop: Path, now: FastClock) -> None:
    """One desk, until it is killed or the stop file is there."""
    if broken == "lock":
        StoreLock.held = _unlocked  # type: ignore[method-assign]
    said = read_log(log_path)
    last = said[-1][1] if said and said[-1][0] == "try" else None
    log = Log(log_path)
    try:
        store = JournalStore(place, desk=name, clock=now, timeout=60)
    except StoreError:
        if broken:
            return
        raise
    chance = random.Random(f"{name} {len(said)}")
    count = len(said)
    for fresh in steps(chance, name):
        if stop.exists():
            return
        while (op := last or {**fresh, "id": f"{name}-{count}", "at": now().isoformat()}) is not None:
            count += 1
            if last is None:
                log.say("try", op)
            if broken == "ack":
                log.say("ack", op)
            try:
                if broken != "forget" or count % 20:
                    keep(store, op, now)
                if broken != "ack":
                    log.say("ack", op)
            except SlotTaken:
                log.say("taken", op)
            except StoreError as error:
                log.say("error", f"{type(error).__name__}: {error}")
                if broken:
                    return
            if last is None:
                break
            last = None


@contextmanager
def _unlocked(self: StoreLock) -> Iterator[None]:
    yield


def run(place: Path, *, writers: int, kills: int, pause: float, broken: str = "", days: float = 0) -> dict[str, Any]:
    """Start the desks, kill them, let them finish; what the checker found."""
    context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    chance, stop = random.Random(), place.parent / "stop"
    logs = [place.parent / f"w{number}.log" for number in range(writers)]
    archived = place.parent / "archiver.log"
    now = FastClock(days, time.time())

    def start(number: int) -> Any:
        work, log = (write, logs[number]) if number < writers else (archive, archived)
        desk = context.Process(target=work, args=(place, log, f"w{number}", broken, stop, now))
        desk.start()
        return desk

    began, killed = time.monotonic(), 0
    desks = [start(number) for number in range(writers + bool(days))]
    while killed < kills:
        time.sleep(chance.uniform(pause / 4, pause))
        number = chance.randrange(len(desks))
        desks[number].kill()
        desks[number].join()
        killed += 1
        desks[number] = start(number)
    while any(sum(what == "ack" for what, _ in read_log(log)) < 40 for log in logs) and time.monotonic() < began + 600:
        if broken == "lock":
            break
        time.sleep(pause)
    stop.touch()
    for desk in desks:
        desk.join(60)
        desk.kill()
    return {
        "kills": killed,
        "seconds": round(time.monotonic() - began, 1),
        "archived": sum(done for _, done in read_log(archived)),
        **check(place, logs, now),
    }


def check(place: Path, logs: list[Path], now: FastClock) -> dict[str, Any]:
    """Compare the store, opened anew, with what the writers were told."""
    said = [entry for log in logs for entry in read_log(log)]
    tried = {op["id"]: op for what, op in said if what == "try"}
    acked = [op for what, op in said if what == "ack"]
    errors = Counter(op.split(":")[0] for what, op in said if what == "error")
    found: dict[str, Any] = {
        "acknowledged": len(acked),
        "refused": sum(what == "taken" for what, _ in said),
        "errors": dict(errors),
    }
    try:
        store = JournalStore(place, clock=now)
    except StoreError as error:
        return {**found, "unreadable": str(error), "lost": len(acked), "wrong": 0, "double": 0}
    held = {}
    for call_id in {op["call"] for op in tried.values()}:
        docs = store._docs(call_id)
        held.update(dict(docs))
    lost = [op for op in acked if op["id"] not in held]
    wrong = [
        key
        for key, doc in held.items()
        if key not in tried or (doc["kind"], doc["data"]) != (tried[key]["kind"], tried[key]["data"])
    ]
    booked = [(op["slot"], op["call"]) for op in acked if op["kind"] == "booked"]
    twice = [slot for slot, count in Counter(slot for slot, _ in set(booked)).items() if count > 1]
    claims = store.claims(now(), now() + timedelta(days=40000))
    owners = {claim.slot: claim.call for claim in claims if claim.until is None}
    gone = [slot for slot, call in booked if owners.get(slot) != call]
    faults = store.verify()
    return {
        **found,
        "bookings": len(booked),
        "lost": len(lost),
        "wrong": len(wrong),
        "double": len(twice),
        "bookings_lost": len(gone),
        "faults": faults,
    }


def bad(found: dict[str, Any]) -> int:
    """How much is wrong."""
    return int(
        found["lost"] + found["wrong"] + found["double"] + found.get("bookings_lost", 0) + len(found.get("faults", ()))
    )


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--kills", type=int, default=300)
    words.add_argument("--writers", type=int, default=6)
    words.add_argument("--pause", type=float, default=0.2, help="the longest wait between two kills, in seconds")
    words.add_argument("--days", type=float, default=0, help="days that pass in a second, with an archiver at work")
    words.add_argument(
        "--break", dest="broken", choices=["lock", "ack", "forget"], default="", help="a negative control"
    )
    args = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(
            Path(folder) / "store",
            writers=args.writers,
            kills=args.kills,
            pause=args.pause,
            broken=args.broken,
            days=args.days,
        )
    print(json.dumps({"writers": args.writers, "broken": args.broken or None, **found}))
    return 1 if bad(found) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Many desks at once on each store, killed at random: what was acknowledged, what of it is lost, and how long it took.

Each writer works as fast as it can (or with ``--think`` seconds between two saves): calls opened, answered, held for,
booked for and closed. It writes down what it is about to do and what it was told; a killed one is started again and
repeats what it was doing, as a desk does. Then a checker opens the store anew and compares it with all of that: an
acknowledged save that is missing is *lost*, one that is there with other words or that nobody tried is *wrong*, a time
confirmed to two calls is *double*. The stores take turns in one run: the journal, PostgreSQL (a real server from a
wheel, flushing to the disk) and plain SQLite (WAL, ``synchronous=FULL``).

    python -m tests.bench.store_writers --seconds 60 --writers 50
    python -m tests.bench.store_writers --seconds 5 --writers 8 --break forget

``--break`` is the negative control, for which the checker must find loss: ``forget`` drops every twentieth save,
``ack`` acknowledges before it saves, ``taken`` confirms bookings that were refused.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any, Protocol

from tests.servers import Cluster
from triage.errors import SlotTaken, StoreAway, StoreBusy
from triage.model import Claim, Event
from triage.store import open_store
from triage.store.move import EVER

SLOTS = [f"PHONE.R{r}.2099-12-{d:02}T{h:02}:00" for d in range(1, 29) for h in range(9, 17) for r in range(8)]
HOLD = 0.5
"""Seconds a hold lasts."""
Op = dict[str, Any]


class Kept(Protocol):
    """A store as the bench sees it."""

    def keep(self, op: Op) -> None: ...
    def contents(self) -> dict[str, tuple[str, str, Any]]: ...
    def owners(self) -> dict[str, str]: ...
    def faults(self) -> list[str]: ...


class Ours:
    """A store of ours, a folder or an address."""

    def __init__(self, where: Path | str, outbox: Path | None = None) -> None:
        self.store = open_store(where, desk="bench", outbox=outbox)

    def keep(self, op: Op) -> None:
        claim = None
        if "slot" in op:
            until = datetime.now(UTC) + timedelta(seconds=HOLD) if op.get("hold") else None
            claim = Claim(op["slot"], op["call"], (op["slot"],), until)
        at = datetime.fromisoformat(op["at"])
        self.store.write(Event(op["id"], op["call"], at, "bench", op["kind"], op["data"]), claim=claim)

    def contents(self) -> dict[str, tuple[str, str, Any]]:
        return {
            e.id: (e.call, e.kind, json.loads(json.dumps(dict(e.data))))
            for call in self.store.every()
            for e in call.events
        }

    def owners(self) -> dict[str, str]:
        return {claim.slot: claim.call for claim in self.store.claims(*EVER) if claim.until is None}

    def faults(self) -> list[str]:
        return self.store.verify()


class Plain:
    """What one would write first: SQLite, one table for events and one for claims."""

    def __init__(self, path: Path | str) -> None:
        self.base = sqlite3.connect(path, isolation_level=None, timeout=60)
        self.base.execute("pragma journal_mode=wal")
        self.base.execute("pragma synchronous=full")
        self.base.execute("create table if not exists events (id text primary key, call text, at text, kind, data)")
        self.base.execute("create index if not exists by_call on events (call)")
        self.base.execute("create table if not exists claims (slot text primary key, call text, until real)")

    def keep(self, op: Op) -> None:
        self.base.execute("begin immediate")
        try:
            if "slot" in op:
                self._claim(op, time.time() + HOLD if op.get("hold") else None)
            row = (op["id"], op["call"], op["at"], op["kind"], json.dumps(op["data"]))
            self.base.execute("insert or ignore into events values (?,?,?,?,?)", row)
            self.base.execute("commit")
        except BaseException:
            self.base.execute("rollback")
            raise

    def _claim(self, op: Op, until: float | None) -> None:
        held = self.base.execute("select call, until from claims where slot = ?", (op["slot"],)).fetchone()
        if held and held[0] != op["call"] and (held[1] is None or held[1] > time.time()):
            raise SlotTaken(op["slot"])
        if not (held and held[0] == op["call"] and held[1] is None):
            self.base.execute("insert or replace into claims values (?,?,?)", (op["slot"], op["call"], until))

    def contents(self) -> dict[str, tuple[str, str, Any]]:
        rows = self.base.execute("select id, call, kind, data from events")
        return {key: (call, kind, json.loads(data)) for key, call, kind, data in rows}

    def owners(self) -> dict[str, str]:
        return dict(self.base.execute("select slot, call from claims where until is null"))

    def faults(self) -> list[str]:
        return [row[0] for row in self.base.execute("pragma integrity_check") if row[0] != "ok"]


class Log:
    """What one writer tried and was told; survives a kill, as the page cache does."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, what: str, told: Any) -> None:
        os.write(self._fd, json.dumps([what, told]).encode() + b"\n")


def read_log(path: Path) -> list[list[Any]]:
    """The log's whole lines; a kill may have cut the last one."""
    raw = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in raw.splitlines(keepends=True) if line.endswith(b"\n")]


def steps(chance: random.Random, mine: str) -> Iterator[Op]:
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
        yield {"call": call, "kind": "closed", "data": {"outcome": "IAG", "pathways": []}}


def write(open_it: Callable[[], Kept], log_path: Path, name: str, broken: str, think: float, stop: Path) -> None:
    """One desk, until it is killed or the stop file is there. A save that fails is tried again."""
    said = read_log(log_path)
    told = {entry[1]["id"] for entry in said if entry[0] == "ack"} | {entry[1] for entry in said if entry[0] == "taken"}
    tried = [entry[1] for entry in said if entry[0] == "try"]
    log, store, count = Log(log_path), open_it(), len(tried)
    chance = random.Random(f"{name} {count}")
    again = tried[-1] if tried and tried[-1]["id"] not in told else None
    fresh = steps(chance, f"{name}x{count}x")
    while not stop.exists():
        op = again or {**next(fresh), "id": f"{name}-{count}", "at": datetime.now(UTC).isoformat()}
        if again is None:
            log.say("try", op)
            count += 1
        again = None
        if broken == "ack":
            log.say("ack", {"id": op["id"], "ms": 0, "t": time.time()})
        began = time.perf_counter()
        try:
            if broken != "forget" or count % 20:
                store.keep(op)
        except SlotTaken:
            confirmed = {"id": op["id"], "ms": 0, "t": time.time()}
            log.say(*(("ack", confirmed) if broken == "taken" else ("taken", op["id"])))
            continue
        except (StoreAway, StoreBusy):
            log.say("away", op["id"])
            again = op
            time.sleep(0.05)
            continue
        if broken != "ack":
            took = round((time.perf_counter() - began) * 1000, 2)
            log.say("ack", {"id": op["id"], "ms": took, "t": time.time()})
        if think:
            time.sleep(chance.uniform(0, 2 * think))


def run(
    place: Path, open_it: Callable[[], Kept], *, seconds: float, writers: int, pause: float, broken: str, think: float
) -> dict[str, Any]:
    """Start the desks, kill them at random, let them finish; what the checker found."""
    context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    chance, stop = random.Random(), place / "stop"
    logs = [place / f"w{number}.log" for number in range(writers)]

    def start(number: int) -> Any:
        desk = context.Process(target=write, args=(open_it, logs[number], f"w{number}", broken, think, stop))
        desk.start()
        return desk

    began, killed = time.monotonic(), 0
    desks = [start(number) for number in range(writers)]
    while time.monotonic() < began + seconds:
        time.sleep(chance.uniform(pause / 4, pause))
        number = chance.randrange(len(desks))
        desks[number].kill()
        desks[number].join()
        killed += 1
        desks[number] = start(number)
    stop.touch()
    for desk in desks:
        desk.join(60)
        desk.kill()
        desk.join()
    took = time.monotonic() - began
    found = check(open_it(), [entry for log in logs for entry in read_log(log)])
    return {"kills": killed, "a_second": round(found["acknowledged"] / took), **found}


def check(store: Kept, said: list[list[Any]]) -> dict[str, Any]:
    """Compare the store, opened anew, with what the writers were told."""
    tried = {told["id"]: told for what, told in said if what == "try"}
    acked = {told["id"]: told["ms"] for what, told in said if what == "ack"}
    there = store.contents()
    wrong = [
        key
        for key, kept in there.items()
        if key not in tried or kept != (tried[key]["call"], tried[key]["kind"], tried[key]["data"])
    ]
    booked = [(tried[key]["slot"], tried[key]["call"]) for key in acked if tried[key]["kind"] == "booked"]
    given = Counter(slot for slot, _ in set(booked))
    owners = store.owners()
    times = sorted(ms for key, ms in acked.items() if tried[key]["kind"] == "answered")
    lost = Counter(tried[key]["kind"] for key in acked if key not in there)
    return {
        "acknowledged": len(acked),
        "bookings": len(booked),
        "refused": sum(what == "taken" for what, _ in said),
        "tried_again": sum(what == "away" for what, _ in said),
        "lost": sum(lost.values()),
        "lost_kinds": dict(lost),
        "wrong": len(wrong),
        "double": sum(count > 1 for count in given.values()),
        "bookings_lost": sum(owners.get(slot) != call for slot, call in booked),
        "faults": store.faults()[:5],
        "p50_ms": round(statistics.median(times), 2) if times else None,
        "p95_ms": round(times[int(len(times) * 0.95)], 2) if times else None,
        "p99_ms": round(times[int(len(times) * 0.99)], 2) if times else None,
        "max_ms": round(times[-1], 1) if times else None,
    }


def bad(found: dict[str, Any]) -> int:
    """How much is wrong."""
    return int(found["lost"] + found["wrong"] + found["double"] + found["bookings_lost"] + len(found["faults"]))


class Opens:
    """Opens a store; can be handed to another process."""

    def __init__(self, kind: type, *where: Path | str) -> None:
        self.kind, self.where = kind, where

    def __call__(self) -> Any:
        return self.kind(*self.where)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--writers", type=int, default=50)
    words.add_argument("--pause", type=float, default=0.5, help="the longest wait between two kills, in seconds")
    words.add_argument("--think", type=float, default=0, help="seconds a writer waits between two saves, on average")
    words.add_argument("--stores", default="journal,postgresql,sqlite")
    words.add_argument("--break", dest="broken", choices=["forget", "ack", "taken"], default="")
    args = words.parse_args()
    worst = 0
    for name in args.stores.split(","):
        with tempfile.TemporaryDirectory() as folder:
            place, cluster = Path(folder), None
            if name == "postgresql":
                cluster = Cluster(durable=True).start()
                opens = Opens(Ours, cluster.address())
            elif name == "journal":
                opens = Opens(Ours, place / "store")
            else:
                opens = Opens(Plain, str(place / "plain.db"))
            opens()
            try:
                found = run(
                    place,
                    opens,
                    seconds=args.seconds,
                    writers=args.writers,
                    pause=args.pause,
                    broken=args.broken,
                    think=args.think,
                )
            finally:
                if cluster:
                    cluster.remove()
        worst += bad(found)
        print(json.dumps({"store": name, "writers": args.writers, "broken": args.broken or None, **found}), flush=True)
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main())

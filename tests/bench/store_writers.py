"""Many desks at once on each store, killed at random: what was acknowledged, what of it is lost, and how long it took.

Each writer works as fast as it can, or with ``--think`` seconds between two saves; ``acknowledged.py`` says what is
counted. The stores take turns in one run: the journal, PostgreSQL (a real server from a wheel, flushing to the disk)
and plain SQLite (WAL, ``synchronous=FULL``).

    python -m tests.bench.store_writers --seconds 60 --writers 50
    python -m tests.bench.store_writers --seconds 5 --writers 8 --break forget
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.acknowledged import HOLD, Desks, Kept, Op, Opens, Ours, bad, check, read_log, write
from tests.servers import Cluster
from triage.errors import SlotTaken


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


def run(
    place: Path, open_it: Callable[[], Kept], *, seconds: float, writers: int, pause: float, broken: str, think: float
) -> dict[str, Any]:
    """Start the desks, kill them at random, let them finish; what the check found."""
    stop = place / "stop"
    logs = [place / f"w{number}.log" for number in range(writers)]
    began = time.monotonic()
    desks = Desks([(write, (open_it, log, broken, think, stop)) for log in logs], stop)
    while time.monotonic() < began + seconds:
        desks.kill_one(pause)
    desks.finish()
    took = time.monotonic() - began
    found = check(open_it, [entry for log in logs for entry in read_log(log)])
    return {"kills": desks.killed, "a_second": round(found["acknowledged"] / took), **found}


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

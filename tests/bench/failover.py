"""A primary lost under load: two real servers, synchronous replication, kill -9, promotion; nothing confirmed is gone.

Writers work on an address that names both servers. The primary, and every process of it, is killed; a moment later the
standby is made the primary, as a person or a cluster manager would. Until then answers go to each desk's outbox and
bookings are refused and tried again. The check of ``acknowledged.py`` then compares the surviving server with all
that was acknowledged.

    python -m tests.bench.failover
    python -m tests.bench.failover --break async

``--break async`` is the negative control: replication isn't synchronous and lags, so that confirmed work must be lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import pairwise
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.acknowledged import Opens, Ours, bad, check, read_log, write
from tests.servers import Cluster


def pair(sync: bool) -> tuple[Cluster, Cluster]:
    """A primary and its standby, replicating."""
    primary = Cluster(durable=True).start()
    standby = Cluster(durable=True, copy_of=primary).start()
    with psycopg.connect(primary.address(), autocommit=True) as admin:
        while not admin.execute("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'").fetchall():
            time.sleep(0.05)
        if sync:
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            admin.execute("SELECT pg_reload_conf()")
            while admin.execute("SELECT sync_state FROM pg_stat_replication").fetchall() != [("sync",)]:
                time.sleep(0.05)
    return primary, standby


def lag(standby: Cluster) -> None:
    """Make the standby fall behind: it no longer listens to the primary."""
    with psycopg.connect(standby.address(), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET primary_conninfo = ''")
        admin.execute("SELECT pg_reload_conf()")
        while admin.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchall():
            time.sleep(0.02)


def run(place: Path, *, writers: int, seconds: float, notice: float, broken: str) -> dict[str, Any]:
    """Load, kill, promote, load; what the checker found on the server that is left."""
    primary, standby = pair(broken != "async")
    both = f"postgresql://triage@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
    try:
        context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
        stop = place / "stop"
        logs = [place / f"w{number}.log" for number in range(writers)]
        opens = [Opens(Ours, both, place / f"outbox{number}") for number in range(writers)]
        opens[0]().store.close()
        desks = [
            context.Process(target=write, args=(opens[number], logs[number], "", 0.01, stop), daemon=True)
            for number in range(writers)
        ]
        for desk in desks:
            desk.start()
        time.sleep(seconds)
        if broken == "async":
            lag(standby)
            time.sleep(0.5)
        primary.kill()
        killed = time.time()
        time.sleep(notice)
        standby.promote()
        promoted = time.time()
        time.sleep(seconds)
        stop.touch()
        for desk in desks:
            desk.join(30)
        said = [entry for log in logs for entry in read_log(log)]
        waiting = 0
        for one in opens:
            store = one().store
            waiting += store.waiting
            store.close()
        found = check(Opens(Ours, both), said)
    finally:
        primary.remove()
        standby.remove()
    kinds = {told["id"]: told["kind"] for what, told in said if what == "try"}
    acks = [(told["t"], kinds[told["id"]], told["ms"]) for what, told in said if what == "ack"]
    booked = sorted(at for at, kind, _ in acks if kind in ("held", "booked"))
    return {
        "writers": writers,
        "broken": broken or None,
        "promoted_after_s": round(promoted - killed, 2),
        "no_booking_for_s": round(max(later - at for at, later in pairwise(booked)), 2),
        "kept_here_while_away": sum(killed < at < promoted for at, _, _ in acks),
        "refused_while_away": sum(what == "away" for what, _ in said),
        "longest_save_ms": max(ms for _, _, ms in acks),
        "outboxes_left": waiting,
        **found,
    }


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--writers", type=int, default=10)
    words.add_argument("--seconds", type=float, default=6, help="of load before the loss, and after it")
    words.add_argument("--notice", type=float, default=1.5, help="seconds until somebody promotes the standby")
    words.add_argument("--break", dest="broken", choices=["async"], default="")
    args = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), writers=args.writers, seconds=args.seconds, notice=args.notice, broken=args.broken)
    print(json.dumps(found))
    return 1 if bad(found) else 0


if __name__ == "__main__":
    sys.exit(main())

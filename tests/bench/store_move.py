"""Moving house with a long history: journal to a PostgreSQL server and back into a new journal, counted and compared.

    python -m tests.bench.store_move --calls 100000
    python -m tests.bench.store_move --calls 20000 --cut 5

``--cut`` kills the move with -9 after so many seconds and runs it again, as one would.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.bench.store_latency import NOW, archived_store
from tests.servers import Cluster
from triage.model import Claim
from triage.store import open_store
from triage.store.move import move


def carry(source: Path | str, target: Path | str) -> dict[str, Any]:
    """Move once."""
    began = time.perf_counter()
    one, two = open_store(source, clock=lambda: NOW), open_store(target, clock=lambda: NOW)
    before, after = move(one, two)
    one.close()
    two.close()
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "calls": after.calls,
        "events": after.events,
        "claims": after.claims,
        "digest": after.digest[:16],
        "same": before == after,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def cut_off(source: Path | str, target: Path | str, seconds: float) -> bool:
    """Start a move and kill it; whether it was still at work."""
    moving = get_context("spawn").Process(target=carry, args=(source, target))
    moving.start()
    moving.join(seconds)
    alive = moving.is_alive()
    moving.kill()
    moving.join()
    return alive


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--calls", type=int, default=100_000)
    words.add_argument("--cut", type=float, default=0)
    args = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        here = archived_store(Path(place) / "here", args.calls)
        store = open_store(here, clock=lambda: NOW)
        for number in range(200):
            slot = f"PHONE.R{number}.{NOW + timedelta(days=3):%Y-%m-%d}T10:00"
            store.write(claim=Claim(slot, f"REF{number}", (slot,)))
        store.close()
        cluster = Cluster(durable=True).start()
        try:
            server, back = cluster.address(), Path(place) / "back"
            cut = [args.cut and cut_off(here, server, args.cut)]
            there = carry(here, server)
            cut += [args.cut and cut_off(server, back, args.cut)]
            again = carry(server, back)
            checking = open_store(back, clock=lambda: NOW)
            faults = checking.verify()
            checking.close()
        finally:
            cluster.remove()
    same = there["same"] and again["same"] and there["digest"] == again["digest"] and not faults
    print(json.dumps({"cut_off": cut, "there": there, "back": again, "faults": faults, "same": same}, indent=1))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

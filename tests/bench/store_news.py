"""How long until another desk shows a change: from the save's return to the look that finds it, each store.

A desk looks every ``triage.ui.here.LOOK`` seconds; a server's word comes by itself, at most twice a second from a desk.

    python -m tests.bench.store_news --saves 40
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.servers import Cluster
from triage.model import Event
from triage.store import open_store
from triage.store.base import Store
from triage.ui.here import LOOK


def delays(make: Callable[[], Store], saves: int) -> dict[str, Any]:
    """Save at odd moments on one desk, look from another."""
    writer, reader = make(), make()
    found: list[float] = []
    saved = [0.0]
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(LOOK):
            if reader.refresh() and saved[0]:
                found.append(time.perf_counter() - saved[0])
                saved[0] = 0.0

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(saves):
        writer.write(Event(f"e{number}", "C1", datetime.now(UTC), "ann", "flagged", {"flag": "F", "on": True}))
        saved[0] = time.perf_counter()
        until = time.monotonic() + 10
        while saved[0] and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.6))
    stop.set()
    looking.join()
    for store in (writer, reader):
        store.close()
    return {
        "saves": saves,
        "shown": len(found),
        "median_s": round(statistics.median(found), 3),
        "worst_s": round(max(found), 3),
    }


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--saves", type=int, default=40)
    args = words.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(durable=True).start()
        try:
            for name, where in (("journal", Path(folder) / "store"), ("postgresql", cluster.address())):
                told = delays(lambda where=where: open_store(where), args.saves)  # type: ignore[misc]
                print(json.dumps({"store": name, "look_every_s": LOOK, **told}), flush=True)
                worst = max(worst, told["worst_s"] if told["shown"] == args.saves else 99)
        finally:
            cluster.remove()
    return 0 if worst < 1 else 1


if __name__ == "__main__":
    sys.exit(main())

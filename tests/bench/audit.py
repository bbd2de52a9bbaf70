"""What the audit costs a save: the same answers with their lines and without, turn by turn, on each store.

``python -m tests.bench.audit [--saves 1000]``; PostgreSQL is left out where no server comes with the tests' wheel.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from triage.model import Event, new_id
from triage.settings import now
from triage.store.base import Store
from triage.store.journal import JournalStore


def measured(store: Store, saves: int) -> dict[bool, list[float]]:
    """Milliseconds of each save, with the audit and without, in turns of 25."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * saves // 25):
        audited = turn % 2 == 0
        store.moving = not audited
        call = new_id(now())
        store.write(Event(new_id(now()), call, now(), "ann", "opened", {"mode": "live"}))
        for n in range(25):
            answer = {"step": f"S{n}", "answers": {"reason_verbatim": "Mum has fallen twice this week", "p_age": 82}}
            event = Event(new_id(now()), call, now(), "ann", "answered", answer)
            began = time.perf_counter()
            store.write(event, owner="ann")
            took[audited].append((time.perf_counter() - began) * 1000)
    store.moving = False
    return took


def told(name: str, took: dict[bool, list[float]]) -> None:
    """A row for with and without."""
    for audited, times in took.items():
        cuts = statistics.quantiles(times, n=100)
        words = "with its line" if audited else "without"
        middle = statistics.median(times)
        print(f"{name:<11} {words:<14} median {middle:6.3f} ms   p95 {cuts[94]:7.3f}   n {len(times)}")


def main() -> None:
    """Both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=1000)
    saves = parser.parse_args().saves
    with tempfile.TemporaryDirectory() as folder:
        journal = JournalStore(Path(folder) / "store", clock=now)
        told("journal", measured(journal, saves))
        size = sum(file.stat().st_size for file in (Path(folder) / "store" / "audit").iterdir())
        print(f"a line takes {size / (saves * 26 / 25):.0f} bytes")
        journal.close()
    from tests import servers

    if servers.programs() is None:
        return
    from triage.store.central import PostgresStore

    cluster = servers.Cluster(durable=True).start()
    server = PostgresStore(cluster.address(), clock=now)
    told("PostgreSQL", measured(server, saves))
    server.close()
    cluster.remove()


if __name__ == "__main__":
    main()

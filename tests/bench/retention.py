"""Retention on many calls: find what is due, propose, sign, erase and certify, on each store, each step timed.

``python -m tests.bench.retention [--calls 10000]``. A quarter of the calls is past its time; one in a hundred of those
is on hold. What must be gone is counted again afterwards, and the audit verified.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from triage.desk import disposing, open_desk
from triage.model import Event, Staff, new_id
from triage.settings import now

GWEN = Staff("gwen", "Gwen Idle", ("information governance",))
GEOFF = Staff("geoff", "Geoff Rowe", ("information governance",))
OUTCOMES = ("IAG", "IAG", "SGC", "ASN", "NUI", "CMP")


def letters(n: int) -> str:
    """A surname nobody else has."""
    return "".join(chr(ord("a") + n // 26**place % 26) for place in range(4)).title()


def calls(count: int, today: datetime) -> Iterator[list[Event]]:
    """Calls of eight events, a quarter of them of the day four years ago and before."""
    for n in range(count):
        days = 1460 + n % 300 if n % 4 == 0 else n % 360
        at = today - timedelta(days=days, minutes=n % 500)
        call, outcome = new_id(at), "IAG" if n % 4 == 0 else OUTCOMES[n % len(OUTCOMES)]
        born = f"19{20 + n % 70}-0{1 + n % 9}-11"
        told = {"p_name": f"Person {letters(n)}", "p_dob": born, "reason_verbatim": "lonely " * 20}
        yield [
            Event(f"{call} 0", call, at, "hannah", "opened", {"script": "s", "version": "1", "mode": "live"}),
            *(
                Event(f"{call} {step}", call, at, "hannah", "answered", {"step": f"S{step}", "answers": told})
                for step in range(1, 7)
            ),
            Event(f"{call} 7", call, at, "hannah", "closed", {"outcome": outcome, "also": [], "pathways": []}),
        ]


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"  {what:<34} {time.perf_counter() - began:8.2f} s", flush=True)


def run(folder: Path, store: Path | str, count: int) -> None:
    """All of it on one store."""
    gwen, geoff = (open_desk(folder, staff=staff, store=store) for staff in (GWEN, GEOFF))
    inner = gwen.store.inner  # type: ignore[attr-defined]
    with timed(f"{count:,} calls written"):
        batch: list[Event] = []
        for events in calls(count, now().astimezone(UTC)):
            batch += events
            if len(batch) >= 400:
                inner.write(*batch)
                batch = []
        inner.write(*batch)
        inner.maintain()
    with timed("found what is due"):
        items, _ = disposing.overdue(gwen)
    for item in items[::100]:
        disposing.hold(gwen, item.call, "inquest", person=False)
    held = len(items[::100])
    with timed("proposed and signed"):
        signed = disposing.sign(geoff, disposing.propose(gwen, items))
    with timed("erased and certified"):
        path, told = disposing.carry_out(geoff, signed)
    with timed("verified, audit and all"):
        faults = inner.verify()
    gwen.store.refresh()
    left = {call.id for call in inner.every()}
    risen = sum(item["call"] in left for item in told["items"])
    print(f"  due {len(items):,}, on hold {held:,}, erased {told['erased']:,}, stayed {told['stayed']:,}")
    print(f"  still there {risen}; calls left {inner.info()['calls']:,} of {count:,}; faults {len(faults)}")
    print(f"  certificate {path.stat().st_size:,} bytes")
    for desk in (gwen, geoff):
        desk.store.close()


def main() -> None:
    """Both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--only", choices=("journal", "postgresql"))
    told = parser.parse_args()
    count = told.calls
    if told.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            print("journal")
            run(Path(folder), Path(folder) / "store", count)
    from tests import servers

    if servers.programs() is None or told.only == "journal":
        return
    cluster = servers.Cluster(durable=True).start()
    with tempfile.TemporaryDirectory() as folder:
        print("PostgreSQL")
        run(Path(folder), cluster.address(), count)
    cluster.remove()


if __name__ == "__main__":
    main()

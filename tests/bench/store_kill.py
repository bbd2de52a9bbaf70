"""Kill -9 of real desks at random moments, then a count of what was lost (``acknowledged.py`` says how it is counted).

Run it with ``--break lock`` (no lock between desks), ``--break ack`` (acknowledged before it is written) or ``--break
forget`` (every twentieth save is dropped): the check must find loss or damage, or it proves nothing.

    python -m tests.bench.store_kill --kills 300 --writers 6
    python -m tests.bench.store_kill --kills 300 --writers 6 --days 2

With ``--days`` the clock runs that many days a second, and one more process archives past days all the time and is
killed like the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.acknowledged import Desks, Log, Opens, Ours, bad, check, read_log, utc_now, write
from triage.store.journal import JournalStore
from triage.store.secure import encrypt

ENOUGH = 40
"""Saves that each writer has made before the run ends."""


class FastClock:
    """The time, ``days`` days a second from the start of the run; the true time when 0."""

    def __init__(self, days: float, start: float) -> None:
        self.days, self.start = days, start

    def __call__(self) -> datetime:
        ahead = timedelta(days=(time.time() - self.start) * self.days)
        return datetime.now(UTC) + ahead


def archive(place: Path, log_path: Path, stop: Path, now: FastClock) -> None:
    """Fold past days again and again, until it is killed or the stop file is there."""
    store, log = JournalStore(place, desk="archiver", clock=now, timeout=60), Log(log_path)
    while not stop.exists():
        if done := store.archive():
            log.say("archived", done)
        time.sleep(0.01)


def encrypted(place: Path) -> None:
    """Make an encrypted record, its key beside the run's logs."""
    store = JournalStore(place, desk="bench", clock=utc_now)
    encrypt(store, place, place.parent / "record.key", lambda words: None)
    store.close()


def run(place: Path, *, writers: int, kills: int, pause: float, broken: str = "", days: float = 0) -> dict[str, Any]:
    """Start the desks, kill them, let them finish; what the check found."""
    stop, archived = place.parent / "stop", place.parent / "archiver.log"
    logs = [place.parent / f"w{number}.log" for number in range(writers)]
    now = FastClock(days, time.time())
    opens = Opens(Ours, place, None, now, 1 + days * 86400)
    works: list[Any] = [(write, (opens, log, broken, 0, stop, now)) for log in logs]
    if days:
        works.append((archive, (place, archived, stop, now)))
    began = time.monotonic()
    desks = Desks(works, stop)
    while desks.killed < kills:
        desks.kill_one(pause)
    while broken != "lock" and time.monotonic() < began + 60 + kills * pause and min(map(_saves, logs)) < ENOUGH:
        time.sleep(pause)
    desks.finish()
    return {
        "kills": desks.killed,
        "seconds": round(time.monotonic() - began, 1),
        "archived": sum(done for _, done in read_log(archived)),
        **check(opens, [entry for log in logs for entry in read_log(log)]),
    }


def _saves(log: Path) -> int:
    return sum(what == "ack" for what, _ in read_log(log))


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--kills", type=int, default=300)
    words.add_argument("--writers", type=int, default=6)
    words.add_argument("--pause", type=float, default=0.2, help="the longest wait between two kills, in seconds")
    words.add_argument("--days", type=float, default=0, help="days that pass in a second, with an archiver at work")
    words.add_argument(
        "--break", dest="broken", choices=["lock", "ack", "forget"], default="", help="a negative control"
    )
    words.add_argument("--encrypted", action="store_true", help="on an encrypted record")
    args = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.encrypted:
            encrypted(Path(folder) / "store")
        found = run(
            Path(folder) / "store",
            writers=args.writers,
            kills=args.kills,
            pause=args.pause,
            broken=args.broken,
            days=args.days,
        )
    print(json.dumps({"writers": args.writers, "broken": args.broken or None, "encrypted": args.encrypted, **found}))
    return 1 if bad(found) else 0


if __name__ == "__main__":
    sys.exit(main())

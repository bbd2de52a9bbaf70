"""A disk that really fills up: a small tmpfs, filled by a desk until it refuses, then given room. Needs root on Linux.

python tests/bench/store_full.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from triage.errors import StoreFull
from triage.model import Event
from triage.store.journal import JournalStore

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def fill(disk: Path, clock: list[datetime]) -> dict[str, object]:
    """Save calls until the disk is full, three days of them; archive with no room; make room; go on."""
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 600_000)
    store = JournalStore(disk / "store", clock=lambda: clock[0])
    acknowledged: list[str] = []
    words = ""
    refused = 0
    while refused < 20:
        for kind in ("opened", "answered", "closed"):
            call = f"c{len(acknowledged) // 3}"
            name = f"{call} {kind} {len(acknowledged)}"
            data = (
                {"step": "S", "answers": {"notes": "words " * (len(acknowledged) % 200)}} if kind == "answered" else {}
            )
            try:
                store.write(Event(name, call, clock[0], "bench", kind, data))
                acknowledged.append(name)
            except StoreFull as error:
                refused, words = refused + 1, str(error)
        if len(acknowledged) % 200 == 0:
            clock[0] += timedelta(days=1)
    clock[0] += timedelta(days=1)
    try:
        store.archive()
        archived_when_full = "done"
    except StoreFull:
        archived_when_full = "refused"
    full = _missing(disk, clock, acknowledged)
    ballast.unlink()
    store.write(Event("after", "c-after", clock[0], "bench", "opened", {}))
    archived = store.archive()
    return {
        "acknowledged": len(acknowledged),
        "refused": refused,
        "told": words,
        "missing_when_full": full,
        "archive_when_full": archived_when_full,
        "archived_after": archived,
        "missing_after": _missing(disk, clock, [*acknowledged, "after"]),
        "faults": store.verify(),
    }


def _missing(disk: Path, clock: list[datetime], acknowledged: list[str]) -> int:
    store = JournalStore(disk / "store", clock=lambda: clock[0])
    kept = {e.id for call in {name.split()[0] for name in acknowledged} - {"after"} for e in store.call(call).events}
    if "after" in acknowledged:
        kept |= {e.id for e in store.call("c-after").events}
    store.close()
    return len(set(acknowledged) - kept)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False)
        if mounted.returncode:
            print("mounting a tmpfs needs root on Linux; tests/test_journal.py has the same faults by a stand-in disk")
            return 2
        try:
            found = fill(Path(folder), [NOW])
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)
    print(json.dumps(found, indent=2))
    return 1 if found["missing_when_full"] or found["missing_after"] or found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())

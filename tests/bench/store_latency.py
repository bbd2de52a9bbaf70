"""What saving one answer costs, by how much history there is, beside stock TinyDB and SQLite in the same run.

History is what real use would leave: closed calls in monthly archives and one live day, and, as the worst case, one
day of 1,000 calls that nobody archived. SQLite writes the same event rows in WAL mode with ``synchronous=FULL``.
Every save is on the disk when it returns. The rounds of the stores take turns, so that a slow phase of the
disk meets them all; ratios are of medians.

    python tests/bench/store_latency.py
    python tests/bench/store_latency.py --calls 1000 10000 100000 1000000 --no-tinydb

With it: what opening the largest history costs, in a process of its own, in seconds and memory.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

from tinydb import TinyDB
from tinydb.table import Document

from triage.model import Call, Event, ref_of
from triage.store import segments
from triage.store.archive import Archive
from triage.store.documents import event_doc, iso
from triage.store.index import index_line, sealed
from triage.store.journal import JournalStore
from triage.store.records import VERSION, encode
from triage.store.secure import encrypt
from triage.store.segments import carried_name

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORDS = "Mum has fallen twice this week and can’t get in the bath; she says she’s fine but isn’t eating. "
PER_DAY = 150
ROOT = Path(__file__).parents[2]


def made_call(number: int, at: datetime, answers: int = 6) -> Call:
    """A closed call of about 2 KB."""
    call = f"{at:%Y%m%dT%H%M%S}-{number:07}"
    said = [("opened", {"script": "first-contact", "version": "1", "mode": "live"})]
    said += [("answered", {"step": f"S{n}", "answers": {f"key_{n}": WORDS}}) for n in range(answers)]
    said.append(("closed", {"outcome": "IAG", "pathways": ["carers"], "path": ["G1", "G2"]}))
    return Call(call, tuple(Event(f"{call} {n}", call, at, "ann", kind, data) for n, (kind, data) in enumerate(said)))


def moments(calls: int) -> Iterator[tuple[int, datetime]]:
    """Number and instant of so many calls before today, oldest first; days are busier when they are many."""
    a_day = max(PER_DAY, calls // 2000)
    days = (calls - 1) // a_day + 1
    return ((n, NOW - timedelta(days=days - n // a_day, seconds=-15 * (n % a_day))) for n in range(calls))


def history(calls: int) -> Iterator[Call]:
    """Those calls."""
    return (made_call(number, at) for number, at in moments(calls))


def archived_store(folder: Path, calls: int) -> Path:
    """A store whose past is in monthly archives, a copy of one call under each id and instant."""
    JournalStore(folder, clock=lambda: NOW).close()
    archive, sizes = Archive(folder / "archive"), {}
    call = made_call(0, NOW)
    docs = [[e.id, {name: doc for name, doc in event_doc(e).items() if name != "call"}] for e in call.events]
    line = encode({"v": VERSION, "call": call.id, "events": docs})
    size, index = len(line), index_line(call, 0, len(line))
    for month, found in groupby(moments(calls), lambda moment: f"{moment[1]:%Y-%m}"):
        data, listed = [], []
        for number, at in found:
            changes = [
                (call.id, f"{at:%Y%m%dT%H%M%S}-{number:07}"),
                (iso(NOW), iso(at)),
                (ref_of(call.id), f"{number:07}"),
            ]
            data.append(_sealed(line, changes[:2]))
            listed.append(_sealed(index, [*changes, ("[0,", f"[{size * len(listed)},")]))
        archive.path(month).write_bytes(b"".join(data))
        sizes[month] = {"bytes": size * len(data), "calls": len(data), "events": len(data) * len(docs)}
        archive.path(month).with_suffix(".idx").write_bytes(sealed(b"".join(listed), size * len(data)))
    head = {"v": VERSION, "at": NOW.isoformat(), "by": "bench", "lines": 1, "archives": sizes, "ops": []}
    (folder / "journal" / carried_name((NOW - timedelta(days=1)).date())).write_bytes(encode(head))
    return folder


def _sealed(line: bytes, changes: list[tuple[str, str]]) -> bytes:
    """A line with other words, and the checksum they need."""
    body = line[9:-1]
    for old, new in changes:
        body = body.replace(old.encode(), new.encode())
    return b"%08x %b\n" % (crc32(body), body)


def encrypted_store(folder: Path, calls: int, key: Path) -> tuple[Path, float]:
    """The same, encrypted, and the seconds that encrypting it took."""
    store = JournalStore(archived_store(folder, calls), clock=lambda: NOW)
    began = time.perf_counter()
    encrypt(store, folder, key, lambda words: None)
    took = time.perf_counter() - began
    store.close()
    return folder, took


def one_day_store(folder: Path, calls: int) -> Path:
    """A store with so many calls in today's segment."""
    store = JournalStore(folder, clock=lambda: NOW)
    flush, segments.flush = segments.flush, lambda descriptor: None
    for number in range(calls):
        store.write(*made_call(number, NOW).events)
    segments.flush = flush
    store.close()
    return folder


def opened(folder: Path) -> tuple[JournalStore, float]:
    """A desk on it, and the seconds it took to open."""
    began = time.perf_counter()
    store = JournalStore(folder, clock=lambda: NOW)
    return store, time.perf_counter() - began


def opened_alone(folder: Path) -> dict[str, float]:
    """Opening it in a process of its own: milliseconds, and megabytes over what the program itself takes."""
    code = f"""
import json, resource, time
from pathlib import Path
from tests.bench import store_latency as bench
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
before = held()
store, seconds = bench.opened(Path({str(folder)!r}))
after = held()
began = time.perf_counter()
found = store.find(next(bench.history(1)).id[-7:].upper())
find = time.perf_counter() - began
day = (bench.NOW - bench.timedelta(days=1)).date()
began = time.perf_counter()
lines = len(list(store.summaries(day, day)))
listed = time.perf_counter() - began
times = dict(open_ms=seconds * 1000, open_mb=after - before, find_ms=find * 1000, day_ms=listed * 1000, lines=lines)
print(json.dumps(times))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def journal_saver(store: JournalStore) -> Callable[[int], None]:
    call = f"20261121T120000-live{id(store)}"
    store.write(Event(f"{call} open", call, NOW, "ann", "opened", {"mode": "live"}))

    def save(n: int) -> None:
        store.write(
            Event(f"{call} {n}", call, NOW, "ann", "answered", {"step": "S1", "answers": {"key": f"{WORDS}{n}"}})
        )

    return save


def sqlite_saver(path: Path, calls: int) -> Callable[[int], None]:
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("pragma journal_mode=wal")
    base.execute("pragma synchronous=off")
    base.execute("create table events (id text primary key, call text, at text, by text, kind text, data text)")
    base.execute("create index by_call on events (call)")
    base.execute("begin")
    like = [(e.by, e.kind, json.dumps(e.data)) for e in made_call(0, NOW).events]
    names = ((f"{at:%Y%m%dT%H%M%S}-{number:07}", at.isoformat()) for number, at in moments(calls))
    rows = ((f"{call} {n}", call, at, *rest) for call, at in names for n, rest in enumerate(like))
    base.executemany("insert into events values (?,?,?,?,?,?)", rows)
    base.execute("commit")
    base.execute("pragma wal_checkpoint(truncate)")
    base.execute("pragma synchronous=full")

    def save(n: int) -> None:
        data = json.dumps({"step": "S1", "answers": {"key": f"{WORDS}{n}"}})
        row = (f"live {n}", "live", NOW.isoformat(), "ann", "answered", data)
        base.execute("begin immediate")
        base.execute("insert into events values (?,?,?,?,?,?)", row)
        base.execute("commit")

    return save


def tinydb_saver(path: Path, calls: int) -> Callable[[int], None]:
    """Stock TinyDB, a document for each call; saving an answer updates its call by id."""
    docs = {str(n): {"id": c.id, "events": [event_doc(e) for e in c.events]} for n, c in enumerate(history(calls), 1)}
    path.write_text(json.dumps({"_default": docs}))
    base = TinyDB(path)
    live = calls + 1
    base.insert(Document({"id": "live", "events": []}, live))

    def save(n: int) -> None:
        base.update(lambda doc: doc["events"].append({"key": f"{WORDS}{n}"}), doc_ids=[live])

    return save


def measure(savers: dict[str, tuple[Callable[[int], None], int]], rounds: int = 10) -> dict[str, list[float]]:
    """Milliseconds of each save, the stores taking turns."""
    took: dict[str, list[float]] = {name: [] for name in savers}
    count = 0
    for _ in range(rounds):
        for name, (save, saves) in savers.items():
            for _ in range(max(saves // rounds, 1) if len(took[name]) < saves else 0):
                count += 1
                began = time.perf_counter()
                save(count)
                took[name].append((time.perf_counter() - began) * 1000)
    return took


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--calls", type=int, nargs="+", default=[1000, 100_000], help="the histories")
    words.add_argument(
        "--no-tinydb", action="store_true", help="without stock TinyDB, which takes minutes from 100,000"
    )
    words.add_argument("--saves", type=int, default=2000)
    words.add_argument("--no-flush", action="store_true", help="without waiting for the disk: the program's own work")
    words.add_argument("--encrypted", action="store_true", help="encrypted records beside the plain ones")
    words.add_argument("--json", action="store_true")
    args = words.parse_args()
    big, saves = max(args.calls), args.saves
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        stores = {
            f"journal, {calls:,} archived": opened(archived_store(folder / f"a{calls}", calls)) for calls in args.calls
        }
        encrypting = {}
        for calls in args.calls if args.encrypted else ():
            made_so, encrypting[calls] = encrypted_store(folder / f"e{calls}", calls, folder / f"{calls}.key")
            stores[f"encrypted, {calls:,} archived"] = opened(made_so)
        stores["journal, one day of 1,000"] = opened(one_day_store(folder / "day", 1000))
        savers = {name: (journal_saver(store), saves) for name, (store, _) in stores.items()}
        for calls in args.calls:
            savers[f"SQLite WAL FULL, {calls:,}"] = (sqlite_saver(folder / f"{calls}.db", calls), saves)
        for calls in () if args.no_tinydb else args.calls:
            made = tinydb_saver(folder / f"{calls}.json", calls)
            savers[f"stock TinyDB, {calls:,}"] = (made, 50 if calls < 10_000 else 3)
        if args.no_flush:
            segments.flush = lambda descriptor: None
        if hasattr(os, "sync"):
            os.sync()  # what was made above is still on its way to the disk
        took = measure(savers)
        alone = opened_alone(folder / f"a{big}")
        alone_encrypted = opened_alone(folder / f"e{big}") if args.encrypted else {}
    least = f"{min(args.calls):,}"
    base = statistics.median(took[f"journal, {least} archived"])
    sqlite = statistics.median(took[f"SQLite WAL FULL, {least}"])
    rows: list[dict[str, Any]] = []
    for name, times in took.items():
        middle = statistics.median(times)
        rows.append(
            {
                "store": name,
                "saves": len(times),
                "median_ms": round(middle, 3),
                "p99_ms": round(sorted(times)[int(len(times) * 0.99)], 3),
                "to_journal_1000": round(middle / base, 2),
                "to_sqlite_1000": round(middle / sqlite, 2),
                "open_ms": round(stores[name][1] * 1000, 1) if name in stores else None,
            }
        )
    if args.json:
        told = {"rows": rows, "alone": alone, "alone_encrypted": alone_encrypted, "encrypting_s": encrypting}
        print(json.dumps(told))
        return 0
    print(f"{'saving one answer':28} {'saves':>6} {'median':>9} {'p99':>9} {'×journal':>9} {'×SQLite':>9} {'open':>8}")
    for row in rows:
        first_opened = f"{row['open_ms']:6.1f}ms" if row["open_ms"] else ""
        print(
            f"{row['store']:28} {row['saves']:6} {row['median_ms']:7.3f}ms {row['p99_ms']:7.3f}ms "
            f"{row['to_journal_1000']:9.2f} {row['to_sqlite_1000']:9.2f} {first_opened:>8}"
        )
    for kind, found in (("", alone), (", encrypted", alone_encrypted)):
        if found:
            print(
                f"{big:,} archived calls{kind}, in a process of its own: opened in {found['open_ms']:.1f} ms with "
                f"{found['open_mb']:.1f} MB; the oldest call found by its reference in {found['find_ms']:.0f} ms "
                f"(index not yet checked); yesterday's {found['lines']:.0f} lines in {found['day_ms']:.0f} ms"
            )
    for calls, seconds in encrypting.items():
        print(f"encrypting {calls:,} calls took {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

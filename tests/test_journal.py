"""Every fault the journal must live through, made to happen."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from filelock import lock_descriptor
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage

from triage.errors import SlotTaken, StoreBusy, StoreDamaged, StoreError, StoreFull, StoreRefused
from triage.model import Call, Claim, Event, new_id
from triage.store import files, place, records, segments
from triage.store.journal import JournalStore
from triage.store.lock import StoreLock
from triage.store.tinytable import JournalDB, JournalStorage

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ALL = (date(2026, 1, 1), date(2027, 12, 31))
DAY = timedelta(days=1)
ROOT = Path(__file__).parents[1]


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Stopped(BaseException):
    """The program ends here, as it does at a kill -9."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def desk(folder: Path, clock: Clock) -> Iterator[Callable[[], JournalStore]]:
    """Opens another desk on the same folder."""
    opened: list[JournalStore] = []

    def another() -> JournalStore:
        opened.append(JournalStore(folder, desk="test", clock=clock, timeout=5))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


def event(name: str, call: str = "C1", kind: str = "answered", **data: Any) -> Event:
    return Event(name, call, NOON, "ann", kind, data)


def take_call(store: JournalStore, clock: Clock, *, close: bool = True) -> str:
    """A small call, opened, answered and perhaps closed now."""
    call, at = new_id(clock.now), clock.now
    kinds = ["opened", "answered", *(["closed"] if close else [])]
    for kind in kinds:
        data: dict[str, Any] = {"answers": {"reason_verbatim": "bins"}, "step": "G1"} if kind == "answered" else {}
        store.write(Event(f"{call} {kind}", call, at, "ann", kind, data))
    return call


def everything(store: JournalStore) -> list[Call]:
    """All calls, to compare before and after."""
    return sorted(store.calls(*ALL), key=lambda call: call.id)


def newest(folder: Path) -> Path:
    return max((folder / "journal").glob("*.jsonl"))


# --- the tables -----------------------------------------------------------------------------------


def test_the_tables_behave_as_stock_tinydb_does() -> None:
    kept: list[list[Any]] = []

    def keep(ops: list[Any]) -> None:
        for op in json.loads(json.dumps(ops)):
            kept.append(op)
            storage.apply(op)

    storage = JournalStorage(keep)
    ours, stock = JournalDB(storage).table("t"), TinyDB(storage=MemoryStorage).table("t")
    for table in (ours, stock):
        table.insert({"n": 1, "deep": {"list": [1]}})
        table.insert_multiple([{"n": 2}, {"n": 3}])
        table.update({"seen": True}, where("n") > 1)
        table.update(lambda doc: doc["deep"]["list"].append(2), where("deep").exists())
        table.upsert({"n": 3, "more": "x"}, where("n") == 3)
        table.upsert({"n": 4}, where("n") == 4)
        table.remove(where("n") == 2)
    assert list(map(dict, ours.all())) == list(map(dict, stock.all()))
    assert ours.search(where("seen") == True) == stock.search(where("seen") == True)  # noqa: E712
    assert [len(ours), ours.count(where("n") > 1), ours.contains(where("n") == 2)] == [3, 2, False]
    again = JournalStorage(keep)
    for op in kept:
        again.apply(op)
    assert list(map(dict, JournalDB(again).table("t").all())) == list(map(dict, stock.all()))


def test_a_refused_change_leaves_the_tables_as_they_were() -> None:
    storage = JournalStorage(lambda ops: None)
    table = JournalDB(storage).table("t")
    with suppress(Stopped), storage.transaction():
        table.insert({"n": 1})
        assert len(table) == 1
        raise Stopped
    assert len(table) == 0


# --- torn, flipped, zeroed, missing ---------------------------------------------------------------


def test_a_record_cut_at_any_byte_is_taken_away_and_the_work_before_it_stays(
    desk: Callable[[], JournalStore], folder: Path
) -> None:
    store = desk()
    store.write(event("e1"))
    whole = newest(folder).stat().st_size
    audit = {path: path.read_bytes() for path in (folder / "audit").iterdir()}
    store.write(event("e2", text="half-typed “words”"))
    raw = newest(folder).read_bytes()
    store.close()
    for path, lines in audit.items():
        path.write_bytes(lines)  # which are written once the record's line is on the disk
    for end in range(whole, len(raw)):
        for rubbish in (b"", b"\0" * 100, b"\x07half a line"):
            newest(folder).write_bytes(raw[:end] + rubbish)
            after = desk()
            assert [e.id for e in after.call("C1").events] == ["e1"], (end, rubbish)
            assert after.verify() == []
            after.close()
    after = desk()
    after.write(event("e3"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e3"]
    assert list((folder / "journal").glob("*.torn"))


def test_a_torn_first_record_leaves_an_empty_record_that_works(desk: Callable[[], JournalStore], folder: Path) -> None:
    store = desk()
    store.write(event("e1"))
    store.close()
    newest(folder).write_bytes(newest(folder).read_bytes()[:20])
    desk().write(event("e2"))
    assert [e.id for e in desk().call("C1").events] == ["e2"]


def test_one_flipped_bit_is_never_read_as_if_nothing_had_happened(
    desk: Callable[[], JournalStore], folder: Path
) -> None:
    store = desk()
    for number in range(3):
        store.write(event(f"e{number}"))
    path, raw = newest(folder), newest(folder).read_bytes()
    before = store.call("C1").events
    store.close()
    for at in range(len(raw)):
        for bit in (1 << (at % 8), 1 << ((at + 3) % 8)):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
            told = ""
            try:
                after = desk()
            except StoreDamaged as error:
                told = str(error)
            else:
                assert after.call("C1").events == before, f"byte {at}, bit {bit}"
                after.close()
            assert not told or (f"{path}, line " in told and "store verify" in told and "store restore" in told)


def test_a_zeroed_block_is_refused_and_verify_names_the_line(desk: Callable[[], JournalStore], folder: Path) -> None:
    store = desk()
    for number in range(60):
        store.write(event(f"e{number}", text="x" * 100))
    path = newest(folder)
    raw = path.read_bytes()
    store.close()
    path.write_bytes(raw[:4096] + b"\0" * 4096 + raw[8192:])
    line = raw[:4096].count(b"\n") + 1
    with pytest.raises(StoreDamaged, match=f"line {line}:"):
        desk()
    from triage.store.upkeep import faults

    assert faults(folder)[0].startswith(f"{path}, line {line}: ")
    path.write_bytes(raw)
    assert faults(folder) == []


def test_a_desk_that_is_open_refuses_when_its_file_gets_shorter(desk: Callable[[], JournalStore], folder: Path) -> None:
    store = desk()
    store.write(event("e1"))
    store.write(event("e2"))
    os.truncate(newest(folder), newest(folder).stat().st_size - 10)
    for _ in range(2):
        with pytest.raises(StoreDamaged, match="end of the file is gone"):
            store.write(event("e3"))


def test_damage_that_appears_under_an_open_desk_is_refused_again_and_again(
    desk: Callable[[], JournalStore], folder: Path
) -> None:
    store, other = desk(), desk()
    for number in range(3):
        other.write(event(f"e{number}"))
    raw = newest(folder).read_bytes()
    newest(folder).write_bytes(raw.replace(b'"e1"', b'"eX"'))
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            store.write(event("mine"))
        with pytest.raises(StoreDamaged):
            store.refresh()
    newest(folder).write_bytes(raw)
    store.write(event("mine"))
    assert [e.id for e in desk().call("C1").events] == ["e0", "e1", "e2", "mine"]


@pytest.mark.parametrize("harm", ["unlink", "shorten", "journal", "all segments", "carried"])
def test_a_lost_or_shortened_day_is_refused(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock, harm: str
) -> None:
    store = desk()
    for _ in range(3):
        take_call(store, clock)
        take_call(store, clock)
        clock.now += DAY
    store.close()
    _, middle, _ = sorted((folder / "journal").glob("*.jsonl"))
    if harm == "unlink":
        middle.unlink()
    elif harm == "shorten":
        middle.write_bytes(b"".join(middle.read_bytes().splitlines(keepends=True)[:-1]))
    elif harm == "journal":
        (folder / "journal").rename(folder / "elsewhere")
    else:
        take_call(store, clock, close=False)
        clock.now += DAY
        desk().archive()
        (carried,) = (folder / "journal").glob("*.jsonl")
        if harm == "carried":
            carried.write_bytes(b"".join(carried.read_bytes().splitlines(keepends=True)[:-1]))
        else:
            carried.unlink()
    with pytest.raises(StoreDamaged, match="triage store restore"):
        desk()


def test_a_record_of_a_newer_program_is_refused(desk: Callable[[], JournalStore], folder: Path) -> None:
    store = desk()
    store.write(event("e1"))
    store.close()
    newer = records.encode({"v": records.VERSION + 1, "at": "", "by": "", "ops": [], "new": True})
    with newest(folder).open("ab") as file:
        file.write(newer)
    with pytest.raises(StoreRefused, match="Update triage"):
        desk()


# --- the clock ------------------------------------------------------------------------------------


def test_two_desks_go_on_with_one_audit_over_the_turn_of_a_month(
    desk: Callable[[], JournalStore], clock: Clock
) -> None:
    store, other = desk(), desk()
    for number in range(3):
        store.write(event(f"a{number}"))
        other.write(event(f"b{number}"))
        clock.now += 20 * DAY
    assert store.verify() == []


def test_a_clock_set_back_writes_on_in_the_newest_day(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock
) -> None:
    store = desk()
    store.write(event("e1"))
    clock.now -= 3 * DAY
    store.write(event("e2"))
    other = desk()
    other.write(event("e3"))
    assert [path.name for path in (folder / "journal").iterdir()] == ["2026-11-21.jsonl"]
    assert [e.id for e in desk().call("C1").events] == ["e1", "e2", "e3"]


def test_a_clock_set_back_before_an_archived_day_still_saves(desk: Callable[[], JournalStore], clock: Clock) -> None:
    store = desk()
    call = take_call(store, clock, close=False)
    clock.now += DAY
    store.archive()
    clock.now -= 5 * DAY
    store.write(event("late", call))
    assert desk().call(call).events[-1].id == "late"
    assert store.verify() == []


# --- the disk -------------------------------------------------------------------------------------


class FullDisk:
    """A disk with room for so many bytes more; it takes a part of a write before it says no."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        monkeypatch.setattr(files.os, "write", self)

    def __call__(self, descriptor: int, data: Any) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = self._write(descriptor, bytes(data)[: self.room])
        self.room -= taken
        return taken


@pytest.mark.parametrize("room", [0, 1, 50, 150])
def test_a_full_disk_takes_the_half_written_line_back(
    desk: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    store = desk()
    store.write(event("e1"))
    before = newest(folder).read_bytes()
    disk = FullDisk(monkeypatch, room)
    with pytest.raises(StoreFull, match="no room"):
        store.write(event("e2", text="x" * 300), claim=Claim("S", "C1", ("k",)))
    assert newest(folder).read_bytes() == before
    assert [e.id for e in store.call("C1").events] == ["e1"]
    disk.room = 10_000
    desk().write(event("e2"), claim=Claim("S", "C2", ("k",)))
    store.write(event("e3"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e2", "e3"]


def test_a_disk_full_at_the_first_save_of_the_day_leaves_a_record_that_opens(
    desk: Callable[[], JournalStore], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    store.write(event("e1"))
    clock.now += DAY
    disk = FullDisk(monkeypatch, 30)
    with pytest.raises(StoreFull):
        store.write(event("e2"))
    assert [e.id for e in desk().call("C1").events] == ["e1"]
    disk.room = 10_000
    clock.now += DAY
    desk().write(event("e3"))
    store.write(event("e4"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e3", "e4"]
    assert store.verify() == []


def test_a_failed_flush_is_not_tried_again_on_the_same_file(
    desk: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    store.write(event("e1"))
    before = newest(folder).read_bytes()
    flushed: list[int] = []

    def broken(descriptor: int) -> None:
        flushed.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "flush", broken)
        with pytest.raises(StoreError, match="nothing was saved"):
            store.write(event("e2"))
    assert len(flushed) == 1
    assert newest(folder).read_bytes() == before
    store.write(event("e3"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e3"]


# --- the lock and the place -----------------------------------------------------------------------


def test_a_record_locked_for_too_long_says_so_and_keeps_nothing(folder: Path, clock: Clock) -> None:
    store = JournalStore(folder, clock=clock, timeout=0)
    with StoreLock(folder / "lock", timeout=0).held(), pytest.raises(StoreBusy, match="Another desk"):
        store.write(event("e1"))
    store.write(event("e2"))
    assert [e.id for e in store.call("C1").events] == ["e2"]
    store.close()


def test_a_desk_that_lets_go_of_the_lock_cant_take_it_again_before_the_one_that_waits(folder: Path) -> None:
    folder.mkdir()
    eager, patient = StoreLock(folder / "lock", timeout=20), StoreLock(folder / "lock", timeout=20)
    order: list[str] = []

    def wait() -> None:
        with patient.held():
            order.append("patient")

    waiting = threading.Thread(target=wait)
    with eager.held():
        waiting.start()
        while _free(folder / "lock.next"):
            pass
    with eager.held():
        order.append("eager")
    waiting.join()
    assert order == ["patient", "eager"]


def test_a_desk_that_starts_reads_the_day_before_it_asks_for_the_lock(
    desk: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk().write(event("e1"))
    real, seen = segments.Segments.catch_up, list[tuple[bool, int]]()

    def noted(self: segments.Segments) -> segments.News:
        free = _free(folder / "lock")
        news = real(self)
        seen.append((free, len(news.records)))
        return news

    monkeypatch.setattr(segments.Segments, "catch_up", noted)
    desk()
    assert seen == [(True, 2), (False, 0)]


def test_what_is_taken_back_while_a_desk_starts_is_not_taken_for_damage(
    desk: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    store.write(event("e1"))
    size = newest(folder).stat().st_size
    store.write(event("e2"))
    real, reads = segments.Segments.catch_up, list[int]()

    def cut_after_the_first(self: segments.Segments) -> segments.News:
        news = real(self)
        reads.append(1)
        if len(reads) == 1:
            os.truncate(newest(folder), size)
        return news

    monkeypatch.setattr(segments.Segments, "catch_up", cut_after_the_first)
    assert [e.id for e in desk().call("C1").events] == ["e1"]


def _free(path: Path) -> bool:
    """Whether nobody holds this lock."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        return lock_descriptor(descriptor, blocking=False)
    finally:
        os.close(descriptor)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes; the folder inherits its owner's list")
def test_the_record_is_for_its_owner_alone(desk: Callable[[], JournalStore], folder: Path) -> None:
    desk().write(event("e1"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes.pop("store") == modes.pop("journal") == modes.pop("archive") == modes.pop("audit") == 0o700
    assert modes == dict.fromkeys(("lock", "lock.next", "2026-11-21.jsonl", "2026-11.jsonl"), 0o600)


@pytest.mark.parametrize("path", [r"\\server\share\triage", r"\\?\UNC\server\share"])
def test_a_folder_shared_by_another_machine_is_refused(path: str) -> None:
    assert "another machine" in place.unc(path)


def test_a_long_local_windows_path_is_not_taken_for_a_share() -> None:
    assert place.unc("\\\\?\\C:\\triage") == ""
    assert place.unc("C:\\triage") == ""


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
//server/it /srv/two\040words cifs rw 0 0
/dev/sdb1 /home/local ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/triage", "nfs4"),
        ("/srv/two words/triage", "cifs"),
        ("/home/local/triage", ""),
        ("/homeless/triage", ""),
        ("/var/triage", ""),
    ],
)
def test_network_file_systems_are_known_by_their_mount(path: str, kind: str) -> None:
    why = place.mounted(path, MOUNTS)
    assert kind in why if kind else why == ""


def test_a_refusal_names_the_alternative(folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "unc", lambda path: "it is on the moon")
    with pytest.raises(StoreRefused, match=r"on the moon.*own disk.*PostgreSQL"):
        JournalStore(folder, clock=clock)
    assert not folder.exists()


# --- several desks --------------------------------------------------------------------------------


def _write_many(folder: Path, name: str) -> None:
    store = JournalStore(folder, desk=name, clock=Clock(), timeout=30)
    for number in range(40):
        store.write(event(f"{name}{number}", name))
        try:
            store.write(claim=Claim(f"S{number}", name, (f"key {number}",)))
        except SlotTaken:
            continue
    store.close()


def test_two_processes_at_once_lose_nothing_and_share_no_slot(desk: Callable[[], JournalStore], folder: Path) -> None:
    spawn = get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(folder, name)) for name in "AB"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store = desk()
    for name in "AB":
        assert [e.id for e in store.call(name).events] == [f"{name}{number}" for number in range(40)]
    claims = store.claims(NOON, NOON + DAY)
    assert sorted(claim.slot for claim in claims) == sorted(f"S{number}" for number in range(40))


def test_desks_killed_at_random_moments_lose_nothing_acknowledged() -> None:
    found = _kill("--kills", "6", "--writers", "3")
    assert found["acknowledged"] > 0
    assert found["kills"] == 6
    assert (found["lost"], found["wrong"], found["double"], found["bookings_lost"]) == (0, 0, 0, 0)
    assert found["faults"] == []


def test_the_count_of_lost_work_finds_it_when_there_is_some() -> None:
    assert _kill("--kills", "6", "--writers", "3", "--break", "forget")["lost"] > 0


def _kill(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.store_kill", "--pause", "0.1", *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


# --- the archive ----------------------------------------------------------------------------------


def _three_days(store: JournalStore, clock: Clock) -> None:
    """Closed and open calls, bookings and holds over the turn of a month."""
    clock.now = datetime(2026, 10, 30, 9, 0, tzinfo=UTC)
    for number in range(3):
        take_call(store, clock)
        call = take_call(store, clock, close=number != 1)
        slot = f"PHONE.ANN.2026-11-{20 + number}T10:00"
        store.write(event(f"book {number}", call, "booked", slot=slot), claim=Claim(slot, call, (f"k{number}",)))
        store.write(event(f"bare {number}", f"REF{number}", "booked", slot=f"S{number}"))
        clock.now += DAY


WINDOW = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))


def _told(store: JournalStore) -> tuple[Any, ...]:
    """All that a store tells, to compare."""
    counts = {key: store.info()[key] for key in ("calls", "open", "events", "claims", "newest")}
    return (
        everything(store),
        list(store.summaries(*ALL)),
        store.open_calls(),
        sorted(store.claims(*WINDOW), key=lambda claim: claim.slot),
        [store.call(f"REF{number}") for number in range(3)],
        counts,
    )


def test_archiving_changes_nothing_of_what_the_record_tells(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock
) -> None:
    store = desk()
    _three_days(store, clock)
    before = _told(store)
    assert store.archive() == 5
    assert store.archive() == 0
    assert _told(store) == before
    assert _told(desk()) == before
    assert store.verify() == []
    assert sorted(path.name for path in (folder / "archive").glob("*.jsonl")) == ["2026-10.jsonl", "2026-11.jsonl"]
    for call in before[0]:
        assert store.find(call.id) == store.find(call.ref.lower()) == call.id
    assert len(list((folder / "journal").iterdir())) == 1


def test_a_desk_archives_past_days_by_itself_and_only_once(desk: Callable[[], JournalStore], clock: Clock) -> None:
    store = desk()
    _three_days(store, clock)
    before = {call.id: call for call in store.every()}
    assert "archived" in store.maintain()
    assert store.info()["archives"]
    assert store.maintain() == ""
    assert {call.id: call for call in store.every()} == before


def test_memory_follows_the_live_calls(desk: Callable[[], JournalStore], clock: Clock) -> None:
    store = desk()
    _three_days(store, clock)
    store.archive()
    assert len(desk()._live.events) == 3


def test_a_desk_asleep_through_two_archives_loses_nothing(desk: Callable[[], JournalStore], clock: Clock) -> None:
    asleep, store = desk(), desk()
    mine = take_call(asleep, clock, close=False)
    _three_days(store, clock)
    store.archive()
    clock.now += DAY
    take_call(store, clock)
    clock.now += DAY
    store.archive()
    asleep.write(event("woke up", mine, "flagged", flag="F", on=True, reason=""))
    assert asleep.refresh()
    assert _told(asleep) == _told(desk())
    assert asleep.call(mine).events[-1].id == "woke up"
    store.refresh()
    assert _told(store) == _told(asleep)


def test_what_happens_to_an_archived_call_later_belongs_to_it(desk: Callable[[], JournalStore], clock: Clock) -> None:
    store = desk()
    call = take_call(store, clock)
    for number in range(2):
        clock.now += DAY
        store.archive()
        store.write(event(f"late {number}", call, "flagged", flag="F", on=True, reason=""))
        store.write(event(f"{call} answered", call, step="G1", answers={"reason_verbatim": "bins"}))
        clock.now += DAY
        before = _call_told(store, call)
        store.archive()
        assert _call_told(store, call) == _call_told(desk(), call) == before
    assert [e.id for e in store.call(call).events][-2:] == ["late 0", "late 1"]
    assert len(store.call(call).events) == store.info()["events"] == 5


def _call_told(store: JournalStore, call: str) -> tuple[Any, ...]:
    return store.call(call), list(store.summaries(*ALL)), everything(store)


def test_an_archive_run_stopped_at_any_step_loses_nothing(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while True:
        steps += 1
        clock.now = NOON
        store = JournalStore(tmp_path / f"{steps}" / "store", clock=clock)
        _three_days(store, clock)
        before = _told(store)
        with monkeypatch.context() as patch:
            left = _stop_after(patch, steps)
            with suppress(Stopped):
                store.archive()
        store.close()
        again = JournalStore(store.path, clock=clock)
        assert _told(again) == before, steps
        assert again.verify() == []
        again.archive()
        assert _told(again) == before, steps
        assert again.verify() == []
        again.close()
        if left:
            break
    assert steps > 20


def _stop_after(patch: pytest.MonkeyPatch, steps: int) -> list[int]:
    """End the program at the so-manieth change of the disk; what it returns fills up when there weren't so many."""
    done: list[int] = []
    left = [1]

    def stopping(name: str) -> Any:
        real = getattr(os, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            done.append(1)
            if len(done) == steps:
                left.clear()
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise Stopped
            return real(*args, **kwargs)

        return step

    for name in ("write", "replace", "ftruncate", "unlink", "fsync"):
        patch.setattr(os, name, stopping(name))
    return left


def test_a_full_disk_while_archiving_loses_nothing(
    desk: Callable[[], JournalStore], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    _three_days(store, clock)
    before = _told(store)
    for room in (0, 500, 1500, 3000):
        with monkeypatch.context() as patch:
            FullDisk(patch, room)
            with pytest.raises(StoreFull):
                store.archive()
        assert _told(store) == _told(desk()) == before
    store.archive()
    assert _told(desk()) == before


def test_an_archive_run_whose_last_flush_fails_has_still_counted(
    desk: Callable[[], JournalStore], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    _three_days(store, clock)
    before = _told(store)

    def failing(folder: Path) -> None:
        if folder.name == "journal":
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(files, "flush_folder", failing)
        with pytest.raises(StoreError):
            store.archive()
    assert _told(desk()) == before
    store.archive()
    assert _told(desk()) == before


@pytest.mark.parametrize("harm", ["unlink", "cut", "flip", "zero", "stale"])
def test_a_lost_or_damaged_index_is_made_again(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock, harm: str
) -> None:
    store = desk()
    _three_days(store, clock)
    before = _told(store)
    store.archive()
    store.write(event("late", before[0][0].id, "flagged", flag="F", on=True, reason=""))
    before = _told(store)
    stale = {path: path.read_bytes() for path in (folder / "archive").glob("*.idx")}
    clock.now += DAY
    store.archive()
    for path in (folder / "archive").glob("*.idx"):
        raw = path.read_bytes()
        if harm == "unlink":
            path.unlink()
        elif harm == "stale":
            path.write_bytes(stale[path])
        else:
            harmed = {"cut": raw[:-30], "flip": raw.replace(b"bins", b"bans"), "zero": b"\0" * len(raw)}
            path.write_bytes(harmed[harm])
    assert _told(desk()) == before
    assert store.verify() == []


def test_a_damaged_month_is_refused_with_its_line(desk: Callable[[], JournalStore], folder: Path, clock: Clock) -> None:
    store = desk()
    _three_days(store, clock)
    store.archive()
    path = folder / "archive" / "2026-10.jsonl"
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"bins", b"bans"))
    with pytest.raises(StoreDamaged, match=r"2026-10.jsonl, line \d"):
        everything(desk())
    assert "2026-10.jsonl, line 1:" in store.verify()[0]
    path.write_bytes(raw[:-1])
    with pytest.raises(StoreDamaged, match=r"2026-10.jsonl"):
        desk()


def test_old_appointments_and_run_out_holds_are_not_carried_on(desk: Callable[[], JournalStore], clock: Clock) -> None:
    store = desk()
    store.write(claim=Claim("PHONE.ANN.2026-09-01T10:00", "C1", ("a",)))
    store.write(claim=Claim("PHONE.ANN.2026-11-20T10:00", "C2", ("b",)))
    store.write(claim=Claim("PHONE.ANN.2026-12-20T10:00", "C3", ("c",), NOON + timedelta(minutes=5)))
    clock.now += DAY
    store.archive()
    assert [claim.call for claim in desk().claims(*WINDOW)] == ["C2"]

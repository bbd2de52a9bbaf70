"""The record on this machine for nobody else's eyes: files closed to others, and encrypted when that is asked for."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.errors import StoreDamaged, StoreFull, StoreRefused
from triage.model import Claim
from triage.store import keys, private, secure
from triage.store.journal import JournalStore
from triage.store.move import held, move
from triage.store.outbox import Outbox
from triage.store.records import Lines, lines
from triage.store.upkeep import backup, faults, restore

from .test_journal import (
    DAY,
    NOON,
    Clock,
    FullDisk,
    Stopped,
    _stop_after,
    _three_days,
    _told,
    event,
    everything,
    newest,
    take_call,
)

pytest.importorskip("cryptography", reason="cryptography isn't installed (the extra “secure”)")
ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


def quiet(words: str) -> None:
    pass


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 10, 29, 12, 0, tzinfo=UTC))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Where the key's file will be: outside the data folder."""
    return tmp_path / "safe" / "record.key"


@pytest.fixture
def plain(folder: Path, clock: Clock) -> Iterator[Callable[[], JournalStore]]:
    """Opens a desk on the record, which nobody has encrypted."""
    opened: list[JournalStore] = []

    def another() -> JournalStore:
        opened.append(JournalStore(folder, desk="test", clock=clock, timeout=5))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


@pytest.fixture
def desk(plain: Callable[[], JournalStore], key: Path) -> Callable[[], JournalStore]:
    """Opens a desk on the encrypted record."""
    lock(plain(), key)
    return plain


def lock(store: JournalStore, key: Path, **more: Any) -> None:
    key.parent.mkdir(mode=0o700, exist_ok=True)
    assert secure.encrypt(store, store.path.parent, key, quiet, **more) == []


def written(folder: Path) -> bytes:
    """Every byte of every file."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


# --- what is on the disk --------------------------------------------------------------------------


def test_nothing_that_was_said_can_be_read_off_the_disk(
    plain: Callable[[], JournalStore], folder: Path, key: Path, clock: Clock
) -> None:
    store = plain()
    _three_days(store, clock)
    store.archive()
    take_call(store, clock)
    with newest(folder).open("ab") as torn:
        torn.write(b'1234abcd {"v":1,"at":"bins')
    plain().write(event("after the torn one", text="bins"))
    before = _told(store)
    assert b"bins" in written(folder)
    lock(store, key)
    store.write(event("later", text="bins"))
    clock.now += DAY
    store.archive()
    list(store.summaries(NOON.date() - 60 * DAY, NOON.date() + DAY))
    assert b"bins" not in written(folder)
    assert b"answered" not in written(folder)
    assert len(_told(plain())[0]) == len(before[0])
    assert store.verify() == []


def test_encrypting_changes_nothing_of_what_the_record_tells_and_open_desks_go_on(
    plain: Callable[[], JournalStore], key: Path, clock: Clock
) -> None:
    store, other = plain(), plain()
    _three_days(store, clock)
    store.archive()
    mine = take_call(other, clock, close=False)
    assert store.refresh()
    before = _told(store)
    lock(store, key)
    assert store.encrypted
    assert _told(store) == _told(other) == _told(plain()) == before
    other.write(event("went on", mine, "flagged", flag="F", on=True, reason=""))
    assert plain().call(mine).events[-1].id == "went on"
    was = store.encrypted
    lock(store, key.with_name("second.key"), anew=True)
    other.write(event("and on", mine, "flagged", flag="F", on=True, reason=""))
    assert plain().call(mine).events[-1].id == "and on"
    assert was not in ("", store.encrypted)
    assert store.write_anew(None) == []
    assert plain().call(mine).events[-1].id == "and on"
    assert not plain().encrypted
    assert everything(plain()) == everything(other)


def test_no_two_lines_share_a_nonce(desk: Callable[[], JournalStore], folder: Path) -> None:
    store = desk()
    for _ in range(300):
        store.write(event(f"e{_}", text="the same"))
    boxes = [json.loads(line[9:])["box"] for line in lines(newest(folder).read_bytes())]
    assert len({box[:16] for box in boxes}) == len(boxes) > 300


# --- the key --------------------------------------------------------------------------------------


def test_without_its_key_a_record_is_refused_in_words_and_nothing_is_touched(
    desk: Callable[[], JournalStore], folder: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = desk()
    store.write(event("e1"))
    wanted = store.encrypted
    store.close()
    key.rename(key.with_name("elsewhere"))
    before = written(folder)
    with pytest.raises(StoreRefused, match=f"{wanted} isn't to be had here.*record.key isn't there"):
        desk()
    for words in ("info", "verify", "archive", f"backup {folder.parent.parent / 'copy'}", "encrypt --new-key"):
        assert run(["--data-dir", str(folder.parent), "store", *words.split()]) == 2, words
        assert "isn't to be had here" in capsys.readouterr().err
    assert written(folder) == before
    assert not (folder.parent.parent / "copy").exists()


def test_another_key_is_not_tried_on_the_record(desk: Callable[[], JournalStore], folder: Path, key: Path) -> None:
    desk().write(event("e1"))
    before = written(folder)
    key.unlink()
    keys.write_key(key, keys.new_key())
    with pytest.raises(StoreRefused, match="holds another key"):
        desk()
    assert written(folder) == before


@pytest.mark.parametrize("words", [b"", b"triage-key-1 c2hvcnQ=", b"triage-key-1 !!", b"\xff\xfe", b"x" * 100])
def test_a_file_that_isnt_a_key_is_refused(desk: Callable[[], JournalStore], key: Path, words: bytes) -> None:
    desk()
    key.write_bytes(words)
    with pytest.raises(StoreRefused, match="isn't a key file"):
        desk()


@posix
def test_a_key_that_others_can_read_is_refused(desk: Callable[[], JournalStore], key: Path) -> None:
    desk()
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(StoreRefused, match="open to others"):
        desk()


def test_a_key_beside_the_record_is_refused(plain: Callable[[], JournalStore], folder: Path) -> None:
    for place in (folder / "key", folder.parent / "key"):
        with pytest.raises(StoreRefused, match="in the data folder"):
            secure.encrypt(plain(), folder.parent, place, quiet)
        assert not place.exists()
    assert not plain().encrypted


def test_the_environment_names_a_key_file_too(
    desk: Callable[[], JournalStore], key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk().write(event("e1"))
    moved = key.rename(key.with_name("moved.key"))
    monkeypatch.setenv(keys.VARIABLE, str(moved))
    assert [e.id for e in desk().call("C1").events] == ["e1"]


def test_the_key_is_kept_in_the_systems_keychain(
    plain: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = pytest.importorskip("keyring")
    kept: dict[tuple[str, str], str] = {}

    class Chain(keyring.backend.KeyringBackend):  # type: ignore[misc, name-defined]
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            kept[service, username] = password

    before = keyring.get_keyring()
    keyring.set_keyring(Chain())
    try:
        store = plain()
        secure.encrypt(store, folder.parent, None, quiet)
        store.write(event("e1"))
        assert [e.id for e in plain().call("C1").events] == ["e1"]
        assert list(kept) == [("triage record", store.encrypted)]
        assert next(iter(kept.values())).encode() not in written(folder)
        kept.clear()
        with pytest.raises(StoreRefused, match="keychain doesn't have it"):
            plain()
    finally:
        keyring.set_keyring(before)


def test_a_machine_without_a_keychain_is_told_of_the_key_file(
    plain: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    store = plain()
    with pytest.raises(StoreRefused, match="--key-file FILE"):
        secure.encrypt(store, folder.parent, None, quiet)
    assert not store.encrypted


def test_without_cryptography_the_way_out_is_named(
    desk: Callable[[], JournalStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk()
    keys._cipher.cache_clear()
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(StoreRefused, match=r"triage\[secure\]"):
        desk()


# --- torn, flipped, moved -------------------------------------------------------------------------


def test_an_encrypted_line_cut_at_any_byte_is_taken_away_and_the_work_before_it_stays(
    desk: Callable[[], JournalStore], folder: Path
) -> None:
    store = desk()
    store.write(event("e1"))
    whole = newest(folder).stat().st_size
    store.write(event("e2", text="half-typed “words”"))
    raw = newest(folder).read_bytes()
    store.close()
    for end in range(whole, len(raw)):
        newest(folder).write_bytes(raw[:end] + (b"", b"\0" * 100, b"\x07half a line")[end % 3])
        after = desk()
        assert [e.id for e in after.call("C1").events] == ["e1"], end
        after.close()
    desk().write(event("e3"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e3"]


def test_one_flipped_bit_of_an_encrypted_record_is_never_read_as_if_nothing_had_happened(
    desk: Callable[[], JournalStore], folder: Path
) -> None:
    store = desk()
    for number in range(3):
        store.write(event(f"e{number}"))
    before = store.call("C1").events
    store.close()
    refused = 0
    for path in (folder / "journal").glob("*.jsonl"):
        raw = path.read_bytes()
        for at in range(len(raw)):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << (at % 8))]) + raw[at + 1 :])
            try:
                after = desk()
            except StoreDamaged:
                refused += 1
            else:
                assert after.call("C1").events == before, f"byte {at}"
                after.close()
        path.write_bytes(raw)
    assert refused > 500


def _by_hand(path: Path, kept: list[bytes]) -> None:
    """Write lines back; each carries its own checksum, so that only the place can give it away."""
    path.write_bytes(b"".join(kept))


@pytest.mark.parametrize("how", ["swapped", "repeated", "dropped", "of another day", "plain"])
def test_a_line_in_a_place_that_isnt_its_own_is_refused_and_named(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock, how: str
) -> None:
    store = desk()
    for number in range(4):
        store.write(event(f"e{number}", text="x" * 40))
    first, kept = newest(folder), list(lines(newest(folder).read_bytes()))
    clock.now += DAY
    store.write(event("next day", text="x" * 40))
    store.close()
    if how == "swapped":
        kept[2], kept[3] = kept[3], kept[2]
    elif how == "repeated":
        kept[2] = kept[1]
    elif how == "dropped":
        del kept[2]
    elif how == "of another day":
        kept[2] = list(lines(newest(folder).read_bytes()))[1]
    else:
        kept[2] = Lines("").encode({"v": 1, "at": NOON.isoformat(), "by": "", "ops": []})
    _by_hand(first, kept)
    with pytest.raises(StoreDamaged, match=f"{first.name}, line 3:"):
        desk()
    assert f"{first.name}, line 3: " in faults(folder)[0]


def test_a_month_whose_calls_were_swapped_is_refused(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock
) -> None:
    store = desk()
    _three_days(store, clock)
    store.archive()
    path = folder / "archive" / "2026-10.jsonl"
    one, two, *rest = lines(path.read_bytes())
    _by_hand(path, [two, one, *rest])
    with pytest.raises(StoreDamaged, match=r"2026-10.*line 1"):
        everything(desk())
    assert "line 1:" in store.verify()[0]


def test_a_damaged_index_of_an_encrypted_month_is_made_again(
    desk: Callable[[], JournalStore], folder: Path, clock: Clock
) -> None:
    store = desk()
    _three_days(store, clock)
    before = _told(store)
    store.archive()
    indexes = list((folder / "archive").glob("*.idx"))
    for path in indexes:
        path.write_bytes(b"\0" + path.read_bytes()[1:])
    assert len(indexes) == 2
    assert _told(desk()) == before
    assert b"bins" not in written(folder)


# --- encrypting is cut off ------------------------------------------------------------------------


def test_encrypting_stopped_at_any_step_loses_nothing_and_is_run_again(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "record.key"
    keys.write_key(key, keys.new_key())
    steps = 0
    while True:
        steps += 1
        store = JournalStore(tmp_path / f"{steps}" / "data" / "store", clock=clock)
        _three_days(store, clock)
        store.archive()
        take_call(store, clock)
        before = _told(store)
        with monkeypatch.context() as patch:
            left = _stop_after(patch, steps)
            with suppress(Stopped):
                lock(store, key)
        store.close()
        again = JournalStore(store.path, clock=clock)
        assert _told(again) == before, steps
        lock(again, key)
        assert _told(again) == before, steps
        assert b"bins" not in written(store.path)
        assert b'"prev"' not in written(store.path)
        assert again.verify() == []
        again.close()
        if left:
            break
    assert steps > 15


def test_a_disk_that_fills_up_while_encrypting_leaves_the_record_as_it_was(
    plain: Callable[[], JournalStore], folder: Path, key: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = plain()
    _three_days(store, clock)
    store.archive()
    before, files = _told(store), sorted(folder.rglob("*"))
    for room in (300, 1500, 4000):
        with monkeypatch.context() as patch:
            FullDisk(patch, room)
            with pytest.raises(StoreFull):
                lock(store, key)
        assert _told(store) == _told(plain()) == before
        there = {path for path in folder.rglob("*") if path.suffix == ".jsonl"}
        assert there == {path for path in files if path.suffix == ".jsonl"}
    lock(store, key)
    assert _told(plain()) == before


def test_desks_of_an_encrypted_record_killed_at_random_lose_nothing_acknowledged() -> None:
    command = [sys.executable, "-m", "tests.bench.store_kill", "--kills", "6", "--writers", "3", "--pause", "0.1"]
    ran = subprocess.run([*command, "--encrypted"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    found = json.loads(ran.stdout)
    assert found["encrypted"]
    assert found["acknowledged"] > 0
    assert (found["lost"], found["wrong"], found["double"], found["bookings_lost"]) == (0, 0, 0, 0)
    assert found["faults"] == []


# --- backup, restore, moving house ----------------------------------------------------------------


def test_a_backup_stays_encrypted_and_is_restored(
    desk: Callable[[], JournalStore], folder: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    store = desk()
    _three_days(store, clock)
    store.archive()
    before = _told(store)
    told = backup(store, tmp_path / "copy", clock.now)
    assert told["calls"] == 6
    assert b"bins" not in written(tmp_path / "copy")
    assert faults(tmp_path / "copy", lock=False) == []
    store.close()
    restore(folder, tmp_path / "copy", clock.now)
    assert _told(desk()) == before
    moved = tmp_path / "new machine" / "store"
    restore(moved, tmp_path / "copy", clock.now)
    assert _told(JournalStore(moved, clock=clock)) == before
    key.rename(key.with_name("lost"))
    with pytest.raises(StoreRefused, match="isn't to be had"):
        restore(tmp_path / "third" / "store", tmp_path / "copy", clock.now)


def test_a_record_whose_key_is_lost_gives_way_to_an_earlier_backup_only_when_forced(
    plain: Callable[[], JournalStore], folder: Path, key: Path, clock: Clock, tmp_path: Path
) -> None:
    store = plain()
    take_call(store, clock)
    backup(store, tmp_path / "copy", clock.now)
    lock(store, key)
    store.close()
    key.unlink()
    with pytest.raises(StoreRefused, match="isn't to be had"):
        restore(folder, tmp_path / "copy", clock.now)
    restore(folder, tmp_path / "copy", clock.now, force=True)
    assert len(everything(plain())) == 1


def test_a_backup_made_while_a_record_is_encrypted_holds_nothing_plain(
    plain: Callable[[], JournalStore], key: Path, clock: Clock, tmp_path: Path
) -> None:
    store = plain()
    _three_days(store, clock)
    store.archive()
    copied: list[str] = []

    def tell(words: str) -> None:
        copied.append(words)
        if words == "copying the journal" and not store.encrypted:
            raise AssertionError("the months were to be written anew before this")
        if len(copied) == 2:
            other = JournalStore(store.path, clock=clock)
            lock(other, key)
            other.close()

    backup(store, tmp_path / "copy", clock.now, tell)
    assert b"bins" not in written(tmp_path / "copy")


def test_an_encrypted_record_moves_to_a_plain_one_and_back(
    desk: Callable[[], JournalStore], key: Path, clock: Clock, tmp_path: Path
) -> None:
    store = desk()
    _three_days(store, clock)
    there = JournalStore(tmp_path / "there", clock=clock)
    before, after = move(store, there)
    assert before == after
    back = JournalStore(tmp_path / "other" / "store", clock=clock)
    lock(back, key)
    assert move(there, back) == (before, before)
    assert held(JournalStore(back.path, clock=clock)) == before
    assert b"bins" not in written(back.path)
    assert back.verify() == []


# --- what waits for a server ----------------------------------------------------------------------


def test_what_waits_for_a_server_is_encrypted_too(tmp_path: Path, key: Path) -> None:
    data = tmp_path / "data"
    key.parent.mkdir(mode=0o700)
    outbox = Outbox(data / "outbox", "ann")
    outbox.add([event("e1", text="bins")], NOON)
    wanted = secure.encrypt_outbox(data, key)
    outbox.add([event("e2", text="bins")], NOON)
    assert b"bins" not in written(data)
    with outbox.path.open("ab") as torn:
        torn.write(b"1234abcd {half")
    outbox.add([event("e3", text="bins")], NOON)
    assert [e.id for e in Outbox(data / "outbox", "ann").events()[0]] == ["e1", "e2", "e3"]
    sent: list[str] = []
    assert outbox.send(lambda events: sent.extend(e.id for e in events)) == 3
    outbox.path.write_bytes(b"1234abcd {half")
    outbox.add([event("e4", text="bins")], NOON)
    assert b"bins" not in written(data)
    assert secure.encrypt_outbox(data, key) == wanted == outbox.encrypted
    raw = outbox.path.read_bytes()
    outbox.path.write_bytes(raw[:60] + bytes([raw[60] ^ 1]) + raw[61:])
    assert outbox.events() == ([], 1)
    outbox.path.write_bytes(raw)
    key.rename(key.with_name("lost"))
    with pytest.raises(StoreRefused, match="isn't to be had"):
        Outbox(data / "outbox", "ann")


# --- the command line -----------------------------------------------------------------------------


def test_the_record_is_encrypted_and_shown_on_the_command_line(
    plain: Callable[[], JournalStore], folder: Path, key: Path, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    store = plain()
    take_call(store, clock)
    key.parent.mkdir(mode=0o700)
    (folder.parent / "leaflets").mkdir()
    (folder.parent / "leaflets" / "ABC.txt").write_text("Dear Mrs X")

    def triage(*words: str) -> str:
        code = run(["--data-dir", str(folder.parent), "store", *words])
        assert code == 0, words
        return capsys.readouterr().out

    assert "not encrypted" in triage("info")
    words = triage("encrypt", "--key-file", str(key))
    assert "Without the key it is lost" in words
    assert "1 leaflets in" in words
    assert f"encrypted with key {plain().encrypted}" in triage("info")
    assert "no faults" not in triage("verify")
    copy = key.with_name("copy.key")
    assert str(copy) in triage("key", str(copy))
    assert copy.read_bytes() == key.read_bytes()
    assert "isn't encrypted" in triage("encrypt", "--off")
    assert b"bins" in written(folder)


# --- who else can read it -------------------------------------------------------------------------


@posix
def test_info_warns_of_a_record_that_others_can_read(
    plain: Callable[[], JournalStore], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain().write(event("e1"))
    told = secure.findings(plain(), folder.parent)
    assert (told["readers"], told["too_open"]) == ("nobody but you", [])
    folder.chmod(0o755)
    (folder / "journal").chmod(0o755)
    newest(folder).chmod(0o644)
    assert run(["--data-dir", str(folder.parent), "store", "info"]) == 0
    words = capsys.readouterr().out
    assert "WARNING  others on this machine can read it (3 places" in words
    assert f"chmod -R go= '{folder}'" in words


@posix
def test_info_warns_of_leaflets_that_others_can_read(plain: Callable[[], JournalStore], folder: Path) -> None:
    store, leaflets = plain(), folder.parent / "leaflets"
    leaflets.mkdir(mode=0o755)
    (leaflets / "ABC.txt").write_text("Dear Mrs X")
    (leaflets / "ABC.txt").chmod(0o644)
    assert secure.findings(store, folder.parent)["too_open"] == []  # nobody else gets in as far as that
    folder.parent.chmod(0o755)
    told = secure.findings(store, folder.parent)
    assert told["too_open"] == [str(leaflets), str(leaflets / "ABC.txt")]
    assert told["close_with"] == f"chmod -R go= '{folder.parent}'"


@posix
def test_a_folder_set_up_for_a_group_makes_files_for_that_group(tmp_path: Path, clock: Clock, key: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o2770)
    store = JournalStore(shared / "store", clock=clock)
    take_call(store, clock)
    clock.now += DAY
    store.archive()
    modes = {path.stat().st_mode & 0o7777 for path in (shared / "store").rglob("*")}
    assert modes == {0o2770, 0o660}
    told = secure.findings(store, tmp_path / "data")
    assert "the group" in told["readers"]
    assert told["too_open"] == []


@pytest.mark.parametrize(
    ("sddl", "who"),
    [
        ("D:PAI(A;OICI;FA;;;S-1-5-21-1-2-3-1001)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", ""),
        ("D:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)", "all users of this machine"),
        ("D:(A;;FA;;;WD)(A;;FR;;;AU)", "everybody on this machine and everybody who signs in"),
        ("D:(D;;FA;;;WD)(A;;FA;;;SY)", ""),
    ],
)
def test_an_access_list_of_windows_is_read_for_who_it_lets_in(sddl: str, who: str) -> None:
    assert private.listed(sddl) == who


def test_a_claim_on_an_encrypted_record_is_anothers_too(desk: Callable[[], JournalStore]) -> None:
    store = desk()
    store.write(claim=Claim("S", "C1", ("k",), NOON + timedelta(minutes=5)))
    assert desk().claims(NOON, NOON + DAY)[0].call == "C1"


def test_a_failed_flush_of_an_encrypted_line_takes_it_back(
    desk: Callable[[], JournalStore], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = desk()
    store.write(event("e1"))
    before = newest(folder).read_bytes()

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("triage.store.segments.flush", broken)
        with pytest.raises(Exception, match="nothing was saved"):
            store.write(event("e2"))
    assert newest(folder).read_bytes() == before
    store.write(event("e3"))
    assert [e.id for e in desk().call("C1").events] == ["e1", "e3"]

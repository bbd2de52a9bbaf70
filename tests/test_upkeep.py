"""Looking after the record from the command line: info, verify, backup, restore, archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.errors import StoreDamaged, StoreRefused
from triage.model import Event
from triage.store import upkeep
from triage.store.journal import JournalStore

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOON


class Triage:
    """The command line on one data folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.said = self.complained = ""

    def __call__(self, *words: str | Path) -> int:
        code = run(["--data-dir", str(self.folder), "store", *map(str, words)])
        self.said, self.complained = self._capsys.readouterr()
        return code

    def json(self, *words: str | Path) -> Any:
        assert self(*words, "--json") in (0, 1)
        return json.loads(self.said)


@pytest.fixture
def triage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Triage:
    return Triage(tmp_path / "data", capsys)


@pytest.fixture
def desk(triage: Triage) -> Iterator[JournalStore]:
    """A desk that stays open with two calls, one of them closed."""
    store = JournalStore(triage.folder / "store", desk="test", clock=clock)
    for number, kind in enumerate(["opened", "answered", "closed"]):
        data: dict[str, Any] = {"answers": {}, "step": "G1"} if kind == "answered" else {}
        store.write(Event(f"e{number}", "20261101T120000-aaaaaaa", NOON, "ann", kind, data))
    store.write(Event("e3", "20261101T120100-bbbbbbb", NOON, "ann", "opened", {}))
    yield store
    store.close()


def save(store: JournalStore, name: str) -> None:
    store.write(Event(name, "20261101T120100-bbbbbbb", NOON, "ann", "flagged", {"flag": "F", "on": True, "reason": ""}))


def test_info_tells_where_and_how_much(triage: Triage, desk: JournalStore) -> None:
    told = triage.json("info")
    assert (told["calls"], told["open"], told["events"]) == (2, 1, 4)
    assert triage("info") == 0
    assert str(triage.folder / "store") in triage.said


@pytest.mark.parametrize("words", [("info",), ("archive",), ("backup", "elsewhere")])
def test_a_machine_without_a_record_is_told_so_and_gets_none(triage: Triage, words: tuple[str, ...]) -> None:
    assert triage(*words) == 1
    assert "No record is kept" in triage.complained
    assert not triage.folder.exists()


def test_verify_passes_a_sound_record_and_names_the_bad_line(triage: Triage, desk: JournalStore) -> None:
    assert triage("verify") == 0
    assert triage.json("verify") == {"sound": True, "faults": []}
    path = next((triage.folder / "store" / "journal").glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"e1"', b'"eX"').replace(b'"e2"', b'"eY"'))
    assert triage("verify") == 1
    assert f"{path}, line 3: " in triage.said
    assert f"{path}, line 4: " in triage.said
    assert triage("info") == 2
    assert "triage store restore" in triage.complained


def test_a_backup_taken_while_a_desk_works_brings_it_all_back(
    triage: Triage, desk: JournalStore, tmp_path: Path
) -> None:
    assert triage("archive") == 0
    assert triage("backup", tmp_path / "copy") == 0
    assert "read again and sound" in triage.said
    told = triage.json("info")
    for path in (triage.folder / "store").rglob("*.jsonl"):
        path.write_bytes(b"rubbish")
    assert triage("info") == 2
    assert triage("restore", tmp_path / "copy") == 0
    changes = {"bytes": 0, "segments": []}  # that it was restored is noted
    assert {**triage.json("info"), **changes} == {**told, **changes}
    save(desk, "after")
    assert triage.json("info")["events"] == 5
    assert triage("verify") == 0


def test_a_restore_never_quietly_undoes_newer_work(triage: Triage, desk: JournalStore, tmp_path: Path) -> None:
    assert triage("backup", tmp_path / "copy") == 0
    desk._clock = lambda: NOON + timedelta(minutes=1)
    save(desk, "newer")
    assert triage("restore", tmp_path / "copy") == 2
    assert "newer than this backup" in triage.complained
    assert triage.json("info")["events"] == 5
    told = triage.json("restore", tmp_path / "copy", "--force")
    assert told["events"] == 4
    kept = JournalStore(Path(told["aside"]), clock=clock)
    assert kept.call("20261101T120100-bbbbbbb").events[-1].id == "newer"
    kept.close()
    assert desk.refresh()
    assert [e.id for e in desk.call("20261101T120100-bbbbbbb").events] == ["e3"]


def test_a_second_backup_replaces_the_first_and_nothing_else(
    triage: Triage, desk: JournalStore, tmp_path: Path
) -> None:
    assert triage("backup", tmp_path / "copy") == 0
    save(desk, "more")
    assert triage.json("backup", tmp_path / "copy")["events"] == 5
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mum.txt").write_text("Dear Mum")
    assert triage("backup", tmp_path / "letters") == 2
    assert "isn't empty" in triage.complained
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to-mum.txt"]


def test_a_copy_that_cant_be_read_back_doesnt_count(
    desk: JournalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = upkeep._copy_up_to

    def bad_disk(source: Path, folder: Path, size: int) -> None:
        real(source, folder, size)
        (folder / source.name).write_bytes((folder / source.name).read_bytes().replace(b'"e1"', b'"eX"'))

    monkeypatch.setattr(upkeep, "_copy_up_to", bad_disk)
    with pytest.raises(StoreDamaged, match="doesn't count"):
        upkeep.backup(desk, tmp_path / "copy", NOON)
    assert not (tmp_path / "copy").exists()


def test_a_damaged_or_shortened_backup_is_not_put_back(triage: Triage, desk: JournalStore, tmp_path: Path) -> None:
    assert triage("backup", tmp_path / "copy") == 0
    path = min((tmp_path / "copy" / "journal").glob("*.jsonl"))  # the other notes only that it was copied
    raw = path.read_bytes()
    path.write_bytes(b"".join(raw.splitlines(keepends=True)[:-1]))
    assert triage("restore", tmp_path / "copy") == 2
    path.write_bytes(raw.replace(b'"e1"', b'"eX"'))
    assert triage("restore", tmp_path / "copy") == 2
    assert "isn't sound" in triage.complained
    with pytest.raises(StoreRefused, match="isn't a backup"):
        upkeep.restore(triage.folder / "store", tmp_path, NOON)
    assert triage("verify") == 0


def test_a_restore_stopped_halfway_is_not_an_empty_record(
    triage: Triage, desk: JournalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        pass

    assert triage("backup", tmp_path / "copy") == 0
    told = triage.json("info")
    rename = upkeep.os.rename
    for steps in range(4):
        left = [steps]

        def stopping(source: Path, target: Path, left: list[int] = left) -> None:
            if not left[0]:
                raise Stopped
            left[0] -= 1
            rename(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(upkeep.os, "rename", stopping)
            with pytest.raises(Stopped):
                upkeep.restore(triage.folder / "store", tmp_path / "copy", NOON)
        if steps:
            assert triage("info") == 2
            assert "restore" in triage.complained
            assert triage("verify") == 1
            with pytest.raises(StoreDamaged):
                save(desk, "lost?")
        assert triage("restore", tmp_path / "copy") == 0
        assert triage.json("info")["events"] == told["events"]

"""Who looked and who changed what (PRIVACY A1-A6): every act is a line, and no line can be tampered with unnoticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from triage.audit import Line, Note, Sealed, check, seal
from triage.audit.lines import START
from triage.errors import StoreError
from triage.model import Event, Staff
from triage.staff import NotAllowed
from triage.store.access import Access
from triage.store.auditlog import AuditLog, _kept
from triage.store.base import Store
from triage.store.journal import JournalStore
from triage.store.records import Lines, lines

from . import servers
from .tampering import KINDS, Kind

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CALL = "20261121T120000-k7qm2fx"
HANNAH, SAM, IG = (
    Staff("hannah", "Hannah Ward", ("handler",)),
    Staff("sam", "Sam Okafor", ("supervisor",)),
    Staff("gwen", "Gwen Idle", ("information governance",)),
)


class Clock:
    """A second later each time."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Kept:
    """A record on one of the stores, with a way past every lock to its audit and its events."""

    open: Callable[[], Store]
    read: Callable[[], list[Sealed]]
    write: Callable[[Sequence[Sealed]], None]
    spoil: Callable[[str, str | None], None]
    """Give the event of this id other data (JSON), or take it out."""


def journal(place: Path, clock: Clock) -> Kept:
    folder = place / "store"
    file = folder / "audit" / "2026-11.jsonl"
    log = AuditLog(folder / "audit")

    def write(sealed: Sequence[Sealed]) -> None:
        file.write_bytes(b"".join(Lines(file.name).encode(_kept(one)) for one in sealed))

    def spoil(event: str, data: str | None) -> None:
        (path,) = (folder / "journal").glob("*.jsonl")
        whole, made = Lines(path.name), b""
        for line in lines(path.read_bytes()):
            record = whole.decode(line)
            assert record is not None
            for op in list(record["ops"]):
                if op[2] == event:
                    record["ops"].remove(op)
                    if data is not None:
                        record["ops"].append(["put", "events", event, {**op[3], "data": json.loads(data)}])
            made += whole.encode(record)
        path.write_bytes(made)

    def read() -> list[Sealed]:
        return [one for one in log.lines() if isinstance(one, Sealed)]

    return Kept(lambda: JournalStore(folder, desk="test", clock=clock), read, write, spoil)


def postgresql(place: Path, clock: Clock) -> Kept:
    import psycopg

    address = servers.shared().address(servers.schema())
    from triage.store.central import PostgresStore

    def do(*statements: tuple[str, Sequence[Any]]) -> list[Any]:
        with psycopg.connect(address, autocommit=True) as owner:
            rows: list[Any] = []
            for statement, values in statements:
                cursor = owner.execute(statement.encode(), values)
                rows = cursor.fetchall() if cursor.description else []
            return rows

    def write(sealed: Sequence[Sealed]) -> None:
        columns = "INSERT INTO audit (seq, record, staff, after, line, prev, hash) VALUES (%s, '', '', '', %s, %s, %s)"
        added = [(columns, (n, one.text, one.prev, one.hash)) for n, one in enumerate(sealed, 1)]
        do(("DELETE FROM audit", ()), *added)

    def spoil(event: str, data: str | None) -> None:
        if data is None:
            do(("DELETE FROM events WHERE id = %s", (event,)))
        else:
            do(("UPDATE events SET data = %s WHERE id = %s", (data, event)))

    def read() -> list[Sealed]:
        return [Sealed(*row) for row in do(("SELECT line, prev, hash FROM audit ORDER BY seq", ()))]

    return Kept(
        lambda: PostgresStore(address, desk="test", clock=clock, outbox=place / "outbox", look_every=0),
        read,
        write,
        spoil,
    )


STORES = {"journal": journal, "postgresql": postgresql}


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return STORES[request.param](tmp_path, Clock())


@pytest.fixture
def store(kept: Kept) -> Iterator[Store]:
    made = kept.open()
    yield made
    made.close()


def event(name: str, kind: str = "answered", call: str = CALL, by: str = "hannah", **data: Any) -> Event:
    more = {"step": "G1", "answers": {"reason_verbatim": name}} if kind == "answered" else {}
    return Event(name, call, NOON, by, kind, {**more, **data})


OPENED = event("e1", "opened", script="first-contact", version="1", mode="live")


def a_day(store: Store) -> None:
    """Nine lines: a call with some answers, looks at it, and half-typed words, which have none."""
    store.role_of = lambda who: "handler" if who == "hannah" else ""
    store.write(event("in", "signed in", "in", roles=["handler"]))
    store.write(OPENED, event("e2"))
    store.write(event("d1", "drafted", field="notes", text="Mum’s fa"))
    store.write(event("e3"))
    store.write(event("l1", "looked up", "l1", words="joan pell", found=2, shown=["A", "B"]))
    store.write(event("v1", "viewed", words="joan pell", person="A", calls=["A"], reason="she rang", points=["name"]))
    store.write(event("d2", "drafted", field="notes", text="Mum’s fallen"))
    store.write(event("e4"), event("e5", "closed", outcome="IAG", pathways=[]))
    store.note(Note("print", CALL, "for the file", {"pages": 2}), HANNAH)


# A1, A2


def test_a1_every_change_and_every_look_is_a_line_that_says_who_what_when_where_and_why(store: Store) -> None:
    a_day(store)
    told = list(store.audit())
    assert [(line.n, line.action, line.what, line.record) for line in told] == [
        (1, "sign in", "signed in", "in"),
        (2, "create", "opened", CALL),
        (3, "change", "answered", CALL),
        (4, "change", "answered", CALL),
        (5, "search", "looked up", "l1"),
        (6, "view", "viewed", CALL),
        (7, "change", "answered", CALL),
        (8, "change", "closed", CALL),
        (9, "print", "", CALL),
    ]
    assert {line.user for line in told} == {"hannah"}
    assert all(line.desk for line in told)
    assert told[0].at == NOON
    assert told[0].told()["local"] == "2026-11-21T12:00:00+00:00"
    assert (told[5].reason, told[8].reason, told[8].more) == ("she rang", "for the file", {"pages": 2})


def test_a1_summer_time_stands_beside_universal_time(store: Store) -> None:
    store.write(Event("e1", "x", datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "hannah", "signed in", {}))
    (line,) = store.audit()
    assert line.at == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert line.told()["local"] == "2026-07-01T09:30:00+01:00"


def test_a1_a_change_says_what_the_record_was_before_and_is_after(store: Store) -> None:
    a_day(store)
    made = [line for line in store.audit() if line.record == CALL and line.event]
    assert made[0].before == ""
    assert [line.before for line in made[1:]] == [line.after for line in made[:-1]]
    assert len({line.after for line in made}) == len(made)


def test_both_stores_make_the_same_lines(tmp_path: Path) -> None:
    told = []
    for name, make in STORES.items():
        made = make(tmp_path / name, Clock()).open()
        a_day(made)
        told.append([{**line.told(), "desk": "", "role": "", "at": ""} for line in made.audit() if line.event])
        made.close()
    assert told[0] == told[1]


def test_a2_search_terms_and_what_they_showed_are_kept(store: Store) -> None:
    a_day(store)
    search = next(line for line in store.audit() if line.action == "search")
    assert search.more == {"words": "joan pell", "found": 2, "shown": ["A", "B"]}


def test_a_change_says_nothing_of_what_the_caller_said(store: Store) -> None:
    a_day(store)
    assert "Mum" not in "".join(str(line.told()) for line in store.audit())


# A3


def test_a3_an_honest_audit_is_sound(kept: Kept, store: Store) -> None:
    a_day(store)
    assert store.verify() == []
    assert check(kept.read()) == []


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a3_tampering_is_found_and_named(kept: Kept, store: Store, kind: Kind) -> None:
    a_day(store)
    honest = kept.read()
    kept.write(kind.does(honest))
    found = store.verify()
    assert any(says in fault for fault in found for says in kind.says), found
    kept.write(honest)
    assert store.verify() == []


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            '{"step":"G1","answers":{"reason_verbatim":"other"}}',
            "event e3 (answered), line 4 of the audit, was changed",
        ),
        (None, "event e3 (answered), line 4 of the audit, was taken out of the record"),
    ],
)
def test_a3_a_record_changed_behind_its_audit_is_found(kept: Kept, store: Store, data: str | None, says: str) -> None:
    a_day(store)
    kept.spoil("e3", data)
    assert any(says in fault for fault in store.verify()), store.verify()


def test_a3_half_typed_words_changed_afterwards_are_found_too(kept: Kept, store: Store) -> None:
    a_day(store)
    kept.spoil("d2", '{"field":"notes","text":"nothing"}')
    assert any("line 7 of the audit" in fault for fault in store.verify()), store.verify()


def test_a3_what_was_cut_off_stays_missing_however_much_is_written_after_it(kept: Kept, store: Store) -> None:
    a_day(store)
    kept.write(kept.read()[:-3])
    other = kept.open()
    other.write(event("f1", "opened", "20261121T130000-w4pz8ab", mode="live"))
    found = other.verify()
    other.close()
    assert any("missing" in fault for fault in found), found


# A4


def test_a4_a_handler_reads_no_audit_a_supervisor_the_teams_and_information_governance_all(store: Store) -> None:
    a_day(store)
    store.write(event("sam in", "signed in", "sam in", by="sam"))
    with pytest.raises(NotAllowed):
        list(Access(store, lambda: HANNAH, lambda: NOON).audit())
    assert {line.user for line in Access(store, lambda: SAM, lambda: NOON).audit()} == {"hannah"}
    assert {line.user for line in Access(store, lambda: IG, lambda: NOON).audit()} == {"hannah", "sam"}


def test_a4_a_server_lets_nobody_write_the_audit_and_keeps_to_the_roles_itself(
    request: pytest.FixtureRequest,
) -> None:
    import psycopg

    cluster, schema = servers.shared(), servers.schema()
    from triage.store.central import PostgresStore

    owner = PostgresStore(cluster.address(schema), desk="test", clock=Clock(), look_every=0)
    request.addfinalizer(owner.close)
    a_day(owner)
    insert = "INSERT INTO staff (id, name, roles, login) VALUES ('ann', 'Ann', %s, 'ann')"
    owner.server.rows(insert, ["handler"])
    with psycopg.connect(cluster.address(schema, "ann"), autocommit=True) as ann:
        for statement in (
            "UPDATE audit SET line = line",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "UPDATE audit_head SET n = 0",
            "INSERT INTO audit VALUES (99, '', '', 1, '', '', '', '')",
            "SELECT audit_append(now(), '', '', '', '', '', '', '', '', '', '{}', 1)",
            "SELECT audit_note(now(), 'hannah', '', 'view', '', '', '{}')",
            "ALTER TABLE events DISABLE TRIGGER events_audit",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ann.execute(statement.encode())
        assert ann.execute("SELECT count(*) FROM audit").fetchall() == [(0,)]
        owner.server.rows("UPDATE staff SET roles = '{supervisor}'")
        ann.execute("SELECT audit_note(now(), 'ann', '', 'view', '', '', '{}')")
        assert ann.execute("SELECT count(*), bool_or(staff = 'ann') FROM audit").fetchall() == [(9, False)]
        owner.server.rows("UPDATE staff SET roles = '{information governance}'")
        assert ann.execute("SELECT count(*) FROM audit").fetchall() == [(10,)]


# the journal's own ways


def test_lines_that_a_power_cut_took_are_made_again_from_the_journal_to_the_byte(tmp_path: Path) -> None:
    kept = journal(tmp_path, Clock())
    store = kept.open()
    a_day(store)
    store.write(
        event("e6", "opened", "20261121T130000-w4pz8ab", mode="live"), event("e7", call="20261121T130000-w4pz8ab")
    )
    honest = kept.read()
    kept.write(honest[:-2])
    file = tmp_path / "store" / "audit" / "2026-11.jsonl"
    file.write_bytes(file.read_bytes() + b'1234abcd {"v":1,"pr')
    other = kept.open()
    other.write(event("e8", call="20261121T130000-w4pz8ab"))
    assert kept.read()[:-1] == honest
    assert other.verify() == []
    store.close()
    other.close()


def test_the_chain_goes_on_through_the_archive(tmp_path: Path) -> None:
    clock = Clock()
    kept = journal(tmp_path, clock)
    store = kept.open()
    a_day(store)
    clock.at += timedelta(days=2)
    assert isinstance(store, JournalStore)
    store.archive()
    store.write(event("v9", "viewed", person="A", calls=[CALL], reason="complaint"))
    assert store.verify() == []
    assert list(store.audit())[-1].before == list(store.audit())[7].after
    honest = kept.read()
    kept.write(honest[:4])
    assert any("missing at its end" in fault for fault in store.verify())
    store.close()


def test_desks_that_write_at_once_make_one_chain(kept: Kept) -> None:
    from concurrent.futures import ThreadPoolExecutor

    desks = [kept.open() for _ in range(4)]

    def works(number: int) -> None:
        call = f"20261121T12000{number}-aaaaaa{number}"
        desks[number].write(event(f"o{number}", "opened", call, mode="live"))
        for turn in range(6):
            desks[number].write(event(f"a{number}{turn}", call=call), event(f"all{number}{turn}", call=CALL))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(works, range(4)))
    desks[0].refresh()
    assert [line.n for line in desks[0].audit()] == list(range(1, 4 + 4 * 12 + 1))
    assert desks[1].verify() == []
    for desk in desks:
        desk.close()


def test_a_look_that_cannot_be_noted_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = journal(tmp_path, Clock()).open()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("triage.store.auditlog.write_all", full)
    with pytest.raises(StoreError, match="room"):
        store.note(Note("view", CALL, "why"), HANNAH)
    store.write(OPENED)
    monkeypatch.undo()
    store.write(event("e2"))
    assert [line.event for line in store.audit()] == ["e1", "e2"]
    assert store.verify() == []
    store.close()


def test_a_line_is_chained_by_sha256_over_the_line_before_and_its_own_words() -> None:
    from hashlib import sha256

    line = seal(Line(1, NOON, "hannah", "handler", "PC-17", "view", CALL), START)
    assert line.hash == sha256(f"{START}\n{line.text}".encode()).hexdigest()


# looks that change no call


def test_a2_a_page_read_a_file_written_and_a_figure_saved_are_lines(tmp_path: Path) -> None:
    from tests.conftest import Clock as Ticking
    from triage.desk import open_desk
    from triage.desk.auditing import page_read
    from triage.desk.files import write_calendar, write_figures
    from triage.reports import Window

    desk = open_desk(tmp_path, staff=Staff("ann", "Ann Hill", ("handler", "supervisor")), clock=Ticking())
    call = desk.open()
    page_read(desk, call)
    call = desk.answer(desk.go(call, "G5"), "G5", {"caller_role": "self"})
    now = desk.clock()
    call = desk.book(call, desk.free_slots("office", now, now.replace(month=12, day=20))[0].id)
    write_calendar(desk, call, desk.tools.diary.slot(call.bookings[0]))
    worker = next(way for way in desk.script.fast_exits if way.name == "worker")
    call = desk.fast_exit(call, worker, {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"})
    page_read(desk, call)
    write_figures(desk, Window.of([call], desk.today, desk.today, desk.clock()))
    inner = desk.store.inner  # type: ignore[attr-defined]
    looks = [(line.action, line.record, line.user, line.role) for line in inner.audit() if not line.event]
    assert looks == [
        ("export", call.id, "ann", "handler, supervisor"),
        ("view", call.id, "ann", "handler, supervisor"),
        ("export", "", "ann", "handler, supervisor"),
    ]
    assert inner.verify() == []
    desk.store.close()


def test_a1_signing_in_and_out_and_a_failed_try_are_lines(tmp_path: Path) -> None:
    from triage.desk import open_desk
    from triage.desk.seat import get_up, sit_down

    desk = open_desk(tmp_path, staff=HANNAH, clock=Clock())
    sit_down(desk, SAM)
    get_up(desk)
    inner = desk.store.inner  # type: ignore[attr-defined]
    assert [(line.action, line.user) for line in inner.audit()] == [
        ("sign out", "hannah"),
        ("sign in", "sam"),
        ("sign out", "sam"),
    ]
    inner.write(event("f1", "sign-in failed", "f1", why="pin", tries=2))
    assert [(line.action, line.reason) for line in inner.audit()][-1] == ("failed sign-in", "pin")
    desk.store.close()


def test_a1_whoever_the_account_says_is_here_has_signed_in(tmp_path: Path) -> None:
    from triage.desk import open_desk
    from triage.desk.seat import arrived
    from triage.settings import account

    desk = open_desk(tmp_path, clock=Clock())
    arrived(desk)  # the app, once its first frame is drawn
    inner = desk.store.inner  # type: ignore[attr-defined]
    assert [(line.action, line.user) for line in inner.audit()] == [("sign in", account())]
    desk.store.close()


def test_a_backup_put_back_keeps_who_looked_since_and_says_that_it_was_put_back(tmp_path: Path) -> None:
    from triage.store.upkeep import backup, restore

    store = journal(tmp_path, Clock()).open()
    assert isinstance(store, JournalStore)
    a_day(store)
    backup(store, tmp_path / "copy", NOON)
    store.write(event("late", "viewed", person="A", calls=[CALL], reason="after the backup"))
    store.close()
    restore(tmp_path / "store", tmp_path / "copy", NOON, force=True, by=SAM)
    again = journal(tmp_path, Clock()).open()
    told = list(again.audit())
    assert [(line.action, line.reason) for line in told[-2:-1]] == [("view", "after the backup")]
    assert (told[-1].action, told[-1].user) == ("restore", "sam")
    assert again.verify() == []
    again.write(event("e9", "viewed", person="A", calls=[CALL], reason="again"))
    assert again.verify() == []
    again.close()


@pytest.mark.parametrize("way", [("journal", "postgresql"), ("postgresql", "journal")])
def test_the_audit_moves_house_with_the_record(tmp_path: Path, way: tuple[str, str]) -> None:
    from triage.store.move import move

    (tmp_path / "a").mkdir()
    source, target = (STORES[name](tmp_path / place, Clock()) for name, place in zip(way, ("a", "b"), strict=True))
    one, other = source.open(), target.open()
    a_day(one)
    move(one, other)
    assert [line.told() for line in other.audit()] == [line.told() for line in one.audit()]
    assert other.verify() == []
    other.write(event("e9", "viewed", person="A", calls=[CALL], reason="there"))
    assert other.verify() == []
    one.close()
    other.close()

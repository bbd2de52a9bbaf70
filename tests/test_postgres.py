"""The record on a server: what the protocol's own tests can't see. A real PostgreSQL, never a stand-in."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from triage.cli import run
from triage.errors import BadData, NotYours, SlotTaken, StoreAway, StoreDamaged, StoreError, StoreRefused
from triage.settings import store_address
from triage.store import open_store
from triage.store.base import Store
from triage.store.journal import JournalStore
from triage.store.move import held, move
from triage.store.secure import encrypt

from . import servers
from .test_store import CALL, NOON, OTHER, SLOT, WIDE, Clock, booking, closed, event, hold, opened

psycopg = pytest.importorskip("psycopg", reason="psycopg isn't installed (the extra “postgres”)")

from triage.store.central import PostgresStore  # noqa: E402
from triage.store.postgres_address import said_no, settled, told  # noqa: E402
from triage.store.postgres_schema import migrations  # noqa: E402

NEVER = 1e9
WAIT = 20


@pytest.fixture
def address() -> str:
    return servers.shared().address(servers.schema())


@pytest.fixture
def desks(address: str, tmp_path: Path) -> Iterator[Callable[..., PostgresStore]]:
    """Opens a desk on the shared server, in a schema of this test's own."""
    made: list[PostgresStore] = []

    def another(where: str = "", desk: str = "one", look_every: float = 0, patience: float = 5) -> PostgresStore:
        made.append(
            PostgresStore(
                where or address,
                desk=desk,
                clock=Clock(),
                outbox=tmp_path / desk,
                look_every=look_every,
                patience=patience,
            )
        )
        return made[-1]

    yield another
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def _cluster() -> Iterator[servers.Cluster]:
    servers.shared()
    cluster = servers.Cluster().start()
    yield cluster
    cluster.remove()


@pytest.fixture
def cluster(_cluster: servers.Cluster) -> servers.Cluster:
    """A server of its own, to be killed; running and empty for each test."""
    if not _cluster.running:
        _cluster.start()
    with psycopg.connect(_cluster.address(), autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
    return _cluster


def kinds(store: Store, call: str = CALL) -> list[str]:
    return [e.id for e in store.call(call).events]


# --- many desks ----------------------------------------------------------------------------------


def test_another_desks_save_arrives_by_itself(desks: Callable[..., PostgresStore]) -> None:
    store, other = desks(look_every=NEVER), desks(desk="two")
    assert not store.refresh()
    other.write(opened())
    assert store.server.wire is not None
    assert select.select([store.server.wire.fileno()], [], [], WAIT)[0]
    assert store.refresh()
    assert not store.refresh()


def test_a_desk_that_died_before_it_could_tell_is_noticed_all_the_same(desks: Callable[..., PostgresStore]) -> None:
    store, other = desks(), desks(desk="two")
    other.server.news.tell = lambda: None  # type: ignore[method-assign]
    other.write(opened())
    assert store.refresh()


def test_eight_desks_at_once_book_one_time_once(desks: Callable[..., PostgresStore]) -> None:
    got: list[str] = []
    ready = threading.Barrier(8)

    def book(store: PostgresStore, call: str) -> None:
        ready.wait()
        try:
            store.write(event(f"b-{call}", "booked", call, slot=SLOT), claim=booking(call))
            got.append(call)
        except SlotTaken:
            pass

    work = [threading.Thread(target=book, args=(desks(desk=f"d{n}"), f"CALL{n}")) for n in range(8)]
    for one in work:
        one.start()
    for one in work:
        one.join()
    (claim,) = desks().claims(*WIDE)
    assert [claim.call] == got


def test_a_close_and_a_takeover_at_the_same_moment_are_both_in_the_calls_line(
    desks: Callable[..., PostgresStore],
) -> None:
    store, other = desks(), desks(desk="two")
    for number in range(10):
        call = f"20261121T12000{number}-racing{number}"
        store.write(opened(call))
        ready = threading.Barrier(2)

        def close(call: str = call, ready: threading.Barrier = ready) -> None:
            ready.wait()
            other.write(closed(call))

        beside = threading.Thread(target=close)
        beside.start()
        ready.wait()
        store.write(event(f"t-{call}", "took over", call, by="bob"))
        beside.join()
    assert store.verify() == []
    assert store.open_calls() == ()
    assert {line.handler for line in store.summaries(NOON.date(), NOON.date())} == {"bob"}


# --- who may do what ------------------------------------------------------------------------------


def test_a_desks_account_adds_events_and_can_never_change_or_delete_one() -> None:
    schema = servers.schema()
    PostgresStore(servers.shared().address(schema), clock=Clock()).close()
    ann = servers.shared().address(schema, user="ann")
    with closing(PostgresStore(ann, clock=Clock())) as store:
        store.write(opened(), event("e1", answers={"notes": "as said"}), claim=hold())
        store.write(closed(), claim=booking())
        assert store.verify() == []
    with psycopg.connect(ann, autocommit=True) as account:
        for statement in (
            "UPDATE events SET data = '{}'",
            "DELETE FROM events",
            "TRUNCATE events",
            "DROP TABLE events",
            "DELETE FROM calls",
            "UPDATE schema_version SET version = 0",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                account.execute(statement)


def test_an_account_that_may_not_prepare_the_database_is_told_so() -> None:
    schema = servers.schema()
    with pytest.raises(StoreRefused, match="may not do that"):
        PostgresStore(servers.shared().address(schema, user="ann"), clock=Clock())


def test_desks_that_open_an_empty_database_at_once_prepare_it_once(address: str) -> None:
    faults: list[Exception] = []

    def first() -> None:
        try:
            PostgresStore(address, clock=Clock()).close()
        except StoreError as error:
            faults.append(error)

    work = [threading.Thread(target=first) for _ in range(4)]
    for one in work:
        one.start()
    for one in work:
        one.join()
    assert not faults
    with psycopg.connect(address) as look:
        assert look.execute("SELECT version FROM schema_version ORDER BY 1").fetchall() == [
            (number,) for number, _ in migrations()
        ]


def test_a_record_prepared_by_a_newer_program_is_refused(address: str) -> None:
    PostgresStore(address, clock=Clock()).close()
    with psycopg.connect(address, autocommit=True) as later:
        later.execute("INSERT INTO schema_version (version) VALUES (99)")
    with pytest.raises(StoreRefused, match=r"newer triage.*Update"):
        PostgresStore(address, clock=Clock())


def test_verify_names_a_line_that_doesnt_follow_from_its_events(
    desks: Callable[..., PostgresStore], address: str
) -> None:
    store = desks()
    store.write(opened(), closed())
    store.write(opened(OTHER))
    with psycopg.connect(address, autocommit=True) as hand:
        hand.execute("UPDATE calls SET owner = 'mallory' WHERE id = %s", (CALL,))
        hand.execute("DELETE FROM calls WHERE id = %s", (OTHER,))
    assert store.verify() == [
        f"table calls has no line for call {OTHER}, whose events are there",
        f"table calls, id {CALL}: the line doesn't match the call's events",
    ]


# --- addresses ------------------------------------------------------------------------------------


def test_another_machine_is_only_spoken_to_when_it_proves_who_it_is() -> None:
    assert settled("postgresql://records.example/triage")["sslmode"] == "verify-full"
    assert settled("postgresql://127.0.0.1,records.example/triage")["sslmode"] == "verify-full"
    assert settled("postgresql://records.example/triage?sslrootcert=ours.pem")["sslrootcert"] == "ours.pem"
    assert "sslmode" not in settled("postgresql://127.0.0.1/triage")
    assert "sslmode" not in settled("postgresql:///triage?host=/run/postgresql")


def test_of_several_servers_the_one_that_takes_writes_is_used() -> None:
    assert settled("postgresql://a.example,b.example/triage")["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in settled("postgresql://a.example/triage")


def test_a_password_in_an_address_is_never_shown() -> None:
    assert told("postgresql://ann:secret@records.example:5433/triage") == "postgresql://records.example:5433/triage"
    with pytest.raises(StoreAway) as away:
        PostgresStore(f"postgresql://ann:secret@127.0.0.1:{servers.free_port()}/triage", clock=Clock())
    assert "secret" not in str(away.value)


def test_an_address_that_isnt_one_is_refused_in_words() -> None:
    with pytest.raises(StoreRefused, match="address"):
        PostgresStore("postgresql://[half/triage", clock=Clock())


def test_without_psycopg_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("triage.store.central", "triage.store.postgres"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreRefused, match=r"triage\[postgres\]"):
        open_store("postgresql://127.0.0.1/triage")


# --- the command line -----------------------------------------------------------------------------


def test_the_record_is_where_the_option_the_environment_or_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRIAGE_STORE", raising=False)
    assert store_address(None, tmp_path) == tmp_path / "store"
    settings = tmp_path / "settings.toml"
    settings.write_text('store = "postgresql://records.example/triage"')
    assert store_address(None, tmp_path) == "postgresql://records.example/triage"
    monkeypatch.setenv("TRIAGE_STORE", str(tmp_path / "elsewhere"))
    assert store_address(None, tmp_path) == tmp_path / "elsewhere"
    assert store_address("postgresql://other.example/triage", tmp_path) == "postgresql://other.example/triage"
    monkeypatch.delenv("TRIAGE_STORE")
    for wrong in ("store = 5", "store ="):
        settings.write_text(wrong)
        with pytest.raises(BadData, match=r"settings\.toml"):
            store_address(None, tmp_path)


def test_the_record_is_moved_and_looked_after_on_the_command_line(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def triage(*words: str) -> tuple[int, str]:
        code = run(["--data-dir", str(tmp_path), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    here = JournalStore(tmp_path / "store", clock=Clock())
    a_year(here)
    here.close()
    assert triage("store", "move", "--to", address)[0] == 0
    code, words = triage("store", "info", "--store", address)
    assert (code, "PostgreSQL" in words, "41, 1 open" in words) == (0, True, True)
    assert triage("--store", address, "store", "verify")[0] == 0
    code, words = triage("--store", address, "store", "backup", str(tmp_path / "copy"))
    assert (code, "pg_dump" in words, (tmp_path / "copy").exists()) == (2, True, False)
    code, words = triage("store", "move", "--store", address, "--to", str(tmp_path / "back"), "--json")
    told = json.loads(words)
    assert (code, told["same"], told["there"]["calls"]) == (0, True, 42)


# --- the server goes away -------------------------------------------------------------------------


def test_a_server_killed_and_started_again_between_two_answers_loses_nothing(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    store = desks(cluster.address())
    store.write(opened(), event("e1"))
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    cluster.kill()
    cluster.start()
    store.write(event("e2"))
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    assert kinds(store) == [f"open-{CALL}", "e1", "b1", "e2"]
    assert store.claims(*WIDE) == (booking(),)
    assert not store.waiting


def test_while_the_server_is_away_answers_wait_here_and_bookings_are_refused_in_words(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    store = desks(cluster.address())
    store.write(opened(), event("e1", answers={}))
    cluster.kill()
    store.write(event("e2", answers={"notes": "Mum’s fallen"}))
    store.write(opened(OTHER), event("o1", call=OTHER))
    with pytest.raises(StoreAway, match=r"nothing was booked.*confirm"):
        store.write(event("b1", "booked", slot=SLOT), claim=booking())
    with pytest.raises(StoreAway, match="can't be reached"):
        store.call(CALL)
    assert store.waiting
    assert "can't be reached" in store.trouble
    assert not store.refresh()
    cluster.start()
    assert store.server.here.wait(WAIT)
    assert store.trouble == ""
    store.write(event("e3", answers={}))
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    assert not store.waiting
    assert store.refresh()
    later = desks(cluster.address(), desk="two")
    assert kinds(later) == [f"open-{CALL}", "e1", "e2", "e3", "b1"]
    assert later.call(CALL).answers["notes"] == "Mum’s fallen"
    assert {call.id for call in later.open_calls()} == {OTHER, CALL}
    assert later.verify() == []


def test_a_server_that_comes_back_is_found_and_sent_to_without_a_key_pressed(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    store = desks(cluster.address())
    sent = threading.Event()
    store.server.back = lambda: (store._send(), sent.set())  # type: ignore[assignment, func-returns-value]
    cluster.kill()
    store.write(opened())
    assert store.waiting
    cluster.start()
    assert sent.wait(WAIT)
    assert not store.waiting
    assert kinds(desks(cluster.address(), desk="two")) == [f"open-{CALL}"]


def test_what_a_desk_that_died_couldnt_send_is_sent_by_the_next_one_opened(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    store = desks(cluster.address())
    store.write(opened())
    cluster.kill()
    store.write(event("e1"))
    store.close()
    cluster.start()
    assert kinds(desks(cluster.address())) == [f"open-{CALL}", "e1"]


def test_a_desk_opened_while_the_server_is_away_works_and_catches_up(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    cluster.kill()
    store = desks(cluster.address())
    assert "can't be reached" in store.trouble
    assert "Times can't be booked" in store.trouble
    assert store.open_calls() == ()
    store.write(opened(), event("e1", answers={"notes": "Mum’s fallen"}), owner="ann")
    store.close()
    store = desks(cluster.address())
    assert [call.id for call in store.open_calls("ann")] == [CALL]
    assert store.open_calls("bob") == ()
    assert store.call(store.find("k7qm2fx")).answers["notes"] == "Mum’s fallen"
    with pytest.raises(StoreAway, match=r"nothing was booked.*confirm"):
        store.write(event("b1", "booked", slot=SLOT), claim=booking())
    with pytest.raises(StoreAway):
        store.call(OTHER)
    cluster.start()
    assert store.server.here.wait(WAIT)
    store.write(event("e2"), owner="ann")
    store.write(event("b1", "booked", slot=SLOT), claim=booking())
    assert (store.trouble, store.waiting) == ("", False)
    assert kinds(desks(cluster.address(), desk="two")) == [f"open-{CALL}", "e1", "e2", "b1"]
    assert store.verify() == []


def test_a_desk_that_came_back_to_a_newer_record_says_so_instead_of_working_on_it(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    desks(cluster.address()).close()
    with psycopg.connect(cluster.address(), autocommit=True) as later:
        later.execute("INSERT INTO schema_version (version) VALUES (99)")
    cluster.kill()
    store = desks(cluster.address())
    cluster.start()
    until = time.monotonic() + WAIT
    while "newer triage" not in store.trouble and time.monotonic() < until:
        threading.Event().wait(0.01)
    with pytest.raises(StoreRefused, match="newer triage"):
        store.claims(*WIDE)
    assert "newer triage" in store.trouble


def test_a_server_that_answers_with_a_refusal_is_not_taken_for_one_that_is_away(
    desks: Callable[..., PostgresStore],
) -> None:
    with pytest.raises(StoreRefused, match=r"doesn't let this desk in.*nobody_known"):
        desks(servers.shared().address(user="nobody_known"))
    with pytest.raises(StoreRefused, match="no_such_base"):
        desks(servers.shared().address().replace("/postgres", "/no_such_base"))


@pytest.mark.parametrize(
    ("words", "no"),
    [
        ('connection failed: connection to server at "a" failed: FATAL:  password authentication failed', True),
        ('connection to server at "a" failed: SSL error: certificate verify failed', True),
        ('connection to server at "a" failed: FATAL:  the database system is starting up', False),
        ('connection to server at "a" failed: FATAL:  sorry, too many clients already', False),
        ('connection to server at "a" failed: Connection refused', False),
        ("connection timeout expired", False),
        (
            'connection to server at "a" failed: FATAL: no\nconnection to server at "b" failed: Connection refused',
            False,
        ),
    ],
)
def test_a_refusal_is_told_from_an_absence_by_the_servers_words(words: str, no: bool) -> None:
    assert said_no(words) is no


def test_a_half_written_answer_in_the_outbox_is_nobodys_and_the_next_follows_it(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore], tmp_path: Path
) -> None:
    store = desks(cluster.address())
    cluster.kill()
    store.write(opened())
    with (tmp_path / "one" / "outbox.jsonl").open("ab") as file:
        file.write(b'1234abcd {"v":1,"at"')
    store.write(event("e1"))
    store.close()
    cluster.start()
    assert kinds(desks(cluster.address())) == [f"open-{CALL}", "e1"]


def test_a_damaged_answer_in_the_outbox_is_told_of_once_and_the_others_are_sent(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore], tmp_path: Path
) -> None:
    store = desks(cluster.address())
    cluster.kill()
    for name in ("e1", "e2", "e3"):
        store.write(event(name))
    store.close()
    file = tmp_path / "one" / "outbox.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"e2"', b'"eX"'))
    cluster.start()
    with pytest.raises(StoreDamaged, match="line 2"):
        desks(cluster.address())
    assert kinds(desks(cluster.address())) == ["e1", "e3"]
    assert b'"eX"' in next((tmp_path / "one").glob("outbox-damaged-*")).read_bytes()


def test_a_disk_of_this_machine_that_is_full_too_is_told(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.store import outbox

    store = desks(cluster.address())
    cluster.kill()

    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:10])
        raise OSError(28, "No space left on device")

    store.write(opened())
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "write_all", full)
        with pytest.raises(StoreError, match="no room"):
            store.write(event("e1"))
    store.write(event("e2"))
    assert store.outbox is not None
    assert [e.id for e in store.outbox.events()[0]] == [f"open-{CALL}", "e2"]


@pytest.mark.skipif(os.name == "nt", reason="Windows can't stop a process and let it go on")
def test_a_server_that_hangs_is_treated_as_away(cluster: servers.Cluster, desks: Callable[..., PostgresStore]) -> None:
    store = desks(cluster.address(), patience=0.3)
    ((pid,),) = store.server.rows("SELECT pg_backend_pid()")
    os.kill(pid, signal.SIGSTOP)
    try:
        store.write(opened())
        assert store.waiting
    finally:
        os.kill(pid, signal.SIGCONT)
    assert store.server.here.wait(WAIT)
    store.write(event("e1"))
    assert kinds(store) == [f"open-{CALL}", "e1"]


def test_a_desk_that_was_taken_over_while_the_server_was_away_has_its_answers_kept_too(
    cluster: servers.Cluster, desks: Callable[..., PostgresStore]
) -> None:
    store = desks(cluster.address())
    store.write(opened(), owner="ann")
    cluster.kill()
    store.write(event("e1"), owner="ann")
    cluster.start()
    desks(cluster.address(), desk="two").write(event("t1", "took over", by="bob"))
    assert store.server.here.wait(WAIT)
    with pytest.raises(NotYours):
        store.write(event("e2"), owner="ann")
    assert sorted(kinds(store)) == ["e1", f"open-{CALL}", "t1"]


# --- moving house ---------------------------------------------------------------------------------


def a_year(store: Store) -> None:
    """Closed calls of two months, one still open, one of a booking alone, and claims."""
    for number in range(40):
        at = NOON - timedelta(days=number)
        call = f"{at:%Y%m%dT%H%M%S}-moving{number:02}"
        said = event(f"a{number}", call=call, at=at, answers={"n": number, "part": 0.5, "danger_type": ("none", "x")})
        store.write(opened(call, at=at), said, closed(call, at=at))
    store.write(opened(OTHER), event("o1", call=OTHER, answers={"notes": "\u0000 \ud800 “é”"}))
    store.write(event("b1", "booked", "ABC123", slot=SLOT), claim=booking("ABC123"))
    store.write(claim=hold(OTHER, "PHONE.BOB.2026-12-01T10:00", ("bob 10:00",)))


def journal(place: Path, key: Path | None = None) -> JournalStore:
    """A record in a new folder, encrypted when it is told where its key shall be."""
    store = JournalStore(place, clock=Clock())
    if key is not None:
        pytest.importorskip("cryptography", reason="cryptography isn't installed (the extra “secure”)")
        assert encrypt(store, place, key, lambda words: None) == []
    return store


@pytest.mark.parametrize("locked", [False, True], ids=["plain", "encrypted"])
def test_moving_to_a_server_and_back_changes_nothing(
    desks: Callable[..., PostgresStore], tmp_path: Path, locked: bool
) -> None:
    here, server = journal(tmp_path / "store", tmp_path / "one.key" if locked else None), desks()
    a_year(here)
    before, after = move(here, server)
    assert before == after
    assert (after.calls, after.events, after.claims) == (42, 123, 2)
    assert server.verify() == []
    back = journal(tmp_path / "back", tmp_path / "two.key" if locked else None)
    assert move(server, back) == (before, before)
    assert back.verify() == []
    if locked:
        assert b"opened" not in b"".join(path.read_bytes() for path in (tmp_path / "back").rglob("*.jsonl"))
    days = (NOON.date() - timedelta(days=60), NOON.date())
    assert list(back.summaries(*days)) == list(server.summaries(*days)) == list(here.summaries(*days))
    assert back.open_calls() == server.open_calls() == here.open_calls()
    assert {call.id: call for call in back.every()} == {call.id: call for call in here.every()}
    assert len(back.archives.sizes) == 2


@pytest.mark.parametrize("stop", [1, 2, 4])
@pytest.mark.parametrize("there", ["server", "journal"])
def test_a_move_cut_off_anywhere_goes_on_when_it_is_run_again(
    desks: Callable[..., PostgresStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str, stop: int
) -> None:
    source = JournalStore(tmp_path / "store", clock=Clock())
    a_year(source)
    monkeypatch.setattr("triage.store.move.BATCH", 15)

    def target() -> Store:
        return desks() if there == "server" else JournalStore(tmp_path / "there", clock=Clock())

    half, writes = target(), []

    def cut(method: Callable[..., object]) -> Callable[..., object]:
        def one(*args: object, **kwargs: object) -> object:
            writes.append(1)
            if len(writes) == stop:
                raise KeyboardInterrupt
            return method(*args, **kwargs)

        return one

    for name in {"write", "adopt"} & set(dir(half)):
        monkeypatch.setattr(half, name, cut(getattr(half, name)))
    with pytest.raises(KeyboardInterrupt):
        move(source, half)
    half.close()
    before, after = move(source, target())
    assert before == after == held(source)
    assert target().verify() == []
    assert target().info()["events"] == source.info()["events"]


def test_a_move_run_again_catches_up_with_desks_that_went_on(
    desks: Callable[..., PostgresStore], tmp_path: Path
) -> None:
    source, server = JournalStore(tmp_path / "store", clock=Clock()), desks()
    a_year(source)
    move(source, server)
    source.write(closed(OTHER), release=[("PHONE.BOB.2026-12-01T10:00", OTHER)])
    source.write(event("c1", "cancelled", "ABC123", slot=SLOT, reason="well again"), release=[(SLOT, "ABC123")])
    before, after = move(source, server)
    assert before == after
    assert server.claims(*WIDE) == ()


def test_a_place_in_use_isnt_moved_into(desks: Callable[..., PostgresStore], tmp_path: Path) -> None:
    source, server = JournalStore(tmp_path / "store", clock=Clock()), desks()
    source.write(opened())
    server.write(opened(OTHER))
    with pytest.raises(StoreRefused, match="in use"):
        move(source, server)


# --- killed at random -----------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["", "forget"])
def test_desks_killed_at_random_lose_nothing_and_the_count_of_it_can_tell(broken: str) -> None:
    servers.shared()
    words = ["--seconds", "1.5", "--writers", "3", "--pause", "0.3", "--stores", "postgresql"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.store_writers", *words, *(["--break", broken] if broken else [])],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["acknowledged"] > 20, done.stderr
    assert bool(found["lost"]) == bool(broken)
    assert found["faults"] == []
    if not broken:
        # What a broken store forgets may be given to somebody else: its wrongs prove nothing either way.
        assert (found["wrong"], found["double"]) == (0, 0)


def test_a_connection_cut_while_a_desk_slept_is_made_again(desks: Callable[..., PostgresStore]) -> None:
    asleep, other = desks(), desks(desk="two")
    asleep.write(opened())
    ((pid,),) = asleep.server.rows("SELECT pg_backend_pid()")
    other.write(event("e1"))
    other.server.rows("SELECT pg_terminate_backend(%s)", pid)
    assert asleep.refresh()
    asleep.write(event("e2"))
    assert kinds(asleep) == [f"open-{CALL}", "e1", "e2"]
    assert not asleep.waiting

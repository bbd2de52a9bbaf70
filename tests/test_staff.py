"""Who works here: the list, signing in, leaving, and what a wrong list or PIN is told."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import Clock
from triage.cli import run
from triage.desk import open_desk
from triage.desk.door import NOBODY, Door, WrongPin, hashed
from triage.errors import BadAnswer, BadData, StoreAway
from triage.library.staff import StaffFile
from triage.model import Event, Staff
from triage.settings import account, lock_minutes
from triage.staff import ROLES, Member, NotAllowed
from triage.staff.members import without_pin

Triage = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def quick_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: what is tested is who gets in."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("triage.desk.door.hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def triage(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Triage:
    """Runs a command line on a folder of its own."""

    def go(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run(["--data-dir", str(tmp_path), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


def roll(folder: Path, at: str = "frontdesk") -> StaffFile:
    return StaffFile(folder / "staff.toml", at)


@pytest.fixture
def door(tmp_path: Path, clock: Clock) -> Door:
    """The door of an account that Ann and Bob share; failed sign-ins are kept in ``noted``."""
    for who, pin in (("ann", "314159"), ("bob", "271828")):
        roll(tmp_path).put(Member(who, who.title(), ("handler",), "frontdesk", hashed(pin)))
    made = Door(roll(tmp_path), tmp_path, clock)
    made.noted = []  # type: ignore[attr-defined]
    made.note = made.noted.append  # type: ignore[attr-defined]
    return made


def noted(door: Door) -> list[Event]:
    return door.noted  # type: ignore[attr-defined, no-any-return]


# ---------------------------------------------------------------------- the file


def test_what_is_put_on_the_list_is_read_back(tmp_path: Path, clock: Clock) -> None:
    people = (
        Member("hannah", "Hannah “Han” Ward", ("handler", "supervisor"), "COUNCIL\\hward", "$argon2id$x"),
        Member("o'neill.x", "Áine O’Neill\t\x7f", ("administrator",), "", "", clock().date()),
    )
    for member in people:
        roll(tmp_path).put(member)
    assert roll(tmp_path).members() == people


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_list_is_its_owners_alone(tmp_path: Path) -> None:
    roll(tmp_path).put(Member("ann", "Ann", ("handler",)))
    assert (tmp_path / "staff.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[staff.ann]\nroles = ["handlr"]\n', 2, "roles of “ann”.*“handlr”.*Did you mean “handler”"),
        (
            '\n[staff.ann]\nname = "Ann"\n\n[staff.bob]\nroels = ["handler"]\n',
            6,
            "roels of “bob”.*Did you mean “roles”",
        ),
        ('[staff.ann]\nroles = "handler"\n', 2, "roles of “ann”: a list of words"),
        ('[staff.ann]\nleft = "yesterday"\n', 2, "left of “ann”: a day"),
        ('[staff."a b"]\nname = 3\n', 2, "name of “a b”: words in quotes"),
        ('[staf.ann]\nname = "Ann"\n', 1, "“staf” isn't known"),
        ("[staff.ann\n", 0, "isn't TOML"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line_field_and_the_nearest(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "staff.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=words) as refused:
        roll(tmp_path).members()
    assert refused.value.line == line


def test_a_command_on_a_wrong_list_ends_with_2_and_says_where(triage: Triage, tmp_path: Path) -> None:
    (tmp_path / "staff.toml").write_text('[staff.ann]\nroles = ["handlr"]\n', encoding="utf-8")
    for words in (("staff", "list"), ("report",), ("store", "backup", "x")):
        code, _, said = triage(*words)
        assert (code, "staff.toml, line 2" in said, "“handler”" in said) == (2, True, True)


# ---------------------------------------------------------------------- who is here


def test_the_account_is_what_the_system_says_not_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    told = account()
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "boss")
    assert account() == told


def test_whoever_runs_it_first_may_do_everything_and_the_next_account_nothing(tmp_path: Path, clock: Clock) -> None:
    first = Door(roll(tmp_path, "sam"), tmp_path, clock)
    assert first.enter() == Staff("sam", "Sam", ROLES)
    assert "may do everything" in first.said
    with pytest.raises(NotAllowed, match=r"“eve” isn’t on the staff list.*triage staff add"):
        Door(roll(tmp_path, "eve"), tmp_path, clock).enter()


def test_an_account_of_ones_own_asks_nothing(tmp_path: Path, clock: Clock) -> None:
    roll(tmp_path).put(Member("ann", "Ann", ("handler",), "FrontDesk"))
    assert Door(roll(tmp_path), tmp_path, clock).enter() == Staff("ann", "Ann", ("handler",))


def test_a_shared_account_asks_who_it_is(door: Door) -> None:
    assert door.enter() is None
    assert door.sign_in("Ann", "314159").id == "ann"
    with pytest.raises(WrongPin, match="isn’t Ann’s PIN"):
        door.sign_in("ann", "271828")


def test_after_three_wrong_pins_each_one_more_closes_the_door_for_longer(door: Door, clock: Clock) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin, match=r"isn’t Ann’s PIN\.$"):
            door.sign_in("ann", "000000")
    waits = []
    for _ in range(8):
        with pytest.raises(WrongPin, match="Try again after"):
            door.sign_in("ann", "000000")
        with pytest.raises(WrongPin, match="can’t sign in just now"):
            door.sign_in("ann", "314159")
        until, begun = door._closed_until("ann"), clock.at
        assert until is not None
        waits.append(round((until - begun) / timedelta(seconds=30)))
        clock.tick(seconds=(until - begun).total_seconds())
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert door.sign_in("bob", "271828").id == "bob"
    assert door.sign_in("ann", "314159").id == "ann"
    with pytest.raises(WrongPin, match=r"isn’t Ann’s PIN\.$"):
        door.sign_in("ann", "000000")


def test_a_desk_started_anew_still_counts_the_wrong_ones(door: Door, tmp_path: Path, clock: Clock) -> None:
    for _ in range(3):
        with pytest.raises(WrongPin):
            door.sign_in("ann", "000000")
    with pytest.raises(WrongPin, match="just now"):
        Door(roll(tmp_path), tmp_path, clock).sign_in("ann", "314159")


def test_every_failed_sign_in_is_noted_without_the_pin(door: Door) -> None:
    """PRIVACY A1."""
    for who, error in (("ann", WrongPin), ("eve", NotAllowed)):
        with pytest.raises(error):
            door.sign_in(who, "000000")
    assert [(e.kind, e.by, e.data["why"]) for e in noted(door)] == [
        ("sign-in failed", "ann", "pin"),
        ("sign-in failed", "frontdesk", "unknown"),
    ]
    assert "000000" not in repr(noted(door))


@pytest.mark.parametrize(
    "pin", ["12345", "123456", "987654", "000000", "121212", "12345a", "1234567890123", "１２３４５７"]
)
def test_a_pin_that_is_short_or_easy_is_refused(pin: str) -> None:
    with pytest.raises(BadAnswer):
        hashed(pin)


def test_the_same_pin_of_two_people_is_kept_as_two_hashes() -> None:
    assert hashed("314159") != hashed("314159")
    assert hashed("314159").startswith("$argon2id$")


# ---------------------------------------------------------------------- the commands


def test_staff_are_added_given_roles_and_taken_off_by_command(triage: Triage, tmp_path: Path) -> None:
    assert triage("staff", "add", "hannah", "--name", "Hannah Ward", "--role", "handler", "--account", "hward")[0] == 0
    assert triage("staff", "role", "hannah", "supervisor", "social-worker")[0] == 0
    told = json.loads(triage("staff", "list", "--json")[1])
    assert [(m["id"], m["roles"], m["left"]) for m in told][1:] == [("hannah", ["social worker", "supervisor"], None)]
    assert triage("staff", "leave", "hannah")[0] == 0
    with pytest.raises(NotAllowed, match="was taken off"):
        Door(roll(tmp_path, "hward"), tmp_path, Clock()).enter()
    assert triage("staff", "add", "hannah", "--role", "handler")[0] == 0
    assert roll(tmp_path, "hward").members()[1].left is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("staff", "add", "adam", "--role", "handlr"), "Did you mean “handler”"),
        (("staff", "role", "evee", "handler"), "Did you mean “eve”"),
        (("staff", "add", "eve"), "on the staff list already"),
        (("staff", "leave", "{me}"), "nobody could manage staff"),
        (("staff", "role", "{me}", "handler"), "nobody could manage staff"),
        (("staff", "add", "new", "--account", "{me}"), "would have no PIN"),
    ],
)
def test_what_would_go_wrong_is_refused_and_nothing_is_changed(
    triage: Triage, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    triage("staff", "add", "eve", "--role", "handler")
    before = (tmp_path / "staff.toml").read_bytes()
    code, _, wrong = triage(*(word.format(me=account()) for word in words))
    assert code != 0
    assert said in wrong
    assert (tmp_path / "staff.toml").read_bytes() == before


def test_a_leavers_open_calls_are_named_and_taken_over(triage: Triage, tmp_path: Path, clock: Clock) -> None:
    triage("staff", "add", "hannah", "--role", "handler", "--account", "hward")
    leaver = open_desk(tmp_path, staff=Staff("hannah", "Hannah", ("handler",)), clock=clock)
    call = leaver.open()
    assert call.ref in triage("staff", "leave", "hannah")[1]
    other = open_desk(tmp_path, staff=Staff("omar", "Omar", ("handler",)), clock=clock)
    assert other.resume(call.id).owner == "omar"
    leaver.store.close()
    other.store.close()


def test_what_was_changed_on_the_list_is_kept_in_the_record(triage: Triage, tmp_path: Path, clock: Clock) -> None:
    open_desk(tmp_path, clock=clock).store.close()
    triage("staff", "add", "hannah", "--role", "handler")
    reader = open_desk(tmp_path, staff=Staff("iris", "Iris", ("information governance",)), clock=clock)
    kept = [e for call in reader.store.every() for e in call.of_kind("staff changed")]
    reader.store.close()
    assert [(e.by, e.data["who"], list(e.data["roles"])) for e in kept] == [(account(), "hannah", ["handler"])]


def test_a_command_is_refused_in_words_to_who_may_not(triage: Triage, tmp_path: Path) -> None:
    roll(tmp_path).put(Member("boss", "Boss", ROLES))
    roll(tmp_path).put(Member(account(), "Pat Lee", ("handler",)))
    for words in (("report",), ("store", "backup", "x"), ("directory", "queue"), ("staff", "list")):
        code, out, said = triage(*words)
        assert (code, out) == (2, "")
        assert "Pat Lee (handler) may not" in said
        assert "may: ask one of them" in said
    assert triage("search", "lunch club")[0] == 0
    assert json.loads(triage("staff", "me", "--json")[1])["roles"] == ["handler"]


def test_a_shared_account_is_asked_for_its_pin_at_a_terminal_only(triage: Triage, tmp_path: Path) -> None:
    roll(tmp_path).put(Member("ann", "Ann", ROLES, account(), hashed("314159")))
    code, _, said = triage("report")
    assert (code, "at a terminal only" in said) == (2, True)


# ---------------------------------------------------------------------- settings, and a list that is without_pin


@pytest.mark.parametrize("value", ["0", "61", '"ten"', "true", "1.5"])
def test_a_lock_that_never_or_hardly_locks_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f"# ours\nlock_after_minutes = {value}\n", encoding="utf-8")
    with pytest.raises(BadData, match="from 1 to 60") as refused:
        lock_minutes(tmp_path)
    assert refused.value.line == 2


def test_those_who_could_not_sign_in_are_found() -> None:
    people = (Member("a", "A", (), "x"), Member("b", "B", (), "X", "hash"), Member("c", "C", ()))
    assert [m.id for m in without_pin(people)] == ["a"]


# ---------------------------------------------------------------------- the list on a server


def test_on_a_server_the_login_says_who_somebody_is(tmp_path: Path, clock: Clock) -> None:
    address = servers.shared().address(servers.schema())
    owner = open_desk(tmp_path / "owner", store=address, clock=clock)
    assert (owner.staff.id, owner.staff.roles) == ("triage", ROLES)
    assert owner.door is not None
    owner.door.roll.put(Member("ann.b", "Ann Baker", ("handler",), "ann"))
    desk = open_desk(tmp_path / "ann", store=address.replace("triage@", "ann@"), clock=clock)
    assert desk.staff == Staff("ann.b", "Ann Baker", ("handler",))
    desk.answer(desk.open(), "G1", {"reason_verbatim": "my mum"})
    owner.door.roll.put(Member("ann.b", "Ann Baker", ("handler",), "ann", left=clock().date()))
    with pytest.raises(Exception, match="may not"):
        desk.open()
    with pytest.raises(NotAllowed, match="“ann” "):
        open_desk(tmp_path / "ann", store=address.replace("triage@", "ann@"), clock=clock)
    for each in (owner, desk):
        each.store.close()


def test_what_a_colleague_took_while_the_server_was_away_waits_for_them_and_stops_nobody(
    tmp_path: Path, clock: Clock
) -> None:
    from triage.store.outbox import Outbox

    address = servers.shared().address(servers.schema())
    owner = open_desk(tmp_path / "owner", store=address, clock=clock)
    assert owner.door is not None
    owner.door.roll.put(Member("ann", "Ann Baker", ("handler",)))
    Outbox(tmp_path / "outbox", "").add([Event("e1", "c1", clock(), "bob", "opened", {"mode": "live"})], clock())
    desk = open_desk(tmp_path, store=address.replace("triage@", "ann@"), clock=clock)
    assert "doesn’t take them from this account" in desk.store.trouble
    desk.open()
    desk.store.close()
    assert [e.id for e in Outbox(tmp_path / "outbox", "").events()[0]] == ["e1"]
    owner.store.close()


def test_while_the_server_is_away_the_one_who_was_here_goes_on_and_a_stranger_does_not(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triage.store.roster import ServerRoll

    address = servers.shared().address(servers.schema())
    desk = open_desk(tmp_path, store=address, clock=clock)
    desk.store.close()

    def away(self: ServerRoll) -> tuple[Member, ...]:
        raise StoreAway("away")

    monkeypatch.setattr(ServerRoll, "members", away)
    again = open_desk(tmp_path, store=address, clock=clock)
    assert again.staff == desk.staff
    again.store.close()
    with pytest.raises(StoreAway):
        open_desk(tmp_path / "elsewhere", store=address, clock=clock)
    assert again.staff != NOBODY

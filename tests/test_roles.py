"""Who may do what (PRIVACY §4): every role, every desk method, every kind of event, on both stores, with no screen."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.conftest import Clock
from triage.cli import parser
from triage.cli.identity import admit
from triage.desk import Desk
from triage.desk.guard import methods
from triage.desk.people import Register
from triage.desk.start import roll_of
from triage.desk.tools import Tools
from triage.errors import CloseBlocked, NotFound, StoreRefused
from triage.library.scripts import load_script
from triage.model import Call, Event, Staff, new_id
from triage.staff import ACTIONS, AUDIT, ROLES, Member, NotAllowed, may
from triage.staff.roles import CASE, action_of, row
from triage.store import open_store
from triage.store.access import Access
from triage.store.base import Store

HERE = Path(__file__).parent.parent / "triage"
DESK = (*methods(Desk), *(f"people.{name}" for name in methods(Register)))
KINDS = tuple(sorted({kind for action in ACTIONS for kind in action.writes}))
TOOLS = Tools(Path("no such folder"))


def allowed(role: str, of: Any, name: str) -> bool:
    return role in row(action_of(of, name)).roles


# ---------------------------------------------------------------------- the worlds that roles are tried in


class World:
    """One role's desk on a record that somebody else has worked in. ``beneath`` is the record unguarded, ``raw`` the
    store as this person's own connection has it."""

    def __init__(self, role: str, raw: Store, beneath: Store, clock: Clock) -> None:
        self.role, self.raw, self.beneath, self.clock = role, raw, beneath, clock
        self.me = Staff(login(role), f"Pat ({role})", (role,))
        self.desk = Desk(Access(raw, lambda: self.me, clock), load_script(), self.me, TOOLS, clock)
        self.seed = Desk(beneath, self.desk.script, Staff(self.me.id, "seed", ROLES), TOOLS, clock)
        self.other = Desk(beneath, self.desk.script, Staff("omar", "Omar Aziz", ROLES), TOOLS, clock)

    def call(self) -> Call:
        """An open call of this person's."""
        return self.seed.open()

    def slots(self, count: int = 1) -> list[str]:
        """Free slots of the telephone."""
        now = self.clock()
        kind = next(t.id for t in TOOLS.diary.types.values() if t.mode == "phone" and t.notice < 24)
        free = self.seed.free_slots(kind, now + timedelta(days=2), now + timedelta(days=9))
        return [slot.id for slot in islice(free, count)]

    def booked(self) -> tuple[Call, str]:
        (slot,) = self.slots()
        return self.seed.book(self.call(), slot), slot

    def person(self) -> Any:
        """Somebody of the record."""
        call = self.seed.answer(self.call(), "D1", {"p_name": "Bill Hargreaves"})
        self.seed.__dict__.pop("people", None)
        return next(p for p in self.seed.people.load().people if call.id in p.calls)


def login(role: str) -> str:
    return "t_" + role.replace(" ", "_")


def journal_world(place: Path, clock: Clock) -> Callable[[str], World]:
    store = open_store(place / "store", clock=clock)
    return lambda role: World(role, store, store, clock)


def server_world(place: Path, clock: Clock) -> Callable[[str], World]:
    """The server, with a login for each role: what a login may not, the server refuses to its own connection."""
    import psycopg

    cluster, schema = servers.shared(), servers.schema()
    owner = open_store(cluster.address(schema), clock=clock)
    roll = roll_of(place, owner)
    with psycopg.connect(cluster.address(), autocommit=True) as admin:
        for role in ROLES:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login(role)]).fetchall():
                admin.execute(f"CREATE ROLE {login(role)} LOGIN IN ROLE triage_desk")  # type: ignore[arg-type]
    for role in ROLES:
        roll.put(Member(login(role), f"Pat ({role})", (role,), login(role)))
    opened: list[Store] = [owner]

    def world(role: str) -> World:
        opened.append(open_store(cluster.address(schema, user=login(role)), clock=clock))
        return World(role, opened[-1], owner, clock)

    world.opened = opened  # type: ignore[attr-defined]
    return world


WORLDS = {"journal": journal_world, "postgresql": server_world}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[str], World]]:
    make = WORLDS[request.param](tmp_path, clock)
    yield make
    for store in getattr(make, "opened", ()):
        store.close()


# ---------------------------------------------------------------------- how each method is tried


def flagged(w: World, flag: str) -> Call:
    return w.seed.flag(w.call(), flag, True, "said on the phone")


def promised(w: World) -> tuple[Call, str]:
    call = w.seed.promise(w.call(), "a call back", "Pat", about="")
    return call, call.promises[-1].id


def agreed(w: World) -> Call:
    return w.seed.answer(w.call(), "T2", {"consent_share": ["GP"]})


def to_ring(w: World) -> tuple[Call, str]:
    call = w.seed.promise(w.call(), "a call back", "Pat", about="callback")
    return call, call.promises[-1].id


def find(w: World) -> Any:
    from triage.diary import Find

    return Find(TOOLS.diary.slot(w.slots()[0]).type.id)


def saved(w: World) -> Call:
    worker = next(way for way in w.seed.script.fast_exits if way.name == "worker")
    given = {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"}
    return w.seed.fast_exit(w.call(), worker, given)


def waits(w: World) -> Call:
    return w.seed.wait(w.call(), find(w))


def offered(w: World) -> tuple[Call, str]:
    call = waits(w)
    w.seed.offer(w.slots()[0], call.of_kind("waiting")[-1].id)
    call = w.beneath.call(call.id)
    return call, call.of_kind("offered")[-1].id


def past(w: World) -> tuple[Call, str]:
    call, slot = w.booked()
    w.clock.tick(days=20)
    return call, slot


def holding(w: World) -> tuple[Call, str]:
    (slot,) = w.slots()
    return w.seed.hold(w.call(), slot), slot


def was_missed(w: World) -> tuple[Call, str]:
    call, slot = past(w)
    return w.seed.missed(call, slot), slot


WAYS: dict[str, Callable[[World, Desk], Callable[[], object]]] = {
    "open": lambda w, d: d.open,
    "resume": lambda w, d: _of(w.other.open(), lambda c: d.resume(c.id)),
    "open_calls": lambda w, d: d.open_calls,
    "calls_today": lambda w, d: d.calls_today,
    "answer": lambda w, d: _of(w.call(), lambda c: d.answer(c, "G1", {"reason_verbatim": "my mum"})),
    "preview": lambda w, d: _of(w.call(), lambda c: d.preview(c, "G1", {"reason_verbatim": "my mum"})),
    "draft": lambda w, d: _of(w.call(), lambda c: d.draft(c, "notes", "rings from a box")),
    "misfit": lambda w, d: _of(w.call(), lambda c: d.misfit(c, "G1", "a test of the line")),
    "interrupt": lambda w, d: _of(w.call(), lambda c: d.interrupt(c, "danger")),
    "go": lambda w, d: _of(w.call(), lambda c: d.go(c, "D1")),
    "back": lambda w, d: _of(w.call(), d.back),
    "undo": lambda w, d: _of(flagged(w, "F-REPEAT"), d.undo),
    "check": lambda w, d: _of(w.call(), lambda c: d.check(c, "p1", "asked")),
    "asks": lambda w, d: _of(w.call(), lambda c: d.asks(c, "G2", {})),
    "understands": lambda w, d: lambda: d.understands("danger_now", "no"),
    "flag": lambda w, d: _of(w.call(), lambda c: d.flag(c, "F-REPEAT", True, "rang before")),
    "safe_again": lambda w, d: _of(flagged(w, "F-UNSAFE"), lambda c: d.safe_again(c, "she has moved out")),
    "unsafe": lambda w, d: _of(w.call(), d.unsafe),
    "promise": lambda w, d: _of(w.call(), lambda c: d.promise(c, "a call back", "Pat")),
    "due": lambda w, d: lambda: d.due("contact"),
    "settle": lambda w, d: _of(promised(w), lambda made: d.settle(*made)),
    "offered": lambda w, d: _of(w.call(), lambda c: d.offered(c, "G1", "reason_verbatim")),
    "withdraw": lambda w, d: _of(agreed(w), lambda c: d.withdraw(c, "GP")),
    "choose": lambda w, d: _of(w.call(), lambda c: d.choose(c, "IAG", "all was told")),
    "close": lambda w, d: _of(w.call(), d.close),
    "correct": lambda w, d: _of(saved(w), lambda c: d.correct(c, {"p_name": "Joan Pell"}, "her letter of today")),
    "fast_exit": lambda w, d: _of(w.call(), lambda c: d.fast_exit(c, d.script.fast_exits[0], {})),
    "outcome": lambda w, d: lambda: d.outcome("IAG"),
    "search": lambda w, d: lambda: d.search("lunch club"),
    "suggest": lambda w, d: _of(w.call(), d.suggest),
    "searched": lambda w, d: _of(w.call(), lambda c: d.searched(c, "lunch", "", 3)),
    "keep": lambda w, d: _of(w.call(), lambda c: d.keep(c, TOOLS.directory.listings[0].id)),
    "drop": lambda w, d: _of(w.seed.keep(w.call(), "one"), lambda c: d.drop(c, "one")),
    "report_listing": lambda w, d: _of(w.call(), lambda c: d.report_listing(c, "one", "closed")),
    "unmet": lambda w, d: _of(w.call(), lambda c: d.unmet(c, "falconry", "nothing found")),
    "listings": lambda w, d: _of(w.call(), d.listings),
    "handed": lambda w, d: _of(w.call(), lambda c: d.handed(c, "leaflet", "told", "words")),
    "asked": lambda w, d: _of(w.call(), lambda c: d.asked(c, w.slots()[0].split(".")[0])),
    "claims": lambda w, d: lambda: d.claims(w.clock(), w.clock() + timedelta(days=1)),
    "hold": lambda w, d: _of((w.call(), *w.slots()), lambda had: d.hold(*had)),
    "release": lambda w, d: _of(holding(w), lambda had: d.release(*had)),
    "book": lambda w, d: _of((w.call(), *w.slots()), lambda had: d.book(*had)),
    "move": lambda w, d: _of(w.booked(), lambda had: d.move(*had, w.slots()[0])),
    "cancel": lambda w, d: _of(w.booked(), lambda had: d.cancel(*had, "got better")),
    "held": lambda w, d: _of(w.call(), d.held),
    "free_slots": lambda w, d: _of(w.slots()[0], lambda s: d.free_slots(s.split(".")[0], w.clock(), w.clock())),
    "allow_slot": lambda w, d: _of((w.call(), *w.slots()), lambda had: d.allow_slot(*had)),
    "wait": lambda w, d: _of((w.call(), find(w)), lambda had: d.wait(*had)),
    "waiting": lambda w, d: d.waiting,
    "offer": lambda w, d: _of((waits(w), *w.slots()), lambda had: d.offer(had[1])),
    "reply": lambda w, d: _of(offered(w), lambda had: d.reply(*had, "declined")),
    "unwait": lambda w, d: _of(waits(w), lambda c: d.unwait(c, "found another")),
    "missed": lambda w, d: _of(past(w), lambda had: d.missed(*had)),
    "came": lambda w, d: _of(was_missed(w), lambda had: d.came(*had)),
    "appointments": lambda w, d: lambda: d.appointments(d.today),
    "away": lambda w, d: _of(_resource(w), lambda r: d.away(r, d.today + timedelta(days=30))),
    "extra": lambda w, d: _of(_resource(w), lambda r: d.extra(r, _type(w), _saturday(d), (time(9), time(12)))),
    "changes": lambda w, d: d.changes,
    "take_back": lambda w, d: _of(_leave(w), d.take_back),
    "cant_be_rung": lambda w, d: _of(w.call(), d.cant_be_rung),
    "stranded": lambda w, d: d.stranded,
    "planned": lambda w, d: _of(w.call(), d.planned),
    "callbacks": lambda w, d: _of(to_ring(w), lambda had: d.callbacks()),
    "callback": lambda w, d: _of(to_ring(w), lambda had: d.callback(*had)),
    "number": lambda w, d: _of(to_ring(w), lambda had: d.number(had[0])),
    "assign": lambda w, d: _of(to_ring(w), lambda had: d.assign(*had, "omar")),
    "rang": lambda w, d: _of(to_ring(w), lambda had: d.rang(*had, "no answer")),
    "on_duty": lambda w, d: d.on_duty,
    "share_out": lambda w, d: _of(to_ring(w), lambda had: d.share_out(("omar",))),
    "maintain": lambda w, d: d.maintain,
    "window": lambda w, d: lambda: d.window(d.today, d.today),
    "walk": lambda w, d: _of(w.call(), d.walk),
    "found": lambda w, d: _of(w.call(), d.found),
    "people.load": lambda w, d: lambda: d.people.load(),
    "people.find": lambda w, d: lambda: d.people.find("bill hargreaves"),
    "people.asked_about": lambda w, d: _of(w.call(), lambda c: d.people.asked_about(c)),
    "people.points": lambda w, d: _of(w.person(), lambda p: d.people.points(None, p, "")),
    "people.may_see": lambda w, d: lambda: d.people.may_see(None),
    "people.open": lambda w, d: _of(w.person(), lambda p: d.people.open(None, p, reason="the GP wrote")),
    "people.history": lambda w, d: _of(w.person(), lambda p: d.people.history(p)),
    "people.looked": lambda w, d: lambda: d.people.looked(None, "bill", 1),
    "people.break_glass": lambda w, d: lambda: d.people.break_glass("she is in danger now"),
    "people.recent": lambda w, d: _of((w.person(), w.call()), lambda had: d.people.recent(*had)),
    "people.same": lambda w, d: _of((w.call(), w.person()), lambda had: d.people.same(*had)),
    "people.doubles": lambda w, d: lambda: d.people.doubles(),
    "people.link": lambda w, d: _of((w.call(), w.call()), lambda had: d.people.link(had[0].id, had[1].id, "one voice")),
}
"""One way to try each method: makes what it needs, as somebody who may do everything, and gives what to do then."""


def _of(made: Any, then: Callable[[Any], object]) -> Callable[[], object]:
    return lambda: then(made)


def _resource(w: World) -> str:
    return w.slots()[0].split(".")[1]


def _type(w: World) -> str:
    return w.slots()[0].split(".")[0]


def _saturday(desk: Desk) -> date:
    return desk.today + timedelta(days=(5 - desk.today.weekday()) % 7 + 7)


def _leave(w: World) -> str:
    w.seed.away(_resource(w), w.seed.today + timedelta(days=31))
    return str(w.seed.changes()[-1].id)


# ---------------------------------------------------------------------- the matrix


def test_every_method_of_the_desk_has_a_row_and_a_way_to_be_tried() -> None:
    named = {name for action in ACTIONS for name in action.desk}
    assert set(DESK) - named == set()
    assert set(DESK) - set(WAYS) == set()
    assert named - set(DESK) == set()


def test_a_method_without_a_row_is_nobodys(tmp_path: Path, clock: Clock) -> None:
    from triage.desk.guard import guarded

    @guarded(lambda desk: Staff("root", "Root", ROLES))
    class Newer(Desk):
        def brand_new(self) -> str:
            return "done"

    made = Newer(open_store(tmp_path), load_script(), Staff("root", "Root", ROLES), TOOLS, clock)
    with pytest.raises(NotAllowed, match=r"brand_new.*no row"):
        made.brand_new()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_at_the_desk_what_the_table_says_and_nothing_else(role: str, world: Callable[[str], World]) -> None:
    w = world(role)
    wrong = [name for name in WAYS if name in DESK and tried(w, name) != allowed(role, "desk", name)]
    assert wrong == []


def tried(w: World, name: str) -> bool:
    """Whether it was let through. A refusal keeps nothing."""
    do = WAYS[name](w, w.desk)
    before = w.beneath.info()["events"]
    why = ""
    try:
        do()
    except NotAllowed as refused:
        why = str(refused)
    except CloseBlocked:
        pass  # it was let as far as the script, whose business this is
    assert not why or w.beneath.info()["events"] == before, name
    assert not why or "may not" in why
    return not why


@pytest.mark.parametrize("role", ROLES)
def test_a_role_writes_to_the_store_what_the_table_says_and_nothing_else(
    role: str, world: Callable[[str], World]
) -> None:
    """Past the desk: through the guarded store, and on a server past that too, on the person's own connection."""
    w = world(role)
    for store in {id(s): s for s in (w.desk.store, w.raw) if s is not w.beneath}.values():
        wrong = [kind for kind in KINDS if written(w, store, kind) != allowed(role, "writes", kind)]
        assert wrong == [], store


def written(w: World, store: Store, kind: str, by: str = "", call: str = "", **data: Any) -> bool:
    key = new_id(w.clock())
    data = data or {"flagged": {"flag": "F-REPEAT", "on": True}, "undone": {"event": "none"}}.get(kind, {})
    event = Event(f"try-{key}", call or (key if kind in AUDIT else w.call().id), w.clock(), by or w.me.id, kind, data)
    try:
        store.write(event)
    except (NotAllowed, StoreRefused):
        return False
    return any(e.id == event.id for e in w.beneath.call(event.call).events)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_writes_in_somebody_elses_name(role: str, world: Callable[[str], World]) -> None:
    w = world(role)
    for store in {id(s): s for s in (w.desk.store, w.raw) if s is not w.beneath}.values():
        assert not any(written(w, store, kind, by="omar") for kind in ("opened", "flagged", "signed in", "viewed"))


@pytest.mark.parametrize("flag", ["F-UNSAFE", "F-SENS"])
@pytest.mark.parametrize("role", ROLES)
def test_two_flags_are_cleared_by_some_roles_only(role: str, flag: str, world: Callable[[str], World]) -> None:
    """PRIVACY P8, P10."""
    w = world(role)
    action = "say that contact is safe again" if flag == "F-UNSAFE" else "see restricted records"
    expected = may(w.me, action) and may(w.me, "set flags")
    for store in {id(s): s for s in (w.desk.store, w.raw) if s is not w.beneath}.values():
        assert written(w, store, "flagged", call=flagged(w, flag).id, flag=flag, on=False) == expected


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_the_table_says_and_nothing_else(role: str, world: Callable[[str], World]) -> None:
    """PRIVACY A4, P10: calls, restricted calls, one's own audit and that of others."""
    w = world(role)
    plain = w.other.report_listing(w.other.open(), "one", "closed")
    hidden = w.other.flag(w.other.open(), "F-SENS", True, "works here")
    mine, others = (Call(new_id(w.clock())) for _ in range(2))
    w.beneath.write(Event("look-mine", mine.id, w.clock(), w.me.id, "looked up", {"words": "bill", "found": 1}))
    w.beneath.write(Event("look-others", others.id, w.clock(), "omar", "looked up", {"words": "joan", "found": 1}))
    case = any(CASE in a.reads and role in a.roles for a in ACTIONS)
    audit, every = (may(w.me, f"read {whose}") for whose in ("the audit of others", "all of the audit"))
    for store in {id(s): s for s in (w.desk.store, w.raw) if s is not w.beneath}.values():
        store.refresh()
        assert seen(store, plain) == ({"opened", "reported"} if case else _kinds(role)), store
        assert bool(seen(store, hidden)) == may(w.me, "see restricted records"), store
        assert bool(seen(store, mine)) == every
        assert bool(seen(store, others)) == audit
        listed = {e.id for call in store.every() for e in call.events}
        assert ("look-others" in listed, "look-mine" in listed) == (audit, every)
        days = (w.clock().date() - timedelta(days=1), w.clock().date() + timedelta(days=1))
        assert (hidden.id in {c.id for c in store.calls(*days)}) == may(w.me, "see restricted records")


def _kinds(role: str) -> set[str]:
    return {kind for a in ACTIONS if role in a.roles for kind in a.reads} & {"opened", "reported"}


def seen(store: Store, call: Call) -> set[str]:
    try:
        return {e.kind for e in store.call(call.id).events}
    except (NotAllowed, NotFound):
        return set()


def test_a_restricted_call_is_opened_by_breaking_the_glass_for_a_while(world: Callable[[str], World]) -> None:
    """PRIVACY P10: with a reason that is kept; others stay shut out."""
    w = world("handler")
    call = w.other.flag(w.other.open(), "F-SENS", True, "works here")
    with pytest.raises(NotFound if w.raw is not w.beneath else NotAllowed, match=r"restricted|No call is kept"):
        w.desk.store.call(call.id)
    w.desk.people.break_glass("her neighbour rang: smoke from the flat")
    assert seen(w.desk.store, call) == {"opened", "flagged"}
    kept = [e for c in w.beneath.every() for e in c.of_kind("broke glass")]
    assert [e.data["reason"] for e in kept] == ["her neighbour rang: smoke from the flat"]
    w.clock.tick(minutes=16)
    assert seen(w.desk.store, call) == set()


def test_somebody_restricted_is_found_only_after_the_glass_is_broken(world: Callable[[str], World]) -> None:
    w = world("handler")
    call = w.other.answer(w.other.open(), "D1", {"p_name": "Bill Hargreaves"})
    w.other.flag(call, "F-SENS", True, "a councillor")
    assert w.desk.people.find("bill hargreaves", restricted=True) == ()
    w.desk.people.break_glass("he has fallen and can't reach his pills")
    assert w.desk.people.find("bill hargreaves") == ()
    (found,) = w.desk.people.find("bill hargreaves", restricted=True)
    assert found.person.restricted


def test_a_handler_keeps_their_own_open_call_when_it_turns_out_to_be_restricted(world: Callable[[str], World]) -> None:
    w = world("handler")
    call = w.desk.flag(w.desk.open(), "F-SENS", True, "the caller works here")
    assert seen(w.desk.store, call) == {"opened", "flagged"}
    w.desk.draft(call, "notes", "goes on")


# ---------------------------------------------------------------------- the table itself


def test_the_kinds_of_event_that_are_written_anywhere_have_a_row() -> None:
    code = "".join(
        path.read_text("utf-8")
        for room in ("desk", "booking")
        for path in (HERE / room).glob("*.py")
        if path.stem != "door"
    )
    kinds = set(re.findall(r'_(?:add|note|tell)\(\s*[\w.()]+,\s*"([a-z -]+)"', code))
    assert len(kinds) > 20
    assert kinds - set(KINDS) == set()


def test_a_server_keeps_a_copy_of_the_table_that_is_the_table(tmp_path: Path, clock: Clock) -> None:
    from triage.store.roster import behind, rows

    address = servers.shared().address(servers.schema())
    store: Any = open_store(address, clock=clock)
    rights, kinds = rows()
    assert sorted(store.server.rows("SELECT role, action FROM rights")) == rights
    assert sorted(store.server.rows("SELECT action, does, kind FROM kinds")) == kinds
    store.server.rows("DELETE FROM rights WHERE role = 'handler'")
    assert behind(store.server.rows)
    store.close()
    again: Any = open_store(address, clock=clock)
    assert not behind(again.server.rows)
    again.close()


def commands(top: argparse.ArgumentParser) -> Iterator[str]:
    """Every command that can be typed."""
    yield top.prog.removeprefix("triage").strip() or "triage"
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for made in action.choices.values():
                yield from commands(made)


def test_every_command_has_a_row() -> None:
    named = {name for action in ACTIONS for name in action.commands}
    assert set(commands(parser())) - named == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_runs_the_commands_that_the_table_says_and_no_others(role: str) -> None:
    wrong = []
    for path in commands(parser()):
        args = argparse.Namespace(path=path, staff=Staff("pat", "Pat Lee", (role,)), call="")
        try:
            admit(args)
        except NotAllowed:
            wrong += [path] if allowed(role, "commands", path) else []
        else:
            wrong += [] if allowed(role, "commands", path) else [path]
    assert wrong == []


def test_the_paper_shows_the_table_as_it_is() -> None:
    from triage.staff.roles import drawn

    paper = HERE.parent / "docs" / "privacy.md"
    assert drawn() in paper.read_text("utf-8"), "draw it again: triage staff roles --into docs/privacy.md"

"""People to ring back: whose it is, what came of it, what is overdue, and who may not be rung."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.conftest import HANDLER, Clock
from tests.test_store import STORES
from tests.test_store import Clock as StoreClock
from triage.cli import run
from triage.desk import Desk, Slip, open_desk
from triage.errors import BadAnswer, NotFound
from triage.library.diary import load_diary
from triage.library.standards import load_standards
from triage.model import Call, Event, Staff
from triage.promises import LOCAL, CallBack, call_backs, in_order, next_attempt, share
from triage.promises.callbacks import stuck
from triage.staff import NotAllowed

STANDARDS, DIARY = load_standards(), load_diary()
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
"""A Tuesday."""
BEN = Staff("ben", "Ben Osei", ("handler",))
SOCIAL_WORKER = Staff("priya", "Priya Nair", ("social worker",))
SUPERVISOR = Staff("sue", "Sue Marsh", ("supervisor",))


def closed(day: object) -> bool:
    return bool(DIARY.why_closed(day))  # type: ignore[arg-type]


def a_callback(promise: str = "p", due: float = 0, owner: str = "", **more: object) -> CallBack:
    """Due so many hours from now."""
    made = CallBack(promise, f"call-{promise}", "a call back", "the team", NOW + timedelta(hours=due), owner)
    from dataclasses import replace

    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def others(tmp_path: Path, clock: Clock) -> Iterator[Callable[[Staff], Desk]]:
    """Somebody else's desk on the same record."""
    made: list[Desk] = []

    def another(staff: Staff) -> Desk:
        made.append(open_desk(tmp_path, staff=staff, clock=clock))
        return made[-1]

    yield another
    for desk in made:
        desk.store.close()


def promised(desk: Desk, kind: str = "contact", number: str = "01632 960123") -> Call:
    """A call that ends with somebody to be rung back."""
    call = desk.answer(desk.open(), "G3", {"safe_to_talk": "safe", "callback_number": number})
    if kind != "contact":
        return desk.promise(call, "a call back", "Initial Contact Team", kind=kind, about="callback")
    return desk.answer(call, "Z4", {"callback_promised": "yes", "callback_owner": "Initial Contact Team"})


def one(desk: Desk) -> CallBack:
    [found] = desk.callbacks()
    return found


class TestTheOrder:
    def test_overdue_comes_first_and_the_longest_overdue_on_top(self) -> None:
        found = [a_callback("later", 30), a_callback("late", -1), a_callback("soon", 2), a_callback("latest", -20)]
        assert [c.promise for c in in_order(found, NOW)] == ["latest", "late", "soon", "later"]

    def test_what_is_to_be_tried_again_later_comes_after_what_can_be_rung_now(self, desk: Desk) -> None:
        from triage.promises import Attempt

        tried = Attempt(NOW, "ben", "no answer", next=NOW + timedelta(hours=2))
        found = [a_callback("tried", 5, attempts=(tried,)), a_callback("fresh", 40)]
        assert [c.promise for c in in_order(found, NOW)] == ["fresh", "tried"]
        assert [c.promise for c in in_order(found, NOW + timedelta(hours=2))] == ["tried", "fresh"]
        late = [a_callback("fresh", 40), a_callback("late", -1, attempts=(tried,))]
        assert in_order(late, NOW)[0].promise == "late", "overdue is overdue, whenever it is tried again"


class TestSharing:
    def test_everybody_gets_as_many_and_the_most_pressing_go_first(self) -> None:
        found = [a_callback(str(n), n - 3) for n in range(8)]
        given = share(found, ("ann", "ben", "cat"), NOW)
        counts = sorted(list(given.values()).count(who) for who in ("ann", "ben", "cat"))
        assert counts == [2, 3, 3]
        assert [given[str(n)] for n in range(3)] == ["ann", "ben", "cat"]

    def test_who_has_more_to_do_already_gets_fewer(self) -> None:
        found = [a_callback(str(n), n, owner="ann") for n in range(4)] + [a_callback(f"new{n}", n) for n in range(4)]
        given = share(found, ("ann", "ben", "cat"), NOW, {"cat": 2})
        assert list(given.values()).count("ann") == 0
        assert list(given.values()).count("ben") == 3
        assert list(given.values()).count("cat") == 1

    def test_what_somebody_off_duty_has_is_shared_and_what_somebody_on_duty_has_is_not(self) -> None:
        found = [a_callback("gone", owner="zoe"), a_callback("here", owner="ann")]
        assert share(found, ("ann", "ben"), NOW) == {"gone": "ben"}

    def test_nobody_is_given_what_may_not_be_rung_or_is_the_social_workers(self) -> None:
        found = [a_callback("unsafe", unsafe=True), a_callback("theirs", only="social worker")]
        assert share(found, ("ann",), NOW) == {}
        assert share([a_callback()], (), NOW) == {}

    def test_no_two_on_duty_ever_differ_by_more_than_one_from_an_even_start(self) -> None:
        for people in range(1, 6):
            for many in range(12):
                on_duty = tuple(f"h{n}" for n in range(people))
                given = list(share([a_callback(str(n), n) for n in range(many)], on_duty, NOW).values())
                counts = [given.count(who) for who in on_duty]
                assert (sum(counts), max(counts) - min(counts) <= 1) == (many, True)


class TestTheNextAttempt:
    @pytest.mark.parametrize(
        ("result", "now", "then"),
        [
            ("no answer", "2026-11-24T09:40", "2026-11-24 11:40"),
            ("no answer", "2026-11-24T07:00", "2026-11-24 09:00"),
            ("no answer", "2026-11-24T15:30", "2026-11-25 09:00"),
            ("voicemail", "2026-11-24T09:40", "2026-11-25 09:00"),
            ("voicemail", "2026-11-27T09:40", "2026-11-30 09:00"),
            ("no answer", "2026-12-24T16:00", "2026-12-29 09:00"),
            ("no answer", "2026-11-28T10:00", "2026-11-30 09:00"),
        ],
    )
    def test_it_is_in_working_hours(self, result: str, now: str, then: str) -> None:
        at = next_attempt(result, datetime.fromisoformat(now).replace(tzinfo=LOCAL), STANDARDS, closed)  # type: ignore[arg-type]
        assert at is not None
        assert f"{at:%Y-%m-%d %H:%M}" == then
        assert time(9) <= at.time() < time(17)

    def test_a_wrong_number_is_not_tried_again(self) -> None:
        assert next_attempt("wrong number", NOW, STANDARDS, closed) is None


class TestRinging:
    def test_a_promised_call_back_is_in_the_queue_until_they_were_spoken_to(self, desk: Desk) -> None:
        call = promised(desk)
        queued = one(desk)
        assert (queued.call, queued.team, queued.owner) == (call.id, "Initial Contact Team", "")
        assert queued.due == desk.due("contact")
        after = desk.rang(call, queued.promise, "spoke", "told her the day")
        assert desk.callbacks() == ()
        assert [e.kind for e in after.events[-3:]] == ["assigned", "rang", "settled"]
        assert after.kept

    def test_each_attempt_is_kept_with_its_result_and_the_next_time(self, desk: Desk, clock: Clock) -> None:
        call = promised(desk)
        promise = one(desk).promise
        desk.rang(call, promise, "no answer")
        first = one(desk)
        assert (first.owner, [a.result for a in first.attempts]) == ("hannah", ["no answer"])
        again = first.next(clock())
        assert again is not None
        assert timedelta(hours=1, minutes=58) < again - clock() <= timedelta(hours=2)
        desk.rang(call, promise, "voicemail", "left our number")
        desk.rang(call, promise, "wrong number")
        last = one(desk)
        assert ([a.result for a in last.attempts], last.wrong) == (["no answer", "voicemail", "wrong number"], True)
        assert stuck(last, STANDARDS)
        assert not stuck(first, STANDARDS)

    def test_an_agreed_time_goes_before_the_rule(self, desk: Desk, clock: Clock) -> None:
        call = promised(desk)
        when = clock() + timedelta(days=1)
        desk.rang(call, one(desk).promise, "no answer", "her sister: ring tomorrow", when)
        assert one(desk).next(clock()) == when

    def test_it_is_overdue_by_the_published_standard(self, desk: Desk, clock: Clock) -> None:
        promised(desk, "urgent")
        assert not one(desk).late(clock())
        clock.tick(hours=2)
        assert one(desk).late(clock())
        assert one(desk).urgent

    def test_after_the_call_was_saved_it_is_still_there(self, desk: Desk) -> None:
        call = promised(desk)
        way = next(w for w in desk.script.fast_exits if w.name == "worker")
        call = desk.fast_exit(call, way, {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"})
        assert call.closed
        assert one(desk).call == call.id
        desk.rang(call, one(desk).promise, "spoke")
        assert desk.callbacks() == ()

    def test_a_leaflet_in_braille_is_no_call_back(self, desk: Desk) -> None:
        call = desk.promise(desk.open(), "this leaflet as: Braille", "Customer Services Centre", about="format")
        assert desk.callbacks() == ()
        assert call.promises

    def test_a_demonstration_is_not_in_the_queue(self, tmp_path: Path, clock: Clock, desk: Desk) -> None:
        demo = open_desk(tmp_path, staff=HANDLER, clock=clock, mode="demo")
        promised(demo)
        demo.store.close()
        desk.store.refresh()
        assert desk.callbacks() == ()


class TestWhoseItIs:
    def test_taken_it_is_not_rung_by_another(self, desk: Desk, others: Callable[[Staff], Desk]) -> None:
        call = promised(desk)
        promise = one(desk).promise
        desk.assign(call, promise, "hannah")
        ben = others(BEN)
        with pytest.raises(Slip, match="hannah has this"):
            ben.rang(ben.store.call(call.id), promise, "spoke")
        with pytest.raises(Slip, match="why"):
            ben.assign(ben.store.call(call.id), promise, "ben")
        ben.assign(ben.store.call(call.id), promise, "ben", "Hannah has gone home")
        ben.rang(ben.store.call(call.id), promise, "no answer")
        assert one(desk).owner == "ben"
        told = [e.data for e in desk.store.call(call.id).of_kind("assigned")]
        assert [(d["was"], d["to"]) for d in told] == [("", "hannah"), ("hannah", "ben")]

    def test_rung_by_one_it_is_gone_for_the_other(self, desk: Desk, others: Callable[[Staff], Desk]) -> None:
        call = promised(desk)
        ben = others(BEN)
        promise = one(ben).promise
        desk.rang(call, promise, "spoke")
        with pytest.raises(NotFound, match="somebody rang them"):
            ben.rang(ben.store.call(call.id), promise, "spoke")

    def test_a_supervisor_shares_them_out_and_a_handler_does_not(
        self, desk: Desk, others: Callable[[Staff], Desk]
    ) -> None:
        calls = [promised(desk) for _ in range(5)]
        with pytest.raises(NotAllowed):
            desk.share_out(("ann",))
        given = others(SUPERVISOR).share_out(("hannah", "ben"))
        assert len(given) == len(calls)
        assert sorted(list(given.values()).count(who) for who in ("hannah", "ben")) == [2, 3]
        assert {c.promise: c.owner for c in desk.callbacks()} == given
        assert others(SUPERVISOR).share_out(("hannah", "ben")) == {}, "what is theirs stays theirs"

    def test_who_has_had_a_call_today_is_on_duty(self, desk: Desk, others: Callable[[Staff], Desk]) -> None:
        promised(desk)
        others(BEN).open()
        assert others(SUPERVISOR).on_duty() == ("ben", "hannah")

    def test_the_social_workers_call_back_is_theirs(self, desk: Desk, others: Callable[[Staff], Desk]) -> None:
        call = desk.promise(desk.open(), "a call back with the answer", "duty social worker", about="social worker")
        with pytest.raises(Slip, match="social worker’s"):
            desk.rang(call, one(desk).promise, "spoke")
        theirs = others(SOCIAL_WORKER)
        theirs.rang(theirs.store.call(call.id), one(theirs).promise, "spoke")
        assert desk.callbacks() == ()


class TestUnsafeContact:
    """PRIVACY P8."""

    def unsafe(self, desk: Desk) -> Call:
        call = promised(desk)
        return desk.flag(call, "F-UNSAFE", True, "her husband answers this number")

    def test_nobody_can_be_rung_from_here_and_it_says_what_to_do(self, desk: Desk) -> None:
        call = self.unsafe(desk)
        queued = one(desk)
        assert queued.unsafe
        for refused in (
            lambda: desk.rang(call, queued.promise, "no answer"),
            lambda: desk.rang(call, queued.promise, "spoke"),
            lambda: desk.number(call),
        ):
            with pytest.raises(Slip, match=r"isn’t safe.*Ask the social worker"):
                refused()
        assert desk.store.call(call.id).of_kind("rang") == ()

    def test_said_on_a_later_call_about_the_same_person_it_holds_for_the_earlier_call_back(self, desk: Desk) -> None:
        known = {"p_name": "Joan Hargreaves", "p_dob": "1944-03-03"}
        first = desk.answer(promised(desk), "D1", {"p_name": known["p_name"]})
        first = desk.answer(first, "D2", {"p_dob": known["p_dob"]})
        assert not one(desk).unsafe
        later = desk.answer(desk.open(), "D1", {"p_name": known["p_name"]})
        later = desk.answer(later, "D2", {"p_dob": known["p_dob"]})
        desk.flag(later, "F-UNSAFE", True, "he is home now")
        assert one(desk).unsafe
        with pytest.raises(Slip, match="isn’t safe"):
            desk.rang(first, one(desk).promise, "no answer")
        with pytest.raises(Slip, match="isn’t safe"):
            desk.number(first)

    def test_once_a_social_worker_cleared_it_they_can(self, desk: Desk, others: Callable[[Staff], Desk]) -> None:
        call = self.unsafe(desk)
        theirs = others(SOCIAL_WORKER)
        theirs.safe_again(theirs.store.call(call.id), "Spoke to her at her sister's")
        assert desk.number(call) == "01632 960123"
        desk.rang(call, one(desk).promise, "spoke")


@pytest.mark.parametrize("kind", STORES)
def test_every_store_keeps_attempts_and_owners(kind: str, tmp_path: Path) -> None:
    store = STORES[kind](tmp_path, StoreClock(NOW))()
    due = (NOW + timedelta(hours=2)).isoformat()
    told = {"what": "a call back", "owner": "team", "due": due, "about": "callback", "standard": "urgent"}
    events = [
        Event("e1", "20261124T094000-k7qm2fx", NOW, "ann", "promised", told),
        Event("e2", "20261124T094000-k7qm2fx", NOW, "ann", "assigned", {"promise": "e1", "to": "ben", "why": ""}),
        Event("e3", "20261124T094000-k7qm2fx", NOW, "ben", "rang",
              {"promise": "e1", "result": "no answer", "note": "", "next": due}),
    ]  # fmt: skip
    store.write(*events)
    [found] = call_backs(store.call("20261124T094000-k7qm2fx"))
    assert (found.owner, found.urgent, found.attempts[0].next) == ("ben", True, NOW + timedelta(hours=2))
    store.close()


class TestTheCommand:
    def test_the_queue_is_listed_taken_rung_and_shared(
        self,
        desk: Desk,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        clock: Clock,
    ) -> None:
        first, second = promised(desk, "urgent"), promised(desk)
        clock.tick(hours=3)
        monkeypatch.setitem(open_desk.__kwdefaults__, "clock", clock)

        def triage(*words: str) -> tuple[int, object]:
            capsys.readouterr()
            code = run(["--data-dir", str(tmp_path), "callbacks", *words, "--json"])
            out = capsys.readouterr().out
            return code, json.loads(out) if out else None

        code, listed = triage("list")
        assert code == 0
        assert [(c["call"], c["late"]) for c in listed] == [(first.ref, True), (second.ref, False)]  # type: ignore[union-attr,index]
        assert "960123" not in json.dumps(listed), "no number in a list"
        assert [c["call"] for c in triage("list", "--late")[1]] == [first.ref]  # type: ignore[union-attr]
        taken = triage("take", first.ref)[1]
        assert taken["owner"]  # type: ignore[index]
        tried = triage("rang", first.ref, "no-answer")[1]
        assert [a["result"] for a in tried["attempts"]] == ["no answer"]  # type: ignore[index]
        assert triage("rang", first.ref, "spoke")[1]["kept"]  # type: ignore[index]
        assert triage("rang", first.ref, "spoke")[0] == 1
        shared = triage("share", "--among", "ann,ben")[1]
        assert sum(shared["counts"].values()) == 1  # type: ignore[index]

    def test_a_result_nobody_knows_is_refused(self, desk: Desk) -> None:
        call = promised(desk)
        with pytest.raises(BadAnswer, match="voicemail"):
            desk.rang(call, one(desk).promise, "engaged")  # type: ignore[arg-type]

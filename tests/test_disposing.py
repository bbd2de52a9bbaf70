"""Letting go of records: how long they are kept, who signs, what is left; holds; a person's own data; corrections."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HANDLER, MORNING, Clock
from triage.desk import Desk, Slip, disposing, open_desk
from triage.desk.subject import plain, subject_access
from triage.errors import BadData, NotFound, StoreRefused
from triage.library.retention import load_retention
from triage.model import Call, Event, Staff
from triage.retention import due, held
from triage.staff import NotAllowed
from triage.store.journal import JournalStore
from triage.store.tombs import Tomb

from . import servers

GWEN = Staff("gwen", "Gwen Idle", ("information governance",))
GEOFF = Staff("geoff", "Geoff Rowe", ("information governance",))
SAM = Staff("sam", "Sam Okafor", ("supervisor",))
CALL = "20260105T100000-k7qm2fx"


def a_call(ref: str, opened: str, outcome: str, *, name: str = "", more: Mapping[str, Any] | None = None) -> Call:
    """A call of a day, closed with an outcome, about somebody of this name."""
    day = date.fromisoformat(opened)
    call_id = f"{day:%Y%m%d}T100000-{ref}"
    at = MORNING.replace(year=day.year, month=day.month, day=day.day)
    answers = {"p_name": name, "p_dob": "1944-03-03", **(more or {})} if name else dict(more or {})
    events = (
        Event(f"{call_id} 1", call_id, at, "hannah", "opened", {"script": "s", "version": "1", "mode": "live"}),
        Event(f"{call_id} 2", call_id, at, "hannah", "answered", {"step": "D1", "answers": answers}),
        Event(f"{call_id} 3", call_id, at, "hannah", "closed", {"outcome": outcome, "also": (), "pathways": ()}),
    )
    return Call(call_id, events)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["journal", "postgresql"])
def desk_of(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[Staff], Desk]]:
    """Somebody's desk on one record."""
    store = servers.shared().address(servers.schema()) if request.param == "postgresql" else tmp_path / "store"
    opened: list[Desk] = []

    def sits(staff: Staff) -> Desk:
        opened.append(open_desk(tmp_path, staff=staff, clock=clock, store=store))
        return opened[-1]

    yield sits
    for desk in opened:
        desk.store.close()


def keep(desk: Desk, *calls: Call) -> None:
    desk.store.inner.write(*(event for call in calls for event in call.events))  # type: ignore[attr-defined]


OLD = a_call("aaaaaa2", "2023-01-10", "IAG", name="Joan Pell")
"""Advice only, nearly four years ago."""
RECENT = a_call("aaaaaa3", "2026-10-10", "IAG", name="Bill Hargreaves")


# --- how long ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "kind", "kept"),
    [
        ("IAG", "advice", "2028-01-10"),
        ("SGC", "safeguarding", "2034-01-10"),
        ("ASN", "service", "2034-01-10"),
        ("CMP", "complaint", "2028-01-10"),
        ("NUI", "nuisance", "2026-04-10"),
    ],
)
def test_section_6_each_class_has_its_time(outcome: str, kind: str, kept: str) -> None:
    schedule = load_retention()
    call = a_call("aaaaaa2", "2026-01-10", outcome)
    ends = date.fromisoformat(kept)
    assert due([call], schedule, ends - timedelta(days=1), {})[0] == []
    ((found,), _) = due([call], schedule, ends, {})
    assert (found.kind, found.due) == (kind, kept)


def test_section_6_one_safeguarding_outcome_beside_others_keeps_the_call_longest() -> None:
    call = a_call("aaaaaa2", "2026-01-10", "IAG")
    also = replace(call.events[-1], data={"outcome": "IAG", "also": ["SGC"], "pathways": []})
    assert load_retention().of(Call(call.id, (*call.events[:-1], also))).id == "safeguarding"


def test_p2_advice_without_a_name_goes_after_three_months() -> None:
    call = a_call("aaaaaa2", "2026-01-10", "IAG", more={"anonymous": "yes"})
    assert load_retention().of(call).id == "anonymous"


def test_section_6_the_time_counts_from_the_last_contact_about_the_person() -> None:
    again = {OLD.id: date(2026, 9, 1)}
    assert due([OLD], load_retention(), date(2026, 11, 24), {})[0]
    assert due([OLD], load_retention(), date(2026, 11, 24), again)[0] == []


def test_what_is_open_owed_or_on_hold_stays_whatever_its_age() -> None:
    still_open = Call(OLD.id, OLD.events[:-1])
    owed = Event(
        "p", OLD.id, OLD.events[1].at, "hannah", "promised", {"what": "ring", "owner": "us", "due": "2023-01-11"}
    )
    hold = Event("h", OLD.id, OLD.events[2].at, "gwen", "hold set", {"reason": "inquest"})
    calls = [still_open, Call(OLD.id, (*OLD.events, owed)), Call(OLD.id, (*OLD.events, hold))]
    found, staying = due(calls, load_retention(), date(2026, 11, 24), {})
    assert found == []
    assert staying == {"it is still open": 1, "a promise on it is still owed": 1, "legal hold": 1}


def test_the_council_sets_its_own_times_and_a_wrong_file_is_refused_by_its_line(tmp_path: Path) -> None:
    own = tmp_path / "retention.yaml"
    shipped = Path("data/retention.yaml").read_text("utf-8") if Path("data/retention.yaml").is_file() else ""
    assert shipped
    own.write_text(shipped.replace("days: 90", "days: 30"), "utf-8")
    assert load_retention(tmp_path).of(a_call("aaaaaa2", "2026-01-10", "NUI")).days == 30
    own.write_text(shipped.replace("days: 90", "days: 90\n    years: 1"), "utf-8")
    with pytest.raises(BadData, match="nuisance needs exactly one of days, months and years"):
        load_retention(tmp_path)


# --- two people -------------------------------------------------------------------------------------


def test_p15_nothing_goes_before_a_second_person_of_the_role_signs(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, geoff = desk_of(GWEN), desk_of(GEOFF)
    keep(gwen, OLD, RECENT)
    items, _ = disposing.overdue(gwen)
    assert [item.call for item in items] == [OLD.id]
    one = disposing.propose(gwen, items)
    with pytest.raises(Slip, match="Two different people"):
        disposing.carry_out(gwen, one)
    with pytest.raises(Slip, match="Somebody else"):
        disposing.sign(gwen, one)
    for staff in (HANDLER, SAM):
        with pytest.raises(NotAllowed):
            disposing.sign(desk_of(staff), one)
    geoff.store.refresh()
    assert geoff.store.call(OLD.id)
    path, told = disposing.carry_out(geoff, disposing.sign(geoff, one))
    assert (told["erased"], told["proposed_by"], told["signed_by"]) == (1, "gwen", ["geoff"])
    gwen.store.refresh()
    with pytest.raises(NotFound):
        gwen.store.call(OLD.id)
    assert gwen.store.call(RECENT.id).answers["p_name"] == "Bill Hargreaves"
    assert json.loads(path.read_text("utf-8"))["items"][0]["call"] == OLD.id
    assert gwen.store.inner.verify() == []  # type: ignore[attr-defined]
    with pytest.raises(Slip, match="carried out already"):
        disposing.sign(geoff, disposing.proposal(geoff, one.id))


def test_p15_the_certificate_holds_no_content(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, geoff = desk_of(GWEN), desk_of(GEOFF)
    keep(gwen, OLD)
    one = disposing.propose(gwen, disposing.overdue(gwen)[0])
    path, told = disposing.carry_out(geoff, disposing.sign(geoff, one))
    assert set(told["items"][0]) == {"call", "kind", "opened", "erased", "certificate"}
    assert "Pell" not in path.read_text("utf-8")
    (tomb,) = gwen.store.inner.erased()  # type: ignore[attr-defined]
    assert (tomb.kind, tomb.opened) == ("advice", "2023-01-10")


def test_p15_nothing_of_an_erased_call_is_left_in_the_files(tmp_path: Path, clock: Clock) -> None:
    gwen, geoff = (open_desk(tmp_path, staff=staff, clock=clock) for staff in (GWEN, GEOFF))
    keep(gwen, OLD, RECENT)
    inner: JournalStore = gwen.store.inner  # type: ignore[attr-defined]
    clock.tick(days=1)
    inner.archive()
    leaflet = tmp_path / "leaflets" / f"leaflet-{OLD.ref}.txt"
    leaflet.parent.mkdir()
    leaflet.write_text("for Joan Pell", "utf-8")
    assert _holding(tmp_path, "Joan Pell")
    disposing.carry_out(geoff, disposing.sign(geoff, disposing.propose(gwen, disposing.overdue(gwen)[0])))
    assert _holding(tmp_path, "Joan Pell") == []
    assert _holding(tmp_path, "Bill Hargreaves")
    assert inner.verify() == []
    for desk in (gwen, geoff):
        desk.store.close()


def _holding(folder: Path, words: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_p15_a_restore_of_an_older_backup_erases_again(tmp_path: Path, clock: Clock) -> None:
    from triage.store.upkeep import backup, restore

    gwen, geoff = (open_desk(tmp_path, staff=staff, clock=clock) for staff in (GWEN, GEOFF))
    keep(gwen, OLD, RECENT)
    backup(gwen.store.inner, tmp_path / "copy", clock())  # type: ignore[attr-defined]
    disposing.carry_out(geoff, disposing.sign(geoff, disposing.propose(gwen, disposing.overdue(gwen)[0])))
    for desk in (gwen, geoff):
        desk.store.close()
    told = restore(tmp_path / "store", tmp_path / "copy", clock(), force=True, by=GWEN)
    assert told["erased_again"] == 1
    again = JournalStore(tmp_path / "store", clock=clock)
    with pytest.raises(NotFound):
        again.call(OLD.id)
    assert again.call(RECENT.id)
    assert again.verify() == []
    again.close()


def test_p15_a_call_that_rose_again_is_named_by_verify(tmp_path: Path, clock: Clock) -> None:
    store = JournalStore(tmp_path / "store", clock=clock)
    store.write(*OLD.events)
    store.erase([Tomb(OLD.id, "advice", "2023-01-10", "2026-11-24", "CERT")])
    store.write(*OLD.events)
    assert any(f"call {OLD.ref} ({OLD.id}) was erased and is in the record" in fault for fault in store.verify())
    assert store.erase_again() == 1
    with pytest.raises(NotFound):
        store.call(OLD.id)
    store.close()


@pytest.mark.parametrize("step", range(4))
def test_p15_erasing_stopped_at_any_step_leaves_all_or_nothing(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    store = JournalStore(tmp_path / "store", clock=clock)
    store.write(*OLD.events, *a_call("aaaaaa8", "2023-01-11", "SGC").events, *RECENT.events)
    clock.tick(days=2)
    store.archive()
    store.write(*a_call("aaaaaa4", "2026-11-26", "IAG", name="Ann Hill").events)

    class Stopped(BaseException):
        pass

    left = [step]

    def stopping(name: str) -> Callable[..., Any]:
        real = getattr(__import__("triage.store.anew", fromlist=[name]), name)

        def done(*args: Any, **kwargs: Any) -> Any:
            if not left[0]:
                raise Stopped
            left[0] -= 1
            return real(*args, **kwargs)

        return done

    with monkeypatch.context() as patch:
        for name in ("open_new", "write_all", "flush", "write_whole"):
            patch.setattr(f"triage.store.anew.{name}", stopping(name))
        with pytest.raises(Stopped):
            store.erase([Tomb(OLD.id, "advice", "2023-01-10", "2026-11-24", "CERT")])
    other = JournalStore(tmp_path / "store", clock=clock)
    assert other.call(OLD.id).events == OLD.events
    assert other.erase_again() == 1
    assert other.verify() == []
    assert other.info()["calls"] == 3
    store.close()
    other.close()


def test_p15_an_order_erases_one_call_when_two_signed(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, geoff = desk_of(GWEN), desk_of(GEOFF)
    keep(gwen, RECENT)
    with pytest.raises(Slip, match="reason"):
        disposing.order(gwen, RECENT.ref, " ")
    one = disposing.order(gwen, RECENT.ref, "DPO 17/26: objection upheld")
    _, told = disposing.carry_out(geoff, disposing.sign(geoff, one))
    assert (told["erased"], told["items"][0]["kind"]) == (1, "order")


def test_p15_a_server_itself_refuses_what_two_people_didnt_sign_for_and_what_is_on_hold(clock: Clock) -> None:
    cluster, schema = servers.shared(), servers.schema()
    from triage.store.central import PostgresStore

    owner = PostgresStore(cluster.address(schema), desk="test", clock=clock, look_every=0)
    owner.write(*OLD.events, *RECENT.events)
    put = "INSERT INTO staff (id, name, roles, login) VALUES (%s, %s, '{information governance}', %s)"
    owner.server.rows(put, "gwen", "Gwen", "ann")
    owner.server.rows(put, "geoff", "Geoff", "somebody")
    ann = PostgresStore(cluster.address(schema, "ann"), desk="test", clock=clock, look_every=0)
    proposed = Event("p1", "disposals", MORNING, "gwen", "disposal proposed", {"items": [[OLD.id, "advice", "", ""]]})
    ann.write(proposed)
    tombs = [Tomb(OLD.id, "advice", "2023-01-10", "2026-11-24", "CERT")]
    try:
        with pytest.raises(StoreRefused, match="two different people"):
            ann.erase(tombs, "p1")
        ann.write(Event("s1", "disposals", MORNING, "gwen", "disposal signed", {"proposal": "p1"}))
        with pytest.raises(StoreRefused, match="two different people"):
            ann.erase(tombs, "p1")
        owner.write(Event("s2", "disposals", MORNING, "geoff", "disposal signed", {"proposal": "p1"}))
        with pytest.raises(StoreRefused, match="not among those"):
            ann.erase([replace(tombs[0], call=RECENT.id)], "p1")
        ann.write(Event("h1", OLD.id, MORNING, "gwen", "hold set", {"reason": "inquest"}))
        with pytest.raises(StoreRefused, match="legal hold"):
            ann.erase(tombs, "p1")
        ann.write(Event("h2", OLD.id, MORNING, "gwen", "hold lifted", {"reason": "closed"}))
        assert ann.erase(tombs, "p1") == 1
        with pytest.raises(StoreRefused):
            ann.server.rows("DELETE FROM events")
    finally:
        ann.close()
        owner.close()


# --- holds ------------------------------------------------------------------------------------------


def test_p15_a_legal_hold_on_a_person_stops_disposal_until_it_is_lifted(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, geoff = desk_of(GWEN), desk_of(GEOFF)
    older = a_call("aaaaaa5", "2022-01-10", "IAG", name="Joan Pell")
    keep(gwen, older, OLD)
    one = disposing.propose(gwen, disposing.overdue(gwen)[0])
    signed = disposing.sign(geoff, one)
    with pytest.raises(Slip, match="reason"):
        disposing.hold(gwen, OLD.ref, "")
    changed = disposing.hold(gwen, OLD.ref, "inquest, coroner’s letter of 20/11")
    assert {call.id for call in changed} == {older.id, OLD.id}
    assert all(held(call) for call in changed)
    geoff.store.refresh()
    _, told = disposing.carry_out(geoff, signed)
    assert (told["erased"], told["stayed"]) == (0, 2)
    with pytest.raises(Slip, match="legal hold"):
        disposing.order(gwen, OLD.ref, "objection")
    disposing.hold(gwen, OLD.ref, "inquest closed", on=False)
    assert len(disposing.overdue(gwen)[0]) == 0, "to set and lift a hold is contact enough for today"


@pytest.mark.parametrize(
    "staff", [HANDLER, SAM, Staff("s", "S", ("social worker",)), Staff("a", "A", ("administrator",))]
)
def test_p15_only_information_governance_holds_proposes_and_exports(
    desk_of: Callable[[Staff], Desk], staff: Staff
) -> None:
    keep(desk_of(GWEN), OLD)
    desk = desk_of(staff)
    for refused in (
        lambda: disposing.hold(desk, OLD.ref, "why"),
        lambda: disposing.overdue(desk),
        lambda: disposing.order(desk, OLD.ref, "why"),
        lambda: disposing.proposals(desk),
        lambda: subject_access(desk, OLD.ref, "why"),
    ):
        with pytest.raises(NotAllowed):
            refused()


# --- a person's own data ----------------------------------------------------------------------------


def test_p14_a_persons_data_is_given_in_text_and_json_with_others_marked(desk_of: Callable[[Staff], Desk]) -> None:
    gwen = desk_of(GWEN)
    said = {
        "caller_role": "relative/friend/neighbour",
        "caller_name": "Petra Pell",
        "callback_number": "07700 900123",
        "reason_verbatim": "my brother Zeb takes her card",
        "sg_source": "her nephew Zeb",
        "p_postcode": "CV6 1AA",
    }
    first = a_call("aaaaaa6", "2026-10-10", "IAG", name="Joan Pell", more=said)
    own = a_call(
        "aaaaaa7",
        "2026-10-12",
        "IAG",
        name="Joan Pell",
        more={"caller_role": "self", "callback_number": "07700 900456"},
    )
    keep(gwen, first, own, RECENT)
    with pytest.raises(Slip, match="reason"):
        subject_access(gwen, first.ref, "")
    told = subject_access(gwen, own.ref, "SAR 12/26, checked by Gwen")
    json.dumps(told)
    assert [call["reference"] for call in told["calls"]] == [first.ref, own.ref]
    marks = {answer["key"]: answer["mark"] for answer in told["calls"][0]["answers"]}
    assert {key for key, mark in marks.items() if mark == "third_party"} == {
        "caller_name",
        "callback_number",
        "sg_source",
    }
    assert marks["reason_verbatim"] == "read_first"
    assert marks["p_postcode"] == ""
    assert {a["mark"] for a in told["calls"][1]["answers"] if a["key"] == "callback_number"} == {""}
    text = plain(told)
    assert all("[THIRD PARTY]" in line for line in text.splitlines() if "Petra" in line)
    assert "Hargreaves" not in text
    lines = list(gwen.store.audit())
    assert (lines[-1].action, lines[-1].reason, lines[-1].user) == ("export", "SAR 12/26, checked by Gwen", "gwen")


# --- corrections ------------------------------------------------------------------------------------


def test_p13_a_correction_is_a_new_version_and_the_old_is_for_the_audit_only(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, sam = desk_of(GWEN), desk_of(SAM)
    keep(gwen, RECENT)
    with pytest.raises(Slip, match="reason"):
        gwen.correct(RECENT, {"p_name": "William Hargreaves"}, " ")
    with pytest.raises(NotAllowed):
        sam.correct(RECENT, {"p_name": "William Hargreaves"}, "he says so")
    after = gwen.correct(RECENT, {"p_name": "William Hargreaves"}, "Art 16, letter of 20/11")
    assert after.answers["p_name"] == "William Hargreaves"
    assert after.events[: len(RECENT.events)] == RECENT.events, "nothing kept was changed"
    sam.store.refresh()
    theirs, whole = sam.store.call(RECENT.id), gwen.store.call(RECENT.id)
    assert theirs.answers["p_name"] == whole.answers["p_name"] == "William Hargreaves"
    assert "Bill" not in str([dict(e.data) for e in theirs.events])
    assert "Bill" in str([dict(e.data) for e in whole.events])
    assert gwen.store.inner.verify() == []  # type: ignore[attr-defined]


def test_p13_an_open_call_is_changed_by_its_handler_not_corrected(desk_of: Callable[[Staff], Desk]) -> None:
    desk = desk_of(HANDLER)
    call = desk.open()
    with pytest.raises(Slip, match="still open"):
        desk_of(GWEN).correct(call, {"p_name": "Joan"}, "why")


def test_a6_the_audit_outlives_what_it_tells_of(desk_of: Callable[[Staff], Desk]) -> None:
    gwen, geoff = desk_of(GWEN), desk_of(GEOFF)
    keep(gwen, OLD)
    before = [line for line in gwen.store.audit() if line.record == OLD.id]
    one = disposing.propose(gwen, disposing.overdue(gwen)[0])
    disposing.carry_out(geoff, disposing.sign(geoff, one))
    assert before
    assert [line for line in gwen.store.audit() if line.record == OLD.id] == before
    (erased,) = [line for line in gwen.store.audit() if line.action == "erase"]
    assert (erased.user, erased.record) == ("geoff", one.id)

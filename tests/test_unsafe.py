"""Somebody whom it isn’t safe to contact: nothing leaves, on any channel, until a social worker says so (P8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import HANDLER, Clock
from triage.cli import run
from triage.desk import Desk, Slip, open_desk
from triage.desk.files import write_calendar
from triage.desk.handing import note, write_leaflet
from triage.desk.safety import LEAVES
from triage.errors import BadAnswer
from triage.model import Call
from triage.settings import me
from triage.staff import NotAllowed

SOCIAL_WORKER = replace(HANDLER, id="priya", name="Priya Nair", roles=("social worker",))


@pytest.fixture
def social_worker(desk: Desk, tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """The social worker's own desk, on the same record."""
    made = open_desk(tmp_path, staff=SOCIAL_WORKER, clock=clock)
    yield made
    made.store.close()


def unsafe(desk: Desk) -> Call:
    """A call from somebody whose number isn't safe."""
    call = desk.answer(desk.open(), "G1", {"reason_verbatim": "help with bills"})
    call = desk.answer(call, "G2", {"danger_now": "no"})
    return desk.answer(call, "G3", {"safe_to_talk": "number unsafe"})


def first_slot(desk: Desk, kind: str) -> str:
    now = desk.clock()
    return desk.free_slots(kind, now, now.replace(month=12, day=20))[0].id


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("Z3", {"shortlist_sent": "post"}),
        ("Z3", {"shortlist_sent": "email"}),
        ("Z3", {"shortlist_sent": "text"}),
        ("Z3", {"shortlist_sent": "printed"}),
        ("Z3", {"shortlist_sent": "another way"}),
        ("I2", {"self_assessment": "link sent"}),
        ("X2", {"x2_callback": "called back"}),
        ("Z4", {"callback_promised": "yes"}),
        ("Z5", {"survey": "yes"}),
    ],
)
def test_nothing_is_sent_and_no_call_back_is_promised(desk: Desk, step: str, answer: dict[str, str]) -> None:
    call = unsafe(desk)
    with pytest.raises(BadAnswer, match=r"isn’t safe.*social worker"):
        desk.answer(call, step, answer)
    assert desk.store.call(call.id).answers.keys().isdisjoint(answer)


def test_reading_the_list_out_stays_possible(desk: Desk) -> None:
    call = desk.answer(unsafe(desk), "Z3", {"shortlist_sent": "read out"})
    assert desk.handed(call, "shortlist", "read out", "words").of_kind("handed")


def test_every_answer_that_would_send_something_stands_in_the_script(desk: Desk) -> None:
    for key, values in LEAVES.items():
        found = desk.script.field(key)
        assert found, key
        assert {v for v in values if not found[1].option(v)} <= ({"yes"} if found[1].type == "yn" else set()), key


def test_no_leaflet_is_written(desk: Desk, tmp_path: Path) -> None:
    call = desk.keep(unsafe(desk), "men-shed")
    with pytest.raises(Slip, match="Read it out"):
        write_leaflet(desk, call)
    assert list(tmp_path.rglob("leaflet*")) == []


@pytest.mark.parametrize("channel", ["post", "email", "text", "printed", "file", "handed over"])
def test_nothing_can_be_noted_as_given_on_a_channel_that_leaves_the_room(desk: Desk, channel: str) -> None:
    with pytest.raises(Slip, match="isn’t safe to send"):
        desk.handed(unsafe(desk), "leaflet", channel, "text")


@pytest.mark.parametrize("kind", ["phone", "carers", "home-visit", "ot"])
def test_no_appointment_is_given_for_which_we_ring_or_come_to_the_house(desk: Desk, kind: str) -> None:
    call, slot = unsafe(desk), first_slot(desk, kind)
    for take in (desk.hold, desk.book):
        with pytest.raises(Slip, match=r"ring or visit.*social worker"):
            take(call, slot)


def test_an_office_appointment_can_be_given_but_not_moved_to_a_phone_call_nor_put_in_a_calendar(desk: Desk) -> None:
    call = unsafe(desk)
    slot = first_slot(desk, "office")
    call = desk.book(call, slot)
    with pytest.raises(Slip, match="ring or visit"):
        desk.move(call, slot, first_slot(desk, "phone"))
    with pytest.raises(Slip, match="isn’t safe to send"):
        write_calendar(desk, call, desk.tools.diary.slot(slot))


def test_the_command_line_books_and_prints_nothing_either(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = unsafe(desk)
    slot = first_slot(desk, "phone")
    where = ["--data-dir", str(tmp_path)]
    assert run(["diary", "book", slot, "--call", call.ref, *where]) == 2
    assert "isn’t safe to ring or visit" in capsys.readouterr().err
    assert run(["report", "--call", call.ref, *where]) == 2
    assert "isn’t safe to send or print" in capsys.readouterr().err


def test_what_was_to_be_sent_before_it_was_known_stops_the_call_from_being_closed(desk: Desk) -> None:
    call = desk.answer(desk.open(), "G1", {"reason_verbatim": "things to do"})
    call = desk.answer(desk.go(call, "Z3"), "Z3", {"shortlist_sent": "post"})
    call = desk.answer(desk.go(call, "Z4"), "Z4", {"callback_promised": "yes"})
    call = desk.interrupt(call, "unsafe")
    call = desk.answer(call, "E6", {"unsafe_danger": "no"})
    assert desk.unsafe(call)
    blocks = {b.go for b in desk.walk(call).blocks if "not safe" in b.why}
    assert blocks == {"Z3", "Z4"}


def test_only_a_social_worker_clears_it_and_only_with_a_reason(desk: Desk, social_worker: Desk) -> None:
    call = unsafe(desk)
    with pytest.raises(NotAllowed, match="A social worker may"):
        desk.safe_again(call, "she says it is fine")
    with pytest.raises(NotAllowed, match="A social worker may"):
        desk.flag(call, "F-UNSAFE", False, "she says it is fine")
    theirs = social_worker.store.call(call.id)
    with pytest.raises(Slip, match="why"):
        social_worker.safe_again(theirs, "  ")
    cleared = social_worker.safe_again(theirs, "Rung at her sister's; he has moved out")
    assert not social_worker.unsafe(cleared)
    desk.store.refresh()
    mine = desk.store.call(call.id)
    assert desk.answer(mine, "Z3", {"shortlist_sent": "post"})


def test_it_can_be_cleared_after_the_call_was_saved(desk: Desk, social_worker: Desk) -> None:
    call = unsafe(desk)
    wrong = next(way for way in desk.script.fast_exits if way.name == "worker")
    call = desk.fast_exit(call, wrong, {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"})
    assert call.closed
    social_worker.store.refresh()
    cleared = social_worker.safe_again(social_worker.store.call(call.id), "Spoke to her at the office")
    assert not social_worker.unsafe(cleared)


def test_changing_the_answer_does_not_make_it_safe_again(desk: Desk) -> None:
    call = desk.answer(unsafe(desk), "G3", {"safe_to_talk": "safe"})
    assert desk.unsafe(call)
    for _ in range(4):
        call = desk.undo(call)
    assert desk.unsafe(call)


def test_a_slip_of_the_finger_is_taken_back_at_once(desk: Desk) -> None:
    assert not desk.unsafe(desk.undo(unsafe(desk)))


def test_said_again_after_it_was_cleared_it_is_unsafe_again(social_worker: Desk) -> None:
    call = social_worker.safe_again(unsafe(social_worker), "He was away")
    call = social_worker.answer(social_worker.go(call, "D9"), "D9", {"contact_rule": "do not ring"})
    assert social_worker.unsafe(call)


# The person, from call to call

JOAN = {"p_name": "Joan Pike", "p_dob": "1944-03-03", "p_postcode": "CV2 1AA", "p_phone": "01632 960123"}


def saved(desk: Desk, **known: str) -> Call:
    """An earlier call, saved, from somebody who may not be rung."""
    call = known_as(desk, unsafe(desk), **known)
    way = next(way for way in desk.script.fast_exits if way.name == "worker")
    call = desk.fast_exit(call, way, {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"})
    assert call.closed
    return call


def known_as(desk: Desk, call: Call, **known: str) -> Call:
    """The call with what was said of the person, each at its step."""
    for key, value in known.items():
        call = desk.answer(call, desk.script.asked_at[key][0], {key: value})
    return call


@pytest.mark.parametrize(
    "now",
    [
        {"p_name": "Joan Pike", "p_dob": "1944-03-03"},
        {"p_name": "joan pike", "p_phone": "01632 960 123"},
        {"p_name": "Joan Pike", "callback_number": "01632960123"},
        {"p_dob": "1944-03-03", "p_postcode": "cv2 1aa"},
        {"p_nhs": "999 000 0018", "p_name": "J Pike-Ward"},
    ],
    ids=" and ".join,
)
def test_the_mark_of_an_earlier_call_is_in_force_as_soon_as_the_person_is_known(
    desk: Desk, now: dict[str, str]
) -> None:
    earlier = saved(desk, **JOAN, p_nhs="999 000 0018")
    (*first, last) = now.items()
    call = known_as(desk, desk.open(), **dict(first))
    assert not desk.unsafe(call) or "p_nhs" in now
    call = known_as(desk, call, **dict([last]))
    assert desk.unsafe(call)
    assert earlier.ref in call.of_kind("flagged")[-1].data["reason"]
    for step, answer in (("Z3", {"shortlist_sent": "post"}), ("Z4", {"callback_promised": "yes"})):
        with pytest.raises(BadAnswer, match="isn’t safe"):
            desk.answer(call, step, answer)
    with pytest.raises(Slip, match="isn’t safe"):
        write_leaflet(desk, desk.keep(call, "men-shed"))


@pytest.mark.parametrize(
    "now",
    [
        {"p_phone": "01632 960123"},
        {"p_name": "Frank Pike", "p_phone": "01632 960123", "p_postcode": "CV2 1AA"},
        {"p_name": "Joan Pike", "p_dob": "1951-07-08"},
        {"p_phone": "01632 960123", "p_postcode": "CV2 1AA"},
    ],
    ids=" and ".join,
)
def test_whoever_only_shares_the_telephone_or_the_house_or_the_name_is_not_marked(
    desk: Desk, now: dict[str, str]
) -> None:
    saved(desk, **JOAN)
    assert not desk.unsafe(known_as(desk, desk.open(), **now))


def test_a_caller_who_gave_no_name_is_known_by_the_number_alone(desk: Desk) -> None:
    saved(desk, callback_number="01632 960777")
    assert desk.unsafe(known_as(desk, desk.open(), callback_number="01632 960777"))
    assert not desk.unsafe(known_as(desk, desk.open(), callback_number="01632 960778"))


def test_a_call_that_somebody_links_to_the_person_is_marked_at_once(desk: Desk) -> None:
    earlier = saved(desk, **JOAN)
    call = known_as(desk, desk.open(), p_name="Jonah Peake")
    desk.people.load()
    (person,) = (p for p in desk.people.index.people if earlier.id in p.calls)
    assert desk.unsafe(desk.people.same(call, person))


def test_two_records_that_are_said_to_be_two_people_keep_their_own_marks(desk: Desk) -> None:
    earlier = saved(desk, **JOAN)
    call = known_as(desk, desk.open(), p_name="Joan Pike")
    desk.people.link(call.id, earlier.id, "grandmother and granddaughter", on=False)
    call = known_as(desk, desk.store.call(call.id), p_dob="1944-03-03")
    assert not desk.unsafe(call)


def test_a_mark_on_another_handlers_open_call_counts_too(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    known_as(desk, unsafe(desk), **JOAN)
    other = open_desk(tmp_path, staff=replace(HANDLER, id="omar", name="Omar Diaz"), clock=clock)
    assert other.unsafe(known_as(other, other.open(), p_name="Joan Pike", p_dob="1944-03-03"))
    other.store.close()


def test_a_restricted_record_protects_its_person_too(desk: Desk) -> None:
    call = desk.flag(unsafe(desk), "F-SENS", True, "works here")
    known_as(desk, call, **JOAN)
    assert desk.unsafe(known_as(desk, desk.open(), p_name="Joan Pike", p_dob="1944-03-03"))


@pytest.mark.parametrize("on", ["the earlier call", "the new call"])
def test_cleared_on_one_call_it_is_cleared_for_the_person(desk: Desk, social_worker: Desk, on: str) -> None:
    earlier = saved(desk, **JOAN)
    call = known_as(desk, desk.open(), p_name="Joan Pike", p_dob="1944-03-03")
    social_worker.store.refresh()
    cleared = social_worker.store.call(earlier.id if on == "the earlier call" else call.id)
    social_worker.safe_again(cleared, "Seen at her sister's; he has moved away")
    desk.store.refresh()
    assert not any(desk.unsafe(desk.store.call(c.id)) for c in (earlier, call))
    assert not desk.unsafe(known_as(desk, desk.open(), p_name="Joan Pike", p_dob="1944-03-03"))


def test_what_was_planned_before_is_listed_to_be_cancelled(desk: Desk) -> None:
    before = known_as(desk, desk.open(), **JOAN)
    phone, home, office = (first_slot(desk, kind) for kind in ("phone", "home-visit", "office"))
    before = desk.book(desk.book(desk.book(before, phone), home), office)
    before = desk.answer(desk.go(before, "Z4"), "Z4", {"callback_promised": "yes", "callback_owner": "Ann Hill"})
    assert desk.planned(before) == ()
    call = known_as(desk, unsafe(desk), p_name="Joan Pike", p_dob="1944-03-03")
    said = {(p.call.id, p.slot.id if p.slot else "") for p in desk.planned(call)}
    assert {(before.id, phone), (before.id, home)} <= said
    assert (before.id, office) not in said
    assert {p.what.rpartition(": ")[2] for p in desk.planned(call)} == {
        *("someone rings", "someone comes to the house", "a call back"),
    }


def test_the_case_note_says_so_before_anything_else(desk: Desk) -> None:
    assert note(desk, unsafe(desk)).startswith("UNSAFE TO CONTACT. Do not ring")


def test_whoever_installs_it_may_clear_it() -> None:
    assert "social worker" in me().roles


def test_on_other_calls_everything_stays_possible(desk: Desk) -> None:
    call = desk.answer(desk.open(), "G3", {"safe_to_talk": "safe"})
    call = desk.answer(call, "Z3", {"shortlist_sent": "post"})
    call = desk.book(call, first_slot(desk, "phone"))
    call, paths = write_leaflet(desk, desk.keep(call, "men-shed"))
    assert paths["text"].exists()
    assert write_calendar(desk, call, desk.tools.diary.slot(call.bookings[0])).exists()

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
from triage.desk.handing import write_leaflet
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


def test_whoever_installs_it_may_clear_it() -> None:
    assert "social worker" in me().roles


def test_on_other_calls_everything_stays_possible(desk: Desk) -> None:
    call = desk.answer(desk.open(), "G3", {"safe_to_talk": "safe"})
    call = desk.answer(call, "Z3", {"shortlist_sent": "post"})
    call = desk.book(call, first_slot(desk, "phone"))
    call, paths = write_leaflet(desk, desk.keep(call, "men-shed"))
    assert paths["text"].exists()
    assert write_calendar(desk, call, desk.tools.diary.slot(call.bookings[0])).exists()

"""The desk: what a handler does is on the disk before it shows, and comes back after anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import HANDLER, Clock
from triage.desk import Desk, Slip, open_desk
from triage.errors import BadAnswer, CloseBlocked, NotFound, SlotTaken
from triage.model import Call, Staff, note_field


def at_danger(desk: Desk) -> Call:
    """A call whose caller has said hello."""
    return desk.answer(desk.open(), "G1", {"reason_verbatim": "it's about my mum"})


def another_desk(desk: Desk, tmp_path: Path, clock: Clock, who: Staff = HANDLER) -> Desk:
    """Another process on the same store."""
    return open_desk(tmp_path, staff=who, clock=clock)


def test_answering_goes_on_to_the_next_step(desk: Desk) -> None:
    assert desk.walk(at_danger(desk)).step == "G2"


def test_an_answer_that_does_not_fit_is_refused_and_names_the_nearest(desk: Desk) -> None:
    call = at_danger(desk)
    with pytest.raises(BadAnswer, match=r"danger_now.*not sure"):
        desk.answer(call, "G2", {"danger_now": "not shure"})


def test_everything_is_on_the_disk_before_the_desk_gives_the_call_back(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    call = desk.draft(at_danger(desk), "notes", "rings from a phone box")
    again = another_desk(desk, tmp_path, clock)
    kept = again.store.call(call.id)
    again.store.close()
    assert (kept.answers, kept.notes) == (call.answers, "rings from a phone box")


def test_a_call_cut_off_comes_back_at_its_step_with_the_half_typed_text(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    call = desk.answer(at_danger(desk), "G2", {"danger_now": "no"})
    desk.draft(call, "callback_number", "01632 9601")
    again = another_desk(desk, tmp_path, clock)
    (offered,) = again.open_calls()
    resumed = again.resume(offered.id)
    again.store.close()
    assert again.walk(resumed).step == "G3"
    assert resumed.drafts["callback_number"] == "01632 9601"


def test_undo_takes_back_the_last_answer_and_nothing_else(desk: Desk) -> None:
    call = desk.answer(at_danger(desk), "G2", {"danger_now": "no"})
    call = desk.undo(call)
    assert desk.walk(call).step == "G2"
    assert call.answers["reason_verbatim"] == "it's about my mum"


def test_there_is_nothing_to_undo_on_a_fresh_call(desk: Desk) -> None:
    with pytest.raises(Slip, match="nothing to undo"):
        desk.undo(desk.open())


def test_an_interrupt_comes_first_and_returns_where_it_left(desk: Desk) -> None:
    call = desk.answer(at_danger(desk), "G2", {"danger_now": "no"})
    call = desk.interrupt(call, "safeguarding")
    assert desk.walk(call).step == "S1"
    while (step := desk.walk(call).step) and step != "G3":
        assert step.startswith(("S", "W", "E"))
        call = desk.answer(call, step, {})
    assert step == "G3"


def test_danger_raised_twice_is_asked_twice(desk: Desk) -> None:
    call = desk.interrupt(at_danger(desk), "danger")
    while (step := desk.walk(call).step) != "G2":
        call = desk.answer(call, str(step), {})
    call = desk.interrupt(call, "danger")
    assert desk.walk(call).step == "E1"


def test_the_version_of_the_privacy_statement_is_kept_with_the_call(desk: Desk) -> None:
    call = desk.answer(at_danger(desk), "G4", {"privacy_heard": "heard"})
    assert str(call.answers["privacy_version"]).startswith("Statement PS-")


def test_changing_an_answer_is_shown_before_it_is_done(desk: Desk) -> None:
    call = at_danger(desk)
    for step, answers in (
        ("G2", {"danger_now": "no"}),
        ("G3", {"safe_to_talk": "safe"}),
        ("G4", {"privacy_heard": "heard"}),
        ("G5", {"caller_role": "unpaid carer"}),
        ("T1", {"caller_name": "Ann", "caller_relation": "daughter"}),
    ):
        call = desk.answer(call, step, answers)
    change = desk.preview(call, "G5", {"caller_role": "self"})
    assert set(change.parked) >= {"caller_name", "caller_relation"}
    assert call.answers["caller_role"] == "unpaid carer"


def test_parked_answers_come_back_when_the_change_is_reverted(desk: Desk) -> None:
    call = at_danger(desk)
    for step, answers in (
        ("G2", {"danger_now": "no"}),
        ("G3", {"safe_to_talk": "safe"}),
        ("G4", {"privacy_heard": "heard"}),
        ("G5", {"caller_role": "unpaid carer"}),
        ("T1", {"caller_name": "Ann"}),
    ):
        call = desk.answer(call, step, answers)
    changed = desk.answer(call, "G5", {"caller_role": "self"})
    assert desk.walk(changed).parked["caller_name"] == "Ann"
    back = desk.undo(changed)
    assert desk.walk(back).used["caller_name"] == "Ann"


def test_another_outcome_needs_a_reason(desk: Desk) -> None:
    call = at_danger(desk)
    with pytest.raises(Slip, match="reason"):
        desk.choose(call, "IAG", " ")
    with pytest.raises(NotFound):
        desk.choose(call, "XYZ", "because")


def test_closing_says_everything_that_is_missing(desk: Desk) -> None:
    with pytest.raises(CloseBlocked) as blocked:
        desk.close(at_danger(desk))
    assert len(blocked.value.blocks) >= 2


def test_a_fast_exit_saves_the_call_in_one_go(desk: Desk) -> None:
    call = desk.draft(desk.open(), "reason_verbatim", "can you tell Sarah Bell I rang")
    worker = next(way for way in desk.script.fast_exits if way.name == "worker")
    asked = {"danger_now": "no", "caller_role": "self", "upd_recipient": "Sarah Bell"}
    call = desk.fast_exit(call, worker, asked)
    assert call.closed is not None
    assert call.closed.data["outcome"] == "UPD"
    assert call.answers["reason_verbatim"] == "can you tell Sarah Bell I rang"


def test_danger_said_in_a_fast_exit_leaves_it_for_the_danger_step(desk: Desk) -> None:
    call = desk.draft(desk.open(), "reason_verbatim", "tell Sarah he has a knife")
    worker = next(way for way in desk.script.fast_exits if way.name == "worker")
    call = desk.fast_exit(call, worker, {"danger_now": "yes", "caller_role": "self", "upd_recipient": "Sarah"})
    assert call.closed is None
    assert desk.walk(call).step == "E1"


def test_a_sign_in_the_notes_blocks_closing_until_it_is_checked_with_a_note(desk: Desk) -> None:
    call = desk.draft(desk.open(), "notes", "money missing from her purse again")
    (prompt,) = desk.walk(call).prompts
    assert f"prompt:{prompt.id}" in [b.go for b in desk.walk(call).blocks]
    with pytest.raises(Slip, match="note"):
        desk.check(call, prompt.id, "")
    call = desk.check(call, prompt.id, "she gave it to the milkman; daughter has the receipt")
    assert f"prompt:{prompt.id}" not in [b.go for b in desk.walk(call).blocks]


def test_a_note_that_was_kept_is_no_longer_offered_back_as_half_typed(desk: Desk) -> None:
    call = desk.draft(desk.open(), "notes", "money missing from her purse again")
    (prompt,) = desk.walk(call).prompts
    call = desk.draft(call, note_field(prompt.id), "she gave it to the milk")
    assert call.drafts[note_field(prompt.id)]
    call = desk.check(call, prompt.id, "she gave it to the milkman")
    assert note_field(prompt.id) not in call.drafts


def test_nothing_can_be_added_to_a_closed_call(desk: Desk) -> None:
    wrong = next(way for way in desk.script.fast_exits if way.name == "wrong-number")
    call = desk.fast_exit(desk.open(), wrong, {"danger_now": "no"})
    with pytest.raises(Slip, match="closed"):
        desk.draft(call, "notes", "one more thing")


def test_a_colleague_who_takes_a_call_over_becomes_its_owner(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    call = at_danger(desk)
    other = another_desk(desk, tmp_path, clock, Staff("omar", "Omar Aziz"))
    taken = other.resume(call.ref)
    other.store.close()
    assert taken.owner == "omar"
    assert desk.open_calls() == ()


def test_two_desks_never_get_one_slot(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    other = another_desk(desk, tmp_path, clock, Staff("omar", "Omar Aziz"))
    mine, theirs = desk.open(), other.open()
    now = clock()
    free = [s for kind in desk.tools.diary.types for s in desk.free_slots(kind, now, now.replace(month=12, day=20))]
    slot = next(s.id for s in free if len(s.keys) == 1)
    mine = desk.hold(mine, slot)
    with pytest.raises(SlotTaken) as taken:
        other.hold(theirs, slot)
    assert len(taken.value.nearest) == 3
    assert slot not in taken.value.nearest
    mine = desk.book(mine, slot)
    other.store.close()
    assert mine.bookings == (slot,)


def test_a_hold_that_ran_out_is_free_again(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    call = desk.open()
    now = clock()
    slot = desk.free_slots(next(iter(desk.tools.diary.types)), now, now.replace(month=12, day=20))[0].id
    call = desk.hold(call, slot)
    assert desk.held(call) is not None
    clock.tick(minutes=6)
    assert desk.held(call) is None
    assert desk.hold(desk.open(), slot)


def test_the_shortlist_keeps_its_order_and_a_listing_can_be_taken_off(desk: Desk) -> None:
    call = desk.open()
    for listing in ("lets-get-crafty", "men-shed", "time-union"):
        call = desk.keep(call, listing)
    call = desk.drop(call, "men-shed")
    assert [x.id for x in desk.listings(call)] == ["lets-get-crafty", "time-union"]

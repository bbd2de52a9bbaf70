"""The social worker, the same-day clock, and promises that somebody owns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from tests.conftest import Clock
from triage.desk import Desk, Slip, duties
from triage.desk.concern import concern
from triage.desk.handing import next_steps, note
from triage.errors import NotFound
from triage.model import Call
from triage.promises import LOCAL
from triage.reports import Window, figures, promises
from triage.reports.promised import late


def take(desk: Desk, *given: tuple[str, Mapping[str, object]]) -> Call:
    """A call on which these steps were answered, in whatever order."""
    call = desk.open()
    for step, answers in given:
        call = desk.answer(call if desk.walk(call).step == step else desk.go(call, step), step, answers)
    return call


def why_not(desk: Desk, call: Call, step: str = "") -> list[str]:
    """What stops the call from being closed, and is put right at this step."""
    return [b.why for b in desk.walk(call).blocks if step in ("", b.go)]


# Asking the social worker


def test_a_live_consult_keeps_the_question_the_answer_and_the_time_that_nobody_typed(desk: Desk) -> None:
    asked = {"sw_urgency": "now", "sw_how": "live", "sw_question": "May she go home?", "sw_answer": "Yes: Priya Nair"}
    call = take(desk, ("W1", asked))
    kept = desk.store.call(call.id).answers
    assert {k: kept[k] for k in asked} == asked
    assert kept["sw_at"] == "09:40"
    assert "A-SW" in desk.walk(call).actions
    assert call.promises == ()


def test_a_call_passed_over_says_so(desk: Desk) -> None:
    call = take(desk, ("W1", {"sw_how": "transferred", "sw_question": "he wants to talk to one"}))
    assert {"A-SW", "A-SWT"} <= set(desk.walk(call).actions)


def test_a_task_for_today_is_owned_by_the_duty_social_worker_and_due_today(desk: Desk) -> None:
    call = take(desk, ("W1", {"sw_urgency": "same day", "sw_how": "same-day task", "sw_question": "May she go?"}))
    (promise,) = call.promises
    assert duties.line(promise) == (
        "duty social worker: a call back with the social worker’s answer (May she go?), by Tuesday 24 November, 17:00"
    )


def test_a_second_consult_has_its_own_time(desk: Desk, clock: Clock) -> None:
    call = take(desk, ("W1", {"sw_how": "live", "sw_answer": "wait"}))
    clock.tick(minutes=20)
    call = desk.answer(call, "W1", {"sw_how": "live", "sw_answer": "go ahead"})
    assert call.answers["sw_at"] == "10:00"


# Call-backs


def test_a_promised_call_back_is_owned_and_due_in_two_working_days(desk: Desk) -> None:
    call = take(desk, ("Z4", {"callback_promised": "yes", "callback_owner": "Initial Contact Team"}))
    (promise,) = call.promises
    assert duties.line(promise) == "Initial Contact Team: a call back, by Thursday 26 November, 17:00"
    assert [s.owner for s in next_steps(desk, call) if s.what == "a call back"] == ["Initial Contact Team"]
    assert "A call back – Initial Contact Team, by Thursday 26 November 2026" in note(desk, call)


def test_an_urgent_one_is_due_in_two_hours(desk: Desk) -> None:
    call = take(
        desk,
        ("E8", {"urgent_today": "yes"}),
        ("Z4", {"callback_promised": "yes", "callback_owner": "duty social worker"}),
    )
    due = datetime.fromisoformat(call.promises[-1].data["due"]).astimezone(LOCAL)
    assert (due.hour, due.day) == (11, 24)


def test_a_time_agreed_with_the_caller_goes_before_the_standard(desk: Desk) -> None:
    agreed = {"callback_promised": "yes", "callback_owner": "Sam", "callback_due": "tomorrow 10am"}
    call = take(desk, ("Z4", agreed))
    assert duties.line(call.promises[0]).endswith("by Wednesday 25 November, 10:00")


def test_without_an_owner_nothing_is_promised_and_the_call_does_not_close(desk: Desk) -> None:
    call = take(desk, ("Z4", {"callback_promised": "yes"}))
    assert call.promises == ()
    assert "A call back was promised and nobody owns it" in why_not(desk, call, "Z4")
    call = desk.answer(call, "Z4", {"callback_owner": "Sam"})
    assert why_not(desk, call, "Z4") == []
    with pytest.raises(Slip, match="owner"):
        desk.promise(call, "ring back", " ")


def test_the_queue_of_the_outcome_is_offered_as_the_owner(desk: Desk) -> None:
    call = take(desk, ("A1", {"assess_agree": "yes"}))
    assert desk.walk(call).outcome == "ASN"
    assert desk.offered(call, "Z4", "callback_owner") == "Initial Contact Team"
    assert desk.offered(call, "Z4", "callback_due") == "Thursday 26 November, 17:00"
    concern_raised = take(desk, ("S12", {"sg_accepted": "yes"}))
    assert desk.offered(concern_raised, "Z4", "callback_owner") == "duty social worker"


def test_a_promise_follows_its_answer(desk: Desk) -> None:
    call = take(desk, ("Z4", {"callback_promised": "yes", "callback_owner": "Sam"}))
    moved = desk.answer(call, "Z4", {"callback_owner": "Omar"})
    assert [p.data["owner"] for p in moved.promises] == ["Omar"]
    assert desk.undo(moved).promises[0].data["owner"] == "Sam"
    assert desk.answer(moved, "Z4", {"callback_promised": "no"}).promises == ()
    again = desk.answer(moved, "Z4", {"callback_owner": "Omar"})
    assert len(again.of_kind("promised")) == len(moved.of_kind("promised")), "the same again is no second promise"


def test_a_promise_is_kept_even_after_the_call_was_saved(desk: Desk) -> None:
    call = take(desk, ("Z4", {"callback_promised": "yes", "callback_owner": "Sam"}))
    (promise,) = call.promises
    call = desk.settle(call, promise.id, "rang at ten")
    assert list(call.kept) == [promise.id]
    with pytest.raises(NotFound):
        desk.settle(call, "no-such")


# Safeguarding


CONCERN: tuple[tuple[str, dict[str, object]], ...] = (
    ("S1", {"sg_account": "her nephew has her card"}),
    ("S2", {"sg_care_needs": "yes"}),
    ("S3", {"sg_risk": "yes"}),
    ("S4", {"sg_types": "financial/material"}),
    ("S5", {"sg_unable": "yes"}),
    ("S6", {"sg_source": "her nephew", "sg_source_role": "neither"}),
    ("S7", {"msp_asked": "asked", "msp_wish": "I want my card back"}),
    ("S9", {"sg_share": "yes"}),
    ("S10", {"adv_difficulty": "no"}),
    ("S11", {"sg_safe_now": "yes"}),
    ("S12", {"sg_accepted": "yes", "sg_accepted_by": "Priya Nair"}),
)


def raised(desk: Desk, **changed: dict[str, object]) -> Call:
    """A concern passed on, with some steps answered otherwise."""
    return take(desk, *((step, changed.get(step, answers)) for step, answers in CONCERN))


def about_the_concern(desk: Desk, call: Call) -> list[str]:
    return [b.go for b in desk.walk(call).blocks if b.go.startswith("S")]


def test_a_concern_told_in_full_can_be_closed(desk: Desk) -> None:
    assert about_the_concern(desk, raised(desk)) == []


@pytest.mark.parametrize(
    ("step", "answers", "go"),
    [
        ("S1", {}, "S1"),
        ("S4", {}, "S4"),
        ("S6", {"sg_source_role": "neither"}, "S6"),
        ("S7", {}, "S7"),
        ("S7", {"msp_asked": "asked"}, "S7"),
        ("S7", {"msp_asked": "can't ask"}, "S7"),
        ("S9", {}, "S9"),
        ("S9", {"sg_share": "no"}, "S9"),
        ("S9", {"sg_share": "no", "sg_share_reason": "serious crime"}, "S9"),
        ("S9", {"sg_share": "risk to life"}, "S9"),
        ("S9", {"sg_share": "risk to life", "sg_share_note": "he has a knife"}, "S9"),
        ("S9", {"sg_share": "risk to life", "sg_share_by": "Priya Nair"}, "S9"),
        ("S12", {}, "S12"),
        ("S12", {"sg_accepted": "yes"}, "S12"),
        ("S12", {"sg_accepted": "no"}, "S12"),
        ("S12", {"sg_accepted": "no", "sg_escalated": "still waiting"}, "S12"),
    ],
)
def test_a_concern_is_not_closed_without(desk: Desk, step: str, answers: dict[str, object], go: str) -> None:
    assert go in about_the_concern(desk, raised(desk, **{step: answers}))


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("S7", {"msp_asked": "not asked: unsafe"}),
        ("S7", {"msp_asked": "asked", "msp_wish": "declined"}),
        ("S9", {"sg_share": "serious crime", "sg_share_note": "card fraud", "sg_share_by": "Priya Nair"}),
        ("S12", {"sg_accepted": "no", "sg_escalated": "supervisor"}),
    ],
)
def test_what_the_person_or_the_day_did_not_allow_stops_nothing(
    desk: Desk, step: str, answers: dict[str, object]
) -> None:
    assert about_the_concern(desk, raised(desk, **{step: answers})) == []


def test_the_times_of_a_concern_are_the_desks_own(desk: Desk) -> None:
    call = raised(desk)
    passed = next(e.at for e in call.of_kind("answered") if e.data["step"] == "S12")
    assert call.answers["sg_passed_at"] == call.answers["sg_accepted_at"] == f"{passed:%H:%M}"


def test_a_concern_that_nobody_was_told_of_has_no_times(desk: Desk) -> None:
    answers = raised(desk, S12={}).answers
    assert not answers.keys() & {"sg_passed_at", "sg_accepted_at"}
    assert "sg_accepted_at" not in raised(desk, S12={"sg_accepted": "no"}).answers


def test_a_time_that_was_typed_stands(desk: Desk, clock: Clock) -> None:
    call = raised(desk, S12={"sg_accepted": "yes", "sg_accepted_by": "Priya", "sg_passed_at": "09:15"})
    clock.tick(minutes=30)
    assert desk.answer(call, "S12", {"sg_accepted_by": "Priya Nair"}).answers["sg_passed_at"] == "09:15"


def test_the_same_day_clock_runs_from_the_first_question_until_it_is_accepted(desk: Desk, clock: Clock) -> None:
    call = desk.answer(desk.open(), "G1", {"reason_verbatim": "it's about my aunt"})
    assert concern(call, desk.walk(call)) is None
    call = desk.interrupt(call, "safeguarding")
    clock.tick(minutes=7)
    waiting = concern(call, desk.walk(call))
    assert waiting
    assert waiting.words(clock()) == "concern 7 min, not accepted"
    clock.tick(minutes=9)
    assert waiting.words(clock()).endswith("16 min, not accepted: tell your supervisor")
    for step, answers in CONCERN:
        call = desk.answer(call, step, answers)
    done = concern(call, desk.walk(call))
    assert done
    assert done.since == waiting.since
    assert done.words(clock()) == f"concern accepted by Priya Nair {clock():%H:%M}"


def test_a_concern_nobody_accepted_is_owed_by_whoever_was_told(desk: Desk) -> None:
    call = raised(desk, S12={"sg_accepted": "no", "sg_escalated": "EDT"})
    (promise,) = call.promises
    assert promise.data["owner"] == "Emergency Duty Team"
    assert desk.answer(call, "S12", {"sg_accepted": "yes", "sg_accepted_by": "Priya"}).promises == ()


# The supervisor's list


def test_the_supervisor_sees_what_is_owed_and_what_is_late(desk: Desk, clock: Clock) -> None:
    kept = take(desk, ("Z4", {"callback_promised": "yes", "callback_owner": "Sam"}))
    clock.tick(days=-3)
    early = take(desk, ("Z4", {"callback_promised": "yes", "callback_owner": "Sam", "callback_due": "today 16:00"}))
    clock.tick(days=3)
    desk.settle(early, early.promises[0].id, "rang too late, but rang")
    desk.settle(kept, kept.promises[0].id)
    owed = take(desk, ("W1", {"sw_how": "same-day task", "sw_question": "May she go home?"}))
    now = clock()

    def read() -> Window:
        days = now.date() - timedelta(days=4), now.date() + timedelta(days=1)
        return Window.of(desk.store.calls(*days), *days, clock())

    told = [(p.call, p.kept is not None, p.late(now)) for p in promises(read())]
    assert told == [(early.id, True, True), (owed.id, False, False), (kept.id, True, False)]
    assert late(read()).calls == ()
    clock.tick(hours=9)
    assert late(read()).calls == (owed.id,)
    assert late(read()) in figures(read())

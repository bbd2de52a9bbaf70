"""The rules of privacy where the script meets them: one test or more a rule, named by it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Clock
from triage import consents
from triage.desk import Desk, Slip
from triage.desk.files import write_calendar
from triage.desk.handing import note, read_out, write_leaflet
from triage.desk.page import page_of
from triage.errors import BadAnswer
from triage.model import IDENTIFYING, Call
from triage.reports.repeat import person_keys
from triage.script import telling


def take(desk: Desk, *given: tuple[str, Mapping[str, object]]) -> Call:
    """A call on which these steps were answered, in whatever order."""
    call = desk.open()
    for step, answers in given:
        call = desk.answer(call if desk.walk(call).step == step else desk.go(call, step), step, answers)
    return call


# P1


def test_p1_the_words_of_the_privacy_statement_are_kept_with_their_version_and_the_time(desk: Desk) -> None:
    call = take(desk, ("G4", {"privacy_heard": "heard"}))
    (event,) = [e for e in call.of_kind("answered") if e.data["step"] == "G4"]
    assert event.data["answers"]["privacy_version"] == "Statement PS-2026-1"
    assert event.data["said"] == telling.aloud(desk.script.steps["G4"])
    assert event.data["said"].startswith("I'm going to write down what you tell me")


# P2

NAMELESS = (
    ("G3", {"safe_to_talk": "safe", "callback_number": "07700 900123"}),
    ("G4", {"privacy_heard": "objects"}),
    ("G4b", {"anonymous": "yes", "caller_role": "self"}),
    ("R1", {"reason": "lonely/activities"}),
)


def test_p2_a_number_given_before_they_asked_for_no_name_is_nowhere_to_be_seen(desk: Desk, tmp_path: Path) -> None:
    call = take(desk, *NAMELESS)
    call = desk.keep(call, "men-shed")
    call, leaflets = write_leaflet(desk, call)
    seen = [page_of(desk, call).text(), note(desk, call), *read_out(desk, call), str(dict(desk.walk(call).used))]
    seen += [path.read_text(encoding="utf-8") for form, path in leaflets.items() if form != "pdf"]
    assert "900123" not in " ".join(seen)
    assert not person_keys(call)
    assert "callback_number" not in call.answers


@pytest.mark.parametrize("key", ["p_name", "callback_number", "p_nhs", "p_postcode", "caller_name"])
def test_p2_nothing_that_says_who_they_are_is_taken_after_that(desk: Desk, key: str) -> None:
    call = take(desk, *NAMELESS)
    step = desk.script.asked_at[key][0]
    with pytest.raises(BadAnswer, match="gives no name"):
        desk.answer(desk.go(call, step), step, {key: "Joan Pell"})
    drafted = desk.draft(call, key, "Joan Pell")
    assert "Joan Pell" not in str([dict(e.data) for e in desk.store.call(drafted.id).events])


def test_p2_when_they_give_their_name_after_all_what_was_told_counts_again(desk: Desk) -> None:
    call = desk.answer(take(desk, *NAMELESS), "G4b", {"anonymous": "no"})
    assert call.answers["callback_number"] == "07700 900123"


def test_p2_every_identifying_key_stands_in_the_script(desk: Desk) -> None:
    assert [key for key in IDENTIFYING if key not in desk.script.asked_at] == []


# P3


def test_p3_what_is_sensitive_is_marked_optional(desk: Desk) -> None:
    for key in ("p_gender", "p_ethnicity", "p_first_language", "p_equality", "p_nhs", "p_gp", "p_pronoun"):
        found = desk.script.field(key)
        assert found
        assert found[1].optional, key


def test_p3_declined_is_not_the_same_as_not_asked(desk: Desk) -> None:
    call = take(desk, ("D7", {"p_ethnicity": "declined"}))
    page = page_of(desk, call).text()
    assert "declined" in page
    assert "p_ethnicity" not in desk.walk(call).not_asked
    assert "p_gender" in desk.walk(call).not_asked
    assert "Gender" not in page


# P6

SHARED = {"consent_share": ["GP", "Carers Trust"], "consent_how": "said on this call", "consent_what": "all of it"}


def test_p6_each_consent_says_who_what_when_how_and_by_whom(desk: Desk) -> None:
    call = take(desk, ("G5", {"caller_role": "self"}), ("Z2", SHARED))
    told = {c.to: c for c in consents.given(call)}
    assert set(told) == {"GP", "Carers Trust"}
    gp = told["GP"]
    assert (gp.what, gp.given_by, gp.how, gp.noted_by) == ("all of it", "the person", "said on this call", "hannah")
    assert gp.at == call.of_kind("answered")[-1].at
    assert gp.withdrawn is None


def test_p6_one_consent_is_taken_back_and_the_others_stand(desk: Desk, clock: Clock) -> None:
    call = desk.withdraw(take(desk, ("Z2", SHARED)), "GP", "changed her mind")
    assert call.answers["consent_share"] == ("Carers Trust",)
    gone = next(c for c in consents.given(call) if c.to == "GP")
    assert gone.withdrawn == call.events[-1].at
    assert "TAKEN BACK" in page_of(desk, call).text()
    with pytest.raises(Slip, match="No consent"):
        desk.withdraw(call, "GP")


def test_p6_the_last_one_taken_back_leaves_no_consent(desk: Desk) -> None:
    call = take(desk, ("Z2", {"consent_share": ["GP"]}))
    assert "A-CON" in desk.walk(call).actions
    call = desk.withdraw(call, "GP")
    assert call.answers["consent_share"] == ("none",)
    assert "A-CON" not in desk.walk(call).actions


def test_p6_it_can_be_taken_back_after_the_call_was_saved(desk: Desk) -> None:
    call = take(desk, ("Z2", SHARED))
    worker = next(way for way in desk.script.fast_exits if way.name == "worker")
    call = desk.fast_exit(call, worker, {"danger_now": "no", "caller_role": "self", "upd_recipient": "Ann Hill"})
    assert call.closed
    assert desk.withdraw(call, "Carers Trust").answers["consent_share"] == ("GP",)


def test_p6_consent_to_the_carers_trust_is_one_too(desk: Desk) -> None:
    call = take(desk, ("C4", {"cca_agree": "yes", "cca_consent": "yes"}))
    assert [c.to for c in consents.given(call)] == ["Carers Trust"]
    assert desk.withdraw(call, "Carers Trust", key="cca_consent").answers["cca_consent"] == "no"


# P11

THIRD_PARTY = (("G5", {"caller_role": "relative/friend/neighbour"}),)


@pytest.mark.parametrize(
    ("given", "may"),
    [
        ((("G5", {"caller_role": "self"}),), True),
        (THIRD_PARTY, False),
        ((*THIRD_PARTY, ("T2", {"tp_consent": "yes, not present"})), False),
        ((*THIRD_PARTY, ("T2", {"tp_consent": "no/refuses"})), False),
        ((*THIRD_PARTY, ("T2", {"tp_consent": "yes, person present"}), ("T3", {"tp_consent_voice": "yes"})), True),
        ((*THIRD_PARTY, ("T2", {"tp_consent": "yes, person present"}), ("T3", {"tp_consent_voice": "no"})), False),
        ((("G5", {"caller_role": "professional"}), ("P2", {"prof_consent": "agreed"})), True),
        ((("G5", {"caller_role": "professional"}), ("P2", {"prof_consent": "refused"})), False),
    ],
)
def test_p11_nothing_is_disclosed_until_the_person_agreed(
    desk: Desk, given: tuple[tuple[str, Mapping[str, object]], ...], may: bool
) -> None:
    there = desk.walk(take(desk, *given))
    assert (telling.undisclosed(there) == "") is may


def test_p11_that_somebody_rang_before_is_not_read_aloud_without_consent(desk: Desk) -> None:
    step = desk.script.steps["X5"]
    assert "spoken before" in step.say
    without = telling.permitted(step, desk.walk(take(desk, *THIRD_PARTY)))
    assert "spoken before" not in telling.aloud(without)
    assert telling.permitted(step, desk.walk(take(desk, ("G5", {"caller_role": "self"})))) == step


# P12

HARM = "Zebediah"


def test_p12_the_source_of_harm_is_in_nothing_that_may_be_shared(desk: Desk) -> None:
    call = take(
        desk,
        ("G5", {"caller_role": "self"}),
        ("S1", {"sg_account": f"{HARM} takes her card"}),
        ("S4", {"sg_types": "financial/material", "sg_note": f"{HARM} again"}),
        ("S6", {"sg_source": f"her nephew {HARM}", "sg_source_role": "neither"}),
        ("S9", {"sg_share": "serious crime", "sg_share_note": f"{HARM} has a record", "sg_share_by": "Priya"}),
        ("W1", {"sw_how": "same-day task", "sw_question": f"Is {HARM} known?", "sw_answer": f"{HARM} is known"}),
        ("S12", {"sg_accepted": "no", "sg_escalated": "supervisor"}),
        ("Z4", {"callback_promised": "yes", "callback_owner": "duty social worker"}),
    )
    now = desk.clock()
    call = desk.book(call, desk.free_slots("office", now, now.replace(month=12, day=20))[0].id)
    call = desk.keep(call, "men-shed")
    call, leaflets = write_leaflet(desk, call)
    shared = [path.read_text(encoding="utf-8") for form, path in leaflets.items() if form != "pdf"]
    shared += [write_calendar(desk, call, desk.tools.diary.slot(call.bookings[0])).read_text(encoding="utf-8")]
    shared += [*read_out(desk, call), page_of(desk, call).text(), note(desk, call)]
    assert HARM not in " ".join(shared)
    assert "accept the safeguarding" not in " ".join(shared[:4]).lower(), "nor that a concern waits, on paper at home"

"""Where a call stands: what is asked next, what counts, what is proposed, and what stops it from being closed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from triage.library.scripts import load_script
from triage.model import DECLINED, NOT_KNOWN
from triage.script.form import Field, Route, Script, When
from triage.script.walk import Prompt, Walk, compare, walk

TODAY = date(2026, 11, 21)
SMALL = load_script(Path(__file__).parent / "fixtures" / "scripts" / "small.yaml")
GREETED = {"G1": {"words": "hello"}, "G2": {"danger_now": "no"}}
SELF = {**GREETED, "G5": {"caller": "self"}}
FRIEND = {**GREETED, "G5": {"caller": "relative/friend"}, "T1": {"caller_name": "Ann"}, "T2": {"consent": "unable"}}


def call(*answered: dict[str, dict[str, Any]], script: Script = SMALL, **more: Any) -> Walk:
    """A call in which these steps were answered."""
    steps = {step: given for part in answered for step, given in part.items()}
    answers = {key: value for given in steps.values() for key, value in given.items()}
    return walk(script, answers, today=TODAY, passed=frozenset(steps), **more)


def told(**facts: Any) -> Walk:
    """A run without a screen."""
    return walk(SMALL, facts, today=TODAY)


# What is asked next


def test_a_new_call_begins_at_the_first_step() -> None:
    there = call()
    assert (there.step, there.path) == ("G1", ("G1",))


def test_the_first_step_that_was_not_answered_is_asked_next() -> None:
    assert call(GREETED).step == "G5"


def test_an_answer_decides_which_step_comes_next() -> None:
    assert call(SELF).step == "R1"
    assert call({**GREETED, "G5": {"caller": "relative/friend"}}).step == "T1"


@pytest.mark.parametrize("unsaid", [NOT_KNOWN, DECLINED])
def test_not_known_and_declined_answer_every_question(unsaid: str) -> None:
    steps: dict[str, dict[str, Any]] = {}
    there = call()
    while there.step:
        step = SMALL.steps[there.step]
        steps[step.id] = dict.fromkeys((f.key for f in step.fields if f.type != "auto"), unsaid)
        there = call(steps)
    assert there.path[-1] == "Z2"
    assert there.blocks == ()


def test_a_step_that_is_only_read_out_is_passed_once_it_is_read() -> None:
    assert call({**SELF, "R1": {}}).step == "R2"


def test_each_reason_given_opens_its_own_pathway_and_then_the_wrap_up() -> None:
    given = {**SELF, "R1": {"reason": ("money", "caring"), "change": "slow"}, "R2": {"p_dob": "1944-03-03"}}
    money = {"F1": {"pressure": "no"}, "F2": {"savings": 5}}
    caring = {"C1": {"hours": 20}, "C2": {"agree": "no"}}
    assert call(given).step == "F1"
    assert call(given, money).step == "C1"
    assert call(given, money, caring).step == "Z1"
    assert call(given, money, caring, {"Z1": {}, "Z2": {}}).step is None


def test_a_detour_is_walked_before_going_on() -> None:
    given = {**SELF, "R1": {"reason": ("money",)}, "R2": {}, "F1": {"pressure": "yes"}}
    assert call(given).step == "S1"
    assert call(given, {"S1": {}, "S2": {}}).step == "F2"


def test_a_step_is_visited_once_although_two_ways_lead_to_it() -> None:
    there = told(reason=("caring", "money"))
    assert len(there.path) == len(set(there.path))
    assert there.path.count("C1") == 1


def test_a_way_back_to_an_earlier_step_is_no_loop() -> None:
    assert told(reason=("money",)).path[-3:] == ("C2", "Z1", "Z2")


def test_nothing_already_known_is_asked_again() -> None:
    # F1's answer came with another step, as when a fast exit fills it in.
    given = {**SELF, "R1": {"reason": ("money",), "pressure": "no"}, "R2": {}}
    there = call(given)
    assert there.step == "F2"
    assert "F1" in there.path


def test_come_to_again_with_more_known_a_step_leads_to_what_was_not_known_before() -> None:
    steps = dict(SMALL.steps)
    steps["G2"] = replace(steps["G2"], routes=(Route("E1", first=("E7",)),))
    steps["E7"] = replace(steps["E7"], routes=(Route("S1", When(key="danger_type", values=("violence",))), Route("")))
    steps["E1"] = replace(steps["E1"], routes=(Route("E7"),))
    given = {**GREETED, "E7": {"who_rang": "I did"}, "E1": {"danger_type": ("violence",)}}
    assert call(given, script=replace(SMALL, steps=steps)).step == "S1"


def test_a_question_that_does_not_apply_is_not_asked() -> None:
    assert "caller_age" not in call({**GREETED, "G5": {"caller": "relative/friend"}}).not_asked
    assert "caller_age" in call({**GREETED, "G5": {"caller": "child"}}).not_asked
    assert call({**SELF, "R1": {"reason": ("message",)}}).not_asked == ("change", "p_dob", "message")


# Interrupts and jumps


def test_danger_comes_before_whatever_was_being_asked() -> None:
    there = call(GREETED, raised=["danger"])
    assert (there.step, there.path[-1]) == ("E1", "E1")


def test_after_an_interrupt_the_call_goes_on_where_it_was() -> None:
    assert call(GREETED, {"E1": {"danger_type": ("none",)}}, raised=["danger"]).step == "G5"


def test_the_newest_interrupt_comes_first() -> None:
    raised = ["danger", "safeguarding"]
    assert call(GREETED, raised=raised).step == "S1"
    assert call(GREETED, {"S1": {}, "S2": {}}, raised=raised).step == "E1"
    assert call(GREETED, {"S1": {}, "S2": {}, "E1": {"danger_type": ("none",)}}, raised=raised).step == "G5"


def test_what_an_interrupt_found_counts() -> None:
    there = call(GREETED, {"E1": {"danger_type": ("medical",)}, "E7": {"who_rang": "handler"}}, raised=["danger"])
    assert (there.outcome, there.actions) == ("EMG", ("A-999",))


def test_an_answer_from_an_interrupt_decides_the_main_way_too() -> None:
    caller = {"S1": {"account": "x"}, "S2": {"passed_at": "10:00", "danger_now": "yes"}}
    # danger_now was given in the interrupt: G2 is passed by it, and its route is taken.
    assert call({"G1": {"words": "x"}}, caller, raised=["safeguarding"]).step == "E1"


def test_a_way_that_an_interrupt_opened_is_taken_by_the_main_thread_too() -> None:
    steps = dict(SMALL.steps)
    steps["G1"] = replace(steps["G1"], routes=(Route("E7", When(key="who_rang", answered=True)), Route("G2")))
    there = call(
        {"G1": {"words": "x"}, "E1": {"danger_type": ("medical",)}, "E7": {"who_rang": "I did"}},
        raised=["danger"],
        script=replace(SMALL, steps=steps),
    )
    assert there.step == "Z1"


def test_the_step_gone_to_is_shown_until_it_is_answered() -> None:
    there = call(GREETED, focus="C1")
    assert (there.step, there.path) == ("C1", ("G1", "G2", "C1"))
    assert call(GREETED, {"C1": {"hours": 30}}, jumped=["C1"]).step == "G5"


def test_an_answer_given_out_of_order_counts() -> None:
    there = call(GREETED, {"F2": {"savings": 30_000}}, jumped=["F2"])
    assert there.used["savings"] == 30_000
    assert (there.outcome, there.parked) == ("SFD", {})
    assert "F2" in there.path


def test_going_back_to_a_step_leaves_it_where_it_was_on_the_trail() -> None:
    there = call(SELF, focus="G2")
    assert (there.step, there.path) == ("G2", ("G1", "G2", "G5"))


def test_an_urgent_step_that_a_jump_leads_to_is_asked_at_once() -> None:
    sections = tuple(replace(s, urgent=s.id == SMALL.steps["E1"].section) for s in SMALL.sections)
    steps = {**SMALL.steps, "C1": replace(SMALL.steps["C1"], routes=(Route("C2", first=("E1",)),))}
    script = replace(SMALL, sections=sections, steps=steps)
    jumped = {**GREETED, "C1": {"hours": 30}}
    assert call(jumped, script=script, jumped=["C1"]).step == "E1"
    assert call(jumped, {"E1": {"danger_type": ("none",)}}, script=script, jumped=["C1"]).step == "G5"


def test_a_reason_given_out_of_order_still_opens_its_pathway() -> None:
    there = call(SELF, {"R1": {"reason": ("caring",)}}, jumped=["R1"])
    assert there.step == "R2"
    assert "C1" in there.ahead


# Changing an answer


def test_answers_whose_question_no_longer_arises_are_parked() -> None:
    there = call({**FRIEND, "G5": {"caller": "self"}})
    assert there.parked == {"caller_name": "Ann", "consent": "unable"}
    assert "F-CAP" not in there.flags


def test_parked_answers_come_back_when_the_change_is_taken_back() -> None:
    assert call(FRIEND).parked == {}
    assert call(FRIEND).flags == ("F-CAP",)


def test_a_parked_answer_counts_for_no_rule() -> None:
    given = {**SELF, "R1": {"reason": ("message",)}, "R2": {}, "C1": {"hours": 9}, "C2": {"agree": "yes"}}
    there = call(given)
    assert there.parked == {"hours": 9, "agree": "yes"}
    assert there.outcome == "UPD"


def test_what_comes_after_a_new_question_stays_on_the_trail() -> None:
    taken = {**SELF, "R1": {"reason": ("caring",)}, "R2": {"p_dob": "1944-03-03"}}
    there = call({**taken, "G5": {"caller": "relative/friend"}})
    assert there.step == "T1"
    assert there.used["reason"] == ("caring",)


def test_a_jump_brings_back_only_what_follows_it_without_a_gap() -> None:
    carer = {"C1": {"hours": 9}}
    there = call(SELF, {"F1": {"pressure": "no"}}, carer, jumped=["F1"])
    assert there.parked == {"hours": 9}
    assert call(SELF, {"F1": {"pressure": "no"}, "F2": {}}, carer, jumped=["F1"]).parked == {}


def test_a_change_is_shown_before_it_is_made() -> None:
    taken = {**FRIEND, "R1": {"reason": ("caring",)}, "R2": {}, "C1": {"hours": 9}, "C2": {"agree": "yes"}}
    change = compare(call(taken), call({**taken, "R1": {"reason": ("money",)}}))
    assert change.parked == ()  # F2 leads to the carer's questions too
    assert change.asked == ("F1", "F2")
    there = compare(call(taken), call({**taken, "G5": {"caller": "self"}, "R1": {"reason": ("message",)}}))
    assert there.parked == ("caller_name", "consent", "hours", "agree")
    assert there.kept == ("words", "danger_now")
    assert (there.before, there.after) == ("CCA", "UPD")


def test_taking_the_change_back_brings_the_parked_answers_back() -> None:
    changed = call({**FRIEND, "G5": {"caller": "self"}})
    assert compare(changed, call(FRIEND)).back == ("caller_name", "consent")
    assert compare(changed, call(FRIEND)).asked == ()


def test_a_question_asked_because_something_was_unknown_stays_once_it_is_answered() -> None:
    steps = dict(SMALL.steps)
    unknown = Route("T1", When(key="caller_name", answered=False))
    steps["G5"] = replace(steps["G5"], routes=(unknown, Route("R1")))
    there = call({**SELF, "T1": {"caller_name": "Ann"}}, script=replace(SMALL, steps=steps))
    assert (there.parked, there.step) == ({}, "T2")


@pytest.mark.parametrize("seed", range(30))
def test_in_whatever_order_it_is_taken_every_answer_counts_or_is_parked_and_the_call_ends(seed: int) -> None:
    chance = random.Random(seed)
    steps: dict[str, dict[str, Any]] = {}
    raised: list[str] = []
    jumped: list[str] = []
    there = call()
    for _ in range(3 * len(SMALL.steps)):
        if chance.random() < 0.1:
            raised = list(dict.fromkeys([*raised, chance.choice(SMALL.interrupts).name]))
        focus = chance.choice(list(SMALL.steps)) if chance.random() < 0.15 else None
        there = call(steps, raised=raised, jumped=jumped, focus=focus)
        assert len(set(there.path)) == len(there.path)
        assert not set(there.used) & set(there.parked)
        assert set(there.used) | set(there.parked) >= {key for given in steps.values() for key in given}
        if there.step is None:
            break
        if focus and focus not in steps:
            jumped.append(focus)
        fields = [f for f in SMALL.steps[there.step].fields if f.type != "auto"]
        steps[there.step] = {f.key: chance.choice(f.options).value if f.options else 7 for f in fields}
    assert there.step is None


# Flags, actions, outcome


def test_an_option_and_a_step_set_flags_and_actions() -> None:
    given = {**FRIEND, "R1": {"reason": ("caring",)}, "R2": {"p_dob": "2010-01-01"}, "C1": {"hours": 3}}
    there = call(given)
    assert (there.flags, there.actions) == (("F-CAP", "F-CHILD"), ("A-CAROFF",))


def test_a_step_sets_nothing_before_it_is_passed() -> None:
    given = {**SELF, "R1": {"reason": ("caring",)}, "R2": {}}
    assert call(given).step == "C1"
    assert call(given).actions == ()


def test_a_person_can_set_and_clear_a_flag_over_the_script() -> None:
    there = call(FRIEND, flags={"F-CAP": False, "F-CHILD": True})
    assert there.flags == ("F-CHILD",)


def test_a_way_that_a_flag_opens_closes_when_a_person_clears_the_flag() -> None:
    steps = dict(SMALL.steps)
    steps["T2"] = replace(steps["T2"], routes=(Route("E1", When(flag="F-CAP")), Route("R1")))
    script = replace(SMALL, steps=steps)
    assert call(FRIEND, script=script).step == "E1"
    assert call(FRIEND, script=script, flags={"F-CAP": False}).step == "R1"
    assert call({**FRIEND, "T2": {"consent": "yes"}}, script=script, flags={"F-CAP": True}).step == "E1"


@pytest.mark.parametrize(("born", "age"), [("1944-11-21", 82), ("1944-11-22", 81), ("2010-01-01", 16)])
def test_the_age_follows_from_the_date_of_birth(born: str, age: int) -> None:
    assert told(p_dob=born).used["p_age"] == age


def test_an_age_that_follows_is_not_asked_for() -> None:
    steps = dict(SMALL.steps)
    steps["R2"] = replace(steps["R2"], fields=(steps["R2"].fields[0], Field("p_age", "num")))
    script = replace(SMALL, steps=steps)
    assert "p_age" not in call(SELF, {"R1": {"p_dob": "1944-03-03"}}, script=script, jumped=["R1"]).not_asked
    assert walk(script, {"p_dob": "1944-03-03"}, today=TODAY).not_asked.count("p_age") == 0
    assert "p_age" in walk(script, {}, today=TODAY).not_asked


def test_an_age_that_was_told_stands() -> None:
    assert told(p_dob="1944-11-21", p_age=17).used["p_age"] == 17


def test_the_first_true_rule_is_the_headline_and_the_others_are_kept() -> None:
    there = told(danger_type=("medical",), reason=("caring", "message"), agree="yes", hours=3)
    assert (there.outcome, there.also) == ("EMG", ("CCA", "UPD"))
    assert there.proposals[0].because == "999 was needed"


def test_an_outcome_with_two_rules_is_proposed_once_by_the_first() -> None:
    rules = tuple(replace(SMALL.outcomes[-1], when=When("danger_now", (NOT_KNOWN,)), because=why) for why in "ab")
    there = walk(replace(SMALL, outcomes=rules), {}, today=TODAY)
    assert [p.because for p in there.proposals] == ["a"]


def test_no_rule_true_proposes_nothing() -> None:
    assert call().outcome == ""


def test_the_route_of_access_is_the_first_that_holds() -> None:
    assert (told(change="hospital").route, told().route) == ("RA-DIS", "RA-COM")


def test_the_pathways_are_those_of_the_sections_visited() -> None:
    assert told(reason=("caring",), caller="self").pathways == ("carers", "wrap_up")


# What stops a call from being closed


def why(there: Walk, go: str) -> list[str]:
    return [block.why for block in there.blocks if block.go == go]


def test_the_four_answers_a_call_needs_block_until_they_are_given() -> None:
    assert [block.go for block in call().blocks] == ["G1", "G2", "G5", "R1"]
    assert "put “not known”" in why(call(), "G1")[0]
    done = {**SELF, "R1": {"reason": ("caring",)}}
    assert why(call(done), "G1") == []


def test_a_question_that_will_not_come_up_blocks_nothing() -> None:
    assert why(call(SELF), "C1") == []


def test_the_headline_needs_its_answers() -> None:
    given = {**SELF, "R1": {"reason": ("message",)}, "R2": {"p_dob": NOT_KNOWN}}
    assert why(call(given), "R2") == ["UPD can’t be saved without “message”"]
    assert call({**given, "R2": {"message": "ring me"}}).blocks == ()


def test_any_one_of_several_will_do() -> None:
    given = {**SELF, "R1": {"reason": ("caring",)}, "R2": {}, "C1": {"hours": 3}, "C2": {"agree": "yes"}}
    assert why(call(given), "Z2") == ["CCA can’t be saved without “Send” or “message”"]
    assert call({**given, "Z2": {"sent": "by post"}}).blocks == ()


def test_not_known_will_do_for_a_need() -> None:
    given = {**SELF, "R1": {"reason": ("message",)}, "R2": {"message": NOT_KNOWN}}
    assert call(given).blocks == ()


def test_an_outcome_chosen_by_the_handler_brings_its_own_needs() -> None:
    given = {**SELF, "R1": {"reason": ("message",)}, "R2": {"message": "x"}}
    assert [b.go for b in call(given, chosen="SGC").blocks] == ["S1", "S2"]


def test_an_unfinished_999_blocks_with_its_own_words() -> None:
    there = call(GREETED, {"E1": {"danger_type": ("medical",)}}, raised=["danger"])
    assert why(there, "E7")[0] == "999 was rung and nobody noted who rang"


def test_a_prompt_blocks_until_it_is_checked() -> None:
    prompt = Prompt("p1", "safeguarding", "missing money", "words")
    given = {**SELF, "R1": {"reason": ("caring",)}, "R2": {}}
    assert "missing money" in why(call(given, prompts=[prompt]), "prompt:p1")[0]
    assert why(call(given, prompts=[prompt], checked=["p1"]), "prompt:p1") == []


# A run without a screen


def test_a_missing_key_is_not_known() -> None:
    there = told()
    assert (there.step, there.path[0], there.path[-1]) == (None, "G1", "Z2")


def test_facts_that_no_route_leads_to_are_taken_as_told_out_of_order() -> None:
    there = told(account="he takes her pension")
    assert there.path[-4:] == ("S1", "S2", "Z1", "Z2")
    assert (there.outcome, there.parked) == ("SGC", {})


def test_danger_told_out_of_order_is_entered_before_anything_else_told() -> None:
    path = told(agree="yes", account="x", danger_type=("violence",)).path
    assert path.index("E1") < path.index("E7") < path.index("S1") < path.index("C2")


def test_a_section_is_entered_at_the_first_step_that_has_an_answer() -> None:
    assert "S1" not in told(passed_at="10:00").path
    assert "C1" not in told(agree="no").path


def test_not_known_leads_nowhere() -> None:
    assert "S1" not in told(account=NOT_KNOWN).path


def test_answers_found_rather_than_asked_need_no_step() -> None:
    assert told(record="existing").used["record"] == "existing"
    assert call(GREETED, {"G5": {"record": "existing"}}).parked == {}


def test_what_was_not_asked_is_listed() -> None:
    there = told(words="x", danger_now="no", caller="self", reason=("caring",), hours=2)
    assert there.not_asked == ("change", "p_dob", "agree", "readback", "sent")

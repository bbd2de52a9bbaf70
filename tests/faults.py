"""Faults sown into copies of the shipped script: what the proof must call each, and what a run of its call shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from triage.model import NOT_KNOWN, Value
from triage.script.form import Always, Field, Option, OutcomeRule, Route, Script, Step, When
from triage.script.walk import Walk

Facts = dict[str, Value]
ALWAYS = "what must always hold doesn’t"


@dataclass(frozen=True)
class Fault:
    """``sow`` puts it in; the proof must call it ``kind`` at ``where``; a run of its call must have what ``shows``."""

    name: str
    sow: Callable[[Script], Script]
    kind: str
    where: str
    shows: Callable[[Walk, Facts], bool]


def key(name: str, *values: str) -> When:
    return When(key=name, values=values)


def step(script: Script, name: str, **changes: Any) -> Script:
    """The script with one step changed, or added."""
    old = script.steps.get(name, Step(name, "reason", "A new step"))
    return replace(script, steps={**script.steps, name: replace(old, **changes)})


def routes(script: Script, name: str, *given: Route) -> Script:
    return step(script, name, routes=given)


def field(script: Script, at: str, name: str, **changes: Any) -> Script:
    fields = tuple(replace(f, **changes) if f.key == name else f for f in script.steps[at].fields)
    return step(script, at, fields=fields)


def rule(script: Script, code: str, **changes: Any) -> Script:
    """The script with one outcome rule changed."""
    return replace(script, outcomes=tuple(replace(r, **changes) if r.code == code else r for r in script.outcomes))


def rule_of(script: Script, code: str) -> OutcomeRule:
    return next(r for r in script.outcomes if r.code == code)


def both(*parts: When) -> When:
    return When(every=parts)


def without_safeguarding(script: Script) -> Script:
    return routes(script, "F1", *(replace(r, first=()) for r in script.steps["F1"].routes))


def certain_danger_only(script: Script) -> Script:
    *ways, doubt, on = script.steps["G2"].routes
    return routes(script, "G2", *ways, replace(doubt, when=key("danger_now", "yes")), on)


def stops_when_flagged(script: Script) -> Script:
    first, *rest = script.steps["Z4"].routes
    return routes(script, "Z4", replace(first, go=""), *rest)


def says_nothing_of_unknown_reasons(script: Script) -> Script:
    told = When(key="reason", answered=True)
    return rule(script, "NSO", when=both(told, rule_of(script, "NSO").when))


def other_tenure(script: Script) -> Script:
    asked = Field("tenure", "one", options=(Option("house"), Option("flat")))
    return step(script, "Q3", fields=(*script.steps["Q3"].fields, asked))


def hours_as_number(script: Script) -> Script:
    return step(script, "C7", fields=(*script.steps["C7"].fields, Field("carer_hours", "num")))


def circle(script: Script) -> Script:
    return routes(routes(script, "P5", Route("T4")), "T4", Route("P5"))


def block_on_a_found_key(script: Script) -> Script:
    block = (both(When(reached="U2"), When(key="open_contact", answered=False)), "Say which request is open", "U2")
    return replace(script, close_blocks=(*script.close_blocks, block))


def vacuous(script: Script) -> Script:
    never = Always("Nobody is both", then=When(reached="W1"), when=both(key("tenure", "own"), key("tenure", "rent")))
    return replace(script, always=(*script.always, never))


def cut(script: Script, name: str, number: int = -1) -> Script:
    """One of a step's routes taken out."""
    ways = list(script.steps[name].routes)
    del ways[number]
    return routes(script, name, *ways)


FAULTS = [
    Fault(
        "a step that nothing leads to",
        lambda s: step(s, "Q9", fields=(Field("q_new", "text"),)),
        "unreachable step", "Q9", lambda w, f: "Q9" not in w.path,
    ),
    Fault(
        "a step that was cut off",
        lambda s: routes(s, "L3", Route("L5")),
        "unreachable step", "L4", lambda w, f: "L4" not in w.path,
    ),
    Fault(
        "a route without a condition before the others",
        lambda s: routes(s, "G5", Route("D1"), *s.steps["G5"].routes),
        "route never taken", "G5", lambda w, f: "G5" in w.path and not {"T1", "P1", "Y1"} & set(w.path),
    ),
    Fault(
        "a limit that an earlier limit hides",
        lambda s: routes(s, "Y1", Route("Y2", When(key="caller_age", over=10)), *s.steps["Y1"].routes),
        "route never taken", "Y1", lambda w, f: "Y1" in w.path and "T1" not in w.path,
    ),
    Fault(
        "a condition that nothing can meet",
        lambda s: routes(s, "H1", Route("H3", both(key("falls", "one"), key("falls", "none"))), Route()),
        "route never taken", "H1", lambda w, f: "H1" in w.path and "H3" not in w.path,
    ),
    Fault(
        "answers without a route",
        lambda s: routes(s, "ST1", Route("LD1", key("st_agree", "yes")), Route("A1", key("st_agree", NOT_KNOWN))),
        "no way on", "ST1", lambda w, f: f["st_agree"] == "no" and "ST1" in w.path and "A1" not in w.path,
    ),
    Fault(
        "no route for “not known”",
        lambda s: routes(s, "M1", Route("M2", key("mh_safe", "yes")), Route("M2", key("mh_safe", "no"), first=("E4",))),
        "no way on for “not known”", "M1", lambda w, f: "M1" in w.path and "M2" not in w.path,
    ),
    Fault(
        "a wrap-up that stops half way",
        stops_when_flagged,
        "a call that doesn’t end", "Z7", lambda w, f: "Z4" in w.path and "Z7" not in w.path,
    ),
    Fault(
        "a call without an outcome",
        says_nothing_of_unknown_reasons,
        "end without an outcome", "Z1", lambda w, f: w.outcome == "" and "Z7" in w.path,
    ),
    Fault(
        "an outcome without words for the caller",
        lambda s: rule(s, "OTA", leaflet=""),
        "outcome without a leaflet sentence", "OTA",
        lambda w, f: w.outcome == "OTA" and not w.proposals[0].rule.leaflet,
    ),
    Fault(
        "a promise that nobody owns",
        lambda s: rule(s, "HOS", owner=""),
        "outcome without an owner", "HOS", lambda w, f: w.outcome == "HOS" and not w.proposals[0].rule.owner,
    ),
    Fault(
        "an outcome that no call can reach",
        lambda s: rule(s, "CMP", when=both(key("complaint_about", "us"), key("complaint_about", "provider"))),
        "outcome no call can reach", "CMP", lambda w, f: "complaint_about" not in f or w.outcome != "CMP",
    ),
    Fault(
        "an outcome that another always comes before",
        lambda s: rule(s, "SGN", when=both(When(reached="S8"), When(reached="S12"))),
        "outcome no call can reach", "SGN", lambda w, f: "SGN" in w.also,
    ),
    Fault(
        "an outcome of the list that has no rule",
        lambda s: replace(s, outcomes=tuple(r for r in s.outcomes if r.code != "OTA")),
        "outcome without a rule", "OTA", lambda w, f: "OTA" not in (w.outcome, *w.also),
    ),
    Fault(
        "a circle in which nothing is asked",
        circle,
        "loop without progress", "T4", lambda w, f: {"P5", "T4"} <= set(w.path) and "D1" not in w.path,
    ),
    Fault(
        "pressure about money that opens nothing",
        without_safeguarding,
        ALWAYS, "Pressure about money opens safeguarding",
        lambda w, f: f["money_pressure"] == "yes" and "S1" not in w.path,
    ),
    Fault(
        "doubt about danger that opens nothing",
        certain_danger_only,
        ALWAYS, "Danger, or doubt about it, opens the danger questions", lambda w, f: "E1" not in w.path,
    ),
    Fault(
        "an unsafe phone that isn't marked",
        lambda s: step(s, "G3", effects=()),
        ALWAYS, "Whoever must not be rung or written to is marked so",
        lambda w, f: "F-UNSAFE" not in w.flags and ("safe_to_talk" in f or f["callback_safe"] == "no"),
    ),
    Fault(
        "a concern that nobody decides on",
        lambda s: routes(s, "S5", Route("", key("sg_unable", "no")), Route("S6")),
        ALWAYS, "Only a social worker decides that a limb is missing",
        lambda w, f: f["sg_unable"] == "no" and "S8" not in w.path,
    ),
    Fault(
        "a carer who is left to it",
        lambda s: routes(s, "C6", Route("C7")),
        ALWAYS, "A carer who can't go on gets help today",
        lambda w, f: f["carer_can_continue"] in ("no", "harm") and not {"W1", "E8"} <= set(w.path),
    ),
    Fault(
        "a rule that no call puts to the test",
        vacuous,
        "what must always hold is never tested", "Nobody is both", lambda w, f: "W1" not in w.path,
    ),
    Fault(
        "a key of two types",
        hours_as_number,
        "key with two meanings", "carer_hours", lambda w, f: {"carer_hours"} <= set(w.not_asked),
    ),
    Fault(
        "a key with two lists of answers",
        other_tenure,
        "key with two meanings", "tenure", lambda w, f: "tenure" in w.not_asked,
    ),
    Fault(
        "a main line that ends before the reason",
        lambda s: routes(s, "D9", Route()),
        "required field no step asks", "reason", lambda w, f: "R1" not in w.path,
    ),
    Fault(
        "a need that nobody is asked for",
        lambda s: rule(s, "UPD", needs=(("existing_pkg",),)),
        "need nobody asks for", "UPD",
        lambda w, f: "existing_pkg" not in w.not_asked and any("UPD can’t be saved" in b.why for b in w.blocks),
    ),
    Fault(
        "a block that nobody can lift",
        block_on_a_found_key,
        "block nobody can lift", "U2", lambda w, f: any(b.why == "Say which request is open" for b in w.blocks),
    ),
    Fault(
        "a question that is never asked",
        lambda s: field(s, "L3", "onset_seen", where=both(key("onset", "sudden"), key("onset", "slow"))),
        "question never asked", "onset_seen", lambda w, f: "L3" in w.path and "onset_seen" not in w.not_asked,
    ),
    Fault(
        "a question without answers",
        lambda s: field(s, "L4", "meds", options=()),
        "field without options", "meds", lambda w, f: "L4" in w.path and "meds" in w.not_asked,
    ),
]  # fmt: skip

"""Checks that a script holds together: nothing that no call can reach, nothing that can't be answered.

These read the graph alone; what a condition can and can't be is not worked out here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from triage.script.conditions import describe
from triage.script.form import Script, Step


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a script: ``kind`` for sorting, ``step`` or ``key`` where it stands, and why."""

    kind: str
    where: str
    why: str


def problems(script: Script, codes: Collection[str]) -> tuple[Problem, ...]:
    """Everything wrong with ``script``; ``codes`` are the outcomes that it must be able to propose."""
    within = reachable(script)
    found = [Problem("unreachable step", s, f"no answer leads to {s}") for s in script.steps if s not in within]
    for step in script.steps.values():
        found += _hidden_routes(step)
        found += _empty_fields(step)
    found += _double_keys(script)
    ruled = {rule.code for rule in script.outcomes}
    found += [Problem("outcome without a rule", c, f"no rule ever proposes {c}") for c in codes if c not in ruled]
    return tuple(found)


def reachable(script: Script) -> frozenset[str]:
    """The steps that the start, the wrap-up and the interrupts lead to."""
    waiting = [script.start, script.wrap_up, *(i.to for i in script.interrupts)]
    found: set[str] = set()
    while waiting:
        here = waiting.pop()
        if here and here not in found:
            found.add(here)
            waiting += leads_to(script.steps[here])
    return frozenset(found)


def leads_to(step: Step) -> tuple[str, ...]:
    """Every step that a step can lead to."""
    named = [name for route in step.routes for name in (*route.first, route.go, *route.then)]
    named += [option.to for field in step.fields for option in field.options]
    return tuple(dict.fromkeys(name for name in named if name))


def _hidden_routes(step: Step) -> Iterator[Problem]:
    for number, route in enumerate(step.routes):
        for before, other in enumerate(step.routes[:number]):
            if other.when is None or other.when == route.when:
                cause = "has no condition" if other.when is None else f"has the same condition ({describe(other.when)})"
                where = other.go or "the end of the branch"
                why = (
                    f"route {number + 1} of {step.id} (to {route.go or 'the end of the branch'}) is never taken: "
                    f"route {before + 1} {cause}, so whatever is answered at {step.id} the call goes to {where}"
                )
                yield Problem("route never taken", step.id, why)
                break


def _empty_fields(step: Step) -> Iterator[Problem]:
    for field in step.fields:
        if field.type in ("one", "many") and not field.options:
            yield Problem("field without options", field.key, f"{field.key} at {step.id} has nothing to choose from")


def _double_keys(script: Script) -> Iterator[Problem]:
    for key, steps in script.asked_at.items():
        types = {name: found.type for name in steps if (found := script.steps[name].field(key))}
        if len(set(types.values())) > 1:
            said = ", ".join(f"{kind} at {name}" for name, kind in types.items())
            yield Problem("key with two meanings", key, f"{key} is {said}")

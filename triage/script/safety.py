"""Tries to break the rules that must hold in every call (``always`` in a script's file).

Each rule is tried on every call that the proof walks, and then on calls made to break it: those in which its ``when``
holds, with the answers that conditions on the way between the two tell apart, each alone and some in pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice

from triage.model import Value
from triage.script.calls import Calls, Facts, Way, shortest
from triage.script.check import Problem, given_by
from triage.script.conditions import describe, holds
from triage.script.form import Always, When
from triage.script.guards import Given, leads_to, parts, tells
from triage.script.walk import Walk

SEEDS = 8
"""So many ways to make a rule's ``when`` true are begun with."""
PAIRS = 12
"""So many pairs of further answers are tried on each."""


def broken(calls: Calls) -> Iterator[Problem]:
    """Each rule that a call breaks, and each that no call puts to the test."""
    walked = [(facts, walk, given_by(walk)) for facts, walk in calls.walked]
    for rule in calls.script.always:
        seeds = [way.facts for way in islice(_seeds(calls, rule), SEEDS)]
        made = ((facts, walk := calls.told(facts), given_by(walk)) for facts in _worth(calls, rule, seeds))
        tested = False
        for facts, walk, given in chain(walked, made):
            if not holds(rule.when, given):
                continue
            wrong = fails(calls, rule, walk, given)
            if (tested and not wrong) or not in_order(calls, rule, facts):
                continue
            tested = True
            if wrong:
                less = shortest(facts, lambda less, rule=rule: breaks(calls, rule, less))  # type: ignore[misc]
                end = calls.told(less)
                said = fails(calls, rule, end, given_by(end))
                yield Problem("what must always hold doesn’t", rule.name, f"“{rule.name}”: {said}", less)
                break
        if not tested:
            why = f"“{rule.name}” is never put to the test: no call makes its “when” true ({describe(rule.when)})"
            yield Problem("what must always hold is never tested", rule.name, why, seeds[0] if seeds else {})


def _seeds(calls: Calls, rule: Always) -> Iterator[Way]:
    """Calls in which the rule's ``when`` should hold; in order, when it is about these, so from where it is asked."""
    asked = [name for part in parts(rule.when) for name in calls.script.asked_at.get(part.key, ())]
    starts = [calls.to[name] for name in dict.fromkeys(asked) if name in calls.to] if rule.in_order else []
    for start in (*starts, Way({})):
        yield from calls.holding(rule.when, start)


def _worth(calls: Calls, rule: Always, seeds: Sequence[Facts]) -> Iterator[Facts]:
    """The seeds, and those of the tries that a glance doesn't show to be fine."""
    yield from seeds
    for facts in _tries(calls, rule, seeds):
        if rule.outcome or rule.before_closing or not holds(rule.then, calls.glance(facts)):
            yield facts


def breaks(calls: Calls, rule: Always, facts: Facts) -> bool:
    """Whether a call breaks a rule."""
    walk = calls.told(facts)
    given = given_by(walk)
    return holds(rule.when, given) and bool(fails(calls, rule, walk, given)) and in_order(calls, rule, facts)


def in_order(calls: Calls, rule: Always, facts: Facts) -> bool:
    """Whether the rule is about this call: about any, or only about those in which each answer was asked for."""
    return not rule.in_order or not calls.taken(Way(facts)).parked


def fails(calls: Calls, rule: Always, walk: Walk, given: Given) -> str:
    """What of the rule's demands a call doesn't meet, in words; ``""`` when it meets all."""
    if not holds(rule.then, given):
        return f"not “{describe(rule.then)}”"
    proposed = (walk.outcome, *walk.also)
    if rule.outcome and not any(code in proposed for code in rule.outcome):
        return f"{' or '.join(rule.outcome)} is not proposed, but {', '.join(p for p in proposed if p) or 'nothing'}"
    free = next((key for key in rule.before_closing if not _held(calls, walk, key)), "")
    return f"the call can be closed without {free}" if free else ""


def _held(calls: Calls, walk: Walk, key: str) -> bool:
    """Whether there is an answer, or closing waits for it."""
    return key in walk.used or any(block.go in calls.script.asked_at[key] for block in walk.blocks)


def _tries(calls: Calls, rule: Always, seeds: Sequence[Facts]) -> Iterator[Facts]:
    """Calls made to break a rule."""
    for facts in seeds:
        more = list(_influences(calls, rule, facts))
        fresh = [(key, value) for key, value in more if key not in facts]
        yield from ({**facts, key: value} for key, value in fresh)
        for key, value in more:
            have = facts.get(key)
            if isinstance(have, tuple) and isinstance(value, tuple):
                yield {**facts, key: tuple(dict.fromkeys((*have, *value)))}
        pairs = ((one, two) for one, two in combinations(fresh, 2) if one[0] != two[0])
        yield from ({**facts, **dict(pair)} for pair in islice(pairs, PAIRS))


def _influences(calls: Calls, rule: Always, facts: Facts) -> Iterator[tuple[str, Value]]:
    """The answers that conditions tell apart between where the rule begins and what it demands."""
    script = calls.script
    codes = [line.when for line in script.outcomes if line.code in rule.outcome]
    wanted = [*parts(rule.then), *(part for when in codes for part in parts(when) if len(codes) < 3)]
    ends = {part.reached for part in wanted if part.reached}
    starts = {name for key in facts for name in script.asked_at.get(key, ())}
    starts |= {part.reached for part in parts(rule.when) if part.reached}
    near = starts | {step.id for step in script.steps.values() if ends & set(leads_to(step))}
    whens: list[When | None] = [rule.then, *codes]
    for name in near:
        step = script.steps[name]
        whens += [route.when for route in step.routes] + [field.where for field in step.fields]
    marks = {part.flag or part.action for part in wanted}
    for step in script.steps.values():
        whens += [effect.when for effect in step.effects if marks & set(effect.sets)]
    tests: dict[str, dict[When, None]] = {}
    for part in (part for when in whens for part in parts(when) if part.key):
        tests.setdefault(part.key, {})[part] = None
    for key in sorted(tests):
        seen = {tells(tuple(tests[key]), None)}
        for value in calls.guards.values[key]:
            told = tells(tuple(tests[key]), value)
            if value is not None and told not in seen:
                seen.add(told)
                yield key, value

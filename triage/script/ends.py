"""What is wrong with how calls end: with an outcome, words for the caller, an owner, nothing left open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from triage.script.calls import Calls, Facts, Way, keys_of, shortest
from triage.script.check import Problem, given_by
from triage.script.conditions import holds
from triage.script.form import OutcomeRule, When
from triage.script.guards import parts
from triage.script.walk import Walk

FEW = 3
"""Of so many ways to make a rule true each is tried with what takes the rule back."""
MOST = 5
"""So many calls that show the same are reported; the rest are counted."""


def explore(calls: Calls) -> None:
    """Walk the calls that the conditions tell apart.

    Each answer alone, each step, each way from one step to the next and on from there, and each line of each
    outcome rule with and without what takes it back.
    """
    calls.told({})
    for key in calls.guards.parts:
        for value in calls.guards.values[key]:
            if value is not None:
                calls.told({key: value})
    for step, way in calls.to.items():
        calls.as_told(way, lambda walk, step=step: step in walk.path)  # type: ignore[misc]
    for step in calls.to:
        for one in _per_route(calls, step, calls.to[step]):
            for name in one[1]:
                if len(calls.script.steps[name].routes) > 1 and name in calls.to:
                    for two in _per_route(calls, name, one[0]):
                        calls.told(two[0].facts)
    for rule in calls.script.outcomes:
        for number, way in enumerate(calls.holding(rule.when)):
            calls.told(way.facts)
            for unless in _exceptions(rule.when) if number < FEW else ():
                for both in calls.holding(unless, way):
                    calls.told(both.facts)


def _per_route(calls: Calls, step: str, way: Way) -> Iterator[tuple[Way, tuple[str, ...]]]:
    """A call that takes each route of a step, and where it goes."""
    seen: set[int] = set()
    for case in calls.cases[step]:
        if case.taken >= 0 and case.taken not in seen:
            found = next(iter(calls.with_case(way, case, step)), None)
            if found:
                seen.add(case.taken)
                route = calls.script.steps[step].routes[case.taken]
                yield found, tuple(name for name in (*route.first, route.go, *route.then) if name)


def _exceptions(when: When | None) -> Iterator[When]:
    """What takes a rule back: the parts of its “none”."""
    if when is not None:
        for part in (*when.every, *when.some):
            yield from _exceptions(part)
        if len(when.none) < 6:
            yield from when.none


def end_problems(calls: Calls, codes: Collection[str]) -> Iterator[Problem]:
    """Everything wrong with how calls end; ``codes`` are the outcomes that the script must be able to propose."""
    ruled = {rule.code for rule in calls.script.outcomes}
    for code in codes:
        if code not in ruled:
            yield Problem("outcome without a rule", code, f"no rule ever proposes {code}", {})
    for rule in calls.script.outcomes:
        facts = headline(calls, rule)
        if facts is None:
            yield _out_of_reach(calls, rule)
        elif not rule.leaflet:
            why = f"a call that ends with {rule.code} gives the caller no sentence about what happens next"
            yield Problem("outcome without a leaflet sentence", rule.code, why, facts)
        elif not rule.owner:
            why = f"{rule.code} promises “{rule.leaflet}” and nobody owns it"
            yield Problem("outcome without an owner", rule.code, why, facts)
        yield from _needs(calls, rule, facts or {})
    if calls.script.outcomes:
        why = "the call ends and no outcome is proposed"
        yield from _shown(calls, "end without an outcome", calls.script.wrap_up, why, lambda walk: not walk.outcome)
    section = calls.script.steps[calls.script.wrap_up].section
    last = [step.id for step in calls.script.steps.values() if step.section == section][-1]
    why = f"the call stops before {last}, the last step of every call"
    yield from _shown(calls, "a call that doesn’t end", last, why, lambda walk: last not in walk.path)
    yield from _required(calls)
    yield from _closing(calls)


def headline(calls: Calls, rule: OutcomeRule) -> Facts | None:
    """The fewest answers of a call with this outcome."""
    tries = [way.facts for way in calls.holding(rule.when)]
    tries += [facts for facts, walk in calls.walked if walk.outcome == rule.code]
    tries += [
        {**facts, key: value}
        for facts in tries[:4]
        for key in sorted(keys_of(rule.when))
        for value in calls.guards.values[key]
        if value is not None and key not in facts
    ]
    found = next((facts for facts in tries if calls.told(facts).outcome == rule.code), None)
    return None if found is None else shortest(found, lambda less: calls.told(less).outcome == rule.code)


def _out_of_reach(calls: Calls, rule: OutcomeRule) -> Problem:
    for facts, walk in calls.walked:
        if rule.code in walk.also:
            less = shortest(facts, lambda less: rule.code in calls.told(less).also)
            why = f"{rule.code} is never the headline: {calls.told(less).outcome} comes before it in every call"
            return Problem("outcome no call can reach", rule.code, why, less)
    near: Way = next(calls.holding(rule.when), Way({}))
    why = f"no call ends with {rule.code}: nothing makes its rule true"
    return Problem("outcome no call can reach", rule.code, why, near.facts)


def _shown(calls: Calls, kind: str, where: str, why: str, wrong: Callable[[Walk], bool]) -> Iterator[Problem]:
    """The different shortest calls in which something is wrong."""
    found: dict[frozenset[tuple[str, object]], Facts] = {}
    for facts, walk in sorted(calls.walked, key=lambda one: len(one[0])):
        known = (set(shown) <= set(facts.items()) for shown in found)
        if wrong(walk) and not any(known):
            less = shortest(facts, lambda less: wrong(calls.told(less)))
            found[frozenset(less.items())] = less
            if len(found) == MOST:
                break
    for less in found.values():
        yield Problem(kind, where, why, less)


def _needs(calls: Calls, rule: OutcomeRule, facts: Facts) -> Iterator[Problem]:
    for keys in rule.needs:
        if not any(_asked(calls, key) for key in keys):
            why = f"{rule.code} can’t be saved without {' or '.join(keys)}, which no step that a call reaches asks for"
            yield Problem("need nobody asks for", rule.code, why, facts)


def _asked(calls: Calls, key: str) -> bool:
    steps = [name for name in calls.script.asked_at.get(key, ()) if name in calls.to]
    return any(field.type != "auto" for name in steps if (field := calls.script.steps[name].field(key)))


def _required(calls: Calls) -> Iterator[Problem]:
    """What closing insists on must come up in a call in which nothing is known."""
    plain = calls.told({})
    for step in calls.script.steps.values():
        for field in step.fields:
            if field.required and field.type == "auto":
                why = f"{field.key} is required, and {step.id} doesn’t ask for it: it is only ever found"
                yield Problem("required field no step asks", field.key, why, {})
    for key in {f.key: None for step in calls.script.steps.values() for f in step.fields if f.required}:
        if not any(name in plain.path for name in calls.script.asked_at[key]):
            why = f"closing insists on {key}, and a call in which nothing is known never comes to it"
            yield Problem("required field no step asks", key, why, {})


def _closing(calls: Calls) -> Iterator[Problem]:
    """A block must say where it can be lifted, and that step must ask for what is missing."""
    for when, why, go in calls.script.close_blocks:
        open_keys = [part.key for part in parts(when) if part.key and part.answered is False]
        ways = list(calls.holding(when))
        blocked = [(way.facts, walk) for way in ways if holds(when, given_by(walk := calls.told(way.facts)))]
        if not open_keys or not blocked:
            continue
        lifted = any(key in walk.not_asked for _, walk in blocked for key in open_keys)
        if not lifted and not any(calls.script.steps[go].field(key) for key in open_keys if _asked(calls, key)):
            words = f"“{why}” blocks closing, and {go} doesn’t ask for {' or '.join(open_keys)}"
            facts = shortest(blocked[0][0], lambda less, when=when: holds(when, given_by(calls.told(less))))  # type: ignore[misc]
            yield Problem("block nobody can lift", go, words, facts)

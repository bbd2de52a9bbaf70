"""What is wrong with the steps of a script: each problem with the shortest call that shows it.

Routes and questions are looked at step by step, over the combinations that a step's own conditions tell apart;
whether a call can get to a step at all, over the graph of steps (:mod:`triage.script.calls`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from triage.model import DECLINED, Value
from triage.script.calls import TRIES, Calls, Facts, Way, shortest
from triage.script.conditions import describe, holds
from triage.script.form import Script, Step, When
from triage.script.guards import Case, Given, leads_to
from triage.script.walk import Walk


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a script: ``kind`` for sorting, ``step`` or ``key`` where it stands, and why.

    ``facts`` are the fewest answers that show it, as ``triage script run --facts`` takes them.
    """

    kind: str
    where: str
    why: str
    facts: Mapping[str, Value]


def step_problems(calls: Calls) -> Iterator[Problem]:
    """Everything wrong with the steps, in the script's order."""
    for step in calls.script.steps.values():
        if step.id not in calls.to:
            yield _unreachable(calls, step)
        else:
            yield from _hidden_routes(calls, step)
            yield from _gap(calls, step)
            yield from _never_asked(calls, step)
        for field in step.fields:
            if field.type in ("one", "many") and not field.options:
                why = f"{field.key} at {step.id} has nothing to choose from"
                yield Problem("field without options", field.key, why, _near(calls, step.id))
    yield from _two_meanings(calls)
    yield from _loops(calls)


def taken(script: Script, walk: Walk, step: str) -> int:
    """Which route of a step a call took to the end takes, -1 for none."""
    given = given_by(walk)
    return next((n for n, route in enumerate(script.steps[step].routes) if holds(route.when, given)), -1)


def given_by(walk: Walk) -> Given:
    """What conditions may ask of a walk."""
    return Given(walk.used, frozenset(walk.path), frozenset((*walk.flags, *walk.actions)))


def _near(calls: Calls, step: str) -> Facts:
    """The fewest answers that bring a call to a step, if any do."""
    found = calls.to.get(step)
    return (found and calls.as_told(found, lambda walk: step in walk.path)) or {}


def _unreachable(calls: Calls, step: Step) -> Problem:
    before = [other.id for other in calls.script.steps.values() if step.id in leads_to(other)]
    near = next((name for name in before if name in calls.to), "")
    why = f"no answer leads to {step.id}"
    if before:
        named = " and ".join(before)
        why += f", although {named} should" if near else f": only {named} would, which no call reaches"
    ways: list[Way] = []
    for case in calls.cases[near] if near else ():
        route = calls.script.steps[near].routes[case.taken] if case.taken >= 0 else None
        if route and step.id in (route.go, *route.first, *route.then):
            ways += calls.with_case(calls.to[near], case, near)
    facts = next((w.facts for w in ways if step.id not in calls.told(w.facts).path), _near(calls, near))
    return Problem("unreachable step", step.id, why, facts)


def _hidden_routes(calls: Calls, step: Step) -> Iterator[Problem]:
    cases = calls.cases[step.id]
    for number, route in enumerate(step.routes):
        if any(case.taken == number for case in cases):
            continue
        own = [case for case in cases if case.taken >= 0 and _holds_in(route.when, case)]
        end = route.go or "the end of the branch"
        why = f"route {number + 1} of {step.id} (to {end}) is never taken: "
        if own:
            other = step.routes[own[0].taken]
            where = other.go or "the end of the branch"
            cause = "has no condition" if other.when is None else f"comes first ({describe(other.when)})"
            if other.when == route.when:
                cause = f"has the same condition ({describe(other.when)})"
            why += f"route {own[0].taken + 1} {cause}, so "
            why += "whatever" if other.when is None else "whenever it might be, whatever else"
            why += f" is answered at {step.id} the call goes to {where}"
        else:
            why += f"no answers make its condition true ({describe(route.when)})"

        def shown(walk: Walk, at: int = number) -> bool:
            return step.id in walk.path and taken(calls.script, walk, step.id) != at

        wanted = [way for case in own[:TRIES] for way in calls.with_case(calls.to[step.id], case, step.id)]
        yield Problem("route never taken", step.id, why, _first(calls, [*wanted, calls.to[step.id]], shown, route.when))


def _first(calls: Calls, ways: list[Way], shown: object, when: When | None = None) -> Facts:
    """The answers of the first way that shows it, cut down while they do and ``when`` stays true."""
    assert callable(shown)
    for way in ways:
        facts = calls.as_told(way, shown)
        if facts is not None:
            true = holds(when, given_by(calls.told(facts)))

            def still(less: Facts, true: bool = true) -> bool:
                walk = calls.told(less)
                return bool(shown(walk)) and (not true or holds(when, given_by(walk)))

            return shortest(facts, still)
    return ways[-1].facts if ways else {}


def _gap(calls: Calls, step: Step) -> Iterator[Problem]:
    """Answers for which no route holds, where the step has routes."""
    if not step.routes:
        return

    def shown(walk: Walk) -> bool:
        return step.id in walk.path and taken(calls.script, walk, step.id) == -1

    for case in calls.cases[step.id]:
        if case.taken == -1:
            for way in calls.with_case(calls.to[step.id], case, step.id):
                facts = calls.as_told(way, shown)
                if facts is not None:
                    unsaid = all(same[0] in (None, DECLINED) for same in case.answers.values())
                    kind = "no way on for “not known”" if unsaid else "no way on"
                    said = _words(case) or "whatever is answered"
                    why = f"no route of {step.id} holds when {said}, so the branch ends there"
                    yield Problem(kind, step.id, why, shortest(facts, lambda less: shown(calls.told(less))))
                    return


def _words(case: Case) -> str:
    said = [f"{key} is {_word(same[0])}" for key, same in case.answers.items()]
    said += [f"{describe(part)}" for part, on in case.others.items() if on]
    return " and ".join(said)


def _word(value: object) -> str:
    return "not known" if value is None else " and ".join(value) if isinstance(value, tuple) else str(value)


def _never_asked(calls: Calls, step: Step) -> Iterator[Problem]:
    """Questions whose condition no call makes true by the time the step is asked."""
    for field in step.fields:
        if field.where is None or field.type == "auto":
            continue
        cases = [case for case in calls.guards.cases(field.where) if case.taken == 0][: TRIES * 2]
        ways = [way for case in cases for way in calls.with_case(calls.to[step.id], case, step.id)]
        walks = (walk for way in ways for walk in (calls.taken(way), calls.told(way.facts)))
        if not any(step.id in walk.path and field.key in (*walk.not_asked, *walk.used) for walk in walks):
            why = f"{step.id} never asks for {field.key}: no answers make its condition true ({describe(field.where)})"

            def shown(walk: Walk, key: str = field.key) -> bool:
                return step.id in walk.path and key not in (*walk.not_asked, *walk.used)

            yield Problem("question never asked", field.key, why, _first(calls, [*ways, calls.to[step.id]], shown))


def _two_meanings(calls: Calls) -> Iterator[Problem]:
    for key, steps in calls.script.asked_at.items():
        found = {name: field for name in steps if (field := calls.script.steps[name].field(key))}
        types = {name: field.type for name, field in found.items() if field.type != "auto"}
        if len(set(types.values())) > 1:
            said = ", ".join(f"{kind} at {name}" for name, kind in types.items())
        else:
            answers = {name: tuple(sorted(o.value for o in field.options)) for name, field in found.items()}
            if len({a for name, a in answers.items() if name in types}) < 2:
                continue
            said = ", ".join(f"{' / '.join(a) or 'free'} at {name}" for name, a in answers.items())
        yield Problem("key with two meanings", key, f"{key} is {said}", _near(calls, steps[-1]))


def _loops(calls: Calls) -> Iterator[Problem]:
    """Steps that lead back to themselves while nothing is asked that could change the way."""
    reported: set[frozenset[str]] = set()
    for start in calls.to:
        for path, way in _round(calls, start, (start,), calls.to[start]):
            if frozenset(path) not in reported:
                reported.add(frozenset(path))
                why = f"{' → '.join((*path, start))} comes back without asking anything in between"
                facts = calls.as_told(way, lambda walk, path=path: set(path) <= set(walk.path))  # type: ignore[misc]
                yield Problem("loop without progress", start, why, facts or way.facts)


def _round(calls: Calls, start: str, path: tuple[str, ...], way: Way) -> Iterator[tuple[tuple[str, ...], Way]]:
    step = calls.script.steps[path[-1]]
    silent = all(field.type == "auto" for field in step.fields)
    tried: set[tuple[int, str]] = set()
    for case in calls.cases[step.id]:
        route = step.routes[case.taken] if case.taken >= 0 else None
        for name in (*route.first, route.go) if route else ():
            if (case.taken, name) in tried or not (name == start if not silent else name):
                continue
            if not silent and len(path) > 1:
                continue
            if name in path and name != start:
                continue
            further = next(iter(calls.with_case(way, case, step.id)), None)
            if further and set(path) <= set(calls.taken(further).path):
                tried.add((case.taken, name))
                if name == start:
                    yield path, further
                elif len(path) < 8:
                    yield from _round(calls, start, (*path, name), further)


def _holds_in(when: When | None, case: Case) -> bool:
    true = [part for part, on in case.others.items() if on]
    known = {key: same[0] for key, same in case.answers.items() if same[0] is not None}
    reached = frozenset(part.reached for part in true if part.reached)
    return holds(when, Given(known, reached, frozenset(part.flag or part.action for part in true if not part.reached)))

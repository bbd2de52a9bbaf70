"""Proves a script before a caller meets it: what is wrong with it, each with the shortest call that shows it.

Nothing is enumerated by path: there are more paths than calls will ever be. The conditions of a script tell only a few
answers to each key apart (:mod:`triage.script.guards`), so each step has a handful of cases, and the real walk is
asked about the calls these make (:mod:`triage.script.calls`). So a problem that is shown is real, with answers that a
run confirms. What isn't shown isn't excluded: answers that only go wrong four or more together may be missed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from triage.script.calls import Calls, Facts, Way
from triage.script.check import Problem, step_problems
from triage.script.ends import end_problems, explore
from triage.script.form import Script
from triage.script.lint import Remark, lint
from triage.script.safety import broken
from triage.script.walk import Walk


@dataclass(frozen=True, slots=True)
class Length:
    """How many questions a call asks on its main line, and the answers that make it so."""

    questions: int
    steps: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. ``calls`` is how many calls were walked, ``rules`` how many must always hold."""

    problems: tuple[Problem, ...]
    warnings: tuple[Remark, ...]
    shortest: Length
    longest: Length
    calls: int
    rules: int


def prove(script: Script, codes: Collection[str], today: date) -> Proof:
    """Look for everything wrong with ``script``; ``codes`` are the outcomes that it must be able to propose."""
    calls = Calls(script, today)
    found = list(step_problems(calls))
    explore(calls)
    found += end_problems(calls, codes)
    found += broken(calls)
    return Proof(
        problems=tuple(found),
        warnings=tuple(lint(script)),
        shortest=_shortest(calls),
        longest=_longest(calls),
        calls=calls.count,
        rules=len(script.always),
    )


def _asked(calls: Calls, walk: Walk) -> int:
    """How many questions a call asks."""
    askable = calls.script.askable
    return len({key for key in (*walk.used, *walk.not_asked) if key in askable})


def _length(calls: Calls, facts: Facts) -> Length:
    walk = calls.taken(Way(facts))
    return Length(_asked(calls, walk), len(walk.path), facts)


def _shortest(calls: Calls) -> Length:
    """The shortest of the calls to each step."""
    ways = [way.facts for way in calls.to.values() if not way.raised]
    alone = [facts for facts, _ in calls.walked if len(facts) == 1]
    fewest = sorted([{}, *ways, *alone], key=lambda facts: len(calls.told(facts).path))[:20]
    return min((_length(calls, facts) for facts in fewest), key=lambda one: (one.questions, one.steps))


def _longest(calls: Calls) -> Length:
    """The longest call found by taking, step by step, whatever asks more: there may be a longer one."""
    best = _length(calls, {})
    for name, way in calls.to.items():
        if name in calls.taken(Way(best.facts)).path or way.raised:
            continue
        facts = dict(best.facts)
        for key, value in way.facts.items():
            have = facts.get(key)
            if isinstance(have, tuple) and isinstance(value, tuple):
                facts[key] = tuple(dict.fromkeys((*have, *value)))
            else:
                facts[key] = value
        tried = _length(calls, facts)
        best = max(best, tried, key=lambda one: one.questions)
    return best

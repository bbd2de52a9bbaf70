"""Calls that get somewhere: for each step, each condition and each outcome the few answers that bring a call there.

The graph of steps and the cases of each step's conditions say which answers should do; the walk itself is then asked
whether they do, so that nothing here can be wrong about how a script is walked.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import count

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.form import Route, Script, When
from triage.script.guards import Case, Given, Guards, leads_to, merged, parts, ways
from triage.script.trail import Trail
from triage.script.walk import Walk, walk

Facts = Mapping[str, Value]
TRIES = 6
"""So many ways to one thing are tried before it counts as out of reach."""


@dataclass(frozen=True, slots=True)
class Way:
    """Answers, and the interrupts raised, that bring a call to a step."""

    facts: Facts
    raised: tuple[str, ...] = ()


class Calls:
    """Walks of one script, each made once, and the ways to its steps."""

    def __init__(self, script: Script, today: date) -> None:
        self.script, self.today = script, today
        self.guards = Guards(script)
        self.all = frozenset(script.steps)
        self._walks: dict[object, Walk] = {}
        self.count = 0
        """How many calls were walked."""
        self.cases = {
            name: self.guards.cases(*(route.when for route in step.routes)) for name, step in script.steps.items()
        }
        """The cases of each step's routes."""
        self.to: dict[str, Way] = {}
        """A way to each step that a call can reach, taken step by step."""
        self._find()

    def told(self, facts: Facts) -> Walk:
        """The walk with all answers told at once, as ``triage script run`` takes it."""
        return self._walk(facts, (), None)

    def taken(self, way: Way) -> Walk:
        """The walk as a handler takes it, step by step, to its end."""
        return self._walk(way.facts, way.raised, self.all)

    def _walk(self, facts: Facts, raised: tuple[str, ...], passed: frozenset[str] | None) -> Walk:
        key = (frozenset(facts.items()), raised, passed is None)
        if key not in self._walks:
            self.count += 1
            self._walks[key] = walk(self.script, facts, today=self.today, passed=passed, raised=raised)
        return self._walks[key]

    def glance(self, facts: Facts) -> Given:
        """What :meth:`told` knows, came to and set, without what follows from it: in half the time."""
        self.count += 1
        trail = Trail(self.script, facts, self.today, passed=None, overrides={})
        trail.follow((), ())
        return Given(trail.known, frozenset(trail.steps), frozenset(trail.marks))

    @property
    def walked(self) -> tuple[tuple[Facts, Walk], ...]:
        """Every call told at once so far, with its answers."""
        return tuple((dict(key[0]), found) for key, found in self._walks.items() if key[2])  # type: ignore[index]

    # ------------------------------------------------------------------ ways to steps

    def _find(self) -> None:
        """The cheapest way to every step: outwards from the start, the wrap-up and the interrupts."""
        order = count()
        waiting: list[tuple[int, int, str, Way]] = []
        late: list[tuple[str, When, str, Case]] = []

        def push(step: str, way: Way) -> None:
            if step and step not in self.to:
                cost = sum(len(v) if isinstance(v, tuple) else 1 for v in way.facts.values()) + 4 * len(way.raised)
                heapq.heappush(waiting, (cost, next(order), step, way))

        push(self.script.start, Way({}))
        push(self.script.wrap_up, Way({}))
        for interrupt in self.script.interrupts:
            push(interrupt.to, Way({}, (interrupt.name,)))
        tried: dict[str, int] = {}
        while waiting:
            _, _, step, way = heapq.heappop(waiting)
            if step in self.to or tried.get(step, 0) >= TRIES * 4:
                continue
            tried[step] = tried.get(step, 0) + 1
            if step not in self.taken(way).path:
                continue
            self.to[step] = way
            for name, further, case in self._onwards(step, way):
                steps = [part for part, on in case.others.items() if on and part.reached]
                missing = next((part for part in steps if part.reached not in self.to), None)
                if missing:
                    late.append((step, missing, name, case))
                else:
                    push(name, further)
            for before, when, name, case in late:
                if when.reached == step:
                    for found in self.with_case(self.to[before], case, before):
                        push(name, found)

    def _onwards(self, step: str, way: Way) -> Iterator[tuple[str, Way, Case]]:
        """Where a step leads, with the way there and the case it needs."""
        routes = self.script.steps[step].routes
        used: dict[int, int] = {}
        for case in self.cases[step]:
            if case.taken >= 0 and used.get(case.taken, 0) < TRIES:
                route = routes[case.taken]
                used[case.taken] = used.get(case.taken, 0) + 1
                for further in self.with_case(way, case, step):
                    for name in (*route.first, route.go, *route.then):
                        yield name, further, case
        for field in self.script.steps[step].fields:
            for option in field.options:
                if option.to:
                    chosen = self.with_parts(way, [When(key=field.key, values=(option.value,))])
                    if chosen:
                        yield option.to, chosen, Case({}, {}, 0)

    # ------------------------------------------------------------------ more answers

    def with_case(self, way: Way, case: Case, step: str = "") -> Iterator[Way]:
        """As :meth:`_with_case`, and kept from the steps that the case says the call doesn't come to."""
        for found in self._with_case(way, case, step):
            yield self._without(found, [w.reached for w, on in case.others.items() if w.reached and not on])

    def _with_case(self, way: Way, case: Case, step: str = "") -> Iterator[Way]:
        """``way`` with the answers of a case; then, when they clash with what was answered, with these instead.

        ``step`` is where the answers are given: what it asks only sometimes is made to be asked.
        """
        for instead in (False, True):
            facts, clash = dict(way.facts), False
            for key, same in case.answers.items():
                try:
                    value = merged(facts.get(key), same, case.tests[key])
                except LookupError:
                    clash, value = True, same[0]
                facts.pop(key, None)
                if value is not None:
                    facts[key] = value
            if clash and not instead:
                continue
            wanted = [part for part, on in case.others.items() if on]
            found = self.with_parts(Way(facts, way.raised), wanted)
            if found and step:
                found = self._asked(found, step, [key for key in case.answers if key in facts], instead)
            if found:
                yield found
            if not clash and not step:
                return

    def _asked(self, way: Way, step: str, keys: Iterable[str], instead: bool) -> Way | None:
        """With what a step needs to know before it asks for these keys."""
        for key in keys:
            field = self.script.steps[step].field(key)
            if field and field.where:
                opened = (self.with_parts(way, wanted, instead) for wanted in ways(field.where))
                more = next((found for found in opened if found), None)
                if more is None:
                    return None
                way = more
        return way

    def _without(self, way: Way, steps: Iterable[str]) -> Way:
        """With answers that keep the call from these steps, as far as one more case elsewhere does."""
        for avoided in steps:
            path = self.taken(way).path
            for name in path if avoided in path else ():
                step = self.script.steps[name]
                if avoided in leads_to(step):
                    other = (
                        found
                        for case in self.cases[name]
                        if case.taken >= 0 and avoided not in _now(step.routes[case.taken])
                        for found in self._with_case(way, case)
                        if avoided not in self.taken(found).path
                    )
                    way = next(other, way)
        return way

    def with_parts(self, way: Way, wanted: Iterable[When], instead: bool = False) -> Way | None:
        """``way`` with answers that make simple conditions true; ``None`` when they clash with its own.

        ``instead`` puts them in place of its own.
        """
        facts, raised = dict(way.facts), way.raised
        by_key: dict[str, list[When]] = {}
        for part in wanted:
            if part.key:
                by_key.setdefault(part.key, []).append(part)
                continue
            found = self.to.get(part.reached) if part.reached else self._marked(part.flag or part.action)
            if found is None:
                return None
            for key, value in found.facts.items():
                if facts.setdefault(key, value) != value:
                    both = self._both(facts[key], value)
                    if both is None:
                        return None
                    facts[key] = both
            raised = tuple(dict.fromkeys((*raised, *found.raised)))
        for key, tests in by_key.items():
            have = facts.pop(key, None)
            for start in (have, None) if instead else (have,):
                with suppress(LookupError):
                    chosen = self.guards.choose(key, tests, start)
                    break
            else:
                return None
            if chosen is not None:
                facts[key] = chosen
        return Way(facts, raised)

    def _both(self, one: Value, other: Value) -> Value | None:
        if isinstance(one, tuple) and isinstance(other, tuple):
            return tuple(dict.fromkeys((*one, *other)))
        return None

    def _marked(self, mark: str) -> Way | None:
        """A way to a call in which a flag or action is set."""
        for name, step in self.script.steps.items():
            if name not in self.to:
                continue
            for field in step.fields:
                for option in field.options:
                    if mark in option.sets:
                        return self.with_parts(self.to[name], [When(key=field.key, values=(option.value,))])
            for effect in step.effects:
                if mark in effect.sets:
                    return next(iter(self.holding(effect.when, self.to[name])), None)
        return None

    def holding(self, when: When | None, start: Way | None = None) -> Iterator[Way]:
        """Ways to calls in which a condition should hold."""
        base = start or Way({})
        for wanted in ways(when):
            way = self.with_parts(base, wanted)
            if way:
                yield self._open(way, wanted)

    def _open(self, way: Way, wanted: Iterable[When]) -> Way:
        """With what must be answered for the questions of ``wanted`` to be asked at all."""
        for part in wanted:
            fields = self.guards.fields(part.key) if part.key else []
            if fields and all(f.where is not None for f in fields):
                for wheres in ways(fields[0].where):
                    more = self.with_parts(way, [w for w in wheres if w.key != part.key])
                    if more:
                        way = more
                        break
        return way

    def as_told(self, way: Way, arrives: Callable[[Walk], bool]) -> Facts | None:
        """Answers with which a call told at once arrives too, although nobody presses an interrupt's key there."""
        if arrives(self.told(way.facts)):
            return way.facts
        for name in way.raised:
            target = next(i.to for i in self.script.interrupts if i.name == name)
            for field in self.script.steps[target].fields:
                for value in self.guards.values.get(field.key, ()):
                    if field.key not in way.facts and value not in (None, DECLINED, NOT_KNOWN):
                        facts = {**way.facts, field.key: value}
                        if arrives(self.told(facts)):
                            return facts
        return None


def shortest(facts: Facts, still: Callable[[Facts], bool]) -> Facts:
    """The answers without those that aren't needed for ``still`` to hold, dropped one by one."""
    found = dict(facts)
    for key in list(found):
        less = {k: v for k, v in found.items() if k != key}
        if still(less):
            found = less
            continue
        value = found[key]
        for one in value if isinstance(value, tuple) else ():
            fewer = {**found, key: tuple(v for v in found[key] if v != one)}  # type: ignore[union-attr]
            if fewer[key] and still(fewer):
                found = fewer
    return found


def keys_of(*whens: When | None) -> set[str]:
    """The keys that conditions mention."""
    return {part.key for when in whens for part in parts(when) if part.key}


def _now(route: Route) -> tuple[str, ...]:
    """The steps a route comes to before anything else."""
    return (*route.first, route.go)

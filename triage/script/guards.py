"""What can make a difference: the conditions of a script, and the few answers to each key that they tell apart.

A proof need not try every answer. Two answers that every condition treats alike are one answer to it: so each key
has a handful of *classes*, and a step has as many cases as its own conditions can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.conditions import holds
from triage.script.form import Field, Script, Step, When

Answer = Value | None
"""One answer, or ``None``: nothing was answered, which is “not known”."""
CASES = 1500
"""More cases than this are not all tried: then every pair of answers is, and what each condition asks for."""
TERMS = 48
"""So many ways to make one condition true are looked at."""


@dataclass(frozen=True, slots=True)
class Given:
    """Answers, steps reached and marks that a condition can be asked about."""

    known: Mapping[str, Value] = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One combination that a step's conditions can tell apart.

    ``answers`` holds the answers to each key that come to the same; ``others`` the conditions on steps and marks
    with what they are; ``taken`` is the first condition that holds, -1 when none does.
    """

    answers: Mapping[str, tuple[Answer, ...]]
    others: Mapping[When, bool]
    taken: int
    tests: Mapping[str, tuple[When, ...]] = field(default_factory=dict)
    """What the conditions ask about each key."""

    @property
    def cost(self) -> int:
        """How much has to be said for it."""
        said = sum(1 for same in self.answers.values() if same[0] is not None)
        return said + 3 * sum(self.others.values())


def parts(when: When | None) -> Iterator[When]:
    """The conditions inside that have no parts of their own."""
    if when is not None:
        inner = (*when.every, *when.some, *when.none)
        if not inner:
            yield when
        for one in inner:
            yield from parts(one)


def conditions(script: Script) -> Iterator[When | None]:
    """Every condition of the script."""
    for step in script.steps.values():
        yield from (route.when for route in step.routes)
        yield from (effect.when for effect in step.effects)
        yield from (one.where for one in step.fields)
    yield from (rule.when for rule in script.outcomes)
    yield from (route.when for route in script.routes_of_access)
    yield from (block[0] for block in script.close_blocks)
    for rule in script.always:
        yield from (rule.when, rule.then)


def ways(when: When | None) -> list[tuple[When, ...]]:
    """Ways to make a condition true, each as the parts that must hold; what must not hold is left out."""
    if when is None or when.none:
        return [()]
    if when.some:
        return [way for one in when.some for way in ways(one)][:TERMS]
    if when.every:
        found: list[tuple[When, ...]] = [()]
        for one in when.every:
            found = [(*before, *way) for before in found for way in ways(one)][:TERMS]
        return found
    return [(when,)]


def leads_to(step: Step) -> tuple[str, ...]:
    """Every step that a step can lead to."""
    named = [name for route in step.routes for name in (*route.first, route.go, *route.then)]
    named += [option.to for field in step.fields for option in field.options]
    return tuple(dict.fromkeys(name for name in named if name))


class Guards:
    """The conditions of one script, by key, and the answers they tell apart."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.parts: dict[str, tuple[When, ...]] = {}
        for when in conditions(script):
            for part in parts(when):
                if part.key:
                    self.parts[part.key] = (*self.parts.get(part.key, ()), part)
        self.parts = {key: tuple(dict.fromkeys(found)) for key, found in self.parts.items()}
        self.values = {key: self._values(key) for key in self.script.asked_at}
        """The answers to each key that come to something different, “nothing answered” first."""

    def fields(self, key: str) -> list[Field]:
        """The fields that ask for a key."""
        return [f for name in self.script.asked_at.get(key, ()) if (f := self.script.steps[name].field(key))]

    def _values(self, key: str) -> tuple[Answer, ...]:
        found: dict[object, Answer] = {}
        leads = {o.value: (o.to, o.sets) for f in self.fields(key) for o in f.options}
        for value in self._answers(key):
            one = value[0] if isinstance(value, tuple) and value else value
            found.setdefault((tells(self.parts.get(key, ()), value), leads.get(str(one), ("", ()))), value)
        return tuple(found.values())

    def _answers(self, key: str) -> Iterator[Answer]:
        yield None
        fields = self.fields(key)
        options = list(dict.fromkeys(o.value for f in fields for o in f.options))
        limits = self.parts.get(key, ())
        kind = fields[0].type if fields else "text"
        if kind == "many":
            for least in sorted({part.count for part in limits if part.count is not None}):
                yield tuple(options[: least - 1])
                yield tuple(options[:least])
            yield from ((value,) for value in options)
        elif options:
            yield from options
        elif kind == "date":
            yield "1944-03-03"
        elif kind != "num":
            yield "said"
        for part in limits:
            if kind != "many" and not options:
                yield from (value for value in part.values if value not in (NOT_KNOWN, DECLINED))
                yield from part.says[:1]
            for limit in (part.over, part.under):
                if limit is not None:
                    yield from (_whole(limit + by) for by in (-1, 0, 1))
        if kind in ("num", "auto") and not any(p.over is not None or p.under is not None for p in limits):
            yield 1
        yield DECLINED

    def said(self, key: str) -> Value:
        """Some answer to a key, for when only that there is one matters."""
        return next((v for v in self.values[key] if v not in (None, DECLINED, ())), "said")

    def choose(self, key: str, wanted: Iterable[When], have: Answer = None) -> Answer:
        """An answer of which all parts hold, ``have`` or more than it; :class:`LookupError` if there is none."""
        tests = tuple(wanted)
        if all(tells(tests, have)):
            return have
        if have is None or isinstance(have, tuple):
            several = [v for v in self.values[key] if isinstance(v, tuple)]
            pairs = (_union(one, two) for one, two in combinations(several, 2))
            for value in (*(self.values[key] if have is None else several), *pairs):
                if all(tells(tests, tried := _union(have, value))):
                    return tried
        raise LookupError(key)

    def cases(self, *whens: When | None) -> list[Case]:
        """Every combination that these conditions can tell apart, those that take the least to say first."""
        inside = list(dict.fromkeys(part for when in whens for part in parts(when)))
        by_key: dict[str, tuple[When, ...]] = {}
        for part in inside:
            if part.key:
                by_key[part.key] = (*by_key.get(part.key, ()), part)
        others = [part for part in inside if not part.key]
        classes = {key: self._classes(key, tests) for key, tests in by_key.items()}
        choices: list[Sequence[object]] = [*classes.values(), *([(False, True)] * len(others))]
        size = 1
        for choice in choices:
            size *= len(choice)
        picked = product(*choices) if size <= CASES else self._some(choices, list(classes), by_key, others, whens)
        found = []
        for combination in picked:
            answers: dict[str, tuple[Answer, ...]] = dict(zip(classes, combination, strict=False))  # type: ignore[arg-type]
            are: dict[When, bool] = dict(zip(others, combination[len(classes) :], strict=True))  # type: ignore[arg-type]
            found.append(Case(answers, are, first_true(whens, answers, are), by_key))
        return sorted(found, key=lambda case: case.cost)

    def _classes(self, key: str, tests: tuple[When, ...]) -> list[tuple[Answer, ...]]:
        found: dict[tuple[bool, ...], list[Answer]] = {}
        for value in self.values[key]:
            found.setdefault(tells(tests, value), []).append(value)
        several = [v for value in found.values() if isinstance(v := value[0], tuple)]
        for size in (2, 3) if len(several) < 5 else (2,):
            for group in combinations(several, size):
                union: Answer = None
                for one in group:
                    union = _union(union, one)
                found.setdefault(tells(tests, union), []).append(union)
        return [tuple(same) for same in found.values()]

    def _some(
        self,
        choices: Sequence[Sequence[object]],
        keys: Sequence[str],
        by_key: Mapping[str, tuple[When, ...]],
        others: Sequence[When],
        whens: Sequence[When | None],
    ) -> Iterator[tuple[object, ...]]:
        """Not all combinations: each alone, each pair, and what each condition asks for."""
        plain = tuple(choice[0] for choice in choices)
        yield plain
        for (one, first), (two, second) in combinations(enumerate(choices), 2):
            for a, b in product(first, second):
                yield tuple(a if n == one else b if n == two else plain[n] for n in range(len(choices)))
        for when in whens:
            for way in ways(when):
                row = list(plain)
                for n, key in enumerate(keys):
                    wanted = [part for part in way if part.key == key]
                    fits = [c for c in choices[n] if all(tells(wanted, c[0]))]  # type: ignore[index]
                    row[n] = fits[0] if fits else plain[n]
                for n, other in enumerate(others, start=len(keys)):
                    row[n] = other in way
                yield tuple(row)


def first_true(
    whens: Sequence[When | None], answers: Mapping[str, tuple[Answer, ...]], others: Mapping[When, bool]
) -> int:
    """Which condition is the first that holds, -1 if none does."""
    true = [part for part, on in others.items() if on]
    given = Given(
        {key: same[0] for key, same in answers.items() if same[0] is not None},
        frozenset(part.reached for part in true if part.reached),
        frozenset(part.flag or part.action for part in true if not part.reached),
    )
    return next((n for n, when in enumerate(whens) if holds(when, given)), -1)


def tells(tests: Sequence[When], value: Answer) -> tuple[bool, ...]:
    """What each test says of an answer."""
    return tuple(holds(test, Given({test.key: value} if value is not None else {})) for test in tests)


def merged(have: Answer, same: Sequence[Answer], tests: Sequence[When]) -> Answer:
    """``have`` if it is as good as ``same``, else one of these, or both; :class:`LookupError` if they clash."""
    wanted = tells(tests, same[0])
    if tells(tests, have) == wanted:
        return have
    for value in same:
        if have is None or (isinstance(value, tuple) and tells(tests, _union(have, value)) == wanted):
            return _union(have, value)
    raise LookupError


def _union(have: Answer, more: Answer) -> Answer:
    if isinstance(have, tuple) and isinstance(more, tuple):
        return tuple(dict.fromkeys((*have, *more)))
    return more if have is None else have


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number

"""What-if: recorded calls replayed through two versions of a script, their answers rather than their screens.

Three things make ten thousand calls quick, and none of them guesses. Calls whose answers every condition of both
versions treats alike are walked once. A call that comes to no step that was changed takes the same way in both. And
where no changed rule says anything new of it, it ends the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.conditions import holds
from triage.script.form import Field, Script, Step, When
from triage.script.guards import Guards, tells
from triage.script.trail import Trail
from triage.script.values import computed
from triage.script.walk import facts_at_end, follow, headline

_WORDS = frozenset(
    {"title", "say", "ask", "why", "tip", "check", "wishes", "opens", "label", "hint", "fields", "options"}
)
"""Parts of steps and fields that no walk reads; fields and options are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What of a recorded call the script reads; ``on`` is the day it was taken, for ages."""

    id: str
    answers: Mapping[str, Value]
    passed: frozenset[str]
    jumped: tuple[str, ...]
    raised: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version would change for one call.

    ``before`` and ``after`` are its outcomes, ``meets`` the keys that it would now be asked and nobody asked,
    ``drops`` those that it would no longer be asked.
    """

    id: str
    before: str
    after: str
    meets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether it ends elsewhere."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Comparison:
    """The calls that change, in the order they were given, out of ``calls`` in all."""

    calls: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> int:
        """How many calls stay as they were."""
        return self.calls - len(self.differences)

    @property
    def moves(self) -> tuple[tuple[str, str, int], ...]:
        """(outcome before, outcome after, calls), most calls first."""
        counted = Counter((d.before, d.after) for d in self.differences if d.elsewhere)
        return tuple((*pair, number) for pair, number in counted.most_common())

    def counted(self, what: str) -> tuple[tuple[str, int], ...]:
        """(key, calls) of ``meets`` or ``drops``, most calls first."""
        return tuple(Counter(key for d in self.differences for key in getattr(d, what)).most_common())


def compare_calls(old: Script, new: Script, calls: Iterable[Recorded]) -> Comparison:
    """Replay ``calls`` through both versions."""
    replay = _Replay(old, new)
    total, found = 0, []
    for call in calls:
        total += 1
        result = replay.result(call)
        meets = tuple(key for key in result.more if key not in call.answers)
        if result.before != result.after or meets or result.less:
            found.append(Difference(call.id, result.before, result.after, meets, result.less))
    return Comparison(total, tuple(found))


@dataclass(frozen=True, slots=True)
class _Result:
    """What calls of one kind do: their outcomes, the keys only the new version asks, and those only the old one did."""

    before: str = ""
    after: str = ""
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


class _Replay:
    """Two versions of a script, and what was found for each kind of call."""

    def __init__(self, old: Script, new: Script) -> None:
        self.old, self.new = old, new
        self.guards = (Guards(old), Guards(new))
        self.texts = _texts(*self.guards)
        self.read = {key for guards in self.guards for key in guards.parts} | old.acting | new.acting
        """The keys that make a difference to a call's way or end."""
        self.counts = "adl_need_count" in self.read
        self.known: dict[object, _Result] = {}
        self.classes: dict[tuple[str, Value], object] = {}
        self.changed = {name for name in {*old.steps, *new.steps} if _logic(old, name) != _logic(new, name)}
        self.all_changed = _frame(old) != _frame(new)
        self.now_asked = old.askable ^ new.askable
        """The keys that only one version asks for: to the other, an answer to them was found rather than asked."""
        self.rules = _changed_rules(old, new)

    def result(self, call: Recorded) -> _Result:
        """What one call does in both versions."""
        answers = call.answers
        ages = computed({"p_dob": answers["p_dob"]}, call.on) if "p_dob" in answers else {}
        kinds = [(key, self._kind(key, value)) for key, value in {**ages, **answers}.items() if self._reads(key)]
        key = (frozenset(kinds), call.jumped, call.raised)
        if key not in self.known:
            self.known[key] = self._replay(call)
        return self.known[key]

    def _reads(self, key: str) -> bool:
        return key in self.read or (self.counts and key.startswith("adl_"))

    def _kind(self, key: str, value: Value) -> object:
        """What the conditions of both versions can tell of an answer."""
        if isinstance(value, str) and key in self.texts and value not in self.texts[key]:
            return "said"
        if (key, value) not in self.classes:
            exact = isinstance(value, tuple) or (self.counts and key.startswith("adl_"))
            told = tuple(tells(guards.parts.get(key, ()), value) for guards in self.guards)
            leads = tuple(_leads(guards, key, value) for guards in self.guards)
            self.classes[key, value] = (value if exact else None, told, leads)
        return self.classes[key, value]

    def _replay(self, call: Recorded) -> _Result:
        before = self._follow(self.old, call)
        changed = self.all_changed or not self.now_asked.isdisjoint(call.answers)
        if not changed and self.changed.isdisjoint(before.asked):
            if not self._rules_differ(call, before):
                return _Result()
            after = before
        else:
            after = self._follow(self.new, call)
        outcomes = [
            headline(script, call.answers, trail, call.on) for script, trail in ((self.old, before), (self.new, after))
        ]
        asked = [_asked(before), _asked(after)]
        more = tuple(key for key in asked[1] if key not in asked[0])
        less = tuple(key for key in asked[0] if key not in asked[1])
        return _Result(outcomes[0], outcomes[1], more, less)

    def _follow(self, script: Script, call: Recorded) -> Trail:
        jumped = [step for step in call.jumped if step in call.passed]
        return follow(script, call.answers, call.on, script.steps, call.raised, jumped)[0]

    def _rules_differ(self, call: Recorded, trail: Trail) -> bool:
        """Whether a rule that was changed now says something else of a call whose way is the same."""
        if not self.rules:
            return self.rules is None
        facts = facts_at_end(self.old, call.answers, trail, call.on)
        return any(holds(one, facts) != holds(two, facts) for one, two in self.rules)


def _changed_rules(old: Script, new: Script) -> list[tuple[When, When]] | None:
    """The conditions of the outcome rules before and after, where they differ; ``None``: other rules altogether."""
    if [r.code for r in old.outcomes] != [r.code for r in new.outcomes]:
        return None
    return [(a.when, b.when) for a, b in zip(old.outcomes, new.outcomes, strict=True) if a.when != b.when]


def _asked(trail: Trail) -> dict[str, None]:
    """The keys that a call is asked for, in the order it is."""
    return dict.fromkeys(f.key for fields in trail.asked.values() for f in fields if f.type != "auto")


def _texts(*both: Guards) -> dict[str, frozenset[object]]:
    """The keys answered in free words in both versions, with the answers that conditions name."""
    found: dict[str, frozenset[object]] = {}
    for key in {key for guards in both for key in guards.values}:
        asked = [field for guards in both for field in guards.fields(key)]
        tests = [part for guards in both for part in guards.parts.get(key, ())]
        if all(field.type in ("text", "date") for field in asked) and not any(part.says for part in tests):
            found[key] = frozenset({NOT_KNOWN, DECLINED, "", *(value for part in tests for value in part.values)})
    return found


def _leads(guards: Guards, key: str, value: Value) -> object:
    values = value if isinstance(value, tuple) else (value,)
    options = [o for f in guards.fields(key) for o in f.options if o.value in values]
    return tuple((o.to, o.sets) for o in options if o.to or o.sets)


def _logic(script: Script, name: str) -> object:
    """Of a step what decides a call's way; its words don't."""
    step: Step | None = script.steps.get(name)
    if step is None:
        return None
    asked = [
        (_without_words(one), [(option.value, option.to, option.sets) for option in one.options]) for one in step.fields
    ]
    return _without_words(step), asked


def _without_words(thing: Step | Field) -> list[object]:
    return [getattr(thing, part.name) for part in fields(thing) if part.name not in _WORDS]


def _frame(script: Script) -> object:
    """What every call's way depends on."""
    return script.start, script.wrap_up, [(i.name, i.to) for i in script.interrupts]

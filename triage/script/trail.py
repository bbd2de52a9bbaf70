"""The threads of one walk, followed step by step.

Nothing stops the following: past the first step that isn't passed it goes on as if the answers were “not
known”, because steps that were passed further on are still on the trail (an answer was changed, or taken back, or
given before its turn). Where each thread first met such a step is what the walk shows.

A condition sees what was known by then: the answers of the steps before it, not of those to come, so that a
step asked because something was unknown stays on the trail once it is answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from triage.model import Value
from triage.script.conditions import holds, is_told
from triage.script.form import Field, Option, Route, Script, Step
from triage.script.values import computed, feeds_others

ROUNDS = 4
"""How often the main thread and the interrupts are followed again while each still learns from the other."""


class Trail:
    """One round: the steps on the trail and what they made known.

    ``passed`` are the steps answered or read out; ``None``: all was told at once, and every step counts as passed.
    ``aside`` are the steps that interrupts and jumps passed in the round before, which the main thread may know of.
    """

    def __init__(
        self,
        script: Script,
        answers: Mapping[str, Value],
        today: date,
        *,
        passed: Collection[str] | None,
        overrides: Mapping[str, bool],
        aside: Collection[str] = (),
    ) -> None:
        self.script, self.answers, self.today = script, answers, today
        self.passed, self.told, self.overrides = passed or (), passed is None, overrides
        self.steps: dict[str, None] = {}
        """The steps passed, in order."""
        self.ahead: dict[str, None] = {}
        """The steps met and not passed, in order."""
        self.asked: dict[str, tuple[Field, ...]] = {}
        """The fields each step met asks for."""
        self.aside: set[str] = set()
        """The steps that interrupts and jumps passed."""
        self._feeds = frozenset(filter(feeds_others, answers))
        self._own = dict(answers) if self.told else {k: v for k, v in answers.items() if k not in script.askable}
        self._waiting: list[str] = []
        self._added: set[str] = set()
        self.marks = {mark for mark, on in overrides.items() if on}
        self.reached = set(aside)
        self.known = self._own | self._answers_at(aside)
        self._learn_computed()
        self._mark_aside(aside)

    def follow(self, raised: Iterable[str], jumped: Iterable[str]) -> tuple[str | None, str | None]:
        """Follow everything; where the main thread stands, and where the newest interrupt does."""
        main = self._all(self.script.start)
        self.known, self.reached = self._own | self._answers_at(jumped), set(self.steps)
        self._learn_computed()
        interrupt = None
        for step in raised:
            interrupt = self._thread(step, self.aside) or interrupt
        for step in jumped:
            met = self._thread(step, self.aside, onwards=False)
            interrupt = met if met in self.script.urgent else interrupt
        stops = [main, self._drain()]
        if self.told:
            wrap_up = self.script.steps[self.script.wrap_up].section
            self._enter_told(without=wrap_up)
        stops += [self._all(self.script.wrap_up)]
        if self.told:
            self._enter_told()
        return next((stop for stop in stops if stop), None), interrupt

    def mark(self, marks: Iterable[str]) -> None:
        """Set flags and actions, unless a person cleared them."""
        self.marks.update(mark for mark in marks if self.overrides.get(mark, True))

    def _learnt(self) -> int:
        """How much is known, reached and set: it only ever grows."""
        return len(self.known) + len(self.reached) + len(self.marks)

    def _all(self, start: str) -> str | None:
        first, then = self._thread(start), self._drain()
        return first or then

    def _drain(self) -> str | None:
        stop = None
        while self._waiting:
            met = self._thread(self._waiting.pop(0))
            stop = stop or met
        return stop

    def _thread(self, start: str, through: set[str] | None = None, *, onwards: bool = True) -> str | None:
        """Follow one thread to its end; the first step in it that isn't passed.

        The steps passed are put in ``through``. ``onwards=False`` ends at the first that isn't.
        """
        stop: str | None = None
        seen: dict[str, int] = {}
        stack = [start]
        steps, wrap_up = self.script.steps, self.script.wrap_up
        while stack:
            here = stack.pop()
            # Come to again, a step is gone on from only with more known than before, which may lead to a risk.
            if not here or (here in seen and seen[here] == self._learnt()) or (here == wrap_up and here != start):
                continue
            step = steps[here]
            if here not in seen:
                if here not in self.steps and not self.meet(step):
                    if not onwards:
                        return here
                    stop = stop or here
                elif through is not None:
                    through.add(here)
            seen[here] = self._learnt()
            route = None
            for one in step.routes:
                if one.when is None or holds(one.when, self):
                    route = one
                    break
            self._add(step, route)
            if route:
                stack.append(route.go)
                stack.extend(reversed(route.first))
        return stop

    def meet(self, step: Step) -> bool:
        """Come to a step; whether it is passed."""
        fields = []
        for field in step.fields:
            given = field.key in self.answers
            if field.where is not None and not (holds(field.where, self) or (self.told and given)):
                continue
            fields.append(field)
            if given:
                self._learn(field)
        if not self.told and any(field.key in self._feeds for field in fields):
            self._learn_computed()
        self.asked[step.id] = tuple(fields)
        if not (self.told or step.id in self.passed or self._knows(fields)):
            self.ahead[step.id] = None
            return False
        self.ahead.pop(step.id, None)
        self.steps[step.id] = None
        self.reached.add(step.id)
        for effect in step.effects:
            if holds(effect.when, self):
                self.mark(effect.sets)
        return True

    def _knows(self, fields: Iterable[Field]) -> bool:
        """Whether there is nothing left to ask."""
        asks = [field.key for field in fields if field.type != "auto"]
        return bool(asks) and all(key in self.answers or key in self.known for key in asks)

    def _learn(self, field: Field) -> None:
        value = self.answers[field.key]
        self.known[field.key] = self._own[field.key] = value
        if field.key in self.script.acting:
            for option in chosen_options(field, value):
                self.mark(option.sets)

    def _learn_computed(self) -> None:
        if self._feeds:
            self.known.update(computed({k: self.known[k] for k in self._feeds if k in self.known}, self.today))

    def _add(self, step: Step, route: Route | None) -> None:
        """Add what the step's answers and its route lead to, to what is still to come."""
        for field in self.asked[step.id]:
            if field.key in self.script.acting and field.key in self.known:
                for option in chosen_options(field, self.known[field.key]):
                    self._wait(option.to)
        for name in route.then if route else ():
            self._wait(name)

    def _mark_aside(self, aside: Iterable[str]) -> None:
        for step in (self.script.steps[name] for name in aside):
            for field in step.fields:
                if field.key in self.answers:
                    for option in chosen_options(field, self.answers[field.key]):
                        self.mark(option.sets)
            for effect in step.effects:
                if holds(effect.when, self):
                    self.mark(effect.sets)

    def _wait(self, step: str) -> None:
        if step and step not in self._added:
            self._added.add(step)
            self._waiting.append(step)

    def _answers_at(self, steps: Iterable[str]) -> dict[str, Value]:
        fields = (field for step in steps for field in self.script.steps[step].fields)
        return {field.key: self.answers[field.key] for field in fields if field.key in self.answers}

    def _enter_told(self, without: str = "") -> None:
        """Enter each section that holds an answer which was told and no route led to, at its first such step.

        The sections that interrupts lead to come first, in the interrupts' order, then the script's order. An answer
        that other steps ask for too is no sign of anything urgent.
        """
        script = self.script
        while True:
            told = (key for key in self.answers if key in script.askable and is_told(self.answers[key]))
            open_keys = (script.asked_at[key] for key in told if self.steps.keys().isdisjoint(script.asked_at[key]))
            entries = [
                step
                for asked in open_keys
                for step in ([s for s in asked if s not in script.urgent] or asked)
                if script.steps[step].section != without
            ]
            if not entries:
                return
            entry = min(entries, key=script.order.__getitem__)
            before = script.steps[entry].after
            self._all(before if before and before not in self.steps else entry)


def chosen_options(field: Field, value: Value) -> list[Option]:
    """The options that ``value`` chooses, in the order it names them."""
    values = value if isinstance(value, tuple) else (value,)
    return [option for one in values for option in field.options if option.value == one]

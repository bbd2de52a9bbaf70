"""Where a call stands in its script, read off the answers every time: nothing is kept from one key to the next.

The walk goes through *threads*: the main one from the script's start, then one for each pathway that the
answers added, then the wrap-up. An interrupt is a thread that comes before whatever was being asked, and
returns there by itself, since where the main thread stands follows from its own answers. A step is visited
once a call, so nothing is asked twice and no loop is possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from triage.model import Value
from triage.script.closing import what_blocks
from triage.script.conditions import Facts, holds
from triage.script.form import Field, OutcomeRule, Script
from triage.script.trail import ROUNDS, Trail, chosen_options
from triage.script.values import computed


@dataclass(frozen=True, slots=True)
class Prompt:
    """A soft prompt: something typed that may be a sign. It asks to be looked at; it never decides.

    ``kind`` is ``danger`` · ``safeguarding`` · ``carer`` · ``unsafe`` · ``capacity``; ``words`` are the caller's own;
    ``key`` is the answer they stand in; ``why`` is one plain line, what to do about it. ``id`` is stable for the same
    words in the same answer.
    """

    id: str
    kind: str
    words: str
    key: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Something that stops the call from being closed: why, and the step (or ``prompt:ID``) that puts it right."""

    why: str
    go: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An outcome whose rule is true, and that rule's sentence."""

    code: str
    because: str
    rule: OutcomeRule


@dataclass(frozen=True)
class Walk:
    """Where a call stands, all of it derived.

    ``step`` is the step to show (``None``: everything was asked). ``path`` are the steps visited, in order,
    the current one last (in its old place when the handler went back to it). ``ahead`` are the steps still to be
    asked, if nothing more becomes known. ``used`` are the answers that count; ``parked`` those whose step is no
    longer on the path and that come back with it. ``proposals`` are the true outcome rules, headline first.
    ``not_asked`` are the keys of steps on the path that have no answer.
    """

    step: str | None
    path: tuple[str, ...]
    used: Mapping[str, Value] = field(default_factory=dict)
    parked: Mapping[str, Value] = field(default_factory=dict)
    pathways: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    route: str = ""
    blocks: tuple[Block, ...] = ()
    not_asked: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """The proposed headline outcome's code, ``""`` while no rule is true."""
        return self.proposals[0].code if self.proposals else ""

    @property
    def also(self) -> tuple[str, ...]:
        """The codes of the other true rules."""
        return tuple(p.code for p in self.proposals[1:])


def walk(
    script: Script,
    answers: Mapping[str, Value],
    *,
    today: date,
    passed: Collection[str] | None = None,
    raised: Collection[str] = (),
    jumped: Collection[str] = (),
    focus: str | None = None,
    checked: Collection[str] = (),
    prompts: Collection[Prompt] = (),
    flags: Mapping[str, bool] | None = None,
    chosen: str = "",
) -> Walk:
    """Walk ``script`` with ``answers``.

    ``passed`` are the steps answered or read out: the walk stops at the first step that isn't. ``None`` walks to
    the end, taking a missing answer as “not known”. ``raised`` are interrupts by name, ``jumped`` and ``focus`` the
    steps gone to out of order (:class:`triage.model.Call`). ``prompts`` are what the texts raised, ``checked`` the
    ids of those that were checked off. ``flags`` are set or cleared by a person over what the script says;
    ``chosen`` is the outcome the handler chose, whose needs are then the ones that block.
    """
    overrides = flags or {}
    trail, stop = follow(script, answers, today, passed, raised, jumped, overrides)
    step = focus if focus in script.steps else stop
    if step and step not in trail.asked:
        trail.meet(script.steps[step])
    return _read(script, answers, trail, step, today, overrides, checked, prompts, chosen)


def follow(
    script: Script,
    answers: Mapping[str, Value],
    today: date,
    passed: Collection[str] | None,
    raised: Collection[str] = (),
    jumped: Collection[str] = (),
    overrides: Mapping[str, bool] | None = None,
) -> tuple[Trail, str | None]:
    """The trail of a call, and the step it waits at: a walk without what follows from it."""
    overrides = overrides or {}
    targets = {i.name: i.to for i in script.interrupts}
    aside = [targets[name] for name in raised if name in targets]
    out_of_order = [step for step in jumped if step in script.steps and (passed is None or step in passed)]
    trail = Trail(script, answers, today, passed=passed, overrides=overrides, aside=out_of_order)
    stop, interrupt = trail.follow(aside, out_of_order)
    for _ in range(ROUNDS if aside or out_of_order else 0):
        before = trail.aside
        trail = Trail(script, answers, today, passed=passed, overrides=overrides, aside=before)
        stop, interrupt = trail.follow(aside, out_of_order)
        if trail.aside == before:
            break
    return trail, interrupt or stop


def facts_at_end(script: Script, answers: Mapping[str, Value], trail: Trail, today: date) -> Facts:
    """What the outcome rules are asked about, for a call followed to its end."""
    return _facts(script, answers, trail.asked, trail, today, {})


def headline(script: Script, answers: Mapping[str, Value], trail: Trail, today: date) -> str:
    """The outcome of a call followed to its end, ``""`` when no rule is true; nothing else of its walk."""
    facts = facts_at_end(script, answers, trail, today)
    return next((rule.code for rule in script.outcomes if holds(rule.when, facts)), "")


def _read(
    script: Script,
    answers: Mapping[str, Value],
    trail: Trail,
    step: str | None,
    today: date,
    overrides: Mapping[str, bool],
    checked: Collection[str],
    prompts: Collection[Prompt],
    chosen: str,
) -> Walk:
    """What the trail says, now that all of it is known."""
    path = (*trail.steps, step) if step and step not in trail.steps else tuple(trail.steps)
    asked = {name: trail.asked[name] for name in path}
    facts = _facts(script, answers, asked, trail, today, overrides)
    used = _used(script, answers, asked, trail.told)
    proposals: dict[str, Proposal] = {}
    for rule in script.outcomes:
        if rule.code not in proposals and holds(rule.when, facts):
            proposals[rule.code] = Proposal(rule.code, rule.because, rule)
    ahead = tuple(name for name in trail.ahead if name != step)
    to_ask = {**asked, **{name: trail.asked[name] for name in ahead}}
    reasons = what_blocks(script, facts, to_ask, chosen or next(iter(proposals), ""))
    unasked = [f for fields in asked.values() for f in fields if f.type != "auto" and f.key not in facts.known]
    pathway = {section.id: section.pathway for section in script.sections}
    names = dict.fromkeys(pathway.get(script.steps[name].section, "") for name in path)
    return Walk(
        step=step,
        path=path,
        used=facts.known,
        parked={key: value for key, value in answers.items() if key not in used},
        pathways=tuple(name for name in names if name),
        flags=tuple(flag for flag in script.flags if flag in facts.marks),
        actions=tuple(action for action in script.actions if action in facts.marks),
        prompts=tuple(prompts),
        proposals=tuple(proposals.values()),
        route=next((r.code for r in script.routes_of_access if holds(r.when, facts)), ""),
        blocks=(*_unchecked(prompts, checked), *(Block(why, go) for why, go in reasons)),
        not_asked=tuple(dict.fromkeys(field.key for field in unasked)),
        ahead=ahead,
    )


def _unchecked(prompts: Collection[Prompt], checked: Collection[str]) -> Iterator[Block]:
    for prompt in prompts:
        if prompt.id not in checked:
            why = f"“{prompt.words}” may be a sign ({prompt.kind}): look at it and note what you found"
            yield Block(why, f"prompt:{prompt.id}")


@dataclass(frozen=True, slots=True)
class _Facts:
    known: Mapping[str, Value]
    reached: frozenset[str]
    marks: set[str]


def _facts(
    script: Script,
    answers: Mapping[str, Value],
    asked: Mapping[str, tuple[Field, ...]],
    trail: Trail,
    today: date,
    overrides: Mapping[str, bool],
) -> _Facts:
    """What the outcome rules are asked about."""
    used = _used(script, answers, asked, trail.told)
    facts = _Facts({**used, **computed(used, today)}, frozenset(asked), {m for m, on in overrides.items() if on})
    _mark(script, facts, asked, trail, overrides)
    return facts


def _used(
    script: Script, answers: Mapping[str, Value], asked: Mapping[str, tuple[Field, ...]], told: bool
) -> dict[str, Value]:
    """The answers that count: those of steps on the trail, and those that were found rather than asked."""
    if told:
        return dict(answers)
    keys = {field.key for fields in asked.values() for field in fields}
    return {key: value for key, value in answers.items() if key in keys or key not in script.askable}


def _mark(
    script: Script,
    facts: _Facts,
    asked: Mapping[str, tuple[Field, ...]],
    trail: Trail,
    overrides: Mapping[str, bool],
) -> None:
    """Set the flags and actions of the whole path, as far as a person didn't clear them."""
    acting = script.acting
    for name, fields in asked.items():
        sets: list[str] = []
        for one in fields:
            if one.key in acting and one.key in facts.known:
                for option in chosen_options(one, facts.known[one.key]):
                    sets += option.sets
        if name in trail.steps:
            for effect in script.steps[name].effects:
                if holds(effect.when, facts):
                    sets += effect.sets
        if sets:
            facts.marks.update([mark for mark in sets if overrides.get(mark, True)])


@dataclass(frozen=True, slots=True)
class Change:
    """What changing an answer would do: shown before it is done."""

    kept: tuple[str, ...]
    parked: tuple[str, ...]
    asked: tuple[str, ...]
    """Ids of the steps that would newly be asked."""
    back: tuple[str, ...]
    """Keys of parked answers that would come back."""
    before: str
    after: str
    """Outcome codes before and after."""


def compare(before: Walk, after: Walk) -> Change:
    """The difference between two walks of one call."""
    met = {*before.path, *before.ahead}
    coming = (after.step, *after.ahead) if after.step else after.ahead
    return Change(
        kept=tuple(key for key, value in before.used.items() if after.used.get(key) == value),
        parked=tuple(key for key in before.used if key in after.parked),
        asked=tuple(step for step in coming if step not in met),
        back=tuple(key for key in before.parked if key in after.used),
        before=before.outcome,
        after=after.outcome,
    )

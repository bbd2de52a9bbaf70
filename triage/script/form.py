"""A script, as data: frozen values that :mod:`triage.library` reads from YAML and :mod:`triage.script.walk` walks.

Nothing here comes from a file and nothing decides: conditions and routes are plain values, so that a
proof can enumerate them (DESIGN.md, "the script as data").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from functools import cached_property
from typing import Literal

FieldType = Literal["one", "many", "yn", "text", "date", "num", "auto"]
"""SCRIPT.md's types. ``yn`` offers yes and no; every field also takes “not known” and “declined”.
``auto`` is found rather than asked."""


@dataclass(frozen=True, slots=True)
class When:
    """A condition. Exactly one of its parts is set.

    ``key`` with ``values``: the key's answer is (or, for ``many``, includes) one of them; “not known” also
    holds when there is no answer. ``key`` with ``over``/``under``: the number is strictly over/under.
    ``key`` with ``count``: at least so many options are chosen. ``key`` with ``answered``: there is an
    answer other than “not known” and “declined”. ``key`` with ``says``: the words typed have one of these in them, with
    no “not” before it. ``reached``: the step is on the trail.
    ``flag``/``action``: it is set. ``every``, ``some``, ``none``: all, any, or none of the parts hold.
    """

    key: str = ""
    values: tuple[str, ...] = ()
    over: float | None = None
    under: float | None = None
    count: int | None = None
    answered: bool | None = None
    says: tuple[str, ...] = ()
    reached: str = ""
    flag: str = ""
    action: str = ""
    every: tuple[When, ...] = ()
    some: tuple[When, ...] = ()
    none: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen.

    ``value`` is stored; ``label`` is shown; ``also`` are other spellings that are accepted. ``to`` is the step
    that choosing it adds to what is still to come (``reason`` leads to a pathway each). ``sets`` are flags
    (``F-…``) and actions (``A-…``) that choosing it sets.
    """

    value: str
    label: str = ""
    also: tuple[str, ...] = ()
    to: str = ""
    sets: tuple[str, ...] = ()
    help: str = ""

    @property
    def text(self) -> str:
        """What to show."""
        return self.label or self.value[:1].upper() + self.value[1:]


@dataclass(frozen=True, slots=True)
class Field:
    """One answer a step asks for, under its ``key``.

    ``required``: closing insists on it (SCRIPT.md ``*``; only the danger check, the caller's role, the reason).
    ``optional``: marked optional on screen and to the caller (PRIVACY P3). ``screened``: free text that soft
    prompts read. ``where``: the condition under which the field is asked at all. ``now``: once this holds and nothing
    was typed, it is answered with the time at the desk.
    """

    key: str
    type: FieldType
    label: str = ""
    options: tuple[Option, ...] = ()
    required: bool = False
    optional: bool = False
    screened: bool = False
    where: When | None = None
    hint: str = ""
    now: When | None = None

    def option(self, value: str) -> Option | None:
        """The option stored as ``value``."""
        return next((o for o in self.options if o.value == value), None)


@dataclass(frozen=True, slots=True)
class Effect:
    """Flags and actions that a step sets when ``when`` holds (or always), once the step is passed."""

    sets: tuple[str, ...]
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One way on from a step; the first whose ``when`` holds (or that has none) is taken.

    ``first`` are steps whose branch is walked before going on; ``then`` are steps added to what is still to
    come; ``go`` is the next step, or ``""`` where the branch ends (back to where it was left).
    """

    go: str = ""
    when: When | None = None
    first: tuple[str, ...] = ()
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One screen of the script.

    ``say`` is read aloud; ``ask`` is what the handler asks; ``why`` is shown under ``?``; ``tip`` is a line for the
    handler only. ``opens`` names a tool the step wants at hand: ``directory``, ``diary``, ``record`` or ``leaflet``.
    ``check`` marks what SCRIPT.md is unsure of. ``wishes`` are directory words that suggest listings here. ``history``:
    what is said tells that somebody is on the record, so it isn't said while nothing may be disclosed. ``after``: the
    step that is asked before this one, however the handler comes here.
    """

    id: str
    section: str
    title: str
    say: str = ""
    ask: str = ""
    why: str = ""
    tip: str = ""
    fields: tuple[Field, ...] = ()
    routes: tuple[Route, ...] = ()
    effects: tuple[Effect, ...] = ()
    opens: str = ""
    check: str = ""
    wishes: tuple[str, ...] = ()
    history: bool = False
    after: str = ""

    def field(self, key: str) -> Field | None:
        """The field with this key."""
        return next((f for f in self.fields if f.key == key), None)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of SCRIPT.md, in its order; ``pathway`` is its name in SCRIPT.md §21.

    ``urgent``: a step of it that an answer leads to is asked before anything else, however the handler came to it.
    """

    id: str
    number: int
    title: str
    pathway: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A standing rule of SCRIPT.md §0: available whatever the step. ``letter`` is its key there."""

    name: str
    title: str
    to: str
    letter: str


@dataclass(frozen=True, slots=True)
class FastExit:
    """A short way out for a caller who only wants to be passed on.

    ``sets`` are answers it gives by itself; ``asks`` are the keys still asked, in order; the call's first words
    stay the caller's own. ``wrap_up``: it ends at the wrap-up, to read back or write a leaflet, rather than saved.
    """

    name: str
    title: str
    sets: Mapping[str, str]
    asks: tuple[str, ...]
    wrap_up: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """One line of SCRIPT.md §20. Rules are tried in order: the first true one is the headline, the rest ``also``.

    ``because`` is the sentence that tells the handler why it is proposed. ``needs`` are the keys without an
    answer to which a call with this outcome can't be saved (any one of a tuple will do); ``insists`` are the words
    with which they are asked for when another outcome is the headline, and without them they aren't. ``confirm`` is
    who must confirm, ``leaflet`` is what the caller is told happens next, ``owner`` who does it.
    """

    code: str
    when: When
    because: str
    needs: tuple[tuple[str, ...], ...] = ()
    confirm: str = ""
    leaflet: str = ""
    owner: str = ""
    insists: str = ""


@dataclass(frozen=True, slots=True)
class RouteOfAccess:
    """How the request came (OUTCOMES.md §4): the first whose ``when`` holds."""

    code: str
    name: str
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Always:
    """What must be true of every call, whatever else is answered: the proof tries to break it.

    In every call where ``when`` holds at the end (no ``when``: in every call) ``then`` must hold too; one of
    ``outcome``, if any is named, must be proposed, as the headline or besides it; and closing must be blocked while
    one of the keys ``before_closing`` has no answer. ``in_order`` leaves out calls in which something was told that
    the script's own order would not have asked.
    """

    name: str
    then: When | None = None
    when: When | None = None
    outcome: tuple[str, ...] = ()
    before_closing: tuple[str, ...] = ()
    in_order: bool = False
    why: str = ""


@dataclass(frozen=True)
class Script:
    """A whole script. ``start`` is the first step, ``wrap_up`` the first of the steps every call ends with."""

    name: str
    version: str
    title: str
    start: str
    wrap_up: str
    sections: tuple[Section, ...]
    steps: Mapping[str, Step]
    interrupts: tuple[Interrupt, ...] = ()
    fast_exits: tuple[FastExit, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = ()
    routes_of_access: tuple[RouteOfAccess, ...] = ()
    flags: Mapping[str, str] = _field(default_factory=dict)
    """Every flag's words: ``F-UNSAFE`` → “do not ring or post”."""
    actions: Mapping[str, str] = _field(default_factory=dict)
    """Every action's words."""
    close_blocks: tuple[tuple[When, str, str], ...] = ()
    """(condition, the sentence that says why closing is blocked, the step that puts it right)."""
    always: tuple[Always, ...] = ()

    def section(self, step_id: str) -> Section:
        """The section a step stands in."""
        found = self.steps[step_id].section
        return next(s for s in self.sections if s.id == found)

    def field(self, key: str) -> tuple[Step, Field] | None:
        """The first step that asks for ``key``, with the field."""
        step = next(iter(self.asked_at.get(key, ())), None)
        found = self.steps[step].field(key) if step else None
        return (self.steps[step], found) if step and found else None

    @cached_property
    def asked_at(self) -> Mapping[str, tuple[str, ...]]:
        """The steps that ask for each key, in the script's order."""
        found: dict[str, tuple[str, ...]] = {}
        for step in self.steps.values():
            for one in step.fields:
                found[one.key] = (*found.get(one.key, ()), step.id)
        return found

    @cached_property
    def order(self) -> Mapping[str, tuple[int, int]]:
        """Where each step stands: the sections that interrupts lead to come first, in the interrupts' order."""
        urgent = [self.steps[i.to].section for i in self.interrupts]
        rank = {section: n for n, section in enumerate(dict.fromkeys([*urgent, *(s.id for s in self.sections)]))}
        return {step: (rank[self.steps[step].section], n) for n, step in enumerate(self.steps)}

    @cached_property
    def urgent(self) -> frozenset[str]:
        """The steps of the urgent sections."""
        sections = {section.id for section in self.sections if section.urgent}
        return frozenset(step.id for step in self.steps.values() if step.section in sections)

    @cached_property
    def acting(self) -> frozenset[str]:
        """The keys of which some answer leads to a step or sets a flag or action."""
        fields = (f for step in self.steps.values() for f in step.fields)
        return frozenset(f.key for f in fields if any(o.to or o.sets for o in f.options))

    @cached_property
    def askable(self) -> frozenset[str]:
        """The keys that somebody can be asked for; the others are only ever found."""
        return frozenset(f.key for step in self.steps.values() for f in step.fields if f.type != "auto")

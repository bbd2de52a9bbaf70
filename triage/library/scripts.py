"""Reads a script from YAML: one head file, and parts beside it that hold steps or outcome rules.

The short forms an officer may write: a route as a step's id, an option as a word, one of something without
its list, ``yn`` fields without options, and conditions as mappings (:mod:`triage.library.conditions`).

Every name that a file uses must exist: a wrong one is refused with its file, its line and the nearest name
there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from triage.library.conditions import WORDS, Conditions
from triage.library.names import Names
from triage.library.yaml import Node, build, load
from triage.script.form import (
    Always,
    Effect,
    FastExit,
    Field,
    Interrupt,
    Option,
    OutcomeRule,
    Route,
    RouteOfAccess,
    Script,
    Section,
    Step,
    When,
)
from triage.settings import shipped

_OPTION = frozenset({"value", "label", "also", "to", "sets", "help"})


@dataclass(frozen=True)
class CloseBlock:
    """One line of ``close_blocks``."""

    when: When
    why: str
    go: str


@dataclass(frozen=True)
class Part:
    """A file of steps of one section, or of outcome rules."""

    section: str = ""
    steps: tuple[Step, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = ()


@dataclass(frozen=True)
class ScriptFile:
    """The head file."""

    name: str
    version: str
    title: str
    start: str
    wrap_up: str
    sections: tuple[Section, ...]
    interrupts: tuple[Interrupt, ...] = ()
    fast_exits: tuple[FastExit, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    routes_of_access: tuple[RouteOfAccess, ...] = ()
    close_blocks: tuple[CloseBlock, ...] = ()
    always: tuple[Always, ...] = ()
    parts: tuple[str, ...] = ()
    section: str = ""
    steps: tuple[Step, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = ()


def load_script(path: Path | None = None) -> Script:
    """The script in ``path`` (the shipped first-contact script without one), whole and checked."""
    where = path or shipped() / "scripts" / "first-contact.yaml"
    prefix = str(path.parent / "_")[:-1] if path else "data/scripts/"
    reader = _Reader()
    root = load(where, prefix + where.name)
    reader.enter(root)
    head = build(root, ScriptFile, reader.readers)
    steps, outcomes = list(head.steps), list(head.outcomes)
    for name in head.parts:
        node = load(where.parent / name, prefix + name)
        reader.enter(node)
        part = build(node, Part, reader.readers)
        steps += part.steps
        outcomes += part.outcomes
    given = dict(root.items())
    reader.step(given["start"], head.start)
    reader.step(given["wrap_up"], head.wrap_up)
    script = Script(
        name=head.name,
        version=head.version,
        title=head.title,
        start=head.start,
        wrap_up=head.wrap_up,
        sections=head.sections,
        steps={step.id: step for step in steps},
        interrupts=head.interrupts,
        fast_exits=head.fast_exits,
        outcomes=tuple(outcomes),
        routes_of_access=head.routes_of_access,
        flags=head.flags,
        actions=head.actions,
        close_blocks=tuple((b.when, b.why, b.go) for b in head.close_blocks),
        always=head.always,
    )
    reader.names.resolve(script)
    return script


class _Reader:
    """Reads the kinds that have short forms, and keeps every name they use until all names are known."""

    def __init__(self) -> None:
        self.section = ""
        self.ids: dict[str, set[str]] = {}
        self.names = Names()
        self.readers: dict[object, Callable[[Node], object]] = {
            When: Conditions(self.names).when,
            Option: self.option,
            Field: self.field,
            Effect: self.effect,
            Route: self.route,
            Step: self.read_step,
            Section: lambda node: self.once(node, build(node, Section), "id", "sections"),
            Interrupt: self.interrupt,
            FastExit: self.fast_exit,
            OutcomeRule: self.outcome,
            CloseBlock: self.close_block,
            Always: self.always,
        }

    def enter(self, root: Node) -> None:
        """Begin a file: its ``section`` is that of its steps."""
        inside = dict(root.items()).get("section")
        self.section = inside.text() if inside else ""

    def step(self, node: Node, name: str) -> None:
        """Note that ``node`` leads to a step."""
        self.names.use("step", node, name)

    def once(self, node: Node, made: object, key: str, what: str) -> object:
        """``made``, unless another one has its name."""
        name = str(getattr(made, key))
        seen = self.ids.setdefault(what, set())
        if name in seen:
            raise node.bad(f"two {what} are called “{name}”")
        seen.add(name)
        return made

    def option(self, node: Node) -> Option:
        if isinstance(node.value, str):
            return Option(node.value)
        given = dict(node.items())
        if not given.keys() <= _OPTION or "value" not in given:
            return build(node, Option, self.readers)
        # Half of a script are options: this is build() without its generality.
        self._leads(node, "to")
        self._sets(node)
        texts = {key: given[key].text() for key in ("label", "to", "help") if key in given}
        also, sets = (
            tuple(child.text() for child in given[key].each()) if key in given else () for key in ("also", "sets")
        )
        return Option(given["value"].text(), also=also, sets=sets, **texts)

    def field(self, node: Node) -> Field:
        made = build(node, Field, self.readers)
        if made.key in WORDS:
            raise node.bad(f"“{made.key}” is a word of conditions, so no key may be called that")
        if made.type == "yn" and not made.options:
            made = replace(made, options=(Option("yes"), Option("no")))
        seen: set[str] = set()
        for option in made.options:
            for value in (option.value, *option.also):
                if value.casefold() in seen:
                    raise node.bad(f"{made.key}: “{value}” stands here twice")
                seen.add(value.casefold())
        return made

    def effect(self, node: Node) -> Effect:
        if isinstance(node.value, str):
            self.names.use("mark", node, node.value)
            return Effect((node.value,))
        self._sets(node)
        return build(node, Effect, self.readers)

    def route(self, node: Node) -> Route:
        if isinstance(node.value, str):
            self.step(node, node.value)
            return Route(node.value)
        self._leads(node, "go", "first", "then")
        return build(node, Route, self.readers)

    def read_step(self, node: Node) -> Step:
        given = dict(node.items())
        if "section" in given:
            step = build(node, Step, self.readers)
        elif self.section:
            step = build(node, Step, self.readers, section=self.section)
        else:
            raise node.bad("this step stands in no section: give it a “section”")
        self.names.use("section", given.get("section", node), step.section)
        self._leads(node, "after")
        keys = [f.key for f in step.fields]
        for key in keys:
            if keys.count(key) > 1:
                raise node.bad(f"step {step.id} asks for “{key}” twice")
        self.once(node, step, "id", "steps")
        return step

    def interrupt(self, node: Node) -> object:
        self._leads(node, "to")
        return self.once(node, build(node, Interrupt), "name", "interrupts")

    def fast_exit(self, node: Node) -> object:
        given = dict(node.items())
        if "sets" in given:
            for key, child in given["sets"].items():
                self.names.use("key", child, key)
                self.names.value(key, child)
        if "asks" in given:
            self.names.each("key", given["asks"])
        return self.once(node, build(node, FastExit), "name", "fast exits")

    def outcome(self, node: Node) -> OutcomeRule:
        given = dict(node.items())
        rule = build(node, OutcomeRule, self.readers)
        self.names.use("outcome", given["code"], rule.code)
        for child in given["needs"].each() if "needs" in given else ():
            self.names.each("key", child)
        return rule

    def close_block(self, node: Node) -> CloseBlock:
        self._leads(node, "go")
        return build(node, CloseBlock, self.readers)

    def always(self, node: Node) -> object:
        given = dict(node.items())
        if "outcome" in given:
            self.names.each("outcome", given["outcome"])
        if "before_closing" in given:
            self.names.each("key", given["before_closing"])
        made = build(node, Always, self.readers)
        if made.then is None and not made.outcome and not made.before_closing:
            raise node.bad(f"“{made.name}” says nothing: give it a “then”, an “outcome” or “before_closing”")
        return self.once(node, made, "name", "rules that always hold")

    def _leads(self, node: Node, *keys: str) -> None:
        given = dict(node.items())
        for key in keys:
            if key in given:
                self.names.each("step", given[key])

    def _sets(self, node: Node) -> None:
        given = dict(node.items())
        if "sets" in given:
            self.names.each("mark", given["sets"])

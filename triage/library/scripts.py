"""Reads a script from YAML: one head file, and parts beside it that hold steps or outcome rules.

The short forms an officer may write: a route as a step's id, an option as a word, one of something without
its list, ``yn`` fields without options, and conditions as mappings::

    {caller_role: [self, other]}        the answer is (or includes) one of them
    {p_age: {under: 18}}                also over, count (of options chosen), answered (yes or no)
    {reached: S12}  {flag: F-CAP}  {action: A-ADV}
    {all: […]}  {any: […]}  {none: […]}
    {danger_now: no, p_age: {over: 17}} several keys: all must hold

Every name that a file uses must exist: a wrong one is refused with its file, its line and the nearest name
there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from triage.library.outcomes import load_outcomes
from triage.library.yaml import Node, build, load, nearest
from triage.model import DECLINED, NOT_KNOWN
from triage.script.form import (
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

WORDS = ("reached", "flag", "action", "all", "any", "none")
"""Words of a condition, which no key of a script may be called."""
_OPTION = frozenset({"value", "label", "also", "to", "sets", "help"})
_TESTS = ("under", "over", "count", "answered")


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
    )
    _resolve(script, reader)
    return script


class _Reader:
    """Reads the kinds that have short forms, and keeps every name they use until all names are known."""

    def __init__(self) -> None:
        self.section = ""
        self.ids: dict[str, set[str]] = {}
        self.uses: list[tuple[str, Node, str]] = []
        self.values: list[tuple[str, Node, str]] = []
        self.tests: list[tuple[str, Node, str]] = []
        self.whens: dict[int, tuple[object, When]] = {}
        """Conditions by the identity of what they were read from, which an anchor and its aliases share."""
        self.readers: dict[object, Callable[[Node], object]] = {
            When: self.when,
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
        }

    def enter(self, root: Node) -> None:
        """Begin a file: its ``section`` is that of its steps."""
        inside = dict(root.items()).get("section")
        self.section = inside.text() if inside else ""

    def step(self, node: Node, name: str) -> None:
        """Note that ``node`` leads to a step."""
        self.uses.append(("step", node, name))

    def once(self, node: Node, made: object, key: str, what: str) -> object:
        """``made``, unless another one has its name."""
        name = str(getattr(made, key))
        seen = self.ids.setdefault(what, set())
        if name in seen:
            raise node.bad(f"two {what} are called “{name}”")
        seen.add(name)
        return made

    def when(self, node: Node) -> When:
        if id(node.value) not in self.whens:
            parts = [self._part(key, child) for key, child in node.items()]
            if not parts:
                raise node.bad("a condition needs a key and what its answer must be")
            # What it was read from is kept, so that nothing else can get its identity.
            self.whens[id(node.value)] = node.value, parts[0] if len(parts) == 1 else When(every=tuple(parts))
        return self.whens[id(node.value)][1]

    def _part(self, key: str, node: Node) -> When:
        if key in ("all", "any", "none"):
            inner = tuple(self.when(child) for child in node.each())
            if not inner:
                raise node.bad(f"“{key}” needs at least one condition")
            return {"all": When(every=inner), "any": When(some=inner), "none": When(none=inner)}[key]
        if key in ("reached", "flag", "action"):
            named = [(child, child.text()) for child in node.each()]
            self.uses += [("step" if key == "reached" else key, child, name) for child, name in named]
            made = tuple(_NAMED[key](name) for _, name in named)
            return made[0] if len(made) == 1 else When(some=made)
        self.uses.append(("key", node, key))
        if isinstance(node.value, dict):
            tests = tuple(self._test(key, word, child) for word, child in node.items())
            return tests[0] if len(tests) == 1 else When(every=tests)
        values = tuple(child.text() for child in node.each())
        self.values += [(key, child, child.text()) for child in node.each()]
        if not values:
            raise node.bad(f"{key}: which answers?")
        return When(key=key, values=values)

    def _test(self, key: str, word: str, node: Node) -> When:
        if word not in _TESTS:
            raise node.bad(f"{key}: “{word}” is not one of {', '.join(_TESTS)}", nearest(word, _TESTS))
        if word == "answered":
            if node.text() not in ("yes", "no"):
                raise node.bad(f"{key}: answered is yes or no, not “{node.text()}”")
            return When(key=key, answered=node.text() == "yes")
        self.tests.append((key, node, word))
        try:
            number = float(node.text())
        except ValueError:
            raise node.bad(f"{key}: “{node.text()}” is not a number") from None
        if word == "count":
            return When(key=key, count=int(number))
        return When(key=key, over=number) if word == "over" else When(key=key, under=number)

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
            self.uses.append(("mark", node, node.value))
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
        self.uses.append(("section", given.get("section", node), step.section))
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
                self.uses.append(("key", child, key))
                self.values.append((key, child, child.text()))
        if "asks" in given:
            self.uses += [("key", child, child.text()) for child in given["asks"].each()]
        return self.once(node, build(node, FastExit), "name", "fast exits")

    def outcome(self, node: Node) -> OutcomeRule:
        given = dict(node.items())
        rule = build(node, OutcomeRule, self.readers)
        self.uses.append(("outcome", given["code"], rule.code))
        for child in given["needs"].each() if "needs" in given else ():
            self.uses += [("key", one, one.text()) for one in child.each()]
        return rule

    def close_block(self, node: Node) -> CloseBlock:
        self._leads(node, "go")
        return build(node, CloseBlock, self.readers)

    def _leads(self, node: Node, *keys: str) -> None:
        given = dict(node.items())
        for key in keys:
            for child in given[key].each() if key in given else ():
                self.step(child, child.text())

    def _sets(self, node: Node) -> None:
        given = dict(node.items())
        for child in given["sets"].each() if "sets" in given else ():
            self.uses.append(("mark", child, child.text()))


_NAMED: dict[str, Callable[[str], When]] = {
    "reached": lambda name: When(reached=name),
    "flag": lambda name: When(flag=name),
    "action": lambda name: When(action=name),
}


def _resolve(script: Script, reader: _Reader) -> None:
    """Refuse the first name that doesn't exist."""
    fields: dict[str, list[Field]] = {}
    for step in script.steps.values():
        for one in step.fields:
            fields.setdefault(one.key, []).append(one)
    valid: dict[str, set[str]] = {
        "step": set(script.steps),
        "key": set(fields),
        "section": {s.id for s in script.sections},
        "flag": set(script.flags),
        "action": set(script.actions),
        "mark": {*script.flags, *script.actions},
    }
    if script.outcomes:
        valid["outcome"] = {line.code for line in load_outcomes()}
    said = {
        "mark": "a flag or action",
        "action": "an action",
        "key": "a key of this script",
        "outcome": "an outcome of the code list",
    }
    for kind, node, name in reader.uses:
        if name not in valid[kind]:
            raise node.bad(f"“{name}” is not {said.get(kind, f'a {kind}')}", nearest(name, valid[kind]))
    for key, node, value in reader.values:
        _value(fields[key], key, node, value)
    for key, node, word in reader.tests:
        wrong = {"one", "yn", "text", "date"} if word == "count" else {"one", "many", "yn", "text", "date"}
        if fields[key][0].type in wrong:
            raise node.bad(f"{key}: “{word}” can't be asked of an answer of type {fields[key][0].type}")


def _value(fields: list[Field], key: str, node: Node, value: str) -> None:
    """Refuse a value that no field of this key can have."""
    options = [o.value for f in fields for o in f.options]
    kind = fields[0].type
    if value in (NOT_KNOWN, DECLINED, *options) or (kind == "auto" and not options):
        return
    if kind == "num" and value.replace(".", "", 1).isdigit():
        return
    words = options or [NOT_KNOWN, DECLINED]
    raise node.bad(f"{key}: “{value}” is not one of its answers ({', '.join(words)})", nearest(value, words))

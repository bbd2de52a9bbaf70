"""The names that a script's files use, kept until all of them are known, and then looked up."""

from __future__ import annotations

from collections.abc import Iterable

from triage.library.outcomes import load_outcomes
from triage.library.yaml import Node, nearest
from triage.model import DECLINED, NOT_KNOWN
from triage.script.form import Field, Script

_WRONG = {"count": {"one", "yn", "text", "date"}, "says": {"one", "many", "yn", "date", "num"}}
"""The types of answer that a test can’t be asked of."""
_SAID = {
    "mark": "a flag or action",
    "action": "an action",
    "key": "a key of this script",
    "outcome": "an outcome of the code list",
}


class Names:
    """Every use of a name, with where it stands.

    Kinds: ``step``, ``key``, ``section``, ``flag``, ``action``, ``mark`` (either of the two) and ``outcome``.
    """

    def __init__(self) -> None:
        self.uses: list[tuple[str, Node, str]] = []
        self.values: list[tuple[str, Node, str]] = []
        self.tests: list[tuple[str, Node, str]] = []

    def use(self, kind: str, node: Node, name: str) -> None:
        """Note that ``node`` uses ``name``."""
        self.uses.append((kind, node, name))

    def each(self, kind: str, node: Node) -> None:
        """Note every member of a list."""
        self.uses += [(kind, child, child.text()) for child in node.each()]

    def value(self, key: str, node: Node) -> None:
        """Note that ``node`` names an answer to ``key``."""
        self.values.append((key, node, node.text()))

    def test(self, key: str, node: Node, word: str) -> None:
        """Note that ``key`` is counted or compared."""
        self.tests.append((key, node, word))

    def resolve(self, script: Script) -> None:
        """Refuse the first name that doesn't exist."""
        fields: dict[str, list[Field]] = {}
        for step in script.steps.values():
            for field in step.fields:
                fields.setdefault(field.key, []).append(field)
        valid: dict[str, Iterable[str]] = {
            "step": script.steps,
            "key": fields,
            "section": {section.id for section in script.sections},
            "flag": script.flags,
            "action": script.actions,
            "mark": {*script.flags, *script.actions},
        }
        if script.outcomes:
            valid["outcome"] = {line.code for line in load_outcomes()}
        for kind, node, name in self.uses:
            if name not in valid[kind]:
                raise node.bad(f"“{name}” is not {_SAID.get(kind, f'a {kind}')}", nearest(name, valid[kind]))
        for key, node, value in self.values:
            _value(fields[key], key, node, value)
        for key, node, word in self.tests:
            wrong = _WRONG.get(word, {"one", "many", "yn", "text", "date"})
            kind = fields[key][0].type
            if kind in wrong:
                raise node.bad(f"{key}: “{word}” can't be asked of an answer of type {kind}")


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

"""Conditions as mappings::

{caller_role: [self, other]}        the answer is (or includes) one of them
{p_age: {under: 18}}                also over, count (of options chosen), answered (yes or no)
{sg_source: {says: [care worker]}}  the words typed have one of these in them
{reached: S12}  {flag: F-CAP}  {action: A-ADV}
{all: […]}  {any: […]}  {none: […]}
{danger_now: no, p_age: {over: 17}} several keys: all must hold
"""

from __future__ import annotations

from collections.abc import Callable

from triage.library.names import Names
from triage.library.yaml import Node, nearest
from triage.script.form import When

WORDS = ("reached", "flag", "action", "all", "any", "none")
"""Words of a condition, which no key of a script may be called."""
_TESTS = ("under", "over", "count", "answered", "says")
_NAMED: dict[str, Callable[[str], When]] = {
    "reached": lambda name: When(reached=name),
    "flag": lambda name: When(flag=name),
    "action": lambda name: When(action=name),
}


class Conditions:
    """Reads conditions; what they name goes to ``names``."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.whens: dict[int, tuple[object, When]] = {}
        """Conditions by the identity of what they were read from, which an anchor and its aliases share."""

    def when(self, node: Node) -> When:
        """The condition in ``node``."""
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
            for child, name in named:
                self.names.use("step" if key == "reached" else key, child, name)
            made = tuple(_NAMED[key](name) for _, name in named)
            return made[0] if len(made) == 1 else When(some=made)
        self.names.use("key", node, key)
        if isinstance(node.value, dict):
            tests = tuple(self._test(key, word, child) for word, child in node.items())
            return tests[0] if len(tests) == 1 else When(every=tests)
        values = tuple(child.text() for child in node.each())
        for child in node.each():
            self.names.value(key, child)
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
        self.names.test(key, node, word)
        if word == "says":
            said = tuple(child.text() for child in node.each())
            if not all(said):
                raise node.bad(f"{key}: which words?")
            return When(key=key, says=said)
        try:
            number = float(node.text())
        except ValueError:
            raise node.bad(f"{key}: “{node.text()}” is not a number") from None
        if word == "count":
            return When(key=key, count=int(number))
        return When(key=key, over=number) if word == "over" else When(key=key, under=number)

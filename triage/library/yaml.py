"""YAML with line numbers, read into frozen dataclasses.

Every scalar arrives as a string (``yes`` and ``no`` are words here, not booleans) and becomes what the dataclass
says it is.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from rapidfuzz import process

from triage.errors import BadData

T = TypeVar("T")
Readers = Mapping[Any, Callable[["Node"], Any]]
"""How to read a kind of value that has a shorter form in the file than its dataclass."""
_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a file: a string, a list or a mapping, and where it stands."""

    value: str | list[Node] | dict[str, Node]
    file: str
    line: int

    def bad(self, why: str, nearest: str = "") -> BadData:
        """The error that points here."""
        return BadData(self.file, self.line, why, nearest)

    def items(self) -> list[tuple[str, Node]]:
        """The pairs of a mapping."""
        if not isinstance(self.value, dict):
            raise self.bad("expected keys and values here")
        return list(self.value.items())

    def each(self) -> list[Node]:
        """The members of a list; a single value is a list of one."""
        if isinstance(self.value, list):
            return self.value
        return [self] if self.value != "" else []

    def text(self) -> str:
        """The string."""
        if not isinstance(self.value, str):
            raise self.bad("expected a piece of text here")
        return self.value


def nearest(word: str, valid: typing.Iterable[str]) -> str:
    """The valid word closest to ``word``, ``""`` when none is close."""
    found = process.extractOne(word, list(valid), score_cutoff=60)
    return found[0] if found else ""


def load(path: Path, name: str = "") -> Node:
    """Read one file. ``name`` is what errors call it."""
    where = name or str(path)
    try:
        root = _Events(path.read_text(encoding="utf-8"), where).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadData(where, mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(where, 1, f"can't be read ({error})") from error
    if root is None:
        raise BadData(where, 1, "the file is empty")
    return root


class _Events:
    """Nodes straight from the parser's events: half the time of composing YAML's own nodes first."""

    def __init__(self, text: str, where: str) -> None:
        self.where = where
        self.next: Callable[[], Any] = _Loader(text).get_event
        self.anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        """The one document of the file."""
        self.next()
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        root = self.node(self.next())
        self.next()
        more = self.next()
        if not isinstance(more, yaml.StreamEndEvent):
            raise BadData(self.where, more.start_mark.line + 1, "a file holds one document")
        return root

    def node(self, event: Any, line: int = 0) -> Node:
        """The node that begins with ``event``; ``line`` is that of its key."""
        line = line or event.start_mark.line + 1
        kind = type(event)
        if kind is yaml.ScalarEvent:
            node = Node(event.value, self.where, line)
        elif kind is yaml.MappingStartEvent:
            node = Node(self.pairs(), self.where, line)
        elif kind is yaml.SequenceStartEvent:
            members = []
            while type(inner := self.next()) is not yaml.SequenceEndEvent:
                members.append(self.node(inner))
            node = Node(members, self.where, line)
        else:
            if event.anchor not in self.anchors:
                raise BadData(self.where, line, f"there is no “&{event.anchor}” above this")
            return Node(self.anchors[event.anchor].value, self.where, line)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def pairs(self) -> dict[str, Node]:
        """A mapping's keys and values, to its end."""
        found: dict[str, Node] = {}
        while type(key := self.next()) is not yaml.MappingEndEvent:
            line = key.start_mark.line + 1
            if type(key) is not yaml.ScalarEvent:
                raise BadData(self.where, line, "a key must be a word")
            if key.value in found:
                raise BadData(self.where, line, f"“{key.value}” stands here twice")
            found[key.value] = self.node(self.next(), line)
        return found


@cache
def _fields(cls: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The type of each field, and the fields without a default."""
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    empty = dataclasses.MISSING
    required = tuple(f.name for f in fields if f.default is empty and f.default_factory is empty)
    return {f.name: hints[f.name] for f in fields}, required


def build(node: Node, cls: type[T], readers: Readers | None = None, **extra: Any) -> T:
    """The dataclass ``cls`` from a mapping; ``extra`` are fields the file doesn't hold.

    ``readers`` read the kinds they name, wherever these stand inside.
    Raises :class:`BadData` for an unknown or missing key and for a value of the wrong shape.
    """
    given: dict[str, Any] = {}
    hints, required = _fields(cls)  # type: ignore[arg-type]
    for key, child in node.items():
        if key not in hints or key in extra:
            valid = [name for name in hints if name not in extra]
            raise child.bad(f"“{key}” is not a key of {_words(cls)}", nearest(key, valid))
        given[key] = convert(child, hints[key], key, readers)
    for name in required:
        if name not in given and name not in extra:
            raise node.bad(f"“{name}” is missing from {_words(cls)}")
    return cls(**given, **extra)


def _words(cls: type[Any]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def convert(node: Node, kind: Any, key: str, readers: Readers | None = None) -> Any:
    """One value as ``kind``, which is any annotation that the dataclasses of this project use."""
    if kind is str:
        return node.text()
    if readers and kind in readers:
        return readers[kind](node)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if node.value == "" and type(None) in args:
            return None
        return convert(node, next(a for a in args if a is not type(None)), key, readers)
    if origin is tuple:
        if args[-1] is Ellipsis:
            return tuple(convert(child, args[0], key, readers) for child in node.each())
        return tuple(convert(child, a, key, readers) for child, a in zip(node.each(), args, strict=True))
    if origin is typing.Literal:
        if node.text() not in args:
            raise node.bad(f"{key}: “{node.text()}” is not one of {', '.join(args)}", nearest(node.text(), args))
        return node.text()
    if origin in (dict, Mapping):
        return {name: convert(child, args[1], name, readers) for name, child in node.items()}
    if dataclasses.is_dataclass(kind):
        return build(node, typing.cast(type[Any], kind), readers)
    return _scalar(node, kind, key)


def _scalar(node: Node, kind: Any, key: str) -> Any:
    text = node.text()
    try:
        if kind is bool:
            return _WORDS[text.lower()]
        if kind in (date, time):
            return kind.fromisoformat(text)
        return kind(text)
    except (KeyError, ValueError):
        wanted = {bool: "yes or no", date: "a date such as 2026-11-21", time: "a time such as 09:30"}
        raise node.bad(f"{key}: “{text}” is not {wanted.get(kind, 'a number')}") from None

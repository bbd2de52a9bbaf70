"""The call file: what a caller says, what the handler does, and what must be true at the end.

One YAML file is a demo (played in the app), a test (``triage check``) and a lesson. Every line of ``script`` is one
act::

    - says: "Hello, it's about my mum."          # the caller; shown as a caption
    - coach: Ask about danger first.             # the trainer; shown as a caption
    - answer: {danger_now: no}                   # answers the step the call stands at
    - at: G5                                     # must stand at this step now
    - raise: safeguarding                        # a standing rule
    - go: L1                                     # jumps; `back: yes` returns
    - note: leaves the gas on                    # typed into the notes
    - check: {kind: danger, note: Gas is off now.}
    - search: {words: carers cafe, keep: carers-trust-heart-of-england}
    - book: {type: carers}                       # the first free slot: held, then booked
    - outcome: {code: IAG, reason: …}            # another than the proposed one
    - close: yes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.errors import NotFound
from triage.library.yaml import Node, build, convert, load, nearest
from triage.settings import shipped

Answers = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Search:
    """Search for ``words`` and keep the listing with this id, which must be among the results."""

    words: str
    keep: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """Hold and book the first free slot of a type."""

    type: str


@dataclass(frozen=True, slots=True)
class Check:
    """Check off every open prompt of a kind, with a note."""

    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Choose another outcome than the proposed one."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the script: exactly one part is set."""

    says: str = ""
    coach: str = ""
    answer: Answers | None = None
    at: str = ""
    raises: str = ""
    go: str = ""
    back: bool = False
    note: str = ""
    check: Check | None = None
    search: Search | None = None
    book: Book | None = None
    outcome: Choice | None = None
    undo: bool = False
    close: bool = False
    line: int = 0
    """Where it stands in the file."""


@dataclass(frozen=True, slots=True)
class Must:
    """What must be true at the end. What isn't named may be anything.

    ``also``, ``flags``, ``actions``, ``prompts`` (kinds), ``path`` and ``shortlist`` are the least that must be there;
    ``never`` are codes, flags, actions and prompt kinds that must not.
    """

    outcome: str = ""
    also: tuple[str, ...] = ()
    route: str = ""
    flags: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    shortlist: tuple[str, ...] = ()
    bookings: int | None = None
    closed: bool | None = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFile:
    """A whole call file. ``clock`` is when the call comes in, Europe/London."""

    name: str
    title: str
    about: str
    clock: datetime
    script: tuple[Act, ...]
    must: Must
    file: str = ""
    caller: str = field(default="")


_RENAMED = {"raise": "raises"}


def load_callfile(path: Path) -> CallFile:
    """Read a call file; :class:`BadData` with line, key and the nearest valid key."""
    node = load(path, path.name)
    parts = dict(node.items())
    if "script" not in parts:
        raise node.bad("“script” is missing: the list of what is said and done")
    acts = tuple(_act(line) for line in parts.pop("script").each())
    clock = parts.pop("clock", None)
    rest = Node(parts, node.file, node.line)
    extra: dict[str, Any] = {"script": acts, "clock": _clock(clock, node), "file": str(path)}
    if "name" not in parts:
        extra["name"] = path.stem
    return build(rest, CallFile, **extra)


def shipped_callfiles() -> dict[str, Path]:
    """The demos that come with the product, by name."""
    return {p.stem: p for p in sorted((shipped() / "demos").glob("*.yaml"))}


def find_callfile(name: str) -> Path:
    """A shipped demo by name, or any file by path."""
    known = shipped_callfiles()
    if name in known:
        return known[name]
    if Path(name).is_file():
        return Path(name)
    close = nearest(name, known)
    meant = f" Did you mean “{close}”?" if close else ""
    raise NotFound(f"There is no demo or file called “{name}”.{meant} There are: {', '.join(known)}.")


def _clock(node: Node | None, root: Node) -> datetime:
    if node is None:
        raise root.bad("“clock” is missing: when the call comes in, such as 2026-11-24T09:40")
    try:
        return datetime.fromisoformat(node.text())
    except ValueError:
        raise node.bad(f"clock: “{node.text()}” is not a time such as 2026-11-24T09:40") from None


def _act(node: Node) -> Act:
    parts = {_RENAMED.get(key, key): child for key, child in node.items()}
    if len(parts) != 1:
        raise node.bad("one act a line: says, coach, answer, at, raise, go, …")
    answers = parts.pop("answer", None)
    if answers is not None:
        return Act(answer={k: _value(v) for k, v in answers.items()}, line=node.line)
    return build(Node(parts, node.file, node.line), Act, line=node.line)


def _value(node: Node) -> str | tuple[str, ...]:
    if isinstance(node.value, list):
        return tuple(str(convert(child, str, "answer")) for child in node.value)
    return node.text()

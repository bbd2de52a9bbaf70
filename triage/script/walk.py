"""Where a call stands in its script, read off the answers every time: nothing is kept from one key to the next.

The walk goes through *threads*: the main one from the script's start, then one for each pathway that the
answers added, then the wrap-up. An interrupt is a thread that comes before whatever was being asked, and
returns there by itself, since where the main thread stands follows from its own answers. A step is visited
once a call, so nothing is asked twice and no loop is possible.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from triage.model import Value
from triage.script.form import OutcomeRule, Script


@dataclass(frozen=True, slots=True)
class Prompt:
    """A soft prompt: something typed that may be a sign. It asks to be looked at; it never decides.

    ``kind`` is ``danger`` · ``safeguarding`` · ``carer`` · ``unsafe`` · ``capacity``; ``words`` are the caller's own;
    ``key`` is the answer they stand in. ``id`` is stable for the same words in the same answer.
    """

    id: str
    kind: str
    words: str
    key: str


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
    the current one last. ``used`` are the answers that count; ``parked`` those whose step is no longer on the
    path and that come back with it. ``proposals`` are the true outcome rules, headline first.
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
    raise NotImplementedError


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
    raise NotImplementedError

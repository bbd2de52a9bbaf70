"""Whether a condition holds, and what it says in words."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from typing import Protocol

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.form import When


class Facts(Protocol):
    """What a condition is asked about: the answers that count, the steps reached, the flags and actions set."""

    @property
    def known(self) -> Mapping[str, Value]:
        """Key → answer."""

    @property
    def reached(self) -> Container[str]:
        """Ids of steps."""

    @property
    def marks(self) -> Container[str]:
        """Flags and actions."""


def holds(when: When | None, facts: Facts) -> bool:
    """Whether ``when`` is true of ``facts``; no condition always is."""
    if when is None:
        return True
    if when.key:
        answer = facts.known.get(when.key)
        if when.values and (answer is None or type(answer) is str):
            return (NOT_KNOWN if answer is None else answer) in when.values
        return _answer_holds(when, answer)
    # Plain loops: half of the time of a walk is spent here, and any() and all() take twice as long.
    if when.every:
        for part in when.every:  # noqa: SIM110
            if not holds(part, facts):
                return False
        return True
    if when.some or when.none:
        for part in when.some or when.none:
            if holds(part, facts):
                return bool(when.some)
        return not when.some
    if when.reached:
        return when.reached in facts.reached
    return (when.flag or when.action) in facts.marks


def _answer_holds(when: When, answer: Value | None) -> bool:
    if when.values:
        if isinstance(answer, tuple):
            return any(value in answer for value in when.values)
        return (NOT_KNOWN if answer is None else _text(answer)) in when.values
    if when.answered is not None:
        return is_told(answer) == when.answered
    if when.count is not None:
        return isinstance(answer, tuple) and len(answer) >= when.count
    if when.says:
        return isinstance(answer, str) and _any_of(when.says).search(answer) is not None
    number = as_number(answer)
    if number is None:
        return False
    return (when.over is None or number > when.over) and (when.under is None or number < when.under)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of ``words``, whole, in one or several of them, and not denied just before."""
    inside = "|".join(re.escape(one) for one in words)
    return re.compile(rf"(?<!\bnot )(?<!\bnot a )(?<!\bnot the )(?<!\bno )\b(?:{inside})s?\b", re.IGNORECASE)


def is_told(answer: Value | None) -> bool:
    """Whether it is an answer other than “not known” and “declined”."""
    return answer is not None and answer not in (NOT_KNOWN, DECLINED, "", ())


def as_number(answer: Value | None) -> float | None:
    """An answer as a number, if it is one."""
    if isinstance(answer, (int, float)):
        return float(answer)
    if isinstance(answer, str):
        try:
            return float(answer)
        except ValueError:
            return None
    return None


def describe(when: When | None) -> str:
    """The condition in words, short enough for an edge of a drawing."""
    if when is None:
        return ""
    if when.every:
        return " and ".join(_inner(part) for part in when.every)
    if when.some:
        return " or ".join(_inner(part) for part in when.some)
    if when.none:
        return "not " + " nor ".join(_inner(part) for part in when.none)
    if when.reached:
        return f"{when.reached} reached"
    if not when.key:
        return when.flag or when.action
    if when.values:
        return f"{when.key} = {' or '.join(when.values)}"
    if when.answered is not None:
        return f"{when.key} {'answered' if when.answered else 'not answered'}"
    if when.count is not None:
        return f"{when.key}: at least {when.count}"
    if when.says:
        return f"{when.key} says {' or '.join(when.says)}"
    limits = [f"> {when.over:g}"] if when.over is not None else []
    limits += [f"< {when.under:g}"] if when.under is not None else []
    return f"{when.key} {' and '.join(limits)}"


def _inner(when: When) -> str:
    words = describe(when)
    return f"({words})" if len(when.every or when.some or when.none) > 1 else words


def _text(answer: Value) -> str:
    return f"{answer:g}" if isinstance(answer, float) else str(answer)

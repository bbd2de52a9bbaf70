"""Times that nobody types: the desk answers them with its own clock, once the script says so (``now`` of a field)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from triage.model import Call, Value
from triage.script.conditions import holds
from triage.script.form import Step
from triage.settings import ZONE


@dataclass(frozen=True, slots=True)
class _Given:
    known: Mapping[str, Value]
    reached: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()


def stamps(step: Step, call: Call, given: Mapping[str, Value], now: datetime) -> dict[str, Value]:
    """The times that answering ``step`` with ``given`` fills in.

    A time that somebody could have typed is filled in once and then left alone; one that nobody is asked for is that of
    the latest change to the step.
    """
    facts = _Given({**call.answers, **given})
    changed = any(call.answers.get(key) != value for key, value in given.items())
    return {
        field.key: clock(now)
        for field in step.fields
        if field.now is not None
        and field.key not in given
        and (field.key not in call.answers or (field.type == "auto" and changed))
        and holds(field.now, facts)
    }


def clock(now: datetime) -> str:
    """The time at the desk: ``09:44``."""
    return now.astimezone(ZoneInfo(ZONE)).strftime("%H:%M")

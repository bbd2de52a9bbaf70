"""Calls counted by day, hour, handler, pathway and outcome: every count holds its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from triage.model import Call
from triage.reports.days import opened_at
from triage.reports.figures import Share, Spread
from triage.reports.kpis import first_contact, handling, outcome
from triage.reports.window import Window

By = Literal["day", "handler", "pathway", "outcome"]
WAYS: tuple[By, ...] = get_args(By)

NONE_YET = "none yet"
"""Where a call stands that has no outcome or no pathway yet."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the calls: those of one day, one handler, one pathway or one outcome."""

    name: str
    calls: tuple[str, ...]
    open: tuple[str, ...]
    met: Share
    minutes: Spread


def tally(window: Window, by: By) -> tuple[Group, ...]:
    """The calls in groups: days in order, others by size. A call with two pathways is in both."""
    groups: dict[str, list[Call]] = {}
    for call in window.calls:
        for name in names(call, by):
            groups.setdefault(name, []).append(call)
    met, minutes = first_contact(window), handling(window)
    made = sorted((_group(name, calls, met, minutes) for name, calls in groups.items()), key=lambda g: g.name)
    return tuple(made if by == "day" else sorted(made, key=lambda g: -len(g.calls)))


def names(call: Call, by: By) -> tuple[str, ...]:
    """The groups a call is in."""
    return _NAMES[by](call)


def by_hour(window: Window) -> tuple[tuple[str, ...], ...]:
    """The calls opened in each hour of the day, 24 of them."""
    hours: list[list[str]] = [[] for _ in range(24)]
    for call in window.calls:
        hours[opened_at(call).hour].append(call.id)
    return tuple(map(tuple, hours))


def by_day(window: Window) -> tuple[tuple[str, ...], ...]:
    """The calls opened on each day of the window, quiet days too."""
    days: dict[object, list[str]] = {day: [] for day in window.days}
    for call in window.calls:
        days[opened_at(call).date()].append(call.id)
    return tuple(map(tuple, days.values()))


def open_now(window: Window) -> tuple[str, ...]:
    """The calls of the window that are not closed."""
    return tuple(c.id for c in window.calls if c.closed is None)


def pathways(call: Call) -> tuple[str, ...]:
    """The pathways of a closed call."""
    return tuple(call.closed.data.get("pathways", ())) if call.closed else ()


def _group(name: str, calls: list[Call], met: Share, minutes: Spread) -> Group:
    ids = {c.id for c in calls}
    return Group(
        name,
        tuple(c.id for c in calls),
        tuple(c.id for c in calls if c.closed is None),
        replace(met, met=_in(met.met, ids), of=_in(met.of, ids), not_met=(), left_out=()),
        replace(minutes, values=tuple(v for v in minutes.values if v[0] in ids), left_out=()),
    )


def _in(calls: tuple[str, ...], ids: set[str]) -> tuple[str, ...]:
    return tuple(i for i in calls if i in ids)


_NAMES: Mapping[By, Callable[[Call], tuple[str, ...]]] = {
    "day": lambda call: (opened_at(call).date().isoformat(),),
    "handler": lambda call: (call.owner,),
    "pathway": lambda call: pathways(call) or (NONE_YET,),
    "outcome": lambda call: (outcome(call) or NONE_YET,),
}

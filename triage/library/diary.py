"""``data/diary/*.yaml`` -> :class:`triage.diary.Diary`.

A file may hold ``types``, ``resources``, ``closed`` and ``travel``, each in as many files as suits whoever looks after
them; ``about`` says where it is from and how far to trust it. All times are local, on the quarter hour.

England's bank holidays are worked out by a library; ``open`` names days that are ordinary working days after all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import TypeVar

from triage import settings
from triage.diary.diary import Diary
from triage.diary.form import HELP, MODES, QUARTER, Closure, Pattern, Resource
from triage.diary.roads import Roads
from triage.directory.places import distance
from triage.errors import BadData
from triage.library.places import load_places
from triage.library.yaml import Node, build, load, nearest
from triage.model import AppointmentType

V = TypeVar("V")
_PARTS = ("about", "types", "resources", "closed", "open", "travel")
_LEAST = {"minutes": QUARTER, "before": 0, "after": 0, "notes": 0, "notice": 0, "horizon": 1, "capacity": 1}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Travel:
    """How fast the ways between the middles of postcode districts are, as the crow flies; ``least`` within one."""

    km_an_hour: int
    least: int = QUARTER


def load_diary(path: Path | None = None) -> Diary:
    """The diary in a folder, else the one that comes with the product; :class:`BadData` names file and line."""
    folder = path or settings.shipped() / "diary"
    types: dict[str, AppointmentType] = {}
    resources: dict[str, tuple[Node, Resource]] = {}
    closed: list[Closure] = []
    files = [load(file, f"{folder.name}/{file.name}") for file in sorted(folder.glob("*.yaml"))]
    for part, node in _parts(files, "types"):
        _once(part, node, types)
        types[part] = _type(part, node)
    for part, node in _parts(files, "resources"):
        _once(part, node, resources)
        resources[part] = node, _resource(part, node, types)
    working: set[date] = set()
    for file in files:
        closed += [_closure(node) for node in _list(file, "closed")]
        working |= {_day(node) for node in _list(file, "open")}
    travel = [build(node, Travel) for file in files for key, node in file.items() if key == "travel"]
    if not types or not resources:
        raise BadData(str(folder), 1, f"a diary needs {'resources' if types else 'types'}")
    made = {name: who for name, (_, who) in resources.items()}
    roads = _roads(made, travel[0]) if travel else None
    return Diary(types, made, tuple(closed), _holidays(frozenset(working)), roads)


def _holidays(working: frozenset[date]) -> Callable[[date], str]:
    """The name of England's bank holiday on a day; weekends have none, since nobody gives appointments for that."""

    @cache
    def known() -> dict[date, str]:
        from holidays import country_holidays

        return country_holidays("GB", subdiv="ENG")

    @cache
    def holiday(day: date) -> str:
        if day.weekday() > 4 or day in working:
            return ""
        return str(known().get(day, "")).replace("'", "’").replace("observed", "substitute day")

    return holiday


def _roads(resources: dict[str, Resource], travel: Travel) -> Roads:
    """The ways between all districts that somebody sets off from or goes to."""
    places = load_places()
    names = {r.base for r in resources.values() if r.base} | {a for r in resources.values() for a in r.areas}
    spots = {name: spot.point for name in sorted(names) if (spot := places.postcode(name))}
    ways = {
        (one, other): round(distance(spots[one], spots[other]) / travel.km_an_hour * 60)
        for one in spots
        for other in spots
        if one < other
    }
    return Roads(ways, travel.least, max(ways.values(), default=2 * QUARTER))


def _day(node: Node) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError:
        raise node.bad(f"“{node.text()}” is not a date such as 2026-11-21") from None


def _parts(files: Iterable[Node], name: str) -> Iterable[tuple[str, Node]]:
    for file in files:
        for key, node in file.items():
            if key not in _PARTS:
                raise node.bad(f"“{key}” is not a part of a diary", nearest(key, _PARTS))
            if key == name:
                yield from node.items()


def _list(file: Node, name: str) -> list[Node]:
    return [child for key, node in file.items() if key == name for child in node.each()]


def _once(name: str, node: Node, seen: dict[str, V]) -> None:
    if name in seen:
        raise node.bad(f"“{name}” stands in this diary twice")
    if not _ID.fullmatch(name):
        raise node.bad(f"“{name}” can't be an id: small letters, digits and hyphens only")


def _type(name: str, node: Node) -> AppointmentType:
    made = build(node, AppointmentType, id=name)
    if made.mode not in MODES:
        raise _at(node, "mode").bad(f"mode: “{made.mode}” is not one of {', '.join(MODES)}", nearest(made.mode, MODES))
    for key in ("minutes", "before", "after", "notes"):
        _on_quarter(node, key, getattr(made, key))
    if made.notes > made.after:
        raise _at(node, "notes").bad("notes are a part of after, so they can't be longer")
    for key, least in _LEAST.items():
        if getattr(made, key) < least:
            raise _at(node, key).bad(f"{key} must be at least {least}")
    return made


def _resource(name: str, node: Node, types: dict[str, AppointmentType]) -> Resource:
    rest = {key: child for key, child in node.items() if key not in ("hours", "leave")}
    patterns = [(child, _pattern(child, types)) for child in _list(node, "hours")]
    if not patterns:
        raise node.bad(f"“hours” is missing from {name}")
    leave = tuple(_closure(child) for child in _list(node, "leave"))
    hours = tuple(p for _, p in patterns)
    made = build(replace(node, value=rest), Resource, id=name, hours=hours, leave=leave, sessions=())
    if made.places < 0:
        raise _at(node, "places").bad("places must be at least 1")
    _no_overlap(patterns)
    if made.base and not load_places().postcode(made.base):
        raise _at(node, "base").bad(f"base: “{made.base}” is not a postcode district")
    if any(p.type == HELP for p in hours) != bool(made.helps):
        raise node.bad(f"{name} needs both: “helps” (with what) and hours of the type “{HELP}” (when)")
    sizes = {made.places or types[p.type].capacity for _, p in patterns if p.type != HELP}
    if len(sizes) > 1:
        raise node.bad(f"{name} gives types of different capacity: say how many “places” it has")
    return made


def _pattern(node: Node, types: dict[str, AppointmentType]) -> Pattern:
    made = build(_renamed(node), Pattern)
    if made.type not in types and made.type != HELP:
        raise _at(node, "type").bad(f"type: “{made.type}” is not an appointment type", nearest(made.type, types))
    for key, at in (("from", made.start), ("to", made.end)):
        _on_quarter(node, key, at.minute)
        if at.second or at.tzinfo:
            raise _at(node, key).bad(f"{key}: a local time such as 09:30 is wanted")
    _on_quarter(node, "every", made.every)
    if made.every < 0:
        raise _at(node, "every").bad("every must be at least 15")
    least = types[made.type].minutes if made.type in types else QUARTER
    if _minute(made.end) - _minute(made.start) < least:
        raise node.bad(f"no “{made.type}” of {least} minutes fits between these times")
    return made


def _renamed(node: Node) -> Node:
    """``from`` and ``to`` are the file's words; Python keeps the first for itself."""
    names = {"type": "type", "on": "on", "from": "start", "to": "end", "every": "every"}
    for key, child in node.items():
        if key not in names:
            raise child.bad(f"“{key}” is not a key of a weekly pattern", nearest(key, names))
    for key in ("type", "on", "from", "to"):
        if key not in dict(node.items()):
            raise node.bad(f"“{key}” is missing from this weekly pattern")
    return replace(node, value={names[key]: child for key, child in node.items()})


def _no_overlap(patterns: list[tuple[Node, Pattern]]) -> None:
    for n, (node, one) in enumerate(patterns):
        for other_node, other in patterns[:n]:
            days = [day for day in one.on if day in other.on]
            if days and one.type == other.type and one.start < other.end and other.start < one.end:
                raise node.bad(f"these {one.type} hours overlap those of line {other_node.line} on {days[0]}")


def _closure(node: Node) -> Closure:
    made = build(node, Closure)
    if made.until and made.until < made.day:
        raise _at(node, "until").bad("until is before the first day")
    if made.between:
        if made.between[1] <= made.between[0]:
            raise _at(node, "between").bad("between: the second time must be later than the first")
        for at in made.between:
            _on_quarter(node, "between", at.minute)
    return made


def _on_quarter(node: Node, key: str, minutes: int) -> None:
    if minutes % QUARTER:
        raise _at(node, key).bad(f"{key}: {minutes} is not on the quarter hour; use a multiple of {QUARTER}")


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _at(node: Node, key: str) -> Node:
    return dict(node.items()).get(key, node)

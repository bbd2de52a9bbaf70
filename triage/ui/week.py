"""One week of one kind of appointment, as a grid of days and times. Pure: the claims and the time are handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from triage.diary import Diary, Find, State

ORDER: tuple[State, ...] = ("mine", "booked", "free", "held", "full", "past")
"""What stands in a cell when several people or desks give that time: the first of these."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day and a time: the ids of its slots, those first that say what ``state`` says; how many of them are free."""

    state: State
    slots: tuple[str, ...]
    free: int


@dataclass(frozen=True)
class Week:
    """The grid. ``shut`` are words for days (or days and times) on which nobody is there."""

    monday: date
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    cells: Mapping[tuple[date, time], Cell] = field(default_factory=dict)
    shut: Mapping[date, str] = field(default_factory=dict)
    away: frozenset[tuple[date, time]] = frozenset()

    def place(self, slot: str) -> tuple[int, int] | None:
        """The column and the row of a slot."""
        for (day, at), cell in self.cells.items():
            if slot in cell.slots:
                return self.days.index(day), self.times.index(at)
        return None


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def week_of(
    diary: Diary, states: Mapping[str, State], kind: str, first: date, district: str = "", find: Find | None = None
) -> Week:
    """The week that starts on the Monday ``first``. ``states`` say how its slots stand.

    With a postcode district only those are shown who go there; with ``find`` only times that fit, and the caller's own.
    """
    givers = [r for r in diary.resources.values() if any(p.type == kind for p in r.hours)]
    going = {r.id for r in givers if not district or r.serves(district)}
    everyday = [first + timedelta(days=n) for n in range(7)]
    own = {slot for slot, state in states.items() if state in ("mine", "booked")}
    slots = {
        day: [
            s
            for s in diary.day(day, kind)
            if s.id in own or (s.resource in going and (find is None or find.fits(s, diary)))
        ]
        for day in everyday
    }
    days = tuple(day for day in everyday if day.weekday() < 5 or slots[day])
    found: dict[tuple[date, time], list[str]] = {}
    for day in days:
        for slot in slots[day]:
            found.setdefault((day, slot.start.time()), []).append(slot.id)
    times = tuple(sorted({at for _, at in found}))
    shut = {day: diary.why_closed(day) for day in days if diary.why_closed(day)}
    on_leave = {(d, r.id) for d in days if d not in shut for r in givers if r.id in going and diary.why_closed(d, r.id)}
    away = frozenset((d, at) for d, _ in on_leave for at in times if (d, at) not in found and not _asked_for(find))
    return Week(first, days, times, {k: _cell(ids, states) for k, ids in found.items()}, shut, away)


def _asked_for(find: Find | None) -> bool:
    """Whether only some times are shown, so that a blank says nothing about leave."""
    return find is not None and bool(find.days or find.part)


def _cell(slots: Iterable[str], states: Mapping[str, State]) -> Cell:
    ranked = sorted(slots, key=lambda s: ORDER.index(states.get(s, "past")))
    state = states.get(ranked[0], "past")
    return Cell(state, tuple(ranked), sum(states.get(s) == "free" for s in ranked))

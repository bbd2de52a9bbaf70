"""Weekly patterns, closed days, notice and horizon -> slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from triage.diary.form import HELP, QUARTER, Closure, Pattern, Resource, slot_id, starts_at
from triage.diary.roads import Roads
from triage.errors import NotFound
from triage.model import AppointmentType, Slot
from triage.settings import ZONE

LOCAL = ZoneInfo(ZONE)


@dataclass(frozen=True)
class Diary:
    """Appointment types, who gives them and when, and the days when nobody does.

    ``holiday`` names the bank holiday of a day, ``""`` for other days; ``roads`` say how long the ways are, where that
    is known.
    """

    types: Mapping[str, AppointmentType]
    resources: Mapping[str, Resource]
    closed: tuple[Closure, ...] = ()
    holiday: Callable[[date], str] = field(default=lambda day: "", compare=False)
    roads: Roads | None = None

    def slots(self, since: datetime, until: datetime, *, type: str = "", now: datetime) -> tuple[Slot, ...]:  # noqa: A002
        """The slots that start in [since, until) and that a caller may still be given at ``now``, soonest first.

        Whether anybody has them is another question: :func:`triage.diary.free`.
        """
        first, last, today = since.astimezone(LOCAL), until.astimezone(LOCAL), now.astimezone(LOCAL).date()
        day = max(first.date(), today)
        end = min(last.date(), today + timedelta(days=max((t.horizon for t in self.types.values()), default=0)))
        found = []
        while day <= end:
            found += [s for s in self.day(day, type) if first <= s.start < last and not refusal(s, now)]
            day += timedelta(days=1)
        return tuple(found)

    def day(self, day: date, type: str = "") -> list[Slot]:  # noqa: A002
        """Every slot of a day, whenever now is, in order of time."""
        found = {
            slot.id: slot
            for resource in self.resources.values()
            for pattern in self.hours(resource, day)
            if pattern.type != HELP and type in ("", pattern.type)
            for slot in self._pattern(day, resource, pattern)
        }
        return sorted(found.values(), key=lambda s: (s.start.replace(tzinfo=None), s.type.id, s.resource))

    def hours(self, resource: Resource, day: date) -> list[Pattern]:
        """Somebody's hours on a day: the weekly ones unless it is a bank holiday, and what is extra that day."""
        weekly = [] if self.holiday(day) else resource.on(day)
        return [*weekly, *(s.pattern for s in resource.sessions if s.day == day)]

    def was(self, slot_id: str) -> Slot:
        """A slot that was given out, whether or not the diary still offers it; :class:`NotFound` for nobody's time."""
        start = starts_at(slot_id)
        type_id, resource_id, _ = slot_id.split(".")
        kind = self._types_at.get((type_id, resource_id)) or self.types.get(type_id)
        if kind is None or resource_id not in self.resources:
            return self.slot(slot_id)
        return self._made(kind, resource_id, start)

    def helpers(self, need: str, first: datetime, last: datetime) -> tuple[Resource, ...]:
        """Who can come along for a need during [first, last), in local time, whether or not somebody else has them."""
        return tuple(
            r
            for r in self.resources.values()
            if need in r.helps
            and any(
                datetime.combine(first.date(), p.start) <= first and last <= datetime.combine(first.date(), p.end)
                for p in self.hours(r, first.date())
                if p.type == HELP
            )
            and not any(c.covers(first, last) for c in (*self.closed, *r.leave))
        )

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Everything that somebody can come along for."""
        return tuple(sorted({need for r in self.resources.values() for need in r.helps}))

    def slot(self, slot_id: str) -> Slot:
        """The slot of that id, past ones too; :class:`NotFound` names the nearest there is."""
        start = starts_at(slot_id)
        type_id, resource_id, _ = slot_id.split(".")
        if type_id not in self.types:
            raise self._unknown(slot_id, "kind of appointment", type_id, self.types)
        if resource_id not in self.resources:
            raise self._unknown(slot_id, "person, desk or room", resource_id, self.resources)
        for slot in self.day(start.date(), type_id):
            if slot.id == slot_id:
                return slot
        shut = self.why_closed(start.date(), resource_id)
        why = f"There is no slot “{slot_id}”" + (f" ({shut})" if shut else "")
        others = [s for s in self._near(start.date(), type_id) if s.resource == resource_id]
        if not others:
            raise NotFound(f"{why}, and none of that kind near it.")
        best = min(others, key=lambda s: abs(s.start.replace(tzinfo=None) - start))
        raise NotFound(f"{why}. The nearest is {best.id}.")

    def why_closed(self, day: date, resource: str = "") -> str:
        """Why nobody (or this resource) gives appointments on a whole day; ``""`` when they do."""
        leave = self.resources[resource].leave if resource else ()
        for closure in (*self.closed, *leave):
            if closure.between is None and closure.day <= day <= (closure.until or closure.day):
                return closure.why
        return self.holiday(day)

    @cached_property
    def _types_at(self) -> Mapping[tuple[str, str], AppointmentType]:
        """Each type as each resource gives it: its places, its address, its name in the words."""
        return {
            (p.type, r.id): replace(
                (kind := self.types[p.type]),
                capacity=r.places or kind.capacity,
                where=(r.where or kind.where).replace("{who}", r.name),
                tell=_sentence(kind.tell.replace("{who}", r.name)),
            )
            for r in self.resources.values()
            for p in (*r.hours, *(s.pattern for s in r.sessions))
            if p.type != HELP
        }

    def _pattern(self, day: date, resource: Resource, pattern: Pattern) -> Iterator[Slot]:
        kind = self._types_at[pattern.type, resource.id]
        length, before, after = (timedelta(minutes=m) for m in (kind.minutes, kind.before, kind.after))
        step = timedelta(minutes=pattern.step(kind.before + kind.minutes + kind.after))
        start, end = datetime.combine(day, pattern.start), datetime.combine(day, pattern.end)
        shut = [c for c in (*self.closed, *resource.leave) if c.covers(start - before, end + after)]
        while start + length <= end:
            first, last = start - before, start + length + after
            if not any(c.covers(first, last) for c in shut) and _told_once(first, last):
                yield self._made(kind, resource.id, start)
            start += step

    @staticmethod
    def _made(kind: AppointmentType, resource: str, start: datetime) -> Slot:
        end = start + timedelta(minutes=kind.minutes)
        first, last = start - timedelta(minutes=kind.before), end + timedelta(minutes=kind.after)
        begins, ends = start.replace(tzinfo=LOCAL), end.replace(tzinfo=LOCAL)
        keys = quarter_keys(resource, kind.capacity, first, last)
        return Slot(slot_id(kind.id, resource, start), kind, resource, begins, ends, keys)

    def _near(self, day: date, type_id: str) -> list[Slot]:
        return [s for n in range(-7, 8) for s in self.day(day + timedelta(days=n), type_id)]

    @staticmethod
    def _unknown(slot: str, what: str, word: str, valid: Mapping[str, object]) -> NotFound:
        from rapidfuzz import process

        best = process.extractOne(word, list(valid))
        return NotFound(f"There is no slot “{slot}”: no {what} “{word}”." + (f" Nearest: {best[0]}." if best else ""))


def refusal(slot: Slot, now: datetime) -> str:
    """Why a caller can't be given this slot at ``now``, whoever has it; ``""`` when they can."""
    ahead = slot.start.astimezone(UTC) - now.astimezone(UTC)
    if ahead <= timedelta():
        return "that time has passed"
    if ahead < timedelta(hours=slot.type.notice):
        hours = f"{slot.type.notice} hours’" if slot.type.notice != 1 else "an hour’s"
        return f"that is too soon: it needs {hours} notice"
    if (slot.start.date() - now.astimezone(LOCAL).date()).days > slot.type.horizon:
        return f"that is too far ahead: it can be booked {slot.type.horizon} days before"
    return ""


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def quarters(first: datetime, last: datetime) -> Iterator[datetime]:
    """The quarter hours of [first, last)."""
    while first < last:
        yield first
        first += timedelta(minutes=QUARTER)


def quarter_keys(resource: str, places: int, first: datetime, last: datetime) -> tuple[tuple[str, ...], ...]:
    """What is claimed of a resource for [first, last), in local time: a tuple for each of its places."""
    times = [q.isoformat(timespec="minutes") for q in quarters(first, last)]
    return tuple(tuple(f"{resource}#{n}@{t}" for t in times) for n in range(1, places + 1))


def _told_once(first: datetime, last: datetime) -> bool:
    """Whether every quarter hour of a local span happens exactly once: not while the clocks change."""
    if not (_clocks_change(first.date()) or _clocks_change(last.date())):
        return True
    local = [q.replace(tzinfo=LOCAL) for q in quarters(first, last)]
    return all(q.utcoffset() == q.replace(fold=1).utcoffset() for q in local)


@lru_cache(maxsize=512)
def _clocks_change(day: date) -> bool:
    midnight = datetime(day.year, day.month, day.day, tzinfo=LOCAL)
    return midnight.utcoffset() != (midnight + timedelta(days=1)).utcoffset()

"""What is taken: the claims by their quarter hours, and who is where before and after a visit.

A claim's keys are the quarter hours that it takes of one place of its resource and of everybody who comes along; one
more key, which nobody else can have, says in which postcode district it is.

Somebody who travels takes, around an appointment, the way from their base and back. The ways of neighbours add up.
Where both districts are known, the time between two appointments need be no more than the direct way, and the one
booked later takes what is left of it; it is never less than the way that the one booked first took.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from triage.diary.diary import Diary, quarter_keys
from triage.diary.form import AT_HOME, QUARTER, starts_at
from triage.errors import NotFound
from triage.model import AppointmentType, Claim, Slot

_AT = "at "


@dataclass(frozen=True, slots=True)
class Asked:
    """What a booking needs besides the time: ``place`` is the person's postcode district, ``needs`` who comes along."""

    place: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """When somebody is busy with an appointment, without the ways; ``place`` is empty where nobody knows."""

    first: datetime
    last: datetime
    place: str
    keys: frozenset[str]


def at_key(slot: str, call: str, place: str) -> tuple[str, ...]:
    """The key that says where; no other call can have it."""
    return (f"{_AT}{place}: {slot} {call}",) if place else ()


def place_of(claim: Claim) -> str:
    """In which postcode district an appointment is, as far as it was said."""
    return next((key[len(_AT) :].partition(":")[0] for key in claim.keys if key.startswith(_AT)), "")


def quarters_of(claim: Claim) -> dict[str, list[datetime]]:
    """The quarter hours that a claim takes, by resource and place (``duty-desk#1``)."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for key in claim.keys:
        unit, _, at = key.partition("@")
        if at and not key.startswith(_AT):
            found[unit].append(datetime.fromisoformat(at))
    return found


def helping(claim: Claim) -> tuple[str, ...]:
    """Who comes along: the resources whose time it takes besides its slot's own."""
    own = claim.slot.split(".")[1] if claim.slot.count(".") == 2 else ""
    return tuple(dict.fromkeys(r for unit in quarters_of(claim) if (r := unit.rpartition("#")[0]) != own))


class Taken:
    """The claims that count, to ask what is left beside them."""

    def __init__(self, claims: Iterable[Claim], now: datetime, diary: Diary | None = None) -> None:
        live = [c for c in claims if c.live(now)]
        self.keys = frozenset(key for claim in live for key in claim.keys)
        self._diary = diary if diary and diary.roads and any(r.base for r in diary.resources.values()) else None
        self._all = diary
        self._spans: dict[tuple[str, date], list[Span]] = defaultdict(list)
        for claim in live if self._diary else ():
            self._add(claim)

    def _add(self, claim: Claim) -> None:
        core = self._core(claim)
        for unit, times in quarters_of(claim).items():
            own = core is not None and unit.rpartition("#")[0] == claim.slot.split(".")[1]
            first, last, place = core if own and core else (min(times), max(times) + timedelta(minutes=QUARTER), "")
            self._spans[unit, first.date()].append(Span(first, last, place, frozenset(claim.keys)))

    def _core(self, claim: Claim) -> tuple[datetime, datetime, str] | None:
        assert self._diary is not None
        try:
            start = starts_at(claim.slot)
        except NotFound:
            return None
        name, resource, _ = claim.slot.split(".")
        kind, who = self._diary.types.get(name), self._diary.resources.get(resource)
        if kind is None or who is None:
            return None
        place = place_of(claim) if kind.mode in AT_HOME else who.base
        return (*_busy(kind, start), place) if place else None

    def room(self, slot: Slot, asked: Asked = Asked()) -> tuple[str, ...]:
        """The keys of a place of this slot that nobody has, with everybody who must come along; ``()`` if none is."""
        for n in range(1, len(slot.keys) + 1):
            own = self._unit(slot, n, asked.place)
            if own:
                along = self._along(slot, asked.needs, frozenset(own))
                return () if along is None else (*own, *along)
        return ()

    def _along(self, slot: Slot, needs: tuple[str, ...], mine: frozenset[str]) -> tuple[str, ...] | None:
        """The keys of helpers for these needs, each another one; ``None`` when they can't all be had."""
        if not needs:
            return ()
        if self._all is None:
            return None
        before, after = (slot.type.before, slot.type.after) if slot.type.mode in AT_HOME else (0, 0)
        first = slot.start.replace(tzinfo=None) - timedelta(minutes=before)
        last = slot.end.replace(tzinfo=None) + timedelta(minutes=after)
        for helper in self._all.helpers(needs[0], first, last):
            for keys in quarter_keys(helper.id, max(1, helper.places), first, last):
                if helper.id == slot.resource or not mine.isdisjoint(keys) or not self.keys.isdisjoint(keys):
                    continue
                rest = self._along(slot, needs[1:], mine | frozenset(keys))
                if rest is not None:
                    return (*keys, *rest)
        return None

    def _unit(self, slot: Slot, n: int, place: str) -> tuple[str, ...]:
        """The keys of one place of the slot; empty when somebody has some of them or the way is too long."""
        keys = slot.keys[n - 1]
        who = self._diary.resources.get(slot.resource) if self._diary else None
        there = who and (place if slot.type.mode in AT_HOME else who.base)
        if self._diary is None or self._diary.roads is None or not who or not who.base or not there:
            return keys if self.keys.isdisjoint(keys) else ()
        roads, away = self._diary.roads, slot.type.mode in AT_HOME
        first, last = _busy(slot.type, slot.start.replace(tzinfo=None))
        way = timedelta(minutes=roads.minutes(who.base, there) if away else 0)
        keys = quarter_keys(slot.resource, n, first - way, last + way)[n - 1]
        spans = self._spans[f"{slot.resource}#{n}", first.date()]
        free: set[str] = set()
        for span in _neighbours(spans, first, last):
            gap = max(first - span.last, span.first - last)
            if gap < timedelta():
                return ()
            if span.place:
                if gap < timedelta(minutes=roads.minutes(span.place, there) if away or span.place != who.base else 0):
                    return ()
                free |= span.keys
        core = quarter_keys(slot.resource, n, first, last)[n - 1]
        if not self.keys.isdisjoint(core):
            return ()
        wanted = [key for key in keys if key not in free]
        return tuple(wanted) if self.keys.isdisjoint(wanted) else ()


def _busy(kind: AppointmentType, start: datetime) -> tuple[datetime, datetime]:
    """From when to when an appointment keeps somebody busy, without the ways."""
    away = kind.mode in AT_HOME
    before, after = (0, kind.notes) if away else (kind.before, kind.after)
    return start - timedelta(minutes=before), start + timedelta(minutes=kind.minutes + after)


def _neighbours(spans: Iterable[Span], first: datetime, last: datetime) -> list[Span]:
    """The nearest before and after, and whatever runs into [first, last)."""
    spans = list(spans)
    before = [s for s in spans if s.last <= first]
    after = [s for s in spans if s.first >= last]
    rest = [s for s in spans if s not in before and s not in after]
    return [*rest, *sorted(before, key=lambda s: s.last)[-1:], *sorted(after, key=lambda s: s.first)[:1]]

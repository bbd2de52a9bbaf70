"""What narrows a search down, and how many each narrowing would leave. Nothing is hidden without a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from triage.model import Kind, Listing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
KINDS: dict[Kind, str] = {"care": "care", "activity": "an activity"}
PARTS = {"morning": (time(0), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time.max)}
"""Parts of the day, each from and until."""
ACCESS = {"step-free": ("step-free", "step free", "ramp", "level access", "level entrance")}
"""What listings call an access that is asked for by another name."""
NEVER, EVER = -1, 999
"""Ages that nobody is, for listings that say nothing of one."""


@dataclass(frozen=True, slots=True)
class Filters:
    """``age`` is the person's in years, ``day`` one of ``MO`` … ``SU``; ``access`` and ``language`` are words of the
    listing's own (*ramp*, *Punjabi*); ``max_km`` counts from the place searched near; ``refer`` wants a listing that
    anybody may turn to without being referred; ``part`` is one of ``PARTS``, on ``day`` if there is one. What isn't
    known isn't hidden, but for ``free``, ``day``, ``part``, ``access``, ``language`` and ``room``, which ask for a yes.
    """

    kind: Kind | None = None
    free: bool = False
    age: int | None = None
    day: str = ""
    max_km: float | None = None
    access: str = ""
    language: str = ""
    room: bool = False
    refer: bool = False
    part: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) not in (None, False, "") for f in fields(self))


def days(listing: Listing) -> tuple[str, ...]:
    """The days of the week a listing is open, ``MO`` first, each once."""
    said = {day[-2:] for schedule in listing.schedules for day in schedule.byday}
    return tuple(day for day in DAYS if day in said)


def hours(listing: Listing) -> int:
    """The parts of the week it is open in, a bit each: Monday morning is 1, Monday afternoon 2 …"""
    found = 0
    for schedule in listing.schedules:
        opens, closes = schedule.opens_at, schedule.closes_at
        for part, (begin, end) in enumerate(PARTS.values()):
            if opens is not None and opens < end and (opens >= begin or (closes is not None and closes > begin)):
                for day in {day[-2:] for day in schedule.byday} & DAYS.keys():
                    found |= 1 << (3 * list(DAYS).index(day) + part)
    return found


@dataclass(frozen=True)
class Columns:
    """What filters ask of the listings, an array each: ``bits`` are the days (1 is Monday), ``hours`` the parts of the
    week, ``free`` and ``room`` 1 for yes, 0 for no, -1 for not known. ``codes`` number the different ``values`` of
    texts.
    """

    care: Mask
    free: npt.NDArray[np.int8]
    room: npt.NDArray[np.int8]
    youngest: npt.NDArray[np.int16]
    oldest: npt.NDArray[np.int16]
    bits: npt.NDArray[np.uint8]
    hours: npt.NDArray[np.int32]
    codes: Mapping[str, npt.NDArray[np.int32]]
    values: Mapping[str, tuple[Any, ...]]

    def coded(self, name: str, test: Callable[[Any], bool]) -> Mask:
        """The listings whose value passes a test, which is asked once of each different value."""
        import numpy as np

        right = np.fromiter(map(test, self.values[name]), np.bool_, len(self.values[name]))
        found: Mask = right[self.codes[name]]
        return found


TEXTS: dict[str, Callable[[Listing], Any]] = {
    "status": lambda x: x.status,
    "access": lambda x: x.accessibility,
    "language": lambda x: x.languages,
    "way in": lambda x: x.application_process,
}


def columns(listings: Sequence[Listing]) -> Columns:
    """Read off the listings what filters ask of them."""
    import numpy as np

    def column(kind: Any, values: Iterable[Any]) -> Any:
        return np.fromiter(values, kind, len(listings))

    codes, values = {}, {}
    for name, read in TEXTS.items():
        seen: dict[Any, int] = {}
        codes[name] = column(np.int32, (seen.setdefault(read(listing), len(seen)) for listing in listings))
        values[name] = tuple(seen)
    known = {None: -1, False: 0, True: 1}
    order = {day: 1 << bit for bit, day in enumerate(DAYS)}
    return Columns(
        care=column(np.bool_, (x.kind == "care" for x in listings)),
        free=column(np.int8, (known[x.free] for x in listings)),
        room=column(np.int8, (known[x.room] for x in listings)),
        youngest=column(np.int16, (NEVER if x.minimum_age is None else x.minimum_age for x in listings)),
        oldest=column(np.int16, (EVER if x.maximum_age is None else x.maximum_age for x in listings)),
        bits=column(np.uint8, (sum(order[day] for day in days(x)) if x.schedules else 0 for x in listings)),
        hours=column(np.int32, (hours(x) if x.schedules else 0 for x in listings)),
        codes=codes,
        values=values,
    )


class Sieve:
    """The filters of one directory, as masks over its listings."""

    def __init__(self, columns: Columns) -> None:
        self._of = columns
        self.current = columns.coded("status", lambda status: status == "current")
        self._mask = lru_cache(maxsize=100)(self._made)
        self._passing = lru_cache(maxsize=8)(self._sift)

    def sift(self, filters: Filters) -> tuple[Mask, tuple[tuple[str, Mask], ...]]:
        """What passes all of them; and, for each reason, what it lets through. Distance apart."""
        return self._passing(filters)

    def facets(self, found: npt.NDArray[np.intp]) -> dict[str, int]:
        """How many of the found listings each filter would leave, by the words a screen shows."""
        import numpy as np

        of = self._of
        care = int(np.count_nonzero(of.care[found]))
        free, room = (int(np.count_nonzero(column[found] == 1)) for column in (of.free, of.room))
        open_ = np.bincount(of.bits[found], minlength=128).reshape((2,) * 7)
        counts = (int(open_.take(1, 6 - bit).sum()) for bit in range(7))
        return {
            "care": care,
            "activity": len(found) - care,
            "free": free,
            "room": room,
            "refer": int(np.count_nonzero(self._mask("refer", True)[found])),
            "step-free": int(np.count_nonzero(self._mask("access", "step-free")[found])),
            **{part: int(np.count_nonzero(self._mask("part", ("", part))[found])) for part in PARTS},
            **dict(zip(DAYS, counts, strict=True)),
        }

    def open_on(self, asked: Sequence[str]) -> Mask:
        """What is open on one of the days."""
        wanted = sum(1 << list(DAYS).index(day) for day in asked)
        found: Mask = (self._of.bits & wanted) > 0
        return found

    def _sift(self, filters: Filters) -> tuple[Mask, tuple[tuple[str, Mask], ...]]:
        import numpy as np

        masks = tuple((reason, self._mask(name, value)) for reason, name, value in _asked(filters))
        passed = np.ones(len(self.current), np.bool_)
        for _, mask in masks:
            passed &= mask
        return passed, masks

    def _made(self, name: str, value: Any) -> Mask:
        of = self._of
        if name == "kind":
            return of.care if value == "care" else ~of.care
        if name == "age":
            suits: Mask = (of.youngest <= value) & (of.oldest >= value)
            return suits
        if name == "day":
            return self.open_on((value,))
        if name in ("access", "language"):
            wanted = ACCESS.get(value, (value.casefold(),))
            return of.coded(name, lambda words: any(want in word.casefold() for want in wanted for word in words))
        if name == "part":
            day, part = value
            every = (list(DAYS).index(day),) if day else range(len(DAYS))
            asked = sum(1 << (3 * number + list(PARTS).index(part)) for number in every)
            then: Mask = (of.hours & asked) > 0
            return then
        if name == "refer":
            return of.coded("way in", lambda words: not _referred(words))
        found: Mask = (of.free if name == "free" else of.room) == 1
        return found


def _asked(filters: Filters) -> Iterable[tuple[str, str, Any]]:
    """Each filter that is on: the reason it gives for hiding a listing, its name and what it asks for."""
    if filters.kind:
        yield f"not {KINDS[filters.kind]}", "kind", filters.kind
    if filters.age is not None:
        yield "wrong age", "age", filters.age
    if filters.free:
        yield "not free", "free", True
    if filters.day:
        yield f"not open {DAYS[filters.day]}", "day", filters.day
    if filters.part:
        yield f"not open in the {filters.part}", "part", (filters.day, filters.part)
    if filters.access:
        yield f"no {filters.access} known", "access", filters.access
    if filters.language:
        yield f"no {filters.language} known", "language", filters.language
    if filters.room:
        yield "no room known", "room", True
    if filters.refer:
        yield "needs a referral", "refer", True


def _referred(way_in: str) -> bool:
    """Whether somebody else has to refer a person."""
    words = way_in.casefold()
    return "refer" in words and "self-refer" not in words and "no referral" not in words

"""What narrows a search down, and how many each narrowing would leave. Nothing is hidden without a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Filters:
    """``age`` is the person's in years, ``day`` one of ``MO`` … ``SU``; ``access`` and ``language`` are words of the
    listing's own (*ramp*, *Punjabi*); ``max_km`` counts from the place searched near. What isn't known isn't
    hidden, but for ``free``, ``day``, ``access``, ``language`` and ``room``, which ask for a yes.
    """

    kind: Kind | None = None
    free: bool = False
    age: int | None = None
    day: str = ""
    max_km: float | None = None
    access: str = ""
    language: str = ""
    room: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) not in (None, False, "") for f in fields(self))

    def tests(self) -> tuple[tuple[str, Callable[[Listing], bool]], ...]:
        """The reason each filter gives for hiding a listing, and what lets one through; distance apart."""
        found: list[tuple[str, Callable[[Listing], bool]]] = []
        if self.kind:
            found.append((f"not {KINDS[self.kind]}", lambda listing: listing.kind == self.kind))
        if self.age is not None:
            found.append(("wrong age", lambda listing: suits(listing, self.age or 0)))
        if self.free:
            found.append(("not free", lambda listing: listing.free is True))
        if self.day:
            found.append((f"not open {DAYS[self.day]}", lambda listing: self.day in days(listing)))
        if self.access:
            found.append((f"no {self.access} known", lambda listing: _says(listing.accessibility, self.access)))
        if self.language:
            found.append((f"no {self.language} known", lambda listing: _says(listing.languages, self.language)))
        if self.room:
            found.append(("no room known", lambda listing: listing.room is True))
        return tuple(found)


KINDS: dict[Kind, str] = {"care": "care", "activity": "an activity"}
CLOSED = {"temporarily closed": "closed for now"}


def days(listing: Listing) -> tuple[str, ...]:
    """The days of the week a listing is open, ``MO`` first, each once."""
    said = {day[-2:] for schedule in listing.schedules for day in schedule.byday}
    return tuple(day for day in DAYS if day in said)


def suits(listing: Listing, age: int) -> bool:
    """Whether somebody of that age may come, as far as is known."""
    young = listing.minimum_age is not None and age < listing.minimum_age
    return not young and not (listing.maximum_age is not None and age > listing.maximum_age)


def _says(words: Sequence[str], wanted: str) -> bool:
    return any(wanted.casefold() in word.casefold() for word in words)


class Sieve:
    """The filters of one directory, as masks over its listings."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        import numpy as np

        self._np, self._listings = np, listings
        self._masks: dict[tuple[str, object], Mask] = {}
        self.current = self._mask("current", None, lambda listing: listing.status == "current")

    def sift(self, filters: Filters, km: npt.NDArray[np.float32] | None) -> tuple[Mask, tuple[tuple[str, Mask], ...]]:
        """What passes all of them; and, for each reason, what it lets through."""
        masks = [(reason, self._mask(reason, filters.age, test)) for reason, test in filters.tests()]
        if filters.max_km is not None and km is not None:
            masks.append((f"over {filters.max_km:g} km away", km <= filters.max_km))
        passed = self._np.ones(len(self._listings), self._np.bool_)
        for _, mask in masks:
            passed &= mask
        return passed, tuple(masks)

    def facets(self, found: Mask) -> dict[str, int]:
        """How many of the found listings each filter would leave, by the words a screen shows."""
        np = self._np
        codes = {
            "care": self._mask("care", None, lambda x: x.kind == "care"),
            "activity": self._mask("activity", None, lambda x: x.kind == "activity"),
            "free": self._mask("not free", None, lambda x: x.free is True),
            "room": self._mask("no room known", None, lambda x: x.room is True),
        }
        left = {name: int(np.count_nonzero(found & mask)) for name, mask in codes.items()}
        counted = np.count_nonzero(self._days[found], axis=0)
        return {**left, **{day: int(n) for day, n in zip(DAYS, counted, strict=True)}}

    def open_on(self, asked: Sequence[str]) -> Mask:
        """What is open on one of the days."""
        columns = (list(DAYS).index(day) for day in asked)
        found = self._np.zeros(len(self._listings), self._np.bool_)
        for column in columns:
            found |= self._days[:, column]
        return found

    @cached_property
    def _days(self) -> npt.NDArray[np.bool_]:
        open_ = [days(listing) for listing in self._listings]
        table = [[day in found for day in DAYS] for found in open_]
        return self._np.array(table, self._np.bool_).reshape(-1, len(DAYS))

    def _mask(self, name: str, value: object, test: Callable[[Listing], bool]) -> Mask:
        key = (name, value)
        if key not in self._masks:
            if len(self._masks) > 200:
                self._masks.clear()
            self._masks[key] = self._np.fromiter(map(test, self._listings), self._np.bool_, len(self._listings))
        return self._masks[key]

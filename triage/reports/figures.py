"""What a figure is: a number that can be opened.

Each figure holds the ids of the calls behind it, says what it is of and what it leaves out, and carries its
definition, so that no number on a screen stands alone (DESIGN.md, rule 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import fmean, median


@dataclass(frozen=True, slots=True)
class Part:
    """Some calls, and why they are together: ``still open``, ``came back within 28 days``."""

    why: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many: ``met`` of ``of``, both as call ids.

    ``not_met`` says why the rest of ``of`` isn't met, each call under its first reason; ``left_out`` are the calls
    that are in neither, with the reason.
    """

    id: str
    name: str
    definition: str
    met: tuple[str, ...]
    of: tuple[str, ...]
    not_met: tuple[Part, ...] = ()
    left_out: tuple[Part, ...] = ()

    @property
    def part(self) -> float | None:
        """The share, in [0, 1]; ``None`` of nothing."""
        return len(self.met) / len(self.of) if self.of else None

    @property
    def out(self) -> int:
        """How many calls are left out."""
        return sum(len(p.calls) for p in self.left_out)


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened. A call in which it happened twice is there twice."""

    id: str
    name: str
    definition: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A measurement for each of some calls: (call id, value), in ``unit``."""

    id: str
    name: str
    definition: str
    unit: str
    values: tuple[tuple[str, float], ...]
    left_out: tuple[Part, ...] = ()

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls measured."""
        return tuple(call for call, _ in self.values)

    @property
    def mean(self) -> float | None:
        """The mean; ``None`` of nothing."""
        return fmean(v for _, v in self.values) if self.values else None

    @property
    def median(self) -> float | None:
        """The median; ``None`` of nothing."""
        return median(v for _, v in self.values) if self.values else None

    @property
    def p90(self) -> float | None:
        """The smallest value that nine in ten don't pass; ``None`` of nothing."""
        ranked = sorted(v for _, v in self.values)
        return ranked[ceil(0.9 * len(ranked)) - 1] if ranked else None


Figure = Share | Count | Spread


def calls_of(figure: Figure) -> tuple[str, ...]:
    """The calls a figure opens, each once."""
    return tuple(dict.fromkeys(figure.of if isinstance(figure, Share) else figure.calls))


def parts(calls: list[tuple[str, str]]) -> tuple[Part, ...]:
    """(why, call id) pairs, gathered by reason in the order the reasons first came."""
    found: dict[str, list[str]] = {}
    for why, call in calls:
        found.setdefault(why, []).append(call)
    return tuple(Part(why, tuple(ids)) for why, ids in found.items())

"""How long it takes from one postcode district to another, in the diary's quarter hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.diary.form import QUARTER


@dataclass(frozen=True)
class Roads:
    """``ways`` are minutes between two districts, the names in order; ``least`` within one; ``unknown`` for others."""

    ways: Mapping[tuple[str, str], int] = field(default_factory=dict)
    least: int = QUARTER
    unknown: int = 2 * QUARTER

    def minutes(self, one: str, other: str) -> int:
        """Minutes on the way, rounded up to the quarter hour."""
        way = (min(one, other), max(one, other))
        found = self.least if one == other else self.ways.get(way, self.unknown)
        return -(-found // QUARTER) * QUARTER

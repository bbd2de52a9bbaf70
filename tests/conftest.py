"""What every room's tests share: a desk on a store of its own, and a clock that only moves when told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.desk import Desk, open_desk
from triage.model import Staff
from triage.store.base import Store

MORNING = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
"""A Tuesday, before the council's clocks and the desk's differ."""
HANDLER = Staff("hannah", "Hannah Ward", ("handler",))


class Clock:
    """A clock that moves a second each time it is read, and further when told."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def tick(self, **by: float) -> None:
        """Let time go by."""
        self.at += timedelta(**by)


def beneath(desk: Desk) -> Store:
    """The record itself, without asking who reads it: to see what was kept about looking."""
    return desk.store.inner  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """Hannah's desk on a fresh store, with the shipped script and directory."""
    made = open_desk(tmp_path, staff=HANDLER, clock=clock)
    yield made
    made.store.close()

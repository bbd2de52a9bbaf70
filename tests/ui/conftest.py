"""A desk in a temporary folder, and the app on it, driven by keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual.pilot import Pilot

from triage.desk import Desk
from triage.desk.tools import Tools
from triage.library.scripts import load_script
from triage.model import Staff
from triage.script.form import Script
from triage.store import open_store
from triage.ui.app import TriageApp

MONDAY = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
"""In office hours."""


@pytest.fixture(scope="session")
def script() -> Script:
    """The shipped script."""
    return load_script()


@pytest.fixture(scope="session")
def shared_tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """The shipped directory, its index, code list and phrases, loaded once."""
    tools = Tools(tmp_path_factory.mktemp("tools"))
    _ = tools.index, tools.outcomes, tools.phrases, tools.diary
    return tools


@pytest.fixture
def open_desk(tmp_path: Path, script: Script, shared_tools: Tools) -> Iterator[Callable[[], Desk]]:
    """Makes desks over one store; each call is another start of the product."""
    stores = []
    ticks = iter(range(10**6))

    def clock() -> datetime:
        return MONDAY + timedelta(milliseconds=20 * next(ticks))

    def make() -> Desk:
        tools = Tools(tmp_path)
        tools.__dict__.update(shared_tools.__dict__ | {"data_dir": tmp_path})
        stores.append(open_store(tmp_path / "store"))
        return Desk(stores[-1], script, Staff("pat", "Pat Lee"), tools, clock)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def sit_down(open_desk: Callable[[], Desk]) -> Callable[..., AbstractAsyncContextManager[Pilot[None]]]:
    """Starts the app at a desk: ``async with sit_down() as pilot``."""

    def start(size: tuple[int, int] = (120, 36), desk: Desk | None = None) -> AbstractAsyncContextManager[Pilot[None]]:
        return TriageApp(desk or open_desk()).run_test(size=size)

    return start

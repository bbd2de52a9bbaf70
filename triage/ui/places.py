"""The places of the app and what is laid over them, each imported when it is first gone to."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from textual.screen import Screen

PLACES = {
    "call": "triage.ui.call:CallScreen",
    "supervise": "triage.ui.supervise:SuperviseScreen",
    "train": "triage.ui.train:TrainScreen",
}
"""Modes: each keeps its own screens."""
TOOLS = {
    "directory": "triage.ui.directory:DirectoryScreen",
    "diary": "triage.ui.diary:DiaryScreen",
    "callbacks": "triage.ui.callbacks:CallbacksScreen",
}
"""Screens laid over the call; they keep their state for the next time."""


def screen(where: str) -> Callable[[], Screen[Any]]:
    """Makes the screen named ``module:Class``."""
    name = where.partition(":")[2]
    return lambda: getattr(fetch(where), name)()


def fetch(where: str) -> ModuleType:
    """Import the module of ``module:Class``, which may be done in a thread."""
    return import_module(where.partition(":")[0])

"""How a widget gets at the app with its type: one cast, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

LOOK = 0.25
"""Seconds between two looks for what other desks did: with half a second for the word to come, under a second."""


def here(node: DOMNode) -> TriageApp:
    """The app that ``node`` is in."""
    return cast("TriageApp", node.app)

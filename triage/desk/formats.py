"""How somebody needs what is written (Accessible Information Standard): what we make, and what others must make."""

from __future__ import annotations

from dataclasses import dataclass

from triage.model import DECLINED, NOT_KNOWN
from triage.script import telling
from triage.script.form import Script
from triage.script.values import foreign
from triage.script.walk import Walk

MADE = ("large print", "email plain text")
"""The formats that the leaflet comes in by itself: a large page, and plain text."""
LARGE, LARGEST = 18, 72
"""Points of large print when no size is asked for, and the most that fits on a page."""


@dataclass(frozen=True, slots=True)
class Formats:
    """``points`` to print at (0: ordinary), ``others`` are made elsewhere, ``language`` is one to translate to."""

    points: int = 0
    others: tuple[str, ...] = ()
    language: str = ""


def wanted(script: Script, there: Walk) -> Formats:
    """What the answers ask for."""
    asked = there.used.get("ais_format", ())
    values = asked if isinstance(asked, tuple) else (str(asked),)
    size = there.used.get("ais_print_size")
    points = int(size) if isinstance(size, (int, float)) else LARGE
    field = script.field("ais_format")
    others = [telling.said(field[1] if field else None, v) for v in values if v not in (*MADE, NOT_KNOWN, DECLINED)]
    spoken = str(there.used.get("language", "")).strip()
    large = "large print" in values
    return Formats(max(LARGE, min(points, LARGEST)) if large else 0, tuple(others), spoken if foreign(spoken) else "")

"""How somebody needs what is written (Accessible Information Standard): what we make, and what others must make."""

from __future__ import annotations

from dataclasses import dataclass

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script import telling
from triage.script.form import Script
from triage.script.values import foreign
from triage.script.walk import Walk

PLAIN = "email plain text"
MADE = ("large print", PLAIN)
"""The formats that the leaflet comes in by itself: a large page, and plain text."""
LARGE, LARGEST = 18, 72
"""Points of large print when no size is asked for, and the most that fits on a page."""


@dataclass(frozen=True, slots=True)
class Formats:
    """``points`` to print at (0: ordinary), ``others`` are made elsewhere, ``language`` is one to translate to."""

    points: int = 0
    others: tuple[str, ...] = ()
    language: str = ""


def plain(there: Walk) -> bool:
    """Whether they asked for e-mails in plain text."""
    return PLAIN in _many(there.used.get("ais_format", ()))


def cautions(script: Script, there: Walk, channel: str) -> tuple[str, ...]:
    """What they need that a ``text`` or an ``email`` may not be, in words for whoever is about to send one."""
    found = []
    reached = [each for each in _many(there.used.get("ais_contact", ())) if each not in (NOT_KNOWN, DECLINED)]
    field = script.field("ais_contact")
    if reached and channel not in reached:
        ways = ", ".join(telling.said(field[1] if field else None, each).lower() for each in reached)
        found.append(f"They asked to be reached by: {ways}. Ask before you send this.")
    form = wanted(script, there)
    if form.others:
        found.append(f"They asked for it as: {', '.join(form.others)}. This does not take its place.")
    if form.points and channel == "text":
        found.append(f"They need large print ({form.points} point): a text message may be too small to read.")
    if form.language:
        found.append(f"Their best language is {form.language}: have it translated first.")
    return tuple(found)


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def wanted(script: Script, there: Walk) -> Formats:
    """What the answers ask for."""
    values = _many(there.used.get("ais_format", ()))
    size = there.used.get("ais_print_size")
    points = int(size) if isinstance(size, (int, float)) else LARGE
    field = script.field("ais_format")
    others = [telling.said(field[1] if field else None, v) for v in values if v not in (*MADE, NOT_KNOWN, DECLINED)]
    spoken = str(there.used.get("language", "")).strip()
    large = "large print" in values
    return Formats(max(LARGE, min(points, LARGEST)) if large else 0, tuple(others), spoken if foreign(spoken) else "")

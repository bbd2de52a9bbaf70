"""Reads ``data/standards.yaml``: by when promises are kept, and what roles are called."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import build, load
from triage.promises import Standards
from triage.settings import shipped

NEEDED = ("contact", "urgent", "visit", "urgent-visit", "same-day")
"""The kinds that the desk asks for."""


def load_standards(path: Path | None = None) -> Standards:
    """The standards; :class:`BadData` when one is missing or doesn't say exactly one measure."""
    root = load(path or shipped() / "standards.yaml", path.name if path else "data/standards.yaml")
    found = build(root, Standards)
    parts = dict(root.items())
    lines = dict(parts["standards"].items())
    for kind, standard in found.standards.items():
        given = [m for m in (standard.working_days, standard.hours, standard.weeks) if m is not None]
        if len(given) != 1:
            raise lines[kind].bad(f"{kind} needs exactly one of working_days, hours and weeks")
        if given[0] < (0 if standard.working_days is not None else 1):
            raise lines[kind].bad(f"{kind} must be at least {0 if standard.working_days is not None else 1}")
    missing = [kind for kind in NEEDED if kind not in found.standards]
    if missing:
        raise parts["standards"].bad(f"the standard “{missing[0]}” is missing")
    if found.callbacks.no_answer < 1 or found.callbacks.tries < 1 or found.callbacks.opens >= found.closes:
        raise parts["callbacks"].bad("callbacks: at least an hour and one try, opening before closing")
    return found

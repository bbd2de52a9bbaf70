"""Reads ``data/retention.yaml``, or the one in the data folder that stands over it."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import build, load
from triage.retention import ANONYMOUS, LOOKS, Schedule
from triage.settings import shipped


def load_retention(data_dir: Path | None = None) -> Schedule:
    """The schedule; :class:`BadData` names the line of what is wrong in it."""
    own = data_dir / "retention.yaml" if data_dir else None
    path = own if own and own.is_file() else shipped() / "retention.yaml"
    root = load(path, str(path) if path == own else "data/retention.yaml")
    found = build(root, Schedule)
    parts = dict(root.items())["classes"]
    for one in found.classes:
        given = [n for n in (one.days, one.months, one.years) if n is not None]
        if len(given) != 1 or given[0] < 1:
            raise parts.bad(f"{one.id} needs exactly one of days, months and years, at least 1")
        if one.when not in ("", ANONYMOUS, LOOKS):
            raise parts.bad(f"{one.id}: when is “{ANONYMOUS}” or “{LOOKS}”, not “{one.when}”")
    if sum(not one.outcomes and not one.when for one in found.classes) != 1:
        raise parts.bad("exactly one class must have neither outcomes nor when: the one for everything else")
    if len({one.id for one in found.classes}) != len(found.classes):
        raise parts.bad("two classes have one id")
    return found

"""Reads ``data/outcomes.yaml``: the code list, with the dates each line is valid for."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import build, load
from triage.model import OutcomeCode
from triage.settings import shipped


def load_outcomes(path: Path | None = None) -> tuple[OutcomeCode, ...]:
    """The outcome codes, lowest rank first. The file is a list, or holds one under ``outcomes``."""
    root = load(path or shipped() / "outcomes.yaml", str(path or "data/outcomes.yaml"))
    lines = dict(root.items()).get("outcomes", root) if isinstance(root.value, dict) else root
    found: dict[str, OutcomeCode] = {}
    for node in lines.each():
        line = build(node, OutcomeCode)
        if line.code in found:
            raise node.bad(f"the outcome {line.code} stands here twice")
        found[line.code] = line
    return tuple(sorted(found.values(), key=lambda line: line.rank))

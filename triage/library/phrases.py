"""Reads ``data/phrases.yaml``: what soft prompts listen for."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import build, load, nearest
from triage.script.screen import Phrases
from triage.settings import shipped


def load_phrases(path: Path | None = None) -> Phrases:
    """The phrase file; a sign that names an unknown family is refused with its line."""
    node = load(path or shipped() / "phrases.yaml", path.name if path else "data/phrases.yaml")
    phrases = build(node, Phrases)
    known = {*phrases.families, "not"}
    for sign, where in zip(phrases.signs, dict(node.items())["signs"].each(), strict=True):
        for family in (*sign.all, *sign.unless):
            if family not in known:
                raise where.bad(f"{sign.name}: “{family}” is not a word family", nearest(family, known))
    names = [sign.name for sign in phrases.signs]
    for sign, where in zip(phrases.signs, dict(node.items())["signs"].each(), strict=True):
        if names.count(sign.name) > 1:
            raise where.bad(f"two signs are called “{sign.name}”")
    return phrases

"""Reads ``data/phrases.yaml``: what soft prompts listen for."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import Node, build, load, nearest
from triage.script.hearing import NOT
from triage.script.screen import JOINS, Phrases
from triage.settings import shipped


def load_phrases(path: Path | None = None) -> Phrases:
    """The phrase file; a sign that names an unknown family, or has another's name, is refused with its line."""
    node = load(path or shipped() / "phrases.yaml", path.name if path else "data/phrases.yaml")
    phrases = build(node, Phrases)
    keys = dict(node.items())
    _known(phrases.quiet, phrases, keys.get("quiet", node), "quiet")
    _known(phrases.settled, phrases, keys.get("settled", node), "settled")
    seen: set[str] = set()
    for sign, where in zip(phrases.signs, keys["signs"].each(), strict=True):
        families = [word for one in sign.when for word in one.split() if word not in JOINS]
        _known((*families, *sign.unless), phrases, where, sign.name)
        if not all(one.strip() for one in sign.when) or not sign.when:
            raise where.bad(f"{sign.name}: a pattern in `when` is empty")
        if sign.name in seen:
            raise where.bad(f"two signs are called “{sign.name}”")
        seen.add(sign.name)
    return phrases


def _known(families: tuple[str, ...], phrases: Phrases, where: Node, name: str) -> None:
    for family in families:
        if family != NOT and family not in phrases.families:
            raise where.bad(f"{name}: “{family}” is not a word family", nearest(family, phrases.families))

"""Reads ``data/phrases.yaml`` and ``data/hints.txt``: what soft prompts listen for."""

from __future__ import annotations

from pathlib import Path

from triage.errors import BadData
from triage.library.yaml import Node, build, load, nearest
from triage.script.hearing import NOT
from triage.script.hints import Weights
from triage.script.screen import JOINS, Phrases
from triage.settings import shipped


def load_phrases(path: Path | None = None) -> Phrases:
    """The phrase file; a sign that names an unknown family, or has another's name, is refused with its line."""
    node = load(path or shipped() / "phrases.yaml", path.name if path else "data/phrases.yaml")
    phrases = build(node, Phrases, hints={} if path else load_hints(shipped() / "hints.txt"))
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


def load_hints(path: Path) -> dict[str, Weights]:
    """What words weigh, by kind; nothing when there is no such file yet."""
    found: dict[str, Weights] = {}
    of: dict[str, float] = {}
    number = 0
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            number += 1
            cells = line.split("\t")
            if cells[0] == "kind":
                of = {}
                found[cells[1]] = Weights(float(cells[2]), float(cells[3]), of)
            elif not line.startswith("#"):
                of[cells[0]] = float(cells[1])
    except FileNotFoundError:
        return {}
    except (IndexError, ValueError) as error:
        raise BadData(path.name, number, "expected a word and its weight with a tab between them") from error
    return found


def _known(families: tuple[str, ...], phrases: Phrases, where: Node, name: str) -> None:
    for family in families:
        if family != NOT and family not in phrases.families:
            raise where.bad(f"{name}: “{family}” is not a word family", nearest(family, phrases.families))

"""Reads ``data/lexicon``: ``grammar.yaml``, and a file of concepts for each part of life."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from triage.directory.lexicon import CANNOT, NOT, Concept, Grammar, Lexicon
from triage.library import yaml
from triage.settings import shipped


@dataclass(frozen=True)
class _Grammar:
    kin: tuple[str, ...]
    filler: tuple[str, ...]
    denies: tuple[str, ...]
    cannot: tuple[str, ...]
    rewrites: dict[str, str]
    same: tuple[tuple[str, ...], ...]


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """The lexicon of ``folder``; else the one that ships."""
    return _load(folder or shipped() / "lexicon")


@cache
def _load(folder: Path) -> Lexicon:
    given = yaml.build(yaml.load(folder / "grammar.yaml", "lexicon/grammar.yaml"), _Grammar)
    denials = {**dict.fromkeys(given.denies, NOT), **dict.fromkeys(given.cannot, CANNOT)}
    kin, filler = frozenset(given.kin), frozenset(given.filler)
    grammar = Grammar(kin, filler, given.rewrites, denials, given.same)
    concepts: dict[str, Concept] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "grammar.yaml":
            for name, node in yaml.load(path, f"lexicon/{path.name}").items():
                if name in concepts:
                    raise node.bad(f"the concept “{name}” stands in two files")
                concepts[name] = yaml.build(node, Concept, id=name)
    return Lexicon(concepts.values(), grammar)

"""Reads ``data/lexicon``: ``grammar.yaml``, and a file of concepts for each part of life.

Lists are written with commas, on as many lines as it takes: a phrase can't hold one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from triage.directory.grammar import CANNOT, NOT, Grammar
from triage.directory.lexicon import Concept, Lexicon
from triage.directory.words import stem
from triage.library import yaml
from triage.settings import shipped


@dataclass(frozen=True)
class _Grammar:
    kin: str
    weak: str
    pronouns: str
    filler: str
    denies: str
    cannot: str
    rewrites: dict[str, str]
    same: tuple[str, ...]
    plain: str = ""


@dataclass(frozen=True)
class _Concept:
    say: str
    terms: str = ""
    services: str = ""
    pathways: str = ""
    crisis: bool = False
    cues: str = ""


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """The lexicon of ``folder``; else the one that ships."""
    return _load(folder or shipped() / "lexicon")


@cache
def _load(folder: Path) -> Lexicon:
    given = yaml.build(yaml.load(folder / "grammar.yaml", "lexicon/grammar.yaml"), _Grammar)
    denials = {**dict.fromkeys(_list(given.denies), NOT), **dict.fromkeys(_list(given.cannot), CANNOT)}
    kin, pronouns, filler = map(frozenset, map(_list, (given.kin, given.pronouns, given.filler)))
    weak = frozenset(map(stem, _list(given.weak)))
    plain = frozenset(map(stem, _list(given.plain)))
    grammar = Grammar(kin, weak, pronouns, filler, given.rewrites, denials, tuple(map(_list, given.same)), plain)
    concepts: dict[str, Concept] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name != "grammar.yaml":
            for name, node in yaml.load(path, f"lexicon/{path.name}").items():
                if name in concepts:
                    raise node.bad(f"the concept “{name}” stands in two files")
                read = yaml.build(node, _Concept)
                say, terms, services, pathways = map(_list, (read.say, read.terms, read.services, read.pathways))
                concepts[name] = Concept(name, say, terms, services, pathways, read.crisis, _list(read.cues))
    return Lexicon(concepts.values(), grammar)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, text.split(",")) if part)

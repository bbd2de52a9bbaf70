"""Reads ``data/glossary.yaml``: what the words mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from triage.library.yaml import build, load, nearest
from triage.model import Term
from triage.settings import shipped

STATUSES = ("current", "historic", "superseded", "cancelled")


@dataclass(frozen=True, slots=True)
class _File:
    as_of: date
    terms: tuple[Term, ...]


def load_glossary(path: Path | None = None) -> tuple[Term, ...]:
    """The terms by name; :class:`BadData` for a word that means two things, or one without a meaning."""
    root = load(path or shipped() / "glossary.yaml", path.name if path else "data/glossary.yaml")
    terms = build(root, _File).terms
    seen: dict[str, str] = {}
    for term, node in zip(terms, dict(root.items())["terms"].each(), strict=True):
        if term.status not in STATUSES:
            raise node.bad(f"{term.term}: “{term.status}” is not a status", nearest(term.status, STATUSES))
        if not term.meaning.strip():
            raise node.bad(f"{term.term} has no meaning")
        for name in (term.term, *term.also):
            other = seen.setdefault(name.casefold(), term.term)
            if other != term.term or name.casefold() in {n.casefold() for n in term.also if n is not name}:
                raise node.bad(f"“{name}” stands here twice: {other} and {term.term}")
    return tuple(sorted(terms, key=lambda t: t.term.casefold()))

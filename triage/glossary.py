"""The glossary: which terms stand in a text, and which fit what was typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from triage.model import Term

CLOSE = 80
"""How like a word must be to one of a term's names to be taken for a misspelling of it, out of 100."""


def standing_in(terms: Sequence[Term], text: str) -> tuple[Term, ...]:
    """The terms that occur in ``text``, in the order they do; a short form only as it is written (PA, not pa)."""
    found: dict[int, Term] = {}
    for term in terms:
        places = [m.start() for name in names(term) if (m := _pattern(name).search(text))]
        if places:
            found[min(places) * 1000 + len(found)] = term
    return tuple(found[place] for place in sorted(found))


def looked_up(terms: Sequence[Term], words: str) -> tuple[Term, ...]:
    """The terms that fit, best first: by name, by a name's beginning or part, by the meaning, then misspelt."""
    wanted = words.casefold().strip()
    if not wanted:
        return tuple(terms)

    def rank(term: Term) -> int:
        given = [name.casefold() for name in names(term)]
        if wanted in given:
            return 0
        if any(name.startswith(wanted) for name in given):
            return 1
        if any(wanted in name for name in given):
            return 2
        return 3 if all(word in term.meaning.casefold() for word in wanted.split()) else 9

    ranked = sorted((t for t in terms if rank(t) < 9), key=rank)
    if ranked:
        return tuple(ranked)
    by_name = {name.casefold(): term for term in terms for name in names(term)}
    close = process.extract(wanted, list(by_name), scorer=fuzz.WRatio, score_cutoff=CLOSE, limit=3)
    return tuple(dict.fromkeys(by_name[name] for name, _, _ in close))


def names(term: Term) -> tuple[str, ...]:
    """All it is called."""
    return (term.term, *term.also)


def told(term: Term) -> str:
    """The entry on one line, what is no longer so said first."""
    gone = f"({term.status.upper()}) " if term.status != "current" else ""
    also = f" Also: {', '.join(term.also)}." if term.also else ""
    return f"{gone}{term.meaning}{also}"


def text_of(parts: Iterable[str]) -> str:
    """Texts of a screen as one, for :func:`standing_in`."""
    return "\n".join(part for part in parts if part)


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    short = name.isupper() or (sum(c.isupper() for c in name) > 1 and " " not in name)
    return re.compile(rf"(?<!\w){re.escape(name)}(?:s|es)?(?!\w)", 0 if short else re.IGNORECASE)

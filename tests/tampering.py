"""Twelve kinds of tampering with an audit, and what must be said of each; each is tried on every store.

A kind is given the lines as they are kept and gives them back as somebody left them who knows how they are made:
checksums are right again, and where that somebody was careful, so are the lines' own hashes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from triage.audit.lines import Sealed, digest

Kept = list[Sealed]


@dataclass(frozen=True)
class Kind:
    """What was done, in words; the doing; and the words that name it, one or other."""

    name: str
    does: Callable[[Kept], Kept]
    says: tuple[str, ...]


def said(line: Sealed, **other: object) -> str:
    """The line's words with some of them others."""
    return json.dumps({**json.loads(line.text), **other}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def edited(kept: Kept, n: int, *, anew: bool = False, **other: object) -> Kept:
    """Line ``n`` with other words; sealed ``anew`` or as it was."""
    was = kept[n - 1]
    text = said(was, **other)
    return [*kept[: n - 1], replace(was, text=text, hash=digest(was.prev, text) if anew else was.hash), *kept[n:]]


def chained(kept: Sequence[Sealed], prev: str, number: int) -> Kept:
    """Lines numbered and chained anew, as whoever made them would have."""
    made = []
    for n, line in enumerate(kept, number):
        text = said(line, n=n)
        made.append(Sealed(text, prev, prev := digest(prev, text)))
    return made


def inserted(kept: Kept) -> Kept:
    """A forged line after the fourth, chained to it."""
    return [*kept[:4], *chained([kept[2]], kept[3].hash, 5), *kept[4:]]


def rewritten_to_the_end(kept: Kept) -> Kept:
    """From the fifth on everything is chained anew without it."""
    return [*kept[:4], *chained(kept[5:], kept[3].hash, 5)]


KINDS = (
    Kind("a line is edited", lambda k: edited(k, 5, user="somebody"), ("line 5 of the audit was changed",)),
    Kind(
        "a line is edited and its hash made anew",
        lambda k: edited(k, 5, anew=True, user="somebody"),
        ("line 5 of the audit was changed and sealed anew",),
    ),
    Kind(
        "the last line is edited and its hash made anew",
        lambda k: edited(k, 9, anew=True, user="somebody"),
        ("line 9 of the audit was changed and sealed anew",),
    ),
    Kind("a line is taken out", lambda k: [*k[:4], *k[5:]], ("line 5 of the audit is missing",)),
    Kind("the first lines are taken out", lambda k: k[2:], ("lines 1 to 2 of the audit are missing",)),
    Kind("the end is cut off", lambda k: k[:-3], ("lines 7 to 9 of the audit are missing at its end",)),
    Kind("a line is put in", inserted, ("line 5 of the audit stands there twice",)),
    Kind(
        "a line is put elsewhere", lambda k: [*k[:4], *k[5:7], k[4], *k[7:]], ("line 5 of the audit is out of order",)
    ),
    Kind("two lines change places", lambda k: [*k[:4], k[5], k[4], *k[6:]], ("line 5 of the audit is out of order",)),
    Kind(
        "a line is re-dated",
        lambda k: edited(k, 5, at="2026-11-01T08:00:00.000000+00:00", local="2026-11-01T08:00:00+00:00"),
        ("line 5 of the audit was re-dated",),
    ),
    Kind(
        "a line is gone and all after it chained anew",
        rewritten_to_the_end,
        ("line 5 of the audit was changed and sealed anew", "call L1 (l1) is in the record and in no line"),
    ),
    Kind("all of it is gone", lambda k: [], ("lines 1 to 9 of the audit are missing at its end",)),
)

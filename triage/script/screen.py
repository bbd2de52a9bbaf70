"""Soft prompts: what a caller said that may be a sign. They ask a person to look; they never decide.

A sign is a few *families* of words that stand close together (``money`` near ``missing``), not a list of sentences:
:mod:`triage.script.hearing` finds the families. A sign said not to be so (“no bruises”), long past and put right, or
only asked about raises nothing, unless the “not” is itself the sign (“no food”, “won't let me”). Where no sign of a
kind is heard, small signs may still add up (:mod:`triage.script.hints`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product
from typing import Literal

from triage.script.hearing import NOT, Ears, Mark
from triage.script.hints import Weights, heaviest
from triage.script.walk import Prompt
from triage.script.words import parts

PromptKind = Literal["danger", "safeguarding", "carer", "unsafe", "capacity"]
JOINS = (">", "+")
"""``a > b``: b comes later. ``a + b``: b comes next, with no word that counts between them."""
_LONGEST = 10
"""Words of the caller's that a prompt shows; a longer span is shown as its two ends."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: any one of the patterns in ``when``, its families within ``within`` words that count.

    ``unless`` are families that take it back when they stand in the same sentence. ``why`` is
    what to do about it, in one plain line.
    """

    name: str
    kind: PromptKind
    when: tuple[str, ...]
    why: str
    within: int = 5
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """Families and, between each two, how the second stands to the first: ``""`` anywhere near, or one of ``JOINS``."""

    families: tuple[str, ...]
    joins: tuple[str, ...]


def pattern(written: str) -> Pattern:
    """``"who > take + money"`` as a pattern."""
    families: list[str] = []
    joins: list[str] = []
    join = ""
    for word in written.split():
        if word in JOINS:
            join = word
            continue
        if families:
            joins.append(join)
        families.append(word)
        join = ""
    return Pattern(tuple(families), tuple(joins))


@dataclass(frozen=True)
class Phrases:
    """The phrase file. A family is its words, with commas between them.

    ``quiet`` are families that silence their own sentence (“what would happen if”), ``settled`` those that silence
    the sentence before as well (“it was all sorted out”). ``hints`` are the weights of small signs by kind,
    ``asks`` what to do about these.
    """

    version: str
    families: Mapping[str, str]
    signs: tuple[Sign, ...]
    kin: str = ""
    fillers: str = ""
    small: str = ""
    idioms: str = ""
    meant: str = ""
    quiet: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    hints: Mapping[str, Weights] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def kin_words(self) -> frozenset[str]:
        """Mum, nephew, wife."""
        return frozenset(parts(self.kin))

    @cached_property
    def patterns(self) -> Mapping[str, tuple[Pattern, ...]]:
        """The patterns of each sign, by its name."""
        return {s.name: tuple(map(pattern, s.when)) for s in self.signs}

    @cached_property
    def ears(self) -> Ears:
        """The families, ready for listening."""
        return Ears(self.families, self.idioms, self.fillers, self.small, self.meant)


_Heard = Mapping[str, Sequence[Mark]]


def screen(texts: Mapping[str, str], phrases: Phrases) -> tuple[Prompt, ...]:
    """The prompts that texts raise, by key; each sign at most once a key, in the order of the words.

    Of two prompts of one kind on the same words, the one whose words were complete first stays, so that a
    prompt keeps its name while the rest is still being typed.
    """
    return tuple(p for key, text in texts.items() if text.strip() for p in _screen(key, text, phrases))


def _screen(key: str, text: str, phrases: Phrases) -> Iterator[Prompt]:
    heard: dict[str, list[Mark]] = {}
    words = phrases.ears.words(text)
    for mark in phrases.ears.hear(words):
        heard.setdefault(mark.family, []).append(mark)
    silent = _silent(heard, phrases)
    found = [
        (chosen, number, sign)
        for number, sign in enumerate(phrases.signs)
        for one in phrases.patterns[sign.name]
        if all(family in heard for family in one.families)
        for chosen in _places(sign, one, heard, silent)
    ]
    found.sort(key=lambda f: (max(m.end for m in f[0]), f[1]))
    taken: list[tuple[str, int, int]] = []
    named: set[str] = set()
    for chosen, _, sign in found:
        start, end = min(m.start for m in chosen), max(m.end for m in chosen)
        if sign.name in named or any(kind == sign.kind and start < e and s < end for kind, s, e in taken):
            continue
        named.add(sign.name)
        taken.append((sign.kind, start, end))
        yield Prompt(f"{key}:{sign.name}", sign.kind, _shown(text, chosen), key, sign.why)
    told = [word for word in words if word.sentence not in silent]
    for kind, weights in phrases.hints.items():
        stretch = None if any(kind == k for k, _, _ in taken) else heaviest(told, weights, phrases.kin_words)
        if stretch:
            shown = " ".join(text[stretch.start : stretch.end].split())
            yield Prompt(f"{key}:small signs of {kind}", kind, shown, key, phrases.asks.get(kind, ""))


def _silent(heard: _Heard, phrases: Phrases) -> Set[int]:
    """The sentences in which nothing is a sign."""
    own = {m.sentence for family in (*phrases.quiet, *phrases.settled) for m in heard.get(family, ())}
    return own | {m.sentence - 1 for family in phrases.settled for m in heard.get(family, ())}


def _places(sign: Sign, wanted: Pattern, heard: _Heard, silent: Set[int]) -> Iterator[tuple[Mark, ...]]:
    """Where one pattern of a sign stands in the text."""
    excused = {m.sentence for family in sign.unless for m in heard.get(family, ())} | silent
    rarest = min(range(len(wanted.families)), key=lambda n: len(heard[wanted.families[n]]))
    for anchor in heard[wanted.families[rarest]]:
        if anchor.sentence in excused:
            continue
        near = [
            (anchor,) if n == rarest else _near(anchor, heard[family], sign.within)
            for n, family in enumerate(wanted.families)
        ]
        for chosen in product(*near):
            if _fits(chosen, wanted, excused):
                yield chosen
                break


def _near(anchor: Mark, marks: Sequence[Mark], within: int) -> Sequence[Mark]:
    """The marks within reach of the anchor, the nearest first."""
    first = bisect_left(marks, anchor.at - within, key=lambda m: m.at)
    last = bisect_right(marks, anchor.ends + within, key=lambda m: m.at)
    return sorted(marks[first:last], key=lambda m: (abs(m.start - anchor.start), m.start))[:6]


def _fits(chosen: tuple[Mark, ...], wanted: Pattern, excused: Set[int]) -> bool:
    for mark in chosen:
        if mark.sentence in excused:
            return False
        if mark.denied >= 0 and not any(own.start <= mark.denied < own.end for own in chosen):
            return False
    if len(chosen) == 1:
        return True
    inorder = sorted(chosen, key=lambda m: m.start)
    if any(a.end > b.start and NOT not in (a.family, b.family) for a, b in pairwise(inorder)):
        return False
    for join, (a, b) in zip(wanted.joins, pairwise(chosen), strict=True):
        if join and b.start < a.start:
            return False
        if join == "+" and (a.sentence != b.sentence or b.at - a.ends - (not b.small) > 0):
            return False
    return True


def _shown(text: str, chosen: tuple[Mark, ...]) -> str:
    """The caller's words, from the first mark to the last; of a long span, its two ends."""
    first, last = min(chosen, key=lambda m: m.start), max(chosen, key=lambda m: m.end)
    words = text[first.start : last.end].split()
    if len(words) <= _LONGEST:
        return " ".join(words)
    ends = text[first.start : first.end].split()[:_LONGEST], text[last.start : last.end].split()[:_LONGEST]
    return " … ".join(" ".join(part) for part in ends) if first is not last else " ".join(words[:_LONGEST])

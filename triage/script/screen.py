"""Soft prompts: what a caller said that may be a sign. They ask a person to look; they never decide.

A sign is a few *families* of words that stand close together (``money`` near ``missing``), not a list of sentences:
:mod:`triage.script.hearing` finds the families. A sign said not to be so (“no bruises”), long past and put right, or
only asked about raises nothing, unless the “not” is itself the sign (“no food”, “won't let me”). Signs are weighed
with the talk around them (:mod:`triage.script.hints`): everyday talk may outweigh one, and small signs may add up
where none is heard.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product
from typing import Literal, NamedTuple

from triage.script.hearing import NOT, Ears, Mark
from triage.script.hints import LEAST_WORDS, SIGN, Piece, Stretch, Weights, heavy, stretches, telling, weighed
from triage.script.walk import Prompt
from triage.script.words import Word, parts

PromptKind = Literal["danger", "safeguarding", "carer", "unsafe", "capacity"]
JOINS = (">", "+")
"""``a > b``: b comes later. ``a + b``: b comes next, with no word that counts between them."""
_LONGEST = 10
"""Words of the caller's that a prompt shows; a longer span is shown as its two ends."""
_STOPS = (".", "!", "?", ";", "…", "'", '"', "’", "”")
_BESIDE = 1.0
"""How far over the threshold small signs must come beside a sign of another weighed kind."""


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


class _HeardSign(NamedTuple):
    """A sign, the marks it was heard by, and where in the text these begin and end."""

    sign: Sign
    marks: tuple[Mark, ...]
    start: int
    end: int


def screen(texts: Mapping[str, str], phrases: Phrases) -> tuple[Prompt, ...]:
    """The prompts that texts raise, by key; each sign at most once a key, in the order of the words.

    Of two prompts of one kind on the same words, the one whose words were complete first stays, so that a
    prompt keeps its name while the rest is still being typed.
    """
    return tuple(p for key, text in texts.items() if text.strip() for p in _screen(key, text, phrases))


def _screen(key: str, text: str, phrases: Phrases) -> Iterator[Prompt]:
    told, signs, pieces = _listen(text, phrases)
    places = stretches(told)
    over: dict[str, list[Stretch]] = {}
    for kind, weights in phrases.hints.items():
        own = ((SIGN, s.start, s.end) for s in signs if s.sign.kind == kind)
        over[kind] = heavy((*pieces, *own), places, weights)
    shown: set[str] = set()
    for one in signs:
        kind = one.sign.kind
        if kind not in over or any(o.start <= one.start and one.end <= o.end for o in over[kind]):
            shown.add(kind)
            yield Prompt(f"{key}:{one.sign.name}", kind, _shown(text, one.marks), key, one.sign.why)
    said = _finished(told, text)
    if len(said) < len(told):
        places = stretches(said)
        over = {kind: heavy(pieces, places, weights) for kind, weights in phrases.hints.items()}
    for kind, weights in phrases.hints.items():
        if not over[kind] or kind in shown or len(said) < LEAST_WORDS:
            continue
        most = max(over[kind])
        if most.weight > weights.threshold + _BESIDE * bool(shown & phrases.hints.keys()):
            start, end = telling(said, pieces, most, weights)
            words = " ".join(text[start:end].split())
            yield Prompt(f"{key}:small signs of {kind}", kind, words, key, phrases.asks.get(kind, ""))


def _finished(told: Sequence[Word], text: str) -> Sequence[Word]:
    """The words without a last sentence that is still being typed, so that small signs don't come and go with it."""
    if not told or text.rstrip().endswith(_STOPS) or told[0].sentence == told[-1].sentence:
        return told
    return [word for word in told if word.sentence != told[-1].sentence]


def _listen(text: str, phrases: Phrases) -> tuple[Sequence[Word], Sequence[_HeardSign], Sequence[Piece]]:
    """The words that were told, without silent sentences; the signs in them; and all that has a weight."""
    words = phrases.ears.words(text)
    marks = phrases.ears.hear(words)
    heard: dict[str, list[Mark]] = {}
    for mark in marks:
        heard.setdefault(mark.family, []).append(mark)
    silent = _silent(heard, phrases)
    told = [word for word in words if word.sentence not in silent]
    signs = _signs(heard, silent, phrases)
    families = [
        (f"<{m.family}>", m.start, m.end) for m in marks if m.denied < 0 and not m.small and m.sentence not in silent
    ]
    named = [(f"[{s.sign.kind}]", s.start, s.end) for s in signs if s.sign.kind not in phrases.hints]
    return told, signs, [*weighed(told, phrases.kin_words), *families, *named]


def features(text: str, phrases: Phrases) -> tuple[Set[str], Set[str]]:
    """What in a text may have a weight, and the kinds of the signs in it: for learning the weights."""
    _, signs, pieces = _listen(text, phrases)
    return {name for name, _, _ in pieces}, {s.sign.kind for s in signs}


def _signs(heard: _Heard, silent: Set[int], phrases: Phrases) -> list[_HeardSign]:
    """The signs that stand in the text, in the order in which their words are complete."""
    found = [
        (chosen, number, sign)
        for number, sign in enumerate(phrases.signs)
        for one in phrases.patterns[sign.name]
        if all(family in heard for family in one.families)
        for chosen in _places(sign, one, heard, silent)
    ]
    found.sort(key=lambda f: (max(m.end for m in f[0]), f[1]))
    taken: list[_HeardSign] = []
    named: set[str] = set()
    for chosen, _, sign in found:
        start, end = min(m.start for m in chosen), max(m.end for m in chosen)
        if sign.name not in named and not any(
            t.sign.kind == sign.kind and start < t.end and t.start < end for t in taken
        ):
            named.add(sign.name)
            taken.append(_HeardSign(sign, chosen, start, end))
    return taken


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

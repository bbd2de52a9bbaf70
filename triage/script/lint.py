"""Words that are hard to take in over the phone: warnings about what callers hear, never faults.

Reading age is the Flesch–Kincaid grade plus five, over what one step says and asks. It can't see meaning: short words
can be hard, and a long sentence clear. So these are reasons to look again, by somebody who answers the phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.script.form import Script, Step

AGE = 11
"""Above this reading age the words of a step are looked at again."""
WORDS = 22
"""A sentence with more words than this is hard to follow by ear."""
QUESTIONS = 4
"""More questions than this in one breath are too many."""

_SENTENCE = re.compile(r"(?<=[.?!])[”\"']?\s+")
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_LEADING = re.compile(
    r"\b(?:you'd agree|surely|of course you|you do (?:not )?want|don't you|isn't it|wouldn't you|aren't you|won't you"
    r"|you wouldn't|you don't (?:need|want)|i (?:assume|take it)|presumably)\b",
    re.IGNORECASE,
)
_DOUBLE = re.compile(
    r"(?<=[\w›],) (?:and|or) (?:are|is|do|does|did|can|could|would|will|have|has|had"
    r"|how|who|what|when|where|why|which|may)\b"
)
"""A second question behind a comma; “when and where was it” is one."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Words to look at again: where they are said, what was measured, the figure and its limit, and the words."""

    step: str
    kind: str
    figure: str
    words: str


def lint(script: Script) -> Iterator[Remark]:
    """What may be hard to hear, in the script's order."""
    for step in script.steps.values():
        yield from _step(step)
    for rule in script.outcomes:
        yield from _long(rule.code, rule.leaflet)


def _step(step: Step) -> Iterator[Remark]:
    text = " ".join(part for part in (step.say, step.ask) if part)
    age = reading_age(text)
    if age > AGE:
        yield Remark(step.id, "reading age", f"{age:.0f}, above {AGE}", _hardest(text))
    yield from _long(step.id, text)
    asked = [sentence for sentence in sentences(step.ask) if sentence.endswith("?")]
    if len(asked) > QUESTIONS:
        yield Remark(step.id, "many questions", f"{len(asked)} at once, above {QUESTIONS}", step.ask)
    for sentence in [s for s in sentences(text) if s.endswith("?")]:
        double = _DOUBLE.search(sentence)
        if double:
            yield Remark(step.id, "double question", f"two in one, at “{double.group().strip()}”", sentence)
        leading = _LEADING.search(sentence)
        if leading:
            yield Remark(step.id, "leading question", f"“{leading.group()}” gives an answer away", sentence)


def _long(where: str, text: str) -> Iterator[Remark]:
    for sentence in sentences(text):
        count = len(_WORD.findall(sentence))
        if count > WORDS:
            yield Remark(where, "long sentence", f"{count} words, above {WORDS}", sentence)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def reading_age(text: str) -> float:
    """Years of age at which the text reads easily; 0 for a text too short to say."""
    words = _WORD.findall(text)
    if len(words) < 8:
        return 0.0
    spoken = sum(syllables(word) for word in words)
    grade = 0.39 * len(words) / max(1, len(sentences(text))) + 11.8 * spoken / len(words) - 15.59
    return max(0.0, grade + 5)


def syllables(word: str) -> int:
    """How many syllables a word has, by its vowels: right for about nine English words in ten."""
    plain = re.sub(r"[^a-z]", "", word.lower().replace("’", "'").partition("'")[0])
    count = len(_VOWELS.findall(plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if re.search(r"(?:[^tde]ed|[^szxchge]es)$", plain) and count > 1:
        count -= 1
    count += len(re.findall(r"[aeiouy]ing$|ia(?!l|n)|eo|uou", plain))
    return max(1, count)


def _hardest(text: str) -> str:
    """The sentence of a text with the highest reading age."""
    return max(sentences(text), key=reading_age)

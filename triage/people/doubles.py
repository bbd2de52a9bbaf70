"""Records that are probably one person: candidates with their reasons, for somebody to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp

from triage.people import weights as w
from triage.people.form import Names, Person, compact_postcode, name_words, phone_digits
from triage.people.likeness import date_level, neighbours, phone_level, postcode_level, word_level

LARGEST = 40
"""A block of more people than this says nothing: a care home's number, a tower's postcode."""
ODDS = -9.0
"""The log odds of two records of a block being one person, before anything is compared."""

MOVED, OTHER_PHONE = -2.0, -1.0
"""What another postcode and another number say against it: people move, and have several numbers."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one person: how likely, and why."""

    one: Person
    other: Person
    score: float
    why: tuple[str, ...]


def doubles(people: Sequence[Person], names: Names, at_least: float = 0.7) -> tuple[Pair, ...]:
    """The pairs that are probably one person, likeliest first."""
    found = (compare(people[a], people[b], names) for a, b in _candidates(people, names))
    return tuple(sorted((p for p in found if p.score >= at_least), key=lambda p: -p.score))


def compare(one: Person, other: Person, names: Names) -> Pair:
    """How likely two records are one person. Two NHS numbers that differ are two people."""
    if one.nhs and other.nhs:
        same = one.nhs == other.nhs
        return Pair(one, other, 0.99 if same else 0.0, ("NHS number",) if same else ())
    weight, why = ODDS, []
    said, kept = name_words(one.name), list(name_words(other.name))
    if len(kept) < len(said):
        said, kept = tuple(kept), list(said)
    grades = []
    for word in said:
        graded = [(level, k) for k in kept if (level := word_level(word, k, names)) is not None]
        if graded:
            level, taken = min(graded)
            kept.remove(taken)
            grades.append(level)
            weight += w.weight(w.M[level], w.COMMON[level], 0, 0)
        else:
            weight += -3.5
    if grades:
        why.append("name" if set(grades) == {w.EXACT} else "name: " + w.NAME_WORDS[max(grades)])
    if one.born and other.born:
        day = date_level(one.born, other.born)
        weight += w.weight(*w.DATE[day][:2], 0, 0) if day else -4.5
        why += [w.DATE[day][2]] if day else []
    home = postcode_level(compact_postcode(one.postcode), compact_postcode(other.postcode))
    if home:
        weight += w.weight(*w.POSTCODE[home][:2], 0, 0)
        why.append(w.POSTCODE[home][2])
    elif one.postcode and other.postcode:
        weight += MOVED
    rings = phone_level(phone_digits(one.phone), phone_digits(other.phone))
    if rings:
        weight += w.weight(*w.PHONE[rings][:2], 0, 0)
        why.append(w.PHONE[rings][2])
    elif one.phone and other.phone:
        weight += OTHER_PHONE
    return Pair(one, other, 1 / (1 + exp(-max(-50.0, min(50.0, weight)))), tuple(why))


def _candidates(people: Sequence[Person], names: Names) -> Iterator[tuple[int, int]]:
    blocks: dict[Hashable, list[int]] = defaultdict(list)
    for at, person in enumerate(people):
        for key in set(_keys(person, names)):
            blocks[key].append(at)
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        if len(members) <= LARGEST:
            for pair in combinations(members, 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _keys(person: Person, names: Names) -> Iterable[Hashable]:
    words = name_words(person.name)
    if person.nhs:
        yield ("nhs", person.nhs)
    if person.phone:
        yield ("phone", phone_digits(person.phone))
    heads = {word[0] for word in words}
    if person.born:
        for head in heads:
            yield ("born", person.born, head)
        turned = neighbours(person.born)[w.SWAPPED]
        for day in turned:
            for head in heads:
                yield ("born", min(day, person.born), max(day, person.born), head)
    if person.postcode:
        for head in heads:
            yield ("home", compact_postcode(person.postcode), head)
    for word in words[-1:]:
        for key in names.keys(word):
            if person.born:
                yield ("year", person.born.year, key)

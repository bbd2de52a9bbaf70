"""Which pairs are worth comparing: those that share a key, out of all that could be made.

The keys are the telephone number, the postcode, the web page and the registered domain, the e-mail address, the two
rarest words of the name, the beginning of its words in alphabetical order, the place with the first letters of the
rarest word, and a house number with the rarest word of its street. A key that very many listings share says little:
within it, only those are compared that share a rare word of the name too, or all of its words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from triage.directory.traits import Rarity, Traits

CROWD = 40
"""Listings that share a key before it alone no longer makes pairs."""
START, LETTERS = 12, 4
"""Characters of the sorted name, and of the rarest word behind a place."""
_WEAK = "wsod"
"""Keys that many share by chance. In a crowd of one, only those with the very same words are paired."""


def pairs(rows: Sequence[Traits], rarity: Rarity) -> tuple[set[int], set[int]]:
    """Pairs of places in ``rows``, as ``smaller * len(rows) + larger``: a million of them stay small in memory.

    The first set shares something firm; what the second shares may be chance.
    """
    held: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        for key in set(_keys(row, rarity)):
            held[key].append(at)
    many = len(rows)
    firm: set[int] = set()
    loose: set[int] = set()
    for key, members in held.items():
        weak = key[0] in _WEAK
        found = loose if weak else firm
        for group in (members,) if len(members) <= CROWD else _crowd(members, rows, rarity, weak=weak):
            found.update(one * many + two for one, two in combinations(group, 2))
    return firm, loose - firm


def _crowd(members: Sequence[int], rows: Sequence[Traits], rarity: Rarity, *, weak: bool) -> Iterator[list[int]]:
    held: dict[str, list[int]] = defaultdict(list)
    for at in members:
        for each in [_sorted(rows[at])] if weak else _rarest(rows[at], rarity, 2):
            held[each].append(at)
    yield from (group for group in held.values() if 1 < len(group) <= CROWD)


def _sorted(row: Traits) -> str:
    return " ".join(sorted(row.words))


def _rarest(row: Traits, rarity: Rarity, most: int) -> list[str]:
    return sorted(row.words, key=lambda each: (-rarity.name[each], each))[:most]


def _keys(row: Traits, rarity: Rarity) -> Iterator[str]:
    yield from (f"t{number}" for number in row.phones)
    if row.postcode:
        yield f"p{row.postcode}"
    if row.page:
        yield f"u{row.page}"
    if row.host:
        yield f"h{row.host}"
    if row.email:
        yield f"e{row.email}"
    rare = _rarest(row, rarity, 2)
    yield from (f"w{each}" for each in rare)
    start = _sorted(row)[:START]
    if start:
        yield f"s{start}"
    if rare and row.area:
        yield f"o{row.area} {rare[0][:LETTERS]}"
    if row.doors and row.street:
        street = max(row.street, key=lambda each: (rarity.street[each], each))
        yield from (f"d{door} {street}" for door in row.doors)

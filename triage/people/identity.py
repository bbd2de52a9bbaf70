"""The identity check: does what the caller says agree with the record? The record is never read out for it.

Two points of name, date of birth, address, phone and reference must agree before a record is opened.
"""

from __future__ import annotations

from itertools import pairwise

from triage.people import weights as w
from triage.people.form import Heard, Names, Person, compact_postcode, fold, name_words, phone_digits
from triage.people.likeness import word_level

POINTS = ("name", "date of birth", "address", "phone", "reference")
NEEDED = 2
"""How many must agree."""


def agrees(person: Person, heard: Heard, names: Names, *, said: str = "", number: str = "") -> dict[str, bool | None]:
    """Each point: whether it agrees, ``None`` when nothing was said of it or the record doesn't know.

    ``said`` is what was typed, for an address; ``number`` a reference or an NHS number. Stricter than the search: a
    date must be the very day, a postcode the whole of it.
    """
    kept = [name_words(person.name)]
    found: dict[str, bool | None] = dict.fromkeys(POINTS)
    if heard.words and any(kept):
        found["name"] = any(_same_name(heard.words, words, names) for words in kept) or None
        if found["name"] is None and not _address(said, person):
            found["name"] = False
    if heard.born and person.born:
        found["date of birth"] = heard.born == person.born
    if len(heard.postcode) > 4 and person.postcode:
        found["address"] = heard.postcode == compact_postcode(person.postcode)
    elif said and person.address and _address(said, person):
        found["address"] = True
    if len(heard.phone) >= 9 and person.phone:
        found["phone"] = heard.phone == phone_digits(person.phone)
    known = {"".join(c for c in fold(n) if c.isalnum()) for n in (person.nhs, person.reference) if n}
    given = "".join(c for c in fold(number) if c.isalnum())
    if given and known:
        found["reference"] = given in known
    return found


def enough(points: dict[str, bool | None]) -> bool:
    """Whether enough points agree and none speaks against it."""
    return sum(v is True for v in points.values()) >= NEEDED


def _same_name(said: tuple[str, ...], kept: tuple[str, ...], names: Names) -> bool:
    """A given and a family name must both be among the kept words, or sound like one of them."""
    good = (w.EXACT, w.SHORT, w.SOUNDS)
    matched = [any(word_level(s, k, names) in good for k in kept) for s in said]
    return sum(matched) >= min(2, len(kept)) and len(said) >= min(2, len(kept))


def _address(said: str, person: Person) -> bool:
    """House number and the first word of the street."""
    told, kept = fold(said).replace(",", " ").split(), fold(person.address).replace(",", " ").split()
    return len(kept) > 1 and any(a == kept[0] and b == kept[1] for a, b in pairwise(told))

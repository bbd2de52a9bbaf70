"""The reasons behind a score, in words that whoever looks after the directory reads."""

from __future__ import annotations

from triage.directory.likeness import WEIGHTS, Alike
from triage.model import Listing

LEAST = 0.3
"""Logits from which a measure is worth a word."""


def grounds(one: Listing, two: Listing, alike: Alike) -> tuple[str, ...]:
    """What speaks for the two being one, the weightiest first."""
    said = {
        "name": "same name" if alike.measures.get("name", 0.0) == 1 else "names agree",
        "cross": "the one’s name stands in the other’s name or address",
        "owner": "same organisation",
        "phone": f"same phone {one.phone or two.phone}",
        "postcode": f"same postcode {one.postcode}",
        "area": f"same area {one.postcode}",
        "door": "same house number",
        "street": "same street" if alike.measures.get("street", 0.0) > 0.9 else "addresses agree",
        "web": "same website",
        "page": "same page on the web",
        "email": f"same e-mail {one.email}",
        "about": "descriptions agree",
        "near": "the same point on the map",
    }
    if alike.measures.get("name", 0.0) == 1:
        said.pop("cross")
    return _ordered(said, alike, 1)


def against(one: Listing, two: Listing, alike: Alike) -> tuple[str, ...]:
    """What speaks against it."""
    return _ordered(
        {
            "rest": "each name has words of its own",
            "figures": "the names say different groups",
            "sort_other": "they are different sorts of things",
            "part": "the one is a service of the other",
            "listed": "one source lists both, under other names",
            "own_words": "the names speak of different things",
            "sites": "nothing says that they are at one place",
            "phone_other": f"other phone: {one.phone} / {two.phone}",
            "phone_crowd": "many listings have this phone",
            "postcode_other": f"other postcode: {one.postcode} / {two.postcode}",
            "postcode_crowd": "many listings have this postcode",
            "area_other": "another part of town",
            "door_other": "other house number",
            "web_other": "other website",
            "web_crowd": "many listings have this website",
            "about_other": "descriptions have nothing in common",
            "days_other": "on other days",
            "far": "not the same place on the map",
        },
        alike,
        -1,
    )


def _ordered(said: dict[str, str], alike: Alike, sign: int) -> tuple[str, ...]:
    weighed = ((sign * WEIGHTS[name] * value, said[name]) for name, value in alike.measures.items() if name in said)
    return tuple(words for weight, words in sorted(weighed, key=lambda pair: -pair[0]) if weight >= LEAST)

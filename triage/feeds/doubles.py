"""Listings that may be the same service: a name they share, with a postcode, a telephone number or a site to back it.

This only counts and names them, so that an import can say so; nobody is merged here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from triage.model import Listing

MOST = 6
"""Listings of one key beyond which it says nothing: a chain, or a switchboard."""


def pairs(fresh: Iterable[Listing], others: Iterable[Listing] = ()) -> Iterator[tuple[tuple[str, str], str]]:
    """Each pair once, with the reason; at least one of the two is among ``fresh``."""
    fresh = list(fresh)
    new = {each.id for each in fresh}
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in (*fresh, *others):
        name = "".join(re.findall(r"\w", each.name.casefold()))
        for what, fact in (("postcode", each.postcode), ("telephone number", each.phone), ("address", each.address)):
            if fact and name:
                groups[what, fact.casefold(), name].append(each.id)
    told: set[tuple[str, str]] = set()
    for (what, _, _), ids in groups.items():
        if len(ids) > MOST:
            continue
        for one, two in combinations(sorted(set(ids)), 2):
            if (one, two) not in told and (one in new or two in new):
                told.add((one, two))
                yield (one, two), f"the same name and {what}"

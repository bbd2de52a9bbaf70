"""When the demonstration's listings happen."""

from __future__ import annotations

import random
import re
from typing import Any

from words import Kind

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SAYS_WHEN = {
    "Saturday": "sat",
    "Sunday": "sun",
    r"Morning|Breakfast|Elevenses|First Light|Dawn": "am",
    "Afternoon|Matinee": "pm",
    r"Evening|Night|Supper|After Work": "eve",
}
"""A name that says when must be right: the part of the day that goes with a word in it."""


def schedule(rng: random.Random, kind: Kind, name: str) -> tuple[list[dict[str, Any]], list[str], str, str]:
    """The times, the days in words, and when it starts and ends in words."""
    often = kind.settings.get("freq", "w")
    if often == "x":
        return [], [], "", ""
    part = rng.choice(kind.each("time", "am"))
    part = next((then for word, then in SAYS_WHEN.items() if re.search(word, name)), part)
    starts = {
        "am": (9.5, 10, 10, 10.5, 11),
        "lunch": (11.5, 12, 12, 12.5),
        "pm": (13, 13.5, 14, 14, 14.5),
        "after": (15.5, 15.75, 16),
        "eve": (18, 18.5, 19, 19, 19.5),
        "sat": (9.5, 10, 10, 11),
        "sun": (13, 14, 15),
        "dawn": (7, 7.5, 8),
        "all": (9, 9.5, 10),
    }[part]
    start = rng.choice(starts)
    hours = float(kind.settings.get("h", "2" if part != "all" else "6"))
    length = max(0.75, hours + rng.choice((-0.5, 0, 0, 0, 0.5) if hours > 1 else (-0.25, 0, 0, 0.25)))
    end = start + length
    day = {"sat": 5, "sun": 6}.get(part, rng.randrange(5))
    said = next((n for n, word in enumerate(NAMES) if word in name), None)
    day = day if said is None else said
    days = [day]
    rule: dict[str, Any] = {}
    if often == "o":
        days = list(range(5))
    elif often == "d":
        days = sorted(rng.sample(range(5), rng.choice((2, 2, 3))))
    else:
        dice = rng.random()
        if often == "m" or dice > 0.88:
            rule = {"freq": "MONTHLY"}
        elif dice > 0.8:
            rule = {"interval": 2}
    byday = [DAYS[d] for d in days]
    if rule.get("freq"):
        byday = [f"{rng.choice((1, 2, 3, 4, 1, -1))}{DAYS[day]}"]
    made: dict[str, Any] = {"byday": byday, "opens_at": clock(start), "closes_at": clock(end), **rule}
    note = rng.random()
    if note < 0.14 and part not in ("sat", "sun"):
        made["description"] = "Term time only"
    elif note < 0.19:
        made["description"] = rng.choice(["Not bank holidays", "Closed in August", "Not the week of Christmas"])
    plain = [NAMES[d] for d in days] if not rule else []
    return [made], plain, spoken(start), spoken(end)


def clock(hours: float) -> str:
    """10.5 as 10:30:00."""
    return f"{int(hours):02}:{round(hours % 1 * 60):02}:00"


def spoken(hours: float) -> str:
    """10.5 as 10.30am, as people write it."""
    minutes = round(hours % 1 * 60)
    hour = int(hours) % 12 or 12
    if int(hours) == 12 and not minutes:
        return "noon"
    return f"{hour}{f'.{minutes:02}' if minutes else ''}{'am' if hours < 12 else 'pm'}"

"""Times, dates and listings in plain English, as a caller reads or hears them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from triage.model import Listing, Schedule, Slot

STALE = 183
"""Days after which a listing says “ask before you go”: half a year."""

KM_PER_MILE = 1.609344
PLEASE_ASK = "please ask"
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_YEAR = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = {name[:2].upper(): name for name in _WEEK}
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_OVERRIDES = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean(words: str) -> str:
    """One line, without control characters or hidden changes of direction that a feed may carry."""
    shown = "".join(" " if unicodedata.category(c) == "Cc" else c for c in words)
    return " ".join(shown.translate(_OVERRIDES).split())


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    words = clean(words)
    if not words:
        return ""
    return words[:1].upper() + words[1:] + ("" if words[-1] in ".!?…" else ".")


def series(words: Sequence[str]) -> str:
    """``A, B and C``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def day(when: date) -> str:
    """``Tuesday 1 December 2026``, whatever the machine's language."""
    return f"{_WEEK[when.weekday()]} {when.day} {_YEAR[when.month - 1]} {when.year}"


def clock(when: time | datetime) -> str:
    """``10am``, ``2:30pm``, ``midday``."""
    if when.minute == 0 and when.hour in (0, 12):
        return "midday" if when.hour else "midnight"
    minutes = f":{when.minute:02}" if when.minute else ""
    return f"{(when.hour - 1) % 12 + 1}{minutes}{'am' if when.hour < 12 else 'pm'}"


def slot_time(slot: Slot) -> str:
    """``Tuesday 1 December 2026, 10am to 10:45am``."""
    return f"{day(slot.start)}, {clock(slot.start)} to {clock(slot.end)}"


def times(schedules: Iterable[Schedule]) -> str:
    """When something runs: ``Monday to Friday, 10am to midday; first Saturday of the month``; ``""`` if unknown."""
    rows: dict[tuple[object, ...], list[str]] = {}
    for one in schedules:
        key = (one.freq, one.interval, one.opens_at, one.closes_at, clean(one.description))
        rows.setdefault(key, []).extend(one.byday)
    return "; ".join(filter(None, (_row(days, *key) for key, days in rows.items())))  # type: ignore[arg-type]


def _row(days: list[str], freq: str, interval: int, opens: time | None, closes: time | None, note: str) -> str:
    on = _monthly(days) if freq == "MONTHLY" else _weekly(days)
    if interval == 2:
        on = f"every other {'month' if freq == 'MONTHLY' else 'week'}" + (f", {on}" if on else "")
    elif interval > 2:
        on = f"every {interval} {'months' if freq == 'MONTHLY' else 'weeks'}" + (f", {on}" if on else "")
    hours = f"{clock(opens)} to {clock(closes)}" if opens and closes else f"from {clock(opens)}" if opens else ""
    return ", ".join(filter(None, (on, hours, note)))


def _weekly(days: list[str]) -> str:
    order = list(_DAYS)
    held = sorted({d for d in days if d in _DAYS}, key=order.index)
    first = order.index(held[0]) if held else 0
    if len(held) > 2 and held == order[first : first + len(held)]:
        return "every day" if len(held) == 7 else f"{_DAYS[held[0]]} to {_DAYS[held[-1]]}"
    return series([_DAYS[d] for d in held])


def _monthly(days: list[str]) -> str:
    named = [f"{_NTH.get(d[:-2], d[:-2])} {_DAYS.get(d[-2:], d[-2:])}".strip() for d in days]
    return f"{series(named)} of the month" if named else "once a month"


def who_for(listing: Listing) -> str:
    """Who may come."""
    low, high = listing.minimum_age, listing.maximum_age
    ages = ""
    if low and high:
        ages = f"aged {low} to {high}"
    elif low:
        ages = f"aged {low} and over"
    elif high:
        ages = f"aged up to {high}"
    words = clean(listing.eligibility)
    if words and ages and not any(str(n) in words for n in (low, high) if n):
        return f"{words.rstrip('.')}; {ages}"
    return words or (f"People {ages}" if ages else PLEASE_ASK)


def cost(listing: Listing) -> str:
    """What it costs."""
    if listing.fees:
        return clean(listing.fees)
    return {True: "Free", False: "there is a charge; please ask how much", None: PLEASE_ASK}[listing.free]


def where(listing: Listing, km: float | None = None) -> str:
    """The address, and how far it is when that is known."""
    place = clean(listing.address)
    if listing.postcode and listing.postcode.replace(" ", "") not in place.replace(" ", ""):
        place = f"{place}, {clean(listing.postcode)}" if place else clean(listing.postcode)
    near = "" if km is None else f"about {distance(km)} away"
    return ", ".join(filter(None, (place or ("" if near else PLEASE_ASK), near)))


def distance(km: float) -> str:
    """In miles, as callers reckon: to the tenth below ten, and never less than a tenth."""
    miles = max(km / KM_PER_MILE, 0.1)
    shown = f"{miles:.1f}".removesuffix(".0") if miles < 10 else f"{miles:.0f}"
    return f"{shown} mile{'' if shown == '1' else 's'}"


def getting_in(listing: Listing) -> str:
    """What to do to join."""
    return clean(listing.application_process) or PLEASE_ASK


def getting_there(listing: Listing) -> str:
    """Transport and access, as far as they are known."""
    return "; ".join(filter(None, (clean(listing.transportation), clean(", ".join(listing.accessibility)))))


def checked(listing: Listing) -> str:
    """When it was last checked."""
    return f"Last checked on {day(listing.fresh)}" if listing.fresh else "We don’t know when this was last checked"


def warnings(listing: Listing, today: date) -> tuple[str, ...]:
    """What a caller must be told before they set out; none for a fresh listing with nothing odd."""
    found = [sentence(listing.alert)] if listing.alert else []
    age = listing.age(today)
    if listing.status != "current":
        found.append(f"Ask before you go: we have it down as {clean(listing.status)}.")
    elif age is None or age > STALE:
        found.append("Ask before you go: this may be out of date.")
    elif listing.check:
        found.append("Ask before you go: we are not sure of every detail.")
    if listing.room is False:
        found.append("It was full when we last heard: ask if there is a place.")
    return tuple(found)

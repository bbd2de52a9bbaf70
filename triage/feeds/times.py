"""Opening times in a dozen spellings, as :class:`~triage.model.Schedule` values.

Times are those on the wall where the service is: an offset or a ``Z`` behind them is dropped, because feeds add it to
local times. What can't be understood whole is kept as a description and gives no days, so that nothing false is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from typing import Any, Literal

from triage.feeds.text import plain
from triage.model import Schedule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur|r)?(?:day)?s?"
_ONE = re.compile(rf"\b{_DAY}\b", re.I)
_RANGE = re.compile(rf"\b{_DAY}\.?\s*(?:-|–|—|to|until|through|thru)\s*{_DAY}\b", re.I)
_EVERY = re.compile(r"\b(?:every\s?day|daily|7 days(?: a week)?|seven days(?: a week)?)\b", re.I)
_WORKING = re.compile(r"\b(?:week\s?days?|working days)\b", re.I)
_WEEKEND = re.compile(r"\bweekends?\b", re.I)
_NTH = re.compile(rf"\b(1st|2nd|3rd|4th|first|second|third|fourth|last)\s+{_DAY}\b", re.I)
_NUMBERS = {
    "1st": "1",
    "first": "1",
    "2nd": "2",
    "second": "2",
    "3rd": "3",
    "third": "3",
    "4th": "4",
    "fourth": "4",
    "last": "-1",
}
_CLOCK = (
    r"(?:\d{1,2}(?:[:.h]\d{2}){0,2}\s*(?:[ap]\.?\s?m\b\.?|noon|midday|midnight)?|\d{4}(?:\s*hrs)?|noon|midday|midnight)"
)
_HOURS = re.compile(rf"(?<![\d£])({_CLOCK})\s*(?:-|–|—|to|until|till|til)\s*({_CLOCK})(?!\d)", re.I)
_FORTNIGHT = re.compile(r"\b(?:fortnightly|every (?:other|two|2|second) weeks?|alternate)\b", re.I)
_ALWAYS = re.compile(r"\b24\s*(?:hours?|hrs)\b|\b24/7\b", re.I)
_EXCEPT = re.compile(r"\b(?:except|excluding|not|closed|apart from)\b", re.I)
_SHUT = re.compile(rf"^\W*(?:(?:and|to|{_DAY})\W*)+:?\s*closed\W*$|^\W*closed\b.*", re.I)
_FILLER = re.compile(
    r"\b(?:open|opening|hours?|times?|from|between|every|each|on|and|of|the|month|monthly|week|weekly|am|pm|to|at|only|"
    r"mornings?|afternoons?|evenings?|sessions?|drop|in|fortnightly|term)\b|[^\w]",
    re.I,
)


def clock(value: Any) -> time | None:
    """A time of day: ``9am``, ``09:00:00Z``, ``9.30 p.m.``, ``0930``, ``noon``, ``0.375`` of a day; else ``None``."""
    return _clock(plain(value))[0]


def _clock(text: str) -> tuple[time | None, bool]:
    """The time, and whether the text itself said which half of the day."""
    said = text.casefold().replace(" ", "").replace("hrs", "")
    if "t" in said and re.match(r"\d{4}-\d\d-\d\dt", said):
        said = said.partition("t")[2]
    said = re.sub(r"(?:z|[+-]\d\d:?\d\d|\.\d{3,})+$", "", said) if ":" in said else said
    if said in ("noon", "midday", "12noon", "12midday", "12:00noon"):
        return time(12), True
    if said in ("midnight", "12midnight", "24:00", "24:00:00"):
        return time(23, 59), True
    if re.fullmatch(r"0\.\d+", said):
        minutes = round(float(said) * 1440)
        return (time(minutes // 60, minutes % 60), True) if minutes < 1440 else (None, False)
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2}))?([ap])?\.?m?\.?", said)
    found = found or re.fullmatch(r"(\d{2})(\d{2})()()", said)
    if not found or (not found[4] and "m" in said):
        return None, False
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return (time(hour, minute), True) if hour < 24 and minute < 60 else (None, False)
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    if hour > 23 or minute > 59:
        return None, False
    return time(hour, minute), bool(found[4]) or hour > 12 or said.startswith("0")


def pair(opens: Any, closes: Any) -> tuple[time | None, time | None]:
    """Opening and closing; *2–4pm* opens in the afternoon, *9–5* closes in it, *1–5* lies in it."""
    (first, sure), (last, told) = _clock(plain(opens)), _clock(plain(closes))
    if first and last and not sure and told and first.hour < 12:
        later = first.replace(hour=first.hour + 12)
        if later < last and (first.hour < 7 or first > last):
            first = later
    if (
        first
        and last
        and time(0) < last <= first
        and last.hour < 12
        and not re.search(r"[ap]\.?\s?m", plain(closes), re.I)
    ):
        last = last.replace(hour=last.hour + 12)
    if first and last and not sure and not told and 1 <= first.hour < 7 and first < last and last.hour < 12:
        first, last = first.replace(hour=first.hour + 12), last.replace(hour=last.hour + 12)
    if first is not None and last == time(0):
        return first, time(23, 59)
    return first, last


def weekdays(text: Any) -> tuple[str, ...]:
    """The days of the week named in a text, Monday first: ``Mon-Fri``, ``TU,TH``, ``Saturdays and Sundays``, ``1``."""
    said = plain(text)
    if not said:
        return ()
    codes = [code.strip().upper() for code in re.split(r"[,\s]+", said) if code.strip()]
    if codes and all(re.fullmatch(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)", code) for code in codes):
        return tuple(dict.fromkeys(code.lstrip("+") for code in codes))
    if re.fullmatch(r"[1-7]", said):
        return (DAYS[int(said) - 1],)
    found: set[str] = set()
    for span in _RANGE.finditer(said):
        first, last = _code(span[1]), _code(span[2])
        step = (last - first) % 7
        found |= {DAYS[(first + i) % 7] for i in range(step + 1)}
    found |= {DAYS[_code(one[1])] for one in _ONE.finditer(said)}
    found |= set(DAYS) if _EVERY.search(said) else set()
    found |= set(DAYS[:5]) if _WORKING.search(said) else set()
    found |= set(DAYS[5:]) if _WEEKEND.search(said) else set()
    return tuple(day for day in DAYS if day in found)


def _code(name: str) -> int:
    return [day.lower() for day in DAYS].index(name[:2].lower())


def spoken(text: Any, byday: tuple[str, ...] = ()) -> tuple[Schedule, ...]:
    """The schedules in a sentence such as *Mon–Fri 9am–5pm; Sat 10–1*; hours alone belong to ``byday``."""
    said = plain(text)
    if not said or said.casefold() in ("closed", "none", "yes", "no"):
        return ()
    found: list[Schedule] = []
    waiting: list[tuple[time | None, time | None]] = []
    days, freq = byday, False
    rest: list[str] = []
    for piece in re.split(r"[;,\n|]|\.\s|\s&\s(?=\D)|\band\b(?=\s*(?:mon|tue|wed|thu|fri|sat|sun)\w*\s+\d)", said):
        if _SHUT.search(piece):
            continue
        nth = tuple(_NUMBERS[n[1].casefold()] + DAYS[_code(n[2])] for n in _NTH.finditer(piece))
        named = weekdays(piece)
        days, freq = (nth, True) if nth else (named, False) if named else (days, freq)
        if named and found and not found[-1].opens_at:
            both = {*found.pop().byday, *named}
            days = tuple(day for day in DAYS if day in both)
        hours = [pair(*span.groups()) for span in _HOURS.finditer(piece)]
        hours = hours or ([(time(0), time(23, 59))] if _ALWAYS.search(piece) else [])
        if any(_either(*span.groups()) for span in _HOURS.finditer(piece)):
            return (Schedule(days, description=said),)
        if hours and not days:
            waiting = hours
        hours = hours or (waiting if named or nth else [])
        every = 2 if _FORTNIGHT.search(said) and not freq else 1
        how: Literal["WEEKLY", "MONTHLY"] = "MONTHLY" if freq else "WEEKLY"
        if hours and not named and not nth and found and not found[-1].opens_at:
            found.pop()
        if days and hours:
            found += [Schedule(days, first, last, how, every) for first, last in hours]
        elif named or nth:
            found.append(Schedule(days, None, None, how, every))
        rest.append(_left(piece))
    if not found or len(_FILLER.sub("", " ".join(rest))) > 12:
        days = found[0].byday if found and not _EXCEPT.search(said) else ()
        return (Schedule(days, *(_first(found) if days else (None, None)), description=said),)
    return merged(found)


def _either(opens: str, closes: str) -> bool:
    """Whether *7–9* may be a morning or an evening."""
    (first, sure), (last, told) = _clock(opens), _clock(closes)
    if not first or not last or sure or told:
        return False
    return first.hour in (7, 8) and first < last and last.hour < 12


def _first(found: list[Schedule]) -> tuple[time | None, time | None]:
    return (found[0].opens_at, found[0].closes_at) if len(found) == 1 else (None, None)


def _left(piece: str) -> str:
    """What of a piece wasn't understood."""
    for pattern in (_RANGE, _NTH, _ONE, _HOURS, _EVERY, _WORKING, _WEEKEND, _ALWAYS, _FORTNIGHT):
        piece = pattern.sub(" ", piece)
    return piece


def merged(schedules: Iterable[Schedule]) -> tuple[Schedule, ...]:
    """Rows of single days that share their hours, as one."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for each in schedules:
        key = (each.opens_at, each.closes_at, each.freq, each.interval, each.description)
        found.setdefault(key, []).extend(each.byday)
    made = []
    for (opens, closes, freq, interval, words), days in found.items():
        order = sorted(dict.fromkeys(days), key=lambda d: (DAYS.index(d[-2:]), d))
        made.append(Schedule(tuple(order), opens, closes, freq, interval, words))
    return tuple(made)

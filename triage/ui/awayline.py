"""A line such as ``dean-h 30 nov to 2 dec sickness`` -> who is away when, and why. An extra session reads alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from triage.diary import Diary
from triage.diary.changes import WHYS
from triage.errors import BadAnswer

_HOURS = re.compile(r"(\d{1,2})[:.](\d\d)\s*(?:-|–|to)\s*(\d{1,2})[:.](\d\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """What was read; ``who`` is empty for everybody, ``type`` a kind of appointment when one was named."""

    who: str
    day: date
    until: date
    between: tuple[time, time] | None
    why: str
    type: str = ""


def read_away(line: str, diary: Diary, today: date) -> Said:
    """What the line says; :class:`BadAnswer` for what is missing. A day without a year is the next such day."""
    text, between = line.casefold(), None
    if hours := _HOURS.search(text):
        try:
            between = time(int(hours[1]), int(hours[2])), time(int(hours[3]), int(hours[4]))
        except ValueError:
            raise BadAnswer("hours", f"“{hours[0]}” are no times of a day") from None
        text = text.replace(hours[0], " ")
    words = text.split()
    who = next((r for r in diary.resources if r in words), "")
    if not who and not {"all", "everybody"} & set(words):
        who = _nearest(words, diary)
    why = next((w for w in WHYS if w in words), "leave")
    kind = next((t for t in diary.types if t in words), "")
    named = diary.resources[who].name.casefold().split() if who else []
    idle = {who, why, kind, *named, "all", "everybody", "from", "on"}
    rest = " ".join("to" if w == "until" else w for w in words if w not in idle)
    days = [_day(part, today) for part in re.split(r"\bto\b|–|\s-\s", rest) if part.strip()]
    if not days:
        raise BadAnswer("day", "say which day, such as 30 nov")
    return Said(who, days[0], days[-1], between, why, kind)


def _day(words: str, today: date) -> date:
    from dateutil import parser

    if words.strip() in ("today", "tomorrow"):
        return today + timedelta(days=words.strip() == "tomorrow")
    try:
        found = parser.parse(words, dayfirst=not words.strip()[:4].isdigit(), default=datetime(today.year, 1, 1)).date()
    except (ValueError, OverflowError):
        raise BadAnswer("day", f"“{words.strip()}” is not a day such as 30 nov") from None
    if str(found.year) in words:
        return found
    if found.year != today.year:
        raise BadAnswer("day", f"“{words.strip()}” is not a day such as 30 nov")
    return found if found >= today else found.replace(year=found.year + 1)


def _nearest(words: list[str], diary: Diary) -> str:
    from rapidfuzz import process

    first = words[0] if words else ""
    named = {r.id: r.name.casefold() for r in diary.resources.values()}
    heard = [i for i, name in named.items() if first and first in name.split()]
    if len(heard) == 1:
        return heard[0]
    best = process.extractOne(first, list(diary.resources))
    raise BadAnswer("who", f"there is no “{first}” in this diary", best[0] if best else "")

"""What kind of time somebody would like, in words: ``carers cv6 tue pm``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import time

from triage.diary.diary import Diary
from triage.diary.form import WEEKDAYS
from triage.model import Slot

PARTS = {"morning": (time(0), time(12)), "afternoon": (time(12), time(17)), "evening": (time(17), time.max)}
"""Parts of the day, by the local time at which an appointment starts."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTS = {"am": "morning", "pm": "afternoon", "eve": "evening", **{part: part for part in PARTS}}
_MODES = {"phone": "phone", "office": "office", "visit": "home visit", "home": "home visit", "ot": "OT"}
_IDLE = frozenset(("a", "an", "the", "on", "in", "at", "near", "next", "free", "for", "any", "time", "slot", "with"))
_UNIT = re.compile(r"[0-9][a-z]{2}")
_DISTRICT = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)([0-9][a-z]{0,2})?")


@dataclass(frozen=True, slots=True)
class Find:
    """What is looked for; what is empty doesn't matter. ``lost`` are the words that weren't understood."""

    type: str = ""
    near: str = ""
    days: tuple[str, ...] = ()
    part: str = ""
    lost: tuple[str, ...] = ()

    def fits(self, slot: Slot, diary: Diary) -> bool:
        """Whether a time is of that kind. Near a district are those who serve it."""
        begins, ends = PARTS.get(self.part, (time.min, time.max))
        return (
            self.type in ("", slot.type.id)
            and (not self.days or WEEKDAYS[slot.start.weekday()] in self.days)
            and begins <= slot.start.time() < ends
            and (not self.near or diary.resources[slot.resource].serves(self.near))
        )

    def order(self, slots: Iterable[Slot], diary: Diary) -> tuple[Slot, ...]:
        """The times that fit, soonest first; at the same time first who is there for this district above all."""
        found = [s for s in slots if self.fits(s, diary)]
        return tuple(sorted(found, key=lambda s: (s.start, not _above_all(diary, s, self.near), s.resource)))

    @property
    def words(self) -> str:
        """As it is read back: ``Tuesday afternoon near CV6``."""
        days = ", ".join(DAYS[WEEKDAYS.index(day)] for day in self.days)
        return " ".join(word for word in (days, self.part, self.near and f"near {self.near}") if word)


def read(words: str, diary: Diary, place: Callable[[str], str] = lambda name: "", was: Find | None = None) -> Find:
    """What was typed, in any order; ``place`` gives the postcode district of a neighbourhood.

    Beginnings of words do, as far as they can mean only one thing. What isn't said is as it ``was``.
    """
    found, lost, days = replace(was or Find(), lost=()), [], []
    for typed in re.findall(r"[\w’'-]+", words.casefold()):
        word = typed.strip("’'-")
        if word in _IDLE or not word or (_UNIT.fullmatch(word) and found.near):
            continue
        day = next((d for d, name in zip(WEEKDAYS, DAYS, strict=True) if _begins(word, name.lower(), 2)), "")
        district = _DISTRICT.fullmatch(word)
        if day:
            days.append(day)
        elif part := _PARTS.get(word) or next((p for p in PARTS if _begins(word, p, 3)), ""):
            found = replace(found, part=part)
        elif kind := _kind(word, diary):
            found = replace(found, type=kind)
        elif district:
            found = replace(found, near=district[1].upper())
        elif near := place(word):
            found = replace(found, near=near)
        else:
            lost.append(word)
    return replace(found, days=tuple(days) or found.days, lost=tuple(lost))


def _kind(word: str, diary: Diary) -> str:
    if word in diary.types:
        return word
    named = [t.id for t in diary.types.values() if any(_begins(word, w, 2) for w in _words(t.id, t.name))]
    moded = [t.id for t in diary.types.values() if t.mode == _MODES.get(word)]
    return next(iter(moded or named), "") if len(moded or named) == 1 else ""


def _words(type_id: str, name: str) -> list[str]:
    return re.findall(r"\w+", f"{type_id} {name}".casefold())


def _begins(word: str, whole: str, least: int) -> bool:
    return len(word) >= least and whole.startswith(word)


def _above_all(diary: Diary, slot: Slot, district: str) -> bool:
    return bool(district) and district in diary.resources[slot.resource].areas

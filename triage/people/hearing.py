"""What stands in one line typed while somebody speaks: a name, a date of birth, a postcode, a number, in any order."""

from __future__ import annotations

import re
from datetime import date

from triage.people.form import Heard, compact_postcode, fold, name_words, phone_digits

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OLDEST = 110
"""Years: nobody is older."""

_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_DAYS = (
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), "ymd"),
    (re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b"), "dmy"),
    (re.compile(r"(?<!\d)(?<!\d )(\d{1,2}) (\d{1,2}) ((?:19|20)\d{2})\b"), "dmy"),
    (re.compile(r"(?<!\d)(\d{2})(\d{2})((?:19|20)\d{2})(?!\d)"), "dmy"),
    (re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? (\d{{4}}|\d{{2}})\b"), "dmy"),
    (re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}|\d{{2}})\b"), "mdy"),
)
_PHONE = re.compile(r"(?<![a-z\d])\+?\(?\d[\d ()-]{4,}\d(?![a-z\d])")
_POSTCODE = re.compile(r"(?<![a-z\d])([a-z]{1,2}\d[a-z\d]?) ?(\d[a-z]{2}|\d[a-z]?(?= *$))(?![a-z\d])")
_OUTWARD = re.compile(r"(?<![a-z\d'])([a-z]{1,2}\d[a-z\d]?)(?![a-z\d])")
_REFERENCE = re.compile(r"(?<![a-z\d])(?=[a-z]*\d)(?=\d*[a-z])[a-hjkmnp-z2-9]{7}(?![a-z\d])")
_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")


def hear(text: str, today: date) -> Heard:
    """What was typed, taken apart. ``today`` bounds dates of birth; two digits are a year of the 1900s if that fits."""
    rest = fold(text)
    born, rest = _born(rest, today)
    postcode, rest = _take(_POSTCODE, rest)
    if not postcode:
        reference, rest = _take(_REFERENCE, rest)
        postcode, rest = _take(_OUTWARD, rest)
    else:
        reference, rest = "", rest
    phone, rest = _take(_PHONE, rest)
    year = None
    if born is None:
        told, rest = _take(_YEAR, rest)
        year = int(told) if told and today.year - OLDEST <= int(told) <= today.year else None
    head, comma, tail = rest.partition(",")
    swapped = bool(comma and name_words(head) and name_words(tail))
    return Heard(
        name_words(f"{tail} {head}" if swapped else rest),
        born,
        year,
        compact_postcode(postcode),
        phone_digits(phone),
        reference.upper(),
        swapped,
        ended=not text or not text[-1].isalpha(),
    )


def day_of(text: str) -> date | None:
    """A day kept as an answer (``1944-03-03``)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    found = pattern.search(text)
    return (found[0], f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def _born(text: str, today: date) -> tuple[date | None, str]:
    for pattern, order in _DAYS:
        for found in pattern.finditer(text):
            part = dict(zip(order, found.groups(), strict=True))
            month = MONTHS.index(part["m"][:3]) + 1 if part["m"].isalpha() else int(part["m"])
            day = _day(int(part["y"]), month, int(part["d"]), today)
            if day is not None:
                return day, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _day(year: int, month: int, day: int, today: date) -> date | None:
    """The day; month and day the other way round when only that is one."""
    if year < 100:
        year += 1900 if today.year - (1900 + year) <= OLDEST else 2000
    for m, d in ((month, day), (day, month)):
        try:
            made = date(year, m, d)
        except ValueError:
            continue
        return made if today.year - OLDEST <= made.year and made <= today else None
    return None

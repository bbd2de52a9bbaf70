"""Single facts as people write them: telephone numbers, postcodes, addresses on the web, ages, days, yes and no.

Each function gives the fact in one form, or nothing. What only *might* be wrong is kept as it was written: a number
that no table knows may still be answered.
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from triage.feeds.text import plain

OLDEST = 100
"""An age from which “up to” means that there is no limit."""
_EMAIL = re.compile(r"[\w.+'’&-]+@[\w-]+(?:\.[\w-]+)+", re.A)
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"',;|]+|\b(?:[\w-]+\.)+(?:uk|org|com|net|info|co|gov|london|eu|io)\b[^\s<>\"',;|]*",
    re.I,
)
_JUNK = re.compile(r"^https?:/*(?:www\.)?(?:example\.(?:com|org|net)|localhost|path/to|test\.com|domain\.com|$)", re.I)
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9OIL])([ABD-HJLNP-UW-Z]{2})\b", re.I)
_DIGITS = re.compile(r"\+?\(?\d[\d\s().+-]{1,22}\d")
_EXTENSION = re.compile(r"\s*(?:ext(?:ension)?\.?|x)\s*(\d{1,7})\b", re.I)
_SPLIT = re.compile(r"\s*(?:/|;|,|\||\n|\bor\b|\band\b|&)\s*", re.I)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YES = frozenset(["yes", "y", "true", "t", "1", "free", "ticked", "on", "x", "✓", "✔"])
_NO = frozenset(["no", "n", "false", "f", "0", "off"])


@lru_cache(maxsize=16384)
def phone(text: str, region: str = "GB") -> str:
    """A telephone number as it is dialled at home; two are joined by *or*. Freephone and other numbers of no place keep
    the groups that they are known by. A leading zero that a spreadsheet lost
    comes back; an extension stays. Numbers that no plan knows stay as written, without what isn't part of them.
    """
    found: list[str] = []
    for part in _SPLIT.split(_whole(text)):
        one = _number(part, region)
        if one and one not in found:
            found.append(one)
    return " or ".join(found[:2])


def _whole(text: str) -> str:
    """A number a spreadsheet took for a quantity (``1.61749E+09``, ``1617486414.0``) as its digits."""
    text = text.strip().strip("'\"").strip()
    if re.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d{1,2}|\d{9,12}\.0+", text):
        value = float(text)
        return str(int(value)) if value.is_integer() else text
    return text


def _number(text: str, region: str) -> str:
    import phonenumbers as plan

    if "@" in text:
        return ""
    found = _DIGITS.search(text)
    digits = re.sub(r"\D", "", found[0]) if found else ""
    if not digits:
        return ""
    extension = _EXTENSION.search(text, found.end() if found else 0)
    tail = f" ext {extension[1]}" if extension else ""
    written = " ".join(found[0].replace("(0)", "").split()) if found else ""
    if len(digits) < 7:
        return written + tail if len(digits) >= 3 else ""
    try:
        number = plan.parse(written, region)
    except plan.NumberParseException:
        return written + tail
    drama = str(number.national_number).startswith(("1632960", "7700900"))
    if re.fullmatch(r"0[38][\d ]+ [\d ]+" if not drama else r"0(?!0)\d* [\d ]+", written):
        return written + tail
    if not plan.is_valid_number(number) and not (drama and plan.is_possible_number(number)):
        return written + tail
    home = number.country_code in (44, plan.country_code_for_region(region))
    form = plan.PhoneNumberFormat.NATIONAL if home else plan.PhoneNumberFormat.INTERNATIONAL
    return plan.format_number(number, form) + tail


def address(text: str) -> str:
    """The lines of an address with a comma and a space between them; empty ones are left out."""
    return ", ".join(filter(None, (part.strip() for part in text.split(","))))


def postcode(text: Any) -> str:
    """A postcode with its space, in capitals; what isn't a British one is kept as it stands if it is short."""
    said = plain(text).upper()
    found = _POSTCODE.search(said)
    if found:
        return f"{found[1]} {found[2].translate(str.maketrans('OIL', '011'))}{found[3]}"
    joined = _POSTCODE.fullmatch(said.replace(" ", "").replace("-", "").replace(".", ""))
    if joined:
        return f"{joined[1]} {joined[2].translate(str.maketrans('OIL', '011'))}{joined[3]}"
    return said if len(said) <= 10 and any(c.isdigit() for c in said) else ""


def postcode_in(text: str) -> str:
    """The last British postcode somewhere in an address."""
    found = list(_POSTCODE.finditer(text))
    return postcode(found[-1][0]) if found else ""


def email(text: Any) -> str:
    """The first e-mail address in a field; examples from manuals are none."""
    found = _EMAIL.search(plain(text).replace("mailto:", "").replace(" @ ", "@"))
    made = found[0].strip(".'’").lower() if found else ""
    return "" if made.endswith(("@example.com", "@example.org", "@example.net", "@email.com")) else made


def url(text: Any) -> str:
    """The first web address in a field, with its scheme; placeholders are none."""
    said = _EMAIL.sub(" ", plain(text))
    found = _URL.search(said)
    if not found:
        return ""
    made = found[0].rstrip(").]")
    made = made if re.match(r"https?://", made, re.I) else f"https://{made}"
    return "" if _JUNK.match(made) or not re.match(r"https?://[^/]*\w\.\w", made, re.I) else made


def number(value: Any) -> float | None:
    """A finite number, also from text such as ``£4.50``."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        made = float(re.sub(r"[£$€,\s]", "", str(value)))
    except ValueError:
        return None
    return made if math.isfinite(made) else None


def age(value: Any, *, upper: bool = False) -> int | None:
    """Years; ``None`` for no limit: below 0, a lower one of 0, an upper one of 100 and more."""
    found = re.search(r"-?\d+(?:\.\d+)?", plain(value))
    years = int(float(found[0])) if found else -1
    if years < 0 or years >= OLDEST or (not upper and years == 0):
        return None
    return years


def ages(low: Any, high: Any) -> tuple[int | None, int | None]:
    """From and up to; neither when the two contradict each other."""
    first, last = age(low), age(high, upper=True)
    if first is not None and last is not None and first > last:
        return None, None
    return first, last or None


_SPAN = re.compile(r"(?:ages?|aged)?\s*(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})(?:\s*(?:years?|yrs?))?(?: old)?", re.I)
_FROM = re.compile(
    r"(?:ages?|aged)?\s*(?:over\s+)?(\d{1,3})\s*(?:\+|plus|and over|and above|or over|years? and over)", re.I
)
_OVER = re.compile(r"(?:for\s+)?(?:the\s+)?over[\s-]*(\d{2})(?:['’]?s)?", re.I)
_UNDER = re.compile(r"(?:for\s+)?(?:the\s+)?under[\s-]*(\d{1,2})(?:['’]?s)?", re.I)


def ages_in(text: str) -> tuple[int | None, int | None]:
    """The ages that a text means which says nothing else: ``18-65``, ``65+``, ``over 50s``, ``under 25``."""
    said = text.strip(" .")
    if found := _SPAN.fullmatch(said):
        return ages(found[1], found[2])
    if found := _FROM.fullmatch(said) or _OVER.fullmatch(said):
        return ages(found[1], None)
    if found := _UNDER.fullmatch(said):
        return ages(None, int(found[1]) - 1)
    return None, None


def point(latitude: Any, longitude: Any) -> tuple[float | None, float | None]:
    """WGS 84 degrees; neither when they can't be true, turned round when they were given the other way about."""
    lat, lon = number(latitude), number(longitude)
    if lat is None or lon is None or (abs(lat) < 0.01 and abs(lon) < 0.01):
        return None, None
    if 49 <= lon <= 61 and -9 <= lat <= 2.5:
        lat, lon = lon, lat
    if abs(lat) > 90 or abs(lon) > 180:
        return None, None
    return round(lat, 6), round(lon, 6)


def day(value: Any) -> date | None:
    """A date in any of the usual spellings, the day before the month; also a spreadsheet's count of days."""
    said = plain(value)
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", said) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", said)
    if found:
        return _date(int(found[1]), int(found[2]), int(found[3]))
    found = re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)", said)
    if found:
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return _date(year, int(found[2]), int(found[1])) or _date(year, int(found[1]), int(found[2]))
    found = re.match(r"(?:\w+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3})[a-z]*,?\s+(\d{4})", said)
    if found and found[2].lower() in _MONTHS:
        return _date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    if re.fullmatch(r"[34]\d{4}(?:\.\d+)?", said):
        return date(1899, 12, 30) + timedelta(days=int(float(said)))
    return None


def _date(year: int, month: int, of_month: int) -> date | None:
    try:
        made = date(year, month, of_month)
    except ValueError:
        return None
    return made if 1980 <= year <= 2100 else None


def yes(value: Any) -> bool | None:
    """Yes, no, or not said."""
    if isinstance(value, bool):
        return value
    said = plain(value).casefold()
    return True if said in _YES else False if said in _NO else None


def free(fees: str) -> bool | None:
    """Whether a text about fees says that there are none; ``None`` when it doesn't say."""
    said = fees.casefold().strip(" .")
    if not said:
        return None
    if re.match(r"(?:it is |this is )?(?:a )?(?:free\b|no charge|no cost|no fee|none$|nil$|£0(?:\.00)?$)", said):
        return None if re.search(r"£\s*[1-9]|\bunless\b|\bto members\b|\bif\b", said) else True
    return False if re.search(r"[£$€]\s*\d|\d+p\b", said) else None

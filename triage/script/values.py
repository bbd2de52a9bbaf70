"""Answers as people give them, read as the script's own values.

Somebody who types “relative”, “Relative/Friend” or “RELATIVE” means one option; an unknown word is refused
with the nearest one there is, never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from rapidfuzz import fuzz, process, utils

from triage.errors import BadAnswer
from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.form import Field, Option, Script

NOTES = "notes"
"""The handler's notes: no key of any script, and taken with every script."""

_UNSAID = {
    NOT_KNOWN: "not known|unknown|dont know|do not know|doesnt know|dk|nk|n k|not sure|unsure|no idea|cant say|unclear",
    DECLINED: "declined|decline|declines|refused|refuses|refuse|prefer not to say|prefers not to say"
    "|rather not say|would rather not say|did not want to say|didnt want to say|wont say",
}
_SAID = {word: value for value, words in _UNSAID.items() for word in words.split("|")}
_YES_NO = {"y": "yes", "true": "yes", "n": "no", "false": "no"}
_NEGATIONS = frozenset(
    {"not", "no", "non", "never", "none", "nobody", "without", "cant", "dont", "doesnt", "isnt", "wont"}
)
_BETWEEN = re.compile(r"[;,\n](?![^()]*\))")
"""What separates several answers in one text; a comma in brackets doesn't."""
_ENGLISH = frozenset(("", "english", "british english", "en", "none", "no", "n/a", NOT_KNOWN, DECLINED))
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read_answers(script: Script, facts: Mapping[str, object], *, today: date | None = None) -> dict[str, Value]:
    """``facts`` with the script's own keys and values; ``None`` and empty ones are left out.

    ``today`` settles the century of a year given in two figures; without it such a year is refused. Raises
    :class:`BadAnswer` with the nearest key or value.
    """
    keys = {_key(key): key for key in script.asked_at}
    read: dict[str, Value] = {}
    for given, raw in facts.items():
        key = keys.get(_key(given))
        if key is None and _key(given) != NOTES:
            raise BadAnswer(given, "this script has no such key", _nearest(given, [*script.asked_at, NOTES]))
        value = _string(raw) if key is None else read_answer(script, key, raw, today=today)
        if value is not None:
            read[key or NOTES] = value
    return read


def read_answer(script: Script, key: str, raw: object, *, today: date | None = None) -> Value | None:
    """One answer to ``key``; ``None`` when nothing was given."""
    fields = [f for step in script.asked_at[key] if (f := script.steps[step].field(key))]
    options = {o.value: o for f in fields for o in f.options}
    return _Reading(key, fields[0], list(options.values()), today).read(raw)


class _Reading:
    """Reads what was given for one key."""

    def __init__(self, key: str, field: Field, options: Sequence[Option], today: date | None) -> None:
        self.key, self.field, self.options, self.today = key, field, options, today

    def read(self, raw: object) -> Value | None:
        if raw is None or raw == "" or (isinstance(raw, (Sequence, Mapping, set, frozenset)) and not raw):
            return None
        if self.field.type == "many":
            return self._many(raw)
        if isinstance(raw, (list, tuple, set, frozenset)) and len(raw) == 1:
            return self.read(next(iter(raw)))
        if isinstance(raw, (Sequence, Mapping, set, frozenset)) and not isinstance(raw, str):
            raise BadAnswer(self.key, "takes one answer, not several")
        if self.options:
            return self._choice(raw)
        if isinstance(raw, str) and not raw.strip():
            return None
        unsaid = _SAID.get(_plain(raw)) if isinstance(raw, str) else None
        if unsaid:
            return unsaid
        reader: dict[str, Callable[[object], Value]] = {"num": self._number, "date": self._date, "auto": _as_told}
        return reader.get(self.field.type, _string)(raw)

    def _choice(self, raw: object) -> str:
        text = _string(raw)
        found = self._find(text)
        if found:
            return found
        if not self.options or _plain(text) == "":
            raise BadAnswer(self.key, "there is nothing in that answer")
        choices = {form: o.value for o in self.options for form in (o.value, o.text, *o.also)}
        close = _nearest(text, choices)
        known = ", ".join(o.value for o in self.options)
        raise BadAnswer(self.key, f"“{text}” is not one of its answers ({known})", choices.get(close, ""))

    def _find(self, text: str, *, shortened: bool = True) -> str:
        """The option (or “not known”, “declined”) that ``text`` means, ``""`` if none or more than one.

        ``shortened`` takes some of an option's words for it, and an option with more words round it.
        """
        if any(text == option.value for option in self.options):
            return text
        plain = _plain(text)
        for spell in (plain, _YES_NO.get(plain, plain)):
            for forms in (_whole, _parts):
                found = {o.value for o in self.options if spell in forms(o)}
                if len(found) == 1:
                    return found.pop()
        if plain in _SAID:
            return _SAID[plain]
        if not shortened:
            return ""
        found = {o.value for o in self.options if any(_shortens(plain, form) for form in _whole(o) | _parts(o))}
        return found.pop() if len(found) == 1 else ""

    def _many(self, raw: object) -> Value | None:
        if isinstance(raw, Mapping):
            chosen = [name for name, said in raw.items() if _YES_NO.get(_plain(said), _plain(said)) == "yes"]
            return self._many(chosen) if chosen else None
        parts: Iterable[object] = [raw] if isinstance(raw, (str, bool)) or not isinstance(raw, Iterable) else raw
        values: list[str] = []
        for part in parts:
            if part is not None and part != "":
                values += self._split(_string(part))
        told = [v for v in dict.fromkeys(values) if v not in (NOT_KNOWN, DECLINED)]
        if told:
            return tuple(told)
        return values[0] if values else None

    def _split(self, text: str) -> list[str]:
        """The values in a text, which commas or semicolons may separate; the longest that fits is taken first."""
        pieces = [piece.strip() for piece in _BETWEEN.split(text) if piece.strip()]
        if not self.options:
            return pieces
        values = []
        while pieces:
            for end in range(len(pieces), 0, -1):
                found = self._find(", ".join(pieces[:end]), shortened=end == 1)
                if found:
                    values.append(found)
                    pieces = pieces[end:]
                    break
            else:
                values.append(self._choice(pieces.pop(0)))
        return values

    def _number(self, raw: object) -> Value:
        if isinstance(raw, (int, float)) and not isinstance(raw, bool):
            return raw
        found = _NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", str(raw)))
        if len(found) != 1:
            raise BadAnswer(self.key, f"“{raw}” is not a number")
        number = float(found[0])
        return int(number) if number.is_integer() else number

    def _date(self, raw: object) -> Value:
        if isinstance(raw, datetime):
            return raw.date().isoformat()
        if isinstance(raw, date):
            return raw.isoformat()
        text = str(raw).strip()
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return self._british(text).isoformat()

    def _british(self, text: str) -> date:
        from dateutil import parser

        # Parsed against two days that share nothing, so that a missing day, month or year shows.
        try:
            first, second = (
                parser.parse(text, dayfirst=True, default=datetime(*day)) for day in ((2000, 1, 1), (1996, 2, 2))
            )
        except (ValueError, OverflowError):
            raise BadAnswer(self.key, f"“{text}” is not a date such as 3 March 1944 or 03/03/1944") from None
        if first.date() != second.date():
            raise BadAnswer(self.key, f"“{text}” needs a day, a month and a year, such as 3 March 1944")
        if re.search(r"\d{4}", text):
            return first.date()
        if self.today is None:
            raise BadAnswer(self.key, f"“{text}” needs its year in four figures")
        return self._century(first.date(), self.today)

    def _century(self, day: date, today: date) -> date:
        """A birthday is never to come; any other day is the nearest there is."""
        years = [
            y for y in (1900 + day.year % 100, 2000 + day.year % 100) if day.month != 2 or day.day < 29 or y % 4 == 0
        ]
        days = [day.replace(year=year) for year in years]
        if self.key.endswith("dob"):
            return max((d for d in days if d <= today), default=days[0])
        return min(days, key=lambda d: abs((d - today).days))


_COMPUTED = ("p_dob", "p_age", "language", "other_language")


def feeds_others(key: str) -> bool:
    """Whether another answer may follow from this one (:func:`computed`), or is it."""
    return key in _COMPUTED or key.startswith("adl_")


def computed(answers: Mapping[str, Value], today: date) -> dict[str, Value]:
    """What follows from other answers: ``p_age`` (years, from ``p_dob``), ``adl_need_count`` and ``other_language``.

    The second counts the daily activities done with help or not at all; the third is ``yes`` when the best language is
    another than English. One that was given outright stands.
    """
    found: dict[str, Value] = {}
    born = answers.get("p_dob")
    if "p_age" not in answers and isinstance(born, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", born):
        day = date.fromisoformat(born)
        found["p_age"] = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    helped = [value for key, value in answers.items() if key.startswith("adl_") and key != "adl_need_count"]
    if helped and "adl_need_count" not in answers:
        found["adl_need_count"] = sum(1 for value in helped if value in ("with help", "cannot"))
    if foreign(answers.get("language", "")) and "other_language" not in answers:
        found["other_language"] = "yes"
    return found


def foreign(language: Value) -> bool:
    """Whether somebody's best language is another than English."""
    return str(language).strip().casefold() not in _ENGLISH


def _key(text: object) -> str:
    return re.sub(r"[\s\-]+", "_", str(text).strip().casefold())


def _string(raw: object) -> str:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return raw.strip() if isinstance(raw, str) else str(raw)


def _as_told(raw: object) -> Value:
    return raw if isinstance(raw, (int, float)) and not isinstance(raw, bool) else _string(raw)


@lru_cache(maxsize=4096)
def _plain_text(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", re.sub(r"[’‘'`]", "", text))
    return " ".join(re.sub(r"[^\w≤≥<>]|_", " ", text).split())


def _plain(raw: object) -> str:
    """Lower case, apostrophes gone, and every run of other marks one space."""
    return _plain_text(_string(raw))


def _whole(option: Option) -> set[str]:
    return {_plain(form) for form in (option.value, option.text, *option.also)}


def _parts(option: Option) -> set[str]:
    """Each side of a slash, and what stands before a bracket."""
    parts: set[str] = set()
    for form in (option.value, option.label, *option.also):
        outside = re.sub(r"\(.*?\)", "", form)
        parts |= {_plain(outside), *map(_plain, outside.split("/"))}
    return parts - {""}


def _shortens(given: str, form: str) -> bool:
    """Whether one of the two is the other with words left out, none of which turns its meaning round."""
    one, other = set(given.split()), set(form.split())
    if not (one <= other or other <= one) or (one ^ other) & _NEGATIONS:
        return False
    return any(len(word) > 3 for word in min(one, other, key=len) - _NEGATIONS)


def _nearest(word: str, valid: Iterable[str]) -> str:
    found = process.extractOne(word, list(valid), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=60)
    return str(found[0]) if found else ""

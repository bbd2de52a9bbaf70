"""How one word, date, postcode or number stands to another."""

from __future__ import annotations

from datetime import date

from rapidfuzz.distance import OSA, JaroWinkler

from triage.people import weights as w
from triage.people.form import Names


def word_level(heard: str, kept: str, names: Names) -> int | None:
    """The best level at which two words of names agree; ``None`` when they don't."""
    if heard == kept:
        return w.EXACT
    if names.short(heard, kept):
        return w.SHORT
    if len(heard) == 1 or len(kept) == 1:
        return w.INITIAL if heard[0] == kept[0] else None
    alike = bool(names.keys(heard) & names.keys(kept))
    if alike and JaroWinkler.similarity(heard, kept) >= 0.7:
        return w.SOUNDS
    if OSA.distance(heard, kept, score_cutoff=2) <= allowed(heard, kept):
        return w.NEAR
    if len(heard) >= 3 and kept.startswith(heard):
        return w.BEGINS
    return w.VAGUE if alike or JaroWinkler.similarity(heard, kept) >= 0.88 else None


def allowed(heard: str, kept: str) -> int:
    """Typing errors that two words of this length may have between them."""
    longest = max(len(heard), len(kept))
    return 0 if longest < 4 else 1 if longest < 7 else 2


def date_level(heard: date, kept: date) -> str | None:
    """How two days of birth agree."""
    if heard == kept:
        return w.BORN
    if (heard.year, heard.month, heard.day) == (kept.year, kept.day, kept.month):
        return w.SWAPPED
    a, b = f"{heard:%d%m%Y}", f"{kept:%d%m%Y}"
    out = [i for i in range(8) if a[i] != b[i]]
    if len(out) == 1:
        return w.DIGIT
    if len(out) == 2 and a[out[0]] == b[out[1]] and a[out[1]] == b[out[0]]:
        return w.TURNED
    return w.SAME_YEAR if heard.year == kept.year else None


def neighbours(born: date) -> dict[str, set[date]]:
    """The days that a day may have become, by how."""
    digits = f"{born:%d%m%Y}"
    made: dict[str, set[date]] = {w.BORN: {born}, w.SWAPPED: _days({digits[2:4] + digits[:2] + digits[4:]})}
    one = {digits[:i] + c + digits[i + 1 :] for i in range(8) for c in "0123456789"}
    turned = {_turned(digits, i, j) for i in range(8) for j in range(i + 1, 8)}
    made[w.DIGIT], made[w.TURNED] = _days(one), _days(turned)
    return made


def _turned(text: str, i: int, j: int) -> str:
    letters = list(text)
    letters[i], letters[j] = letters[j], letters[i]
    return "".join(letters)


def _days(texts: set[str]) -> set[date]:
    found = set()
    for text in texts:
        try:
            found.add(date(int(text[4:]), int(text[2:4]), int(text[:2])))
        except ValueError:
            continue
    return found


def postcode_level(heard: str, kept: str) -> str | None:
    """How two postcodes (compact, lower case) agree; ``heard`` may be half of one."""
    if not heard or not kept:
        return None
    if heard == kept:
        return w.HOME if len(heard) > 4 else w.OUTWARD
    if len(heard) > 4 and OSA.distance(heard, kept, score_cutoff=1) <= 1:
        return w.HOME_NEAR
    if len(heard) > 4 and heard[:-2] == kept[:-2]:
        return w.SECTOR
    return w.OUTWARD if (heard[:-3] if len(heard) > 4 else heard) == kept[:-3] else None


def phone_level(heard: str, kept: str) -> str | None:
    """How two numbers (:func:`triage.people.form.phone_digits`) agree; ``heard`` may lack the area code."""
    if not heard or not kept or len(heard) < 5:
        return None
    if heard == kept:
        return w.RINGS
    if len(heard) >= 8 and OSA.distance(heard, kept, score_cutoff=1) <= 1:
        return w.RINGS_NEAR
    return w.RINGS_END if kept.endswith(heard) else None

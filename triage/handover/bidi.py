"""Right-to-left words on paper: a PDF draws letters in the order it is given, so they are put into the order they are
seen in, Arabic ones in the shape they take beside their neighbours.

Enough of Unicode's rules for names and short lines: runs of one direction, numbers, mirrored brackets. A whole page of
Arabic or Hebrew is a translator's work, not this module's.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_TATWEEL = "\u0640"
_MIRROR = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_BRACKETS = frozenset("()[]{}")
_RTL = ("R", "AL")
_RUN = re.compile(r"\d+(?:[.,:/]\d+)*")
_FORMS = range(0xFB50, 0xFF00)


def turned(text: str) -> bool:
    """Whether a text has right-to-left letters."""
    return any(unicodedata.bidirectional(each) in _RTL for each in text)


def leads(text: str) -> bool:
    """Whether its first letter is right-to-left, so that the whole line is."""
    first = next((d for d in map(unicodedata.bidirectional, text) if d in (*_RTL, "L")), "L")
    return first in _RTL


def seen(line: str) -> str:
    """One line in the order it is seen in, from left to right."""
    if not turned(line):
        return line
    runs = _runs(shaped(line))
    if leads(line):
        runs.reverse()
    return "".join(_backwards(run) if right else run for run, right in runs)


def _runs(text: str) -> list[tuple[str, bool]]:
    """Pieces of one direction; what has none of its own goes with both its neighbours, or with the line."""
    base = leads(text)
    found: list[tuple[str, bool]] = []
    loose = ""
    for each in text:
        kind = unicodedata.bidirectional(each)
        if each in _BRACKETS:
            right = base
        elif kind == "L" or (kind in ("EN", "AN") and not (found and found[-1][1])):
            right = False
        elif kind in (*_RTL, "NSM", "EN", "AN"):
            right = True
        else:
            loose += each
            continue
        if found and found[-1][1] == right:
            found[-1] = (found[-1][0] + loose + each, right)
        elif loose and found and found[-1][1] == base:
            found[-1] = (found[-1][0] + loose, base)
            found.append((each, right))
        else:
            found.append((loose + each, right) if right == base else (each, right))
            if loose and right != base:
                found.insert(-1, (loose, base))
        loose = ""
    if loose:
        found.append((loose, base))
    return found


def _backwards(run: str) -> str:
    """A run turned round; numbers in it keep their order."""
    made = "".join(reversed(_clusters(run))).translate(_MIRROR)
    return _RUN.sub(lambda number: number[0][::-1], made)


def _clusters(run: str) -> list[str]:
    """Letters, each with the marks that stand on it."""
    found: list[str] = []
    for each in run:
        if found and unicodedata.combining(each):
            found[-1] += each
        else:
            found.append(each)
    return found


def shaped(text: str) -> str:
    """Arabic letters in the shapes they take beside each other."""
    letters, joined = _clusters(text), []
    for at, cluster in enumerate(letters):
        each = cluster[0]
        forms = _forms().get(each)
        if forms is None:
            joined.append(cluster)
            continue
        before = at > 0 and _reaches(letters[at - 1][0])
        after = at + 1 < len(letters) and "initial" in forms and _reached(letters[at + 1][0])
        shape = ("medial" if after else "final") if before else ("initial" if after else "isolated")
        joined.append(forms.get(shape, forms.get("isolated", each)) + cluster[1:])
    return "".join(joined)


def _reaches(letter: str) -> bool:
    """Whether a letter joins the one after it."""
    return letter == _TATWEEL or "initial" in _forms().get(letter, {})


def _reached(letter: str) -> bool:
    """Whether a letter joins the one before it."""
    return letter == _TATWEEL or "final" in _forms().get(letter, {})


@cache
def _forms() -> dict[str, dict[str, str]]:
    """The shapes of each Arabic letter, read off Unicode's own table."""
    found: dict[str, dict[str, str]] = {}
    for code in _FORMS:
        shape, _, letter = unicodedata.decomposition(chr(code)).partition(" ")
        if shape in ("<isolated>", "<final>", "<initial>", "<medial>") and len(letter) == 4:
            found.setdefault(chr(int(letter, 16)), {})[shape.strip("<>")] = chr(code)
    return found

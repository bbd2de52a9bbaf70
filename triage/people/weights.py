"""How much each kind of agreement says: the share of true matches that show it, against how common it is.

The shares (``M``) are what callers and keyboards do to a name that is the right one: written down once from the kinds
of errors, not fitted to the test set. How common a level is comes from the index itself, so that *Smith* says less
than *Cholmondeley*; where the index is small, ``COMMON`` stands in for what a city would show.
"""

from __future__ import annotations

from math import log

EXACT, SHORT, SOUNDS, NEAR, BEGINS, VAGUE, INITIAL = range(7)
"""How a word that was heard stands to one that is kept, best first."""

M = {EXACT: 0.62, SHORT: 0.12, SOUNDS: 0.11, NEAR: 0.08, BEGINS: 0.05, VAGUE: 0.03, INITIAL: 0.02}
UNFINISHED = 0.5
"""The share for a word that is still being typed and begins like the kept one."""
NO_NAME = 0.03
COMMON = {EXACT: 0.001, SHORT: 0.004, SOUNDS: 0.004, NEAR: 0.006, BEGINS: 0.01, VAGUE: 0.02, INITIAL: 0.08}
NAME_WORDS = {
    EXACT: "exactly",
    SHORT: "short form or spelling of the name",
    SOUNDS: "sounds alike",
    NEAR: "spelt nearly so",
    BEGINS: "begins so",
    VAGUE: "something like it",
    INITIAL: "initial",
}

BORN, SWAPPED, DIGIT, TURNED, SAME_YEAR, NEAR_YEAR = "born", "swapped", "digit", "turned", "year", "near year"
DATE = {  # share of true matches, how common where the index can't say, words
    BORN: (0.82, 4e-5, "date of birth"),
    SWAPPED: (0.05, 4e-5, "day and month swapped"),
    TURNED: (0.02, 2e-4, "date of birth, two digits turned round"),
    DIGIT: (0.05, 8e-4, "date of birth, one digit out"),
    SAME_YEAR: (0.02, 0.015, "year of birth"),
    NEAR_YEAR: (0.01, 0.03, "a year apart"),
}
NO_DATE = 0.03
YEAR_ONLY = {SAME_YEAR: 0.9, NEAR_YEAR: 0.06}

HOME, HOME_NEAR, SECTOR, OUTWARD = "home", "home near", "sector", "outward"
POSTCODE = {
    HOME: (0.66, 2e-4, "postcode"),
    HOME_NEAR: (0.12, 3e-3, "postcode, one letter or digit out"),
    SECTOR: (0.06, 4e-3, "same part of the postcode"),
    OUTWARD: (0.06, 0.06, "same postcode district"),
}
NO_POSTCODE = 0.10
"""People move."""

RINGS, RINGS_NEAR, RINGS_END = "rings", "rings near", "rings end"
PHONE = {
    RINGS: (0.6, 2e-5, "phone number"),
    RINGS_NEAR: (0.08, 3e-4, "phone number, one digit out"),
    RINGS_END: (0.08, 2e-4, "end of the phone number"),
}
NO_PHONE = 0.24
"""People have several."""

CROSSED = -1.2
"""Given and family name change places without a comma."""
LEFT_OVER = -0.25
"""A word of the kept name that nobody said."""
SMALLEST = 300
"""People: an index smaller than this is thought to stand in a town of that size."""
BACKED = 250
"""How many people's worth the stand-in frequencies count for."""


def weight(share: float, common: float, count: int, among: int) -> float:
    """The log of how much more often a true match shows this than somebody else; ``count`` people show it or better."""
    return log(share / ((count + BACKED * common) / (among + BACKED)))


def against(share: float, count: int, among: int) -> float:
    """The same for showing none of it."""
    return log(share / max(0.05, 1 - count / max(1, among)))

"""Which letters words have, as bits: of a million words, the few that may be a misspelling are picked out at once.

An edit (a letter wrong, missing, too many, or two swapped) takes at most one letter away from a word and brings at
most one in. So two words within two edits of each other lack at most two of each other's letters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
SHORT, LONG = 4, 6
"""How many letters of a beginning are told apart."""
_BIT = np.zeros(256, np.uint64)
_BIT[np.frombuffer(LETTERS, np.uint8)] = np.uint64(1) << np.arange(len(LETTERS), dtype=np.uint64)

Bits = npt.NDArray[np.uint64]


class Letters:
    """The letters of ``words``, none of them empty; asked of those from ``low`` to before ``high``."""

    def __init__(self, words: Sequence[str]) -> None:
        flat = np.frombuffer("".join(f"{word}\n" for word in words).encode("ascii", "replace"), np.uint8)
        ends = (flat == 10).nonzero()[0]
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        bits = _BIT[flat]
        self._sizes = np.minimum(ends - starts, 255).astype(np.uint8)
        self._whole = _union(bits, starts)
        self._begun = {}
        at = np.arange(len(flat)) - np.repeat(starts, ends - starts + 1)
        for size in (LONG, SHORT):
            bits[at >= size] = 0
            self._begun[size] = _union(bits, starts)

    def near(self, word: str, edits: int, low: int, high: int) -> list[int]:
        """The words that may be within so many edits of ``word``."""
        theirs, mine = self._whole[low:high], _bits(word)
        sizes = self._sizes[low:high]
        fits = np.bitwise_count(theirs ^ mine) <= 2 * edits
        fits &= (sizes >= len(word) - edits) & (sizes <= len(word) + edits)
        at = fits.nonzero()[0]
        theirs = theirs[at]
        fits = (np.bitwise_count(theirs & ~mine) <= edits) & (np.bitwise_count(mine & ~theirs) <= edits)
        found: list[int] = (at[fits] + low).tolist()
        return found

    def begun(self, word: str, edits: int, low: int, high: int) -> list[int]:
        """The longer words whose beginning, as long as ``word``, may be within so many edits of it."""
        mine = _bits(word)
        fits = np.bitwise_count(mine & ~self._whole[low:high]) <= edits
        fits &= self._sizes[low:high] > len(word)
        for size, theirs in self._begun.items():
            if len(word) >= size:
                fits &= np.bitwise_count(theirs[low:high] & ~mine) <= edits
                break
        found: list[int] = (fits.nonzero()[0] + low).tolist()
        return found


def _union(bits: Bits, starts: npt.NDArray[np.intp]) -> Bits:
    """The letters of each word together."""
    return np.bitwise_or.reduceat(bits, starts) if len(starts) else bits[:0]


def _bits(word: str) -> np.uint64:
    return np.uint64(np.bitwise_or.reduce(_BIT[np.frombuffer(word.encode("ascii", "replace"), np.uint8)]))

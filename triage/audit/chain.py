"""Whether the audit is whole: each line sealed, numbered and chained, and its head where it was noted elsewhere.

A fault names the line by its number and says what was done to it, as far as that can be told from what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from triage.audit.lines import START, Line, Sealed


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line's number and hash, kept in a second place; ``where`` names it."""

    n: int
    hash: str
    where: str = "the record"


def check(lines: Iterable[Sealed | str], anchors: Sequence[Anchor] = (), first: Anchor | None = None) -> list[str]:
    """The faults of a whole audit, oldest line first, as sentences; a ``str`` stands for a line that can't be read.

    ``first`` is the last line that was let go of at the end of its time, if any was.
    """
    known = {anchor.n: anchor for anchor in anchors}
    state = _Walk(known, Anchor(0, START) if first is None else first)
    found = [fault for sealed in lines for fault in state.take(sealed)]
    return [*found, *state.end()]


class _Walk:
    """One pass over the lines: what was expected next, and what came."""

    def __init__(self, anchors: dict[int, Anchor], first: Anchor) -> None:
        self._anchors, self._n, self._hash = anchors, first.n, first.hash
        self._late: set[int] = set()
        self._missing: list[tuple[int, int]] = []
        self._before: Line | None = None
        self._unreadable = 0

    def take(self, sealed: Sealed | str) -> Iterator[str]:
        """The faults that one more line shows."""
        if isinstance(sealed, str):
            self._unreadable += 1
            yield sealed
            return
        try:
            line = sealed.line
        except (ValueError, KeyError, TypeError, AttributeError):
            self._unreadable += 1
            yield f"after line {self._n} of the audit stands something that is no line of it"
            return
        yield from self._placed(line, sealed)

    def _placed(self, line: Line, sealed: Sealed) -> Iterator[str]:
        n, anchor = line.n, self._anchors.get(line.n)
        own = sealed.sound
        true = own and (anchor is None or anchor.hash == sealed.hash)
        if n <= self._n:
            yield from self._again(n, own)
            return
        if n > self._n + 1:
            self._missing.append((self._n + 1, n - 1))
        elif sealed.prev != self._hash and true:
            yield self._replaced(n)
        if not own:
            yield self._changed(line)
        elif anchor is not None and anchor.hash != sealed.hash:
            yield (
                f"line {n} of the audit was changed and sealed anew: {anchor.where} has kept another hash of it "
                f"({anchor.hash[:12]}, there is {sealed.hash[:12]})"
            )
        self._n, self._hash, self._before = n, sealed.hash, line

    def _again(self, n: int, own: bool) -> Iterator[str]:
        """A line whose number has gone by: one that was missing further up stands here, or it is one too many."""
        for low, high in self._missing:
            if low <= n <= high and n not in self._late:
                self._late.add(n)
                yield f"line {n} of the audit is out of order: it stands after line {self._n}"
                return
        more = "" if own else ", and its words don’t match its hash"
        yield f"line {n} of the audit stands there twice: one was put in after line {self._n}{more}"

    def _changed(self, line: Line) -> str:
        before = self._before
        if before is not None and line.at < before.at and line.told()["before"] is not None:
            return (
                f"line {line.n} of the audit was re-dated or changed: it says {line.at:%d/%m/%Y %H:%M:%S} UTC, the "
                f"line before it {before.at:%d/%m/%Y %H:%M:%S}, and its words don’t match its hash"
            )
        return f"line {line.n} of the audit was changed: its words don’t match its hash"

    def _replaced(self, n: int) -> str:
        if n - 1 == 0:
            return f"line {n} of the audit was put in the place of another: it follows nothing that is there"
        return (
            f"line {n - 1} of the audit was changed and sealed anew, or put in the place of another: line {n} follows "
            "another hash"
        )

    def end(self) -> Iterator[str]:
        """What is missing once all lines went by."""
        for low, high in self._missing:
            yield from _gone([n for n in range(low, min(high, low + 100_000) + 1) if n not in self._late])
        newest = max(self._anchors.values(), key=lambda anchor: anchor.n, default=None)
        if newest is not None and newest.n > self._n:
            yield (
                f"{_lines(self._n + 1, newest.n)} of the audit {'is' if newest.n == self._n + 1 else 'are'} missing at "
                f"its end: {newest.where} knows of {newest.n}"
            )


def _gone(numbers: Sequence[int]) -> Iterator[str]:
    """Runs of numbers, each as a sentence."""
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            low, high = numbers[start], numbers[at - 1]
            yield f"{_lines(low, high)} of the audit {'is' if low == high else 'are'} missing"
            start = at


def _lines(low: int, high: int) -> str:
    return f"line {low}" if low == high else f"lines {low} to {high}"

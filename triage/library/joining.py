"""Duplicates of the directory on the disk: which still wait for a decision, and merging those that need nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from triage.directory.merge import Pair, candidates
from triage.directory.union import Decision, standing
from triage.library.directory import load_directory
from triage.library.merges import keep_decisions, load_decisions
from triage.model import Listing

NOBODY = "triage"
"""Who decided where nobody was asked."""


@dataclass(frozen=True)
class Doubles:
    """The pairs of the directory, with the listings as their sources have them and what has been decided."""

    listings: Mapping[str, Listing]
    pairs: tuple[Pair, ...]
    decided: Mapping[frozenset[str], Decision]

    @property
    def waiting(self) -> tuple[Pair, ...]:
        """What a person should look at: not decided, and not merged by way of a third listing."""
        groups = _Groups(self.listings, self.decided.values())
        return tuple(
            pair
            for pair in self.pairs
            if pair.verdict != "doubtful"
            and frozenset(pair.ids) not in self.decided
            and groups.of(pair.ids[0]) != groups.of(pair.ids[1])
        )


def find_doubles(data_dir: Path | None) -> Doubles:
    """Look for duplicates; a second or so for ten thousand listings."""
    listings = load_directory(data_dir, apart=True).listings
    return Doubles({each.id: each for each in listings}, candidates(listings), standing(load_decisions(data_dir)))


def certain(doubles: Doubles, at: datetime) -> tuple[Decision, ...]:
    """The merges that need nobody, best first; none that would join two listings of one source by way of a third."""
    groups = _Groups(doubles.listings, doubles.decided.values())
    made = []
    for pair in doubles.waiting:
        if pair.verdict == "certain" and groups.join(*pair.ids):
            made.append(merge(doubles, pair, at, NOBODY))
    return tuple(made)


def settle(data_dir: Path, at: datetime) -> tuple[Doubles, tuple[Decision, ...]]:
    """Merge what is certain and keep that on the disk; what was found, with those merges decided."""
    doubles = find_doubles(data_dir)
    made = certain(doubles, at)
    if made:
        keep_decisions(data_dir, made)
    decided = {**doubles.decided, **{each.key: each for each in made}}
    return Doubles(doubles.listings, doubles.pairs, decided), made


def merge(
    doubles: Doubles, pair: Pair, at: datetime, by: str, chosen: Mapping[str, str] | None = None, stands: str = ""
) -> Decision:
    """The decision to merge a pair; without ``stands``, the listing that was checked last gives its id."""
    one, two = (doubles.listings[each] for each in pair.ids)
    first = stands or (two if _fuller(two) > _fuller(one) else one).id
    second = pair.ids[1] if first == pair.ids[0] else pair.ids[0]
    return Decision("merge", (first, second), at, by, pair.score, pair.why, chosen or {})


def _fuller(listing: Listing) -> tuple[bool, date, int]:
    said = sum(getattr(listing, field.name) not in ("", (), None) for field in fields(Listing))
    return listing.status == "current", listing.fresh or date.min, said


class _Groups:
    """Which listings are one already, and which sources each group holds."""

    def __init__(self, listings: Mapping[str, Listing], decisions: Iterable[Decision]) -> None:
        self._listings = listings
        self._root: dict[str, str] = {}
        self._sources: dict[str, set[str]] = {}
        for each in decisions:
            if each.what == "merge" and all(key in listings for key in each.ids):
                self._unite(*each.ids)

    def of(self, key: str) -> str:
        """The name of its group."""
        while self._root.setdefault(key, key) != key:
            key = self._root[key]
        return key

    def join(self, one: str, two: str) -> bool:
        """Put two groups together, unless they hold listings of the same source."""
        if self._held(self.of(one)) & self._held(self.of(two)):
            return False
        self._unite(one, two)
        return True

    def _held(self, root: str) -> set[str]:
        return self._sources.get(root) or {self._listings[root].source}

    def _unite(self, one: str, two: str) -> None:
        first, second = self.of(one), self.of(two)
        self._sources[first] = self._held(first) | self._held(second)
        self._root[second] = first

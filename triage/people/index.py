"""The index of people, built once, and who is likely to be meant.

What was heard is weighed against every name at once (arrays over the names), then the best few are looked at word by
word. The score is a probability: the weights are logs of how much more a true match shows this than anybody else, and
“somebody who isn't in the record” stands among the candidates.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from triage.people import likeness
from triage.people import weights as w
from triage.people.form import Heard, Likely, Names, Person, Row, compact_postcode, joined, name_words, phone_digits

Rows = np.ndarray[Any, np.dtype[np.int32]]
Weights = np.ndarray[Any, np.dtype[np.float32]]
LOOKED_AT = 50
"""How many of the best are looked at word by word."""
NONE: Rows = np.zeros(0, dtype=np.int32)


class People:
    """People to be found. ``names`` says which names stand for each other."""

    def __init__(self, people: Iterable[Person], names: Names) -> None:
        self.people = tuple(people)
        self.names = names
        self._rows: list[tuple[int, Row, tuple[str, ...]]] = []
        for at, person in enumerate(self.people):
            for row in (Row(person.name, person.phone), *person.also):
                self._rows.append((at, row, name_words(row.name)))
        said: dict[str, list[int]] = defaultdict(list)
        days: dict[date, list[int]] = defaultdict(list)
        homes: dict[str, list[int]] = defaultdict(list)
        phones: dict[str, list[int]] = defaultdict(list)
        for i, (at, row, words) in enumerate(self._rows):
            for word in {*words, *_joinable(words).values()}:
                said[word].append(i)
            person = self.people[at]
            if person.born:
                days[person.born].append(i)
            if person.postcode:
                homes[compact_postcode(person.postcode)].append(i)
            if number := phone_digits(row.phone):
                phones[number].append(i)
        self._words = sorted(said)
        self._posted = [np.array(said[word], dtype=np.int32) for word in self._words]
        self._days, self._homes, self._phones = _arrays(days), _arrays(homes), _arrays(phones)
        years: dict[int, list[int]] = defaultdict(list)
        for day, rows in days.items():
            years[day.year] += rows
        self._years = _arrays(years)
        self._home_list, self._phone_list = sorted(homes), sorted(phones)
        self._at = {word: i for i, word in enumerate(self._words)}
        self._sounds: dict[str, list[int]] = defaultdict(list)
        self._groups: dict[int, list[int]] = defaultdict(list)
        for i, word in enumerate(self._words):
            for key in names.keys(word):
                self._sounds[key].append(i)
            for group in names.of.get(word, ()):
                self._groups[group].append(i)
        self._dated = sum(map(len, days.values()))
        self._heard = lru_cache(maxsize=64)(self._hear)

    def __len__(self) -> int:
        return len(self.people)

    def likely(self, heard: Heard, limit: int = 20) -> tuple[Likely, ...]:
        """Who may be meant, best first, each with why."""
        if not heard or not self._rows:
            return ()
        total = np.zeros(len(self._rows), dtype=np.float32)
        ends = {heard.words[-1]} if heard.words and not heard.ended else set()
        plain = [self._heard(word, word in ends)[1] for word in heard.words]
        named = sum(plain, np.zeros_like(total))
        for i, whole in enumerate(joined(heard.words)):
            levels, weight = self._heard(whole, False)
            if levels:
                rest = [one for j, one in enumerate(plain) if j not in (i, i + 1)]
                named = np.maximum(named, sum(rest, weight))
        total += named
        for part in (self._date_weights(heard), self._home_weights(heard), self._phone_weights(heard)):
            if part is not None:
                total += part
        best = self._best(total)
        others = float(np.exp(np.minimum(total, 50)).sum(dtype=np.float64))
        looked = {i: self._look(i, heard, float(total[i]) - float(named[i]), ends) for i in best if total[i] > 0}
        there = others + sum(
            np.exp(min(got[0], 50)) - np.exp(min(float(total[i]), 50)) for i, got in looked.items() if got
        )
        outside = max(len(self._rows), w.SMALLEST)
        found: dict[int, tuple[float, tuple[str, ...]]] = {}
        for i, got in looked.items():
            at = self._rows[i][0]
            if got is not None and (at not in found or got[0] > found[at][0]):
                found[at] = got
        ranked = sorted(found.items(), key=lambda one: (-one[1][0], self.people[one[0]].name))[:limit]
        return tuple(
            Likely(self.people[at], float(np.exp(min(weight, 50)) / (max(there, 1e-9) + outside)), why)
            for at, (weight, why) in ranked
        )

    # ------------------------------------------------------------------ names

    def _levels(self, word: str, unfinished: bool) -> dict[int, int]:
        """The kept words that a heard one may stand for (their numbers), each with its level."""
        found: dict[int, int] = {}

        def add(at: int, level: int) -> None:
            found[at] = min(level, found.get(at, 99))

        if word in self._at:
            add(self._at[word], w.EXACT)
        for group in self.names.of.get(word, ()):
            for at in self._groups.get(group, ()):
                add(at, w.SHORT)
        if len(word) == 1:
            for at in self._begin(word):
                add(at, w.BEGINS if unfinished else w.INITIAL)
            return found
        for key in self.names.keys(word):
            for at in self._sounds.get(key, ()):
                add(at, w.SOUNDS if JaroWinkler.similarity(word, self._words[at]) >= 0.7 else w.VAGUE)
        if len(word) >= 3:
            for at in self._near(word):
                if OSA.distance(word, self._words[at]) <= likeness.allowed(word, self._words[at]):
                    add(at, w.NEAR)
        for at in self._begin(word) if len(word) >= 3 or unfinished else ():
            add(at, w.BEGINS)
        if word[0] in self._at:
            add(self._at[word[0]], w.INITIAL)
        return found

    def _near(self, word: str) -> Sequence[int]:
        far = process.cdist([word], self._words, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
        return [int(i) for i in np.flatnonzero(far[0] <= 2)]

    def _begin(self, word: str, among: Sequence[str] | None = None) -> range:
        listed = self._words if among is None else among
        return range(bisect_left(listed, word), bisect_left(listed, word + "\x7f"))

    def _hear(self, word: str, unfinished: bool) -> tuple[Mapping[int, tuple[int, float]], Weights]:
        """The levels of the kept words with their weights, and the weight of every row."""
        by_level: dict[int, list[int]] = defaultdict(list)
        for at, level in self._levels(word, unfinished).items():
            by_level[level].append(at)
        among, count = len(self._rows), 0
        levels: dict[int, tuple[int, float]] = {}
        posted: list[tuple[Rows, float]] = []
        for level in sorted(by_level):
            rows = np.concatenate([self._posted[at] for at in by_level[level]])
            count += len(rows)
            share = w.UNFINISHED if unfinished and level == w.BEGINS else w.M[level]
            weight = max(w.weight(share, w.COMMON[level], count, among), 0.05)
            posted.append((rows, weight))
            levels |= dict.fromkeys(by_level[level], (level, weight))
        made = np.full(among, w.against(w.NO_NAME, min(count, among), among), dtype=np.float32)
        for rows, weight in reversed(posted):
            made[rows] = weight
        return levels, made

    # ------------------------------------------------------------------ the rest

    def _date_weights(self, heard: Heard) -> Weights | None:
        if not heard.born and not heard.year:
            return None
        by: dict[str, list[Rows]] = defaultdict(list)
        if heard.born:
            for level, days in likeness.neighbours(heard.born).items():
                by[level] += [self._days[day] for day in days if day in self._days]
        year = heard.year or (heard.born.year if heard.born else 0)
        by[w.SAME_YEAR].append(self._years.get(year, NONE))
        by[w.NEAR_YEAR] += [self._years.get(year + by_one, NONE) for by_one in (-1, 1)]
        shares = w.DATE if heard.born else {k: (w.YEAR_ONLY[k], *w.DATE[k][1:]) for k in w.YEAR_ONLY}
        made = self._weigh(by, shares, w.NO_DATE, self._dated)
        made[self._undated] = 0
        return made

    def _home_weights(self, heard: Heard) -> Weights | None:
        if not heard.postcode:
            return None
        by: dict[str, list[Rows]] = defaultdict(list)
        said, whole = heard.postcode, len(heard.postcode) > 4
        near = set(self._begin(said[:-3] if whole else said, self._home_list))
        if whole and self._home_list:
            far = process.cdist([said], self._home_list, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
            for at in np.flatnonzero(far[0] <= 1):
                near.discard(int(at))
                home = self._home_list[int(at)]
                by[w.HOME if home == said else w.HOME_NEAR].append(self._homes[home])
        sector = said[:-2] if whole else "-"
        for i in near:
            home = self._home_list[i]
            if home[:-3] == said[: len(home) - 3] or home.startswith(sector):
                by[w.SECTOR if home.startswith(sector) else w.OUTWARD].append(self._homes[home])
        made = self._weigh(by, w.POSTCODE, w.NO_POSTCODE, len(self._rows))
        made[self._homeless] = 0
        return made

    def _phone_weights(self, heard: Heard) -> Weights | None:
        if len(heard.phone) < 5:
            return None
        by: dict[str, list[Rows]] = defaultdict(list)
        far = process.cdist([heard.phone], self._phone_list, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        for i in np.flatnonzero(far[0] <= 1) if len(self._phone_list) else ():
            number = self._phone_list[int(i)]
            level = likeness.phone_level(heard.phone, number)
            by[level or w.RINGS_NEAR].append(self._phones[number])
        for number in self._phone_list if len(heard.phone) < 9 else ():
            if number.endswith(heard.phone):
                by[w.RINGS_END].append(self._phones[number])
        made = self._weigh(by, w.PHONE, w.NO_PHONE, len(self._rows))
        made[self._numberless] = 0
        return made

    def _weigh(
        self, by: Mapping[str, list[Rows]], shares: Mapping[str, tuple[float, float, str]], none: float, among: int
    ) -> Weights:
        count = 0
        posted: list[tuple[Rows, float]] = []
        for level, (share, common, _) in shares.items():
            rows = np.concatenate(by[level]) if by.get(level) else NONE
            count += len(rows)
            posted.append((rows, w.weight(share, common, count, among)))
        made = np.full(len(self._rows), w.against(none, min(count, among), among), dtype=np.float32)
        for rows, weight in reversed(posted):
            made[rows] = weight
        return made

    @property
    def _undated(self) -> Rows:
        return self._without("born")

    @property
    def _homeless(self) -> Rows:
        return self._without("postcode")

    @property
    def _numberless(self) -> Rows:
        return self._without("phone")

    def _without(self, what: str) -> Rows:
        """The rows that say nothing of it: neither for nor against."""
        kept: dict[str, Rows] = self.__dict__.setdefault("_missing", {})
        if what not in kept:
            told = (row.phone if what == "phone" else getattr(self.people[at], what) for at, row, _ in self._rows)
            kept[what] = np.array([i for i, value in enumerate(told) if not value], dtype=np.int32)
        return kept[what]

    # ------------------------------------------------------------------ looking closer

    def _best(self, total: Weights) -> list[int]:
        if len(total) <= LOOKED_AT:
            return list(range(len(total)))
        return [int(i) for i in np.argpartition(-total, LOOKED_AT)[:LOOKED_AT]]

    def _look(self, i: int, heard: Heard, rest: float, ends: set[str]) -> tuple[float, tuple[str, ...]] | None:
        """The weight of one row when each of its words may be said once only, and why."""
        at, row, words = self._rows[i]
        person = self.people[at]
        splits = [heard.words, *(_merged(heard.words, j) for j in range(len(heard.words) - 1))]
        weight, why = (
            max((self._say(split, words, ends, heard.swapped) for split in splits), key=lambda one: one[0])
            if heard.words
            else (0.0, ())
        )
        reasons = list(why)
        if row.caller and reasons:
            reasons.append("rang for them")
        told = (
            w.DATE.get(self._dates(heard, person) or ""),
            w.POSTCODE.get(likeness.postcode_level(heard.postcode, compact_postcode(person.postcode)) or ""),
            w.PHONE.get(likeness.phone_level(heard.phone, phone_digits(row.phone)) or ""),
        )
        reasons += [words_ for part in told if part for words_ in (part[2],)]
        return (weight + rest, tuple(reasons)) if reasons and weight + rest > 0 else None

    def _dates(self, heard: Heard, person: Person) -> str | None:
        if person.born is None:
            return None
        if heard.born:
            return likeness.date_level(heard.born, person.born)
        return w.SAME_YEAR if heard.year == person.born.year else None

    def _say(
        self, said: Sequence[str], words: tuple[str, ...], ends: set[str], swapped: bool
    ) -> tuple[float, tuple[str, ...]]:
        """Give each word that was said the best of the kept words that is left."""
        pool = dict(enumerate(words)) | {len(words) + i: both for i, both in _joinable(words).items()}
        levels = [self._heard(word, word in ends) for word in said]
        pairs = sorted(
            (
                (-got[self._at[kept]][1], abs(i * len(words) - j * len(said)), i, j)
                for i, (got, _) in enumerate(levels)
                for j, kept in pool.items()
                if self._at[kept] in got
            ),
        )
        used_i: dict[int, int] = {}
        used: set[int] = set()
        for _, _, i, j in pairs:
            takes = {j} if j < len(words) else {j - len(words), j - len(words) + 1}
            if i not in used_i and not takes & used:
                used_i[i] = j
                used |= takes
        weight, grades, other = 0.0, [], 0
        for i, (got, every) in enumerate(levels):
            if i in used_i:
                level, gain = got[self._at[pool[used_i[i]]]]
                weight += gain
                grades.append(level)
            else:
                weight += w.against(w.NO_NAME, int(0.02 * len(every)), len(every))
                other += 1
        weight += w.LEFT_OVER * (len(words) - len(used))
        reasons: list[str] = []
        order = [used_i[i] for i in sorted(used_i) if used_i[i] < len(words)]
        if grades:
            worst = [w.NAME_WORDS[g] for g in sorted(set(grades)) if g != w.EXACT]
            reasons.append("name exactly" if not worst and not other else "name: " + ", ".join(worst or ["in part"]))
        if len(order) > 1 and order != sorted(order):
            weight += w.CROSSED
            reasons.append("names the other way round")
        return weight, tuple(reasons)


def _joinable(words: tuple[str, ...]) -> dict[int, str]:
    """The neighbours that people write as one word, by where they begin: given names, and short beginnings."""
    whole = joined(words)
    return {i: both for i, both in enumerate(whole) if i < len(words) - 2 or len(words[i]) <= 3}


def _merged(words: tuple[str, ...], at: int) -> tuple[str, ...]:
    return (*words[:at], words[at] + words[at + 1], *words[at + 2 :])


def _arrays(lists: Mapping[Any, list[int]]) -> dict[Any, Rows]:
    return {key: np.array(rows, dtype=np.int32) for key, rows in lists.items()}

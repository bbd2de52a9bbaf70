"""Puts descriptions together from hand-written sentences, so that no two sound alike.

Each sentence is used as seldom as possible; [a|b] inside one is a choice, {name} and the like are filled in. Sentences
that would clash (both about tea, both about how it began) never meet in one description.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from words import WORDS, Kind, Venue, voices

SHORTEST, LONGEST = 30, 80
SHARED = 5
"""How often a sentence that belongs to no one kind may be used."""
MOTIFS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(tea|coffee|kettle|brew|biscuits?|cakes?|scones?|cuppa|urn|hatch)\b",
        r"\b(free|£|charge|pay|price|cost|afford|donation|pounds?|money)\b",
        r"\b(beginners?|first time|never|start|new faces|newcomers?|learn|experience|join)\b",
        r"\b(wheelchairs?|ramp|lift|seated|sitting|sit down|chairs?)\b",
        r"\b(bus|car park|park on|parking)\b",
        r"\b(started|began|since|founded|years|grown|first met)\b",
        r"\b(men|women|ladies|blokes)\b",
        r"\b(ring|phone|text|e-mail|message|telephone)\b",
        r"\b(bring|wear|boots|shoes|clothes)\b",
        r"\b(carers?|helper|assistant)\b",
        r"\b(talk|chat|listen|natter)\b",
        r"\b(GP|nurse|surgery|doctor|referr?al|referred)\b",
        r"\b(door|doors|gate|entrance)\b",
        r"\b(volunteers?|paid|staff)\b",
        r"\b(week|weeks|weekly|fortnight)\b",
        r"\b(month|months|monthly)\b",
        r"\{(n|few)\}",
        r"\{(start|end|dayname)\}",
        r"\b(DBS|checked|trained|qualified|training)\b",
        r"\b(raffle|fair|sell|raise|grant|funded|fund)\b",
        r"\b(lunch|soup|sandwich\w*|meal|dinner)\b",
        r"\b(music|radio|songs?|sing\w*)\b",
        r"\b(children|grandchildren|families|family|school)\b",
    )
]
LOOSE = re.compile(r"^(It|They|He|She|There|That|This|Those|These|Everything|Then|Some|Nobody|None|Most)\b")
COMMON = frozenset(
    "about after again along another anybody anyone around because before being between comes could every everyone "
    "first going group little makes never other others people place right should since somebody someone start still "
    "their there these things those through under until using wants where which while without would yours".split()
)
NUMBERS = (
    "ten",
    "a dozen",
    "fourteen",
    "fifteen",
    "sixteen",
    "eighteen",
    "twenty",
    "two dozen",
    "thirty",
    "thirty-five",
)
FEW = ("three", "four", "five", "six", "seven", "eight", "nine")


class Prose:
    """Writes descriptions, one after another."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.used: Counter[str] = Counter()
        self.voices = voices()
        self.shared = {sentence for group in self.voices.values() for sentence in group}
        text = (WORDS / "people.txt").read_text(encoding="utf-8")
        self.people = [name.strip() for name in text.split(",")]

    def describe(self, kind: Kind, venue: Venue | None, sort: str, days: list[str], start: str, end: str) -> str:
        """A description of one listing, 30 to 80 words."""
        rng = self.rng
        for _ in range(200):
            target = rng.triangular(33, 74, 46)
            first = self._least(kind.openings, [])
            chosen = [first]
            wanted = ["-", rng.choice("-+"), "+", "-", "+", "-", "-", "+", ">"]
            if rng.random() < 0.58:
                wanted.insert(rng.choice((2, 2, 3)), "voice")
            if venue and venue.quirk and rng.random() < 0.3:
                wanted.insert(rng.choice((1, 2, 3)), "quirk")
            if len(days) == 1 and start and rng.random() < 0.16:
                wanted.insert(2, "when")
            for which in wanted:
                if len(" ".join(chosen).split()) >= target - 5:
                    break
                found = self._least(self._stock(which, kind, venue, sort, start), chosen)
                if found:
                    chosen.append(found)
            text = self._say(self._ordered(chosen, kind), venue, days, start, end)
            if SHORTEST + 1 <= len(text.split()) <= LONGEST - 2:
                for sentence in chosen:
                    self.used[sentence] += 1
                return text
        raise ValueError(f"{kind.topic}: no description of {SHORTEST} to {LONGEST} words could be made")

    def _stock(self, which: str, kind: Kind, venue: Venue | None, sort: str, start: str) -> list[str]:
        own = {"-": kind.details, "+": kind.people, ">": kind.openings}
        if which in own:
            return own[which]
        if which == "quirk" and venue:
            return [venue.quirk]
        if which == "when":
            evening = start.endswith("pm") and int(start.split(".")[0].removesuffix("pm")) in (6, 7, 8)
            return [
                s
                for s in self.voices["when"]
                if not (evening and "light" in s) and not ("tablets" in s and "am" not in start)
            ]
        groups = [venue.sort if sort == "host" and venue else {"club": "club", "firm": ""}.get(sort, "charity")]
        if kind.each("voice"):
            groups = []
        groups += kind.each("voice")
        if venue:
            groups.append(
                {"park": "outdoor", "garden": "outdoor", "allotment": "outdoor", "gym": "leisure"}.get(
                    venue.sort, venue.sort
                )
            )
        groups = [g for g in groups if g in self.voices and g not in kind.each("mute")]
        return [s for g in dict.fromkeys(groups) for s in self.voices[g]]

    def _least(self, stock: Iterable[str], chosen: list[str]) -> str:
        """The least used of the sentences that clash with none already chosen; a shared one only so often."""
        fit = [s for s in stock if s not in chosen and not any(clash(s, c) for c in chosen)]
        fit = [s for s in fit if self.used[s] < SHARED or s not in self.shared]
        if not fit:
            return ""
        few = min(self.used[s] for s in fit)
        return self.rng.choice([s for s in fit if self.used[s] == few])

    def _ordered(self, chosen: list[str], kind: Kind) -> list[str]:
        """Now and then the opening isn't first."""
        if len(chosen) > 2 and self.rng.random() < 0.1 and not LOOSE.match(chosen[1]) and "{" not in chosen[1][:2]:
            return [chosen[1], chosen[0], *chosen[2:]]
        return chosen

    def _say(self, chosen: list[str], venue: Venue | None, days: list[str], start: str, end: str) -> str:
        rng = self.rng
        one, two = rng.sample(self.people, 2)
        fill = {
            "name": one,
            "name2": two,
            "n": rng.choice(NUMBERS),
            "few": rng.choice(FEW),
            "year": str(rng.randrange(1988, 2024)),
            "place": venue.place if venue else "Coventry",
            "venue": venue.name if venue and venue.sort != "own" else "home",
            "dayname": days[0] if days else "week",
            "start": start,
            "end": end,
        }
        text = " ".join(self._choose(s) for s in chosen)
        for key, value in fill.items():
            text = text.replace("{" + key + "}", value)
        text = re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)
        return text.replace("'", "’").replace("p.m..", "p.m.")

    def _choose(self, sentence: str) -> str:
        return re.sub(r"\[([^\]]*)\]", lambda m: self.rng.choice(m[1].split("|")), sentence)


def clash(one: str, two: str) -> bool:
    """Whether two sentences say the same kind of thing or share a telling word."""
    return bool(motifs(one) & motifs(two)) or len(telling(one) & telling(two)) >= 2


@cache
def motifs(sentence: str) -> frozenset[int]:
    """Which of the motifs a sentence strikes."""
    return frozenset(n for n, motif in enumerate(MOTIFS) if motif.search(sentence))


@cache
def telling(sentence: str) -> frozenset[str]:
    """The words of a sentence that stick in the mind, crudely stemmed."""
    words = re.findall(r"[a-z]{5,}", sentence.lower())
    return frozenset(w[:6] for w in words if w not in COMMON)

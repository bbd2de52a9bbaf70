"""Puts descriptions together from hand-written sentences, so that no two sound alike.

Each sentence is used as seldom as possible; [a|b] inside one is a choice, {name} and the like are filled in. Sentences
that would clash (both about tea, both about how it began, or about a day on which nothing happens) never meet. Of
several tries the one least like the earlier listings of its kind is taken.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from words import WORDS, Kind, Venue, blurbs, voices

SHORTEST, LONGEST = 30, 80
SHARED = 4
"""How often a sentence that belongs to no one kind may be used."""
QUIRKS = 3
"""How often one about a venue may be, or one in which an organisation says what it is."""
SAID = 4
"""How often the sentence that says outright what a kind of thing is may be."""
TRIES = 6
UNLIKE = 0.1
"""A try is taken at once when its likeness to every earlier listing of its kind is below this."""
ALIKE = 0.25
"""Above this it is tried again for as long as there is patience."""
MOTIFS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(tea|coffee|kettle|brew|biscuits?|cakes?|scones?|cuppa|urn|hatch|refreshments)\b",
        r"\b(free|£|charge|pay|price|cost|afford|donation|pounds?|money|affordable)\b",
        r"\b(beginners?|first time|never|start|new faces|newcomers?|learn|experience|join|no previous)\b",
        r"\b(wheelchairs?|ramp|lift|seated|sitting|sit down|chairs?)\b",
        r"\b(bus|car park|park on|parking|transport)\b",
        r"\b(started|began|since|founded|years|grown|first met|established|set up|launched)\b",
        r"\b(men|women|ladies|blokes)\b",
        r"\b(ring|phone|text|e-mail|message|telephone)\b",
        r"\b(bring|wear|boots|shoes|clothes)\b",
        r"\b(carers?|helper|assistants?)\b",
        r"\b(talk|chat|listen|natter)\b",
        r"\b(GPs?|nurses?|surgery|doctors?|referr?als?|referred)\b",
        r"\b(door|doors|gate|entrance)\b",
        r"\b(volunteers?|paid|staff)\b",
        r"\b(week|weeks|weekly|fortnight)\b",
        r"\b(month|months|monthly)\b",
        r"\{(n|few)\}",
        r"\{(start|end|dayname)\}",
        r"\b(DBS|checked|trained|qualified|training|accredited)\b",
        r"\b(raffle|fair|sell|raise|grant|funded|fund|lottery)\b",
        r"\b(lunch|soup|sandwich\w*|meal|dinner)\b",
        r"\b(music|radio|songs?|sing\w*)\b",
        r"\b(children|grandchildren|families|family|school)\b",
        r"\b(aims?|purpose|promotes?|designed)\b",
        r"\b(learning disabilit\w+|dementia|older people)\b",
        r"\b(all abilities|any standard|any age|all levels|everyone|anyone|open to)\b",
    )
]
LOOSE = re.compile(r"^(It|They|He|She|There|That|This|Those|These|Everything|Then|Some|Nobody|None|Most|Each)\b")
ELSEWHERE = re.compile(
    r"\b(doors?|rooms?|desk|hall|building|chairs?|here|turn up|first time|kettle|coming alone|come)\b", re.I
)
HERS, HIS = re.compile(r"\b(she|her|hers|herself)\b"), re.compile(r"\b(he|his|him|himself)\b")
WEEKDAY = re.compile(r"\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b")
TIMES = {
    re.compile(r"\bmornings?\b"): range(7, 12),
    re.compile(r"\bafternoons?\b"): range(12, 17),
    re.compile(r"\bevenings?\b|\bdark\b"): range(16, 24),
    re.compile(r"\bthe light\b"): range(7, 15),
}
COMMON = frozenset(
    (WORDS / "common.txt").read_text(encoding="utf-8").split(),
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
OUTDOORS = {"park": "outdoor", "garden": "outdoor", "allotment": "outdoor", "gym": "leisure", "pool": "leisure"}


@dataclass(frozen=True)
class Setting:
    """What a description has to agree with."""

    kind: Kind
    venue: Venue | None
    org: str
    sort: str
    days: tuple[str, ...] = ()
    hour: int | None = None
    start: str = ""
    end: str = ""
    once: bool = True
    """It happens on one day of the week only."""


class Prose:
    """Writes descriptions, one after another."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.used: Counter[str] = Counter()
        self.voices = voices()
        self.blurbs = blurbs()
        self.shared = {s: SHARED for group in self.voices.values() for s in group}
        self.shared |= dict.fromkeys(self.blurbs.values(), QUIRKS)
        self.written: dict[str, list[frozenset[tuple[str, ...]]]] = {}
        self.women, self.men = (
            [name.strip() for name in (WORDS / f"{who}.txt").read_text(encoding="utf-8").split(",")]
            for who in ("women", "men")
        )

    def describe(self, at: Setting) -> str:
        """A description of one listing, 30 to 80 words."""
        earlier = self.written.setdefault(at.kind.topic, [])
        best: tuple[float, str, list[str]] | None = None
        tries = 0
        for _ in range(120):
            chosen = self._sentences(at)
            text = self._say(chosen, at)
            if not SHORTEST < len(text.split()) < LONGEST - 1:
                continue
            made = shingles(text)
            like = max((len(made & other) / len(made | other) for other in earlier), default=0.0)
            if best is None or like < best[0]:
                best = (like, text, chosen)
            tries += 1
            if like < UNLIKE or (tries >= TRIES and best[0] < ALIKE):
                break
        if best is None:
            raise ValueError(f"{at.kind.topic}: no description of {SHORTEST} to {LONGEST} words could be made")
        self.used.update(best[2])
        earlier.append(shingles(best[1]))
        return best[1]

    def _sentences(self, at: Setting) -> list[str]:
        """One try: which sentences, in what order."""
        rng = self.rng
        target = rng.triangular(33, 76, 48)
        voice = rng.choice(("warm", "warm", "mixed", "mixed", "plain", "plain"))
        wanted = {
            "warm": [">", "-", rng.choice("-+"), "+", "-", "+", "=", "-"],
            "mixed": [rng.choice(">I"), rng.choice("-="), "+", "-", "=", "+", "-"],
            "plain": ["I", rng.choice("=-"), "=", "+", "-", "=", "-", "+"],
        }[voice]
        if at.org in self.blurbs and rng.random() < 0.42:
            wanted.insert(rng.choice((0, 1, 2)) if voice == "plain" else rng.choice((1, 2)), "blurb")
        elif rng.random() < 0.5:
            wanted.insert(rng.choice((2, 2, 3)), "voice")
        if at.venue and at.venue.quirk and rng.random() < 0.25:
            wanted.insert(rng.choice((2, 3)), "quirk")
        if len(at.days) == 1 and at.start and rng.random() < 0.14:
            wanted.insert(2, "when")
        chosen: list[str] = []
        for which in wanted:
            if len(" ".join(chosen).split()) >= target - 5:
                break
            found = self._least(self._stock(which, at), chosen, at)
            if not found and which == "I":
                found = self._least(at.kind.openings, chosen, at)
            if found:
                chosen.append(found)
        return chosen

    def _stock(self, which: str, at: Setting) -> list[str]:
        kind, venue = at.kind, at.venue
        own = {"-": kind.details, "+": kind.people, ">": kind.openings}
        if which in own:
            return own[which]
        if which in "=I":
            said = [s for n, s in enumerate(kind.plain) if (which == "I") == (n == 0 or s.startswith(("A ", "An ")))]
            self.shared |= dict.fromkeys(said if which == "I" else (), SAID)
            return said
        if which == "quirk" and venue:
            self.shared.setdefault(venue.quirk, QUIRKS)
            return [venue.quirk]
        if which == "when":
            return self.voices["when"]
        if which == "blurb":
            return [self.blurbs[at.org]]
        groups = [venue.sort if at.sort == "host" and venue else {"club": "club", "firm": ""}.get(at.sort, "charity")]
        if kind.each("voice"):
            groups = kind.each("voice")
        if venue:
            groups.append(OUTDOORS.get(venue.sort, venue.sort))
        groups = [g for g in groups if g in self.voices and g not in kind.each("mute")]
        found = [s for g in dict.fromkeys(groups) for s in self.voices[g]]
        return found if venue else [s for s in found if kind.each("voice") or not ELSEWHERE.search(s)]

    def _least(self, stock: Iterable[str], chosen: list[str], at: Setting) -> str:
        """The least used of the sentences that fit and clash with none already chosen."""
        brief = any(short(c) for c in chosen)
        fit = [
            s
            for s in stock
            if s not in chosen
            and self.used[s] < self.shared.get(s, 99)
            and not (brief and short(s))
            and agrees(s, at)
            and not any(clash(s, c) for c in chosen)
        ]
        if not fit:
            return ""
        few = min(self.used[s] for s in fit)
        return self.rng.choice([s for s in fit if self.used[s] == few])

    def _say(self, chosen: list[str], at: Setting) -> str:
        rng = self.rng
        if len(chosen) > 2 and rng.random() < 0.08 and not LOOSE.match(chosen[1]):
            chosen = [chosen[1], chosen[0], *chosen[2:]]
        both = self.women + self.men
        of_one = next((s for s in chosen if "{name}" in s), "")
        one = rng.choice(self.women if HERS.search(of_one) else self.men if HIS.search(of_one) else both)
        two = rng.choice([name for name in both if name != one])
        fill = {
            "name": one,
            "name2": two,
            "n": rng.choice(NUMBERS),
            "few": rng.choice(FEW),
            "year": str(rng.randrange(1988, 2024)),
            "place": at.venue.place if at.venue else "Coventry",
            "venue": at.venue.name if at.venue and at.venue.sort != "own" else "home",
            "dayname": at.days[0] if at.days else "week",
            "start": at.start,
            "end": at.end,
        }
        text = " ".join(re.sub(r"\[([^\]]*)\]", lambda m: rng.choice(m[1].split("|")), s) for s in chosen)
        for key, value in fill.items():
            text = text.replace("{" + key + "}", value)
        text = re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)
        return text.replace("'", "’")


def agrees(sentence: str, at: Setting) -> bool:
    """Whether a sentence fits the days and the hour."""
    if not at.once or at.hour is None:
        return True
    days, hours = when(sentence)
    return days <= set(at.days) and (hours is None or at.hour in hours)


@cache
def when(sentence: str) -> tuple[frozenset[str], frozenset[int] | None]:
    """The days that a sentence names, and the hours at which it can be true (``None``: any)."""
    spans = [frozenset(hours) for word, hours in TIMES.items() if word.search(sentence)]
    return frozenset(WEEKDAY.findall(sentence)), frozenset.intersection(*spans) if spans else None


@cache
def clash(one: str, two: str) -> bool:
    """Whether two sentences say the same kind of thing or share telling words."""
    return bool(motifs(one) & motifs(two)) or len(telling(one) & telling(two)) >= 2


@cache
def motifs(sentence: str) -> frozenset[int]:
    """Which of the motifs a sentence strikes."""
    return frozenset(n for n, motif in enumerate(MOTIFS) if motif.search(sentence))


@cache
def telling(sentence: str) -> frozenset[str]:
    """The words of a sentence that stick in the mind, crudely stemmed."""
    return frozenset(w[:6] for w in re.findall(r"[a-z]{5,}", sentence.lower()) if w not in COMMON)


@cache
def short(sentence: str) -> bool:
    """Whether it is one of those that only one of is borne."""
    return len(sentence.split()) < 7


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Every five words in a row."""
    words = re.findall(r"[\w’]+", text.lower())
    return frozenset(tuple(words[i : i + 5]) for i in range(len(words) - 4))

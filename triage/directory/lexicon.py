"""What callers say, and what services are called.

A phrase is compared by its telling words: kin words (*mum, hubby*) and fillers drop out, endings and words of
the same meaning count as one, and a negation joins the word that it denies, so that *can't cook*, *no longer cooks*
and *has stopped cooking* are one phrase, and *not falling any more* is never *keeps falling*. The longest phrase
wins. What words that no whole phrase covers most likely speak of is guessed (:mod:`triage.directory.guess`).

Nothing here decides an outcome; crisis words open the danger step before any result shows.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from triage.directory.grammar import NOT, Code, Grammar
from triage.directory.guess import Guess, Guesses
from triage.directory.spelling import Vocabulary
from triage.directory.words import LONGEST, STOP, respelt, sound, stem, tokens

Spell = Callable[[str], str]
FAR = 0.2
"""How much less like the words typed a phrase may be than another made of the same telling words."""
SAME = 0.34
"""The share of a phrase's words that must be there for its one telling word to stand for all of it."""
GAP = 6
"""Words that may stand between the words of one phrase."""
GUESSES = 2
"""How many concepts are guessed."""
LIKELY = 0.1
"""How likely a concept must be to be guessed."""
SETTLED = 0.9
"""An idea worth so much leaves nothing to guess about its words."""
LOOSE = 0.6
"""What a phrase counts for whose every telling word was said among quite other small words."""
BARE = 0.1
"""What a phrase that was said counts for, at the least, when the other words speak of something else."""
STRANGE = 3.0
"""What a word that no phrase has weighs among the telling words, where one that few have weighs up to nine."""
GUESSED = 1.0
"""What a certain guess is worth beside a phrase that was said."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One need, or one kind of thing: ``say`` is how callers put it, ``terms`` what listings call it, ``services``
    the ids of the council's services, all the best first; ``pathways`` are the script's. ``cues`` are words that hint
    at it without saying it. ``crisis`` opens the danger step.
    """

    id: str
    say: tuple[str, ...]
    terms: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    crisis: bool = False
    cues: tuple[str, ...] = ()

    @property
    def calls(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """What listings call it, terms before slugs, each with its stems."""
        return _calls(self.terms, self.services)

    @property
    def concern(self) -> bool:
        """Whether these words may be a safeguarding concern."""
        return "safeguarding-concern" in self.services


@dataclass(frozen=True, slots=True)
class Idea:
    """A concept that was heard: the caller's ``words``, where they stand, and how sure it is (0 to 1)."""

    concept: Concept
    words: str
    at: frozenset[int]
    weight: float
    whole: bool = True
    sure: bool = False
    """Whether a whole phrase was said, and no other concept's is nearer to the words."""
    alike: float = 1.0
    """How alike the phrase and what was said are, word for word (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What some words may mean. ``denied`` are the positions of words that were said not to be so."""

    ideas: tuple[Idea, ...] = ()
    denied: frozenset[int] = frozenset()

    @property
    def crisis(self) -> tuple[str, ...]:
        """The words that open the danger step."""
        return tuple(dict.fromkeys(idea.words for idea in self.ideas if idea.sure and idea.concept.crisis))

    @property
    def concerns(self) -> tuple[str, ...]:
        """The words that may be a safeguarding concern."""
        return tuple(dict.fromkeys(idea.words for idea in self.ideas if idea.sure and idea.concept.concern))

    @property
    def pathways(self) -> tuple[str, ...]:
        """The script's pathways these words point to, the likeliest first."""
        return tuple(dict.fromkeys(way for idea in self.ideas for way in idea.concept.pathways))


class Lexicon:
    """The concepts, and the grammar they are heard with."""

    def __init__(self, concepts: Iterable[Concept] = (), grammar: Grammar | None = None) -> None:
        self.concepts = tuple(concepts)
        self.grammar = grammar or Grammar()
        heard = [(self.grammar.codes(tokens(p)), n, p) for n, concept in enumerate(self.concepts) for p in concept.say]
        users: dict[str, set[int]] = defaultdict(set)
        for codes, number, _ in heard:
            for code in codes:
                users[code.code].add(number)
        literal = (
            (
                self.grammar.wanted(codes, users, 0 if self.concepts[n].crisis else 2),
                n,
                frozenset(map(stem, tokens(phrase))),
            )
            for codes, n, phrase in heard
        )
        self._phrases = tuple(phrase for phrase in literal if phrase[0])
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, (wanted, _, _) in enumerate(self._phrases):
            for needed in wanted:
                self._having[needed].append(number)
        self._rarest: dict[str, list[int]] = defaultdict(list)
        for number, (wanted, _, _) in enumerate(self._phrases):
            self._rarest[min(wanted, key=lambda code: (len(self._having[code]), code))].append(number)
        self._idf = {code: math.log(1 + len(self._phrases) / (1 + len(n))) for code, n in self._having.items()}
        self._all = tuple(sum(map(self._idf.__getitem__, wanted)) for wanted, _, _ in self._phrases)
        self._heard = [(number, codes) for codes, number, _ in heard]
        self._votes = lru_cache(maxsize=4096)(self._shares)
        self._mended = lru_cache(maxsize=2048)(self._spelt)
        self.hear = lru_cache(maxsize=512)(self._hear)
        self.plain = lru_cache(maxsize=8192)(self._plain)

    @cached_property
    def _guesses(self) -> Guesses:
        hints = ((n, text) for n, concept in enumerate(self.concepts) for text in (*concept.terms, *concept.cues))
        return Guesses([*self._heard, *((n, self.grammar.codes(tokens(text))) for n, text in hints)])

    @cached_property
    def by_id(self) -> Mapping[str, Concept]:
        """The concepts by their ids."""
        return {concept.id: concept for concept in self.concepts}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word of every phrase and every term."""
        texts = (text for concept in self.concepts for text in (*concept.say, *concept.terms))
        words = sorted({word for text in texts for word in tokens(text)})
        return Vocabulary(words, lambda low, high: 8 * (high - low))

    def _plain(self, word: str) -> bool:
        """Whether it is an everyday word, or one that callers' phrases use."""
        return stem(word) in self.grammar.plain or word in self._hints or self.vocabulary.find(word) >= 0

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {concept.id: number for number, concept in enumerate(self.concepts)}

    @cached_property
    def _hints(self) -> frozenset[str]:
        return frozenset(word for concept in self.concepts for cue in concept.cues for word in tokens(cue))

    def warm(self) -> None:
        """Sort the phrases' words now."""
        _ = self._bare, self._sounds, self._guesses
        self.vocabulary.warm()

    def everyday(self, word: str) -> bool:
        """Whether it is a word that says little of what is needed."""
        return stem(word) in self.grammar.plain

    def leading_to(self, service: str) -> tuple[Concept, ...]:
        """The concepts whose first service that is."""
        return tuple(concept for concept in self.concepts if concept.services[:1] == (service,))

    @property
    def size(self) -> int:
        """How many phrases it knows."""
        return sum(len(concept.say) for concept in self.concepts)

    def _hear(self, text: str, spell: Spell | None = None) -> Meaning:
        """What a caller's words may mean; ``spell`` gives a word as the directory spells it, ``""`` if it can't."""
        words = tokens(text[:LONGEST])
        codes = [self._mend(code, words, spell) for code in self.grammar.codes(words)]
        ideas = self._whole(codes, words)
        covered = frozenset(i for idea in ideas for i in idea.at)
        telling = [code for code in codes if not code.small]
        if telling and not (len(telling) == 1 and telling[0].at <= covered):
            ideas = self._weighed(ideas, codes, telling, words)
        denied = [c.at for c in codes if c.denied == NOT and not c.at <= covered and self._votes(c.code[1:])]
        return Meaning(tuple(ideas), frozenset(i for at in denied for i in at))

    def _mend(self, code: Code, words: list[str], spell: Spell | None) -> Code:
        """A misspelt or misheard telling word as the lexicon spells it, or the directory, if its word is nearer."""
        if code.small or code.code in self._having:
            return code
        bare = code.code.removeprefix("~")
        if len(bare) < 5 or not bare.isalpha() or bare in self.grammar.plain:
            return code
        mended = self._mended(bare, words[max(code.at)], spell)
        return Code(code.code[: -len(bare)] + mended, code.at, code.denied) if mended else code

    def _spelt(self, bare: str, typed: str, spell: Spell | None) -> str:
        """The telling word that an unknown one is nearest to, ``""`` if the directory has it or none is near."""
        near = process.extractOne(bare, self._bare[bare[0]], scorer=OSA.distance, score_cutoff=1 + (len(bare) >= 8))
        mended = near[0] if near else self._sounds.get(sound(bare), "")
        theirs = spell(typed) if spell else ""
        if theirs == typed:
            return ""
        if theirs and _alike(stem(theirs), bare) > _alike(mended, bare):
            mended = self.grammar.one(theirs)
        return mended if mended and _alike(mended, bare) >= 50 else ""

    @cached_property
    def _bare(self) -> Mapping[str, list[str]]:
        """The telling words, by their first letter: people rarely get that wrong."""
        found: dict[str, list[str]] = defaultdict(list)
        for code in sorted({code.removeprefix("~") for code in self._having}):
            if len(code) >= 4 and code[0] != ".":
                found[code[0]].append(code)
        return found

    @cached_property
    def _sounds(self) -> dict[str, str]:
        codes = [code for letter in sorted(self._bare, reverse=True) for code in reversed(self._bare[letter])]
        return {sound(code): code for code in codes if sound(code)}

    def _whole(self, codes: list[Code], words: list[str]) -> list[Idea]:
        """The phrases that are there whole, the longest first, none inside another."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, code in enumerate(codes):
            places[code.code].append(place)
        here = frozenset(places)
        whole = [n for code in places for n in self._rarest.get(code, ()) if self._phrases[n][0] <= here]
        literal = frozenset(map(stem, words)) if whole else here
        found = []
        thin: set[int] = set()
        for number in whole:
            wanted, concept, said = self._phrases[number]
            spots = _closest([places[code] for code in wanted])
            strong = [spot for spot in spots if not codes[spot].small]
            if spots[-1] - spots[0] <= len(spots) - 1 + (GAP if strong else 2):
                at = frozenset(i for spot in strong or spots for i in codes[spot].at)
                telling = len(strong)
                alike = len(said & literal) / len(said | literal)
                more = said - STOP
                if telling == 1 == len(wanted) and len(more & literal) < SAME * len(more):
                    thin.add(number)
                found.append(((telling, len(wanted), self._all[number], alike, -number), at, concept))
        found.sort(key=lambda f: f[0], reverse=True)
        best: dict[frozenset[int], tuple[float, ...]] = {}
        ideas: list[Idea] = []
        for rank, at, concept in found:
            if at not in best and (at <= frozenset().union(*best) or any(at < other for other in best)):
                continue
            if any(idea.concept is self.concepts[concept] for idea in ideas):
                continue
            first = best.setdefault(at, rank)
            behind = first[3] - rank[3]
            if behind >= FAR:
                continue
            weight = 0.6 if behind > 0.05 or -int(rank[4]) in thin else 1.0
            ideas.append(Idea(self.concepts[concept], _said(words, at), at, weight, sure=weight >= 1, alike=rank[3]))
        return ideas

    def _weighed(self, ideas: list[Idea], codes: list[Code], telling: list[Code], words: list[str]) -> list[Idea]:
        """The ideas that were said, doubted where the other words say otherwise; with what is guessed beside them."""
        likely, guesses = self._guesses.of(codes, GUESSES)
        heavy = {code: self._idf.get(code.code, STRANGE) for code in telling}
        every = sum(heavy.values())
        found = []
        for idea in ideas:
            share = sum(weight for code, weight in heavy.items() if code.at <= idea.at) / every
            share *= LOOSE + (1 - LOOSE) * idea.alike
            trust = BARE + (1 - BARE) * max(share, min(1.0, 1.5 * likely.get(self._numbers[idea.concept.id], 0.0)))
            found.append(replace(idea, weight=idea.weight * trust))
        covered = frozenset(i for idea in found if idea.weight >= SETTLED for i in idea.at)
        if all(code.at <= covered for code in telling):
            return found
        known = sum(self._guesses.knows(code.code) for code in telling) / len(telling)
        have = {idea.concept.id for idea in found}
        return found + [idea for guess in guesses for idea in self._guessed(guess, known, have, words)]

    def _guessed(self, guess: Guess, known: float, have: set[str], words: list[str]) -> list[Idea]:
        concept = self.concepts[guess.concept]
        if guess.likely < LIKELY or not guess.at or concept.id in have:
            return []
        weight = GUESSED * min(1.0, 1.5 * guess.likely) * known
        return [Idea(concept, _said(words, guess.at), guess.at, min(0.99, weight), False)]

    def _shares(self, code: str) -> dict[int, float]:
        """How strongly a word by itself points to each concept: the share of its phrases, if they agree."""
        having = self._having.get(code, ())
        counts = Counter(self._phrases[number][1] for number in having)
        alone = {self._phrases[n][1] for n in having if len(self._phrases[n][0]) == 1}
        shares = {concept: n / len(having) for concept, n in counts.items() if n >= 2 or concept in alone}
        return {c: 1.0 if c in alone else share for c, share in shares.items() if share >= 0.6 or c in alone}


@lru_cache(maxsize=4096)
def _calls(terms: tuple[str, ...], services: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    names = (*terms, *(slug.replace("-", " ") for slug in services))
    return tuple((name, frozenset(map(stem, tokens(name)))) for name in dict.fromkeys(names))


def _closest(places: list[list[int]]) -> list[int]:
    """One place of each, as near to each other as a greedy look finds."""
    if len(places) == 1:
        return places[0][:1]
    rarest = min(places, key=len)
    best: list[int] = []
    for anchor in rarest:
        spots = sorted(min(options, key=lambda p: abs(p - anchor)) for options in places)
        if not best or spots[-1] - spots[0] < best[-1] - best[0]:
            best = spots
    return best


def _alike(word: str, other: str) -> float:
    return fuzz.ratio(respelt(word), respelt(other))


def _said(words: list[str], at: frozenset[int]) -> str:
    return " ".join(words[min(at) : max(at) + 1])

"""Finding a person: hit@1 by kind of error, whether a score means what it says, and the time a key takes.

    python -m tests.bench.people [PEOPLE]

The people are invented (tests/town.py). The made part of the set spoils names by rules that the product doesn't know.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter

from tests.town import number, postcode, town
from triage.library.nicknames import load_names
from triage.people import People, Person, doubles, hear

TODAY = date(2026, 11, 24)
HERE = Path(__file__).parent.parent / "fixtures" / "people" / "misheard.txt"
EARS = (
    ("f", "s"), ("m", "n"), ("b", "p"), ("d", "t"), ("th", "f"), ("ck", "k"), ("ee", "ea"), ("er", "a"), ("ll", "l"),
    ("tt", "t"), ("ph", "f"), ("y", "ie"), ("gh", ""), ("h", ""), ("c", "k"), ("z", "s"), ("i", "e"), ("a", "o"),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One person and what was typed for them."""

    kind: str
    person: str
    typed: str


def by_hand(first: int) -> Iterator[tuple[Person, Case]]:
    """The set made by hand."""
    for at, line in enumerate(HERE.read_text(encoding="utf-8").splitlines()):
        kind, name, born, home, phone, typed = (part.strip() for part in line.split("|"))
        key = f"hand{first + at}"
        yield Person(key, name, date.fromisoformat(born), home, phone, calls=(key,)), Case(kind, key, typed)


def made(people: list[Person], seed: int, each: int = 40) -> Iterator[Case]:
    """Cases made from people of the town: one thing goes wrong in each, and a second fact comes with the name."""
    pick = Random(seed)
    for kind, spoil in SPOILT.items():
        count = 0
        while count < each:
            person = pick.choice(people)
            typed = spoil(person, pick)
            if typed:
                count += 1
                yield Case(kind, person.id, typed)


def _misheard(person: Person, pick: Random) -> str:
    words = person.name.lower().split()
    at = pick.randrange(len(words))
    fits = [(a, b) for a, b in EARS if a in words[at][1:]]
    if not fits:
        return ""
    a, b = pick.choice(fits)
    words[at] = words[at][0] + words[at][1:].replace(a, b, 1)
    return " ".join(words) + f" {person.born:%d/%m/%Y}"


def _mistyped(person: Person, pick: Random) -> str:
    word = list(person.name.lower())
    at = pick.randrange(1, len(word) - 1)
    how = pick.randrange(3)
    if how == 0:
        word[at], word[at - 1] = word[at - 1], word[at]
    elif how == 1:
        del word[at]
    else:
        word[at] = pick.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(word) + f" {person.postcode}"


def _turned_day(person: Person, pick: Random) -> str:
    born = person.born
    return f"{person.name} {born.month}/{born.day}/{born.year}" if born and born.day < 13 != born.month else ""


def _wrong_digit(person: Person, pick: Random) -> str:
    born = person.born
    if born is None:
        return ""
    digits = list(f"{born:%d%m%Y}")
    digits[pick.choice((1, 3, 7))] = pick.choice("0123456789")
    try:
        date(int("".join(digits[4:])), int("".join(digits[2:4])), int("".join(digits[:2])))
    except ValueError:
        return ""
    return f"{person.name} {''.join(digits[:2])}/{''.join(digits[2:4])}/{''.join(digits[4:])}"


def _home(person: Person, pick: Random) -> str:
    home = person.postcode
    at = pick.choice((4, 5, 6))
    other = pick.choice("0123456789" if home[at].isdigit() else "ABDEFGHJLNPQRSTUWXYZ")
    return f"{person.name} {home[:at]}{other}{home[at + 1 :]}"


def _initial(person: Person, pick: Random) -> str:
    words = person.name.split()
    return f"{words[0][0]} {words[-1]} {person.born:%d %B %Y}"


def _two(person: Person, pick: Random) -> str:
    name, dated = _misheard(person, pick), _wrong_digit(person, pick)
    return f"{name.rpartition(' ')[0]} {dated.rpartition(' ')[2]}" if name and dated else ""


SPOILT: dict[str, Callable[[Person, Random], str]] = {
    "made: misheard letters + date of birth": _misheard,
    "made: mistyped + postcode": _mistyped,
    "made: day and month swapped": _turned_day,
    "made: one digit of the date": _wrong_digit,
    "made: one character of the postcode": _home,
    "made: initial + date of birth": _initial,
    "made: family name first + phone": lambda p, r: f"{p.name.split()[-1]} {p.name.split()[0]} {p.phone}",
    "two faults: misheard letters + a wrong digit": lambda p, r: _two(p, r),
    "name alone: misheard letters": lambda p, r: _misheard(p, r).rpartition(" ")[0],
    "name alone: half of it typed": lambda p, r: f"{p.name[: max(5, len(p.name) * 2 // 3)]}",
}


def main(size: int) -> None:
    """Print it all."""
    hand = list(by_hand(0))
    people = [*town(size - len(hand)), *(person for person, _ in hand)]
    names = load_names()
    began = perf_counter()
    index = People(people, names)
    print(f"{len(index)} people; index built in {perf_counter() - began:.2f} s")
    cases = [*(case for _, case in hand), *made(people[: size - len(hand)], seed=2026)]
    hits: dict[str, list[bool]] = defaultdict(list)
    among: dict[str, list[bool]] = defaultdict(list)
    trust: dict[int, list[bool]] = defaultdict(list)
    for case in cases:
        found = index.likely(hear(case.typed + " ", TODAY), 10)
        right = [one.person.id == case.person for one in found]
        hits[case.kind].append(bool(right) and right[0])
        among[case.kind].append(any(right))
        if found:
            trust[min(4, int(found[0].score * 5))].append(right[0])
    print(f"{'kind of error':<42} cases  hit@1  in 10")
    for kind in hits:
        n = len(hits[kind])
        print(f"{kind:<42} {n:>5}  {sum(hits[kind]) / n:>5.0%}  {sum(among[kind]) / n:>5.0%}")
    whole = [h for found in hits.values() for h in found]
    print(f"{'all':<42} {len(whole):>5}  {sum(whole) / len(whole):>5.0%}")
    print("score of the first hit → how often it is right:")
    for bucket in sorted(trust):
        told = trust[bucket]
        print(f"  {bucket / 5:.1f}–{bucket / 5 + 0.2:.1f}: {sum(told)}/{len(told)}")
    times = []
    for case in cases[:: max(1, len(cases) // 60)]:
        for end in range(2, len(case.typed) + 1):
            began = perf_counter()
            index.likely(hear(case.typed[:end], TODAY), 12)
            times.append((perf_counter() - began) * 1000)
    p99 = quantiles(times, n=100)[98]
    print(f"a key: median {median(times):.1f} ms, p99 {p99:.1f} ms, worst {max(times):.1f} ms ({len(times)} keys)")
    twins = _twins(people[:5000])
    began = perf_counter()
    pairs = doubles(people[:5000] + twins, names)
    truth = {frozenset((t.id[2:], t.id)) for t in twins}
    right_ = sum(frozenset((p.one.id, p.other.id)) in truth for p in pairs)
    print(
        f"duplicates: {right_} of {len(twins)} sown in {5000 + len(twins)} people found, {len(pairs) - right_} others "
        f"proposed, {perf_counter() - began:.1f} s"
    )


def _twins(people: list[Person]) -> list[Person]:
    """Second records of some people, with one fault each."""
    pick = Random(11)
    found = []
    for person in pick.sample(people, 100):
        words = person.name.split()
        at = pick.randrange(3)
        born = person.born
        if at == 0:
            name, home, phone = f"{words[0]} {words[-1][:-1]}", person.postcode, person.phone
        elif at == 1:
            name, home, phone = person.name, postcode(pick), number(pick)
        else:
            name, home, phone = f"{words[0]} {words[-1]}", person.postcode, ""
            born = born.replace(year=born.year - 1, day=min(born.day, 28)) if born else None
        found.append(Person(f"t-{person.id}", name, born, home, phone))
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

"""An invented town of any size, for finding people in."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from triage.people import Person

_LINES = (Path(__file__).parent / "fixtures" / "people" / "words.txt").read_text(encoding="utf-8").splitlines()
WORDS = {kind: words.split() for kind, _, words in (line.partition(":") for line in _LINES)}


def town(size: int, seed: int = 7) -> list[Person]:
    """Invented people of a town: common names are common, rare ones rare."""
    pick = Random(seed)
    given_names, families = WORDS["given"], WORDS["family"]
    made_up = [head + tail for head in WORDS["heads"] for tail in WORDS["tails"]]
    people = []
    for n in range(size):
        given = given_names[min(int(pick.expovariate(1 / 45)), len(given_names) - 1)]
        common = families[min(int(pick.expovariate(1 / 40)), 149) % len(families)]
        family = pick.choice(made_up) if pick.random() < 0.4 else common
        if pick.random() < 0.04:
            family += "-" + pick.choice(families)
        middle = f" {pick.choice(given_names)}" if pick.random() < 0.2 else ""
        people.append(
            Person(
                id=f"p{n}",
                name=f"{given}{middle} {family}",
                born=date(1925, 1, 1) + timedelta(days=pick.randrange(29_000)),
                postcode=postcode(pick),
                phone=number(pick),
                address=f"{pick.randint(1, 240)} {pick.choice(WORDS['streets'])} Road",
                calls=(f"p{n}",),
            )
        )
    return people


def postcode(pick: Random) -> str:
    """A postcode of the shape of the town's own."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"CV{pick.randint(1, 8)} {pick.randint(0, 9)}{pick.choice(letters)}{pick.choice(letters)}"


def number(pick: Random) -> str:
    """A number from the ranges kept for invented things."""
    return f"01632 960{pick.randrange(1000):03}" if pick.random() < 0.5 else f"07700 900{pick.randrange(1000):03}"

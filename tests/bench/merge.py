"""How well and how fast duplicates are found: ``python -m tests.bench.merge [FOLDER]``.

Two parts. Ten thousand invented listings and ten thousand more of another source, two thousand of them the same things
under changed names, numbers and postcodes: seconds, precision and recall. And two real lists of the same GP practices,
linked by a code that the matcher never sees, when FOLDER (else ``../shared/data/nhs-choices-2014``) holds them.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from triage.directory.merge import Pair, candidates
from triage.directory.traits import traits
from triage.feeds.recognise import Asked, read
from triage.model import Listing

MANY, TWICE, WRONG_SHOWN = 10_000, 2_000, 10
PRECISION = 0.99

_WORDS = """
    Willow Oak Cedar Rowan Hazel Elm Ash Birch Maple Holly Ivy Fern Heather Lark Wren Robin Swift Kestrel
    Men Women Carers Parents Neighbours Veterans Families Pensioners Friends Stroke Memory Garden Bread
    Club Group Café Circle Choir Class Centre Lunch Walk Service Advice Surgery Project Society Shed
    Mill High Church Station Park Victoria Albert Queens Kings School Spring Bridge Forge Chapel
"""
_WHO, _OF, _WHAT, _STREETS = (line.split() for line in _WORDS.strip().splitlines())
_KIND = ("Road", "Street", "Lane", "Avenue", "Close", "Way")
_SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Lane": "Ln"}


def invented(rng: random.Random) -> Iterator[tuple[Listing, int]]:
    """The listings with the number of the thing each one is."""
    towns = [
        f"{rng.choice('BCDFGHLMNPRSTW')}{rng.choice('aeiou')}{rng.choice('lmnrst')}{e}"
        for e in ("ford", "ton", "ham", "ley", "worth", "wick", "bury", "combe")
    ] * 3
    first = [_one(rng, at, towns) for at in range(MANY)]
    yield from ((each, at) for at, each in enumerate(first))
    for at in range(MANY):
        if at < TWICE:
            yield _changed(rng, first[at], at), at
        else:
            yield replace(_one(rng, MANY + at, towns), source="two"), MANY + at


def _one(rng: random.Random, at: int, towns: list[str]) -> Listing:
    surname = "".join(rng.choice(("ba", "der", "lin", "mo", "ret", "ke", "sha", "tin", "wel", "go")) for _ in range(3))
    name = " ".join((rng.choice((*_WHO, surname.title(), surname.title())), rng.choice(_OF), rng.choice(_WHAT)))
    street = f"{rng.randint(1, 180)} {rng.choice(_STREETS)} {rng.choice(_KIND)}"
    town = rng.choice(towns)
    area = f"{rng.choice(('CV', 'LE', 'NN', 'WS'))}{rng.randint(1, 20)}"
    code = f"{area} {rng.randint(1, 9)}{rng.choice('ABDEFG')}{rng.choice('HJLNP')}"
    shared = rng.random() < 0.05
    phone = _number(at % 900) if shared else _number(1000 + at)
    whole = f"{street}, {town}"
    return Listing(f"one:{at}", name, "activity", "", source="one", address=whole, postcode=code, phone=phone)


def _number(at: int) -> str:
    """A number of its own that is too long to be anybody's."""
    return f"01632 960{at:05}"


def _changed(rng: random.Random, was: Listing, at: int) -> Listing:
    """The same thing as another council has it."""
    words = was.name.split()
    if rng.random() < 0.3:
        words = ["The", *words]
    if rng.random() < 0.25:
        spot = rng.randrange(len(words))
        letters = list(words[spot])
        letters.insert(rng.randrange(len(letters)), rng.choice("aeiourst"))
        words[spot] = "".join(letters)
    if rng.random() < 0.2:
        words.append("Ltd")
    if rng.random() < 0.15:
        words = words[1:] + words[:1]
    address = was.address
    for long, short in _SHORT.items():
        address = address.replace(long, short) if rng.random() < 0.5 else address
    return replace(
        was,
        id=f"two:{at}",
        source="two",
        name=" ".join(words),
        address=address if rng.random() < 0.9 else "",
        phone=was.phone if rng.random() < 0.7 else "" if rng.random() < 0.5 else _number(90_000 + rng.randint(0, 9999)),
        postcode=was.postcode if rng.random() < 0.8 else "",
    )


def practices(folder: Path) -> Iterator[tuple[Listing, str]]:
    """Both lists of practices with their codes; the code stands in no field of a listing."""
    for name in ("GP.csv", "GPPractices.csv"):
        with (folder / name).open(encoding="cp1252", newline="") as opened:
            for at, row in enumerate(csv.DictReader(opened, delimiter="\xac", quoting=csv.QUOTE_NONE)):
                cell = {key: (value or "").strip() for key, value in row.items() if key}
                address = ", ".join(filter(None, (cell[k] for k in ("Address1", "Address2", "Address3", "City"))))
                yield (
                    Listing(
                        f"{name}:{at}",
                        cell["OrganisationName"],
                        "care",
                        "",
                        source=name,
                        address=address,
                        postcode=cell["Postcode"],
                        phone=cell.get("Phone", ""),
                        email=cell.get("Email", ""),
                        url=cell.get("Website", ""),
                        latitude=float(cell["Latitude"]) if cell.get("Latitude") else None,
                        longitude=float(cell["Longitude"]) if cell.get("Longitude") else None,
                    ),
                    cell["OrganisationCode"],
                )


def imported(folder: Path) -> Iterator[tuple[Listing, str]]:
    """The same two lists as the importer reads them, with its own guess at their columns."""
    codes: dict[tuple[str, str], str] = {}
    for name in ("GP.csv", "GPPractices.csv"):
        with (folder / name).open(encoding="cp1252", newline="") as opened:
            for row in csv.DictReader(opened, delimiter="\xac", quoting=csv.QUOTE_NONE):
                codes[name, row["OrganisationID"].strip()] = row["OrganisationCode"].strip()
        for listing in read(str(folder / name), Asked(today=date(2026, 11, 21))).listings:
            yield listing, codes[name, listing.source_id]


def measure(title: str, rows: list[tuple[Listing, object]], *, sharing: bool) -> None:
    """Print seconds, and precision and recall by score and by verdict; ``sharing`` counts only pairs with a postcode
    or a telephone number in common."""
    truth = {listing.id: code for listing, code in rows}
    held = {listing.id: listing for listing, _ in rows}
    began, busy = time.perf_counter(), time.process_time()
    found = candidates(listing for listing, _ in rows)
    wall, busy = time.perf_counter() - began, time.process_time() - busy
    print(f"\n{title}: {len(rows):,} listings, {wall:.2f} s ({busy:.2f} s of CPU)")
    marks = {listing.id: traits(listing) for listing, _ in rows}

    def share(one: str, two: str) -> bool:
        a, b = marks[one], marks[two]
        return not sharing or bool((a.postcode and a.postcode == b.postcode) or a.phones & b.phones)

    by_code: dict[object, list[str]] = defaultdict(list)
    for listing, code in rows:
        by_code[code].append(listing.id)
    total = sum(
        share(a, b) for ids in by_code.values() for a in ids for b in ids if a < b and held[a].source != held[b].source
    )
    counted = [p for p in found if held[p.ids[0]].source != held[p.ids[1]].source and share(*p.ids)]
    right = wrong = 0
    best = (0.0, 1.0)
    for pair in counted:
        hit = truth[pair.ids[0]] == truth[pair.ids[1]]
        right, wrong = right + hit, wrong + (not hit)
        if right / (right + wrong) >= PRECISION:
            best = (right / total, pair.score)
    print(f"  {total:,} true pairs; at precision {PRECISION}: recall {best[0]:.3f} (score {best[1]:.2f} and more)")
    for verdict, count in Counter(p.verdict for p in counted).items():
        hits = sum(truth[p.ids[0]] == truth[p.ids[1]] for p in counted if p.verdict == verdict)
        print(f"  {verdict:9} {count:6,} pairs, {hits / count:.4f} of them true, {hits / total:.3f} of the true ones")
    _explain([p for p in counted if truth[p.ids[0]] != truth[p.ids[1]]][:WRONG_SHOWN], held)


def _explain(wrong: list[Pair], held: dict[str, Listing]) -> None:
    for pair in wrong:
        one, two = (held[i] for i in pair.ids)
        print(f"  wrong, {pair.score:.3f} {pair.verdict}: {one.name} | {one.address} // {two.name} | {two.address}")
        print(f"     for: {'; '.join(pair.why)}. against: {'; '.join(pair.but) or 'nothing'}")


if __name__ == "__main__":
    measure("invented", list(invented(random.Random(6))), sharing=False)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared/data/nhs-choices-2014"
    if (folder / "GP.csv").is_file():
        measure("GP practices", list(practices(folder)), sharing=True)
        measure("GP practices as imported", list(imported(folder)), sharing=True)
    else:
        print(f"\n{folder} has no GP.csv: the real lists were not measured.")

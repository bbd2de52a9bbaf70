"""Draw the extract of CV postcodes that make.py places listings on: ``python extract.py CV.csv``.

Needed only when words/places.txt gains a neighbourhood. ``CV.csv`` (``Postcode,lat,long``) is derived from the ONS
National Statistics Postcode Lookup; see ../README.md for the licence. Large-user sectors (CV1 9 and the like) hold
post boxes, not places, and are left out.
"""

import csv
import math
import random
import sys
from pathlib import Path
from statistics import median

WORDS = Path(__file__).parent / "words"
LARGE_USERS = {"CV1 9", "CV3 9", "CV4 0", "CV6 9"}
EACH = 26
STRAY = 1.3
"""km: a postcode further than this from the middle of its own sector was given a place that isn't its own."""


def km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance on a plane that is flat enough for one city."""
    return math.hypot((lat1 - lat2) * 111.2, (lon1 - lon2) * 111.2 * math.cos(math.radians(52.41)))


def main(source: str) -> None:
    """Write words/postcodes.csv."""
    with open(source, encoding="utf-8", newline="") as file:
        rows = [(r["Postcode"], float(r["lat"]), float(r["long"])) for r in csv.DictReader(file) if r["lat"]]
    rows = [r for r in rows if r[0][-4] == " " and r[0][:-2] not in LARGE_USERS]
    sectors: dict[str, list[tuple[str, float, float]]] = {}
    for row in rows:
        sectors.setdefault(row[0][:-2], []).append(row)
    middle = {s: (median(r[1] for r in of), median(r[2] for r in of)) for s, of in sectors.items()}
    rows = [r for r in rows if km(r[1], r[2], *middle[r[0][:-2]]) <= STRAY]
    rng = random.Random(1226)
    places = [
        [part.strip() for part in line.split("|")]
        for line in (WORDS / "places.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    middles = [(p[0], float(p[2]), float(p[3]), float(p[4])) for p in places]
    found: dict[str, list[tuple[str, float, float]]] = {p[0]: [] for p in middles}
    for row in rows:
        near = min(middles, key=lambda p: km(row[1], row[2], p[1], p[2]))
        if km(row[1], row[2], near[1], near[2]) <= near[3]:
            found[near[0]].append(row)
    with (WORDS / "postcodes.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["place", "postcode", "latitude", "longitude"])
        for place, *_ in middles:
            for row in sorted(rng.sample(found[place], min(EACH, len(found[place])))):
                out.writerow([place, row[0], row[1], row[2]])


if __name__ == "__main__":
    main(sys.argv[1])

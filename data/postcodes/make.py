"""Makes cv.txt and uk.txt from the postcode CSVs: ``python data/postcodes/make.py FOLDER``.

FOLDER holds ``CV.csv`` (Postcode, lat, long), ``derived-uk-sectors.csv`` and ``derived-uk-outcodes.csv`` (name, lat,
lon, postcodes). The format stands in ATTRIBUTION.md.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

HERE = Path(__file__).parent
Place = tuple[str, float, float]


def rows(path: Path) -> list[Place]:
    """The lines of one CSV."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        return [(row[0], float(row[1]), float(row[2])) for row in reader if row[1] and float(row[1]) < 90]


def line(name: str, lat: float, lon: float, members: list[Place], steps: int) -> str:
    """One line of the format; ``steps`` to a degree."""
    places = len(str(steps)) - 1
    parts = [f"{name}={lat:.{places}f}={lon:.{places}f}"]
    lat, lon = round(lat, places), round(lon, places)
    parts += [f"{part}:{round((a - lat) * steps)}:{round((b - lon) * steps)}" for part, a, b in sorted(members)]
    return " ".join(parts)


def main(folder: Path) -> None:
    """Write both files."""
    units: dict[str, list[Place]] = defaultdict(list)
    for name, lat, lon in rows(folder / "CV.csv"):
        units[f"{name[:-3].strip()} {name[-3]}"].append((name[-2:], lat, lon))
    lines = [
        line(sector, fmean(m[1] for m in members), fmean(m[2] for m in members), members, 10_000)
        for sector, members in sorted(units.items())
    ]
    (HERE / "cv.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    sectors: dict[str, list[Place]] = defaultdict(list)
    for name, lat, lon in rows(folder / "derived-uk-sectors.csv"):
        outcode, digit = name.split()
        sectors[outcode].append((digit, lat, lon))
    lines = [
        line(name, lat, lon, sectors[name], 1_000)
        for name, lat, lon in sorted(rows(folder / "derived-uk-outcodes.csv"))
    ]
    (HERE / "uk.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

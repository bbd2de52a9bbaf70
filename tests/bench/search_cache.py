"""How soon a kept index is there: ``python tests/bench/search_cache.py [--sizes 10000,100000]``.

Seconds of wall time (loading: the best of three); the listings themselves are in memory already, as after reading
the directory.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from search_speed import invented

from triage.directory.search import Index
from triage.library import searchindex
from triage.library.directory import load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    args = parser.parse_args()
    lexicon, places, base = load_lexicon(), load_places(), load_directory().listings
    print(f"{'listings':>10}{'build':>8}{'save':>8}{'load':>8}{'MB':>8}{'first key ms':>14}")
    for size in map(int, args.sizes.split(",")):
        listings = tuple(invented(size, base))
        with tempfile.TemporaryDirectory() as folder:
            path, times = Path(folder, "search-x.npz"), [time.perf_counter()]
            index = Index.build(listings, lexicon, places)
            times.append(time.perf_counter())
            searchindex.save(path, index.ready(listings))
            times.append(time.perf_counter())
            loads = []
            for _ in range(3):
                begun = time.perf_counter()
                ready = searchindex.load(path, size)
                assert ready
                index = Index(listings, lexicon, places, ready)
                loads.append(time.perf_counter() - begun)
            times.append(time.perf_counter())
            index.search("lunch")
            times.append(time.perf_counter())
            took = [b - a for a, b in pairwise(times)]
            megabytes = path.stat().st_size / 1e6
            print(
                f"{size:>10,}{took[0]:>8.2f}{took[1]:>8.2f}{min(loads):>8.2f}{megabytes:>8.1f}{took[3] * 1000:>14.1f}"
            )


if __name__ == "__main__":
    main()

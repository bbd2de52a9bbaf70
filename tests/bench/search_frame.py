"""CPU from a key to its painted frame: a bare Input, and the search box with its results, in one process.

    python tests/bench/search_frame.py [--sizes 1300,10000]

The app runs without a terminal (Textual's headless driver, 120x36), keys are typed one by one in turns, and the CPU
time of the process until the frame is written is taken, so that other programs on the machine count for little.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from search_speed import invented
from textual.app import App, ComposeResult
from textual.widgets import Input

from triage.desk import open_desk
from triage.directory.search import Index
from triage.library.directory import Directory, load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.model import Staff
from triage.ui.app import TriageApp

TYPED = ("lunch club earlsdon", "keeps falling over", "mens shed cv2")


class Bare(App[None]):
    """One Input."""

    def compose(self) -> ComposeResult:
        """The Input."""
        yield Input()


async def keys(app: App[None], box: Input) -> list[float]:
    """CPU milliseconds of each key until everything that it dirtied is painted."""
    took = []
    for words in TYPED:
        box.value = ""
        await asyncio.sleep(0.15)
        for letter in words:
            begun = time.process_time()
            box.insert_text_at_cursor(letter)
            for _ in range(4):
                await asyncio.sleep(0)
            while app.screen._dirty_widgets or app._batch_count:
                await asyncio.sleep(0.002)
            for _ in range(4):
                await asyncio.sleep(0)
            took.append(1000 * (time.process_time() - begun))
            await asyncio.sleep(0.09)
    return took


async def bare() -> list[float]:
    """A bare Input's."""
    app = Bare()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause(0.2)
        return await keys(app, app.query_one(Input))


async def search(size: int) -> list[float]:
    """The search screen's, over that many listings."""
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(Path(folder), staff=Staff("bench", "Bench"))
        listings = tuple(invented(size, load_directory().listings))
        desk.tools.__dict__["directory"] = Directory(listings, "bench")
        desk.tools.__dict__["index"] = Index.build(listings, load_lexicon(), load_places())
        app = TriageApp(desk)
        async with app.run_test(size=(120, 36)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.press("f2", "f3")
            await pilot.pause(0.3)
            took = await keys(app, app.screen.query_one(Input))
        desk.store.close()
        return took


def main() -> None:
    """Measure, in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1300,10000")
    args = parser.parse_args()
    alone = asyncio.run(bare())
    print(f"{'':28}{'keys':>6}{'median':>9}{'p90':>9}{'ratio':>8}   CPU ms")
    tables = [("bare Input", alone)]
    tables += [(f"search, {size:,} listings", asyncio.run(search(size))) for size in map(int, args.sizes.split(","))]
    alone += asyncio.run(bare())
    base = statistics.median(alone)
    for name, took in tables:
        middle, high = statistics.median(took), statistics.quantiles(took, n=10)[8]
        print(f"{name:28}{len(took):>6}{middle:>9.2f}{high:>9.2f}{middle / base:>8.2f}")


if __name__ == "__main__":
    main()

"""What a key costs: ``python tests/bench/search_speed.py [--sizes 1500,10000] [--naive-keys 40]``.

Thirty queries are typed letter by letter against the shipped directory, copied with variation to each size. CPU time
of this process, one thread; the plain way (RapidFuzz WRatio over the joined text) and, where it is installed, tantivy's
fuzzy query stand beside it in the same run. "shown" is the whole search with reasons, hidden counts and facets;
"ranked" is finding and ordering alone, which is what the others do.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from rapidfuzz import fuzz, process

from triage.directory.filters import Filters
from triage.directory.query import parse
from triage.directory.search import Index
from triage.library.directory import load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.model import Listing

TYPED = (
    "craft club willenhall",
    "keeps falling over",
    "dementia cafe",
    "alzhimers society",
    "lunch clb radford",
    "carers trust heart of england",
    "someone to sit with mum",
    "walking footbal",
    "tai chi earlsdon",
    "debt advice",
    "home care coventry",
    "befreinding service",
    "mens shed canley",
    "chair exersise",
    "meals on wheels",
    "penderels trust payroll",
    "wheelchair repair",
    "choir for beginners",
    "can't get in the bath",
    "lonely since my wife died",
    "bereavment support",
    "community transport cv3",
    "toenail cutting",
    "english conversation class",
    "repair cafe foleshill",
    "nursing home with vacancy",
    "personal assistant",
    "gardening help",
    "swimming for over 50s",
    "stroke club wyken",
)


def copies(listings: Sequence[Listing], size: int) -> list[Listing]:
    """The directory, repeated with other numbers, places and a changed word, until it has ``size`` listings."""
    chance = random.Random(size)
    made = list(listings[:size])
    wards = sorted({listing.ward for listing in listings if listing.ward}) or [""]
    syllables = [a + b for a in "bcdfglmnprst" for b in ("a", "el", "in", "or", "um")]
    while len(made) < size:
        base = listings[len(made) % len(listings)]
        coined = "".join(chance.choices(syllables, k=3)).title()
        words = base.description.split(" ")
        chance.shuffle(words)
        made.append(
            replace(
                base,
                id=f"{base.id}-{len(made)}",
                source_id="",
                name=f"{coined} {base.name}",
                ward=chance.choice(wards),
                description=" ".join([*words[: len(words) * 3 // 4], coined]),
            )
        )
    return made


def prefixes() -> list[str]:
    """Every state of the box while the queries are typed."""
    return [query[:end] for query in TYPED for end in range(1, len(query) + 1)]


def timed(ask: Callable[[str], object], keys: Sequence[str]) -> list[float]:
    """CPU milliseconds of each."""
    took = []
    for key in keys:
        begun = time.process_time()
        ask(key)
        took.append(1000 * (time.process_time() - begun))
    return sorted(took)


def row(name: str, took: list[float]) -> None:
    """One line of the table."""
    middle, high = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    print(f"  {name:34}{len(took):>6}{middle:>10.2f}{high:>10.2f}{took[-1]:>10.2f}")


def tantivy_query(listings: Sequence[Listing]) -> Callable[[str], object] | None:
    """tantivy with a fuzzy term for each word, the last one a prefix; ``None`` if it isn't installed."""
    try:
        import tantivy
    except ImportError:
        return None
    schema = tantivy.SchemaBuilder().add_text_field("name").add_text_field("text").build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for listing in listings:
        topics = " ".join(listing.topics)
        writer.add_document(tantivy.Document(name=listing.name, text=f"{topics} {listing.ward} {listing.description}"))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(words: str) -> object:
        parts = []
        typed = words.lower().split()
        for place, word in enumerate(typed):
            edits = 0 if len(word) < 4 else 1
            for field in ("name", "text"):
                last = place == len(typed) - 1
                query = tantivy.Query.fuzzy_term_query(schema, field, word, edits, True, last)
                parts.append((tantivy.Occur.Should, query))
        return searcher.search(tantivy.Query.boolean_query(parts), 20) if parts else None

    return ask


def bench(listings: list[Listing], naive_keys: int) -> None:
    """One size."""
    lexicon, places, keys = load_lexicon(), load_places(), prefixes()
    gc.collect()
    tracemalloc.start()
    measured = Index.build(listings, lexicon, places)
    measured.warm()
    grown = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del measured
    begun = time.process_time()
    index = Index.build(listings, lexicon, places)
    built = time.process_time() - begun
    begun = time.process_time()
    index.warm()
    warmed = time.process_time() - begun
    print(f"\n{len(listings):,} listings: built in {built:.2f} s, warmed in {warmed:.2f} s, {grown:.0f} MB")
    print(f"  {'CPU ms a key':34}{'keys':>6}{'median':>10}{'p99':>10}{'worst':>10}")
    row("search, shown (20 with reasons)", timed(index.search, keys))
    row("search, shown, again (kept words)", timed(index.search, keys))
    fresh = Index.build(listings, lexicon, places)
    fresh.warm()
    everything = fresh._sieve.current

    def ranked(words: str) -> object:
        return fresh._ranking.rank(parse(words, lexicon, fresh.places, fresh._spell), everything, None, 20)

    row("search, ranked only", timed(ranked, keys))
    chosen = Filters(kind="activity", day="TU", age=70, free=True)
    row("search, shown, four filters", timed(lambda words: index.search(words, filters=chosen), keys))
    ask = tantivy_query(listings)
    if ask:
        row("tantivy, fuzzy", timed(ask, keys))
    else:
        print("  tantivy: skipped, it isn't installed")
    joined = [f"{x.name} {x.organisation} {' '.join(x.topics)} {x.description}".lower() for x in listings]
    some = random.Random(1).sample(keys, min(naive_keys, len(keys)))
    row(
        "plain WRatio over joined text", timed(lambda w: process.extract(w, joined, scorer=fuzz.WRatio, limit=20), some)
    )


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1500,10000")
    parser.add_argument("--naive-keys", type=int, default=40)
    args = parser.parse_args()
    listings = load_directory().listings
    for size in map(int, args.sizes.split(",")):
        bench(copies(listings, size), args.naive_keys)


if __name__ == "__main__":
    main()

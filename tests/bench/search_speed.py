"""What a key costs, beside tantivy's fuzzy query in the same run.

    python tests/bench/search_speed.py [--sizes 1300,10000,100000,1000000] [--naive-keys 3] [--every 1] [--rounds 5]

Thirty queries are typed letter by letter (with mistakes) against invented listings: names and topics of the shipped
directory, 41 words of description, a vocabulary that grows with the directory (6k, 21k, 72k, 229k words). CPU time of
this process, one thread; both type query by query in turn, so that a busy machine slows both; a key's time is the
median of the rounds, and before each round all that was kept from the last one is forgotten. "ranked" finds and orders
twenty, which is what tantivy does; "shown" is all that a screen needs: why, hidden counts, facets. Typing reuses what
was found out about the words before the last one; "cold" asks for each whole query with nothing kept at all.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("RAYON_NUM_THREADS", "1")

import numpy as np
import search_peers as peers

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
VOCABULARY = ((1_300, 6_000), (10_000, 21_000), (100_000, 72_000), (1_000_000, 229_000))
WORDS = 41
WARMED = {"concept", "_exactly", "_top", "_sounding", "_votes"}
"""What is worked out before the first search, and kept."""


def vocabulary(size: int, base: Sequence[Listing], chance: random.Random) -> list[str]:
    """The words of the shipped descriptions by how common they are, and as many coined ones as it takes."""
    counts: dict[str, int] = {}
    for listing in base:
        for word in re.findall(r"[a-z]+", listing.description.lower()):
            counts[word] = counts.get(word, 0) + 1
    words = sorted(counts, key=lambda word: -counts[word])
    wanted = int(
        np.exp(np.interp(np.log(size), np.log([s for s, _ in VOCABULARY]), np.log([v for _, v in VOCABULARY])))
    )
    parts = [
        a + b + c
        for a in ("b", "br", "c", "d", "f", "gl", "h", "l", "m", "p", "s", "st", "t", "w")
        for b in "aeiou"
        for c in ("", "n", "r", "s", "t")
    ]
    known = set(words)
    while len(words) < wanted:
        word = "".join(chance.choices(parts, k=chance.choice((2, 3, 3, 4))))
        if word not in known:
            known.add(word)
            words.append(word)
    return words[:wanted]


def invented(size: int, base: Sequence[Listing]) -> list[Listing]:
    """That many listings."""
    chance, dice = random.Random(size), np.random.default_rng(size)
    words = vocabulary(size, base, chance)
    odds = 1 / (np.arange(len(words)) + 2.7) ** 1.05
    steps = np.cumsum(odds / odds.sum())
    wards = sorted({listing.ward for listing in base if listing.ward})
    made = []
    for number in range(size):
        like = base[number % len(base)]
        said = [words[n] for n in np.searchsorted(steps, dice.random(WORDS)).tolist()]
        coined = words[-1 - chance.randrange(len(words) // 2)].title()
        made.append(
            Listing(
                id=f"made-{number}",
                name=f"{coined} {like.name}" if number >= len(base) else like.name,
                kind=like.kind,
                description=" ".join(said),
                organisation=f"{coined} {chance.choice(('Trust', 'Group', 'Society', 'Together', 'CIC'))}",
                topics=like.topics,
                ward=chance.choice(wards),
                postcode=like.postcode,
                free=like.free,
                room=like.room,
                schedules=like.schedules,
                minimum_age=like.minimum_age,
            )
        )
    return made


def prefixes(every: int) -> list[str]:
    """Every state of the box while the queries are typed."""
    return [query[:end] for query in TYPED for end in range(1, len(query) + 1)][::every]


def row(name: str, took: list[float]) -> tuple[float, float]:
    """One line of the table."""
    took = sorted(took)
    middle, high = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    print(f"  {name:34}{len(took):>6}{middle:>10.2f}{high:>10.2f}{took[-1]:>10.2f}", flush=True)
    return middle, high


def interleaved(
    asks: dict[str, Callable[[str], object]],
    keys: Sequence[str],
    rounds: int = 1,
    afresh: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """CPU milliseconds of each key for each way to ask: a query is typed to its end in one, then in the next."""
    took: dict[str, list[list[float]]] = {name: [[] for _ in range(rounds)] for name in asks}
    typed: list[list[str]] = []
    for key in keys:
        if not typed or not key.startswith(typed[-1][-1]):
            typed.append([])
        typed[-1].append(key)
    for turn in range(rounds):
        afresh()
        for query in typed:
            for name, ask in asks.items():
                for key in query:
                    begun = time.process_time()
                    ask(key)
                    took[name][turn].append(1000 * (time.process_time() - begun))
    return {name: [statistics.median(each) for each in zip(*turns, strict=True)] for name, turns in took.items()}


def cold(asks: dict[str, Callable[[str], object]], rounds: int, afresh: Callable[[], None]) -> dict[str, list[float]]:
    """CPU milliseconds of each whole query, with nothing kept from any other."""
    took: dict[str, list[float]] = {name: [] for name in asks}
    for query in TYPED:
        for name, ask in asks.items():
            times = []
            for _ in range(rounds):
                afresh()
                begun = time.process_time()
                ask(query)
                times.append(1000 * (time.process_time() - begun))
            took[name].append(statistics.median(times))
    return took


def size_of(index: Index) -> int:
    """Bytes of the arrays and words of an index."""
    p = index._ranking.postings
    arrays = sum(value.nbytes for value in vars(p).values() if isinstance(value, np.ndarray))
    return arrays + sum(len(text) + 57 for text in (*p.words, *p.names)) + index._ranking.points.nbytes


def forget(index: Index) -> None:
    """As if nothing had been typed yet."""
    ranking = index._ranking
    lexicon = index.lexicon
    for part in (ranking.pieces, ranking.vocabulary, ranking, lexicon, lexicon.vocabulary, lexicon._guesses):
        for name, kept in vars(part).items():
            if hasattr(kept, "cache_clear") and name not in WARMED:
                kept.cache_clear()
    index._facts.cache_clear()


def bench(size: int, base: Sequence[Listing], naive_keys: int, every: int, rounds: int) -> None:
    """One size."""
    listings, lexicon, places, keys = invented(size, base), load_lexicon(), load_places(), prefixes(every)
    gc.collect()
    begun = time.process_time()
    index = Index.build(listings, lexicon, places)
    built = time.process_time() - begun
    begun = time.process_time()
    index.warm()
    warmed = time.process_time() - begun
    gc.collect()
    gc.freeze()
    print(
        f"\n{size:,} listings, {len(index._ranking.postings.words):,} words: built in {built:.1f} s, warmed in "
        f"{warmed:.1f} s, {size_of(index) / size:,.0f} bytes a listing"
    )
    print(f"  {'CPU ms a key':34}{'keys':>6}{'median':>10}{'p99':>10}{'worst':>10}")
    everything = index._sieve.current

    def ranked(words: str) -> object:
        ranking = index._ranking
        return ranking.rank(parse(words, lexicon, index.places, ranking.vocabulary, index._spell), everything, None, 20)

    asks: dict[str, Callable[[str], object]] = {"triage, ranked": ranked}
    fuzzy = peers.tantivy_rows(listings)
    if fuzzy:
        asks["tantivy, fuzzy"] = fuzzy
    afresh = partial(forget, index)
    took = {name: row(name, found) for name, found in interleaved(asks, keys, rounds, afresh).items()}
    if fuzzy:
        (a, b), (c, d) = took["triage, ranked"], took["tantivy, fuzzy"]
        print(f"  ratio: median {a / c:.2f}, p99 {b / d:.2f}")
    else:
        print("  tantivy: skipped, it isn't installed")
    whole = [row(f"{name}, cold", found) for name, found in cold(asks, rounds, afresh).items()]
    if fuzzy:
        print(f"  ratio of whole queries, cold: median {whole[0][0] / whole[1][0]:.2f}")
    del asks, fuzzy
    forget(index)
    chosen = Filters(kind="activity", day="TU", age=70, free=True)

    def shown(words: str, filters: Filters | None = None) -> object:
        found = index.search(words, filters=filters)
        return [match.why for match in found.matches], dict(found.facets)

    screens = {
        "triage, shown (20 with reasons)": shown,
        "triage, shown, four filters": lambda words: shown(words, chosen),
    }
    for name, found in interleaved(screens, keys, rounds, afresh).items():
        row(name, found)
    passed, masks = index._sieve.sift(chosen)

    def filtered(words: str) -> object:
        ranking = index._ranking
        query = parse(words, lexicon, index.places, ranking.vocabulary, index._spell)
        found = ranking.rank(query, passed & everything, None, 20).found
        left, hidden = index._hidden(found, masks, False)
        return index._sieve.facets(left), hidden

    both = interleaved({"triage, ranked, again": ranked}, keys, rounds, afresh)
    both |= interleaved({"triage, ranked, filters and facets": filtered}, keys, rounds, afresh)
    (a, b), (c, d) = (row(name, found) for name, found in both.items())
    print(f"  filters and facets cost: median {c / a:.2f}, p99 {d / b:.2f}")
    if naive_keys:
        some = random.Random(1).sample(keys, naive_keys)
        row("plain WRatio over joined text", interleaved({"": peers.wratio(listings)}, some)[""])


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1300,10000")
    parser.add_argument("--naive-keys", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="only every n-th key")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    base = load_directory().listings
    for size in map(int, args.sizes.split(",")):
        bench(size, base, args.naive_keys, args.every, args.rounds)


if __name__ == "__main__":
    main()

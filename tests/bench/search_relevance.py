"""How often the right listing comes first, by class of query, beside other ways to search, in one run.

    python tests/bench/search_relevance.py [--misses] [--plain] [--alone] [--only PART]

Reads ``data/search/dev_listings.jsonl`` and ``dev_queries.jsonl`` from ``$TRIAGE_SHARED`` or ``../shared`` (each query
names the listings that are right; the engine was tuned on them), then the hold-outs in ``tests/fixtures``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import search_peers as peers

from triage.directory.lexicon import Lexicon
from triage.directory.search import Index
from triage.library.directory import load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.model import Listing

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Case:
    """One query, its class, and which listings are right."""

    words: str
    kind: str
    right: Callable[[Listing], bool]


def lines(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def shared() -> Path | None:
    """The folder with the development set, if it is here."""
    folder = Path(os.environ.get("TRIAGE_SHARED", ROOT.parent / "shared")) / "data" / "search"
    return folder if folder.is_dir() else None


def listing(row: dict[str, Any]) -> Listing:
    """A row of the development set as a listing."""
    topics = [t.strip() for t in (*row["tags"].split(";"), row["category"]) if t.strip()]
    return Listing(
        id=row["id"],
        name=row["name"],
        kind="activity",
        description=row["description"],
        organisation=row["org"],
        topics=tuple(topics),
        ward=row["place"],
        postcode=row["postcode"],
        phone=row["phone"],
    )


def written(name: str) -> list[list[str]]:
    """A hold-out of ``tests/fixtures``: its lines, taken apart."""
    text = (ROOT / "tests" / "fixtures" / name).read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [[part.strip() for part in line.split(" | ")] for line in rows]


def cases(name: str, read: Callable[[Listing], Sequence[str]]) -> list[Case]:
    """A hold-out whose patterns must all be found in what ``read`` gives of a listing."""
    found = []
    for kind, words, *given in written(name):
        patterns = [re.compile(pattern, re.I) for pattern in given]

        def right(x: Listing, patterns: list[re.Pattern[str]] = patterns) -> bool:
            return all(pattern.search(text) for pattern, text in zip(patterns, read(x), strict=False))

        found.append(Case(words, kind, right))
    return found


def titled(x: Listing) -> tuple[str, str]:
    """Where the shipped directory says what a listing is, and where."""
    return f"{x.id} {x.name} {' '.join(x.topics)}", f"{x.ward} {x.address} {x.postcode}"


def told(x: Listing) -> tuple[str, str]:
    """Where real listings say it: they have few topics and fewer addresses."""
    said = f"{x.organisation} {' '.join(x.topics)} {x.description}"
    return f"{x.name} {said}", f"{x.ward} {x.name} {x.organisation} {x.description}"


def described(x: Listing) -> tuple[str]:
    """What the fourth hold-out's patterns were written for."""
    return (f"{x.name} {' '.join(x.topics)} {x.description}",)


def sets() -> Iterator[tuple[str, list[Listing], list[Case]]]:
    """What is measured: a title, the listings, the queries."""
    folder = shared()
    if folder is None:
        print("development set: skipped, there is no shared/data/search ($TRIAGE_SHARED names the folder)")
    else:
        rows = lines(folder / "dev_listings.jsonl")
        every, real = list(map(listing, rows)), [listing(r) for r in rows if not r["id"].startswith("sy")]
        asked = [(q, frozenset(q["rel"])) for q in lines(folder / "dev_queries.jsonl")]
        dev = [Case(q["q"], q["cls"], lambda x, rel=rel: x.id in rel) for q, rel in asked]  # type: ignore[misc]
        yield "development set (tuned on)", every, dev
        ninth = [(q, frozenset(q["rel"])) for q in lines(ROOT / "tests" / "fixtures" / "search_holdout9.jsonl")]
        held = [Case(q["q"], q["cls"], lambda x, rel=rel: x.id in rel) for q, rel in ninth]  # type: ignore[misc]
        yield "search_holdout9.jsonl, development listings", every, held
        yield "search_holdout10.txt, real development listings", real, cases("search_holdout10.txt", described)
        yield "search_holdout4.txt, development listings", every, cases("search_holdout4.txt", described)
        for name in ("search_holdout6.txt", "search_holdout8.txt"):
            yield f"{name}, real development listings", real, cases(name, told)
    shipped = list(load_directory().listings)
    for number in ("", "2", "3", "5", "7"):
        name = f"search_holdout{number}.txt"
        yield f"{name}, shipped directory", shipped, cases(name, titled)


def ranks(asked: Sequence[Case], ask: peers.Ask) -> list[int]:
    """Where among the first ten the first right listing stands, nought for none."""
    right = [[case.right(found) for found in ask(case.words)[:10]] for case in asked]
    return [found.index(True) + 1 if True in found else 0 for found in right]


def ours(listings: Sequence[Listing], lexicon: Lexicon) -> peers.Ask:
    """This product's search."""
    index = Index.build(listings, lexicon, load_places())
    return lambda words: [match.listing for match in index.search(words, limit=10).matches]


def score(found: Sequence[int]) -> str:
    """Hit@1, hit@3 and MRR@10."""
    first = sum(rank == 1 for rank in found) / len(found)
    third = sum(0 < rank <= 3 for rank in found) / len(found)
    return f"{first:.3f} {third:.3f} {sum(1 / rank for rank in found if rank) / len(found):.3f}"


def table(title: str, asked: Sequence[Case], engines: dict[str, peers.Ask | None], misses: bool) -> None:
    """One table: a row for each class, a column for each engine."""
    print(f"\n{title}: {len(asked)} queries; hit@1, hit@3, MRR@10")
    columns: dict[str, list[int]] = {}
    for name, ask in engines.items():
        if ask is None:
            print(f"   {name}: skipped, it isn't installed")
            continue
        begun = time.process_time()
        columns[name] = ranks(asked, ask)
        if name == "triage":
            print(f"   triage took {1000 * (time.process_time() - begun) / len(asked):.2f} ms of CPU a query")
    for case, rank in zip(asked, columns["triage"], strict=True):
        if misses and rank != 1:
            print(f"   {case.kind:10} rank {rank or '-':>2}  {case.words}")
    print(f"{'class':10}{'n':>4}  " + "  ".join(f"{name:18}" for name in columns))
    kinds: dict[str, list[int]] = defaultdict(list)
    for place, case in enumerate(asked):
        kinds[case.kind].append(place)
    for kind, places in (*sorted(kinds.items()), ("ALL", list(range(len(asked))))):
        scores = (f"{score([found[place] for place in places]):18}" for found in columns.values())
        print(f"{kind:10}{len(places):>4}  " + "  ".join(scores))


def heard(lexicon: Lexicon, misses: bool) -> None:
    """Phrases that were written before the lexicon: is one of the right concepts heard, and none of the wrong ones?"""
    yes, quiet = [], []
    for said, wanted in written("lay_phrases.txt"):
        concepts = [idea.concept.id for idea in lexicon.hear(said).ideas]
        if wanted.startswith("-"):
            quiet.append(not set(concepts) & set(wanted.split()))
        else:
            yes.append([concept in wanted.split() for concept in concepts[:3]])
            if misses and not any(yes[-1]):
                print(f"   not heard: {said}  ({', '.join(concepts) or 'nothing'})")
    first, third = sum(h[:1] == [True] for h in yes), sum(map(any, yes))
    print(f"\nlexicon: {lexicon.size} phrases in {len(lexicon.concepts)} concepts")
    print(f"lay_phrases.txt, {len(yes)} phrases: first {first / len(yes):.3f}, among three {third / len(yes):.3f}")
    print(f"lay_phrases.txt, {len(quiet)} denied phrases: kept quiet {sum(quiet)}")


def main() -> None:
    """Measure what is here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print the queries whose right answer isn't first")
    parser.add_argument("--plain", action="store_true", help="without the lexicon")
    parser.add_argument("--alone", action="store_true", help="nothing beside it")
    parser.add_argument("--only", default="", metavar="PART", help="only the sets whose title has this in it")
    args = parser.parse_args()
    lexicon = Lexicon() if args.plain else load_lexicon()
    for title, listings, asked in sets():
        if args.only not in title:
            continue
        engines: dict[str, peers.Ask | None] = {"triage": ours(listings, lexicon)}
        if not args.alone:
            engines |= {
                "MiniSearch": peers.minisearch(listings, [case.words for case in asked]),
                "FTS5 porter": peers.porter(listings),
                "FTS5 trigram": peers.trigram(listings),
                "tantivy": peers.tantivy(listings),
                "WRatio": peers.wratio(listings),
            }
        table(title, asked, engines, args.misses)
    heard(lexicon, args.misses)


if __name__ == "__main__":
    main()

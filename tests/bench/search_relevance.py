"""How often the right listing comes first, by class of query: ``python tests/bench/search_relevance.py [--misses]``.

Reads ``data/search/dev_listings.jsonl`` and ``dev_queries.jsonl`` from ``$TRIAGE_SHARED`` or ``../shared`` (each query
names the listings that are right), then the hold-outs in ``tests/fixtures``: they are measured, never tuned on.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from triage.directory.lexicon import Lexicon
from triage.directory.search import Index
from triage.library.directory import load_directory
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.model import Listing

ROOT = Path(__file__).parents[2]
Case = dict[str, Any]


def lines(path: Path) -> list[Case]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def shared() -> Path | None:
    """The folder with the development set, if it is here."""
    folder = Path(os.environ.get("TRIAGE_SHARED", ROOT.parent / "shared")) / "data" / "search"
    return folder if folder.is_dir() else None


def listing(row: Case) -> Listing:
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


def measure(title: str, cases: Iterable[Case], ask: Callable[[str], list[bool]], misses: bool) -> None:
    """One table: ``ask`` says of each of the first ten results whether it is right."""
    ranks: dict[str, list[int]] = defaultdict(list)
    took = time.process_time()
    for case in cases:
        right = ask(case["q"])[:10]
        rank = right.index(True) + 1 if True in right else 0
        ranks[case["cls"]].append(rank)
        if misses and rank != 1:
            print(f"   {case['cls']:10} rank {rank or '-':>2}  {case['q']}")
    took = time.process_time() - took
    every = [rank for found in ranks.values() for rank in found]
    print(f"\n{title}: {len(every)} queries, {1000 * took / max(len(every), 1):.2f} ms each")
    print(f"{'class':12}{'n':>5}{'hit@1':>8}{'hit@3':>8}{'MRR@10':>8}")
    for name, found in [*sorted(ranks.items()), ("ALL", every)]:
        first = sum(r == 1 for r in found) / len(found)
        third = sum(0 < r <= 3 for r in found) / len(found)
        mrr = sum(1 / r for r in found if r) / len(found)
        print(f"{name:12}{len(found):>5}{first:>8.3f}{third:>8.3f}{mrr:>8.3f}")


def fields(line: str) -> list[str]:
    """A line of a hold-out, taken apart."""
    return [part.strip() for part in re.split(r" \| ", line)]


def written(name: str) -> list[list[str]]:
    """A hold-out of ``tests/fixtures``."""
    text = (ROOT / "tests" / "fixtures" / name).read_text(encoding="utf-8")
    return [fields(line) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def directory_holdout(index: Index, name: str, misses: bool) -> None:
    """Our own queries on the shipped directory."""
    cases = [{"cls": line[0], "q": line[1]} for line in written(name)]
    right = {line[1]: [re.compile(pattern, re.I) for pattern in line[2:]] for line in written(name)}

    def fits(words: str, found: Listing) -> bool:
        texts = f"{found.id} {found.name} {' '.join(found.topics)}", f"{found.ward} {found.address} {found.postcode}"
        return all(pattern.search(text) for pattern, text in zip(right[words], texts, strict=False))

    ask = lambda q: [fits(q, m.listing) for m in index.search(q, limit=10).matches]  # noqa: E731
    measure(f"{name}, shipped directory", cases, ask, misses)


def phrases_holdout(lexicon: Lexicon, misses: bool) -> None:
    """Phrases that were written before the lexicon: is one of the right concepts heard, and none of the wrong ones?"""
    heard, denied = [], []
    for said, wanted in written("lay_phrases.txt"):
        concepts = [idea.concept.id for idea in lexicon.hear(said).ideas]
        if wanted.startswith("-"):
            denied.append(not set(concepts) & set(wanted.split()))
        else:
            heard.append([concept in wanted.split() for concept in concepts[:3]])
            if misses and not any(heard[-1]):
                print(f"   not heard: {said}  ({', '.join(concepts) or 'nothing'})")
    first, third = sum(h[:1] == [True] for h in heard), sum(map(any, heard))
    print(f"\nlexicon: {lexicon.size} phrases in {len(lexicon.concepts)} concepts")
    print(f"hold-out, {len(heard)} phrases: first {first / len(heard):.3f}, among three {third / len(heard):.3f}")
    print(f"hold-out, {len(denied)} denied phrases: kept quiet {sum(denied)}")


def main() -> None:
    """Measure what is here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print the queries whose right answer isn't first")
    parser.add_argument("--plain", action="store_true", help="without the lexicon")
    args = parser.parse_args()
    places, lexicon = load_places(), Lexicon() if args.plain else load_lexicon()
    folder = shared()
    if folder is None:
        print("development set: skipped, there is no shared/data/search ($TRIAGE_SHARED names the folder)")
    else:
        index = Index.build(map(listing, lines(folder / "dev_listings.jsonl")), lexicon, places)
        cases = lines(folder / "dev_queries.jsonl")
        right = {case["q"]: set(case["rel"]) for case in cases}
        found = lambda q: [m.listing.id in right[q] for m in index.search(q, limit=10).matches]  # noqa: E731
        measure("development set", cases, found, args.misses)
        late = written("search_holdout4.txt")
        wanted = {line[1]: re.compile(line[2], re.I) for line in late}

        def fits(words: str) -> list[bool]:
            texts = (m.listing for m in index.search(words, limit=10).matches)
            return [bool(wanted[words].search(f"{x.name} {' '.join(x.topics)} {x.description}")) for x in texts]

        measure("search_holdout4.txt, the same listings", [{"cls": c, "q": q} for c, q, _ in late], fits, args.misses)
    shipped = Index.build(load_directory().listings, lexicon, places)
    for name in ("search_holdout.txt", "search_holdout2.txt", "search_holdout3.txt"):
        directory_holdout(shipped, name, args.misses)
    phrases_holdout(lexicon, args.misses)


if __name__ == "__main__":
    main()

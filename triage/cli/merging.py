"""``triage directory merge``: duplicates found, merged, looked over and taken apart again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.cli.identity import whoever
from triage.errors import NotFound

if TYPE_CHECKING:
    from triage.directory.merge import Pair
    from triage.library.joining import Doubles

SHOWN = 10
"""Likely pairs that are printed; ``--review`` shows and ``--json`` gives all of them."""


def add(under: Any) -> None:
    """Declare the command."""
    words = "Merge listings that are certainly the same, and name those that may be."
    made = command(under, "merge", words)
    how = made.add_mutually_exclusive_group()
    how.add_argument("--review", action="store_true", help="look at the likely ones side by side")
    how.add_argument("--json", action="store_true", help="every candidate as one JSON document; nothing is merged")
    how.add_argument("--dry-run", action="store_true", help="say what would be merged, and merge nothing")
    how.add_argument("--trail", metavar="ID", help="where each field of a merged listing is from")
    how.add_argument("--undo", metavar="ID", help="take a merged listing apart again, for good")
    made.set_defaults(handler=_merge)


def _merge(args: argparse.Namespace) -> int:
    from triage.library.joining import certain, find_doubles, settle
    from triage.settings import data_dir, now

    folder = data_dir(args.data_dir)
    if args.trail:
        return _trail(folder, args.trail)
    if args.undo:
        return _undo(folder, args.undo, whoever(args).id)
    if args.review:
        return _review(folder, whoever(args).id)
    if args.json:
        print(json.dumps(_document(find_doubles(folder)), ensure_ascii=False))
        return 0
    if args.dry_run:
        doubles = find_doubles(folder)
        made = certain(doubles, now())
        waiting = [pair for pair in doubles.waiting if frozenset(pair.ids) not in {each.key for each in made}]
    else:
        doubles, made = settle(folder, now())
        waiting = list(doubles.waiting)
    would = "would be merged" if args.dry_run else "merged"
    print(
        f"{len(doubles.listings):,} listings: {_many(len(made), 'certain pair')} {would}, {len(waiting):,} to look at"
    )
    for pair in waiting[:SHOWN]:
        print(_line(doubles, pair))
    if len(waiting) > SHOWN:
        print(f"  and {len(waiting) - SHOWN:,} more: triage directory merge --review shows them one by one")
    return 0


def _line(doubles: Doubles, pair: Pair) -> str:
    names = " = ".join(f"{doubles.listings[key].name} ({doubles.listings[key].source})" for key in pair.ids)
    but = f"; but {', '.join(pair.but)}" if pair.but else ""
    return f"  {pair.score:.2f}  {names}\n        {', '.join(pair.why)}{but}"


def _document(doubles: Doubles) -> list[dict[str, Any]]:
    found = []
    for pair in doubles.pairs:
        decision = doubles.decided.get(frozenset(pair.ids))
        both = [doubles.listings[key] for key in pair.ids]
        found.append(
            {
                "ids": list(pair.ids),
                "source_ids": [each.source_id for each in both],
                "sources": [each.source for each in both],
                "names": [each.name for each in both],
                "score": pair.score,
                "verdict": pair.verdict,
                "why": list(pair.why),
                "but": list(pair.but),
                "decision": decision.what if decision else None,
                "by": decision.by if decision else None,
            }
        )
    return found


def _trail(folder: Path, key: str) -> int:
    from triage.library.directory import load_directory

    directory = load_directory(folder)
    union = next((u for u in directory.unions if any(part.id == key for part in u.parts)), None)
    if union is None:
        raise NotFound(f"{key} is not a merged listing.")
    print(f"{union.listing.name}: {len(union.parts)} listings in one")
    for part in union.parts:
        print(f"  {part.id}  {part.name} ({part.source})")
    for each in union.decisions:
        why = f": {', '.join(each.why)}" if each.why else ""
        print(f"  merged {each.at:%d %b %Y %H:%M} by {each.by}, score {each.score:.2f}{why}")
    for fact, ids in union.trail.items():
        if ids:
            print(f"  {fact:20} from {', '.join(ids)}")
    return 0


def _undo(folder: Path, key: str, by: str) -> int:
    from triage.directory.union import Decision
    from triage.library.directory import load_directory
    from triage.library.merges import keep_decisions
    from triage.settings import now

    union = next((u for u in load_directory(folder).unions if any(part.id == key for part in u.parts)), None)
    if union is None:
        raise NotFound(f"{key} is not a merged listing.")
    at = now()
    keep_decisions(folder, [Decision("apart", each.ids, at, by) for each in union.decisions])
    print(f"taken apart: {', '.join(part.id for part in union.parts)}")
    return 0


def _review(folder: Path, by: str) -> int:
    import sys

    from triage.errors import TriageError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TriageError("The review needs a terminal. `triage directory merge --json` gives the pairs as data.")
    from triage.ui.merge import ReviewApp

    app = ReviewApp(folder, by=by)
    app.run()
    return app.return_code or 0


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"

"""``triage search``: the desk's own search, for one query or a file of them."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command

if TYPE_CHECKING:
    from triage.directory.search import Index, Results


def add(commands: Any) -> None:
    """Declare the commands."""
    made = command(commands, "search", "find listings in the directory")
    made.add_argument("query", nargs="?", metavar="QUERY", help="what the caller said")
    made.add_argument(
        "--queries", metavar="FILE", help="one query a line in (text, or JSON with q), one JSON list a line out"
    )
    made.add_argument("--near", metavar="POSTCODE", help="rank what is near first, and say how far it is")
    made.add_argument("--kind", choices=("care", "activity"), help="only this directory")
    made.add_argument("--limit", type=_count, default=20, metavar="N", help="at most so many (20)")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=search)


def search(args: argparse.Namespace) -> int:
    """Search; 1 when nothing was found."""
    if (args.query is None) == (args.queries is None):
        print("triage: search takes a query or --queries FILE", file=sys.stderr)
        return 2
    queries = [_plain(line) for line in _lines(args.queries)] if args.queries else [args.query]
    index = _index(args)
    if args.near and not index.places.find(args.near):
        print(f"triage: “{args.near}” is not a postcode or a place this directory knows.", file=sys.stderr)
        return 2
    for query in queries:
        found = index.search(query, kind=args.kind, near=args.near, limit=args.limit)
        if args.json or args.queries:
            print(json.dumps(rows(found), ensure_ascii=False))
        else:
            _show(found)
    return 0 if args.queries or found.matches else 1


def rows(found: Results) -> list[dict[str, Any]]:
    """The matches in the shape other programs read."""
    return [
        {
            "id": match.listing.id,
            "source_id": match.listing.source_id,
            "name": match.listing.name,
            "organisation": match.listing.organisation,
            "kind": match.listing.kind,
            "score": match.score,
            "distance_km": match.distance_km,
            "why": list(match.why),
        }
        for match in found.matches
    ]


def _index(args: argparse.Namespace) -> Index:
    """The index of this desk's directory; one short process needs no threads and nothing collected meanwhile."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    from triage.library.directory import load_directory
    from triage.library.lexicon import load_lexicon
    from triage.library.places import load_places
    from triage.library.searchindex import load_index
    from triage.settings import data_dir

    folder = data_dir(args.data_dir)
    index = load_index(load_directory(folder), load_lexicon(), load_places(), folder)
    gc.freeze()
    gc.enable()
    return index


def _lines(name: str) -> list[str]:
    """The queries of a file; one that can't be read is bad usage."""
    from triage.errors import TriageError

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TriageError(f"{name} can't be read: {error}") from error
    return text.splitlines()


def _plain(line: str) -> str:
    """The words of a line: plain text, or JSON (a string, or an object with ``q`` or ``query``)."""
    if line.lstrip().startswith(("{", '"')):
        try:
            read = json.loads(line)
        except ValueError:
            return line
        found = (read.get("q") or read.get("query")) if isinstance(read, dict) else read
        return found if isinstance(found, str) else line
    return line


def _show(found: Results) -> None:
    """The matches for a person to read."""
    if found.crisis:
        print(f"DANGER? The words “{', '.join(found.crisis)}”: ask if anyone is in danger before anything else.\n")
    for match in found.matches:
        listing = match.listing
        print(
            f"{listing.name}  ({listing.kind})"
            + (f"  {match.distance_km:.1f} km" if match.distance_km is not None else "")
        )
        print("  " + " · ".join(filter(None, (listing.organisation, listing.postcode, listing.phone, listing.fees))))
        print(f"  {'; '.join(match.why)}")
    hidden = ", ".join(f"{count} {reason}" for reason, count in found.hidden)
    print(f"\n{len(found.matches)} of {found.total}" + (f"; hidden: {hidden}" if hidden else ""))
    if found.meant:
        print(f"Did you mean “{found.meant}”?")


def _count(text: str) -> int:
    if not text.isdigit() or text.strip("0") == "":
        raise argparse.ArgumentTypeError(f"“{text}” is not a count from 1 up")
    return int(text)

"""``triage directory import`` and ``map``: other people's listings in."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import TriageError

if TYPE_CHECKING:
    from triage.feeds.feed import Feed
    from triage.feeds.recognise import Asked
    from triage.library.snapshot import Landing

SHOWN = 10
"""Rejected records that are printed; ``--json`` gives all of them."""


QUICK = 40_000
"""Listings beyond which an import looks for duplicates by the same name alone with one more fact: that is quick."""


def add(under: Any) -> None:
    """Declare the commands."""
    made = command(under, "import", "Read listings from files, folders, zips or addresses on the web.")
    made.add_argument("source", nargs="+", metavar="SOURCE", help="a file, a folder, a zip, or an http(s) address")
    made.add_argument(
        "--as",
        dest="form",
        choices=("auto", "oruk", "hsds", "table", "outpost"),
        default="auto",
        help="what it is (auto)",
    )
    made.add_argument("--mapping", metavar="FILE", help="a TOML file that says which column is what")
    made.add_argument("--name", metavar="NAME", help="what the source is called (else its file's or address's name)")
    made.add_argument("--kind", choices=("care", "activity"), help="the kind of every listing of it")
    made.add_argument("--max-mb", type=int, default=50, metavar="N", help="the largest file or answer (50)")
    made.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=_import)
    made = command(under, "map", "Draft a mapping for a table from its headings.")
    made.add_argument("file", metavar="FILE", help="a CSV, or JSON of flat records")
    made.add_argument("--out", metavar="MAP.toml", help="write it there instead of printing it")
    made.set_defaults(handler=_map)


def _import(args: argparse.Namespace) -> int:
    """0 when every source landed, 1 when none of the records could be used, 2 when a source could not be read."""
    from triage.feeds.feed import FeedError, slug
    from triage.feeds.recognise import read, spread
    from triage.library.snapshot import compare, land
    from triage.settings import data_dir, now

    folder = data_dir(args.data_dir)
    sources = [each for source in args.source for each in spread(source, args.form)]
    if args.name and len(sources) > 1:
        raise FeedError("--name names one source: import several one by one.")
    done: list[tuple[str, Feed, Landing]] = []
    failed: list[tuple[str, str]] = []
    for source in sources:
        try:
            asked = _asked(args, folder)
            feed = read(source, asked)
            landing = compare(folder, slug(feed.name), feed.listings, whole=feed.whole, unread=feed.seen)
            if not feed.listings:
                failed.append((source, _nothing(source, feed)))
            elif not args.dry_run:
                land(folder, landing, now())
            done.append((source, feed, landing))
        except TriageError as error:
            failed.append((source, str(error)))
    doubles = _doubles(args, folder, done)
    if args.json:
        print(json.dumps(_document(args, done, failed, doubles), ensure_ascii=False))
    else:
        for source, feed, landing in done:
            _show(source, feed, landing, args.dry_run)
        if doubles:
            pairs = "1 pair" if len(doubles) == 1 else f"{len(doubles):,} pairs"
            print(f"{pairs} may be the same service: triage directory merge looks at them")
    for _, why in failed:
        print(f"triage: {why}", file=sys.stderr)
    return 2 if failed else 0


def _asked(args: argparse.Namespace, folder: Path) -> Asked:
    from triage.feeds.limits import MB, Limits
    from triage.feeds.mapping import load
    from triage.feeds.recognise import Asked
    from triage.settings import now

    if args.max_mb < 1:
        raise TriageError("--max-mb is at least 1.")
    limits = Limits(body=args.max_mb * MB, package=max(200, 4 * args.max_mb) * MB)
    return Asked(
        today=now().date(),
        form=args.form,
        plan=load(Path(args.mapping)) if args.mapping else None,
        name=args.name or "",
        kind=args.kind or "",
        limits=limits,
        partial=None if args.dry_run else folder / "directory" / "partial",
        tell=lambda words: print(words, file=sys.stderr),
    )


def _nothing(source: str, feed: Feed) -> str:
    first = f" The first: {feed.rejected[0].where}: {feed.rejected[0].why}." if feed.rejected else ""
    return f"{source}: none of {feed.read:,} records can be used, so nothing was imported.{first}"


def _doubles(args: argparse.Namespace, folder: Path, done: list[Any]) -> list[dict[str, Any]]:
    """Pairs of listings, one of them just read, that may be the same service and that nobody has decided about."""
    from triage.directory.merge import possible_duplicates
    from triage.directory.union import standing
    from triage.feeds.doubles import pairs
    from triage.library.directory import load_directory
    from triage.library.merges import load_decisions

    fresh = [listing for _, _, landing in done for listing in landing.listings]
    ids = {listing.id for listing in fresh}
    held = load_directory(folder, apart=True).listings
    others = [each for each in held if each.id not in ids and not each.demonstration]
    if len(fresh) + len(others) > QUICK:
        return [{"ids": list(ids), "why": why} for ids, why in pairs(fresh, others)]
    decided = standing(load_decisions(folder))
    return [
        {"ids": list(pair.ids), "score": pair.score, "why": ", ".join(pair.why)}
        for pair in possible_duplicates((*fresh, *others))
        if not ids.isdisjoint(pair.ids) and frozenset(pair.ids) not in decided
    ]


def _document(args: argparse.Namespace, done: list[Any], failed: list[Any], doubles: list[Any]) -> dict[str, Any]:
    """All sources together, then each of them."""
    sources = [_one(source, feed, landing) for source, feed, landing in done]
    total: Counter[str] = Counter()
    for each in sources:
        total.update({key: each[key] for key in ("read", "added", "changed", "unchanged", "missing")})
    return {
        **{key: total[key] for key in ("read", "added", "changed", "unchanged", "missing")},
        "rejected": [r for each in sources for r in each["rejected"]],
        "possible_duplicates": len(doubles),
        "duplicates": doubles,
        "notes": [n for each in sources for n in each["notes"]],
        "changes": [c for each in sources for c in each["changes"]],
        "missing_ids": [m for each in sources for m in each["missing_ids"]],
        "archived": [m for each in sources for m in each["archived"]],
        "dry_run": args.dry_run,
        "failed": [{"source": source, "why": why} for source, why in failed],
        "sources": [
            {k: v for k, v in each.items() if k not in ("notes", "changes", "missing_ids", "archived", "rejected")}
            | {"rejected": len(each["rejected"])}
            for each in sources
        ],
    }


def _one(source: str, feed: Feed, landing: Landing) -> dict[str, Any]:
    return {
        "source": source,
        "name": feed.name,
        "as": feed.form,
        "read": feed.read,
        "added": len(landing.added),
        "changed": len(landing.changed),
        "unchanged": landing.unchanged,
        "missing": len(landing.missing),
        "whole": feed.whole,
        "rejected": [{"where": r.where, "why": r.why} | ({"source_id": r.id} if r.id else {}) for r in feed.rejected],
        "notes": [{"where": n.where, "why": n.why} for n in feed.notes],
        "changes": [
            {
                "id": c.id,
                "source_id": c.source_id,
                "name": c.name,
                "fields": {key: {"was": was, "is": now} for key, (was, now) in c.fields.items()},
            }
            for c in landing.changed
        ],
        "missing_ids": [{"id": m.id, "source_id": m.source_id, "name": m.name} for m in landing.missing],
        "archived": [m.id for m in landing.archived],
    }


def _show(source: str, feed: Feed, landing: Landing, dry: bool) -> None:
    """One source for a person to read."""
    would = "would be " if dry else ""
    print(
        f"{feed.name} ({feed.form}): {feed.read:,} read, {len(landing.added):,} {would}added, "
        f"{len(landing.changed):,} changed, {landing.unchanged:,} unchanged, {len(landing.missing):,} missing, "
        f"{len(feed.rejected):,} rejected"
    )
    for note in feed.notes[:SHOWN]:
        print(f"  {note.where}: {note.why}")
    for each in feed.rejected[:SHOWN]:
        print(f"  rejected: {each.where}: {each.why}")
    if len(feed.rejected) > SHOWN:
        print(f"  and {len(feed.rejected) - SHOWN:,} more rejected: --json gives all of them")
    if not feed.whole:
        print("  it may not have been read whole, so nothing counts as missing")


def _map(args: argparse.Namespace) -> int:
    from triage.feeds.limits import Limits
    from triage.feeds.mapping import toml
    from triage.feeds.recognise import headings

    path = Path(args.file)
    if not path.is_file():
        raise TriageError(f"{args.file} is not there: no file has that name.")
    plan, found = headings(path, Limits())
    text = toml(plan, found, path.name)
    if args.out is None:
        print(text, end="")
        return 0
    try:
        Path(args.out).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise TriageError(f"{args.out} can't be written: {error.strerror or error}.") from error
    print(
        f"{args.out}: {len(plan.columns)} fields filled from {len(found)} columns. Look it over, then import with it."
    )
    return 0

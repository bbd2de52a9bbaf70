"""``triage directory``."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Any

from triage.cli import command

SHOWN = 20
"""Findings of one sort that are printed before the rest is only counted; ``--json`` gives all of them."""


def add(commands: Any) -> None:
    """Declare the commands."""
    parser = command(commands, "directory", "Look after the directory.")
    parser.set_defaults(handler=lambda args: _help(parser))
    under = parser.add_subparsers(dest="what", metavar="WHAT")
    stats = command(under, "stats", "Count the listings by kind, status, age, ward and topic.")
    stats.set_defaults(handler=_stats)
    check = command(under, "check", "Look for faults: exit 1 if there is one.")
    check.set_defaults(handler=_check)
    from triage.cli import editing, exporting, importing, lifecycle, merging

    importing.add(under)
    merging.add(under)
    exporting.add(under)
    editing.add(under)
    lifecycle.add(under)
    for each in (stats, check):
        each.add_argument("--json", action="store_true", help="one JSON document")


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 2


def _stats(args: argparse.Namespace) -> int:
    from triage.directory.check import counts
    from triage.library.directory import load_directory
    from triage.settings import data_dir

    directory = load_directory(data_dir(args.data_dir))
    found = counts(directory.listings, date.today())
    if args.json:
        whole = {"listings": len(directory.listings), "demonstration": directory.demonstration, **found}
        print(json.dumps(whole, ensure_ascii=False))
        return 0
    if directory.demonstration:
        print("DEMONSTRATION DIRECTORY")
    print(f"{len(directory.listings):,} listings")
    for name, count in found.items():
        heading = f"{len(count)} kinds of {name}" if name in ("care", "activity") else name
        print(f"\n{heading}")
        for key, many in count.items():
            print(f"  {many:6,}  {key}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from triage.directory.check import faults, likeness, notes
    from triage.library.directory import load_directory
    from triage.library.places import load_places
    from triage.settings import data_dir

    directory = load_directory(data_dir(args.data_dir))
    wrong = list(faults(directory.listings, load_places()))
    stale = list(notes(directory.listings, date.today()))
    alike = likeness(directory.listings)
    if args.json:
        whole = {
            "listings": len(directory.listings),
            "faults": [asdict(f) for f in wrong],
            "notes": [asdict(n) for n in stale],
            "likeness": asdict(alike),
        }
        print(json.dumps(whole, ensure_ascii=False))
        return 1 if wrong else 0
    print(f"{len(directory.listings):,} listings: {_many(len(wrong), 'fault')}, {_many(len(stale), 'note')}")
    for heading, found in (("faults", wrong), ("notes", stale)):
        if found:
            by_key = ", ".join(f"{key} {many}" for key, many in Counter(f.key for f in found).most_common())
            print(f"\n{heading} ({by_key})")
        for each in found[:SHOWN]:
            print(f"  {each.listing}: {each.key}: {each.why}")
        if len(found) > SHOWN:
            print(f"  and {len(found) - SHOWN:,} more: --json gives all of them")
    print(
        f"\nlikeness: {alike.sentences:,} sentences of six words or more, the most used in "
        f"{_many(alike.most_used, 'listing')} (“{alike.sentence}”); closest pair {alike.closest:.2f} "
        f"({' and '.join(alike.pair)}), a typical listing and its nearest {alike.typical:.2f}, where 1 is word for word"
    )
    return 1 if wrong else 0


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"

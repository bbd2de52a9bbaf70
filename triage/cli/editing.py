"""``triage directory queue``, ``correct``, ``settle`` and ``history``: what the directory editor works off."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.cli.identity import whoever

if TYPE_CHECKING:
    from triage.directory.queue import Edit, Item, What
    from triage.library.directory import Directory
    from triage.model import Listing


def add(under: Any) -> None:
    """Declare the commands."""
    made = command(under, "queue", "Listings reported wrong, and what was searched for and not found.")
    made.add_argument("--days", type=int, default=365, metavar="N", help="of the last so many days (365)")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=_queue)
    made = command(under, "correct", "Put one field of a listing right; the source's own file is left as it is.")
    made.add_argument("listing", metavar="ID")
    made.add_argument("field", metavar="FIELD")
    made.add_argument("value", metavar="VALUE", help="yes, no, not known, words, a number, a day; lists with ;")
    made.add_argument("--because", default="", metavar="WHY", help="how it is known")
    made.set_defaults(handler=_correct)
    made = command(under, "settle", "Take something off the queue without a correction.")
    made.add_argument("about", metavar="ID_OR_WORDS")
    made.add_argument("--because", default="", metavar="WHY", help="why nothing is to be done")
    made.set_defaults(handler=_settle)
    made = command(under, "history", "What was reported of a listing, and what was put right.")
    made.add_argument("listing", metavar="ID")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=_history)


def _queue(args: argparse.Namespace) -> int:
    items = waiting(_folder(args), _directory(args), args.days)
    if args.json:
        print(json.dumps([_row(item) for item in items], ensure_ascii=False))
        return 0
    for item in items:
        reasons = ", ".join(f"{reason} {n}" if n > 1 else reason for reason, n in item.reasons.items())
        about = f"{item.name}  [{item.about}]" if item.what == "listing" else f"“{item.name}”"
        print(f"{item.count:>4}  {item.last:%d %b}  {about}: {reasons}")
        for note in item.notes:
            print(f"              {note}")
    print(f"{len(items)} to work off")
    return 0


def waiting(folder: Path, directory: Directory, days: int) -> tuple[Item, ...]:
    """What is to be worked off of the last ``days`` days."""
    from triage.directory.queue import queue
    from triage.library.corrections import edits
    from triage.store import open_store

    store = open_store(folder / "store")
    try:
        since = datetime.now(UTC) - timedelta(days=days)
        events = (event for call in store.every() for event in call.live_events if event.at >= since)
        return queue(events, edits(folder), directory.by_id)
    finally:
        store.close()


def _correct(args: argparse.Namespace) -> int:
    from triage.library import corrections

    folder, listing = _folder(args), _listing(args)
    now = corrections.read_value(args.field, args.value)
    was = corrections.plain(listing, args.field)
    corrections.corrected(listing, args.field, now)
    corrections.add(folder, _edit(whoever(args).id, "listing", listing.id, args.because, args.field, was, now))
    print(f"{listing.name}: {args.field} was “{was}”, is “{now}”")
    return 0


def _settle(args: argparse.Namespace) -> int:
    from triage.directory.words import tokens
    from triage.library import corrections

    known = args.about in _directory(args).by_id
    about = args.about if known else " ".join(tokens(args.about))
    corrections.add(_folder(args), _edit(whoever(args).id, "listing" if known else "words", about, args.because))
    print(f"settled: {args.about}")
    return 0


def _history(args: argparse.Namespace) -> int:
    from triage.library.corrections import edits

    listing = _listing(args)
    done = [edit for edit in edits(_folder(args)) if edit.what == "listing" and edit.about == listing.id]
    if args.json:
        rows = [
            {"at": e.at.isoformat(), "by": e.by, "field": e.field, "was": e.was, "now": e.now, "why": e.why}
            for e in done
        ]
        print(json.dumps({"id": listing.id, "name": listing.name, "history": rows}, ensure_ascii=False))
        return 0
    print(f"{listing.name}  [{listing.id}]  {listing.source}")
    for edit in done:
        what = f"{edit.field}: “{edit.was}” → “{edit.now}”" if edit.field else "settled"
        print(f"  {edit.at:%d %b %Y %H:%M}  {edit.by}  {what}" + (f"  ({edit.why})" if edit.why else ""))
    return 0


def _row(item: Item) -> dict[str, Any]:
    return {
        "what": item.what,
        "about": item.about,
        "name": item.name,
        "count": item.count,
        "reasons": dict(item.reasons),
        "notes": list(item.notes),
        "first": item.first.isoformat(),
        "last": item.last.isoformat(),
    }


def _edit(by: str, what: What, about: str, why: str, field: str = "", was: Any = None, now: Any = None) -> Edit:
    from triage.directory.queue import Edit

    return Edit(datetime.now(UTC), by, what, about, field, was, now, why)


def _folder(args: argparse.Namespace) -> Path:
    from triage.settings import data_dir

    return data_dir(args.data_dir)


def _directory(args: argparse.Namespace) -> Directory:
    from triage.library.directory import load_directory

    return load_directory(_folder(args))


def _listing(args: argparse.Namespace) -> Listing:
    from triage.errors import NotFound

    found = _directory(args).by_id.get(args.listing)
    if found is None:
        raise NotFound(f"No listing has the id “{args.listing}”.")
    return found

"""``triage directory edit``: several corrections at once, a state, a review date, a note for staff."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from triage.cli import command
from triage.errors import BadAnswer, NotFound, TriageError

LIFE = ("pending", "current", "temporarily closed", "expired", "archived")
"""The states a person gives a listing; only a current one is read out as current."""


def add(under: Any) -> None:
    """Declare the command."""
    made = command(under, "edit", "Correct a listing, give it a state, a review date or a note for staff.")
    made.add_argument("id", nargs="?", metavar="ID", help="the listing; with nothing else, all that is known of it")
    made.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="lists take semicolons")
    made.add_argument("--because", default="", metavar="WHY", help="how it is known")
    made.add_argument("--note", default="", metavar="TEXT", help="a note that only staff see")
    made.add_argument("--review", metavar="DATE", help="the day to look at it again (2026-11-21)")
    made.add_argument("--due", action="store_true", help="the listings whose review date has come")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=_edit)


def _edit(args: argparse.Namespace) -> int:
    from triage.cli.identity import whoever
    from triage.directory.queue import Edit
    from triage.library import corrections
    from triage.library.directory import load_directory
    from triage.library.notes import Noted, add_note
    from triage.settings import data_dir, now

    folder, by, at = data_dir(args.data_dir), whoever(args).id, now()
    if args.due:
        return _due(folder, args.json)
    listing = load_directory(folder).by_id.get(args.id) if args.id else None
    if listing is None:
        raise (
            NotFound(f"No listing has the id “{args.id}”.")
            if args.id
            else TriageError("Give a listing's id, or --due.")
        )
    values = dict(map(_pair, args.set))
    review = _day(args.review) if args.review else None
    changed = listing
    for field, value in values.items():
        changed = corrections.corrected(changed, field, value)
    for field, value in values.items():
        was = corrections.plain(listing, field)
        corrections.add(folder, Edit(at, by, "listing", listing.id, field, was, value, args.because))
    if args.note or review:
        add_note(folder, Noted(listing.id, at, by, args.note.strip(), review))
    return _show(folder, listing.id, args.json)


def _pair(said: str) -> tuple[str, Any]:
    """A field and its value, as it is kept in a line."""
    import msgspec

    from triage.feeds.times import spoken
    from triage.library.corrections import read_value
    from triage.library.yaml import nearest

    field, equals, text = said.partition("=")
    field, text = field.strip(), text.strip()
    if not equals:
        raise TriageError(f"--set takes FIELD=VALUE, and “{said}” has no =.")
    if field == "schedules":
        return field, msgspec.to_builtins(spoken(text))
    if field == "status" and text not in LIFE:
        raise BadAnswer(field, f"“{text}” is not one of {', '.join(LIFE)}", nearest(text, LIFE))
    if field == "name" and not text:
        raise BadAnswer(field, "a listing needs a name")
    return field, read_value(field, text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadAnswer("review", f"“{text}” is not a date such as 2026-11-21") from None


def _show(folder: Path, key: str, as_json: bool) -> int:
    from triage.library.directory import load_directory
    from triage.library.notes import load_notes
    from triage.library.snapshot import line

    told = json.loads(line(load_directory(folder).by_id[key]))
    kept = [each for each in load_notes(folder) if each.id == key]
    if as_json:
        staff = [
            {"at": n.at.isoformat(), "by": n.by, "note": n.note, "review": n.review and str(n.review)} for n in kept
        ]
        print(json.dumps({"listing": told, "notes": staff}, ensure_ascii=False))
        return 0
    for name, value in told.items():
        print(f"{name:20} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    for each in kept:
        again = f", look again on {each.review}" if each.review else ""
        print(f"{'staff only':20} {each.note or '(no words)'} ({each.by}, {each.at:%d %b %Y}{again})")
    return 0


def _due(folder: Path, as_json: bool) -> int:
    from triage.library.directory import load_directory
    from triage.library.notes import due

    by_id = load_directory(folder).by_id
    found = [(each, by_id[each.id].name) for each in due(folder, date.today()) if each.id in by_id]
    if as_json:
        rows = [{"id": n.id, "name": name, "review": str(n.review), "note": n.note} for n, name in found]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    print(f"{len(found):,} to look at again")
    for each, name in found:
        print(f"  {each.review}  {each.id}  {name}" + (f": {each.note}" if each.note else ""))
    return 0

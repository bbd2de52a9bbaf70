"""``triage person``: find somebody in the record, open what is kept, link what belongs together. Every look is kept."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import NotFound
from triage.model import ref_of

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.people import Person


def add(commands: Any) -> None:
    """Declare the commands."""
    parser = command(commands, "person", "Find a person in the record; open or link their calls, with a reason.")
    parser.set_defaults(handler=lambda args: _help(parser))
    under = parser.add_subparsers(dest="what", metavar="WHAT")
    find = command(under, "find", "Who is likely to be meant: name, date of birth, postcode, phone, as heard.")
    find.add_argument("words", nargs="+", metavar="WORDS")
    find.add_argument("--limit", type=int, default=10)
    find.set_defaults(handler=_find)
    opened = command(under, "open", "The calls about a person: needs a reason, which is kept with the record.")
    opened.add_argument("ref", metavar="REF", help="the reference of one of their calls")
    opened.add_argument("--reason", required=True)
    opened.set_defaults(handler=_open)
    doubles = command(under, "doubles", "Records that are probably one person; nothing is joined by itself.")
    doubles.add_argument("--limit", type=int, default=20)
    doubles.set_defaults(handler=_doubles)
    link = command(under, "link", "Say that two calls are about one person, or with --apart that they are not.")
    link.add_argument("ref", metavar="REF")
    link.add_argument("other", metavar="OTHER")
    link.add_argument("--reason", required=True)
    link.add_argument("--apart", action="store_true", help="take a link back")
    link.set_defaults(handler=_link)
    export = command(under, "export", "Everything held about a person, for them: third parties marked for redaction.")
    export.add_argument("ref", metavar="REF", help="the reference of one of their calls")
    export.add_argument("--reason", required=True, help="the request's number, and who checked who asks")
    export.add_argument("--to", metavar="FILE", help="write it there, for you alone, as .json or else as text")
    export.set_defaults(handler=_export)
    for each in (find, opened, doubles, export):
        each.add_argument("--json", action="store_true", help="one JSON document")


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 2


def _desk(args: argparse.Namespace) -> Desk:
    from triage.cli.identity import desk_of

    return desk_of(args)


def _find(args: argparse.Namespace) -> int:
    people, words = _desk(args).people, " ".join(args.words)
    found = people.find(f"{words} ", limit=args.limit)
    people.looked(None, words, len(found), found)
    rows = [{**_minimal(one.person), "score": round(one.score, 3), "why": list(one.why)} for one in found]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
    for row in rows if not args.json else ():
        print(f"{row['id']}  {row['name']:<30} {row['born'] or '':<5} {row['outward']:<5} {', '.join(row['why'])}")
    if not found and not args.json:
        print("Nobody in the record fits.")
    return 0 if found else 1


def _open(args: argparse.Namespace) -> int:
    desk = _desk(args)
    call = desk.store.find(args.ref)
    person = next((p for p in desk.people.index.people if call in p.calls), None)
    if person is None:
        raise NotFound(f"Call {args.ref} names nobody.")
    desk.people.open(None, person, reason=args.reason)
    past = desk.people.history(person)
    if args.json:
        rows = [
            {"ref": p.ref, "opened": p.opened.isoformat(), "outcome": p.outcome, "owed": list(p.tasks)} for p in past
        ]
        print(json.dumps({**_minimal(person), "calls": rows}, ensure_ascii=False))
        return 0
    for one in past:
        print(f"{one.opened:%d/%m/%Y}  {one.ref}  {one.outcome or 'open':<5} {'; '.join(one.tasks)}")
    return 0


def _export(args: argparse.Namespace) -> int:
    from pathlib import Path

    from triage.desk.subject import plain, subject_access
    from triage.errors import TriageError
    from triage.store.files import write_whole

    desk = _desk(args)
    told = subject_access(desk, args.ref, args.reason)
    desk.store.close()
    as_json = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    if not args.to:
        print(as_json if args.json else plain(told), end="")
        return 0
    path = Path(args.to).expanduser()
    try:
        write_whole(path, (as_json if args.json or path.suffix == ".json" else plain(told)).encode())
    except OSError as error:
        raise TriageError(f"{path} can't be written: {error.strerror or error}.") from error
    print(f"{len(told['calls'])} calls written to {path}. Read it, and take out what is marked, before it goes.")
    return 0


def _doubles(args: argparse.Namespace) -> int:
    pairs = _desk(args).people.doubles()[: args.limit]
    rows = [[_minimal(p.one), _minimal(p.other), round(p.score, 3), list(p.why)] for p in pairs]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
    for pair in pairs if not args.json else ():
        one, other = _minimal(pair.one), _minimal(pair.other)
        print(f"{one['id']}  {one['name']}  and  {other['id']}  {other['name']}: {', '.join(pair.why)}")
    if not pairs and not args.json:
        print("No two records look like one person.")
    return 0 if pairs else 1


def _link(args: argparse.Namespace) -> int:
    _desk(args).people.link(args.ref, args.other, args.reason, on=not args.apart)
    print(f"{args.ref} and {args.other}: {'no longer linked' if args.apart else 'linked'}")
    return 0


def _minimal(person: Person) -> dict[str, Any]:
    """A name, a year of birth and half a postcode (PRIVACY P9); ``id`` is the reference of the latest call."""
    year = person.born.year if person.born else None
    return {"id": ref_of(person.calls[-1]), "name": person.name, "born": year, "outward": person.outward}

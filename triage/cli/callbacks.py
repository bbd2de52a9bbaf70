"""``triage callbacks``: whom to ring back, overdue first; take, give, note what came of ringing, share out."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Any

from triage.cli import command

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.model import Call
    from triage.promises import CallBack


def add(commands: Any) -> None:
    """Declare the commands."""
    top = command(commands, "callbacks", "people to ring back: list, take, give, rang, share")
    under = top.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = _action(under, "list", "the queue, overdue first", _list)
    listing.add_argument("--mine", action="store_true", help="only your own")
    listing.add_argument("--late", action="store_true", help="only what is overdue")

    take = _action(under, "take", "make a call-back yours", _take)
    take.add_argument("ref", metavar="REF", help="the call’s reference")
    take.add_argument("--why", default="", metavar="W", help="needed when it is somebody else’s")

    give = _action(under, "give", "give a call-back to somebody", _give)
    give.add_argument("ref", metavar="REF")
    give.add_argument("to", metavar="STAFF", help="their id; nobody gives it back to the team")
    give.add_argument("--why", default="", metavar="W")

    rang = _action(under, "rang", "note what came of ringing; “spoke” keeps the promise", _rang)
    rang.add_argument("ref", metavar="REF")
    rang.add_argument("result", choices=("spoke", "no-answer", "voicemail", "wrong-number"), metavar="RESULT")
    rang.add_argument("--note", default="", metavar="N")
    rang.add_argument("--again", default="", metavar="WHEN", help="when to try again, such as “Friday 10am”")

    shared = _action(under, "share", "share out what nobody on duty has, evenly", _share)
    shared.add_argument("--among", default="", metavar="IDS", help="such as ann,ben; else who has had a call today")


def _action(under: Any, name: str, words: str, handler: Any) -> argparse.ArgumentParser:
    made = command(under, name, words)
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    made.set_defaults(handler=handler)
    return made


def _list(args: argparse.Namespace) -> int:
    desk = _desk(args)
    now = desk.clock()
    found = [
        one
        for one in desk.callbacks()
        if (not args.mine or one.owner == desk.staff.id) and (not args.late or one.late(now))
    ]
    if args.json:
        _print([_said(one, now) for one in found])
    else:
        for one in found:
            print(_line(one, now))
        if not found:
            print("Nobody is to be rung back.")
    return 0 if found else 1


def _take(args: argparse.Namespace) -> int:
    desk = _desk(args)
    call, one = _found(desk, args.ref)
    desk.assign(call, one.promise, desk.staff.id, args.why)
    return _now(args, desk, call, one.promise)


def _give(args: argparse.Namespace) -> int:
    desk = _desk(args)
    call, one = _found(desk, args.ref)
    desk.assign(call, one.promise, "" if args.to == "nobody" else args.to, args.why)
    return _now(args, desk, call, one.promise)


def _rang(args: argparse.Namespace) -> int:
    from triage.errors import BadAnswer
    from triage.promises import typed

    desk = _desk(args)
    again = typed(args.again, desk.clock()) if args.again else None
    if args.again and again is None:
        raise BadAnswer("--again", f"“{args.again}” is not a time to come, such as “Friday 10am”")
    call, one = _found(desk, args.ref)
    after = desk.rang(call, one.promise, args.result.replace("-", " "), args.note, again)
    if args.result == "spoke":
        if args.json:
            _print({"call": call.ref, "promise": one.promise, "kept": True})
        else:
            print(f"{call.ref}: spoken to; the promise is kept.")
        return 0
    return _now(args, desk, after, one.promise)


def _share(args: argparse.Namespace) -> int:
    desk = _desk(args)
    names = tuple(name.strip() for name in args.among.split(",") if name.strip())
    given = desk.share_out(names)
    counts = {who: sum(to == who for to in given.values()) for who in dict.fromkeys((*names, *given.values()))}
    if args.json:
        _print({"given": given, "counts": counts})
    else:
        print("\n".join(f"{who:<16} {n}" for who, n in counts.items()) or "Nothing is left to share out.")
    return 0 if given else 1


def _found(desk: Desk, ref: str) -> tuple[Call, CallBack]:
    """The call meant and what is to be rung on it: what presses most, when it is more than one thing."""
    from triage.errors import NotFound
    from triage.promises import call_backs, in_order

    desk.store.refresh()
    call = desk.store.call(desk.store.find(ref))
    owed = in_order(call_backs(call), desk.clock())
    if not owed:
        raise NotFound(f"No call back is owed on call {call.ref}.")
    return call, owed[0]


def _now(args: argparse.Namespace, desk: Desk, call: Call, promise: str) -> int:
    one = desk.callback(desk.store.call(call.id), promise)
    if args.json:
        _print(_said(one, desk.clock()))
    else:
        print(_line(one, desk.clock()))
    return 0


def _said(one: CallBack, now: datetime) -> dict[str, Any]:
    from triage.model import ref_of

    again = one.next(now)
    return {
        "call": ref_of(one.call),
        "promise": one.promise,
        "what": one.what,
        "team": one.team,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "late": one.late(now),
        "urgent": one.urgent,
        "unsafe": one.unsafe,
        "next": again.isoformat() if again else None,
        "attempts": [{"at": a.at.isoformat(), "by": a.by, "result": a.result, "note": a.note} for a in one.attempts],
    }


def _line(one: CallBack, now: datetime) -> str:
    from triage.model import ref_of
    from triage.promises import in_words

    again = one.next(now)
    parts = [
        "LATE" if one.late(now) else "",
        "DO NOT RING: ask the social worker" if one.unsafe else "",
        f"by {in_words(one.due)}",
        f"{one.owner or one.team}",
        f"{len(one.attempts)} tries, last: {one.attempts[-1].result}" if one.attempts else "",
        f"again {in_words(again)}" if again else "",
    ]
    return f"{ref_of(one.call):<9} {one.what}: {' · '.join(part for part in parts if part)}"


def _desk(args: argparse.Namespace) -> Desk:
    from triage.cli.identity import desk_of

    return desk_of(args)


def _print(document: Any) -> None:
    import json

    print(json.dumps(document, ensure_ascii=False, indent=2))

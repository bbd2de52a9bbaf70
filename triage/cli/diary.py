"""``triage diary``: list, book, move and cancel appointments without a screen.

The waiting list, who came, leave and extra sessions are in ``diarylists.py``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from triage.cli import command, diarylists

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.diary import Asked, Diary
    from triage.model import Slot
    from triage.store.base import Store

DAYS = 14
"""How far ahead a list looks when no end is given."""


def add(commands: Any) -> None:
    """Declare the commands."""
    diary = command(commands, "diary", "appointments: list, book, move, cancel")
    actions = diary.add_subparsers(dest="action", metavar="ACTION", required=True)

    listing = _action(actions, "list", "the slots of the coming two weeks, or of the days given", _list)
    listing.add_argument("--type", default="", metavar="T", help="one kind of appointment, such as phone or carers")
    listing.add_argument("--from", dest="since", type=_day, metavar="D", help="first day, such as 2026-12-01")
    listing.add_argument("--to", dest="until", type=_day, metavar="D", help="last day")
    listing.add_argument("--free", action="store_true", help="only what can be booked")

    book = _action(actions, "book", "book a slot for a call", _book)
    book.add_argument("slot", metavar="SLOT", help="such as phone.duty-desk.2026-12-01T10:00")
    book.add_argument("--call", required=True, metavar="REF", help="the call's reference; the same again is harmless")

    move = _action(actions, "move", "move a booking from slot A to slot B, all or nothing", _move)
    move.add_argument("was", metavar="A")
    move.add_argument("slot", metavar="B")
    move.add_argument("--call", metavar="REF", help="whose booking, when several calls have slot A")

    cancel = _action(actions, "cancel", "cancel a booking", _cancel)
    cancel.add_argument("slot", metavar="SLOT")
    cancel.add_argument("--reason", default="", metavar="R", help="why")
    cancel.add_argument("--call", metavar="REF", help="whose booking, when several calls have the slot")

    for one in (listing, book):
        one.add_argument("--near", default="", metavar="CV6", help="the person’s district: the way there counts")
        one.add_argument("--with", dest="needs", action="append", default=[], metavar="N", help="who comes along")
    diarylists.add(actions, _action)


def _action(actions: Any, name: str, words: str, handler: Any) -> argparse.ArgumentParser:
    made = command(actions, name, words)
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    made.set_defaults(handler=handler)
    return made


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{words}” is not a day such as 2026-12-01") from None


def _list(args: argparse.Namespace) -> int:
    from triage.settings import now

    with opened(args) as (store, diary):
        return _show(args, store, diary, now())


def _show(args: argparse.Namespace, store: Store, diary: Diary, now: datetime) -> int:
    from triage.diary import AT_HOME, places, states
    from triage.diary.diary import LOCAL
    from triage.errors import BadAnswer

    if args.type and args.type not in diary.types:
        raise BadAnswer("--type", f"“{args.type}” is not one of {', '.join(diary.types)}")
    asked = _asked(args, diary)
    first = args.since or now.astimezone(LOCAL).date()
    last = args.until or first + timedelta(days=DAYS - 1)
    if last < first:
        raise BadAnswer("--to", f"{last} is before {first}")
    since = datetime.combine(first, time(), tzinfo=LOCAL)
    until = datetime.combine(last + timedelta(days=1), time(), tzinfo=LOCAL)
    slots = diary.slots(since, until, type=args.type, now=now)
    claims = store.claims(since - timedelta(days=1), until + timedelta(days=1))
    if asked.place:
        slots = tuple(s for s in slots if s.type.mode not in AT_HOME or diary.resources[s.resource].serves(asked.place))
    state, left = states(slots, claims, now, diary=diary, asked=asked), places(slots, claims, now)
    shown = [s for s in slots if state[s.id] == "free"] if args.free else slots
    if args.json:
        show([{**_said(diary, s), "state": state[s.id], "left": left[s.id]} for s in shown])
    else:
        for slot in shown:
            room = f"{left[slot.id]} of {slot.type.capacity} free" if slot.type.capacity > 1 else state[slot.id]
            who = diary.resources[slot.resource].name
            print(
                f"{slot.id:<45} {slot.start:%a} {slot.start.day:>2} {slot.start:%b  %H:%M}–{slot.end:%H:%M}  ", end=""
            )
            print(f"{room:<11} {slot.type.name}, {who}")
        if not shown:
            print("No slots." if not args.free else "No free slots.")
    return 0 if shown else 1


def _book(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.identity import whoever
    from triage.diary import Asked
    from triage.errors import SlotTaken
    from triage.settings import now

    try:
        with opened(args) as (store, diary):
            call = call_id(store, args.call)
            told = safe(args, store, diary, call, args.slot)
            asked = _asked(args, diary)
            asked = Asked(asked.place or told.place, asked.needs or told.needs)
            slot = booking.book(store, diary, args.slot, call, asked=asked, by=whoever(args).id, now=now())
    except SlotTaken as taken:
        if not args.json:
            raise
        show({"booked": False, "slot": taken.slot, "call": args.call, "nearest": list(taken.nearest)})
        return taken.exit_code
    if args.json:
        show({"booked": True, **_said(diary, slot), "call": args.call, "tell": slot.type.tell})
    else:
        print(f"Booked: {_line(diary, slot)}, for {args.call}.\n{slot.type.tell}".rstrip())
    return 0


def _move(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.identity import whoever
    from triage.errors import SlotTaken
    from triage.settings import now

    try:
        with opened(args) as (store, diary):
            call = call_id(store, args.call) if args.call else None
            for claim in _having(store, args.was) if call is None else (call,):
                safe(args, store, diary, claim, args.slot)
            slot = booking.move(store, diary, args.was, args.slot, call, by=whoever(args).id, now=now())
            kept = diarylists.offered(args, store, diary, args.was)
    except SlotTaken as taken:
        if not args.json:
            raise
        show({"moved": False, "was": args.was, "slot": taken.slot, "nearest": list(taken.nearest)})
        return taken.exit_code
    if args.json:
        show({"moved": True, "was": args.was, **_said(diary, slot), "tell": slot.type.tell, **kept})
    else:
        print(f"Moved: {_line(diary, slot)}.{diarylists.in_words(kept)}")
    return 0


def _cancel(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.identity import whoever
    from triage.settings import now

    with opened(args) as (store, diary):
        call = call_id(store, args.call) if args.call else None
        gone = booking.cancel(store, diary, args.slot, call, args.reason, by=whoever(args).id, now=now())
        kept = diarylists.offered(args, store, diary, args.slot)
    if args.json:
        show({"cancelled": True, "slot": gone.slot, "call": gone.call, "reason": args.reason, **kept})
    else:
        print(f"Cancelled: {gone.slot}, which {gone.call} had.{diarylists.in_words(kept)}")
    return 0


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[Store, Diary]]:
    """The record and the diary as it is now."""
    from triage import booking
    from triage.cli.identity import record
    from triage.desk.tools import Tools
    from triage.settings import data_dir

    store = record(args)
    try:
        yield store, booking.diary_of(store, Tools(data_dir(getattr(args, "data_dir", None))).diary)
    finally:
        store.close()


def safe(args: argparse.Namespace, store: Store, diary: Diary, call_id: str, slot: str) -> Asked:
    """What the call's answers say a booking needs; refused for somebody whom it isn't safe to contact."""
    from triage import booking
    from triage.diary import Asked

    call = booking.call_of(store, call_id)
    if not call.opened:
        return Asked()
    desk = desk_over(args, store, diary)
    desk.allow_slot(call, slot)
    return desk.asked(call, slot.split(".")[0])


def desk_over(args: argparse.Namespace, store: Store, diary: Diary) -> Desk:
    """A desk on this record, for what follows from a call's answers; its script takes a moment to read."""
    from triage.cli.identity import whoever
    from triage.desk import Desk
    from triage.desk.tools import Tools
    from triage.library.scripts import load_script
    from triage.settings import data_dir, now

    tools = Tools(data_dir(getattr(args, "data_dir", None)))
    tools.__dict__["diary"] = diary
    return Desk(store, load_script(), whoever(args), tools, now)


def _asked(args: argparse.Namespace, diary: Diary) -> Asked:
    from triage.diary import Asked
    from triage.errors import BadAnswer

    for need in args.needs:
        if need not in diary.needs:
            raise BadAnswer("--with", f"nobody comes along as “{need}”: {', '.join(diary.needs) or 'nobody at all'}")
    return Asked(args.near.upper(), tuple(args.needs))


def _having(store: Store, slot: str) -> list[str]:
    """The calls that have a slot."""
    from triage.diary import starts_at
    from triage.diary.diary import LOCAL

    start = starts_at(slot).replace(tzinfo=LOCAL)
    claims = store.claims(start - timedelta(days=1), start + timedelta(days=1))
    return [c.call for c in claims if c.slot == slot]


def call_id(store: Store, ref: str) -> str:
    """The id of the call meant; a reference that nobody knows is kept as it is."""
    from triage.errors import BadAnswer, NotFound

    if not ref.strip():
        raise BadAnswer("--call", "give the call’s reference")
    try:
        found = store.find(ref)
    except NotFound:
        return ref
    return found if store.call(found).opened else ref


def _said(diary: Diary, slot: Slot) -> dict[str, Any]:
    return {
        "slot": slot.id,
        "type": slot.type.id,
        "name": slot.type.name,
        "mode": slot.type.mode,
        "resource": slot.resource,
        "with": diary.resources[slot.resource].name,
        "where": slot.type.where,
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
    }


def _line(diary: Diary, slot: Slot) -> str:
    when = f"{slot.start:%A} {slot.start.day} {slot.start:%B %Y, %H:%M}–{slot.end:%H:%M}"
    return f"{slot.type.name}, {when}, {diary.resources[slot.resource].name} ({slot.id})"


def show(document: Any) -> None:
    """One JSON document."""
    import json

    print(json.dumps(document, ensure_ascii=False, indent=2))

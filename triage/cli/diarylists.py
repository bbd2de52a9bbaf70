"""``triage diary wait`` and the rest: the waiting list, who came, who is away, what has to be moved."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triage.diary import Diary
    from triage.diary.waiting import Wait
    from triage.model import Call
    from triage.store.base import Store

Declare = Callable[[Any, str, str, Any], argparse.ArgumentParser]


def add(actions: Any, action: Declare) -> None:
    """Declare the commands; ``action`` makes one that takes ``--json``."""
    wait = action(actions, "wait", "put a call on the waiting list for a kind of appointment", _wait)
    wait.add_argument("type", metavar="TYPE", help="such as carers")
    wait.add_argument("--call", required=True, metavar="REF")
    wait.add_argument("--near", default="", metavar="CV6", help="a postcode district that must be served")
    wait.add_argument("--on", default="", metavar="DAYS", help="such as tue,wed")
    wait.add_argument("--part", default="", choices=("", "morning", "afternoon", "evening"), metavar="PART")
    wait.add_argument("--until", type=_day, metavar="D", help="the last day that is of use")
    wait.add_argument("--with", dest="needs", action="append", default=[], metavar="N", help="who must come along")

    action(actions, "waiting", "who waits, who came first first, and what is kept for whom", _waiting)

    offer = action(actions, "offer", "keep a free slot for the first who waits for such a time", _offer)
    offer.add_argument("slot", metavar="SLOT")
    offer.add_argument("--call", metavar="REF", help="for this call, whoever came first")

    answer = action(actions, "answer", "what somebody said to the slot kept for them; else the next is asked", _answer)
    answer.add_argument("said", choices=("accepted", "declined", "no-answer"), metavar="ANSWER")
    answer.add_argument("--call", required=True, metavar="REF")

    unwait = action(actions, "unwait", "take a call off the waiting list", _unwait)
    unwait.add_argument("--call", required=True, metavar="REF")
    unwait.add_argument("--why", default="", metavar="W")

    dna = action(actions, "dna", "note that somebody did not attend; without a slot, the counts", _dna)
    dna.add_argument("slot", nargs="?", default="", metavar="SLOT")
    dna.add_argument("--call", metavar="REF")
    dna.add_argument("--note", default="", metavar="N")
    dna.add_argument("--came", action="store_true", help="they did come after all")
    dna.add_argument(
        "--by", default="type", choices=("type", "resource"), help="the counts, by kind or by who gives it"
    )
    dna.add_argument("--from", dest="since", type=_day, metavar="D", help="first day of the calls counted")
    dna.add_argument("--to", dest="until", type=_day, metavar="D")

    leave = action(actions, "leave", "say that somebody is away; lists the bookings to be moved", _leave)
    leave.add_argument("who", nargs="?", default="", metavar="WHO", help="such as dean-h, or all; left out: list it")
    leave.add_argument("--from", dest="since", type=_day, metavar="D")
    leave.add_argument("--to", dest="until", type=_day, metavar="D", help="last day")
    leave.add_argument("--between", type=_hours, metavar="09:00-12:00", help="only these hours of each day")
    leave.add_argument("--why", default="leave", metavar="W", help="leave, sickness, training, closed or other")
    leave.add_argument("--back", default="", metavar="ID", help="take leave or an extra session back, by its id")

    extra = action(actions, "extra", "give an extra session, once", _extra)
    extra.add_argument("who", metavar="WHO")
    extra.add_argument("type", metavar="TYPE")
    extra.add_argument("--on", dest="day", type=_day, required=True, metavar="D")
    extra.add_argument("--between", type=_hours, required=True, metavar="09:00-12:00")

    action(actions, "stranded", "the bookings that have lost their time or their helper", _stranded)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{words}” is not a day such as 2026-12-01") from None


def _hours(words: str) -> tuple[time, time]:
    try:
        first, last = (time.fromisoformat(part.strip().zfill(5)) for part in words.split("-"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{words}” are not hours such as 09:00-12:00") from None
    return first, last


# ---------------------------------------------------------------------- the waiting list


def _wait(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import call_id, desk_over, opened, show
    from triage.diary import WEEKDAYS, Find
    from triage.errors import BadAnswer

    days = tuple(day.strip()[:3].lower() for day in args.on.split(",") if day.strip())
    if unknown := [day for day in days if day not in WEEKDAYS]:
        raise BadAnswer("--on", f"“{unknown[0]}” is not one of {', '.join(WEEKDAYS)}")
    find = Find(args.type, args.near.upper(), days, args.part)
    with opened(args) as (store, diary):
        call = booking.call_of(store, call_id(store, args.call))
        if call.opened:
            desk_over(args, store, diary).wait(call, find, needs=tuple(args.needs), last=args.until)
        else:
            booking.wait(store, diary, call.id, find, needs=tuple(args.needs), last=args.until, **_who(args))
        made = next(w for w in booking.waiting(store, _now()) if w.call == call.id and w.find.type == args.type)
    if args.json:
        show(_said(made))
    else:
        print(f"Waits: {args.call}, {_words(made, diary)}.")
    return 0


def _waiting(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import opened, show

    with opened(args) as (store, diary):
        found = booking.waiting(store, _now())
    if args.json:
        show([_said(wait) for wait in found])
    else:
        for wait in found:
            made = wait.offer(_now())
            kept = f"  kept for them: {made.slot} until {made.until:%H:%M} UTC" if made else ""
            print(f"{_ref(wait.call):<12} since {wait.since:%Y-%m-%d}  {_words(wait, diary)}{kept}")
        if not found:
            print("Nobody waits.")
    return 0 if found else 1


def _offer(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import call_id, opened, show
    from triage.errors import NotFound

    with opened(args) as (store, diary):
        diary.slot(args.slot)
        to = ""
        if args.call:
            whose = call_id(store, args.call)
            mine = [w.id for w in booking.waiting(store, _now()) if w.call == whose]
            if not mine:
                raise NotFound(f"{args.call} isn’t on the waiting list.")
            to = mine[0]
        kept = offered(args, store, diary, args.slot, to)
    if args.json:
        show({"slot": args.slot, **(kept or {"offered": None})})
    else:
        print(in_words(kept).strip() or "Nobody waits for such a time, or it isn’t free.")
    return 0 if kept else 1


def _answer(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import call_id, opened, safe, show
    from triage.diary.waiting import waits
    from triage.errors import NotFound

    said = args.said.replace("-", " ")
    with opened(args) as (store, diary):
        call = booking.call_of(store, call_id(store, args.call))
        offers = [o for w in waits(call) for o in w.offers if not o.answer or said == o.answer]
        if not offers:
            raise NotFound(f"Nothing is kept for {args.call}.")
        if said == "accepted":
            safe(args, store, diary, call.id, offers[-1].slot)
        then = booking.answer(
            store, diary, offers[-1].id, call.id, said, allowed=_allowed(args, store, diary), **_who(args)
        )
    kept = {} if said == "accepted" or then is None else _kept(then)
    if args.json:
        show({"slot": offers[-1].slot, "call": args.call, "answer": said, "booked": said == "accepted", **kept})
    else:
        print(f"{args.call}: {said}, {offers[-1].slot}.{in_words(kept)}")
    return 0


def _unwait(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import call_id, opened, show
    from triage.masking import mask

    with opened(args) as (store, _):
        gone = booking.stop(store, call_id(store, args.call), mask(args.why).text, **_who(args))
    if args.json:
        show({"call": args.call, "stopped": gone})
    else:
        print(f"{args.call} waits no longer." if gone else f"{args.call} wasn’t on the waiting list.")
    return 0 if gone else 1


def offered(args: argparse.Namespace, store: Store, diary: Diary, slot: str, to: str = "") -> dict[str, Any]:
    """Offer a slot that came free in order; for JSON, what is kept for whom, and nothing when nobody waits for it."""
    from triage import booking

    made = booking.offer(store, diary, slot, to=to, allowed=_allowed(args, store, diary), **_who(args))
    return _kept(made) if made else {}


def in_words(kept: dict[str, Any]) -> str:
    """What :func:`offered` found, for a person."""
    if not kept:
        return ""
    offer = kept["offered"]
    return f" Kept for {_ref(offer['call'])} until {offer['until']}: ring them and ask."


def _kept(wait: Wait) -> dict[str, Any]:
    offer = wait.offers[-1]
    return {"offered": {"call": wait.call, "slot": offer.slot, "until": offer.until.isoformat(), "offer": offer.id}}


def _allowed(args: argparse.Namespace, store: Store, diary: Diary) -> Callable[[Call], str]:
    """Why somebody can't be rung; the script is read when the first real call is asked about."""
    from functools import cache

    from triage.cli.diary import desk_over

    desk = cache(lambda: desk_over(args, store, diary))
    return lambda call: desk().cant_be_rung(call) if call.opened else ""


def _said(wait: Wait) -> dict[str, Any]:
    return {
        "call": wait.call,
        "wait": wait.id,
        "since": wait.since.isoformat(),
        "type": wait.find.type,
        "near": wait.find.near,
        "days": list(wait.find.days),
        "part": wait.find.part,
        "needs": list(wait.asked.needs),
        "until": wait.last.isoformat() if wait.last else None,
        "offers": [
            {"slot": o.slot, "until": o.until.isoformat(), "answer": o.answer, "open": o.open(_now())}
            for o in wait.offers
        ],
    }


def _words(wait: Wait, diary: Diary) -> str:
    kind = diary.types.get(wait.find.type)
    return ", ".join(part for part in (kind.name if kind else wait.find.type, wait.find.words) if part)


# ---------------------------------------------------------------------- who came


def _dna(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import call_id, opened, show
    from triage.diary import nearest
    from triage.diary.attendance import missed
    from triage.errors import BadAnswer

    if not args.slot:
        return _counts(args)
    with opened(args) as (store, diary):
        whose = call_id(store, args.call) if args.call else _only(store, args.slot)
        if not whose:
            raise BadAnswer("--call", "say whose appointment it was")
        call = (
            booking.came(store, args.slot, whose, **_who(args))
            if args.came
            else booking.missed(store, args.slot, whose, args.note, **_who(args))
        )
        now, slot = _now(), diary.was(args.slot)
        asked = booking.asked_of(call, args.slot)
        claims = store.claims(now, datetime.max.replace(tzinfo=now.tzinfo))
        rebook = [] if args.came else [s.id for s in nearest(diary, claims, slot, now, asked=asked)]
    document = {"slot": args.slot, "call": whose, "missed": not args.came, "times": len(missed(call)), "rebook": rebook}
    if args.json:
        show(document)
    elif args.came:
        print(f"Noted: {_ref(whose)} did come.")
    else:
        print(f"Noted: {_ref(whose)} did not attend (missed: {document['times']}).")
        print(f"Another time: triage diary move {args.slot} {rebook[0] if rebook else 'SLOT'} --call {_ref(whose)}")
        print(f"Free: {', '.join(rebook) or 'none near it'}")
    return 0


def _counts(args: argparse.Namespace) -> int:
    from datetime import timedelta

    from triage.cli.diary import opened, show
    from triage.diary.attendance import attendance
    from triage.diary.diary import LOCAL

    now = _now()
    until = args.until or now.astimezone(LOCAL).date()
    since = args.since or until - timedelta(days=90)
    with opened(args) as (store, _):
        found = attendance(store.calls(since, until), now, args.by)
    if args.json:
        show({name: {"past": a.past, "missed": a.missed} for name, a in found.items()})
    else:
        print(f"Appointments past, of calls from {since} to {until}:{'' if found else ' none.'}")
        for name, a in found.items():
            print(f"{name:<24} {a.past:>5} past  {a.missed:>5} missed  {100 * a.missed / a.past:>5.1f} %")
    return 0 if found else 1


def _only(store: Store, slot: str) -> str:
    from datetime import timedelta

    from triage.diary import starts_at
    from triage.diary.diary import LOCAL

    start = starts_at(slot).replace(tzinfo=LOCAL)
    claims = store.claims(start - timedelta(days=1), start + timedelta(days=1))
    found = [c.call for c in claims if c.slot == slot and c.until is None]
    return found[0] if len(found) == 1 else ""


# ---------------------------------------------------------------------- who is away


def _leave(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import opened, show
    from triage.errors import BadAnswer

    with opened(args) as (store, diary):
        if args.back:
            booking.take_back(store, args.back, **_who(args))
        elif args.who:
            if args.since is None:
                raise BadAnswer("--from", "say from which day")
            who = "" if args.who in ("all", "everybody") else args.who
            booking.away(store, diary, who, args.since, args.until, args.between, args.why, **_who(args))
        said, now_on = booking.said(store), booking.diary_of(store, _patterns(args))
        touched = booking.stranded(store, now_on, _now())
    rows = [
        {
            "id": c.id,
            "what": c.kind,
            "who": c.resource or "all",
            "from": c.day.isoformat(),
            "to": c.until.isoformat(),
            "between": [f"{at:%H:%M}" for at in c.between] if c.between else None,
            "why": c.why,
            "type": c.type,
        }
        for c in said
    ]
    stranded = [{"slot": claim.slot, "call": claim.call, "why": why} for claim, why in touched]
    if args.json:
        show({"changes": rows, "stranded": stranded})
        return 0
    for row in rows:
        hours = f" {'-'.join(row['between'])}" if row["between"] else ""
        what = row["why"] or f"extra {row['type']}"
        print(f"{row['id']}  {row['who']}  {row['from']} to {row['to']}{hours}  {what}")
    _print_stranded(stranded)
    return 0


def _extra(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import opened, show

    with opened(args) as (store, diary):
        event = booking.extra(store, diary, args.who, args.type, args.day, args.between, **_who(args))
        slots = booking.diary_of(store, _patterns(args)).day(args.day, args.type)
        made = [s.id for s in slots if s.resource == args.who]
    if args.json:
        show({"id": event.id, "slots": made})
    else:
        print(f"{event.id}: {len(made)} slots on {args.day}.")
    return 0


def _stranded(args: argparse.Namespace) -> int:
    from triage import booking
    from triage.cli.diary import opened, show

    with opened(args) as (store, diary):
        found = booking.stranded(store, diary, _now())
    rows = [{"slot": claim.slot, "call": claim.call, "why": why} for claim, why in found]
    if args.json:
        show(rows)
    else:
        _print_stranded(rows)
    return 0


def _print_stranded(rows: list[dict[str, str]]) -> None:
    print(f"To be moved: {len(rows)}" if rows else "No booking has to be moved.")
    for row in rows:
        print(f"  {row['slot']}  {_ref(row['call'])}  {row['why']}")


def _patterns(args: argparse.Namespace) -> Diary:
    from triage.desk.tools import Tools
    from triage.settings import data_dir

    return Tools(data_dir(getattr(args, "data_dir", None))).diary


def _who(args: argparse.Namespace) -> dict[str, Any]:
    from triage.cli.identity import whoever

    return {"by": whoever(args).id, "now": _now()}


def _now() -> datetime:
    from triage import settings

    return settings.now()


def _ref(call: str) -> str:
    """The reference read out; of a booking by reference only, the reference itself."""
    from triage.model import ref_of

    return ref_of(call) if call[:8].isdigit() and "T" in call else call

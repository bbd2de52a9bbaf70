"""``triage store purge``, ``erase`` and ``hold``: letting go of records, by two people of information governance."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import BadAnswer

if TYPE_CHECKING:
    from triage.desk.disposing import Proposal


def add(parts: Any) -> None:
    """Declare the commands among those of ``triage store``."""
    purge = command(parts, "purge", "what is past its time: propose it, sign for it, carry it out")
    purge.add_argument("--propose", action="store_true", help="propose to dispose of all that is due")
    purge.add_argument("--sign", metavar="ID", help="sign for a proposal, as the second person, and carry it out")
    purge.add_argument("--list", action="store_true", help="what was proposed, signed and carried out")
    purge.set_defaults(handler=_purge)
    erase = command(parts, "erase", "erase one call by order; a second person signs with the same command")
    erase.add_argument("ref", metavar="REF", nargs="?")
    erase.add_argument("--reason", help="whose order it is, and why")
    erase.add_argument("--again", action="store_true", help="after a restore: erase again what has a tombstone")
    erase.add_argument("--certificate", metavar="FILE", help="with --again: tombstones from this certificate too")
    erase.set_defaults(handler=_erase)
    hold = command(parts, "hold", "put a legal hold on a person's calls, or lift it")
    hold.add_argument("ref", metavar="REF")
    hold.add_argument("--reason", required=True)
    hold.add_argument("--lift", action="store_true")
    hold.set_defaults(handler=_hold)
    for each in (purge, erase, hold):
        each.add_argument("--json", action="store_true", help="one JSON document")


def _show(args: argparse.Namespace, told: Any, words: str) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=1) if args.json else words)


def _told(one: Proposal) -> dict[str, Any]:
    from triage.model import ref_of

    return {
        "id": ref_of(one.id),
        "by": one.by,
        "at": one.at,
        "reason": one.reason,
        "calls": len(one.items),
        "classes": one.counts,
        "signed": list(one.signed),
        "certificate": one.done,
    }


def _line(one: Proposal) -> str:
    told = _told(one)
    classes = ", ".join(f"{count} {kind}" for kind, count in told["classes"].items())
    state = f"certificate {one.done}" if one.done else "signed" if one.signed else "waits for a second person"
    return f"{told['id']}  {one.at[:10]}  by {one.by:<10} {len(one.items):>6,} calls ({classes})  {state}"


def _purge(args: argparse.Namespace) -> int:
    from triage.cli.identity import desk_of
    from triage.desk import disposing

    desk = desk_of(args)
    if args.list:
        found = disposing.proposals(desk)
        _show(args, [_told(one) for one in found], "\n".join(map(_line, found)) or "Nothing was proposed yet.")
        return 0
    if args.sign:
        return _carry_out(args, desk, disposing.sign(desk, disposing.proposal(desk, args.sign)))
    items, staying = disposing.overdue(desk)
    classes: dict[str, int] = {}
    for item in items:
        classes[item.kind] = classes.get(item.kind, 0) + 1
    told: dict[str, Any] = {"due": len(items), "classes": classes, "staying": staying}
    words = [f"{len(items):,} calls are past their time" + (":" if items else ".")]
    words += [f"  {count:>6,}  {kind}" for kind, count in sorted(classes.items())]
    words += [f"  {count:>6,}  stay: {why}" for why, count in sorted(staying.items())]
    if args.propose and items:
        one = disposing.propose(desk, items)
        told["proposal"] = _told(one)
        words.append(f"Proposed as {told['proposal']['id']}. Somebody else signs: triage store purge --sign ID")
    elif items:
        words.append("Nothing was done: --propose puts it before a second person.")
    _show(args, told, "\n".join(words))
    return 0 if items else 1


def _carry_out(args: argparse.Namespace, desk: Any, one: Proposal) -> int:
    from triage.desk.disposing import carry_out

    path, told = carry_out(desk, one)
    stayed = f" {told['stayed']:,} stayed: on hold, or in use again." if told["stayed"] else ""
    words = f"{told['erased']:,} calls erased, signed for by {one.by} and {', '.join(told['signed_by'])}.{stayed}"
    _show(args, {**told, "file": str(path)}, f"{words}\nCertificate {told['certificate']}: {path}")
    return 0


def _erase(args: argparse.Namespace) -> int:
    from triage.cli.identity import desk_of
    from triage.desk import disposing

    desk = desk_of(args)
    if args.again:
        return _again(args, desk)
    if not args.ref or not args.reason:
        raise BadAnswer("erase", "name the call and give --reason: whose order it is, and why")
    call = desk.store.find(args.ref)
    for one in disposing.proposals(desk):
        if not one.done and one.by != desk.staff.id and [item[0] for item in one.items] == [call]:
            return _carry_out(args, desk, disposing.sign(desk, one))
    made = disposing.order(desk, args.ref, args.reason)
    words = f"Proposed as {_told(made)['id']}. Nothing is erased before somebody else of information governance signs:"
    _show(
        args, _told(made), f"{words}\nthey give the same command, or “triage store purge --sign {_told(made)['id']}”."
    )
    return 0


def _again(args: argparse.Namespace, desk: Any) -> int:
    from triage.audit import Note
    from triage.store.tombs import Tomb

    done = 0
    desk.store.note(Note("erase", reason="again", more={"certificate": args.certificate or ""}), desk.staff)
    if args.certificate:
        try:
            told = json.loads(Path(args.certificate).read_text("utf-8"))
            tombs = [Tomb(**item) for item in told["items"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadAnswer("--certificate", f"{args.certificate} isn't a certificate of triage ({error})") from error
        done = desk.store.erase(tombs)
    done += desk.store.erase_again()
    _show(args, {"erased": done}, f"{done:,} calls that had been erased were there again, and are gone.")
    return 0


def _hold(args: argparse.Namespace) -> int:
    from triage.cli.identity import desk_of
    from triage.desk.disposing import hold

    changed = hold(desk_of(args), args.ref, args.reason, on=not args.lift)
    refs = [call.ref for call in changed]
    _show(
        args, {"calls": refs, "hold": not args.lift}, f"{'Lifted from' if args.lift else 'Hold on'} {', '.join(refs)}"
    )
    return 0

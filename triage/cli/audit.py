"""``triage audit``: who looked and who changed what, as far as one's role reads it; each reading is a line itself."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import BadAnswer

if TYPE_CHECKING:
    from triage.audit import Line


def add(commands: Any) -> None:
    """Declare the commands."""
    parser = command(commands, "audit", "who looked and who changed what")
    parser.set_defaults(handler=lambda args: _help(parser))
    under = parser.add_subparsers(dest="what", metavar="WHAT")
    listed = command(under, "list", "the lines: supervisors see their team's, information governance all")
    for option, words in (
        ("--user", "only this person's"),
        ("--record", "only about this call (its reference)"),
        ("--action", "only this: view, search, change, print, export, break-glass, …"),
        ("--since", "from this day on (2026-11-01)"),
        ("--until", "up to this day"),
    ):
        listed.add_argument(option, help=words)
    listed.add_argument("--limit", type=int, default=50, help="the newest so many (0: all)")
    listed.set_defaults(handler=_list)
    month = command(under, "report", "a month: looks that somebody should ask about")
    month.add_argument("--month", metavar="2026-11", help="else last month")
    month.set_defaults(handler=_report)
    verify = command(under, "verify", "read every line, its chain and what the record says; exit code 1 for a fault")
    verify.set_defaults(handler=_verify)
    head = command(under, "head", "the number and the hash of the last line, to note down elsewhere")
    head.set_defaults(handler=_head)
    verify.add_argument("--head", metavar="N:HASH", help="a head that was noted elsewhere")
    for each in (listed, month, verify, head):
        each.add_argument("--json", action="store_true", help="one JSON document")


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 2


def _list(args: argparse.Namespace) -> int:
    from triage.audit.report import opened_after
    from triage.cli.identity import desk_of
    from triage.desk.auditing import lines

    desk = desk_of(args)
    record = desk.store.find(args.record) if args.record else ""
    everything = lines(desk, "audit list")
    opened = opened_after(everything)
    found = [line for line in everything if _wanted(args, line, record)]
    found = found[-args.limit :] if args.limit else found
    if args.json:
        rows = [{**line.told(), **({"opened": list(opened[line.n])} if line.n in opened else {})} for line in found]
        print(json.dumps(rows, ensure_ascii=False))
        return 0 if found else 1
    for line in found:
        print(_row(line, opened.get(line.n)))
    return 0 if found else 1


def _wanted(args: argparse.Namespace, line: Line, record: str) -> bool:
    day = line.told()["local"][:10]
    return (
        (not args.user or line.user == args.user)
        and (not record or record == line.record or record in line.more.get("calls", ()))
        and (not args.action or line.action == args.action)
        and (not args.since or day >= args.since)
        and (not args.until or day <= args.until)
    )


def _row(line: Line, opened: tuple[str, ...] | None) -> str:
    from triage.model import ref_of

    told = line.told()
    words = f" “{line.more['words']}”" if line.more.get("words") else ""
    if line.more.get("shown"):
        words += f" showed {len(line.more['shown'])}, opened {len(set(opened or ()))}"
    reason = f"  ({line.reason})" if line.reason else ""
    what = f" {line.what}" if line.what and line.action == "change" else ""
    return (
        f"{line.n:>7}  {told['local'][:19].replace('T', ' ')}  {line.user:<10} {line.desk:<12} "
        f"{line.action}{what} {ref_of(line.record) if line.record else ''}{words}{reason}"
    )


def _report(args: argparse.Namespace) -> int:
    from triage.cli.identity import desk_of
    from triage.desk.auditing import month_before, monthly
    from triage.desk.start import roll_of
    from triage.settings import data_dir

    desk = desk_of(args)
    month = args.month or month_before(desk.today)
    if len(month) != 7 or month[4] != "-" or not (month[:4] + month[5:]).isdigit():
        raise BadAnswer("--month", "write it as 2026-11")
    roll = roll_of(data_dir(getattr(args, "data_dir", None)), getattr(desk.store, "inner", None))
    made = monthly(desk, month, roll)
    if args.json:
        findings = [
            {
                "kind": f.kind,
                "user": f.user,
                "lines": list(f.lines),
                "why": f.why,
                "record": f.record,
                "at": f.at.isoformat() if f.at else None,
            }
            for f in made.findings
        ]
        print(json.dumps({"month": made.month, "counts": made.counts, "findings": findings}, ensure_ascii=False))
        return 0
    print("\n".join(_words(made.month, made.counts, made.findings)))
    return 0


def _words(month: str, counts: Any, findings: Any) -> Iterable[str]:
    yield f"Audit of {month}"
    for user, done in counts.items():
        yield f"  {user:<12} {', '.join(f'{count} {action}' for action, count in sorted(done.items()))}"
    yield f"{len(findings)} to ask about" if findings else "Nothing to ask about."
    for f in findings:
        which = f"line {f.lines[0]}" if len(f.lines) == 1 else f"{len(f.lines)} lines from {f.lines[0]} on"
        yield f"  {f.kind:<24} {f.user:<12} {which}: {f.why}"


def _verify(args: argparse.Namespace) -> int:
    from triage.cli.identity import record

    store = record(args)
    found = store.verify()
    if args.head:
        found += _elsewhere(store.inner.sealed(), args.head)  # type: ignore[attr-defined]
    store.close()
    if args.json:
        print(json.dumps({"sound": not found, "faults": found}, ensure_ascii=False))
    else:
        print("\n".join(found) if found else "The audit is whole, and the record is what it says.")
    return 1 if found else 0


def _elsewhere(sealed: Any, head: str) -> list[str]:
    n, _, digest = head.partition(":")
    if not n.isdigit() or not digest:
        raise BadAnswer("--head", "give the number and the hash as “triage audit head” printed them: 1234:9f2c…")
    there = next((one for one in sealed if one.line.n == int(n)), None)
    if there is None:
        return [f"line {n} of the audit, noted elsewhere, isn’t there"]
    if not there.hash.startswith(digest):
        return [f"line {n} of the audit has another hash than was noted elsewhere: everything up to it is in doubt"]
    return []


def _head(args: argparse.Namespace) -> int:
    from triage.cli.identity import record

    store = record(args)
    last = None
    for last in store.inner.sealed():  # type: ignore[attr-defined]  # noqa: B007
        pass
    store.close()
    if last is None:
        print("null" if args.json else "The audit has no lines yet.")
        return 1
    line = last.line
    told = {"n": line.n, "hash": last.hash, "at": line.told()["at"]}
    print(json.dumps(told) if args.json else f"{line.n}:{last.hash}")
    return 0

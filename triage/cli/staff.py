"""``triage staff``: who works here and what they may do."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command, store_of
from triage.errors import BadAnswer, TriageError

if TYPE_CHECKING:
    from triage.staff import Member, Roll

MARKS = ("<!-- roles -->", "<!-- end of roles -->")
"""Between these stands the table in a document."""


def add(commands: Any) -> None:
    """Declare the commands."""
    top = command(commands, "staff", "who works here and what they may do")
    parts = top.add_subparsers(dest="part", metavar="WHAT", required=True)

    def part(name: str, words: str, handler: Callable[[argparse.Namespace], int], *, of: bool = False) -> Any:
        made = command(parts, name, words)
        if of:
            made.add_argument("id", metavar="ID", help="a short name that stays the same")
        made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        made.set_defaults(handler=handler)
        return made

    part("list", "everybody on the staff list, leavers too", listed)
    part("me", "who this account is, and what they may do", me)
    made = part("roles", "the table of roles and what each may do", table)
    made.add_argument("--into", metavar="FILE", type=Path, help="put the table into FILE, between its two marks")
    made = part("add", "add somebody; a leaver who comes back too", added, of=True)
    made.add_argument("--name", default="", help="as the desk shows it")
    made.add_argument("--role", action="append", default=[], help="one of those “triage staff roles” names; repeat it")
    made.add_argument("--account", default="", help="the operating system's account or the login, when it isn't the ID")
    made.add_argument("--pin", action="store_true", help="ask for their PIN now: for an account that others use too")
    made = part("role", "give somebody exactly these roles", role, of=True)
    made.add_argument("roles", nargs="+", metavar="ROLE")
    part("leave", "take somebody off: from now on they can't sign in", leave, of=True)
    made = part("pin", "set somebody's PIN, for an account that several people use", pin, of=True)
    made.add_argument("--remove", action="store_true", help="take the PIN away")


def _roll(args: argparse.Namespace) -> Roll:
    from triage.cli.identity import held_open
    from triage.desk.start import roll_of
    from triage.settings import data_dir, is_server

    where = store_of(args)
    folder = data_dir(getattr(args, "data_dir", None))
    return roll_of(folder, held_open(args) if isinstance(where, str) and is_server(where) else None)


def listed(args: argparse.Namespace) -> int:
    """Everybody."""
    roll = _roll(args)
    _show(args, [_row(m) for m in roll.members()], "\n".join([roll.where, *map(_line, roll.members())]))
    return 0


def me(args: argparse.Namespace) -> int:
    """Who is here."""
    from triage.cli.identity import whoever
    from triage.staff import ACTIONS, may

    staff = whoever(args)
    can = [action.name for action in ACTIONS if may(staff, action.name)]
    told = {"id": staff.id, "name": staff.name, "roles": list(staff.roles), "may": can}
    _show(
        args,
        told,
        f"{staff.name} [{staff.id}]: {', '.join(staff.roles) or 'no role'}\nmay {', '.join(can) or 'nothing'}",
    )
    return 0


def table(args: argparse.Namespace) -> int:
    """The whole table, as Markdown or JSON."""
    from triage.staff import ACTIONS, ROLES
    from triage.staff.roles import drawn

    if args.into:
        _put_into(args.into, drawn())
    told = {"roles": list(ROLES), "actions": {action.name: list(action.roles) for action in ACTIONS}}
    _show(args, told, drawn())
    return 0


def _put_into(path: Path, table: str) -> None:
    """Replace what stands between the marks of a document."""
    try:
        before, rest = path.read_text("utf-8").split(MARKS[0])
        _, after = rest.split(MARKS[1])
        path.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}", encoding="utf-8")
    except OSError as error:
        raise TriageError(f"{path} can't be read or written: {error.strerror}.") from error
    except ValueError as error:
        raise TriageError(f"{path} must hold {MARKS[0]} and, after it, {MARKS[1]}, once each.") from error


def added(args: argparse.Namespace) -> int:
    """Add, or bring back."""
    from triage.desk.door import hashed
    from triage.staff import Member, checked

    roll = _roll(args)
    there = next((m for m in roll.members() if m.id == args.id), None)
    if there is not None and there.left is None:
        raise BadAnswer(
            "ID", f"{args.id} is on the staff list already; “triage staff role {args.id} …” changes the roles"
        )
    if not args.id.strip() or args.id != args.id.strip() or not args.id.isprintable():
        raise BadAnswer("ID", "give a short name without spaces around it")
    old = there or Member(args.id, args.id, ("handler",))
    roles = checked(args.role) if args.role else old.roles
    member = Member(args.id, args.name or old.name, roles, args.account or old.account)
    return _keep(args, roll, replace(member, pin=hashed(_new_pin(member))) if args.pin else member, "added")


def role(args: argparse.Namespace) -> int:
    """Change the roles."""
    from triage.staff import checked
    from triage.staff.members import named

    roll = _roll(args)
    return _keep(args, roll, replace(named(roll.members(), args.id), roles=checked(args.roles)), "roles changed")


def leave(args: argparse.Namespace) -> int:
    """Take off the list, today."""
    from triage.settings import now
    from triage.staff.members import named

    roll = _roll(args)
    done = _keep(args, roll, named(roll.members(), args.id).leaves(now().date()), "left")
    open_ = _open_calls(args)
    if open_ and not args.json:
        print(f"Still open, for any handler to take over: {', '.join(open_)}.")
    return done


def pin(args: argparse.Namespace) -> int:
    """Set or remove a PIN."""
    from triage.desk.door import hashed
    from triage.staff.members import named

    roll = _roll(args)
    member = named(roll.members(), args.id)
    if member.left is not None:
        raise TriageError(f"{member.name} left on {member.left}: add them again first.")
    chosen = "" if args.remove else _new_pin(member)
    return _keep(args, roll, replace(member, pin=hashed(chosen) if chosen else ""), "PIN changed")


def _new_pin(member: Member) -> str:
    """Typed twice at a terminal, or one line from a pipe; never a word of the command, which others can see."""
    from getpass import getpass

    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    chosen = getpass(f"New PIN for {member.name}: ")
    if getpass("Again: ") != chosen:
        raise BadAnswer("PIN", "the two are not the same")
    return chosen


def _keep(args: argparse.Namespace, roll: Roll, member: Member, what: str) -> int:
    from triage.staff.members import keeps_a_manager, without_pin

    rest = [m for m in roll.members() if m.id != member.id]
    if not keeps_a_manager([*rest, member]):
        raise TriageError("Then nobody could manage staff any more. Make somebody else an administrator first.")
    if shut_out := without_pin([*rest, member]):
        who = ", ".join(m.id for m in shut_out)
        raise TriageError(
            f"Several people would use the account “{member.account or member.id}”, and {who} would have no PIN to say "
            "who they are. “triage staff pin ID” sets one; for somebody new, “triage staff add … --pin” asks for it."
        )
    roll.put(member)
    _tell(args, member, what)
    _show(args, _row(member), _line(member))
    return 0


def _tell(args: argparse.Namespace, member: Member, what: str) -> None:
    """Note it in the record, once there is one."""
    from triage.cli.identity import record, whoever
    from triage.model import Event, new_id
    from triage.settings import now

    where = store_of(args)
    if isinstance(where, Path) and not where.is_dir():
        return
    store, key = record(args), new_id(now())
    data = {"who": member.id, "what": what, "roles": list(member.roles), "account": member.account}
    try:
        store.write(Event(key, key, now(), whoever(args).id, "staff changed", data))
    finally:
        store.close()


def _open_calls(args: argparse.Namespace) -> list[str]:
    from triage.cli.identity import _store

    where = store_of(args)
    if isinstance(where, Path) and not where.is_dir():
        return []
    store = _store(args)
    try:
        return [call.ref for call in store.open_calls(args.id)]
    finally:
        store.close()


def _row(member: Member) -> dict[str, Any]:
    left = member.left.isoformat() if member.left else None
    account = member.account or member.id
    who = {"id": member.id, "name": member.name, "roles": list(member.roles)}
    return {**who, "account": account, "pin": bool(member.pin), "left": left}


def _line(member: Member) -> str:
    more = [f"account {member.account}" if member.account not in ("", member.id) else "", "PIN" if member.pin else ""]
    more += [f"left {member.left}" if member.left else ""]
    told = "".join(f" · {words}" for words in more if words)
    return f"{member.id:<12} {member.name:<24} {', '.join(member.roles) or 'no role'}{told}"


def _show(args: argparse.Namespace, told: Any, words: str) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2) if args.json else words)

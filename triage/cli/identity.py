"""Who runs a command, and whether their roles allow it: asked once, before any command begins."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from triage.cli import store_of
from triage.model import Staff

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.desk.door import Door
    from triage.model import Event
    from triage.store.base import Store


def admit(args: argparse.Namespace) -> None:
    """:class:`triage.staff.NotAllowed` when this command isn't this person's; for what all may do, nobody is asked."""
    from triage.staff import EVERYONE, action_of
    from triage.staff.roles import permit, row

    path = f"{command_path(args)} --call" if getattr(args, "path", "") == "report" and args.call else command_path(args)
    action = action_of("commands", path)
    if action and row(action).roles == EVERYONE:
        return
    permit(whoever(args), action, path)


def command_path(args: argparse.Namespace) -> str:
    """The command as it is typed: ``store backup``; ``triage`` for none."""
    return str(getattr(args, "path", "") or "triage")


def whoever(args: argparse.Namespace) -> Staff:
    """Who the account says is here; asked for a PIN where that takes one."""
    known = getattr(args, "staff", None)
    if isinstance(known, Staff):
        return known
    door = _door(args)
    staff = door.enter(settle=command_path(args).startswith("staff ")) or ask(door)
    if door.said:
        print(door.said, file=sys.stderr)
    args.staff = staff
    return staff


def ask(door: Door) -> Staff:
    """Ask who it is and for their PIN, at a terminal."""
    from getpass import getpass

    from triage.staff import NotAllowed

    if not sys.stdin.isatty():
        raise NotAllowed("This account needs a PIN, which is asked for at a terminal only.")
    people = door.people()
    who = people[0].id if len(people) == 1 else input(f"Who are you ({', '.join(p.id for p in people)})? ")
    return door.sign_in(who, getpass(f"PIN of {who}: "))


def _door(args: argparse.Namespace) -> Door:
    from pathlib import Path

    from triage.desk.door import Door
    from triage.desk.start import roll_of
    from triage.settings import data_dir, now

    folder, where = data_dir(getattr(args, "data_dir", None)), store_of(args)

    def keep(event: Event) -> None:
        if isinstance(where, Path) and not where.is_dir():
            return
        store = _store(args)
        try:
            store.write(event)
        finally:
            store.close()

    if isinstance(where, Path):
        return Door(roll_of(folder), folder, now, keep)
    store = held_open(args)
    return Door(roll_of(folder, store), folder, now, store.write)


def _store(args: argparse.Namespace) -> Store:
    from triage.settings import data_dir, now
    from triage.store import open_store

    outbox = data_dir(getattr(args, "data_dir", None)) / "outbox"
    return open_store(store_of(args), desk=f"triage {command_path(args)}", clock=now, outbox=outbox)


def held_open(args: argparse.Namespace) -> Store:
    """The record itself, closed once the command is done."""
    store = _store(args)
    args.opened = (*getattr(args, "opened", ()), store)
    return store


def let_go(args: argparse.Namespace) -> None:
    """Close what was held open."""
    for store in getattr(args, "opened", ()):
        store.close()


def record(args: argparse.Namespace) -> Store:
    """The record as this person may read and write it."""
    from triage.settings import now
    from triage.store.access import Access

    staff = whoever(args)
    return Access(_store(args), lambda: staff, now)


def desk_of(args: argparse.Namespace) -> Desk:
    """This person's desk."""
    from triage.desk import open_desk
    from triage.settings import data_dir

    return open_desk(data_dir(getattr(args, "data_dir", None)), staff=whoever(args), store=store_of(args))

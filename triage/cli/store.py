"""``triage store``: looking after the record, while desks work."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from triage.cli import command, store_of
from triage.cli.securing import encrypt, found, key, words_of
from triage.settings import data_dir, is_server, now

QUIET = 0.5
"""Seconds before the first word of progress."""


def add(commands: Any) -> None:
    """Declare the commands."""
    store = command(commands, "store", "look after the record")
    parts = store.add_subparsers(dest="part", metavar="WHAT", required=True)
    for name, words, handler in (
        ("info", "where the record is and what it holds", info),
        ("verify", "read every line and name each fault; exit code 1 when there is one", verify),
        ("backup", "copy the record to the new folder DIR, and read the copy again", backup),
        ("restore", "put the backup DIR in the record's place; what was there is kept aside", restore),
        ("archive", "fold the closed calls of past days into monthly files", archive),
        ("move", "copy the record to another folder or server, and compare the two; run again, it goes on", move),
        ("encrypt", "encrypt the record on this machine, while desks work; --off makes it plain again", encrypt),
        ("key", "put a copy of the record's key in the new FILE, for a safe", key),
    ):
        made = command(parts, name, words)
        if name in ("backup", "restore"):
            made.add_argument("folder", metavar="DIR", type=Path)
        if name == "move":
            made.add_argument("--to", metavar="ADDRESS", required=True, help="postgresql://… or a folder")
        if name == "encrypt":
            made.add_argument("--key-file", metavar="FILE", type=Path, help="keep the key there, not in the keychain")
            made.add_argument("--new-key", action="store_true", help="give an encrypted record another key")
            made.add_argument("--off", action="store_true", help="make the record plain again")
        if name == "key":
            made.add_argument("file", metavar="FILE", type=Path)
        if name == "restore":
            made.add_argument("--force", action="store_true", help="even when the record has newer work")
        made.add_argument("--json", action="store_true", help="one JSON document on standard output")
        made.set_defaults(handler=handler)
    from triage.cli.disposing import add as add_disposing

    add_disposing(parts)


class Progress:
    """Says on standard error what is being done, once it takes a person's time."""

    def __init__(self) -> None:
        self._next = time.monotonic() + QUIET

    def __call__(self, words: str) -> None:
        if time.monotonic() >= self._next:
            print(f"{words} …", file=sys.stderr, flush=True)
            self._next = time.monotonic() + QUIET


def _folder(args: argparse.Namespace) -> Path:
    """The folder of a journal; a server's record is backed up by the server's own means."""
    from triage.errors import StoreRefused

    where = store_of(args)
    if isinstance(where, str):
        raise StoreRefused(
            f"The record is on a server, whose own tools do this: pg_dump and pg_restore, or its archived log. "
            f"“triage store {args.part}” is for a record in a folder; docs/store.md says more."
        )
    return where


def _open(args: argparse.Namespace) -> Any:
    from triage.errors import NotFound
    from triage.store import open_store

    where = store_of(args)
    if isinstance(where, Path) and not where.is_dir():
        raise NotFound(f"No record is kept in {where} yet.")
    return open_store(where, desk="triage store", outbox=data_dir(args.data_dir) / "outbox")


def _show(args: argparse.Namespace, told: Any, words: str) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2) if args.json else words)


def _size(amount: int) -> str:
    return f"{amount / 1e6:,.1f} MB" if amount >= 1e5 else f"{amount / 1e3:,.1f} kB"


def _moment(iso: str | None) -> str:
    """When, as this machine's clock shows it."""
    return f"{datetime.fromisoformat(iso).astimezone():%d %b %Y %H:%M:%S}" if iso else "nothing saved yet"


def info(args: argparse.Namespace) -> int:
    """Say where the record is and what it holds."""
    store = _open(args)
    told = {**store.info(), **found(store, args)}
    store.close()
    _show(
        args,
        told,
        f"Record   {told['path']} ({_kind(told)})\n"
        f"Calls    {told['calls']:,}, {told['open']:,} open\n"
        f"Events   {told['events']:,}\n"
        f"Claims   {told['claims']:,} slots held or booked\n"
        f"Newest   {_moment(told['newest'])}\n" + words_of(told),
    )
    return 0


def _kind(told: dict[str, Any]) -> str:
    if told["kind"] == "postgresql":
        waits = f", {told['waiting_here']:,} events wait on this machine to be sent" if told["waiting_here"] else ""
        clock = told["clock_ahead_s"]
        wrong = (
            f", this machine's clock is {clock:+.0f} seconds off the server's: put it right" if abs(clock) > 5 else ""
        )
        return f"PostgreSQL {told['server']}{waits}{wrong}"
    segments, months = told["segments"], told["archives"]
    days = f"{len(segments)} day file{'s' * (len(segments) != 1)}"
    archived = f"{len(months)} archived month{'s' * (len(months) != 1)}"
    return f"{_size(told['bytes'])}: {days}, {archived}"


def verify(args: argparse.Namespace) -> int:
    """Read every line."""
    from triage.store.upkeep import faults

    if isinstance(store_of(args), str):
        return _verify_server(args)
    found = faults(_folder(args), Progress()) if _folder(args).is_dir() else [f"No record is kept in {_folder(args)}"]
    sound = "The record is sound: every line matches its checksum."
    way_out = "Go back to a backup with “triage store restore DIR”; what is here now is kept aside."
    _show(args, {"sound": not found, "faults": found}, "\n".join([*found, way_out]) if found else sound)
    return 1 if found else 0


def _verify_server(args: argparse.Namespace) -> int:
    store = _open(args)
    found = store.verify()
    store.close()
    sound = "The record is sound: every event can be read and every call's line follows from its events."
    way_out = "Keep what is there as it is, and show this to whoever looks after the server."
    _show(args, {"sound": not found, "faults": found}, "\n".join([*found, way_out]) if found else sound)
    return 1 if found else 0


def backup(args: argparse.Namespace) -> int:
    """Copy, read the copy again, then let it count."""
    from triage.audit import Note
    from triage.cli.identity import whoever
    from triage.store.upkeep import backup as copy

    _folder(args)
    store = _open(args)
    store.note(Note("export", reason="backup", more={"what": str(args.folder)}), whoever(args))
    told = copy(store, args.folder, now(), Progress())
    store.close()
    _show(
        args,
        told,
        f"{told['calls']:,} calls and {told['events']:,} events are in {told['path']}, read again and sound.",
    )
    return 0


def restore(args: argparse.Namespace) -> int:
    """Go back to a backup."""
    from triage.cli.identity import whoever
    from triage.store.upkeep import restore as put_back

    told = put_back(_folder(args), args.folder, now(), Progress(), force=args.force, by=whoever(args))
    kept = f" What was there is in {told['aside']}." if told["aside"] else ""
    _show(args, told, f"{told['calls']:,} calls and {told['events']:,} events are back in {told['path']}.{kept}")
    return 0


def archive(args: argparse.Namespace) -> int:
    """Fold past days."""
    _folder(args)
    store = _open(args)
    done = store.archive(Progress())
    store.close()
    _show(args, {"archived": done}, f"{done:,} closed calls of past days were archived.")
    return 0


def move(args: argparse.Namespace) -> int:
    """Copy the record, then compare what is there with what was copied."""
    from dataclasses import asdict

    from triage.audit import Note
    from triage.cli.identity import whoever
    from triage.errors import BadAnswer
    from triage.store import open_store
    from triage.store.move import move as copy

    to = args.to if is_server(args.to) else Path(args.to).expanduser()
    if to == store_of(args):
        raise BadAnswer("--to", "that is where the record is now")
    source = _open(args)
    target = open_store(to, desk="triage store")
    source.note(Note("export", reason="move", more={"what": args.to}), whoever(args))
    before, after = copy(source, target, Progress())
    named = target.info()["path"]
    source.close()
    target.close()
    same = before == after
    counts = f"{after.calls:,} calls, {after.events:,} events and {after.claims:,} claims"
    words = (
        f"{counts} are in {named}, and each is the same (digest {after.digest[:16]}). Open desks there with --store."
    )
    if not same:
        words = (
            f"{counts} are in {named}, which isn't what the record has now ({before.calls:,}, {before.events:,} and "
            f"{before.claims:,}): a desk was at work. Close every desk and run this again."
        )
    _show(args, {"to": named, "same": same, "moved": asdict(before), "there": asdict(after)}, words)
    return 0 if same else 1

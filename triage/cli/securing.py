"""``triage store encrypt`` and ``key``, and what ``info`` says of who can read the record."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from triage.cli import store_of
from triage.settings import data_dir


def found(store: Any, args: argparse.Namespace) -> dict[str, Any]:
    """Who else can read what is on this machine, and what of it isn't encrypted; nothing for a server's record."""
    from triage.store.journal import JournalStore
    from triage.store.secure import findings

    return findings(store, data_dir(args.data_dir)) if isinstance(store, JournalStore) else {}


def words_of(told: dict[str, Any]) -> str:
    """The same, to be read."""
    if told["kind"] == "postgresql":
        waits = f"what waits here is, with key {told['encrypted']}" if told["encrypted"] else "what waits here is not"
        return f"Locked   {waits}; the server's disk is for whoever looks after the server"
    locked = f"encrypted with key {told['encrypted']}" if told["encrypted"] else "not encrypted: “triage store encrypt”"
    said = [f"Locked   {locked}", f"Open to  {told['readers']}"]
    if told["too_open"]:
        many = len(told["too_open"])
        said.append(
            f"WARNING  others on this machine can read it ({many:,} place{'s' * (many != 1)}, such as "
            f"{told['too_open'][0]}). Close it: {told['close_with']}"
        )
    return "\n".join([*said, *(f"Beside   {words}" for words in told["beside"])])


def encrypt(args: argparse.Namespace) -> int:
    """Encrypt the record, or make it plain."""
    from triage.cli.store import Progress
    from triage.errors import BadAnswer
    from triage.store import open_store
    from triage.store.journal import JournalStore
    from triage.store.secure import beside, encrypt_outbox
    from triage.store.secure import encrypt as lock

    folder, where = data_dir(args.data_dir), store_of(args)
    if args.off and (args.new_key or args.key_file):
        raise BadAnswer("--off", "a plain record has no key")
    if isinstance(where, str):
        wanted = encrypt_outbox(folder, None if args.off else args.key_file, off=args.off)
        told: dict[str, Any] = {"encrypted": wanted or None, "left": [], "beside": []}
        server = "The record is on a server, whose disk is for whoever looks after it. "
        here = f"are encrypted with key {wanted}." if wanted else "are not encrypted."
        _show(args, told, f"{server}Answers that wait on this machine while it is away {here}")
        return 0
    store = open_store(where, desk="triage store")
    assert isinstance(store, JournalStore)
    try:
        if args.off:
            left = store.write_anew(None, Progress()) if store.encrypted else []
        else:
            left = lock(store, folder, args.key_file, Progress(), anew=args.new_key)
        told = {
            "encrypted": store.encrypted or None,
            "left": [str(path) for path in left],
            "beside": beside(store, folder),
        }
    finally:
        store.close()
    words = [_after(told["encrypted"])]
    words += [f"Still as it was, since a desk has it open: {path}. Close the desks, run this again." for path in left]
    words += [f"Not encrypted: {each}." for each in told["beside"]]
    _show(args, told, "\n".join(words))
    return 1 if left else 0


def _after(wanted: str | None) -> str:
    if wanted is None:
        return "The record isn't encrypted."
    return (
        f"The record is encrypted with key {wanted}, and so will every backup be. Without the key it is lost: put a "
        "copy in a safe with “triage store key FILE”. Earlier backups are as they were, and what was deleted here may "
        "be readable on the disk for a while."
    )


def key(args: argparse.Namespace) -> int:
    """Copy the key."""
    from triage.errors import NotFound
    from triage.store import open_store
    from triage.store.journal import JournalStore
    from triage.store.keys import hinted
    from triage.store.secure import export_key

    where = store_of(args)
    if isinstance(where, str):
        home = data_dir(args.data_dir) / "outbox"
        wanted = hinted(home)
    else:
        home = where
        store = open_store(where, desk="triage store") if where.is_dir() else None
        wanted = store.encrypted if isinstance(store, JournalStore) else ""
        if store is not None:
            store.close()
    if not wanted:
        raise NotFound("Nothing here is encrypted, so there is no key.")
    path: Path = export_key(wanted, home, args.file)
    _show(
        args, {"key": wanted, "file": str(path)}, f"Key {wanted} is in {path}, for its owner alone. Put it in a safe."
    )
    return 0


def _show(args: argparse.Namespace, told: Any, words: str) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2) if args.json else words)

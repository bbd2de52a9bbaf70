"""Encrypting a record, and saying what lies open beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from triage.errors import StoreRefused
from triage.store.anew import leftovers
from triage.store.cipher import Cipher
from triage.store.files import private_folder
from triage.store.journal import JournalStore
from triage.store.keys import find_cipher, keep_hint, new_key, read_key, to_keychain, write_key
from triage.store.outbox import Outbox
from triage.store.private import open_files, readers, way_to_close
from triage.store.records import is_plain

Tell = Callable[[str], None]
OUTSIDE = {"leaflets": "leaflets", "ics": "calendar files", "reports": "figures"}
"""Folders of a data folder with what was made for other programs to open: never encrypted."""


def encrypt(
    store: JournalStore, data_dir: Path, key_file: Path | None, tell: Tell, *, anew: bool = False
) -> list[Path]:
    """Encrypt a record under a new key, or the one in ``key_file``; plain files that could not be deleted.

    One that is encrypted already is only tidied up, unless ``anew``: then it gets another key. Desks may be open.
    """
    if store.encrypted and not anew:
        return store.sweep()
    cipher = _key(store.path, data_dir, key_file)
    find_cipher(cipher.id, store.path)
    return store.write_anew(cipher, tell)


def encrypt_outbox(data_dir: Path, key_file: Path | None, *, off: bool = False) -> str:
    """Encrypt what waits on this machine for a server, now and later, or (``off``) no longer; the key's id."""
    outbox = Outbox(data_dir / "outbox", "triage store")
    if off:
        outbox.encrypt(None, None)
        return ""
    if outbox.encrypted:
        return outbox.encrypted
    cipher = _key(outbox.path.parent, data_dir, key_file)
    find_cipher(cipher.id, outbox.path.parent)
    outbox.encrypt(cipher, key_file)
    return cipher.id


def _key(folder: Path, data_dir: Path, key_file: Path | None) -> Cipher:
    """The key to use, kept where desks will find it."""
    if key_file is None:
        cipher = Cipher(new_key())
        to_keychain(cipher.key)
    else:
        key_file = key_file.expanduser().absolute()
        if any(place.resolve() in (key_file.resolve(), *key_file.resolve().parents) for place in (folder, data_dir)):
            raise StoreRefused(
                f"{key_file} is in the data folder: whoever takes the folder would take the key with it. "
                "Name a file elsewhere."
            )
        there = key_file.exists()
        cipher = Cipher(read_key(key_file) if there else new_key())
        if not there:
            write_key(key_file, cipher.key)
    private_folder(folder)
    keep_hint(folder, cipher.id, key_file)
    return cipher


def findings(store: JournalStore, data_dir: Path) -> dict[str, Any]:
    """Who else can read the record, and what of people lies outside its encryption."""
    shared = [path for path in _reachable(store.path, data_dir) if _everybodys(path)]
    closing = store.path if all(store.path in (path, *path.parents) for path in shared) else data_dir
    return {
        "readers": readers(store.path) or "nobody but you",
        "too_open": [str(path) for path in shared],
        "close_with": way_to_close(closing) if shared else "",
        "beside": beside(store, data_dir),
    }


def _reachable(record: Path, data_dir: Path) -> Iterator[Path]:
    """What others can read of the record, and of what tells of people beside it."""
    yield from open_files(record)
    if readers(data_dir):
        for name in (*OUTSIDE, "outbox"):
            yield from open_files(data_dir / name)


def _everybodys(path: Path) -> bool:
    """Whether more than a group that somebody chose can read it."""
    return not readers(path).startswith("the group ")


def beside(store: JournalStore, data_dir: Path) -> list[str]:
    """What isn't encrypted though it tells of people, in words; leftovers of a plain record only when there are any."""
    told = []
    for name, words in OUTSIDE.items():
        count = sum(path.is_file() for path in (data_dir / name).glob("*"))
        told += [f"{count:,} {words} in {data_dir / name}, made for other programs to open"] if count else []
    if store.encrypted:
        asides = [folder for folder in sorted(store.path.glob("aside-*")) if _plain(folder / "journal")]
        told += [f"{folder}: the record as it was before a restore, not encrypted" for folder in asides]
        left = [path for path in leftovers(store.segments, store.archives) if path.is_file()]
        told += [f"{path}: left over, delete it" for path in left]
        outbox = Outbox(data_dir / "outbox", "")
        if outbox.waiting and not outbox.encrypted:
            told.append(f"{outbox.path}: answers that wait for a server")
        told += [f"{path}: damaged answers, kept aside" for path in outbox.path.parent.glob("outbox-damaged-*")]
    return told


def _plain(journal: Path) -> bool:
    """Whether some file of a journal kept aside isn't encrypted."""
    firsts = [path.read_bytes().partition(b"\n")[0] + b"\n" for path in journal.glob("*.jsonl")]
    return any(map(is_plain, firsts))


def export_key(wanted: str, folder: Path, to: Path) -> Path:
    """Put a copy of the key in the new file ``to``, for a safe."""
    to = to.expanduser().absolute()
    write_key(to, find_cipher(wanted, folder).key)
    return to

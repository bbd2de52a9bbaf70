"""Where the record's key is kept: the system's keychain, or a file outside the data folder; never beside the record.

A record says which key it needs by the key's id. It is looked for in the file that ``TRIAGE_KEY_FILE`` names, in the
files that were named when the record was encrypted (``key.json`` in its folder holds their paths), and in the keychain.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from triage.errors import StoreRefused
from triage.store.cipher import KEY, Cipher, key_id
from triage.store.files import shared, write_whole

SERVICE = "triage record"
HINT = "key.json"
VARIABLE = "TRIAGE_KEY_FILE"
_HEAD = "triage-key-1 "
_NO_CHAIN = (
    "This machine has no keychain that triage can use ({why}). Give --key-file FILE: a file outside the data folder "
    "that only you can read."
)


def find_cipher(wanted: str, folder: Path) -> Cipher:
    """The cipher of the key ``wanted`` for the record in ``folder``; :class:`StoreRefused`, naming each place that was
    looked in, when it isn't to be had."""
    looked: list[str] = []
    for path in _files(folder):
        if not path.is_file():
            looked.append(f"{path} isn't there")
            continue
        key = read_key(path)
        if key_id(key) == wanted:
            return _cipher(key)
        looked.append(f"{path} holds another key ({key_id(key)})")
    kept, why = from_keychain(wanted)
    if kept is not None:
        return _cipher(kept)
    looked.append(why)
    raise StoreRefused(
        f"The record is encrypted and its key {wanted} isn't to be had here: {'; '.join(looked)}. "
        f"Nothing was touched. Put the key back, or name its file in {VARIABLE}."
    )


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> Cipher:
    return Cipher(key)


def _files(folder: Path) -> list[Path]:
    named = [os.environ.get(VARIABLE, ""), *_hint(folder).values()]
    return [Path(name).expanduser() for name in dict.fromkeys(named) if name]


def _hint(folder: Path) -> dict[str, str]:
    """The files of keys by their ids, the newest last; ``""`` for one in the keychain."""
    try:
        told = json.loads((folder / HINT).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(file) for key, file in told.items()} if isinstance(told, dict) else {}


def keep_hint(folder: Path, wanted: str, file: Path | None) -> None:
    """Note which key the record in ``folder`` needs from now on, and the file it is kept in. Not a secret."""
    told = {key: named for key, named in _hint(folder).items() if key != wanted}
    told[wanted] = str(file) if file else ""
    write_whole(folder / HINT, json.dumps(told).encode() + b"\n")


def hinted(folder: Path) -> str:
    """The id of the key noted last for ``folder``; ``""`` when none was."""
    return next(reversed(_hint(folder)), "")


# --- a file ---------------------------------------------------------------------------------------


def read_key(path: Path) -> bytes:
    """The key in a file; :class:`StoreRefused` when it isn't one, or is open to others."""
    try:
        closed = stat.S_IRWXO if shared(path.parent) else stat.S_IRWXG | stat.S_IRWXO
        if os.name != "nt" and path.stat().st_mode & closed:
            raise StoreRefused(f"The key file {path} is open to others. Close it (chmod 600 {path}) and try again.")
        words = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise StoreRefused(f"The key file {path} can't be read ({error.strerror}). Nothing was touched.") from error
    key = b""
    if words.startswith(_HEAD):
        with suppress(binascii.Error, ValueError):
            key = base64.b64decode(words.removeprefix(_HEAD).strip(), validate=True)
    if len(key) != KEY:
        raise StoreRefused(f"{path} isn't a key file of triage. Nothing was touched.")
    return key


def write_key(path: Path, key: bytes) -> None:
    """Put a key in a new file, for its owner alone; :class:`StoreRefused` when the file is there."""
    if path.exists():
        raise StoreRefused(f"{path} is there already. Name a new file.")
    try:
        write_whole(path, f"{_HEAD}{base64.b64encode(key).decode()}\n".encode())
    except OSError as error:
        raise StoreRefused(f"The key can't be written to {path} ({error.strerror}). Nothing was touched.") from error


def new_key() -> bytes:
    """A key that nobody has."""
    return secrets.token_bytes(KEY)


# --- the keychain ---------------------------------------------------------------------------------


def from_keychain(wanted: str) -> tuple[bytes | None, str]:
    """The key from the system's keychain, or why it isn't there."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None, "the package keyring isn't installed (pip install 'triage[secure]')"
    try:
        kept = keyring.get_password(SERVICE, wanted)
    except (KeyringError, RuntimeError, OSError) as error:
        return None, f"the keychain can't be asked ({_first(error)})"
    key = base64.b64decode(kept) if kept else b""
    if key_id(key) != wanted:
        return None, "the keychain doesn't have it"
    return key, ""


def to_keychain(key: bytes) -> None:
    """Keep a key in the system's keychain; :class:`StoreRefused`, with the way out, where that isn't to be had."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise StoreRefused(_NO_CHAIN.format(why="the package keyring isn't installed")) from None
    try:
        keyring.set_password(SERVICE, key_id(key), base64.b64encode(key).decode())
    except (KeyringError, RuntimeError, OSError) as error:
        raise StoreRefused(_NO_CHAIN.format(why=_first(error))) from error
    kept, why = from_keychain(key_id(key))
    if kept != key:
        raise StoreRefused(_NO_CHAIN.format(why=f"it didn't give back what it was given: {why}"))


def _first(error: Exception) -> str:
    if type(error).__name__ == "NoKeyringError":
        return "there is none"
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")

"""Bytes on a disk, on every platform: durable, private, and taken back when they couldn't be written."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

from triage.errors import StoreError, StoreFull

_SHARED = stat.S_ISGID | stat.S_IWGRP
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def no_room(error: OSError) -> bool:
    """Whether the disk, or the user's share of it, is full."""
    return error.errno in _NO_ROOM


def failed(path: Path, error: OSError) -> StoreError:
    """What a system error means to the person who was saving."""
    if no_room(error):
        return StoreFull(
            f"There is no room on the disk that holds {path}, so nothing was saved; what was saved before is safe. "
            "Make room and try again."
        )
    return StoreError(
        f"{path} can't be written ({error.strerror or error}), so nothing was saved; what was saved before is safe. "
        "Check the disk and the folder's permissions."
    )


def shared(folder: Path) -> bool:
    """Whether somebody set this folder up for a group: writable for it, and what is made there is the group's."""
    return os.name != "nt" and folder.stat().st_mode & _SHARED == _SHARED


def _opened(path: Path, flags: int) -> int:
    """A descriptor of a file for its owner alone, or for the group that its folder was set up for."""
    descriptor = os.open(path, flags | _BINARY, 0o600)
    if flags & os.O_CREAT and shared(path.parent) and os.fstat(descriptor).st_uid == os.geteuid():
        os.fchmod(descriptor, 0o660)
    return descriptor


def open_append(path: Path, *, create: bool = False) -> int:
    """A descriptor that reads anywhere and writes at the end."""
    return _opened(path, os.O_RDWR | os.O_APPEND | (os.O_CREAT if create else 0))


def open_new(path: Path) -> int:
    """A descriptor of a file that wasn't there; FileExistsError when it was."""
    return _opened(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL)


def open_lock(name: str) -> int:
    """A descriptor of a file that is only locked; made when it isn't there. Every save opens it: cheap."""
    try:
        return os.open(name, os.O_RDWR | _BINARY)
    except FileNotFoundError:
        return _opened(Path(name), os.O_RDWR | os.O_CREAT)


def read_from(descriptor: int, start: int) -> bytes:
    """Everything from ``start`` to the end."""
    os.lseek(descriptor, start, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def flush(descriptor: int) -> None:
    """Wait until the disk has it; macOS needs to be asked harder."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Make a new or renamed file's name durable. Windows has no such call and keeps names by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it: a disk that fills up takes a part first."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def private_folder(path: Path) -> None:
    """Make the folder, for its owner alone, or for the group that the one around it was set up for.

    Windows takes the mode as a list of who may enter since its Python was mended in 2024 (3.11.10, 3.12.4); before
    that the folder inherits the list of the one around it.
    """
    if path.is_dir():
        return
    private_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(0o700)
        if os.name != "nt":
            path.chmod(0o2770 if shared(path.parent) else 0o700)


def write_whole(path: Path, data: bytes, *, part: str = "") -> None:
    """A new file, durable under its name or not there at all; ``part`` tells two writers' unfinished files apart."""
    unfinished = path.with_name(f"{path.name}{part}.part")
    descriptor = _opened(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        write_all(descriptor, data)
        flush(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
        raise
    finally:
        os.close(descriptor)
    replace(unfinished, path)
    flush_folder(path.parent)


def replace(source: Path, target: Path) -> None:
    """Rename over what is there. Windows refuses while a virus scanner or an indexer looks at either: try for 2.5 s."""
    for tries in range(25 if os.name == "nt" else 1, 0, -1):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if tries == 1:
                raise
            time.sleep(0.1)

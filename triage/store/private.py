"""Who else on this machine can read a folder: POSIX modes, and the access lists of Windows."""

from __future__ import annotations

import os
import re
import stat
import sys
from contextlib import suppress
from pathlib import Path

EVERYBODY = "everybody on this machine"
_ALL_OF_WINDOWS = {
    "WD": EVERYBODY, "S-1-1-0": EVERYBODY,
    "AU": "everybody who signs in", "S-1-5-11": "everybody who signs in",
    "BU": "all users of this machine", "S-1-5-32-545": "all users of this machine",
    "BG": "guests", "S-1-5-32-546": "guests",
}  # fmt: skip
_ALLOWED = re.compile(r"\(A;[^;]*;[^;]*;[^;]*;[^;]*;([^;)]+)\)")


def readers(path: Path) -> str:
    """Who but its owner can read the file or folder, in words; ``""``: nobody."""
    return _by_list(path) if sys.platform == "win32" else _by_mode(path)


def open_files(folder: Path) -> list[Path]:
    """What others can read of a folder, itself first; nothing when nobody else can enter it."""
    if not folder.is_dir() or not readers(folder):
        return []
    return [folder, *sorted(path for path in folder.rglob("*") if readers(path))]


def way_to_close(folder: Path) -> str:
    """The command that closes a folder to others."""
    if sys.platform == "win32":
        return f'icacls "{folder}" /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F"'
    return f"chmod -R go= '{folder}'"


def _by_mode(path: Path) -> str:
    if sys.platform == "win32":
        return ""
    try:
        seen = path.stat()
    except OSError:
        return ""
    if seen.st_mode & stat.S_IRWXO:
        return EVERYBODY
    if not seen.st_mode & stat.S_IRWXG:
        return ""
    name = str(seen.st_gid)
    with suppress(ImportError, KeyError):
        import grp

        name = grp.getgrgid(seen.st_gid).gr_name
    return f"the group {name}"


def _by_list(path: Path) -> str:
    try:
        return listed(_sddl(path))
    except OSError:
        return ""


def listed(sddl: str) -> str:
    """Who of the large groups an access list of Windows lets in, from its written form."""
    named = [_ALL_OF_WINDOWS[who] for who in _ALLOWED.findall(sddl) if who in _ALL_OF_WINDOWS]
    return " and ".join(dict.fromkeys(named))


def _sddl(path: Path) -> str:
    """The access list of a file or folder, as Windows writes it."""
    if sys.platform != "win32":
        return ""
    import ctypes
    from ctypes import wintypes

    security, words = ctypes.windll.advapi32, wintypes.LPWSTR()
    found = ctypes.c_void_p()
    file_object, access_list = 1, 4
    wrong = security.GetNamedSecurityInfoW(
        os.fspath(path), file_object, access_list, None, None, None, None, ctypes.byref(found)
    )
    if wrong:
        raise ctypes.WinError(wrong)
    try:
        if not security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            found, 1, access_list, ctypes.byref(words), None
        ):
            raise ctypes.WinError()
        return words.value or ""
    finally:
        ctypes.windll.kernel32.LocalFree(words)
        ctypes.windll.kernel32.LocalFree(found)

"""Where a store may stand: a folder of this machine, never of another one.

Network file systems lose locks and flushes without a word, and with them the promise that two desks never get
one slot.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath

from triage.errors import StoreRefused

NETWORK = frozenset(
    {
        *("afs", "afpfs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb2", "smb3", "smbfs", "webdav"),
        *("fuse.ceph", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs"),
    }
)
"""File systems of other machines, by the name Linux gives them."""

_ALTERNATIVE = (
    "Choose a folder on this machine's own disk with --data-dir. Desks on several machines share a PostgreSQL "
    "server: --store postgresql://…"
)
_DRIVE_REMOTE = 4


def refuse_network(path: Path) -> None:
    """Raise :class:`StoreRefused` when ``path`` is on another machine, as far as this platform can tell."""
    why = unc(str(path)) or (_mapped(path) if sys.platform == "win32" else _mounted(path))
    if why:
        raise StoreRefused(f"The record can't be kept in {path}: {why}. {_ALTERNATIVE}")


def unc(path: str) -> str:
    r"""Why a ``\\server\share`` path is refused; ``""`` when it isn't one."""
    slashes = path.replace("/", "\\") if os.name == "nt" else path
    upper = slashes.upper()
    device = upper.startswith(("\\\\?\\", "\\\\.\\")) and not upper.startswith("\\\\?\\UNC\\")
    return "it is a folder shared by another machine" if slashes.startswith("\\\\") and not device else ""


def _mapped(path: Path) -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    drive = PureWindowsPath(path.absolute()).drive
    remote = ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == _DRIVE_REMOTE
    return f"{drive} is a drive mapped from another machine" if remote else ""


def _mounted(path: Path) -> str:
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return mounted(str(path.resolve()), mounts)


def mounted(path: str, mounts: str) -> str:
    """Why the mount that ``path`` is under is refused, by the lines of ``/proc/mounts``; ``""`` when it isn't."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if (path == point or path.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    return f"{best} is a network file system ({kind})" if kind in NETWORK else ""

"""Putting a file on paper, with what the system has: ``lp`` or ``lpr``, or Windows' own print verb."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from triage.errors import TriageError

PATIENCE = 10
"""Seconds a print command may take to accept a job."""


STARTFILE: Callable[..., None] | None = getattr(os, "startfile", None)
"""Windows' own way to open or print a file; nowhere else is there one."""
SENT = "sent to the default printer"


class NoPrinter(TriageError):
    """It could not be printed; the words say where the file lies."""


def print_file(
    path: Path,
    which: Callable[[str], str | None] = shutil.which,
    *,
    platform: str = sys.platform,
    start: Callable[..., None] | None = STARTFILE,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
) -> str:
    """Send a file to the default printer; how, in words. Raises :class:`NoPrinter` with what to do instead.

    ``platform``, ``start`` (Windows' own) and ``run`` are this machine's.
    """
    instead = f"Open {path} and print it from there."
    if platform == "win32":
        return _by_verb(path, start, instead)
    command = printing(path, which)
    if not command:
        raise NoPrinter(f"No printer is set up here (there is no lp or lpr). {instead}")
    try:
        done = run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPrinter(f"The printer did not answer. {instead}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or "no reason given"
        raise NoPrinter(f"The printer refused it ({said[:120]}). {instead}")
    return SENT


def printing(path: Path, which: Callable[[str], str | None] = shutil.which) -> list[str]:
    """The command that prints a file on Linux and macOS; empty when there is none."""
    found = which("lp") or which("lpr")
    return [found, str(path.absolute())] if found else []


def _by_verb(path: Path, start: Callable[..., None] | None, instead: str) -> str:
    """Windows prints with whatever program opens PDFs there."""
    try:
        if start is None:
            raise OSError("this Python has no startfile")
        start(str(path.absolute()), "print")
    except OSError as error:
        raise NoPrinter(f"Windows can't print it ({error.strerror or error}). {instead}") from error
    return SENT

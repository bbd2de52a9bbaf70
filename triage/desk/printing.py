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


class NoPrinter(TriageError):
    """It could not be printed; the words say where the file lies."""


def print_file(path: Path, which: Callable[[str], str | None] = shutil.which) -> str:
    """Send a file to the default printer; how, in words. Raises :class:`NoPrinter` with what to do instead."""
    instead = f"Open {path} and print it from there."
    if sys.platform == "win32":
        try:
            os.startfile(path, "print")
        except OSError as error:
            raise NoPrinter(f"Windows can't print it ({error.strerror or error}). {instead}") from error
        return "sent to the default printer"
    command = which("lp") or which("lpr")
    if command is None:
        raise NoPrinter(f"No printer is set up here (there is no lp or lpr). {instead}")
    try:
        done = subprocess.run([command, str(path)], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPrinter(f"The printer did not answer. {instead}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or "no reason given"
        raise NoPrinter(f"The printer refused it ({said[:120]}). {instead}")
    return "sent to the default printer"

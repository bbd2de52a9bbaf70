"""``triage``, ``triage supervise``, ``triage train``: the commands that open the app."""

from __future__ import annotations

import argparse
from typing import Any

from triage.cli import command


def add(commands: Any) -> None:
    """Declare the commands."""
    for name, words in (("supervise", "call summaries and figures"), ("train", "demos and practice calls")):
        command(commands, name, words).set_defaults(handler=desk, mode=name)


def desk(args: argparse.Namespace) -> int:
    """Open the app."""
    raise NotImplementedError

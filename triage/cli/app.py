"""``triage``, ``triage supervise``, ``triage train``: the commands that open the app."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from triage.cli import command, store_of

if TYPE_CHECKING:
    from triage.desk import Desk


def add(commands: Any) -> None:
    """Declare the commands."""
    for name, words in (("supervise", "call summaries and figures"), ("train", "demos and practice calls")):
        command(commands, name, words).set_defaults(handler=desk, mode=name)


def desk(args: argparse.Namespace) -> int:
    """Open the app, or take a call line by line."""
    if getattr(args, "plain", False):
        return plain(args)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("triage: the desk needs a terminal. `triage --plain` works line by line.", file=sys.stderr)
        return 2
    # Read when textual is imported: a second frame in half the time.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    # The screen gets its turn sooner while a thread loads the directory.
    sys.setswitchinterval(0.001)
    from triage.ui.app import TriageApp

    def opened() -> Desk:
        from triage.desk import open_desk
        from triage.settings import data_dir

        known = getattr(args, "staff", None)
        return open_desk(data_dir(getattr(args, "data_dir", None)), staff=known, store=store_of(args))

    start = getattr(args, "mode", "call")
    while True:
        app = TriageApp(opened, start=start)
        app.run()
        app.leave_desk()
        if app.refused is not None:
            raise app.refused
        if not app.next_demo:
            return app.return_code or 0
        from triage.cli.training import play_demo

        play_demo(app.next_demo)
        start = "train"


def plain(args: argparse.Namespace) -> int:
    """Take a call line by line."""
    from triage.cli.identity import desk_of
    from triage.cli.plain import Plain
    from triage.staff.roles import permit

    made = desk_of(args)
    permit(made.staff, "take calls")
    Plain(made, sys.stdin, print).run()
    return 0

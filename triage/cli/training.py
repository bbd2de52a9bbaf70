"""``triage demo`` and ``triage check``: call files, played or run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from triage.cli import command


def add(commands: Any) -> None:
    """Declare the commands."""
    demo = command(commands, "demo", "play a scripted call in the real app, on a store of its own")
    demo.add_argument("name", nargs="?", metavar="NAME", help="a shipped demo or a call file; left out: a list")
    demo.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="2 is twice as fast (0.25 to 20)")
    demo.add_argument("--step", action="store_true", help="wait for → before each act")
    demo.set_defaults(handler=play)
    check = command(commands, "check", "run call files without a screen; exit 1 and the first difference")
    check.add_argument("files", nargs="+", metavar="CALLFILE")
    check.set_defaults(handler=run_checks)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.25 <= speed <= 20:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.25 and 20")
    return speed


def run_checks(args: argparse.Namespace) -> int:
    """Run call files; 1 when one differs, naming its first difference."""
    from triage.training.callfile import find_callfile, load_callfile
    from triage.training.rehearse import Difference, rehearse

    files = [load_callfile(find_callfile(name)) for name in args.files]
    failed = 0
    for file in files:
        with tempfile.TemporaryDirectory(prefix="triage-check-") as folder:
            try:
                call = rehearse(file, Path(folder))
            except Difference as difference:
                failed += 1
                print(f"✗ {file.name}: {difference}")
                continue
        end = call.closed.data["outcome"] if call.closed else "left open"
        print(f"✓ {file.name}: {len(file.script)} acts, {end}")
    return 1 if failed else 0


def play(args: argparse.Namespace) -> int:
    """Play a demo in the app."""
    from triage.training.callfile import load_callfile, shipped_callfiles

    if args.name is None:
        for name, path in shipped_callfiles().items():
            file = load_callfile(path)
            print(f"{name:32} {file.title}")
        return 0
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("triage: a demo needs a terminal. `triage check FILE` runs it without one.", file=sys.stderr)
        return 2
    return play_demo(args.name, speed=args.speed, step=args.step)


def play_demo(name: str, *, speed: float = 1.0, step: bool = False) -> int:
    """Play one call file in the app, on a store that is thrown away afterwards."""
    # Read when textual is imported: a second frame in half the time.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from triage.training.callfile import find_callfile, load_callfile
    from triage.training.rehearse import call_clock
    from triage.ui.demo import DemoApp

    file = load_callfile(find_callfile(name))
    with tempfile.TemporaryDirectory(prefix="triage-demo-") as folder:
        app = DemoApp(file, Path(folder), call_clock(file), speed=speed, step=step)
        app.run()
        app.desk.store.close()
    return app.return_code or 0

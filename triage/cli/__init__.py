"""The command line: the only room that prints or exits.

Each command is a module of this folder with ``add(commands)``, which declares its words, and a handler
``(args) -> int`` that returns the exit code: 0 done, 1 the check failed or nothing was found, 2 bad
usage or bad input. What a command needs is imported inside its handler, so that every start is quick.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from triage.errors import TriageError

MODULES = (
    *("app", "search", "script", "diary", "report", "training", "store", "directory", "people", "glossary", "staff"),
    *("audit", "ideas", "callbacks"),
)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from triage import __version__

    top = argparse.ArgumentParser(
        prog="triage", description="The first-contact desk. Without a command it opens the desk."
    )
    top.add_argument("--version", action="version", version=f"triage {__version__}")
    top.add_argument("--data-dir", metavar="DIR", help="where the store, the directory and the settings are kept")
    top.add_argument("--store", metavar="ADDRESS", help="the record: postgresql://… or a folder (else TRIAGE_STORE)")
    top.add_argument("--plain", action="store_true", help="the call as numbered prompts, line by line")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for name in MODULES:
        import_module(f"triage.cli.{name}").add(commands)
    return top


def command(commands: Any, name: str, words: str, **options: Any) -> argparse.ArgumentParser:
    """Declare one command, which takes ``--data-dir`` and ``--store`` too, before or after its name."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words, **options)
    made.set_defaults(path=made.prog.removeprefix("triage "))
    made.add_argument("--data-dir", metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    made.add_argument("--store", metavar="ADDRESS", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return made


def store_of(args: argparse.Namespace) -> Path | str:
    """Where this command line's record is."""
    from triage.settings import data_dir, store_address

    return store_address(getattr(args, "store", None), data_dir(getattr(args, "data_dir", None)))


def run(argv: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    args = parser().parse_args(argv)
    from triage.cli.app import desk
    from triage.cli.identity import admit, let_go

    handler = getattr(args, "handler", desk)
    try:
        admit(args)
        return int(handler(args))
    except TriageError as error:
        print(f"triage: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    finally:
        let_go(args)

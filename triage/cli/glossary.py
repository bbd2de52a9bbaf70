"""``triage glossary``: what a word means."""

from __future__ import annotations

import argparse
from typing import Any

from triage.cli import command


def add(commands: Any) -> None:
    """Declare the command."""
    made = command(commands, "glossary", "what a word of the service means, in plain words")
    made.add_argument("word", nargs="*", metavar="WORD", help="a word, or some of its letters; all of them without one")
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    made.set_defaults(handler=glossary)


def glossary(args: argparse.Namespace) -> int:
    """Print the entries; 1 when nothing is called that."""
    from triage.glossary import looked_up, told
    from triage.library.glossary import load_glossary

    found = looked_up(load_glossary(), " ".join(args.word))
    if args.json:
        import json

        rows = [{"term": t.term, "also": t.also, "status": t.status, "meaning": t.meaning} for t in found]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        import textwrap

        for term in found:
            print(textwrap.fill(f"{term.term}: {told(term)}", 96, subsequent_indent="    "))
        if not found:
            print(f"Nothing is called “{' '.join(args.word)}”.")
    return 0 if found else 1

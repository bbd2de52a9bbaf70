"""``triage directory export``: the merged directory out again."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import TriageError

if TYPE_CHECKING:
    from triage.model import Listing

BOM = "\ufeff"
"""Spreadsheets take a CSV for UTF-8 only with it; the importer takes it off."""


def add(under: Any) -> None:
    """Declare the command."""
    made = command(under, "export", "Write the directory as an Open Referral UK 3.0 feed, or as a table.")
    made.add_argument("--as", dest="form", choices=("oruk", "csv"), required=True, help="oruk is a feed, csv a table")
    made.add_argument("--real", action="store_true", help="leave invented (demonstration) listings out")
    made.add_argument(
        "to", metavar="FILE", help="a file; for a feed also a folder, to be served as it is (a name without .json)"
    )
    made.set_defaults(handler=_export)


def _export(args: argparse.Namespace) -> int:
    from triage.directory.export import exported
    from triage.library.directory import load_directory
    from triage.settings import data_dir

    directory = load_directory(data_dir(args.data_dir))
    listings = [each for each in exported(directory.listings) if not (args.real and each.demonstration)]
    path = Path(args.to).expanduser()
    try:
        files = _table(path, listings) if args.form == "csv" else _feed(path, listings)
    except OSError as error:
        raise TriageError(f"{error.filename or path} can't be written: {error.strerror or error}.") from error
    invented = sum(each.demonstration for each in listings)
    out = len(directory.listings) - len(listings)
    print(f"{len(listings):,} listings written to {path}" + (f" ({files:,} files)" if files > 1 else ""))
    if invented:
        print(f"  {invented:,} of them are invented, and their alert says so: --real leaves them out")
    if out:
        print(f"  {out:,} left out: not current, or invented" if args.real else f"  {out:,} left out: not current")
    return 0


def _feed(path: Path, listings: Sequence[Listing]) -> int:
    """One document when the name ends in .json; else a folder with a file for every address of the feed."""
    from triage.directory.export import page, root, services

    made = services(listings)
    if path.suffix.lower() == ".json" and not path.is_dir():
        _write(path, _json(page(made)))
        return 1
    _write(path / "index.json", _json(root()))
    _write(path / "services" / "index.json", _json(page(made)))
    for each in made:
        _write(path / "services" / f"{each['id']}.json", _json(each))
    return len(made) + 2


def _table(path: Path, listings: Iterable[Listing]) -> int:
    from triage.directory.export import table

    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table(listings))
    _write(path, BOM + text.getvalue())
    return 1


def _json(made: Any) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    """Whole or not at all: whoever reads the old file meanwhile never sees half a new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)

"""Reads ``data/postcodes``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from triage.directory.places import Places
from triage.errors import BadData
from triage.library import yaml
from triage.settings import shipped


def load_places(folder: Path | None = None) -> Places:
    """The postcodes and neighbourhoods of ``folder``; else the ones that ship."""
    return _load(folder or shipped() / "postcodes")


@cache
def _load(folder: Path) -> Places:
    names = yaml.load(folder / "places.yaml", "postcodes/places.yaml")
    texts = {name: _read(folder / name) for name in ("cv.txt", "uk.txt")}
    places = Places(texts["cv.txt"], texts["uk.txt"], {name: node.text() for name, node in names.items()})
    for name, node in names.items():
        if not places.postcode(node.text()):
            raise node.bad(f"{name}: “{node.text()}” is not a postcode, sector or outcode")
    return places


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"postcodes/{path.name}", 1, f"can't be read ({error})") from error

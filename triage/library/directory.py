"""The two directories, read and merged into one.

``data/directory/care-and-support.jsonl`` and ``community-activities.jsonl`` ship with the product: one listing a
line, keys as the fields of :class:`triage.model.Listing`, defaults left out. ``DATA_DIR/directory/*.jsonl`` are
listings that somebody imported, in the same form. Two rules make them one directory:

- **Imported listings replace the demonstration.** Once there is an imported file, every shipped listing marked
  ``demonstration`` is left out; the services that the council itself named (``demonstration: false``) stay. An
  imported line must say ``"demonstration": false``: one that doesn't is taken for demonstration data, shown as such.
- **One id is one listing.** Within a file an id may stand once. In two files it is the same listing if the names
  agree: the one checked last stands (on the same day, the one read first), its gaps are filled from the other, and
  the topics of both are kept. If the names differ, the later file is refused.

``DATA_DIR/directory/corrections.jsonl`` is laid over both: each line has the ``id`` of a listing, the fields that stand
instead of its own, and may say ``by``, ``at``, ``why`` and what it ``was``. Corrections of listings that aren't there
wait.
``DATA_DIR/directory/merges.log`` says which listings are one (:mod:`triage.library.merges`): a merged listing has the
id of one of them, and corrections of that id stand over it.

A bad line is refused with :class:`~triage.errors.BadData`: file, line, key and the nearest valid key.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from triage.directory.union import Union, unite
from triage.errors import BadData
from triage.library.merges import load_decisions
from triage.library.yaml import nearest
from triage.model import Listing, Schedule
from triage.settings import shipped

CARE, ACTIVITIES = "care-and-support.jsonl", "community-activities.jsonl"
CORRECTIONS = "corrections.jsonl"
STATUSES = (
    "current",
    "historic",
    "superseded",
    "cancelled",
    "pending",
    "temporarily closed",
    "expired",
    "archived",
)


@dataclass(frozen=True)
class Directory:
    """Every listing, care first, in the order of their files."""

    listings: tuple[Listing, ...]
    digest: str
    """Changes whenever a byte of any file that was read changes."""
    unions: tuple[Union, ...] = ()
    """How the merged ones among them came about."""
    named: frozenset[str] = frozenset()
    """The ids of shipped listings that stay beside an imported directory: the script leads to them; what the council
    imported comes before them in a search."""

    @cached_property
    def by_id(self) -> typing.Mapping[str, Listing]:
        """The listings by their id; the ids that a merged one's parts had lead to it too."""
        parts = {part.id: each.listing for each in self.unions for part in each.parts}
        return MappingProxyType(parts | {listing.id: listing for listing in self.listings})

    @cached_property
    def demonstration(self) -> bool:
        """Whether any listing is invented; every screen then says DEMONSTRATION DIRECTORY."""
        return any(listing.demonstration for listing in self.listings)


def load_directory(data_dir: Path | None = None, *, apart: bool = False) -> Directory:
    """The merged directory; ``data_dir`` is the folder that holds the store and what was imported.

    With ``apart``, the listings of several sources stand as they are, none merged with another's.
    """
    own = shipped() / "directory"
    found = sorted((data_dir / "directory").glob("*.jsonl")) if data_dir else []
    imported = [path for path in found if path.name != CORRECTIONS]
    digest = hashlib.sha256()
    merged: dict[str, Listing] = {}
    named: set[str] = set()
    for path in (own / CARE, own / ACTIVITIES, *imported):
        for line, listing in _read(path, digest):
            if imported and path.parent == own:
                if listing.demonstration:
                    continue
                named.add(listing.id)
            there = merged.get(listing.id)
            if there and _words(there.name) != _words(listing.name):
                why = f"id: “{listing.id}” is already “{there.name}”, and this is “{listing.name}”"
                raise BadData(str(path), line, why)
            merged[listing.id] = _merge(there, listing) if there else listing
    ours = [path for path in found if path.name == CORRECTIONS]
    for path in ours:
        _correct(path, merged, digest)
    decisions = () if apart else load_decisions(data_dir)
    if not decisions:
        return Directory(tuple(merged.values()), digest.hexdigest(), named=frozenset(named))
    digest.update(repr(decisions).encode())
    listings, unions = unite(tuple(merged.values()), decisions)
    merged = {each.id: each for each in listings}
    for path in ours:
        _correct(path, merged, digest)
    unions = tuple(dataclasses.replace(each, listing=merged[each.listing.id]) for each in unions)
    return Directory(tuple(merged.values()), digest.hexdigest(), unions, frozenset(named))


def read_listings(path: Path) -> list[Listing]:
    """The listings of one file, in its order."""
    return [listing for _, listing in _read(path, hashlib.sha256())]


def _correct(path: Path, merged: dict[str, Listing], digest: Any) -> None:
    """Lay corrections over the listings; a later line stands over an earlier one."""
    data = path.read_bytes()
    digest.update(path.name.encode() + b"\0" + data + b"\0")
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except ValueError as bad:
            raise BadData(str(path), number, f"this is not one line of JSON ({bad})") from bad
        if not isinstance(said, dict) or not isinstance(said.get("id"), str):
            raise BadData(str(path), number, "id: a correction names its listing")
        listing = merged.get(said["id"])
        if listing is None:
            continue
        fields = {key: value for key, value in said.items() if key not in ("by", "at", "why", "was")}
        try:
            merged[listing.id] = _corrected(listing, fields)
        except msgspec.DecodeError as error:
            raise _refusal(str(path), number, json.dumps(fields).encode(), error) from error


def _corrected(listing: Listing, fields: dict[str, Any]) -> Listing:
    """A listing with some of its fields replaced."""
    whole = json.dumps(
        {"id": listing.id, "name": listing.name, "kind": listing.kind, "description": "", **fields}
    ).encode()
    _strict.decode(whole)
    made = _listing.decode(whole)
    return dataclasses.replace(listing, **{key: getattr(made, key) for key in fields if key != "id"})


def _read(path: Path, digest: Any) -> Iterator[tuple[int, Listing]]:
    """The listings of one file with their line numbers; blank lines are skipped."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadData(str(path), 1, f"can't be read ({error.strerror})") from error
    digest.update(path.name.encode() + b"\0" + data + b"\0")
    seen: dict[str, int] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            _strict.decode(line)
            listing = _listing.decode(line)
        except msgspec.DecodeError as error:
            raise _refusal(str(path), number, line, error) from error
        if listing.status not in STATUSES:
            why = f"status: “{listing.status}” is not one of {', '.join(STATUSES)}"
            raise BadData(str(path), number, why, nearest(listing.status, STATUSES))
        if listing.id in seen:
            raise BadData(str(path), number, f"id: “{listing.id}” stands on line {seen[listing.id]} already")
        seen[listing.id] = number
        yield number, listing


def _strict_form(cls: Any, inner: dict[Any, Any]) -> Any:
    """A struct shaped like a dataclass that, unlike it, refuses keys it doesn't know."""
    fields: list[Any] = []
    for field, kind in zip(dataclasses.fields(cls), typing.get_type_hints(cls).values(), strict=True):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        shape = inner.get(kind, kind)
        fields.append((field.name, shape) if required else (field.name, shape, field.default))
    return msgspec.defstruct(cls.__name__.lower(), fields, forbid_unknown_fields=True, gc=False)


_schedules: Any = tuple.__class_getitem__((_strict_form(Schedule, {}), ...))
_strict = msgspec.json.Decoder(_strict_form(Listing, {tuple[Schedule, ...]: _schedules}))
_listing = msgspec.json.Decoder(Listing)


def _refusal(file: str, line: int, text: bytes, error: msgspec.DecodeError) -> BadData:
    """The same refusal in words that name the key."""
    try:
        found = json.loads(text)
    except (ValueError, UnicodeDecodeError) as bad:
        return BadData(file, line, f"this is not one line of JSON ({bad})")
    for key, keys, owner in _keys(found):
        if key not in keys:
            return BadData(file, line, f"“{key}” is not a key of a {owner}", nearest(key, keys))
    why, _, where = str(error).partition(" - at ")
    key = where.strip("`").removeprefix("$").lstrip(".") or "listing"
    return BadData(file, line, f"{key}: {why[:1].lower()}{why[1:]}")


def _keys(found: Any) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Each key of a line, the keys that may stand there, and what they are keys of."""
    if not isinstance(found, dict):
        return
    yield from ((key, _names(Listing), "listing") for key in found)
    for schedule in found.get("schedules") or ():
        if isinstance(schedule, dict):
            yield from ((key, _names(Schedule), "schedule") for key in schedule)


def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _words(name: str) -> list[str]:
    """A name without case and punctuation, to compare."""
    return "".join(c if c.isalnum() else " " for c in name.casefold().replace("’", "").replace("'", "")).split()


def _merge(first: Listing, second: Listing) -> Listing:
    """One listing from two entries of it (the rule is in the module's docstring)."""
    newer = (second.fresh or first.fresh) != first.fresh and (not first.fresh or _day(second) > _day(first))
    stands, other = (second, first) if newer else (first, second)
    gaps = {
        field.name: getattr(other, field.name)
        for field in dataclasses.fields(Listing)
        if field.default is not dataclasses.MISSING and getattr(stands, field.name) in ("", (), None)
    }
    gaps["topics"] = tuple(dict.fromkeys((*stands.topics, *other.topics)))
    return dataclasses.replace(stands, **gaps)


def _day(listing: Listing) -> str:
    return listing.fresh.isoformat() if listing.fresh else ""

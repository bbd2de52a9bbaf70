"""What reading a source gives, and how drafts become listings with ids of their own.

A listing's id is ``SOURCE:ID``, where ID is the source's own; so two sources can't collide, and the same file read
again gives the same ids. Where the source gives none, ID is ``~`` and a digest of name, address, postcode and phone.
Two *different* services under one id are both kept: the second gets ``~`` and a digest of its name behind the id.
The same service twice under one id is kept once, as it was last checked.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from triage.errors import TriageError
from triage.feeds.words import kind
from triage.model import Listing

LONGEST_NAME, LONGEST_TEXT = 300, 10_000
"""Characters kept of a name, and of a description."""


class FeedError(TriageError):
    """A whole source can't be read; what was imported before stays."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that can't be used. ``id`` is its own, if it has one; ``gone`` says that the source has withdrawn it."""

    where: str
    why: str
    id: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know about records that were used."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One record that can be used: where it stood, and the fields of a listing it fills."""

    where: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Feed:
    """One source, read. ``whole`` is false when some of it may not have been seen: then nothing counts as missing."""

    name: str
    form: str
    read: int
    listings: tuple[Listing, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[Note, ...] = ()
    whole: bool = True
    seen: frozenset[str] = field(default_factory=frozenset)
    """Own ids of records that are still in the source but could not be read this time."""


def slug(name: str) -> str:
    """The name of a source as part of ids and of a file's name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    reserved = re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|corrections|history", made)
    return f"source-{made}" if reserved or not made else made


def settle(
    name: str,
    form: str,
    rows: Iterable[Draft | Rejected | Note],
    *,
    whole: bool = True,
    defaults: Mapping[str, Any] | None = None,
) -> Feed:
    """Make listings of drafts. ``name`` is what the source is called; ``defaults`` fill fields a draft leaves empty."""
    key = slug(name)
    read, rejected, notes = 0, [], []
    kept: dict[str, tuple[Draft, Listing]] = {}
    for row in rows:
        if isinstance(row, Note):
            notes.append(row)
            continue
        read += 1
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        facts = {**(defaults or {}), **{k: v for k, v in row.facts.items() if v not in ("", (), None)}}
        why = _unusable(facts)
        if why:
            rejected.append(Rejected(row.where, why, str(facts.get("source_id", ""))))
            continue
        listing = _listing(name, key, facts)
        there = kept.get(listing.id)
        if there and _words(there[1].name) != _words(listing.name) and facts.get("source_id"):
            notes.append(
                Note(row.where, f"its id {listing.source_id} is also that of “{there[1].name}”: both are kept")
            )
            listing = _renamed(listing, f"{listing.id}~{_digest(_words(listing.name))}")
            there = kept.get(listing.id)
        if there and not listing.source_id and there[1] != listing:
            listing = _renamed(listing, f"{listing.id}{_digest((listing.description, *listing.topics, str(listing)))}")
            there = kept.get(listing.id)
        if there:
            older, newer = sorted((there, (row, listing)), key=lambda pair: pair[1].fresh or date.min)
            same = older[1] == newer[1]
            how = "word for word" if same else "and it was checked later" if newer[1].fresh != older[1].fresh else ""
            why = f"the same service stands at {newer[0].where} {how}".rstrip()
            rejected.append(Rejected(older[0].where, why, older[1].source_id))
            kept[listing.id] = newer
            continue
        kept[listing.id] = (row, listing)
    seen = frozenset(each.id for each in rejected if each.id and not each.gone)
    listings = tuple(listing for _, listing in kept.values())
    return Feed(name, form, read, listings, tuple(rejected), tuple(notes), whole, seen)


def _unusable(facts: Mapping[str, Any]) -> str:
    """Why a draft can't be a listing; ``""`` when it can."""
    if not facts.get("name"):
        return "it has no name"
    if not any(c.isalnum() for c in facts["name"]):
        return f"its name, “{facts['name'][:40]}”, has no letter in it"
    return ""


def _listing(name: str, key: str, facts: Mapping[str, Any]) -> Listing:
    own = str(facts.get("source_id", ""))
    where = (facts["name"], *(facts.get(k, "") for k in ("address", "postcode", "phone")))
    guessed = kind(facts["name"], facts.get("topics", ()), facts.get("description", ""), name)
    made = {
        "kind": guessed or kind("", (), "", name) or "activity",
        **facts,
        "name": _short(facts["name"], LONGEST_NAME),
        "description": _short(facts.get("description", ""), LONGEST_TEXT),
        "source": name,
        "source_id": own,
        "demonstration": bool(facts.get("demonstration")),
    }
    return Listing(id=f"{key}:{own or '~' + _digest(where)}", **made)


def _renamed(listing: Listing, made: str) -> Listing:
    from dataclasses import replace

    return replace(listing, id=made)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(words).casefold().encode()).hexdigest()[:10]


def _words(name: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in name.casefold().replace("’", "").replace("'", "")).split()

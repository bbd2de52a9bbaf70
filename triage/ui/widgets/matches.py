"""Search results, a line each: what it is called, what it is, what it costs, how far."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Sequence
from datetime import date

from triage.directory.words import fold
from triage.model import Listing, Match
from triage.ui.widgets.rows import Piece, Rows, column

OLD_DAYS = 180
"""Days after which a listing that nobody checked is marked."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class MatchList(Rows[Match]):
    """Listings; the words that matched are underlined, ``✓`` marks those on the shortlist."""

    DEFAULT_CSS = """
    MatchList { height: 1fr; }
    """

    def __init__(self, today: date) -> None:
        super().__init__()
        self.can_focus = False
        self.today = today
        self.kept: Collection[str] = ()
        self.far = False
        """Whether anything is known of how far they are."""

    def put_matches(self, matches: Sequence[Match], kept: Collection[str], cursor: int = 0) -> None:
        """Show these, with those that are on the shortlist marked."""
        self.kept = kept
        self.far = any(m.distance_km is not None for m in matches)
        self.show(matches, cursor)

    def same(self, item: Match) -> Hashable:
        """The listing, what is lit in it, how far it is, whether it is kept."""
        kept = item.listing.id in self.kept
        return id(item.listing), item.hits, item.distance_km, kept, self.far

    def row(self, item: Match, width: int, chosen: bool) -> list[Piece]:
        """``▸✓name   topic   free   0.6 km``."""
        listing = item.listing
        marked = 11 if width >= 48 else 0
        far = f"{item.distance_km:.1f} km" if item.distance_km is not None else ""
        room = width - 7 - marked - (8 if self.far else 0)
        name = min(room, 44, max(18, room * 7 // 10)) if room >= 34 else room
        about = listing.topics[0] if listing.topics else listing.organisation
        return [
            ("▸" if chosen else " ", "bold $accent"),
            ("✓" if listing.id in self.kept else " ", "$accent"),
            *column(_lit(listing.name, item.hits, "bold" if chosen else ""), name),
            *column(_lit(about.lower(), item.hits, "$quiet"), room - name),
            *column([(mark(listing, self.today), "$warning")], marked),
            *column([(cost(listing), "")], 5),
            (f"{far:>8}" if self.far else "", "$quiet"),
        ]


def cost(listing: Listing) -> str:
    """``free``, ``£``, or nothing when nobody knows."""
    return "free" if listing.free else "£" if listing.free is False else ""


def mark(listing: Listing, today: date) -> str:
    """What keeps it from being read out as it stands: its status, or how long ago it was checked."""
    if listing.status != "current":
        return {"temporarily closed": "closed now"}.get(listing.status, listing.status)
    age = listing.age(today)
    if age is None:
        return "age ?"
    months = age * 12 // 365
    return "" if age <= OLD_DAYS else f"{max(6, months)} mo old" if months < 24 else f"{months // 12} y old"


def _lit(text: str, hits: Collection[str], style: str) -> list[Piece]:
    """The words that matched underlined."""
    pieces: list[Piece] = []
    end = 0
    for word in _WORD.finditer(text):
        if any(part in hits for part in fold(word[0]).split()):
            pieces += [(text[end : word.start()], style), (word[0], f"{style} underline".strip())]
            end = word.end()
    return [*pieces, (text[end:], style)]

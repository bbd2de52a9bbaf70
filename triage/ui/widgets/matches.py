"""Search results, a line each: what it is called, what it is, what it costs, how far."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from textual.content import Content

from triage.directory.words import fold
from triage.model import Listing, Match
from triage.ui.widgets.rows import Rows

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

    def row(self, item: Match, width: int, chosen: bool) -> Content:
        """``▸✓name   topic   free   0.6 km``."""
        listing = item.listing
        right = _cells((mark(listing, self.today), "$warning", 10 if width >= 48 else 0), (cost(listing), "", 5))
        far = f"{item.distance_km:.1f} km" if item.distance_km is not None else ""
        room = width - 2 - right.cell_length - (8 if self.far else 0)
        name = min(room, 44, max(18, room * 7 // 10)) if room >= 34 else room
        about = listing.topics[0] if listing.topics else listing.organisation
        return Content.assemble(
            ("▸" if chosen else " ", "bold $accent"),
            ("✓" if listing.id in self.kept else " ", "$accent"),
            _fit(_lit(listing.name, item.hits, "bold" if chosen else ""), name),
            _fit(_lit(about.lower(), item.hits, "$quiet"), room - name),
            right,
            (f"{far:>8}" if self.far else "", "$quiet"),
        )


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


def _lit(text: str, hits: Collection[str], style: str) -> Content:
    line = Content.styled(text, style)
    for word in _WORD.finditer(text):
        if any(part in hits for part in fold(word[0]).split()):
            line = line.stylize("underline", word.start(), word.end())
    return line


def _fit(line: Content, width: int) -> Content:
    """In ``width`` cells, the last of them free."""
    return line.truncate(max(0, width - 1), ellipsis=True, pad=True).pad_right(1)


def _cells(*cells: tuple[str, str, int]) -> Content:
    return Content.assemble(*((text[: wide - 1].ljust(wide) if wide else "", style) for text, style, wide in cells))

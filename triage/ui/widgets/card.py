"""One listing, with the answers to what the caller asks next."""

from __future__ import annotations

from datetime import date

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from triage.handover import words
from triage.model import Listing, Match
from triage.ui.widgets.matches import OLD_DAYS

LOW = 22
"""Rows under which the facts come first."""
LABEL = 9
"""Cells of the labels' column."""


class Card(Widget, can_focus=False):
    """The listing under the cursor. It is as large as its place, so that another listing lays nothing out anew."""

    DEFAULT_CSS = """
    Card {
        border: round $edge; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
        padding: 0 1; height: 1fr;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Content] = []
        self._top = 0
        self._put: tuple[Match | None, str, Size] | None = None

    def put(self, match: Match | None, today: date, empty: str = "") -> None:
        """Show a listing, or what to do to see one."""
        if self._put == (match, empty, self.size):
            return
        self._put, self._top = (match, empty, self.size), 0
        width, height = self.size
        width = max(20, width)
        if match is None:
            self.border_title, self.border_subtitle = "", ""
            self._lines = list(Content.styled(empty, "$quiet").wrap(width)) if empty else []
            return
        listing = match.listing
        self.border_title = Content(listing.name).truncate(max(10, width - 2), ellipsis=True)
        source = " · ".join(filter(None, (listing.status, listing.source)))
        foot = "DEMONSTRATION DIRECTORY" if listing.demonstration else source
        self._lines = _body(match, today, width, 0 < height < LOW)
        self.border_subtitle = Content(("ctrl+↓ reads on · " if 0 < height < len(self._lines) else "") + foot)

    def render(self) -> Content:
        """The lines in view."""
        return Content("\n").join(self._lines[self._top : self._top + self.size.height])

    def read_on(self, by: int) -> None:
        """Move down a long card, or up again."""
        self._top = max(0, min(self._top + by, len(self._lines) - self.size.height))
        self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """The wheel reads on."""
        self.read_on(3)

    def on_mouse_scroll_up(self) -> None:
        """The wheel goes back."""
        self.read_on(-3)


def _body(match: Match, today: date, width: int, low: bool) -> list[Content]:
    """The lines; in a low window the facts stand before the description."""
    listing = match.listing
    about = Content(listing.description).wrap(width)
    lines = _warnings(listing) + ([] if low else [*about, Content("")])
    for label, fact, style in facts(match, today):
        if fact:
            told = [part for line in fact.split("\n") for part in Content.styled(line, style).wrap(width - LABEL)]
            heads = [label, *[""] * (len(told) - 1)]
            lines += [Content.assemble((h.ljust(LABEL), "$quiet"), part) for h, part in zip(heads, told, strict=True)]
    return [*lines, Content(""), *about] if low else lines


def _warnings(listing: Listing) -> list[Content]:
    found = []
    if listing.status != "current":
        found.append(f"▌ {listing.status.upper()}: do not give it out as it stands")
    if listing.alert:
        found.append(f"▌ {listing.alert}")
    if listing.check:
        found.append("▌ its source was not sure: check before you promise")
    return [Content.styled(warning, "bold $warning") for warning in found] + ([Content("")] if found else [])


def facts(match: Match, today: date) -> tuple[tuple[str, str, str], ...]:
    """What callers ask next: a label, the answer (empty when nobody knows), its style."""
    listing = match.listing
    old = (listing.age(today) or 0) > OLD_DAYS or listing.fresh is None
    far = f" · {match.distance_km:.1f} km" if match.distance_km is not None else ""
    return (
        ("By", listing.organisation if listing.organisation != listing.name else "", ""),
        ("For", words.who_for(listing), ""),
        ("When", words.times(listing.schedules).replace("; ", "\n"), ""),
        ("Where", words.where(listing) + far, ""),
        ("Cost", words.cost(listing), ""),
        ("Getting", words.getting_there(listing), ""),
        ("Speaks", ", ".join(listing.languages), ""),
        ("How in", words.getting_in(listing), ""),
        ("Room", {True: "has room", False: "full: ask about a waiting list", None: ""}[listing.room], ""),
        ("Phone", listing.phone, "bold"),
        ("Email", listing.email, ""),
        ("Web", listing.url, ""),
        ("Fresh", fresh(listing, today), "bold $warning" if old else ""),
        ("Why", " · ".join(match.why), "$quiet"),
        ("Source", ", ".join(filter(None, (listing.source, listing.source_id))), "$quiet"),
    )


def fresh(listing: Listing, today: date) -> str:
    """When somebody last checked it, and what to do when that is long ago."""
    day, age = listing.fresh, listing.age(today)
    if day is None or age is None:
        return "nobody noted when it was checked: check before you promise"
    told = f"checked {day.day} {day:%b %Y}"
    ago = f"{age} days" if age < 730 else f"{age // 365} years"
    return f"{told} · {ago} ago: check before you promise" if age > OLD_DAYS else told

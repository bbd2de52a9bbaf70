"""One listing, with the answers to what the caller asks next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from triage.model import Listing, Match, Schedule
from triage.ui.widgets.matches import OLD_DAYS

DAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
LABEL = 9
"""Cells of the labels' column."""


class Card(VerticalScroll, can_focus=False):
    """The listing under the cursor."""

    DEFAULT_CSS = """
    Card {
        border: round $edge; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
        padding: 0 1; scrollbar-size-vertical: 1;
        Static { height: auto; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._body = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The words."""
        yield self._body

    def put(self, match: Match | None, today: date, empty: str = "") -> None:
        """Show a listing, or what to do to see one."""
        if match is None:
            self.border_title, self.border_subtitle = "", ""
            self._body.update(Content.styled(empty, "$quiet"))
            return
        listing = match.listing
        self.border_title = Content(listing.name).truncate(max(10, self.size.width - 4), ellipsis=True)
        source = " · ".join(filter(None, (listing.status, listing.source)))
        self.border_subtitle = "DEMONSTRATION DIRECTORY" if listing.demonstration else Content(source)
        self._body.update(_body(match, today, max(20, self.size.width - 5)))
        self.scroll_home(animate=False)


def _body(match: Match, today: date, width: int) -> Content:
    listing = match.listing
    lines = [*_warnings(listing), *Content(listing.description).wrap(width), Content("")]
    for label, words, style in _facts(match, today):
        if words:
            told = [part for line in words.split("\n") for part in Content.styled(line, style).wrap(width - LABEL)]
            heads = [label, *[""] * (len(told) - 1)]
            lines += [Content.assemble((h.ljust(LABEL), "$quiet"), part) for h, part in zip(heads, told, strict=True)]
    return Content("\n").join(lines)


def _warnings(listing: Listing) -> list[Content]:
    found = []
    if listing.status != "current":
        found.append(f"▌ {listing.status.upper()}: do not give it out as it stands")
    if listing.alert:
        found.append(f"▌ {listing.alert}")
    if listing.check:
        found.append("▌ its source was not sure: check before you promise")
    return [Content.styled(words, "bold $warning") for words in found] + ([Content("")] if found else [])


def _facts(match: Match, today: date) -> tuple[tuple[str, str, str], ...]:
    listing = match.listing
    old = (listing.age(today) or 0) > OLD_DAYS or listing.fresh is None
    return (
        ("By", listing.organisation if listing.organisation != listing.name else "", ""),
        ("For", "\n".join(filter(None, (listing.eligibility, ages(listing)))), ""),
        ("When", "\n".join(when(s) for s in listing.schedules), ""),
        ("Where", where(match), ""),
        ("Cost", listing.fees or ("free" if listing.free else ""), ""),
        ("Getting", "\n".join(filter(None, (listing.transportation, ", ".join(listing.accessibility)))), ""),
        ("Speaks", ", ".join(listing.languages), ""),
        ("How in", listing.application_process, ""),
        ("Room", {True: "has room", False: "full: ask about a waiting list", None: ""}[listing.room], ""),
        ("Phone", listing.phone, "bold"),
        ("Email", listing.email, ""),
        ("Web", listing.url, ""),
        ("Fresh", fresh(listing, today), "bold $warning" if old else ""),
        ("Why", " · ".join(match.why), "$quiet"),
        ("Source", ", ".join(filter(None, (listing.source, listing.source_id))), "$quiet"),
    )


def when(schedule: Schedule) -> str:
    """``Wednesday 14:00–16:00, term time``."""
    days = [_day(code, schedule.freq) for code in schedule.byday]
    every = {2: "every second ", 3: "every third ", 4: "every fourth "}.get(schedule.interval, "")
    unit = "month" if schedule.freq == "MONTHLY" else "week"
    often = f"{every}{unit}" if every else ""
    hours = "–".join(_clock(t) for t in (schedule.opens_at, schedule.closes_at) if t)
    return ", ".join(filter(None, (f"{_run(schedule.byday, days)} {hours}".strip(), often, schedule.description)))


def where(match: Match) -> str:
    """``Willenhall library, CV3 3DB · 0.6 km``."""
    listing = match.listing
    place = listing.address
    for part in (listing.ward, listing.postcode):
        place = place if part.lower() in place.lower() else f"{place}, {part}".removeprefix(", ")
    far = f"{match.distance_km:.1f} km" if match.distance_km is not None else ""
    return " · ".join(filter(None, (place, far)))


def ages(listing: Listing) -> str:
    """``from 55``, ``18 to 25``, or nothing."""
    low, high = listing.minimum_age, listing.maximum_age
    if low is not None and high is not None:
        return f"aged {low} to {high}"
    return f"aged {low} and over" if low is not None else f"up to the age of {high}" if high is not None else ""


def fresh(listing: Listing, today: date) -> str:
    """When somebody last checked it, and what to do when that is long ago."""
    day, age = listing.fresh, listing.age(today)
    if day is None or age is None:
        return "nobody noted when it was checked: check before you promise"
    told = f"checked {day.day} {day:%b %Y}"
    return f"{told} · {age} days ago: check before you promise" if age > OLD_DAYS else told


def _run(codes: Sequence[str], days: list[str]) -> str:
    if tuple(codes) == ("MO", "TU", "WE", "TH", "FR"):
        return "Monday to Friday"
    return "every day" if len(days) == 7 else " and ".join(filter(None, (", ".join(days[:-1]), *days[-1:])))


def _day(code: str, freq: str) -> str:
    name = DAYS.get(code[-2:], code)
    nth = {"1": "first ", "2": "second ", "3": "third ", "4": "fourth ", "-1": "last "}.get(code[:-2], "")
    return f"{nth}{name} of the month" if nth and freq == "MONTHLY" else name


def _clock(at: time) -> str:
    return f"{at:%H:%M}"

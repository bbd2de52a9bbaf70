"""What the supervisor's screen shows: the record read for some days, counted, and the calls behind it.

The calls are read and counted off the screen's thread; a reading that is late shows nothing, because a newer one is
under way. Names of people stand on the page of a call only (PRIVACY P16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from triage.desk.alerts import Alert, alerts
from triage.errors import TriageError
from triage.model import Call
from triage.reports import By, Count, Figure, Window, by_day, by_hour, figures, names, open_now
from triage.reports.days import local
from triage.ui.here import here
from triage.ui.news import Following
from triage.ui.widgets.bars import Bar, Bars
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.calltable import CallTable
from triage.ui.widgets.figurelist import FigureList, lines
from triage.ui.widgets.keybar import KeyBar

FIRST_RUN = """No calls yet.

F2 answers the phone; when the first call is saved, it stands here.
Demo and practice calls never count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one reading of the record gave."""

    window: Window
    figures: tuple[Figure, ...]
    alerts: tuple[Alert, ...] = ()


class Counting(Screen[None]):
    """Figures and bars on the left, the calls behind them on the right."""

    DEFAULT_CSS = """
    Counting {
        #alerts { display: none; height: auto; max-height: 4; padding: 0 2; background: $warning 12%;
            text-wrap: nowrap; text-overflow: ellipsis; }
        #body { padding: 0 1; margin-top: 1; }
        #left { width: 54%; }
        FigureList, CallTable, Bars {
            border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 0 1;
        }
        FigureList:focus, CallTable:focus, Bars:focus {
            border: round $accent; border-title-color: $accent; border-title-style: bold;
        }
        Bars { height: 24%; min-height: 7; }
        CallTable { width: 1fr; margin-left: 1; }
        &.-narrow {
            #body { layout: vertical; margin-top: 0; }
            #left { width: 1fr; height: 12; }
            CallTable { margin: 0; height: 1fr; }
            Bars { display: none; height: 1fr; }
            &.-bars Bars { display: block; }
            &.-bars FigureList { display: none; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.since = self.until = date.min
        self.filters: dict[By, str] = {}
        self.opened: frozenset[str] = frozenset()
        self.picked = ("", frozenset[str]())
        """The number that was opened: its words and its calls."""
        self.read: Figures | None = None

    def compose(self) -> ComposeResult:
        """Figures and bars, then the calls."""
        yield CallBar()
        yield Static(id="alerts", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield FigureList(empty="Reading the calls …")
                yield Bars()
            yield CallTable(empty="Reading the calls …")
        yield KeyBar()

    def on_mount(self) -> None:
        """Today first."""
        self.numbers, self.bars, self.calls = (
            self.query_one(FigureList),
            self.query_one(Bars),
            self.query_one(CallTable),
        )
        self.since = self.until = here(self).desk.today
        self.following = Following(self, lambda: self._read(self.since, self.until))

    def on_screen_resume(self) -> None:
        """Read what was added since."""
        self.reload()

    # ------------------------------------------------------------------ reading

    def reload(self) -> None:
        """Read the record for these days, off the screen's thread."""
        self._read(self.since, self.until)

    @work(thread=True, exclusive=True, group="reports", exit_on_error=False)
    def _read(self, since: date, until: date) -> None:
        desk = here(self).desk
        try:
            window = desk.window(since, until)
            found = Figures(window, figures(window), alerts(desk))
        except TriageError as error:
            self.app.call_from_thread(here(self).say, str(error))
            return
        self.app.call_from_thread(self._have, found)

    def _have(self, found: Figures) -> None:
        if (found.window.since, found.window.until) == (self.since, self.until):
            self.read = found
            self.draw()

    def draw(self) -> None:
        """Show what was read, as the filters have it."""
        if self.read is None:
            return
        self._draw_alerts(self.read.alerts)
        whole = self.read.window
        window = whole.narrowed(self._kept(whole)) if self.filters else whole
        found = figures(window) if self.filters else self.read.figures
        first = (
            Count(
                "N",
                "Calls",
                "Every call opened on these days; demo and practice calls never count.",
                _ids(window.calls),
            ),
            Count(
                "N-open", "Open now", "Calls of these days that are not saved with an outcome yet.", open_now(window)
            ),
        )
        self.numbers.opened = self.opened
        self.numbers.show(lines((*first, *found), self.opened) if whole.calls else (), self.numbers.cursor)
        self.numbers.say(FIRST_RUN if not whole.everything else f"No calls {self._days()}. d shows other days.")
        self.bars.put(self._bars(window))
        among = whole.everything if self.picked[0] else window.calls
        shown = [c for c in reversed(among) if not self.picked[0] or c.id in self.picked[1]]
        self.calls.say("" if whole.calls else "No calls to show.")
        self.calls.dated = self.since != self.until
        was = self.calls.chosen
        self.calls.show(shown, next((n for n, c in enumerate(shown) if was and c.id == was.id), 0))
        self._titles(len(shown))

    def _draw_alerts(self, found: Sequence[Alert]) -> None:
        """Who broke the glass and why, on one line each, until somebody has seen it (PRIVACY P10)."""
        box = self.query_one("#alerts", Static)
        box.display = bool(found)
        rows = [
            Content.assemble(
                ("▲ ", "bold $warning"),
                (f"{alert.by} broke the glass {local(alert.at):%a %H:%M}", "bold"),
                (f"  opened {alert.opened or 'none'}" + ("" if n else " · g seen"), "$quiet"),
                f"  “{alert.reason}”",
            )
            for n, alert in enumerate(found[:3])
        ]
        if len(found) > 3:
            rows.append(Content.styled(f"  and {len(found) - 3} more", "$quiet"))
        box.update(Content("\n").join(rows))

    def _titles(self, shown: int) -> None:
        on = " · ".join(self.filters.values())
        self.numbers.border_title = Content(f"{self._days()}{f' · {on}' if on else ''}")
        self.numbers.border_subtitle = "enter opens · i definition"
        self.bars.border_title = "Calls by hour" if self.since == self.until else "Calls by day"
        what = self.picked[0] or "calls"
        self.calls.border_title = Content(f"{shown:,}  {what}{f' · {on}' if on else ''}")
        self.calls.border_subtitle = "enter its page" + (" · c all calls" if self.picked[0] or on else "")

    def _days(self) -> str:
        today = here(self).desk.today
        if self.since == self.until:
            return "Today" if self.since == today else f"{self.since:%a} {self.since.day} {self.since:%b}"
        return f"{self.since.day} {self.since:%b} to {self.until.day} {self.until:%b %Y}"

    def _bars(self, window: Window) -> list[Bar]:
        if self.since != self.until:
            days = zip(window.days, by_day(window), strict=True)
            return [Bar(f"{d.day}", f"{d:%a} {d.day} {d:%b}", calls) for d, calls in days]
        hours = by_hour(window)
        busy = [h for h, calls in enumerate(hours) if calls]
        first, last = min([8, *busy]), max([17, *busy])
        return [Bar(f"{h:02}", f"{h:02}:00 to {h + 1:02}:00", hours[h]) for h in range(first, last + 1)]

    def _kept(self, window: Window) -> frozenset[str]:
        asked = self.filters.items()
        return frozenset(c.id for c in window.calls if all(name in names(c, by) for by, name in asked))


def _ids(calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(c.id for c in calls)

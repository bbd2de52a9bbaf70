"""The supervisor's place: figures that open, the calls behind them, a page for each.

The calls are read and counted off the screen's thread; a reading that is late shows nothing, because a newer one is
under way. Names of people stand on the page of a call only (PRIVACY P16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen

from triage.desk.page import page_of
from triage.errors import TriageError
from triage.model import Call
from triage.reports import WAYS, By, Count, Figure, Window, around, by_day, by_hour, figures, open_now, tally
from triage.reports.sheet import figures_sheet, groups_sheet, to_csv
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.reading import Reading, page_lines
from triage.ui.widgets.bars import Bar, Bars
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.calltable import CallTable
from triage.ui.widgets.figurelist import FigureList, Line, lines
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines

FIRST_RUN = """No calls yet.

F2 answers the phone; when the first call is saved, it stands here.
Demo and practice calls never count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one reading of the record gave."""

    window: Window
    figures: tuple[Figure, ...]


class SuperviseScreen(Screen[None]):
    """Figures on the left, the calls behind them on the right."""

    HELP = "Enter on a number shows its calls, Enter on a call its page. i says what a number counts."
    AUTO_FOCUS = "FigureList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dates", "dates", id="dates", tooltip="Which days: today, 7 days, 28 days, any others"),
        Binding("h", "filter('handler')", "handler", id="handler", tooltip="Only one handler's calls"),
        Binding("p", "filter('pathway')", "pathway", id="pathway", tooltip="Only one pathway's calls"),
        Binding("o", "filter('outcome')", "outcome", id="outcome", tooltip="Only one outcome's calls"),
        Binding("i", "define", "definition", id="define", tooltip="What the number counts, and what it leaves out"),
        Binding("s", "save", "save CSV", id="csv", tooltip="The figures of these days as a file, small numbers hidden"),
        Binding("f2", "app.place('call')", "to the desk", id="desk", tooltip="Back to the calls"),
        Binding("c", "clear", "all calls", show=False, tooltip="Take filters off"),
        Binding("f6,tab", "pane(1)", "next pane", show=False),
        Binding("shift+f6,shift+tab", "pane(-1)", "pane before", show=False),
        Binding("f5", "reload", "read again", show=False, tooltip="Read the record again"),
        Binding("f10,ctrl+l,escape", "back", "back", show=False),
    ]
    DEFAULT_CSS = """
    SuperviseScreen {
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
            Bars { display: none; }
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
        self.set_interval(20, self._news)

    def on_screen_resume(self) -> None:
        """Read what was added since."""
        self.reload()

    def _news(self) -> None:
        if self.is_current and here(self).desk.store.refresh():
            self.reload()

    # ------------------------------------------------------------------ reading

    def reload(self) -> None:
        """Read the record for these days, off the screen's thread."""
        self._read(self.since, self.until)

    @work(thread=True, exclusive=True, group="reports", exit_on_error=False)
    def _read(self, since: date, until: date) -> None:
        desk = here(self).desk
        try:
            window = Window.of(desk.store.calls(*around(since, until)), since, until, desk.clock())
            found = Figures(window, figures(window))
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
        shown = [c for c in reversed(window.calls) if not self.picked[0] or c.id in self.picked[1]]
        self.calls.say("" if whole.calls else "No calls to show.")
        self.calls.dated = self.since != self.until
        self.calls.show(shown, 0)
        self._titles(len(shown))

    def _titles(self, shown: int) -> None:
        on = " · ".join(self.filters.values())
        self.numbers.border_title = Content(f"{self._days()}{f' · {on}' if on else ''}")
        self.numbers.border_subtitle = "enter opens · i definition"
        self.bars.border_title = "Calls by hour" if self.since == self.until else "Calls by day"
        what = self.picked[0] or "Calls"
        self.calls.border_title = Content(f"{what}  {shown}{f' · {on}' if on else ''}")
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
        kept = frozenset(c.id for c in window.calls)
        for by, name in self.filters.items():
            kept &= frozenset(next((g.calls for g in tally(window, by) if g.name == name), ()))
        return kept

    # ------------------------------------------------------------------ keys

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        if event.lines is self.calls and self.calls.chosen:
            self._page(self.calls.chosen)
        elif event.lines is self.numbers and self.numbers.chosen:
            self._open(self.numbers.chosen)

    @on(Bars.Opened)
    def _opened(self, event: Bars.Opened) -> None:
        self._show(event.bar.name, event.bar.calls)

    def _open(self, line: Line) -> None:
        if line.parts:
            self.opened = self.opened ^ {line.name}
            self.draw()
        else:
            self._show(line.name, line.calls)

    def _show(self, what: str, calls: Sequence[str]) -> None:
        self.picked = (what, frozenset(calls))
        self.draw()
        self.calls.focus()

    def _page(self, call: Call) -> None:
        app = here(self)
        try:
            page = page_of(app.desk, call)
        except TriageError as error:
            app.say(str(error))
            return
        app.push_screen(Reading(page.title, page_lines(page, min(84, self.size.width - 10))))

    def action_define(self) -> None:
        """What the figure under the cursor counts."""
        line = self.numbers.chosen
        figure = line.figure if line else None
        if figure is None:
            here(self).say("Put the cursor on a figure: i says what it counts.")
            return
        left_out = [(p.why, len(p.calls)) for p in getattr(figure, "left_out", ())]
        said = [Content(figure.definition), Content("")]
        said += [Content.styled(f"left out: {n}  {why}", "$quiet") for why, n in left_out]
        self.app.push_screen(Reading(f"{figure.id}  {figure.name}", said))

    def action_dates(self) -> None:
        """Choose the days."""
        today = here(self).desk.today
        picks = [
            Pick(f"{today} {today}", "Today", "1"),
            Pick(f"{today - timedelta(1)} {today - timedelta(1)}", "Yesterday", "2"),
            Pick(f"{today - timedelta(6)} {today}", "The last 7 days", "3"),
            Pick(f"{today - timedelta(27)} {today}", "The last 28 days", "4"),
            Pick(f"{today.replace(day=1)} {today}", "This month", "5"),
            Pick("other", "Other days …", "6"),
        ]
        self.app.push_screen(PickDialog("Which days?", picks), self._dated)

    def _dated(self, picked: str | None) -> None:
        if picked == "other":
            words = "First and last day, such as 2026-11-01 2026-11-21. One day is enough."
            self.app.push_screen(NoteDialog("Other days", words, text=f"{self.since} {self.until}"), self._dated)
        elif picked:
            try:
                days = [date.fromisoformat(word) for word in picked.replace(" to ", " ").split()[:2]]
            except ValueError:
                here(self).say(f"“{picked}” are not days. Write them as 2026-11-01 2026-11-21.")
                return
            self.since, self.until = min(days), max(days)
            self.picked = ("", frozenset())
            self.reload()

    def action_filter(self, by: By) -> None:
        """Only the calls of one handler, pathway or outcome."""
        if self.read is None or not self.read.window.calls:
            return
        groups = tally(self.read.window, by)
        picks = [Pick(g.name, g.name.replace("_", " "), more=f"{len(g.calls):>5} calls") for g in groups]
        all_ = Pick("", f"every {by}", more=f"{len(self.read.window.calls):>5} calls")

        def filtered(name: str | None) -> None:
            if name is not None:
                self.filters = {**{k: v for k, v in self.filters.items() if k != by}, **({by: name} if name else {})}
                self.draw()

        self.app.push_screen(PickDialog(f"Which {by}?", [all_, *picks], typed=True), filtered)

    def action_clear(self) -> None:
        """Every call of these days again."""
        self.filters, self.picked = {}, ("", frozenset())
        self.draw()

    def action_back(self) -> None:
        """Close what was opened; else back to the desk."""
        if self.picked[0] or self.filters:
            self.action_clear()
            self.numbers.focus()
        else:
            self.app.call_later(self.app.run_action, "app.place('call')")

    def action_reload(self) -> None:
        """Read the record again."""
        self.reload()

    def action_pane(self, by: int) -> None:
        """The next pane."""
        panes = [w for w in (self.numbers, self.bars, self.calls) if w.display]
        at = panes.index(self.focused) if self.focused in panes else 0
        panes[(at + by) % len(panes)].focus()

    def action_save(self) -> None:
        """Save the figures as a file that may leave the desk: small numbers hidden."""
        app = here(self)
        if self.read is None or not self.read.window.calls:
            app.say("There is nothing to save on these days.")
            return
        window = self.read.window
        by = [groups_sheet(tally(window, way), way, shared=True) for way in WAYS if way != "handler"]
        path = app.desk.tools.data_dir / "reports" / f"calls-{self.since}-to-{self.until}.csv"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                to_csv([figures_sheet(self.read.figures, shared=True), *by]), encoding="utf-8-sig", newline=""
            )
        except OSError as error:
            app.say(f"The file could not be saved: {error.strerror}.")
            return
        app.say(f"saved: {path}")


def _ids(calls: Sequence[Call]) -> tuple[str, ...]:
    return tuple(c.id for c in calls)

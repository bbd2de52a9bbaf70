"""The supervisor's place: figures that open, the calls behind them, a page for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from triage.desk.alerts import saw
from triage.desk.auditing import page_read
from triage.errors import TriageError
from triage.model import Call
from triage.reports import By, tally
from triage.reports.days import local
from triage.ui import afterwards
from triage.ui.counting import Counting
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.reading import Reading, page_lines
from triage.ui.widgets.bars import Bars
from triage.ui.widgets.figurelist import Line
from triage.ui.widgets.lines import Lines


class SuperviseScreen(Counting):
    """What a supervisor does with the figures."""

    HELP = "Enter on a number shows its calls, Enter on a call its page. i says what a number counts."
    AUTO_FOCUS = "FigureList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dates", "dates", id="dates", tooltip="Which days: today, 7 days, 28 days, any others"),
        Binding("h", "filter('handler')", "handler", id="handler", tooltip="Only one handler's calls"),
        Binding("p", "filter('pathway')", "pathway", id="pathway", tooltip="Only one pathway's calls"),
        Binding("o", "filter('outcome')", "outcome", id="outcome", tooltip="Only one outcome's calls"),
        Binding("i", "define", "definition", id="define", tooltip="What the number counts, and what it leaves out"),
        Binding("s", "save", "save CSV", id="csv", tooltip="The figures of these days as a file, small numbers hidden"),
        Binding("m", "kept", "promise kept", show=False, tooltip="The promises of the call under the cursor were kept"),
        Binding("e", "safe", "safe again", show=False, tooltip="Its person is safe to contact: a social worker"),
        Binding("r", "app.tool('callbacks')", "call-backs", id="callbacks", tooltip="People to ring back"),
        Binding("g", "glass", "glass broken", show=False, tooltip="Say that you saw who opened restricted records"),
        Binding("f2", "app.place('call')", "to the desk", id="desk", tooltip="Back to the calls"),
        Binding("c", "clear", "all calls", show=False, tooltip="Take filters off"),
        Binding("f6,tab", "pane(1)", "next pane", show=False),
        Binding("shift+f6,shift+tab", "pane(-1)", "pane before", show=False),
        Binding("b", "bars", "bars", show=False, tooltip="Calls by hour or by day"),
        Binding("f5", "reload", "read again", show=False, tooltip="Read the record again"),
        Binding("f10,ctrl+l,escape", "back", "back", show=False),
    ]

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
            page = page_read(app.desk, call)
        except TriageError as error:
            app.say(str(error))
            return
        app.push_screen(Reading(page.title, page_lines(page, min(84, self.size.width - 10))))

    def action_kept(self) -> None:
        """Say that a promise of the call under the cursor was kept."""
        if self.calls.chosen:
            afterwards.kept(here(self), self.calls.chosen, self.reload)

    def action_safe(self) -> None:
        """Clear “unsafe to contact” on the call under the cursor."""
        if self.calls.chosen:
            afterwards.safe_again(here(self), self.calls.chosen, self.reload)

    def action_glass(self) -> None:
        """Say that somebody's breaking the glass was seen; which one, when there are several."""
        app = here(self)
        found = self.read.alerts if self.read else ()
        if not found:
            app.say("Nobody broke the glass that was not seen to.")
            return
        picks = [
            Pick(alert.event, f"{alert.by} {local(alert.at):%a %d %b %H:%M}", str(n), alert.reason)
            for n, alert in enumerate(found[:9], 1)
        ]

        def seen(event: str | None) -> None:
            alert = next((alert for alert in found if alert.event == event), None)
            if alert is None:
                return
            try:
                saw(app.desk, alert)
            except TriageError as error:
                app.say(str(error))
            self.reload()

        words = "Restricted records were opened with a reason. Which did you look into? That you did is kept."
        self.app.push_screen(PickDialog("The glass was broken", picks, words=words), seen)

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

    def action_bars(self) -> None:
        """The bars; in a narrow window they take the figures' place, and give it back."""
        self.toggle_class("-bars")
        (self.bars if self.has_class("-bars") else self.numbers).focus()

    def action_pane(self, by: int) -> None:
        """The next pane."""
        panes = [w for w in (self.numbers, self.bars, self.calls) if w.display]
        at = panes.index(self.focused) if self.focused in panes else 0
        panes[(at + by) % len(panes)].focus()

    def action_save(self) -> None:
        """Save the figures as a file that may leave the desk: small numbers hidden."""
        from triage.desk.files import write_figures

        app = here(self)
        if self.read is None or not self.read.window.calls:
            app.say("There is nothing to save on these days.")
            return
        try:
            app.say(f"saved: {write_figures(app.desk, self.read.window)}")
        except TriageError as error:
            app.say(str(error))

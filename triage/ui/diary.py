"""The diary: a week of free times, one of them held while the caller decides, then booked.

What is looked for, and how it is found, is in ``looking.py``; holding and booking in ``taking.py``.

What stands in the grid is read off the claims of every desk, again every two seconds; who gets a time is decided by
the store when it is held, so a grid that is two seconds old can't give a time out twice.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from triage.diary import Find, State, refusal, states
from triage.diary.diary import LOCAL
from triage.errors import StoreError
from triage.model import Claim, Slot
from triage.script import telling
from triage.ui import standing
from triage.ui.here import here
from triage.ui.looking import Looking
from triage.ui.news import Following
from triage.ui.week import monday, week_of
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.slotcard import SlotCard
from triage.ui.widgets.weekgrid import WeekGrid


class DiaryScreen(Looking):
    """Find a time, hold it, book it; move it or cancel it."""

    HELP = "Arrows move, Enter holds a time and then books it. n finds the next free one, / takes words."
    AUTO_FOCUS = "WeekGrid"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "hold, then book", id="take"),
        Binding("f7,ctrl+l", "leave", "back", id="back", key_display="F7"),
        Binding("n", "next_free", "next free", id="next"),
        Binding("slash", "find", "find", id="find", key_display="/", tooltip="In words: carers cv6 tue pm"),
        Binding("f6", "jobs", "to do", id="jobs", tooltip="Offers, bookings to be moved, who came, who waits, leave"),
        Binding("m", "move", "move", id="move"),
        Binding("x", "cancel", "cancel", id="cancel"),
        Binding("o", "wait", "waiting list", show=False, tooltip="Onto the waiting list, or off it"),
        Binding("b", "along", "who comes along", show=False, tooltip="An interpreter, a second person"),
        Binding("d", "day(1)", "day", show=False, tooltip="Only Mondays, Tuesdays, …; shift+d goes back"),
        Binding("shift+d", "day(-1)", "day before", show=False),
        Binding("a", "part('morning')", "mornings", show=False, tooltip="Only mornings; again, any time"),
        Binding("p", "part('afternoon')", "afternoons", show=False, tooltip="Only afternoons; again, any time"),
        Binding("e", "part('evening')", "evenings", show=False, tooltip="Only evenings; again, any time"),
        Binding("c", "any", "any time", show=False, tooltip="Any day, any part of it, anywhere again"),
        Binding("t", "kind(1)", "type", show=False, tooltip="The next kind of appointment"),
        Binding("w", "who", "with whom", show=False, tooltip="Somebody else at the same time"),
        Binding("l", "let_go", "let go", id="letgo", show=False),
        Binding("shift+t", "kind(-1)", "type before", show=False),
        Binding("pagedown", "week(1)", "next week", show=False),
        Binding("pageup", "week(-1)", "week before", show=False),
        Binding("escape", "escape", "let go, or back", show=False),
        Binding("f4", "check", "checked", show=False),
        Binding("f3", "across('directory')", "search", show=False, tooltip="Search the directory"),
        *(Binding(str(n), f"digit({n})", show=False) for n in range(1, 10)),
    ]
    DEFAULT_CSS = """
    DiaryScreen {
        #body { padding: 0 1; margin-top: 1; }
        #grid {
            width: 1fr; border: round $accent; padding: 0 1;
            border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        SlotCard { width: 44; margin-left: 1; }
        &.-narrow #body { layout: vertical; margin-top: 0; }
        &.-narrow SlotCard { width: 1fr; height: 8; margin: 0; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, State] = {}
        self.claims: tuple[Claim, ...] = ()
        """What is held and booked, as last read."""
        self._call = ""

    def compose(self) -> ComposeResult:
        """The call, the week, the card of the time under the cursor."""
        yield CallBar()
        with Horizontal(id="body"):
            with Vertical(id="grid"):
                yield WeekGrid()
            yield SlotCard()
        yield KeyBar()

    def on_mount(self) -> None:
        """Look for other desks' news often, and at the clock every second."""
        self.grid, self.card = self.query_one(WeekGrid), self.query_one(SlotCard)
        self.watch(here(self), "call", self._changed, init=False)
        self.following = Following(self, self.load)
        self.set_interval(1, self._tick)

    def on_screen_resume(self) -> None:
        """Start at this week for another call; else as it was left."""
        call = here(self).call
        if self.first == date.min or self._call != (call.id if call else ""):
            self._call = call.id if call else ""
            self.diary = here(self).desk.tools.diary
            self.type = self.type or next(iter(self.diary.types))
            self.first, self.moving, self.nearest = monday(here(self).desk.today), "", ()
            self.find, self.along = Find(), None
            self.load()
            self.action_next_free()
        self.load()

    # ------------------------------------------------------------------ what is shown

    @property
    def slot(self) -> Slot | None:
        """The time under the cursor, with the person or desk chosen."""
        cell = self.grid.cell
        if cell is None:
            return None
        return self.diary.was(self._meant if self._meant in cell.slots else cell.slots[0])

    def load(self) -> None:
        """Read the week's claims and draw it."""
        app = here(self)
        since = datetime.combine(self.first, time(), tzinfo=LOCAL)
        try:
            self.diary = app.desk.diary
            self.claims = app.desk.claims(since - timedelta(days=1), since + timedelta(days=8))
        except StoreError as error:
            app.say(str(error))
        slots = [s for n in range(7) for s in self.diary.day(self.first + timedelta(days=n), self.type)]
        diary, find, asked = self.diary, self.wanted, self.asked
        call = app.call.id if app.call else ""
        self.states = states(slots, self.claims, app.desk.clock(), call, diary=diary, asked=asked)
        self.grid.put(week_of(diary, self.states, self.type, self.first, find.near, find))
        box = self.query_one("#grid")
        only = f", {find.words}" if find.words else ""
        week = f"week of {self.first.day} {self.first:%B}"
        box.border_title = Content(f"{self.kind.name}{only} · {self.kind.minutes} min · {week}")
        more = " · c any" if self.find != Find() else ""
        box.border_subtitle = Content(f"← → week · 1–{len(diary.types)} type · d day · a p e part · / words{more}")
        self.show_card()

    def show_card(self) -> None:
        """Draw the card for the time under the cursor."""
        app, slot = here(self), self.slot
        held = app.desk.held(app.call) if app.call else None
        cell = self.grid.cell
        self.card.put(
            slot,
            who=self.diary.resources[slot.resource].name if slot else "",
            others=len(cell.slots) - 1 if cell else 0,
            state=self.states.get(slot.id, "past") if slot else "past",
            refused=refusal(slot, app.desk.clock()) if slot else "",
            held=(held[0], held[1] - app.desk.clock()) if held else None,
            needs=telling.needs(app.desk.script, app.walk) if app.walk else [],
            moving=self.moving,
            nearest=self.nearest,
            along=", ".join(self.asked.needs),
            bookings=app.call.bookings if app.call else (),
            live=app.call is not None,
        )

    def on_resize(self) -> None:
        """The card's lines are as wide as it is."""
        self.call_after_refresh(self.show_card)

    def _tick(self) -> None:
        if not self.is_current:
            return
        app = here(self)
        ran_out = any(c.until and not c.live(app.desk.clock()) for c in self.claims)
        if ran_out:
            self.load()
        elif app.call and app.desk.held(app.call):
            self.show_card()

    def _changed(self) -> None:
        if self.is_current:
            self.load()

    @on(WeekGrid.Moved)
    def _moved(self) -> None:
        self.show_card()

    @on(WeekGrid.Over)
    def _over(self, event: WeekGrid.Over) -> None:
        days = len(self.grid.week.days) if self.grid.week else 5
        self.action_week(event.by)
        self.grid.column = 0 if event.by > 0 else days - 1

    # ------------------------------------------------------------------ leaving

    def action_check(self) -> None:
        """Check the first prompt off."""
        standing.check(here(self))

    def action_escape(self) -> None:
        """Stop moving, let go of what is held, or leave."""
        app = here(self)
        if self.moving:
            self.action_move()
        elif app.call and app.desk.held(app.call):
            self.action_let_go()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Back to the step; a held time stays held until it runs out."""
        self._go()

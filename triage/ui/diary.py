"""The diary: a week of free times, one of them held while the caller decides, then booked.

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

from triage.diary import State, refusal, starts_at, states
from triage.diary.diary import LOCAL
from triage.errors import StoreError
from triage.model import AppointmentType, Claim, Slot
from triage.script import telling
from triage.ui import standing
from triage.ui.here import here
from triage.ui.taking import Taking
from triage.ui.week import monday, week_of
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.slotcard import SlotCard
from triage.ui.widgets.weekgrid import WeekGrid

AT_HOME = ("home visit", "OT")
"""Kinds for which it matters who goes to the person's postcode."""


class DiaryScreen(Taking):
    """Find a time, hold it, book it; move it or cancel it."""

    HELP = "Arrows move, Enter holds a time and then books it. n finds the next free one."
    AUTO_FOCUS = "WeekGrid"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "hold, then book", id="take"),
        Binding("f7,ctrl+l", "leave", "back", id="back", key_display="F7"),
        Binding("n", "next_free", "next free", id="next"),
        Binding("t", "kind(1)", "type", id="type"),
        Binding("w", "who", "with whom", id="who"),
        Binding("m", "move", "move", id="move"),
        Binding("x", "cancel", "cancel", id="cancel"),
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
        self.type = ""
        self.first = date.min
        self.states: dict[str, State] = {}
        self.claims: tuple[Claim, ...] = ()
        """What is held and booked, as last read."""
        self._turn = 0
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
        """Look at the claims often, and at the clock every second."""
        self.grid, self.card = self.query_one(WeekGrid), self.query_one(SlotCard)
        self.watch(here(self), "call", self._changed, init=False)
        self.set_interval(2, self._look)
        self.set_interval(1, self._tick)

    def on_screen_resume(self) -> None:
        """Start at this week for another call; else as it was left."""
        call = here(self).call
        if self.first == date.min or self._call != (call.id if call else ""):
            self._call = call.id if call else ""
            self.type = self.type or next(iter(self.diary.types))
            self.first, self.moving, self.nearest = monday(here(self).desk.today), "", ()
            self.load()
            self.action_next_free()
        self.load()

    # ------------------------------------------------------------------ what is shown

    @property
    def kind(self) -> AppointmentType:
        """The kind of appointment looked for."""
        return self.diary.types[self.type]

    @property
    def district(self) -> str:
        """The person's postcode district, when somebody goes to their home."""
        walk = here(self).walk
        code = str(walk.used.get("p_postcode", "")) if walk and self.kind.mode in AT_HOME else ""
        return (
            code.split(" ")[0].upper()
            if any(r.serves(code.split(" ")[0]) for r in self.diary.resources.values())
            else ""
        )

    @property
    def slot(self) -> Slot | None:
        """The time under the cursor, with the person or desk chosen."""
        cell = self.grid.cell
        return self.diary.slot(cell.slots[self._turn % len(cell.slots)]) if cell else None

    def load(self) -> None:
        """Read the week's claims and draw it."""
        app = here(self)
        since = datetime.combine(self.first, time(), tzinfo=LOCAL)
        try:
            self.claims = app.desk.claims(since - timedelta(days=1), since + timedelta(days=8))
        except StoreError as error:
            app.say(str(error))
        slots = [s for n in range(7) for s in self.diary.day(self.first + timedelta(days=n), self.type)]
        self.states = states(slots, self.claims, app.desk.clock(), app.call.id if app.call else "")
        self.grid.put(week_of(self.diary, self.states, self.type, self.first, self.district))
        box = self.query_one("#grid")
        box.border_title = Content(
            f"{self.kind.name} · {self.kind.minutes} min · week of {self.first.day} {self.first:%B}"
        )
        near = f" near {self.district}" if self.district else ""
        box.border_subtitle = Content(f"← → week · 1–{len(self.diary.types)} type · n next free{near}")
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
            bookings=app.call.bookings if app.call else (),
            live=app.call is not None,
        )

    def on_resize(self) -> None:
        """The card's lines are as wide as it is."""
        self.call_after_refresh(self.show_card)

    def _look(self) -> None:
        app = here(self)
        try:
            news = self.is_current and app.desk.store.refresh()
        except StoreError as error:
            app.say(str(error))
            return
        if news:
            self.load()

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
        self._turn = 0
        self.show_card()

    @on(WeekGrid.Over)
    def _over(self, event: WeekGrid.Over) -> None:
        days = len(self.grid.week.days) if self.grid.week else 5
        self.action_week(event.by)
        self.grid.column = 0 if event.by > 0 else days - 1

    # ------------------------------------------------------------------ looking for a time

    def action_week(self, by: int) -> None:
        """Another week, not one that is over."""
        self.first = max(monday(here(self).desk.today), self.first + timedelta(days=7 * by))
        self.load()

    def action_kind(self, by: int) -> None:
        """The next kind of appointment."""
        kinds = list(self.diary.types)
        self.type = kinds[(kinds.index(self.type) + by) % len(kinds)]
        self.nearest = ()
        self.load()

    def action_digit(self, n: int) -> None:
        """One of the times offered, or a kind of appointment."""
        if n <= len(self.nearest):
            self.go_to(self.nearest[n - 1])
            self.nearest = ()
            self.action_take()
        elif not self.nearest and n <= len(self.diary.types):
            self.type = list(self.diary.types)[n - 1]
            self.load()

    def action_next_free(self) -> None:
        """The next free time after the one under the cursor."""
        app, now = here(self), here(self).desk.clock()
        after = self.slot.start if self.slot else datetime.combine(self.first, time(), tzinfo=LOCAL)
        until = now + timedelta(days=self.kind.horizon + 1)
        serving = [r.id for r in self.diary.resources.values() if not self.district or r.serves(self.district)]
        free = [s for s in app.desk.free_slots(self.type, max(after, now), until) if s.resource in serving]
        later = next((s for s in free if s.start > after), free[0] if free and self.slot is None else None)
        if later:
            self.go_to(later.id)
        else:
            app.say("No later time is free. n starts again from now." if self.slot else "No time of this kind is free.")
            self.first = monday(app.desk.today)
            self.load()

    def action_who(self) -> None:
        """Another person or desk at the same time."""
        self._turn += 1
        self.show_card()

    def go_to(self, slot: str) -> None:
        """Go to a slot, in whatever week."""
        self.type, self.first = slot.split(".")[0], monday(starts_at(slot).date())
        self.load()
        self.grid.go(slot)
        cell = self.grid.cell
        self._turn = cell.slots.index(slot) if cell and slot in cell.slots else 0
        self.show_card()

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

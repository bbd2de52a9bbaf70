"""Holding, booking, moving and cancelling a time: what the diary's keys do to the call."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from triage.desk import Slip
from triage.diary import Asked, Diary, claim_on
from triage.errors import SlotTaken
from triage.model import Call, Claim, Slot
from triage.ui.dialogs import NoteDialog
from triage.ui.here import here
from triage.ui.overlay import Overlay
from triage.ui.widgets.slotcard import told
from triage.ui.widgets.weekgrid import WeekGrid


class Taking(Overlay):
    """What can be done with the time under the cursor; where that is, the screen says."""

    diary: Diary
    """Who gives appointments, and when, as last read."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: tuple[Claim, ...] = ()
        """The holds and bookings of the week shown, as last read."""
        self.moving = ""
        """The booking that the next time chosen takes the place of."""
        self.nearest: tuple[str, ...] = ()
        """Free times to offer, when somebody else was faster."""

    @property
    def slot(self) -> Slot | None:
        """The time under the cursor."""
        raise NotImplementedError

    @property
    def asked(self) -> Asked:
        """Where the appointment would be and who must come along."""
        raise NotImplementedError

    def load(self) -> None:
        """Draw the week afresh."""
        raise NotImplementedError

    def show_card(self) -> None:
        """Draw the card afresh."""
        raise NotImplementedError

    @on(WeekGrid.Chosen)
    def action_take(self) -> None:
        """Hold the time; once held, book it; while moving, move there."""
        app, slot = here(self), self.slot
        if app.call is None:
            app.say("No call is open, so nothing can be held. F2 answers the phone.")
        elif slot is None:
            app.say("Nobody is there at this time. n finds the next free one.")
        elif self.moving:
            self._do(lambda call: app.desk.move(call, self.moving, slot.id), f"moved to {told(slot.id)}", slot)
        elif claim_on(slot.id, app.call.id, self.claims, app.desk.clock()):
            if slot.id in app.call.bookings:
                app.say(f"{told(slot.id)} is booked for this call. m moves it, x cancels it.")
            else:
                self._do(lambda call: app.desk.book(call, slot.id, self.asked), f"booked: {told(slot.id)}", slot)
        elif self._do(lambda call: app.desk.hold(call, slot.id, self.asked)):
            app.say(f"held: {told(slot.id)}. Enter books it, l lets it go.")

    def _do(self, what: Callable[[Call], Call], done: str = "", booked: Slot | None = None) -> bool:
        app = here(self)
        taken: list[SlotTaken] = []

        def trying(call: Call) -> Call:
            try:
                return what(call)
            except SlotTaken as error:
                taken.append(error)
                return call

        if not app.do(trying):
            return False
        self.nearest = taken[0].nearest if taken else ()
        if taken:
            app.say("Another desk was faster. The nearest free times are on the card.")
        elif booked:
            self.moving = ""
            app.say(f"{done}{self._file(booked)}")
        self.load()
        return not taken

    def action_let_go(self) -> None:
        """Give the held time back."""
        app = here(self)
        held = app.desk.held(app.call) if app.call else None
        if held and app.do(app.desk.release, held[0]):
            app.say(f"let go: {told(held[0])}")
            self.load()

    def action_move(self) -> None:
        """Choose another time for a booking: the one under the cursor, or the only one."""
        app, slot = here(self), self.slot
        bookings = app.call.bookings if app.call else ()
        if self.moving:
            self.moving = ""
        elif slot and slot.id in bookings:
            self.moving = slot.id
        elif bookings:
            self.moving = bookings[-1]
        else:
            app.say("This call has no booking to move.")
        self.show_card()

    def action_cancel(self) -> None:
        """Cancel the booking under the cursor, or the only one, with a reason."""
        app, slot = here(self), self.slot
        bookings = app.call.bookings if app.call else ()
        if not bookings:
            app.say("This call has no booking to cancel.")
            return
        which = slot.id if slot and slot.id in bookings else bookings[-1]

        def why(reason: str | None) -> None:
            if reason and app.do(app.desk.cancel, which, reason):
                rung = app.desk.freed
                offered = " · kept for somebody who waits: F6, to be rung" if rung else ""
                app.say(f"cancelled: {told(which)}{offered}{self._file(self.diary.was(which), cancelled=True)}")
                self.load()

        app.push_screen(NoteDialog(f"Cancel {told(which)}", "Why is it cancelled?", enter="cancel it"), why)

    def _file(self, slot: Slot, cancelled: bool = False) -> str:
        """Save the calendar file; where, in words."""
        from triage.desk.files import write_calendar

        app = here(self)
        if app.call is None:
            return ""
        try:
            return f" · {write_calendar(app.desk, app.call, slot, cancelled=cancelled)}"
        except Slip as error:
            return f" · no calendar file: {error}"

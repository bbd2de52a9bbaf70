"""The diary at the desk: holding, booking, moving and cancelling a slot for a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from triage import booking
from triage.desk import safety
from triage.desk.base import Base
from triage.masking import mask
from triage.model import Call, Claim, Slot

HOLD_MINUTES = 5
"""How long a slot is kept while the caller makes up their mind."""


class Appointments(Base):
    """Slots for a call."""

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The holds and bookings of every desk in a window."""
        self.store.refresh()
        return self.store.claims(since, until)

    def hold(self, call: Call, slot: str) -> Call:
        """Keep a slot while the caller decides; :class:`SlotTaken` with the nearest free ones."""
        self.allow_slot(call, slot)
        booking.hold(self.store, self.tools.diary, slot, call.id, minutes=HOLD_MINUTES, **self._who())
        return self._again(call)

    def release(self, call: Call, slot: str) -> Call:
        """Give a held slot back."""
        booking.release(self.store, slot, call.id, **self._who())
        return self._again(call)

    def book(self, call: Call, slot: str) -> Call:
        """Book a slot; :class:`SlotTaken` with the nearest free ones."""
        self.allow_slot(call, slot)
        booking.book(self.store, self.tools.diary, slot, call.id, **self._who())
        return self._again(call)

    def move(self, call: Call, was: str, slot: str) -> Call:
        """Move a booking, all or nothing."""
        self.allow_slot(call, slot)
        booking.move(self.store, self.tools.diary, was, slot, call.id, **self._who())
        return self._again(call)

    def cancel(self, call: Call, slot: str, reason: str) -> Call:
        """Cancel a booking, with the reason."""
        booking.cancel(self.store, self.tools.diary, slot, call.id, reason=mask(reason).text, **self._who())
        return self._again(call)

    def held(self, call: Call) -> tuple[str, datetime] | None:
        """The slot held for this call and when the hold runs out (UTC)."""
        events = call.of_kind("held", "released", "booked", "moved")
        if not events or events[-1].kind != "held":
            return None
        until = datetime.fromisoformat(events[-1].data["until"])
        return (events[-1].data["slot"], until) if until > self.clock() else None

    def free_slots(self, type_id: str, since: datetime, until: datetime) -> Sequence[Slot]:
        """The free slots of one type in a window, as they are at this moment."""
        from triage.diary import free

        claims = self.claims(since - timedelta(days=1), until + timedelta(days=1))
        return free(self.tools.diary, claims, since, until, now=self.clock(), type=type_id)

    def allow_slot(self, call: Call, slot: str) -> None:
        """:class:`Slip` when this appointment can't be given because contact is unsafe."""
        self._refuse(safety.to_book(self.walk(call).flags, self.tools.diary.slot(slot).type))

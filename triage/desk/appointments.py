"""The diary at the desk: a slot for a call, the waiting list, who came, who is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from triage import booking
from triage.desk import safety
from triage.desk.base import Base
from triage.diary import AT_HOME, Asked, Diary, Find
from triage.diary.attendance import had, missed
from triage.diary.changes import Change
from triage.diary.waiting import Answer, Wait
from triage.handover import withheld
from triage.masking import mask
from triage.model import DECLINED, NOT_KNOWN, Call, Claim, Event, Slot

if TYPE_CHECKING:
    from triage.desk.standing import Planned

HOLD_MINUTES = 5
"""How long a slot is kept while the caller makes up their mind."""
BY_PHONE = "interpreter: by phone"
"""What an interpreter is at a telephone appointment, whatever the language."""
CANT_WAIT = "It isn’t safe to ring this person, so nobody could tell them of a time. Ask the social worker."


class Appointments(Base):
    """Slots for a call."""

    freed: Wait | None = None
    """Who is kept the slot that the last cancelling, moving or declining gave back; somebody has to ring them."""

    @property
    def diary(self) -> Diary:
        """The diary as it is now: its patterns, and the leave and extra sessions said since."""
        return booking.diary_of(self.store, self.tools.diary)

    def asked(self, call: Call, type_id: str) -> Asked:
        """What the answers say a booking needs: where it will be, and an interpreter as far as the diary has one."""
        told, kind, known = self.walk(call).used, self.tools.diary.types.get(type_id), self.tools.diary.needs
        place = str(told.get("p_postcode", ""))
        place = "" if place in ("", NOT_KNOWN, DECLINED) else place.split(" ")[0].upper()
        needs = []
        if told.get("interpreter") == "yes":
            by_name = {need.casefold(): need for need in known}
            language = f"interpreter: {told.get('language', '')}".casefold()
            by_phone = BY_PHONE if kind and kind.mode not in (*AT_HOME, "office") and BY_PHONE in known else ""
            needs.append(by_phone or by_name.get(language, ""))
        if "BSL interpreter" in told.get("ais_prof", ()) and kind and kind.mode in (*AT_HOME, "office"):  # type: ignore[operator]
            needs.append("interpreter: BSL" if "interpreter: BSL" in known else "")
        return Asked(place, tuple(need for need in needs if need))

    def claims(self, since: datetime, until: datetime) -> tuple[Claim, ...]:
        """The holds and bookings of every desk in a window."""
        self.store.refresh()
        return self.store.claims(since, until)

    def hold(self, call: Call, slot: str, asked: Asked | None = None) -> Call:
        """Keep a slot while the caller decides; :class:`SlotTaken` with the nearest free ones.

        ``asked`` left out is what the answers say.
        """
        self.allow_slot(call, slot)
        asked = asked or self.asked(call, slot.split(".")[0])
        booking.hold(self.store, self.diary, slot, call.id, minutes=HOLD_MINUTES, asked=asked, **self._who())
        return self._again(call)

    def release(self, call: Call, slot: str) -> Call:
        """Give a held slot back."""
        booking.release(self.store, slot, call.id, **self._who())
        return self._again(call)

    def book(self, call: Call, slot: str, asked: Asked | None = None) -> Call:
        """Book a slot; :class:`SlotTaken` with the nearest free ones."""
        self.allow_slot(call, slot)
        asked = asked or self.asked(call, slot.split(".")[0])
        booking.book(self.store, self.diary, slot, call.id, asked=asked, **self._who())
        return self._again(call)

    def move(self, call: Call, was: str, slot: str) -> Call:
        """Move a booking, all or nothing: only the slot changes. The old one is offered to whoever waits for it."""
        self.allow_slot(call, slot)
        booking.move(self.store, self.diary, was, slot, call.id, **self._who())
        self.freed = self._offer(was)
        return self._again(call)

    def cancel(self, call: Call, slot: str, reason: str) -> Call:
        """Cancel a booking, with the reason; it is offered to whoever waits for it (:attr:`freed`)."""
        booking.cancel(self.store, self.diary, slot, call.id, reason=mask(reason).text, **self._who())
        self.freed = self._offer(slot)
        return self._again(call)

    def held(self, call: Call) -> tuple[str, datetime] | None:
        """The slot held for this call and when the hold runs out (UTC)."""
        events = call.of_kind("held", "released", "booked", "moved")
        if not events or events[-1].kind != "held":
            return None
        until = datetime.fromisoformat(events[-1].data["until"])
        return (events[-1].data["slot"], until) if until > self.clock() else None

    def free_slots(self, type_id: str, since: datetime, until: datetime, asked: Asked | None = None) -> Sequence[Slot]:
        """The free slots of one type in a window, as they are at this moment."""
        from triage.diary import free

        claims = self.claims(since - timedelta(days=1), until + timedelta(days=1))
        return free(self.diary, claims, since, until, now=self.clock(), type=type_id, asked=asked or Asked())

    def allow_slot(self, call: Call, slot: str) -> None:
        """:class:`Slip` when this appointment can't be given because contact is unsafe."""
        self._refuse(safety.to_book(self.walk(call).flags, self.diary.slot(slot).type))

    def planned(self, call: Call) -> tuple[Planned, ...]:
        """What is planned, on any call about this person, that would ring, write to or visit them though it isn't safe.

        Nothing while contact is safe. The handler has it cancelled, or moved to the office.
        """
        return self._standing.planned(call) if self.unsafe(call) else ()

    # ------------------------------------------------------------------ the waiting list

    def wait(self, call: Call, find: Find, *, needs: tuple[str, ...] = (), last: date | None = None) -> Call:
        """Put the person on the waiting list; refused while nobody may ring them."""
        self._refuse(self.cant_be_rung(call) and CANT_WAIT)
        booking.wait(self.store, self.diary, call.id, find, needs=needs, last=last, **self._who())
        return self._again(call)

    def waiting(self) -> tuple[Wait, ...]:
        """Everybody on the waiting list, who came first first."""
        return booking.waiting(self.store, self.clock())

    def offer(self, slot: str, to: str = "") -> Wait | None:
        """Offer a free slot to the first whom it fits (or to the wait ``to``); ``None`` when there is nobody."""
        return self._offer(slot, to)

    def reply(self, call: Call, offer: str, answer: Answer) -> Call:
        """Note what the person said to an offer; not accepted, the slot goes to the next (:attr:`freed`)."""
        self.freed = None
        if answer == "accepted":
            made = next((e for e in call.of_kind("offered") if e.id == offer), None)
            if made is not None:
                self.allow_slot(call, made.data["slot"])
        said = booking.answer(self.store, self.diary, offer, call.id, answer, allowed=self.cant_be_rung, **self._who())
        self.freed = said if answer != "accepted" else None
        return self._again(call)

    def unwait(self, call: Call, why: str = "", wait: str = "") -> Call:
        """Take the person off the waiting list."""
        booking.stop(self.store, call.id, mask(why).text, wait_id=wait, **self._who())
        return self._again(call)

    def _offer(self, slot: str, to: str = "") -> Wait | None:
        return booking.offer(self.store, self.diary, slot, to=to, allowed=self.cant_be_rung, **self._who())

    def cant_be_rung(self, call: Call) -> str:
        """Why nobody may ring this person about a time; ``""`` when they may."""
        return withheld(self.walk(call).flags) or (CANT_WAIT if self._standing.of(call) else "")

    # ------------------------------------------------------------------ who came

    def missed(self, call: Call, slot: str, note: str = "") -> Call:
        """Note, after the time, that the person was not there. The booking may then be moved to another time."""
        return booking.missed(self.store, slot, call.id, mask(note).text, **self._who())

    def came(self, call: Call, slot: str) -> Call:
        """Note that they did come after all."""
        return booking.came(self.store, slot, call.id, **self._who())

    def appointments(self, day: date) -> tuple[tuple[Claim, Call], ...]:
        """The bookings of a day, in order, each with its call."""
        from triage.diary.diary import LOCAL

        since = datetime.combine(day, time(), LOCAL)
        found = [c for c in self.claims(since, since + timedelta(days=1)) if c.until is None]
        calls = [(c, booking.call_of(self.store, c.call)) for c in found]
        return tuple(sorted(calls, key=lambda pair: pair[0].slot.rpartition(".")[2]))

    @staticmethod
    def attended(call: Call) -> tuple[int, int]:
        """How many appointments a call has had or has, and how many of them were missed."""
        return len(had(call)), len(missed(call))

    # ------------------------------------------------------------------ leave and exceptions

    def away(
        self,
        resource: str,
        day: date,
        until: date | None = None,
        between: tuple[time, time] | None = None,
        why: str = "leave",
    ) -> tuple[tuple[Claim, str], ...]:
        """Say that somebody (``""``: everybody) is away; the bookings that are now to be moved, each with why."""
        booking.away(self.store, self.tools.diary, resource, day, until, between, why, **self._who())
        return self.stranded()

    def extra(self, resource: str, type_id: str, day: date, between: tuple[time, time]) -> Event:
        """Give an extra session, once."""
        return booking.extra(self.store, self.tools.diary, resource, type_id, day, between, **self._who())

    def changes(self) -> tuple[Change, ...]:
        """The leave and the extra sessions that stand."""
        self.store.refresh()
        return booking.said(self.store)

    def take_back(self, change: str) -> None:
        """Take leave or an extra session back."""
        booking.take_back(self.store, change, **self._who())

    def stranded(self) -> tuple[tuple[Claim, str], ...]:
        """The bookings to come that have lost their time or their helper, each with why, soonest first."""
        return booking.stranded(self.store, self.diary, self.clock())

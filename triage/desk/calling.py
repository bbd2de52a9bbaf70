"""The call-back queue at the desk: whose each is, what came of ringing, and sharing them out.

Nobody who isn't safe to contact can be rung from here (PRIVACY P8): the attempt itself is refused, with who to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from triage.desk.base import Base, Slip
from triage.desk.cleaning import clean
from triage.errors import BadAnswer, NotFound, StoreError
from triage.handover import withheld
from triage.model import CALLBACKS, DECLINED, NOT_KNOWN, Call, Event, new_id
from triage.promises import RESULTS, RINGS, CallBack, Result, call_backs, in_order, next_attempt, share
from triage.staff import NotAllowed, may

MONTHS = 6
"""So many months back a promise is looked for; the longest standard is six weeks."""
UNSAFE = (
    "It isn’t safe to ring this person: do not ring from here. Ask the social worker: they reach the person safely, or "
    "clear it with a reason."
)
NUMBERS = ("callback_number", "safe_contact", "p_phone", "prof_phone")
"""The answers that may hold the number, the one given for ringing back first."""


class Calling(Base):
    """Ringing people back."""

    def callbacks(self) -> tuple[CallBack, ...]:
        """The queue, overdue first: the promises of :data:`MONTHS` months. Ask for it off the screen's thread."""
        self.store.refresh()
        found: list[CallBack] = []
        marked = self._marked()
        for call_id in self._queued():
            try:
                found += self._owed_of(self.store.call(call_id), marked)
            except (NotFound, NotAllowed):
                continue
        return in_order(found, self.clock())

    def _queued(self) -> Iterator[str]:
        """The calls on which something may be owed, read off the queue's pages, a month each."""
        calls: dict[str, str] = {}
        first = self.today.replace(day=1)
        for _ in range(MONTHS):
            try:
                page = self.store.call(f"{CALLBACKS}.{first:%Y-%m}")
            except NotFound:
                page = Call("")
            for event in page.events:
                if event.kind == "queued":
                    calls.setdefault(event.data["promise"], event.data["call"])
                else:
                    calls[event.data["promise"]] = ""
            first = (first - timedelta(days=1)).replace(day=1)
        yield from dict.fromkeys(call for call in calls.values() if call)

    def _beside(self, event: Event) -> tuple[Event, ...]:
        """A promise to ring is put on its month's page of the queue, and taken off again when it is settled."""
        data, now = event.data, event.at
        if event.kind == "promised" and data.get("about") in RINGS:
            told = {"promise": event.id, "call": event.call}
            return (Event(new_id(now), f"{CALLBACKS}.{now:%Y-%m}", now, event.by, "queued", told),)
        if event.kind == "settled":
            page = f"{CALLBACKS}.{str(data['promise'])[:4]}-{str(data['promise'])[4:6]}"
            return (Event(new_id(now), page, now, event.by, "unqueued", {"promise": data["promise"]}),)
        return ()

    def _owed_of(self, call: Call, marked: Sequence[Call] | None = None) -> tuple[CallBack, ...]:
        live = call.opened is not None and call.opened.data.get("mode", "live") == self.mode
        found = call_backs(call) if live else ()
        return call_backs(call, unsafe=True) if found and self._not_to_ring(call, marked) else found

    def _not_to_ring(self, call: Call, marked: Sequence[Call] | None = None) -> bool:
        """Whether it isn't safe to ring this person, by this call or any other about them."""
        if withheld(self.walk(call).flags):
            return True
        marked = self._marked() if marked is None else marked
        return not call.anonymous and any(self._standing.same(call, one) for one in marked if one.id != call.id)

    def _marked(self) -> tuple[Call, ...]:
        """The calls that say of somebody that it isn't safe; none while the record's server is away."""
        try:
            return tuple(self._standing._marked())
        except StoreError:
            return ()

    def callback(self, call: Call, promise: str) -> CallBack:
        """One of a call's call-backs, as it stands; :class:`NotFound` when it isn't owed any more."""
        found = next((one for one in self._owed_of(call) if one.promise == promise), None)
        if found is None:
            raise NotFound(f"Nothing is owed on call {call.ref} any more: somebody rang them, or it was taken back.")
        return found

    def number(self, call: Call) -> str:
        """The number to ring; refused where nobody may ring."""
        self._refuse(UNSAFE if self._not_to_ring(self._fresh(call)) else "")
        told = (str(call.answers.get(key, "")) for key in NUMBERS)
        return next((words for words in told if words not in ("", NOT_KNOWN, DECLINED)), "")

    def assign(self, call: Call, promise: str, to: str, why: str = "") -> Call:
        """Give a call-back to somebody (``""``: back to nobody), with a reason when it is somebody else's."""
        call = self._fresh(call)
        one = self.callback(call, promise)
        if one.owner == to:
            return call
        if one.owner not in ("", self.staff.id) and not (why.strip() or may(self.staff, "share call-backs out")):
            raise Slip(f"{one.owner} has this call-back. Say why it becomes yours.")
        return self._note(call, "assigned", promise=promise, to=to, why=why.strip(), was=one.owner)

    def rang(self, call: Call, promise: str, result: Result, note: str = "", again: datetime | None = None) -> Call:
        """Note what came of ringing: ``spoke`` keeps the promise; else when to try again, by the settings or as said.

        Whoever rings has it from then on. :class:`Slip` where nobody may ring, or somebody else has it.
        """
        if result not in RESULTS:
            raise BadAnswer("result", f"“{result}” is not one of {', '.join(RESULTS)}")
        call = self._fresh(call)
        one = self.callback(call, promise)
        self._refuse(UNSAFE if one.unsafe else "")
        if one.owner not in ("", self.staff.id):
            raise Slip(f"{one.owner} has this call-back. Take it first, with the reason.")
        if one.only and one.only not in self.staff.roles:
            raise Slip(f"This call back is the {one.only}’s to make.")
        now = self.clock()
        when = again or next_attempt(result, now, self.tools.standards, self._closed)
        told = {"promise": promise, "result": result, "note": note.strip()}
        if when and result != "spoke":
            told["next"] = when.astimezone(UTC).isoformat()
        events = [] if one.owner else [self._event(call, "assigned", promise=promise, to=self.staff.id, why="", was="")]
        events.append(self._event(call, "rang", **told))
        if result == "spoke":
            events.append(self._event(call, "settled", promise=promise, how="kept", note=note.strip()))
        self.store.write(*events, *(more for event in events for more in self._beside(event)))
        return call.plus(*events)

    def on_duty(self) -> tuple[str, ...]:
        """Who makes call-backs today: those with a call of today who are still here; whoever asks, at least."""
        self.store.refresh()
        seen = {line.handler for line in self.store.summaries(self.today, self.today)}
        listed = self.door.roll.members() if self.door is not None else ()
        if listed:
            seen &= {m.id for m in listed if m.left is None and may(m.staff, "make call-backs")}
        if may(self.staff, "make call-backs"):
            seen.add(self.staff.id)
        return tuple(sorted(seen))

    def share_out(self, on_duty: Sequence[str] = ()) -> dict[str, str]:
        """Share out what nobody on duty has, evenly; promise -> member of staff. Every one is an event of its call."""
        who = tuple(on_duty) or self.on_duty()
        if not who:
            raise Slip("Nobody is on duty to share the call-backs among. Name who is.")
        found = self.callbacks()
        given = share(found, who, self.clock())
        events = [
            self._event(Call(one.call), "assigned", promise=one.promise, to=to, why="shared out", was=one.owner)
            for one in found
            if (to := given.get(one.promise))
        ]
        if events:
            self.store.write(*events)
        return given

    def _fresh(self, call: Call) -> Call:
        """The call with what other desks did to it meanwhile."""
        self.store.refresh()
        return self._again(call)

    def _closed(self, day: date) -> bool:
        return bool(self._whole.diary.why_closed(day))

    def _event(self, call: Call, kind: str, /, **data: Any) -> Event:
        now = self.clock()
        return Event(new_id(now), call.id, now, self.staff.id, kind, clean(kind, data))

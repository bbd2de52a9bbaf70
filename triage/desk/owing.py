"""What stays with a call beside its answers: flags, promises and consents, on a saved call too."""

from __future__ import annotations

from datetime import datetime

from triage import consents, promises
from triage.desk import duties, safety
from triage.desk.base import Base, Slip
from triage.errors import NotFound
from triage.model import UNSAFE, Call


class Owing(Base):
    """Flags, promises, consents."""

    def flag(self, call: Call, flag: str, on: bool, reason: str) -> Call:
        """Set or clear a flag over what the script says. Only :meth:`safe_again` clears “unsafe to contact”."""
        if flag == UNSAFE and not on:
            return self.safe_again(call, reason)
        return self._add(call, "flagged", flag=flag, on=on, reason=reason)

    def safe_again(self, call: Call, reason: str) -> Call:
        """Clear “unsafe to contact”: a social worker's decision, with the reason; on a saved call too.

        It is about the person: the mark is cleared on every call about them.
        """
        if not reason.strip():
            raise Slip("Say why it is safe to contact this person again, and who says so.")
        if not self.unsafe(call):
            raise Slip("This person isn’t marked as unsafe to contact.")
        for other in self._standing.of(call):
            why = f"cleared with call {call.ref}: {reason.strip()}"
            self._note(other, "flagged", flag=UNSAFE, on=False, reason=why)
        after = self._note(call, "flagged", flag=UNSAFE, on=False, reason=reason.strip())
        return after if call.closed or call.owner != self.staff.id else duties.follow(self._whole, after)

    def promise(
        self, call: Call, what: str, owner: str, due: datetime | None = None, *, kind: str = "contact", **more: str
    ) -> Call:
        """Note who will do what by when: by the published standard of its ``kind``, unless another time was agreed.

        A call back is refused while contact is unsafe; what the social worker does is theirs to decide.
        """
        if not owner.strip():
            raise Slip("A promise needs an owner: who will do it?")
        if more.get("about", "callback") == "callback":
            self._refuse(safety.to_ring(self.walk(call).flags))
        due = due or self.due(kind)
        return self._add(call, "promised", what=what, owner=owner, due=due.isoformat(), standard=kind, **more)

    def due(self, kind: str) -> datetime:
        """When a promise of this kind, made now, must be kept."""
        return promises.due(
            kind, self.clock(), self.tools.standards, lambda day: bool(self.tools.diary.why_closed(day))
        )

    def settle(self, call: Call, promise: str, note: str = "", *, how: str = "kept") -> Call:
        """Say that a promise was kept, or (``how="taken back"``) that it no longer stands; on a saved call too."""
        if promise not in {e.id for e in call.promises}:
            raise NotFound("There is no such promise on this call.")
        return self._note(call, "settled", promise=promise, how=how, note=note.strip())

    def offered(self, call: Call, step: str, key: str) -> str:
        """What a field can be filled with beforehand: the time, the owner of the next step, the standard's due time."""
        return duties.offered(self._whole, call, step, key)

    def withdraw(self, call: Call, to: str, reason: str = "", *, key: str = "consent_share") -> Call:
        """Note that a consent was taken back, such as that to tell the ``GP``; on a saved call too (PRIVACY P6)."""
        if to not in {c.to for c in consents.given(call) if c.key == key and c.withdrawn is None}:
            raise Slip(f"No consent to tell “{to}” stands on this call.")
        value = "yes" if key in consents.TO else to
        return self._note(call, "withdrew", key=key, value=value, to=to, reason=reason.strip())

"""The desk itself: see :mod:`triage.desk`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triage import booking, consents, promises
from triage.desk import duties, safety
from triage.desk.cleaning import clean, identifies
from triage.desk.stamps import stamps
from triage.desk.tools import Tools
from triage.errors import BadAnswer, CloseBlocked, NotFound, TriageError
from triage.masking import mask
from triage.model import Call, CallSummary, Claim, Event, Kind, Listing, Match, OutcomeCode, Slot, Staff, Value, new_id
from triage.script import telling
from triage.script.conditions import holds
from triage.script.form import FastExit, Field, Script
from triage.script.screen import screen
from triage.script.values import read_answer, read_answers
from triage.script.walk import Change, Walk, compare, walk
from triage.settings import ZONE
from triage.store.base import Store

if TYPE_CHECKING:
    from triage.desk.people import Register

UNDOABLE = ("answered", "misfit", "raised", "went", "checked", "flagged", "shortlisted", "dropped", "outcome")
"""What one key takes back. Bookings are cancelled with a reason instead, and what was handed out was handed out."""

HOLD_MINUTES = 5
"""How long a slot is kept while the caller makes up their mind."""


NO_NAMES = "this caller gives no name, so nothing that says who they are is kept; change that at G4b first"


class Slip(TriageError):
    """The call can't take that now: it is closed, or there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class _Facts:
    known: Mapping[str, Value]
    reached: frozenset[str]
    marks: frozenset[str]


def _says_unsafe(event: Event) -> bool:
    return event.kind == "flagged" and event.data["flag"] == safety.UNSAFE and bool(event.data["on"])


@dataclass
class Desk:
    """One person's desk over one store.

    ``clock`` gives the time in UTC; ``tools`` load the directory, the diary and the phrases when first asked for.
    ``mode`` is ``live``, ``demo`` or ``practice`` and is kept with every call.
    """

    store: Store
    script: Script
    staff: Staff
    tools: Tools
    clock: Callable[[], datetime]
    mode: str = "live"
    _walked: tuple[Call, dict[str, Value], date, Walk] | None = field(default=None, init=False, repr=False)

    # ------------------------------------------------------------------ the call

    def open(self) -> Call:
        """Answer the phone."""
        now = self.clock()
        data = {"script": self.script.name, "version": self.script.version, "mode": self.mode}
        return self._add(Call(new_id(now)), "opened", **data)

    def resume(self, call_id: str) -> Call:
        """Take an open call up where it was left; another handler's call becomes this handler's."""
        self.store.refresh()
        call = self.store.call(self.store.find(call_id))
        if call.closed:
            raise Slip(f"Call {call.ref} is closed. Open it from the list of calls to read it.")
        return self._add(call, "took over", **{"from": call.owner}) if call.owner != self.staff.id else call

    def open_calls(self, everyone: bool = False) -> tuple[Call, ...]:
        """The calls not yet closed, newest first; bookings made without a call are not calls."""
        self.store.refresh()
        return self.store.open_calls("" if everyone else self.staff.id)

    def answer(self, call: Call, step: str, answers: Mapping[str, object]) -> Call:
        """Answer a step (no answers: it was read out). :class:`BadAnswer` when one doesn't fit its key.

        What a step says in a version of its own (the privacy statement) is kept with the call by that version.
        """
        data = read_answers(self.script, answers, today=self.today)
        said = {f.key: f.hint for f in self.script.steps[step].fields if f.key.endswith("_version")}
        self._allow(call, data)
        unwanted = identifies(call, data)
        if unwanted:
            raise BadAnswer(telling.key_title(self.script, unwanted[0]), NO_NAMES)
        data = {**stamps(self.script.steps[step], call, data, self.clock()), **data}
        words = {"said": telling.aloud(self.script.steps[step])} if said else {}
        after = self._add(call, "answered", step=step, answers={**said, **data}, **words)
        return self._go_on(call, self._settled(call, after, step), step)

    def preview(self, call: Call, step: str, answers: Mapping[str, object]) -> Change:
        """What :meth:`answer` would change, before it does."""
        data = {"step": step, "answers": read_answers(self.script, answers, today=self.today)}
        after = call.plus(Event("preview", call.id, self.clock(), self.staff.id, "answered", data))
        return compare(self.walk(call), self.walk(after))

    def draft(self, call: Call, field: str, text: str) -> Call:
        """Keep what is being typed in a field (``notes`` for the notes)."""
        if call.drafts.get(field, "") == text or identifies(call, {field: text}):
            return call
        return self._add(call, "drafted", field=field, text=text)

    def misfit(self, call: Call, step: str, reason: str) -> Call:
        """Leave a step that doesn't fit this caller, with the reason; it stands in the supervisor's list."""
        if step not in self.script.steps:
            raise NotFound(f"There is no step {step} in this script.")
        if not reason.strip():
            raise Slip("Say why this step does not fit: the script is put right by these reasons.")
        return self._settled(call, self._add(call, "misfit", step=step, reason=reason.strip()))

    def interrupt(self, call: Call, name: str) -> Call:
        """Raise a standing rule (danger, safeguarding, …) whatever the step.

        Raised again after it was gone through, it starts at its first step once more.
        """
        at = self.walk(call).step
        first = next((i.to for i in self.script.interrupts if i.name == name), "")
        if not first:
            raise NotFound(f"There is no standing rule called {name}.")
        call = self._add(call, "raised", interrupt=name, at=at)
        return self.go(call, first) if first in call.passed else call

    def go(self, call: Call, step: str) -> Call:
        """Jump to a step, in the caller's order rather than the script's."""
        if step not in self.script.steps:
            raise NotFound(f"There is no step {step} in this script.")
        before = self.script.steps[step].after
        known: dict[str, Any] = {}
        if before and before not in call.passed:
            step, known = before, {"then": step, "at": self.walk(call).step or ""}
        if step in self.walk(call).path:
            known = {**known, "back": True}
        return self._add(call, "went", step=step, **known)

    def _go_on(self, before: Call, after: Call, step: str) -> Call:
        """After a step that was jumped to: to the danger it tells of, else on to the step that was meant."""
        if before.focus != step:
            return after
        there = self.walk(after)
        facts = _Facts(there.used, frozenset(there.path), frozenset((*there.flags, *there.actions)))
        way = next((r for r in self.script.steps[step].routes if holds(r.when, facts)), None)
        urgent = [i.name for i in self.script.interrupts if way and i.to in way.first and i.to not in after.passed]
        if urgent and there.step not in (way.first if way else ()):
            return self.interrupt(after, urgent[0])
        went = next((e.data for e in reversed(before.of_kind("went")) if e.data["step"] == step), {})
        return self.go(after, went["then"]) if went.get("then") and there.step == went["at"] else after

    def back(self, call: Call) -> Call:
        """Leave a jump, to where the answers lead."""
        return self._add(call, "returned", at=self.walk(call).step)

    def undo(self, call: Call) -> Call:
        """Take back the latest thing that can be taken back."""
        done = [e for e in call.live_events if e.kind in UNDOABLE and not _says_unsafe(e)]
        if not done:
            raise Slip("There is nothing to undo.")
        after = self._add(call, "undone", event=done[-1].id)
        slip = done[-1].id == next((e.id for e in reversed(call.events) if e.kind != "drafted"), "")
        return self._settled(call, after, slip=slip)

    def check(self, call: Call, prompt: str, note: str) -> Call:
        """Check a prompt off, with what was found."""
        if not note.strip():
            raise Slip("A checked prompt needs a note: what did you find?")
        return self._add(call, "checked", prompt=prompt, note=note.strip())

    def flag(self, call: Call, flag: str, on: bool, reason: str) -> Call:
        """Set or clear a flag over what the script says. Only :meth:`safe_again` clears “unsafe to contact”."""
        if flag == safety.UNSAFE and not on:
            return self.safe_again(call, reason)
        return self._add(call, "flagged", flag=flag, on=on, reason=reason)

    def safe_again(self, call: Call, reason: str) -> Call:
        """Clear “unsafe to contact”: a social worker's decision, with the reason; on a saved call too."""
        if safety.CLEARS not in self.staff.roles:
            raise Slip("Only a social worker can say that contact is safe again. Ask the social worker to clear it.")
        if not reason.strip():
            raise Slip("Say why it is safe to contact this person again, and who says so.")
        if not self.unsafe(call):
            raise Slip("This person isn’t marked as unsafe to contact.")
        after = self._note(call, "flagged", flag=safety.UNSAFE, on=False, reason=reason.strip())
        return after if call.closed or call.owner != self.staff.id else duties.follow(self, after)

    def unsafe(self, call: Call) -> bool:
        """Whether the person may not be rung, written to, or have anything printed for them."""
        return safety.UNSAFE in self.walk(call).flags

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
        return duties.offered(self, call, step, key)

    def withdraw(self, call: Call, to: str, reason: str = "", *, key: str = "consent_share") -> Call:
        """Note that a consent was taken back, such as that to tell the ``GP``; on a saved call too (PRIVACY P6)."""
        if to not in {c.to for c in consents.given(call) if c.key == key and c.withdrawn is None}:
            raise Slip(f"No consent to tell “{to}” stands on this call.")
        value = "yes" if key in consents.TO else to
        return self._note(call, "withdrew", key=key, value=value, to=to, reason=reason.strip())

    def choose(self, call: Call, code: str, reason: str) -> Call:
        """Choose another outcome than the proposed one."""
        if code not in self.tools.outcomes:
            raise NotFound(f"There is no outcome {code}.")
        if not reason.strip():
            raise Slip("Another outcome than the proposed one needs a reason.")
        return self._add(call, "outcome", code=code, reason=reason.strip())

    def close(self, call: Call) -> Call:
        """Save the call with its outcome; :class:`CloseBlocked` with every sentence that says why not."""
        there = self.walk(call)
        if there.blocks:
            raise CloseBlocked([b.why for b in there.blocks])
        code = call.chosen[0] if call.chosen else there.outcome
        if not code:
            raise CloseBlocked(["no outcome follows from the answers yet: choose one, with a reason"])
        return self._add(
            call,
            "closed",
            outcome=code,
            also=[p.code for p in there.proposals if p.code != code],
            because=call.chosen[1] if call.chosen else there.proposals[0].because,
            proposed=there.outcome,
            route=there.route,
            actions=list(there.actions),
            flags=list(there.flags),
            path=list(there.path),
            pathways=list(there.pathways),
            script=self.script.version,
        )

    def fast_exit(self, call: Call, way: FastExit, answers: Mapping[str, object]) -> Call:
        """Answer a fast exit and save the call, in one go, unless it ends at the wrap-up.

        When an answer leads elsewhere (danger), the call is left open there instead.
        """
        words = str(call.drafts.get("reason_verbatim") or call.answers.get("reason_verbatim", ""))
        given: dict[str, object] = {"reason_verbatim": words, **way.sets, **answers}
        for step, part in self._by_step(given).items():
            call = self.answer(call, step, part)
        return call if way.wrap_up or self.walk(call).blocks else self.close(call)

    def maintain(self) -> str:
        """House-keeping of the record, for a worker after the first frame and once a day after that.

        What was done, in words; ``""`` at once when there is nothing to do. Safe beside everything else.
        """
        return self.store.maintain()

    # ------------------------------------------------------------------ reading it

    def walk(self, call: Call) -> Walk:
        """Where the call stands in its script. Asked again about the same call, it isn't worked out again."""
        found, today = self.found(call), self.today
        known = self._walked
        if known is not None and known[0] is call and known[1:3] == (found, today):
            return known[3]
        there = self._walk(call, found, today)
        self._walked = (call, found, today, there)
        return there

    def _walk(self, call: Call, found: Mapping[str, Value], today: date) -> Walk:
        return walk(
            self.script,
            {**call.answers, **found},
            today=today,
            passed=call.passed,
            raised=call.raised,
            jumped=call.jumped,
            focus=call.focus,
            checked=call.checked,
            prompts=screen(self._texts(call), self.tools.phrases),
            flags=call.flags_set,
            chosen=call.chosen[0] if call.chosen else "",
        )

    def found(self, call: Call) -> dict[str, Value]:
        """Answers nobody is asked: what the call's other events say."""
        local = self.clock().astimezone(ZoneInfo(ZONE))
        found: dict[str, Value] = {}
        if call.shortlist:
            found["shortlist"] = "yes"
        if call.bookings:
            found["appointment"] = "yes"
        if local.weekday() > 4 or not 9 <= local.hour < 17:
            found["ooh"] = "yes"
        return found

    def asks(self, call: Call, step: str, given: Mapping[str, object]) -> tuple[Field, ...]:
        """The fields of a step to ask for, as the call stands and with what is being answered."""
        there = self.walk(call)
        known: dict[str, Value] = dict(there.used)
        for key, value in given.items():
            known[key] = tuple(value) if isinstance(value, (list, tuple)) else str(value)
        facts = _Facts(known, frozenset(there.path), frozenset((*there.flags, *there.actions)))
        return tuple(f for f in self.script.steps[step].fields if f.type != "auto" and holds(f.where, facts))

    def understands(self, key: str, text: str) -> Value | None:
        """What a typed answer would be kept as; :class:`BadAnswer` when it doesn't fit."""
        return read_answer(self.script, key, text, today=self.today)

    def calls_today(self) -> tuple[CallSummary, ...]:
        """This handler's calls of today."""
        return tuple(s for s in self.store.summaries(self.today, self.today) if s.handler == self.staff.id)

    @property
    def today(self) -> date:
        """The day at the desk."""
        return self.clock().astimezone(ZoneInfo(ZONE)).date()

    def outcome(self, code: str) -> OutcomeCode:
        """A line of the code list."""
        return self.tools.outcomes[code]

    @cached_property
    def people(self) -> Register:
        """The people of the record: finding one, opening what is kept, repeat callers, duplicates."""
        from triage.desk.people import Register

        return Register(self)

    # ------------------------------------------------------------------ directory

    def search(self, words: str, *, kind: Kind | None = None, near: str = "", limit: int = 50, **more: Any) -> Any:
        """Search the directory; nothing is written (see :meth:`searched`)."""
        return self.tools.index.search(words, kind=kind, near=near or None, limit=limit, **more)

    def suggest(self, call: Call, limit: int = 5) -> tuple[Match, ...]:
        """Listings that the answers so far ask for, before anything is typed."""
        there = self.walk(call)
        wishes = list(dict.fromkeys(w for step in (*there.path, *there.ahead) for w in self.script.steps[step].wishes))
        near = str(there.used.get("p_postcode", ""))
        return self.tools.index.suggest(wishes, near=near or None, limit=limit) if wishes else ()

    def searched(self, call: Call, words: str, kind: str, found: int) -> Call:
        """Note a search that was looked at (PRIVACY A2: search terms are logged too)."""
        return self._add(call, "searched", words=words, kind=kind, found=found)

    def keep(self, call: Call, listing: str) -> Call:
        """Put a listing on the shortlist."""
        return call if listing in call.shortlist else self._add(call, "shortlisted", listing=listing)

    def drop(self, call: Call, listing: str) -> Call:
        """Take it off again."""
        return self._add(call, "dropped", listing=listing) if listing in call.shortlist else call

    def report_listing(self, call: Call, listing: str, reason: str, note: str = "") -> Call:
        """Say that a listing is wrong."""
        return self._add(call, "reported", listing=listing, reason=reason, note=note)

    def unmet(self, call: Call, words: str, reason: str) -> Call:
        """Note that what was asked for isn't in the directory."""
        return self._add(call, "unmet", words=words, reason=reason)

    def listings(self, call: Call) -> tuple[Listing, ...]:
        """The shortlist's listings, in order; one that has left the directory since is left out."""
        by_id = self.tools.directory.by_id
        return tuple(by_id[i] for i in call.shortlist if i in by_id)

    def handed(self, call: Call, what: str, channel: str, form: str) -> Call:
        """Note that something was told, printed or sent; :class:`Slip` when nothing may leave for this person."""
        if channel not in safety.SAID:
            self._refuse(safety.to_send(self.walk(call).flags))
        given = list(call.shortlist)
        return duties.follow(self, self._add(call, "handed", what=what, channel=channel, format=form, listings=given))

    # ------------------------------------------------------------------ diary

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

    # ------------------------------------------------------------------ inside

    def _refuse(self, why: str) -> None:
        if why:
            raise Slip(why)

    def _allow(self, call: Call, given: Mapping[str, Value]) -> None:
        """Refuse an answer that would send something or promise a call back where contact is unsafe."""
        if not any(given.get(key) in values for key, values in safety.LEAVES.items()):
            return
        key, why = safety.to_answer(self.walk(call).flags, given)
        if key:
            raise BadAnswer(telling.key_title(self.script, key), why.rstrip("."))

    def _settled(self, before: Call, after: Call, step: str = "", *, slip: bool = False) -> Call:
        """What follows from an answer or from taking one back: unsafe stays unsafe, and promises follow the answers."""
        after = after if slip else self._stay_unsafe(before, after, step)
        return duties.follow(self, after)

    def _stay_unsafe(self, before: Call, after: Call, step: str = "") -> Call:
        """Unsafe stays unsafe when the answer that said so is changed, and is so again when it is said again."""
        there = self.walk(after)
        if safety.UNSAFE in there.flags:
            return after
        if self.unsafe(before):
            return self._add(after, "flagged", flag=safety.UNSAFE, on=True, reason="said earlier; not cleared")
        if step and before.flags_set.get(safety.UNSAFE) is False:
            facts = _Facts(there.used, frozenset(there.path), frozenset((*there.flags, *there.actions)))
            if safety.sets_unsafe(self.script.steps[step], facts):
                return self._add(after, "flagged", flag=safety.UNSAFE, on=True, reason="said again")
        return after

    def _add(self, call: Call, kind: str, /, **data: Any) -> Call:
        if call.closed:
            raise Slip(f"Call {call.ref} is closed; nothing can be added to it.")
        now = self.clock()
        event = Event(new_id(now), call.id, now, self.staff.id, kind, clean(kind, data))
        self.store.write(event, owner="" if kind == "took over" else self.staff.id)
        return call.plus(event)

    def _note(self, call: Call, kind: str, /, **data: Any) -> Call:
        """Add to a call whoever's it is, saved or not: what becomes known about it afterwards."""
        now = self.clock()
        event = Event(new_id(now), call.id, now, self.staff.id, kind, clean(kind, data))
        self.store.write(event)
        return call.plus(event)

    def _again(self, call: Call) -> Call:
        return self.store.call(call.id)

    def _who(self) -> dict[str, Any]:
        return {"by": self.staff.id, "now": self.clock()}

    def _texts(self, call: Call) -> dict[str, str]:
        texts = {k: v for k, v in call.answers.items() if isinstance(v, str) and self._screened(k)}
        texts.update({k: v for k, v in call.drafts.items() if k == "notes" or self._screened(k)})
        return texts

    def _screened(self, key: str) -> bool:
        found = self.script.field(key)
        return bool(found and found[1].screened)

    def _by_step(self, answers: Mapping[str, object]) -> dict[str, dict[str, object]]:
        steps: dict[str, dict[str, object]] = {}
        for key, value in answers.items():
            found = self.script.field(key)
            if found:
                steps.setdefault(found[0].id, {})[key] = value
        return steps

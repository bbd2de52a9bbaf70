"""The talk: opening a call, answering it, going about in it, taking things back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.desk import duties, safety
from triage.desk.base import Base, Facts, Slip
from triage.desk.cleaning import identifies
from triage.desk.stamps import stamps
from triage.errors import BadAnswer, NotFound
from triage.model import UNSAFE, Call, CallSummary, Event, Value, new_id
from triage.script import telling
from triage.script.conditions import holds
from triage.script.form import Field
from triage.script.values import read_answer, read_answers
from triage.script.walk import Change, compare

UNDOABLE = ("answered", "misfit", "raised", "went", "checked", "flagged", "shortlisted", "dropped", "outcome")
"""What one key takes back. Bookings are cancelled with a reason instead, and what was handed out was handed out."""

NO_NAMES = "this caller gives no name, so nothing that says who they are is kept; change that at G4b first"


def _says_unsafe(event: Event) -> bool:
    return event.kind == "flagged" and event.data["flag"] == UNSAFE and bool(event.data["on"])


class Talk(Base):
    """The call as it goes on."""

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

    def calls_today(self) -> tuple[CallSummary, ...]:
        """This handler's calls of today."""
        return tuple(s for s in self.store.summaries(self.today, self.today) if s.handler == self.staff.id)

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

    def correct(self, call: Call, answers: Mapping[str, object], reason: str) -> Call:
        """Put right what a saved call says: a new version, beside which the old stays for the audit (PRIVACY P13)."""
        if not reason.strip():
            raise Slip("A correction needs its reason: who asked for it, and how it is known.")
        if not call.closed:
            raise Slip("This call is still open: its handler changes the answer.")
        data = read_answers(self.script, answers, today=self.today)
        return self._note(call, "corrected", answers=data, reason=reason.strip())

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

    def asks(self, call: Call, step: str, given: Mapping[str, object]) -> tuple[Field, ...]:
        """The fields of a step to ask for, as the call stands and with what is being answered."""
        there = self.walk(call)
        known: dict[str, Value] = dict(there.used)
        for key, value in given.items():
            known[key] = tuple(value) if isinstance(value, (list, tuple)) else str(value)
        facts = Facts(known, frozenset(there.path), frozenset((*there.flags, *there.actions)))
        return tuple(f for f in self.script.steps[step].fields if f.type != "auto" and holds(f.where, facts))

    def understands(self, key: str, text: str) -> Value | None:
        """What a typed answer would be kept as; :class:`BadAnswer` when it doesn't fit."""
        return read_answer(self.script, key, text, today=self.today)

    # ------------------------------------------------------------------ inside

    def _go_on(self, before: Call, after: Call, step: str) -> Call:
        """After a step that was jumped to: to the danger it tells of, else on to the step that was meant."""
        if before.focus != step:
            return after
        there = self.walk(after)
        facts = Facts(there.used, frozenset(there.path), frozenset((*there.flags, *there.actions)))
        way = next((r for r in self.script.steps[step].routes if holds(r.when, facts)), None)
        urgent = [i.name for i in self.script.interrupts if way and i.to in way.first and i.to not in after.passed]
        if urgent and there.step not in (way.first if way else ()):
            return self.interrupt(after, urgent[0])
        went = next((e.data for e in reversed(before.of_kind("went")) if e.data["step"] == step), {})
        return self.go(after, went["then"]) if went.get("then") and there.step == went["at"] else after

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
        if any(before.answers.get(key) != after.answers.get(key) for key in safety.KNOWN_BY):
            after = self._in_force(after)
        return duties.follow(self._whole, after)

    def _stay_unsafe(self, before: Call, after: Call, step: str = "") -> Call:
        """Unsafe stays unsafe when the answer that said so is changed, and is so again when it is said again."""
        there = self.walk(after)
        if UNSAFE in there.flags:
            return after
        if self.unsafe(before):
            return self._add(after, "flagged", flag=UNSAFE, on=True, reason="said earlier; not cleared")
        if step and before.flags_set.get(UNSAFE) is False:
            facts = Facts(there.used, frozenset(there.path), frozenset((*there.flags, *there.actions)))
            if safety.sets_unsafe(self.script.steps[step], facts):
                return self._add(after, "flagged", flag=UNSAFE, on=True, reason="said again")
        return after

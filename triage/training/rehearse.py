"""Runs a call file without a screen, over the same desk that a handler uses, and says where it differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from triage.desk import Desk, open_desk
from triage.errors import TriageError
from triage.model import Call, Staff
from triage.script.walk import Walk
from triage.settings import ZONE
from triage.training.callfile import Act, CallFile

TRAINER = Staff("trainer", "Training", ("handler", "trainer"))
SECONDS_AN_ACT = 10


class Difference(TriageError):
    """The call didn't go as the file says."""

    exit_code = 1


@dataclass
class Clock:
    """A clock that a rehearsal moves by itself."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def tick(self, seconds: float) -> None:
        """Let time go by."""
        self.at += timedelta(seconds=seconds)


def call_clock(file: CallFile) -> Clock:
    """A clock set to when the file's call comes in."""
    return Clock(file.clock.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC))


def practice_desk(folder: Path, clock: Callable[[], datetime], mode: str = "demo") -> Desk:
    """A desk on a store of its own in ``folder``: it can't touch the live one."""
    return open_desk(folder, staff=TRAINER, clock=clock, mode=mode)


def rehearse(file: CallFile, folder: Path) -> Call:
    """Take the file's call from answer to end; :class:`Difference` names the line of the first difference."""
    clock = call_clock(file)
    desk = practice_desk(folder, clock)
    call = desk.open()
    try:
        for act in file.script:
            clock.tick(SECONDS_AN_ACT)
            try:
                call = perform(desk, call, act)
            except TriageError as error:
                raise Difference(f"{file.file}, line {act.line}: {error}") from error
        wrong = next(differences(file, call, desk.walk(call)), None)
    finally:
        desk.store.close()
    if wrong:
        raise Difference(f"{file.file}: at the end, {wrong}")
    return call


def perform(desk: Desk, call: Call, act: Act) -> Call:
    """Do one act at the desk."""
    step = desk.walk(call).step
    if act.at and act.at != step:
        raise Difference(f"the call stands at {step or 'the end'}, not at {act.at}.")
    if act.answer is not None:
        return desk.answer(call, _home(desk, step, act), act.answer)
    if act.raises:
        return desk.interrupt(call, act.raises)
    if act.go:
        return desk.go(call, act.go)
    if act.note:
        return desk.draft(call, "notes", f"{call.notes}\n{act.note}".strip())
    if act.check:
        return _check(desk, call, act.check.kind, act.check.note)
    if act.search:
        found = desk.search(act.search.words, limit=50).matches
        if act.search.keep and act.search.keep not in (m.listing.id for m in found):
            raise Difference(f"“{act.search.words}” does not find {act.search.keep}.")
        call = desk.searched(call, act.search.words, "", len(found))
        return desk.keep(call, act.search.keep) if act.search.keep else call
    if act.book:
        return _book(desk, call, act.book.type)
    if act.outcome:
        return desk.choose(call, act.outcome.code, act.outcome.reason)
    if act.back:
        return desk.back(call)
    if act.undo:
        return desk.undo(call)
    return desk.close(call) if act.close else call


def _home(desk: Desk, step: str | None, act: Act) -> str:
    """The step an answer belongs to: the one the call stands at, which must ask for every key given."""
    if step is None:
        raise Difference("everything was asked; there is no step to answer.")
    asked = {f.key for f in desk.script.steps[step].fields}
    odd = [key for key in act.answer or {} if key not in asked]
    if odd:
        raise Difference(f"step {step} does not ask for {', '.join(odd)}; it asks for {', '.join(asked) or 'nothing'}.")
    return step


def _check(desk: Desk, call: Call, kind: str, note: str) -> Call:
    waiting = [p for p in desk.walk(call).prompts if p.kind == kind and p.id not in call.checked]
    if not waiting:
        raise Difference(f"no {kind} prompt is waiting to be checked.")
    for prompt in waiting:
        call = desk.check(call, prompt.id, note)
    return call


def _book(desk: Desk, call: Call, type_id: str) -> Call:
    now = desk.clock()
    free = desk.free_slots(type_id, now, now + timedelta(days=28))
    if not free:
        raise Difference(f"no {type_id} slot is free in the next four weeks.")
    return desk.book(desk.hold(call, free[0].id), free[0].id)


def differences(file: CallFile, call: Call, walk: Walk) -> Iterator[str]:
    """Each way in which the call isn't as the file says it must be, as half a sentence."""
    must = file.must
    end = call.closed.data if call.closed else {}
    outcome = end.get("outcome", walk.outcome)
    also = tuple(end.get("also", walk.also))
    kinds = tuple(dict.fromkeys(p.kind for p in walk.prompts))
    if must.outcome and outcome != must.outcome:
        yield f"the outcome is {outcome or 'missing'}, not {must.outcome}"
    if must.route and walk.route != must.route:
        yield f"the route is {walk.route}, not {must.route}"
    for name, wanted, there in (
        ("also", must.also, also),
        ("flags", must.flags, walk.flags),
        ("actions", must.actions, walk.actions),
        ("prompts", must.prompts, kinds),
        ("path", must.path, walk.path),
        ("shortlist", must.shortlist, call.shortlist),
    ):
        lacking = [w for w in wanted if w not in there]
        if lacking:
            yield f"{name} lacks {', '.join(lacking)} (there: {', '.join(there) or 'nothing'})"
    if must.bookings is not None and len(call.bookings) != must.bookings:
        yield f"{len(call.bookings)} slots are booked, not {must.bookings}"
    if must.closed is not None and must.closed != bool(call.closed):
        yield "the call is closed" if call.closed else "the call is still open"
    for unwanted in must.never:
        if unwanted in (outcome, *also, *walk.flags, *walk.actions, *kinds):
            yield f"{unwanted} is there and must not be"

"""What is to be done in the diary: people to ring about a time that came free, bookings that lost theirs, who came
today, who waits, and who is away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from triage.diary import Asked, starts_at
from triage.diary.attendance import missed
from triage.diary.changes import WHYS, Change
from triage.diary.diary import LOCAL
from triage.diary.waiting import ANSWERS, Offer, Wait
from triage.errors import BadAnswer, StoreError, TriageError
from triage.model import Call, Claim, ref_of
from triage.ui import words
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.news import Following
from triage.ui.overlay import Overlay
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines
from triage.ui.widgets.slotcard import told

NEAREST = 5
"""How many free times are offered when a booking has to be moved."""


@dataclass(frozen=True, slots=True)
class Job:
    """One line: a heading when ``do`` is missing."""

    line: Content
    do: Callable[[], None] | None = None


class JobsScreen(Overlay):
    """The diary's lists, what presses first."""

    HELP = "Enter does what a line asks for: an answer, another time, came or did not come. + says who is away."
    AUTO_FOCUS = "#jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "do it", id="do"),
        Binding("f6,f7,ctrl+l,escape", "back", "back to the week", id="back", key_display="F6"),
        Binding("plus", "away", "who is away", id="away", tooltip="Leave, sickness, closed days"),
        Binding("s", "session", "extra session", id="session", tooltip="One more session, on one day"),
        Binding("f5", "reload", "read again", show=False),
    ]
    DEFAULT_CSS = """
    JobsScreen {
        #list { margin: 1 1 0 1; border: round $accent; padding: 0 1; height: 1fr;
            border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet; }
        &.-narrow #list { margin: 0; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines(id="jobs", empty="Nothing is to be done in the diary.")
        self.jobs: tuple[Job, ...] = ()

    def compose(self) -> ComposeResult:
        """One list."""
        yield CallBar()
        with Vertical(id="list") as box:
            box.border_title, box.border_subtitle = "Diary: to do", "enter does it · + who is away · s extra session"
            yield self.lines
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the lists; the first line that asks for something has the cursor."""
        self.load()
        self.lines.cursor = next((n for n, job in enumerate(self.jobs) if job.do), 0)
        self.following = Following(self, self.load)

    def action_reload(self) -> None:
        """Read again."""
        self.load()

    def load(self) -> None:
        """Read everything and draw it."""
        app = here(self)
        desk = app.desk
        try:
            self.diary, self.now = desk.diary, desk.clock()
            waiting, stranded = desk.waiting(), desk.stranded()
            today, changes = desk.appointments(desk.today), desk.changes()
        except TriageError as error:
            app.say(str(error))
            return
        offers = [(w, o) for w in waiting if (o := w.offer(self.now))]
        asked = {w.id for w, _ in offers}
        coming = [c for c in changes if c.until >= desk.today]
        parts = (
            ("To ring about a time", [self._offer(w, o) for w, o in offers]),
            ("To be moved", [self._strand(claim, why) for claim, why in stranded]),
            ("Today", [self._today(claim, call) for claim, call in today]),
            ("Waiting, in order", [self._wait(w) for w in waiting if w.id not in asked]),
            ("Away, and extra sessions", [self._change(c) for c in coming]),
        )
        jobs: list[Job] = []
        for title, rows in parts:
            if rows:
                jobs += [Job(Content(""))] if jobs else []
                jobs += [Job(Content.styled(f"{title}  {len(rows)}", "bold $accent")), *rows]
        self.jobs = tuple(jobs)
        self.lines.put([job.line for job in jobs])

    # ------------------------------------------------------------------ lines

    def _offer(self, wait: Wait, offer: Offer) -> Job:
        until = words.clock(offer.until, seconds=False)
        line = _line("●", wait.call, f"{told(offer.slot)}, kept until {until}", self._kind(offer.slot))
        return Job(line, lambda: self._ask(wait, offer))

    def _strand(self, claim: Claim, why: str) -> Job:
        kind = self.diary.was(claim.slot).type.name
        return Job(_line("!", claim.call, told(claim.slot), f"{why} · {kind}"), lambda: self._place(claim))

    def _today(self, claim: Claim, call: Call) -> Job:
        over = starts_at(claim.slot).replace(tzinfo=LOCAL) <= self.now
        gone = claim.slot in missed(call)
        state = "did not come" if gone else "enter: came or not?" if over else "to come"
        line = _line("✗" if gone else "○", claim.call, told(claim.slot), f"{state} · {self._kind(claim.slot)}")
        return Job(
            line, (lambda: self._came(claim, call)) if over else lambda: self._say("That time has not come yet.")
        )

    def _wait(self, wait: Wait) -> Job:
        since = wait.since.astimezone(LOCAL)
        kind = self.diary.types[wait.find.type].name if wait.find.type in self.diary.types else wait.find.type
        wanted = f"{kind}{f', {wait.find.words}' if wait.find.words else ''}"
        return Job(_line("○", wait.call, wanted, f"since {since.day} {since:%b}"), lambda: self._waits(wait))

    def _change(self, change: Change) -> Job:
        who = self.diary.resources[change.resource].name if change.resource in self.diary.resources else "everybody"
        days = f"{change.day:%a} {change.day.day} {change.day:%b}"
        days += f" to {change.until:%a} {change.until.day} {change.until:%b}" if change.until != change.day else ""
        hours = f", {change.between[0]:%H:%M}–{change.between[1]:%H:%M}" if change.between else ""
        what = change.why or f"extra: {change.type}"
        line = Content.assemble(("–  ", "$quiet"), f"{days}{hours}  {who}", (f"  {what}", "$quiet"))
        return Job(line, lambda: self._undo(change))

    def _kind(self, slot: str) -> str:
        made = self.diary.was(slot)
        who = self.diary.resources.get(made.resource)
        return f"{made.type.name}, {who.name if who else made.resource}"

    # ------------------------------------------------------------------ what they ask for

    @on(Lines.Chosen, "#jobs")
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.action_choose()

    def action_choose(self) -> None:
        """Do what the line asks for."""
        job = self.jobs[self.lines.cursor] if self.jobs else None
        if job and job.do:
            job.do()

    def _ask(self, wait: Wait, offer: Offer) -> None:
        call = self._call(wait.call)
        try:
            number = here(self).desk.number(call) or "no number noted"
        except TriageError as error:
            self._say(str(error))
            return
        said = dict(zip(ANSWERS, ("Yes: book it", "No thanks", "No answer, or a voicemail"), strict=True))
        picks = [Pick(value, text, str(n)) for n, (value, text) in enumerate(said.items(), 1)]
        asked = f"Ring {number} and offer {told(offer.slot)}, {self._kind(offer.slot)}. What did they say?"

        def answered(value: str | None) -> None:
            if value in ANSWERS and self._do(lambda: here(self).desk.reply(call, offer.id, value)):
                freed = here(self).desk.freed
                done = "booked" if value == "accepted" else "not taken"
                self._say(f"{done}: {told(offer.slot)}" + (f" · now kept for {ref_of(freed.call)}" if freed else ""))

        self.app.push_screen(PickDialog(f"Call {ref_of(wait.call)}", picks, words=asked), answered)

    def _place(self, claim: Claim) -> None:
        """Another time for a booking: the nearest that are free."""
        desk = here(self).desk
        slot, asked = self.diary.was(claim.slot), self._asked(claim)
        horizon = timedelta(days=slot.type.horizon + 1)
        try:
            free = desk.free_slots(slot.type.id, self.now, self.now + horizon, asked)
        except StoreError as error:
            self._say(str(error))
            return
        serving = [s for s in free if not asked.place or self.diary.resources[s.resource].serves(asked.place)]
        near = sorted(serving, key=lambda s: (abs(s.start - slot.start), s.start < slot.start))[:NEAREST]
        picks = [Pick(s.id, told(s.id), str(n), self.diary.resources[s.resource].name) for n, s in enumerate(near, 1)]
        picks.append(Pick("cancel", "Cancel it, with a reason", "0"))
        asks = f"{told(claim.slot)}, {self._kind(claim.slot)}. Only the time changes: reference, notes and needs stay."

        def picked(where: str | None) -> None:
            call = self._call(claim.call)
            if where == "cancel":
                dialog = NoteDialog(f"Cancel {told(claim.slot)}", "Why is it cancelled?", enter="cancel it")
                self.app.push_screen(dialog, lambda why: self._cancel(call, claim, why))
            elif where and self._do(lambda: desk.move(call, claim.slot, where)):
                self._say(f"moved to {told(where)}")

        self.app.push_screen(PickDialog(f"Move the booking of {ref_of(claim.call)}", picks, words=asks), picked)

    def _cancel(self, call: Call, claim: Claim, why: str | None) -> None:
        if why and self._do(lambda: here(self).desk.cancel(call, claim.slot, why)):
            self._say(f"cancelled: {told(claim.slot)}")

    def _came(self, claim: Claim, call: Call) -> None:
        desk = here(self).desk
        had, gone = desk.attended(call)
        picks = [
            Pick("missed", "Did not come, or could not be reached", "1"),
            Pick("came", "Came after all", "2"),
            Pick("move", "Give another time", "3"),
        ]
        asked = f"{told(claim.slot)}, {self._kind(claim.slot)}. Missed so far: {gone} of {had} on this call."

        def picked(what: str | None) -> None:
            if what == "missed" and self._do(lambda: desk.missed(call, claim.slot)):
                self._say("noted as not come")
                self._place(claim)
            elif what == "came" and self._do(lambda: desk.came(call, claim.slot)):
                self._say("noted as come")
            elif what == "move":
                self._place(claim)

        self.app.push_screen(PickDialog(f"Call {ref_of(claim.call)}", picks, words=asked), picked)

    def _waits(self, wait: Wait) -> None:
        desk = here(self).desk
        horizon = timedelta(days=self.diary.types[wait.find.type].horizon + 1)
        free = desk.free_slots(wait.find.type, self.now, self.now + horizon, wait.asked)
        fits = [s for s in wait.find.order(free, self.diary) if wait.wants(s, self.diary, self.now)][:NEAREST]
        picks = [Pick(s.id, f"Keep {told(s.id)} for them", str(n)) for n, s in enumerate(fits, 1)]
        picks.append(Pick("stop", "Take them off the list", "0"))

        def picked(what: str | None) -> None:
            if what == "stop":
                self._do(lambda: desk.unwait(self._call(wait.call), "taken off at the desk", wait.id))
            elif what and self._do(lambda: desk.offer(what, wait.id)):
                kept = any(w.id == wait.id and w.offer(desk.clock()) for w in desk.waiting())
                self._say("kept: now ring them" if kept else "that could not be kept for them")

        asked = "These times are free and fit." if fits else "No free time fits now."
        self.app.push_screen(PickDialog(f"Call {ref_of(wait.call)} waits", picks, words=asked), picked)

    def _undo(self, change: Change) -> None:
        what = "the extra session" if change.kind == "extra" else "being away"
        picks = [Pick("back", f"Take {what} back", "1"), Pick("stay", "Leave it", "2")]

        def picked(which: str | None) -> None:
            if which == "back":
                self._do(lambda: here(self).desk.take_back(change.id))

        self.app.push_screen(PickDialog("Taken back?", picks), picked)

    # ------------------------------------------------------------------ who is away

    def action_away(self) -> None:
        """Say who is away, in a line."""
        known = ", ".join(self.diary.resources)
        text = (
            f"Who, from when, to when, why: dean-h 30 nov to 2 dec sickness. Hours: dean-h 30 nov 9:00-12:00 training. "
            f"all closes the office. Why: {', '.join(WHYS)}. Who: {known}."
        )
        self.app.push_screen(NoteDialog("Who is away?", text), self._away)

    def _away(self, line: str | None) -> None:
        from triage.ui.awayline import read_away

        app = here(self)
        if not line:
            return
        try:
            said = read_away(line, self.diary, app.desk.today)
            touched = app.desk.away(said.who, said.day, said.until, said.between, said.why)
        except TriageError as error:
            app.say(str(error))
            return
        app.say(f"noted. {len(touched)} booking{'s' * (len(touched) != 1)} to be moved.")
        self.load()

    def action_session(self) -> None:
        """An extra session, in a line."""
        text = f"Who, kind, day, hours: willow-room office 5 dec 9:00-12:00. Kinds: {', '.join(self.diary.types)}."
        self.app.push_screen(NoteDialog("Extra session", text), self._session)

    def _session(self, line: str | None) -> None:
        from triage.ui.awayline import read_away

        app = here(self)
        if not line:
            return
        try:
            said = read_away(line, self.diary, app.desk.today)
            if said.between is None or not said.type:
                raise BadAnswer("session", "say what kind and from when to when: office 5 dec 9:00-12:00")
            app.desk.extra(said.who, said.type, said.day, said.between)
        except TriageError as error:
            app.say(str(error))
            return
        app.say("the extra session is in the diary")
        self.load()

    # ------------------------------------------------------------------ inside

    def _asked(self, claim: Claim) -> Asked:
        from triage.booking import asked_of

        return asked_of(self._call(claim.call), claim.slot)

    def _call(self, call: str) -> Call:
        from triage.booking import call_of

        return call_of(here(self).desk.store, call)

    def _do(self, what: Callable[[], object]) -> bool:
        try:
            what()
        except TriageError as error:
            self._say(str(error))
            return False
        finally:
            self.load()
        return True

    def _say(self, text: str) -> None:
        here(self).say(text)

    def action_back(self) -> None:
        """Back to the week."""
        self._go()


def _line(mark: str, call: str, what: str, more: str) -> Content:
    style = "bold $warning" if mark in "!✗" else "$accent"
    return Content.assemble((f"{mark}  ", style), (f"{ref_of(call):<9}", "bold"), what, (f"  {more}", "$quiet"))

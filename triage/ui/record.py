"""Known to us? Find the person, check who they are, then see what was there before.

Three pages of one dialog. The list of hits shows a name, a year and half a postcode (PRIVACY P9). Before anything else
two points must agree with what the caller says: the screen asks for them and never shows them. Only then come the
earlier calls, and not at all while the person hasn't agreed to us talking to this caller (P11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.desk.auditing import page_read
from triage.desk.people import SECOND_HAND, Past
from triage.errors import TriageError
from triage.model import Call
from triage.people import Likely, Person
from triage.people.identity import enough
from triage.reports.days import local
from triage.ui.dialogs import DIALOG_CSS, LEAVE, Filter, NoteDialog
from triage.ui.here import here
from triage.ui.reading import Reading, page_lines
from triage.ui.widgets.lines import Lines

SURE = ((0.8, "very likely"), (0.3, "likely"), (0.0, "possible"))
MARKS = {
    True: ("✓", "agrees", "$success"),
    False: ("✗", "does not agree", "$error"),
    None: ("·", "not asked", "$quiet"),
}
ASK = (
    "Ask for two: full name, date of birth, address, phone, or a number on a letter. Write what they say. "
    "Nothing of the record is shown until two agree; read nothing out."
)
WHY = "Nobody is on the line about this record, so say why it is opened. The reason is kept with the record."
UNHEARD = "DO NOT READ OUT: the person agrees, as this caller says, but we have not heard it from them."


class RecordDialog(ModalScreen[None]):
    """Finding (``find``), checking who it is (``prove``) or saying why (``why``), and reading (``read``)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVE,
        Binding("ctrl+b", "glass", "restricted", show=False, tooltip="Look among restricted records too"),
    ]
    DEFAULT_CSS = (
        DIALOG_CSS % "RecordDialog"
        + """
    RecordDialog Lines { max-height: 12; min-height: 2; }
    RecordDialog #bar { background: $error 30%; text-style: bold; padding: 0 1; }
    RecordDialog #keys { margin: 1 0 0 0; }
    RecordDialog TextField { margin-bottom: 1; }
    """
    )

    def __init__(self) -> None:
        super().__init__()
        self.page = "find"
        self.hits: tuple[Likely, ...] = ()
        self.person: Person | None = None
        self.glass = False
        self.past: tuple[Past, ...] = ()
        self._noted = ""
        self._lines = Lines(empty="")
        self._field = Filter(self._lines, self._typed)
        self._bar, self._words, self._keys = Static(id="bar"), Static(id="words"), Static(id="keys")

    # ------------------------------------------------------------------ drawing

    def compose(self) -> ComposeResult:
        """What it says, where something is typed, the list, the keys."""
        with Vertical():
            yield from (self._bar, self._words, self._field, self._lines, self._keys)

    def on_mount(self) -> None:
        """Begin with what the answers say."""
        app = here(self)
        self._put("Known to us?", "Name, date of birth, postcode, phone or a call’s reference, as you hear them.")
        self._field.placeholder = "bill hargreaves 3/4/44 cv6"
        self._field.put(app.desk.people.asked_about(app.call) if app.call else "")
        self._lines.empty = "Reading the record …"
        self._search(self._field.text)
        self._read_record()

    def _put(self, title: str, words: str, keys: str = "enter choose · F10 leave", bar: str = "") -> None:
        box = self.query_one(Vertical)
        box.border_title, box.border_subtitle = title, keys
        self._words.update(words)
        self._bar.display, self._keys.display = bool(bar), False
        self._bar.update(bar)

    # ------------------------------------------------------------------ finding

    def _typed(self, text: str) -> None:
        if self.page == "find":
            self._search(text)
        elif self.page == "prove":
            self._draw_points()

    @work(thread=True, exclusive=True, group="people", exit_on_error=False)
    def _search(self, text: str) -> None:
        app = here(self)
        call = app.call
        people = app.desk.people
        try:
            if not people.ready:
                return
            found = people.find(text, besides=call.id if call else "", limit=30, restricted=self.glass)
        except TriageError as error:
            app.call_from_thread(app.say, str(error))
            return
        app.call_from_thread(self._found, text, found)

    @work(thread=True, group="record", exit_on_error=False)
    def _read_record(self) -> None:
        """Take in what was written since it was last read; what is known already can be searched meanwhile."""
        app = here(self)
        try:
            app.desk.people.load()
        except TriageError as error:
            app.call_from_thread(app.say, str(error))
            return
        app.call_from_thread(lambda: self._search(self._field.text) if self.page == "find" else None)

    def _found(self, text: str, found: tuple[Likely, ...]) -> None:
        if self.page != "find" or text != self._field.text:
            return
        self.hits = found
        self._lines.empty = "Nobody fits. That is an answer too: new to us." if text.strip() else "Type what you hear."
        self._lines.put([_hit(one) for one in found], 0)

    def action_glass(self) -> None:
        """Restricted records too, for a quarter of an hour: with a reason, which is kept (PRIVACY P10)."""
        if self.page != "find" or self.glass:
            return
        if here(self).desk.people.sees_restricted:
            here(self).say("restricted records are among these already, by your role")
            return
        words = "Restricted records are open to you for a quarter of an hour. Why? The reason is kept."
        self.app.push_screen(NoteDialog("Break the glass", words), self._break)

    def _break(self, reason: str | None) -> None:
        app = here(self)
        if not reason:
            return
        try:
            app.desk.people.break_glass(reason)
        except TriageError as error:
            app.say(str(error))
            return
        self.glass = True
        app.say("restricted records too: the reason is kept, and so is every record you open")
        self._read_record()

    def _note_search(self) -> None:
        """A search that was looked at is kept, once (PRIVACY A2)."""
        app, words = here(self), self._field.text.strip()
        if self.page != "find" or not words or words == self._noted:
            return
        self._noted = words
        if app.call is not None:
            app.do(lambda call: app.desk.people.looked(call, words, len(self.hits), self.hits))
        else:
            app.desk.people.looked(None, words, len(self.hits), self.hits)

    # ------------------------------------------------------------------ checking

    @on(Lines.Chosen)
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        if self.page == "find":
            self._pick(self.hits[event.index].person)
        elif self.page in ("prove", "why"):
            self._open()
        else:
            self._read_call(event.index)

    def _pick(self, person: Person) -> None:
        self._note_search()
        self.person = person
        app = here(self)
        if app.call is None or (person.restricted and self.glass):
            self.page = "why"
            self._put("Why is it opened?", WHY, "enter open · F10 leave")
            self._field.placeholder = "such as: the GP wrote back about the visit"
            self._lines.put([Content.styled("enter opens it", "$quiet")], 0)
            self._field.put("")
            return
        self.page = "prove"
        self._put("Is it them?", ASK, "enter open · F10 leave")
        self._field.placeholder = "what the caller says: 3 March 1944 …"
        self._field.put("")
        self._draw_points()

    def _draw_points(self) -> None:
        app = here(self)
        if self.person is None:
            return
        points = app.desk.people.points(app.call, self.person, self._field.text)
        rows = [
            Content.assemble((f"{MARKS[agreed][0]} ", MARKS[agreed][2]), f"{point:<16}", (MARKS[agreed][1], "$quiet"))
            for point, agreed in points.items()
        ]
        ready = enough(points)
        rows.append(Content.styled("two agree: enter opens it" if ready else "two must agree", "bold $accent"))
        self._lines.put(rows, len(rows) - 1)

    def _open(self) -> None:
        app, person = here(self), self.person
        if person is None:
            return
        said = self._field.text
        try:
            if app.call is None:
                app.desk.people.open(None, person, words=self._noted, reason=said)
            elif not app.do(self._opened(person, said)):
                self.notify(app.wrong, timeout=4)
                return
        except TriageError as error:
            self.notify(str(error), timeout=4)
            return
        self._read(person)

    def _opened(self, person: Person, said: str) -> Callable[[Call], Call]:
        people, why = here(self).desk.people, said if self.page == "why" else ""
        return lambda call: people.open(call, person, words=self._noted, said="" if why else said, reason=why)

    # ------------------------------------------------------------------ reading

    def _read(self, person: Person) -> None:
        app = here(self)
        call, people = app.call, app.desk.people
        self.page = "read"
        hidden = people.may_see(call)
        second = call is not None and call.answers.get("tp_consent") == SECOND_HAND
        bar = f"DO NOT DISCLOSE: {hidden.rstrip('.')}. Nothing that was there before is shown." if hidden else ""
        self.past = () if hidden else people.history(person, besides=call.id if call else "")
        self._put("Before", self._told(person, hidden), "enter read one · F10 leave", bar or UNHEARD * second)
        self._field.display = False
        self._lines.empty = "" if hidden else "No earlier call."
        self._lines.put([self._past_line(at) for at in range(len(self.past))], 0)
        keys: Sequence[tuple[str, str]] = (
            (("1", "this is them: known to us"), ("2", "the same request is open already")) if call else ()
        )
        self._keys.display = bool(keys)
        self._keys.update(Content("\n").join(Content.assemble((k, "bold $accent"), f"  {v}") for k, v in keys))
        self.set_focus(self._lines)

    def _told(self, person: Person, hidden: str) -> str:
        app = here(self)
        if hidden or app.call is None:
            return "" if hidden else f"{len(self.past)} calls"
        recent = app.desk.people.recent(person, app.call)
        still = sum(not past.closed or bool(past.tasks) for past in self.past)
        parts = [
            f"{len(self.past)} earlier calls",
            f"{len(recent)} in the last 28 days",
            f"{still} with something open",
        ]
        return " · ".join(parts) + (" · this one goes to the supervisor" if len(recent) >= 2 else "")

    def _past_line(self, at: int) -> Content:
        past = self.past[at]
        outcomes = here(self).desk.tools.outcomes
        name = outcomes[past.outcome].name if past.outcome in outcomes else past.outcome or "still open"
        owed = f"  owed: {'; '.join(past.tasks)}" if past.tasks else ""
        style = "" if past.closed else "bold $warning"
        day = local(past.opened)
        return Content.assemble(
            f"{day.day:>2} {day:%b %Y}  ", (f"{past.ref}  ", "$quiet"), (name, style), (owed, "$warning")
        )

    def _read_call(self, at: int) -> None:
        app = here(self)
        if not self.past:
            return
        try:
            page = page_read(app.desk, app.desk.store.call(self.past[at].call))
        except TriageError as error:
            self.notify(str(error), timeout=4)
            return
        app.push_screen(Reading(page.title, page_lines(page, min(84, self.app.size.width - 10))))

    # ------------------------------------------------------------------ keys

    async def on_key(self, event: events.Key) -> None:
        """1 and 2 say what was found."""
        if self.page == "read" and event.character in ("1", "2") and here(self).call is not None:
            event.stop()
            self._settle("existing" if event.character == "1" else "duplicate open contact")

    def _settle(self, existing: str) -> None:
        """Fill in “known to us”: the handler still answers the step."""
        app, person = here(self), self.person
        if person is None or app.call is None or not app.do(lambda call: app.desk.people.same(call, person)):
            self.notify(app.wrong, timeout=4)
            return
        found = {"existing": existing}
        if existing != "existing":
            still = next((p for p in self.past if not p.closed or p.tasks), self.past[0] if self.past else None)
            found["x5_link"] = still.ref if still else ""
            found["x5_count"] = str(len(app.desk.people.recent(person, app.call)) + 1)
        for key, value in found.items():
            if value and key not in app.call.answers:
                app.drafts.soon(key, value)
        app.drafts.flush()
        app.say(f"linked · {'the same request is open' if existing != 'existing' else 'known to us'}: filled in at D8")
        self.dismiss(None)

    def action_leave(self) -> None:
        """Back to the step."""
        self._note_search()
        self.dismiss(None)

    async def action_danger(self) -> None:
        """An interrupt goes before any question."""
        self.action_leave()
        self.app.call_later(self.app.simulate_key, "f12")


def _hit(one: Likely) -> Content:
    """``Bill Hargreaves   1943  CV6   very likely   sounds alike``: no more than that (PRIVACY P9)."""
    person = one.person
    sure = next(words for least, words in SURE if one.score >= least)
    return Content.assemble(
        Content(person.name or "no name kept").truncate(28, ellipsis=True, pad=True),
        f"  {person.born.year if person.born else '    '}  {person.outward:<5}",
        (f"{sure:<12}", "$accent" if sure == SURE[0][1] else ""),
        (" · ".join(("restricted", *one.why) if person.restricted else one.why), "$quiet"),
    )

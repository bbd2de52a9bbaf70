"""Ideas for you, done with the caller: the public questions one by one, then the places they lead to.

Nothing that is answered here is kept. A place can be kept on the call's shortlist, or all of them printed without a
name. Danger and fear go before any list: they lead to the standing rules.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from triage.desk import ideas, safety
from triage.desk.printing import NoPrinter, print_file
from triage.errors import TriageError
from triage.handover.words import cost, times
from triage.model import Match, Value
from triage.script.form import Field, Step
from triage.script.values import read_answer
from triage.script.walk import walk
from triage.ui.dialogs import DIALOG_CSS, LEAVE
from triage.ui.here import here
from triage.ui.widgets.inputs import TextField
from triage.ui.widgets.lines import Lines

KEYS = "123456789abcdefgh"
"""The key of each answer, in order."""
KEY = "self_assessment"
"""The answer of the call's own script that says it was done."""


class IdeasDialog(ModalScreen[str | None]):
    """The questions, then the ideas. Gives back the key of a standing rule to raise, if any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVE,
        Binding("ctrl+r", "back", "back", show=False),
        Binding("space", "tick", "tick", show=False),
        Binding("plus", "keep", "keep", show=False),
    ]
    DEFAULT_CSS = (
        DIALOG_CSS % "IdeasDialog"
        + """
    IdeasDialog Lines { max-height: 17; }
    IdeasDialog TextField { margin-bottom: 1; }
    IdeasDialog #keys { color: $quiet; margin: 1 0 0 0; }
    """
    )

    def __init__(self) -> None:
        super().__init__()
        self.script = ideas.questions()
        self.answers: dict[str, Value] = {}
        self.found: ideas.Ideas | None = None
        self.step: Step | None = self.script.steps[self.script.start]
        """The question in hand; ``None`` when all were asked."""
        self._past: list[str] = []
        """The steps that were answered, and how far in the one in hand."""
        self._at = 0
        self._chosen: set[str] = set()
        self._rows: list[Match | None] = []
        self._words, self._keys = Static(id="words", markup=False), Static(id="keys", markup=False)
        self._lines = Lines(empty="")
        self._field = TextField(enter=self._typed)

    # ------------------------------------------------------------------ drawing

    def compose(self) -> ComposeResult:
        """What is asked, its answers, the keys."""
        with Vertical() as box:
            box.border_title = self.script.title
            yield from (self._words, self._lines, self._field, self._keys)

    def on_mount(self) -> None:
        """Ask the first question."""
        self._draw()

    def _draw(self) -> None:
        step = self.step
        if step is None or not step.fields:
            self._find()
            return
        field = step.fields[self._at]
        said = [" ".join(step.say.split()), step.ask] if self._at == 0 else []
        self._words.update("\n\n".join(filter(None, [*said, field.label if not field.options else ""])))
        self._lines.display, self._field.display = bool(field.options), not field.options
        more = "numbers tick · enter goes on" if field.type == "many" else "a number answers · enter leaves it out"
        self._keys.update(f"{more if field.options else 'enter goes on'} · ctrl+r back · nothing is kept · F10 leave")
        if field.options:
            self._lines.put([self._option(field, at) for at in range(len(field.options))], 0)
            self.set_focus(self._lines)
        else:
            self._field.put("")
            self.set_focus(self._field)

    def _option(self, field: Field, at: int) -> Content:
        option = field.options[at]
        tick = ("[x] " if option.value in self._chosen else "[ ] ") if field.type == "many" else ""
        return Content.assemble((f"{KEYS[at]}  ", "bold $accent"), tick, option.text)

    # ------------------------------------------------------------------ answering

    async def on_key(self, event: events.Key) -> None:
        """A number answers or ticks; on the list, p prints."""
        if event.character is None or isinstance(self.focused, TextField):
            return
        if self.found is not None:
            if event.character == "p":
                event.stop()
                self._print()
            return
        step = self.step
        field = step.fields[self._at] if step and step.fields else None
        at = KEYS.find(event.character)
        if field and 0 <= at < len(field.options):
            event.stop()
            self._pick(field, at)

    def _pick(self, field: Field, at: int) -> None:
        value = field.options[at].value
        if field.type == "many":
            self._chosen ^= {value}
            self._lines.put([self._option(field, n) for n in range(len(field.options))], at)
        else:
            self._answered(field, value)

    def action_tick(self) -> None:
        """Tick the answer under the cursor."""
        step = self.step
        if self.found is None and step and step.fields and step.fields[self._at].options:
            self._pick(step.fields[self._at], self._lines.cursor)

    @on(Lines.Chosen)
    def _enter(self, event: Lines.Chosen) -> None:
        event.stop()
        step = self.step
        if self.found is not None:
            self.action_keep()
        elif step and step.fields:
            field = step.fields[self._at]
            self._answered(field, tuple(o.value for o in field.options if o.value in self._chosen) or None)

    def _typed(self) -> None:
        step = self.step
        if step is None or not step.fields:
            return
        field = step.fields[self._at]
        try:
            read = read_answer(self.script, field.key, self._field.text.strip(), today=here(self).desk.today)
        except TriageError as error:
            self.notify(str(error), timeout=4)
            return
        self._answered(field, read)

    def _answered(self, field: Field, value: Value | None) -> None:
        self.answers.pop(field.key, None)
        if value is not None:
            self.answers[field.key] = value
        self._chosen = set()
        step, today = self.step, here(self).desk.today
        flags = walk(self.script, self.answers, today=today).flags
        if ideas.DANGER in flags or ideas.AFRAID in flags:
            self._stop(danger=ideas.DANGER in flags)
        if step and self._at + 1 < len(step.fields):
            self._at += 1
        elif step:
            self._past.append(step.id)
            self._at = 0
            there = walk(self.script, self.answers, passed=self._past, today=today).step
            self.step = self.script.steps[there] if there else None
        self._draw()

    def _stop(self, *, danger: bool) -> None:
        """Danger and fear are dealt with on the call; without one the words stand on the screen."""
        if here(self).call is not None:
            self.dismiss("f12" if danger else "f9")

    def action_back(self) -> None:
        """To the question before."""
        self.found = None
        if self._at:
            self._at -= 1
        elif self._past:
            self.step = self.script.steps[self._past.pop()]
        self._chosen = set()
        self._draw()

    # ------------------------------------------------------------------ the ideas

    def _find(self) -> None:
        app = here(self)
        if not app.directory_ready:
            self._words.update("The directory is still being read. One moment.")
            self._lines.display = self._field.display = False
            self.set_timer(0.3, self._draw)
            return
        self.found = found = ideas.ideas(self.script, self.answers, app.desk.tools.index, app.desk.today)
        phone = app.desk.tools.organisation.phone
        if found.danger:
            words = "Ring 999 now. If you can’t speak, press 55 when you are asked."
        elif found.afraid:
            words = f"You have a right to be safe. Ring us when it is safe to talk: {phone}."
        else:
            words = "Here are your ideas. Ring before you go, as things change." if found.ideas else ""
        nothing = [f"Nothing that fits for: {each}." for each in found.none]
        if not found.ideas and not found.danger and not found.afraid:
            nothing.append(f"We found nothing to offer. Ring us: {phone}.")
        self._words.update("\n".join(filter(None, [words, *nothing])))
        self._lines.display, self._field.display = bool(found.ideas), False
        keep = "enter keeps it on the shortlist · " if app.call is not None else ""
        self._keys.update(f"{keep}p prints the list, without a name · ctrl+r back · F10 leave")
        self._list(0)
        self.set_focus(self._lines if found.ideas else None)
        if app.call is not None and KEY in app.desk.script.asked_at and KEY not in app.call.answers:
            app.drafts.soon(KEY, "completed")
            app.drafts.flush()

    def _list(self, cursor: int | None = None) -> None:
        app, found = here(self), self.found
        kept = app.call.shortlist if app.call else ()
        rows: list[Content] = []
        self._rows = []
        for idea in found.ideas if found else ():
            rows.append(Content.styled(f"{idea.words[:1].upper()}{idea.words[1:]}", "bold $accent"))
            self._rows.append(None)
            for match in idea.matches:
                listing = match.listing
                more = " · ".join(filter(None, (times(listing.schedules), cost(listing), listing.phone)))
                mark = "+ " if listing.id in kept else "  "
                rows.append(Content.assemble((mark, "bold $success"), listing.name, (f"  {more}", "$quiet")))
                self._rows.append(match)
        self._lines.put(rows, (1 if rows else 0) if cursor == 0 else self._lines.cursor)

    def action_keep(self) -> None:
        """Keep the place under the cursor on the call's shortlist, or take it off."""
        app = here(self)
        match = self._rows[self._lines.cursor] if self.found and self._rows else None
        if match is None:
            return
        if app.call is None:
            app.say("No call is open, so nothing is kept. p prints the list.")
            return
        held = match.listing.id in app.call.shortlist
        if app.do(app.desk.drop if held else app.desk.keep, match.listing.id):
            self._list()

    def _print(self) -> None:
        app, desk = here(self), here(self).desk
        why = safety.to_send(app.walk.flags) if app.walk and app.call is not None else ""
        if why or self.found is None or not self.found.ideas:
            self.notify(why or "There is nothing to print.", timeout=5)
            return
        try:
            folder = desk.tools.data_dir / "leaflets"
            paths = ideas.write(self.found, folder, desk.tools.organisation, desk.today)
            self.notify(f"The list was {print_file(paths['pdf'])}.", timeout=5)
        except NoPrinter as error:
            self.notify(str(error), timeout=8)
        except (TriageError, OSError) as error:
            self.notify(str(error), timeout=8)

    async def action_danger(self) -> None:
        """An interrupt goes before any question."""
        self.dismiss("f12")

    def action_leave(self) -> None:
        """Close it: nothing was kept but what went on the shortlist."""
        self.dismiss(None)

"""Between calls: ready, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from triage.desk import Desk
from triage.errors import StoreError, TriageError
from triage.model import Call
from triage.script.form import Script
from triage.staff import may
from triage.ui import words
from triage.ui.here import LOOK, here
from triage.ui.widgets.lines import Lines


class Home(Lines):
    """One calm list: answer the next call, or take an open one back."""

    DEFAULT_CSS = """
    Home { width: 72; max-width: 96%; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__(id="home-lines")
        self.calls: tuple[Call, ...] = ()
        self.saved: Call | None = None
        """The call saved last."""

    def show(
        self, script: Script, calls: Sequence[tuple[Call, str | None]], now: datetime, *, answers: bool = True
    ) -> None:
        """Offer these open calls, each with the step it stands at; the cursor stays on the call it was on.

        The first line is the telephone, or for somebody who doesn't answer it the directory.
        """
        chosen = self.calls[self.cursor - 1].id if 0 < self.cursor <= len(self.calls) else ""
        self.calls = tuple(c for c, _ in calls)
        rows = [
            Content.assemble(("Answer the phone", "bold"), ("   Enter or F2", "$quiet"))
            if answers
            else Content.assemble(("Search the directory", "bold"), ("   Enter or F3", "$quiet")),
            *(_row(script, call, at) for call, at in calls),
        ]
        self.put(rows, next((at for at, call in enumerate(self.calls, 1) if call.id == chosen), 0))


def _row(script: Script, call: Call, at: str | None) -> Content:
    typed = next((t for k, t in reversed(list(call.drafts.items())) if t.strip() and k != "notes"), "")
    half = f" · half-typed: “{' / '.join(typed.splitlines())}”" if typed else ""
    place = f"at {at} {script.steps[at].title}" if at and not typed else f"at {at}" if at else "everything asked"
    opened = words.clock(words.opened_at(call), seconds=False)
    return Content.assemble(
        ("Take back ", "$accent"), (f"call {call.ref}", "bold"), (f"  {opened} · {place}", "$quiet"), (half, "$warning")
    )


class HomePane(Vertical):
    """Home with its greeting. It looks for other desks' news, and asks to be filled again when there is some."""

    class News(Message):
        """What home shows is no longer so."""

    DEFAULT_CSS = """
    HomePane {
        align: center middle; width: 1fr; height: 1fr;
        Static { width: 72; max-width: 96%; height: auto; }
        #greeting { margin-bottom: 2; }
        #saved { margin-bottom: 2; border-left: outer $accent; padding: 0 2; }
        #counts { margin-top: 2; color: $quiet; }
        #todo { margin-top: 1; display: none; }
        #away { margin-top: 1; color: $warning; text-style: bold; display: none; }
    }
    """

    def __init__(self, home: Home) -> None:
        super().__init__()
        self._home = home
        self._greeting, self._counts = Static(id="greeting", markup=False), Static(id="counts", markup=False)
        self._saved, self._away = Static(id="saved", markup=False), Static(id="away", markup=False)
        self._todo = Static(id="todo", markup=False)
        self._trouble = ""

    def compose(self) -> ComposeResult:
        """Greeting, list, counts."""
        yield from (self._greeting, self._saved, self._home, self._counts, self._todo, self._away)

    def on_mount(self) -> None:
        """Look often: a stat of a file, or whether a word came."""
        self.set_interval(LOOK, self._look)
        self.watch(here(self), "directory_ready", self.count, init=False)

    def _look(self) -> None:
        app = here(self.screen)
        if app.call is not None or not self.screen.is_current:
            return
        store = app.desk.store
        try:
            news = store.refresh()
        except StoreError as error:
            app.say(str(error))
            return
        if news or store.trouble != self._trouble:
            self.post_message(self.News())

    def count(self) -> None:
        """Count the call-backs and what is to be done in the diary, once nothing else is being loaded."""
        app = here(self)
        if app.directory_ready and app.call is None and may(app.desk.staff, "hand out call-backs"):
            self._count()

    @work(thread=True, exclusive=True, group="callbacks", exit_on_error=False)
    def _count(self) -> None:
        app = here(self)
        desk = app.desk
        try:
            rings, now = desk.callbacks(), desk.clock()
            diary = sum(w.offer(now) is not None for w in desk.waiting()) + len(desk.stranded())
        except TriageError:
            return
        late = sum(one.late(now) for one in rings)
        app.call_from_thread(self._counted, late, len(rings), diary)

    def _counted(self, late: int, rings: int, diary: int) -> None:
        lines = []
        if rings:
            style = "bold $warning" if late else ""
            lines.append(Content.assemble((f"Ring back: {rings}, {late} late", style), ("   r", "$quiet")))
        if diary:
            lines.append(Content.assemble(f"Diary: {diary} to see to", ("   F7, F6", "$quiet")))
        self._todo.display = bool(lines)
        self._todo.update(Content("\n").join(lines))

    def greet(self, desk: Desk) -> None:
        """The organisation, the handler, the day, and the handler's calls of today."""
        takes = may(desk.staff, "take calls")
        try:
            today = desk.calls_today() if takes else ()
        except StoreError:
            today = ()
        self.count()
        self._trouble = desk.store.trouble
        self._away.display = bool(self._trouble)
        self._away.update(f"✗ {self._trouble}" if self._trouble else "")
        self._saved.display = self._home.saved is not None
        if self._home.saved is not None:
            self._saved.update(_summary(desk, self._home.saved))
        closed = sum(c.closed is not None for c in today)
        self._greeting.update(
            Content.assemble(
                (desk.tools.organisation.name, "bold $accent"),
                (f"\n{desk.staff.name} · {desk.today:%A} {desk.today.day} {desk.today:%B %Y}", "$quiet"),
            )
        )
        many = f"{len(today)} calls" if len(today) > 1 else "one call"
        counts = f"Today: {many} answered, {closed} saved." if today else "No calls yet today."
        roles = f"Here as {', '.join(desk.staff.roles) or 'nobody with a role yet: ask the administrator'}."
        said = desk.door.said if desk.door else ""
        self._counts.update("\n".join(filter(None, (counts if takes else roles, said))))


def _summary(desk: Desk, call: Call) -> Content:
    """What was saved, in two lines."""
    end = call.closed.data if call.closed else {}
    code = str(end.get("outcome", ""))
    line = desk.tools.outcomes.get(code)
    also = f"   also {', '.join(end['also'])}" if end.get("also") else ""
    at = words.clock(call.closed.at) if call.closed else ""
    return Content.assemble(
        ("✓ ", "bold $accent"), (f"call {call.ref} saved {at}", "bold"), f"\n{code}  {line.name if line else ''}{also}"
    )

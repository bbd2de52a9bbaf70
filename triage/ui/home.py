"""Between calls: ready, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from triage.desk import Desk
from triage.errors import StoreError
from triage.model import Call
from triage.script.form import Script
from triage.ui import words
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

    def show(self, script: Script, calls: Sequence[tuple[Call, str | None]], now: datetime) -> None:
        """Offer these open calls, each with the step it stands at."""
        self.calls = tuple(c for c, _ in calls)
        rows = [
            Content.assemble(("Answer the phone", "bold"), ("   Enter or F2", "$quiet")),
            *(_row(script, call, at) for call, at in calls),
        ]
        self.put(rows, 0)


def _row(script: Script, call: Call, at: str | None) -> Content:
    typed = next((t for k, t in reversed(list(call.drafts.items())) if t.strip() and k != "notes"), "")
    half = f" · half-typed: “{' / '.join(typed.splitlines())}”" if typed else ""
    place = f"at {at} {script.steps[at].title}" if at and not typed else f"at {at}" if at else "everything asked"
    opened = words.clock(words.opened_at(call), seconds=False)
    return Content.assemble(
        ("Take back ", "$accent"), (f"call {call.ref}", "bold"), (f"  {opened} · {place}", "$quiet"), (half, "$warning")
    )


class HomePane(Vertical):
    """Home with its greeting."""

    DEFAULT_CSS = """
    HomePane {
        align: center middle; width: 1fr; height: 1fr;
        Static { width: 72; max-width: 96%; height: auto; }
        #greeting { margin-bottom: 2; }
        #saved { margin-bottom: 2; border-left: outer $accent; padding: 0 2; }
        #counts { margin-top: 2; color: $quiet; }
    }
    """

    def __init__(self, home: Home) -> None:
        super().__init__()
        self._home = home
        self._greeting, self._counts = Static(id="greeting", markup=False), Static(id="counts", markup=False)
        self._saved = Static(id="saved", markup=False)

    def compose(self) -> ComposeResult:
        """Greeting, list, counts."""
        yield from (self._greeting, self._saved, self._home, self._counts)

    def greet(self, desk: Desk) -> None:
        """The organisation, the handler, the day, and the handler's calls of today."""
        try:
            today = desk.calls_today()
        except StoreError:
            today = ()
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
        self._counts.update(f"Today: {many} answered, {closed} saved." if today else "No calls yet today.")


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

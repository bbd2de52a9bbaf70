"""The top rows of every screen: whose call it is, what must not be forgotten, and what is on the disk."""

from __future__ import annotations

import textwrap

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from triage.script import telling
from triage.script.walk import Prompt
from triage.ui import words
from triage.ui.here import here
from triage.ui.marks import more

LOOK = {"danger": "F12", "safeguarding": "F9", "carer": "ctrl+o c", "unsafe": "ctrl+o u", "capacity": "ctrl+o w"}
"""The keys that look into a prompt of a kind."""
MOST_CHECKS = 3


class CallBar(Widget):
    """Two rows for the call, and one for every prompt that nobody has checked."""

    DEFAULT_CSS = """
    CallBar { dock: top; height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows = 1

    def on_mount(self) -> None:
        """Follow the call; tick once a second."""
        app = here(self)
        self.watch(app, "call", self._changed, init=False)
        self.watch(app, "trouble", self._changed, init=False)
        self.watch(app, "directory_ready", self._changed, init=False)
        self.set_interval(1, self._tick)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row between calls, two or more in a call, and the checks."""
        return len(self._lines(width))

    def render(self) -> RenderResult:
        """The rows."""
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        app = here(self)
        lines = [_ends(self._left(), self._right(), width)]
        if app.call is None or app.walk is None:
            return lines
        script = app.desk.script
        who = telling.person(script, app.walk, app.desk.today)
        ringing = telling.caller(script, app.walk)
        left = Content.assemble(
            (who, "bold") if who else ("not named yet", "$quiet"),
            (f"  ·  ringing: {ringing}", "$quiet") if ringing else "",
        )
        marks = [*more(app), *telling.flags(script, app.walk), *telling.needs(script, app.walk)]
        together = "  ·  ".join(marks)
        if left.cell_length + len(together) + 2 <= width:
            lines.append(_ends(left, Content.styled(together, "bold $warning"), width))
        else:
            lines.append(left.truncate(width, ellipsis=True))
            lines += [Content.styled(row, "bold $warning") for row in textwrap.wrap(together, max(20, width))]
        lines += [self._check(p, width) for p in app.unchecked[:MOST_CHECKS]]
        if len(app.unchecked) > MOST_CHECKS:
            lines.append(Content.styled(f"▌ and {len(app.unchecked) - MOST_CHECKS} more to check", "$warning"))
        return lines

    def _left(self) -> Content:
        app = here(self)
        shown = ""
        if app.demonstration:
            shown = "DEMONSTRATION DIRECTORY" if self.size.width >= 90 else "DEMONSTRATION"
        mode = "" if app.desk.mode == "live" else app.desk.mode.upper()
        return Content.assemble(
            ("triage", "bold $accent"), ("   " + shown, "$quiet") if shown else "", ("   " + mode, "bold $warning")
        )

    def _right(self) -> Content:
        app = here(self)
        if app.trouble:
            return Content.styled(f"✗ NOT SAVED: {app.trouble}", "bold reverse $warning")
        call = app.call
        if call is None:
            return Content.styled(words.clock(app.desk.clock(), seconds=False), "$quiet")
        at = words.saved_at(call)
        end = call.closed.at if call.closed else app.desk.clock()
        return Content.assemble(
            (f"call {call.ref}", "$quiet"),
            (f"   {words.lasted(words.opened_at(call), end)}", ""),
            (f"   saved {words.clock(at)}" if at else "", "$quiet"),
        )

    def _check(self, prompt: Prompt, width: int) -> Content:
        left = Content.assemble(
            ("▌ CHECK  ", "bold $warning"), (f"“{prompt.words}”", "bold"), (f"  {prompt.kind}?", "$warning")
        )
        keys = Content.assemble(
            (LOOK.get(prompt.kind, "F9"), "$accent"), (" look   ", "$quiet"), ("F4", "$accent"), (" checked", "$quiet")
        )
        return _ends(left, keys, width)

    def _changed(self) -> None:
        rows = len(self._lines(self.content_size.width))
        self.refresh(layout=rows != self._rows)
        self._rows = rows

    def _tick(self) -> None:
        if self.screen.is_current:
            self.refresh()


def _ends(left: Content, right: Content, width: int) -> Content:
    """Both on one row, ``right`` at the right edge and never cut before ``left``."""
    room = width - right.cell_length - 2
    if room < left.cell_length:
        left = left.truncate(max(10, room), ellipsis=True)
    return Content.assemble(left, " " * max(2, width - left.cell_length - right.cell_length), right).truncate(width)

"""So far: the steps answered, one line each, the current one marked."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content

from triage.script import telling
from triage.script.form import Script
from triage.script.walk import Walk
from triage.ui.widgets.lines import Lines

LABEL = 18
"""Cells of a step's title at least; a third of the pane where that is more."""


class Trail(Lines):
    """The path as lines; Enter on one is to change it."""

    BINDINGS = [Binding("enter", "choose", "change this answer", show=True)]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(empty="What was answered stands here.", id="trail")
        self.border_title = "So far"
        self.steps: tuple[str, ...] = ()

    def show(self, script: Script, walk: Walk, current: str | None) -> None:
        """Draw the path."""
        follow = self.steps != walk.path
        self.steps = walk.path
        rows = [self._row(script, walk, s, s == current) for s in walk.path]
        at = self.steps.index(current) if current in self.steps else len(rows) - 1
        self.put(rows, at if follow or not self.has_focus else None)
        self.border_subtitle = "F6 · enter changes"

    def _row(self, script: Script, walk: Walk, step_id: str, current: bool) -> Content:
        step = script.steps[step_id]
        mark = "▸" if current else " "
        room = max(LABEL, self.size.width // 3)
        title = step.title.ljust(room) if len(step.title) <= room else step.title[: room - 1] + "…"
        answer = "" if current and not _answered(step_id, script, walk) else telling.key_words(script, walk, step_id)
        return Content.assemble(
            (f"{mark}{step_id:<4}", "bold $accent" if current else "$quiet"),
            (title, "bold" if current else "$quiet"),
            f" {answer}",
        )


def _answered(step_id: str, script: Script, walk: Walk) -> bool:
    return any(f.key in walk.used and f.type != "auto" for f in script.steps[step_id].fields)

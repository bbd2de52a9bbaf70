"""The app: modes, global keys, the theme, and the one call that every screen shows.

Data flows down: ``call`` is set here and nowhere else, by :meth:`TriageApp.do`, with what the desk gave back.
Screens watch it. What a person means comes up as a message or an action and goes to the desk through ``do``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Concatenate, ParamSpec

from textual.app import App
from textual.reactive import var

from triage.desk import Desk
from triage.errors import TriageError
from triage.model import Call

P = ParamSpec("P")


class TriageApp(App[None]):
    """The full-screen desk."""

    TITLE = "triage"
    MODES: ClassVar[dict[str, Any]] = {}

    call: var[Call | None] = var(None)
    """The call on the line, as last saved; ``None`` between calls."""

    def __init__(self, desk: Desk, start: str = "call") -> None:
        super().__init__()
        self.desk = desk
        self.start = start

    def do(self, what: Callable[Concatenate[Call, P], Call], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do one thing to the call on the line: ``app.do(app.desk.answer, "G2", {"danger_now": "no"})``.

        Whether it was done. What went wrong is said in words and the call stays as it was.
        """
        if self.call is None:
            return False
        try:
            self.call = what(self.call, *args, **kwargs)
        except TriageError as error:
            self.say(str(error))
            return False
        return True

    def say(self, words: str) -> None:
        """Tell the handler something went wrong, in words."""
        self.notify(words, severity="warning", timeout=6)

"""The call on the line: set in one place, watched by every screen.

Data flows down: ``call`` is set here and nowhere else, by :meth:`OnTheLine.do`, with what the desk gave back.
Screens watch it. What a person means comes up as a message or an action and goes to the desk through ``do``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from textual.reactive import var

from triage.errors import StoreError, TriageError
from triage.ui.drafts import Drafts
from triage.ui.keys import OneKeyAtATime

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.model import Call
    from triage.script.walk import Prompt, Walk

P = ParamSpec("P")


class OnTheLine(OneKeyAtATime):
    """An app with a desk and at most one call."""

    call: var[Call | None] = var(None)
    """The call on the line, as last saved; ``None`` between calls."""
    status: var[str] = var("")
    """What was just done, in words; shown above the keys."""
    trouble: var[str] = var("")
    """Why the last thing could not be saved; empty while all is well."""

    desk: Desk
    walk: Walk | None = None
    """Where ``call`` stands; always of the call as it is."""
    wrong: str = ""
    """The words of the last thing that went wrong."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.drafts = Drafts(self)

    def do(self, what: Callable[Concatenate[Call, P], Call], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Do one thing to the call on the line: ``app.do(app.desk.answer, "G2", {"danger_now": "no"})``.

        Whether it was done. What went wrong is said in words and the call stays as it was.
        """
        if self.call is None:
            return False
        if what != self.desk.draft:
            self.drafts.flush()
        line = self.call
        return self.begin(lambda: what(line, *args, **kwargs))

    def begin(self, what: Callable[[], Call | None]) -> bool:
        """Put a call on the line, or none."""
        try:
            self.call = what()
        except TriageError as error:
            self.wrong = str(error)
            self.say(self.wrong)
            if isinstance(error, StoreError):
                self.trouble = self.wrong
            return False
        self.trouble = ""
        return True

    def watch_call(self, call: Call | None) -> None:
        """Read off where it stands before any screen draws it."""
        self.walk = self.desk.walk(call) if call is not None else None

    @property
    def unchecked(self) -> tuple[Prompt, ...]:
        """The prompts nobody has checked off."""
        if self.call is None or self.walk is None:
            return ()
        return tuple(p for p in self.walk.prompts if p.id not in self.call.checked)

    def say(self, words: str) -> None:
        """Tell the handler something, in the line above the keys."""
        self.status = words

"""The one place where text is typed: it keeps every line of a paste and never waits to be saved.

A text area rather than an input, because an input keeps only the first line of what is pasted and can't
undo. F-keys, ctrl+k and ctrl+d are left free for the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

LEFT_TO_THE_DESK = {"f6", "f7", "ctrl+k", "ctrl+d"}


def _bindings() -> list[BindingType]:
    kept: list[BindingType] = []
    for binding in Binding.make_bindings(TextArea.BINDINGS):
        if binding.key not in LEFT_TO_THE_DESK:
            kept.append(binding)
    return kept


class TextField(TextArea, inherit_bindings=False):
    """A field to type in. ``enter`` is called on Enter; without it Enter makes a new line (ctrl+j always does).

    ``typed`` gets the text after every change a person made; :meth:`put` changes it silently.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*_bindings(), Binding("ctrl+j", "new_line", "New line", show=False)]

    DEFAULT_CSS = """
    TextField {
        height: auto; max-height: 8; border: none; padding: 0 1; background: $lift;
        border-left: outer $edge;
        &:focus { border: none; border-left: outer $accent; background: $lift; }
        &.-notes { background: $background; border: none; height: 1fr; max-height: 100%; padding: 0; }
        &.-notes:focus { background: $background; border: none; }
        .text-area--cursor-line { background: transparent; }
        .text-area--placeholder { color: $quiet; }
        &:ansi { background: ansi_default; }
    }
    """

    def __init__(
        self,
        *,
        enter: Callable[[], None] | None = None,
        typed: Callable[[str], None] | None = None,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002 - as every widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(
            id=id, classes=classes, compact=True, highlight_cursor_line=False, placeholder=placeholder, theme="css"
        )
        self.cursor_blink = False
        self._enter, self._typed = enter, typed
        self._silent = ""

    def put(self, text: str) -> None:
        """Show ``text`` as if it had always stood there, the cursor behind it."""
        self._silent = text
        if self.text != text:
            self.text = text
            self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self._enter is not None:
            event.stop()
            event.prevent_default()
            self._enter()
            return
        await super()._on_key(event)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Pass on what a person changed."""
        event.stop()
        if self.text == self._silent:
            return
        self._silent = self.text
        if self._typed is not None:
            self._typed(self.text)

    def action_new_line(self) -> None:
        """Make a new line where Enter goes on."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_paste(self) -> None:
        """Paste what was copied in the app; the terminal pastes what was copied elsewhere."""
        if self.app.clipboard:
            super().action_paste()
        else:
            self.notify("Paste with your terminal’s own key: ctrl+shift+v, or the right mouse button.", timeout=4)

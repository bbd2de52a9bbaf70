"""Search: the box keeps the focus, the keys move the list, the card answers the next question.

A search is noted in the record once somebody looked at what it found, not at every key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.editing import Editing
from triage.ui.here import here
from triage.ui.widgets.narrowing import KINDS, picks, spoken, toggled

WRONG = (
    Pick("closed", "closed", "c"),
    Pick("full", "full", "f"),
    Pick("out of date", "out of date", "o"),
    Pick("other", "something else", "e"),
)


class FilterDialog(PickDialog):
    """The filters, all of them in view in 24 lines."""

    DEFAULT_CSS = """
    FilterDialog {
        Vertical { padding: 0 2; max-height: 100%; }
        Static { margin-bottom: 0; }
        Lines { max-height: 20; }
    }
    """


class DirectoryScreen(Editing):
    """Find a listing, read its card, keep it on the shortlist."""

    HELP = "Type what the caller said. Up and down choose, + keeps a listing or takes it off again."
    AUTO_FOCUS = "SearchBox"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "keep", "keep", id="keep", priority=True, key_display="+", tooltip="Keep it, or take it off"),
        Binding("enter", "open", "card", id="open", priority=True, show=False, tooltip="The card, or what is offered"),
        Binding("f3,escape,ctrl+l", "leave", "back", id="back", key_display="F3", tooltip="Back to the step"),
        Binding("f4", "kind", "care, activity", id="kind", tooltip="Care, activities, or both"),
        Binding("f7", "across('diary')", "diary", show=False, tooltip="Free appointments"),
        Binding("f5", "narrow", "filters", id="narrow", tooltip="Free, with room, near, open on a day …"),
        Binding("f6", "card", "card", id="card", tooltip="The card in a narrow window"),
        Binding("ctrl+k", "shortlist", "shortlist", id="kept", priority=True, show=False, tooltip="What was kept"),
        Binding("ctrl+y", "wrong", "wrong listing", id="wrong", show=False, tooltip="Closed, full, out of date, other"),
        Binding(
            "ctrl+e", "everything", "hidden too", id="hidden", priority=True, show=False, tooltip="Hidden ones too"
        ),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("ctrl+up", "scroll_card(-1)", show=False, priority=True),
        Binding("ctrl+down", "scroll_card(1)", show=False, priority=True),
    ]

    def action_kind(self) -> None:
        """Care, activities, or both; but while a prompt waits to be checked, F4 is for that."""
        if here(self).unchecked:
            self.action_check()
            return
        kind = KINDS[(KINDS.index(self.filters.kind) + 1) % len(KINDS)]
        self.filters = replace(self.filters, kind=kind)
        self.search()

    def action_move(self, by: int) -> None:
        """Up and down in the results."""
        self.found.action_move(by)

    def action_page(self, by: int) -> None:
        """A page of results."""
        self.found.action_page(by)

    def action_scroll_card(self, by: int) -> None:
        """Read a long card on."""
        self.card.read_on(by * 3)

    def action_open(self) -> None:
        """The card; or, with nothing found, the nearest spelling; or the listings behind a danger line."""
        if not self.found.items and self.results.crisis:
            self._past_danger = self.box.value.strip()
            self.search()
        elif not self.found.items and self.results.meant:
            self.box.value = self.results.meant
            self.box.cursor_position = len(self.box.value)
        elif self.chosen:
            self.action_card()

    def action_card(self) -> None:
        """Look at the card; in a narrow window it takes the place of the list."""
        if self.chosen:
            self._looked()
            self.toggle_class("-card")
            self.call_after_refresh(self._show_card)

    def action_keep(self) -> None:
        """Keep the listing, or take it off; with nothing found, note that nobody offers it."""
        app, match = here(self), self.chosen
        if app.call is None:
            app.say("No call is open, so nothing can be kept. F2 answers the phone.")
        elif match:
            self._looked()
            kept = match.listing.id in app.call.shortlist
            if app.do(app.desk.drop if kept else app.desk.keep, match.listing.id):
                app.say(f"{'taken off' if kept else 'kept'}: {match.listing.name}")
            if self.listing_shortlist:
                self.search()
        elif self.box.value.strip() and app.directory_ready and not self.results.crisis:
            self._looked()
            if app.do(app.desk.unmet, self.box.value.strip(), "nothing found"):
                app.say(f"noted for the directory editor: nobody offers “{self.box.value.strip()}”")

    def action_narrow(self) -> None:
        """Pick a filter."""
        shown = picks(self.filters, self.results.facets, self.age)
        self.app.push_screen(FilterDialog("Filters", shown, words="A letter puts a filter on or off."), self._narrowed)

    def _narrowed(self, picked: str | None) -> None:
        if picked == "language" and not self.filters.language:
            walk = here(self).walk
            every = spoken(here(self).desk.tools.directory.listings, str(walk.used.get("language", "")) if walk else "")
            self.app.push_screen(PickDialog("Which language?", every, typed=True), self._speaks)
        elif picked:
            self.filters = toggled(self.filters, picked, self.age)
            self.search()

    def _speaks(self, language: str | None) -> None:
        if language:
            self.filters = replace(self.filters, language=language)
            self.search()

    def action_everything(self) -> None:
        """Show what is hidden too, or hide it again."""
        self.everything = not self.everything
        self.search()

    def action_shortlist(self) -> None:
        """The shortlist in the place of the results, or the results again."""
        self.listing_shortlist = not self.listing_shortlist
        self.search()

    def action_wrong(self) -> None:
        """Say that the listing is wrong."""
        app, match = here(self), self.chosen
        if app.call is None or match is None:
            app.say("Choose a listing in a call to say that it is wrong.")
            return
        listing = match.listing

        def noted(note: str | None, reason: str = "other") -> None:
            if note is not None and app.do(app.desk.report_listing, listing.id, reason, note):
                app.say(f"reported to the directory editor: {listing.name}, {note or reason}")

        def picked(reason: str | None) -> None:
            if reason == "other":
                app.push_screen(NoteDialog(listing.name, "What is wrong with this listing?"), noted)
            elif reason:
                noted("", reason)

        app.push_screen(PickDialog(f"What is wrong with {listing.name}?", WRONG), picked)

    def action_leave(self) -> None:
        """Back to the list, or to the step."""
        if self.has_class("-card") and self.app.size.width < 100:
            self.remove_class("-card")
            return
        self._go()

    def leaving(self) -> None:
        """What was looked at is noted."""
        self._looked()

    def _looked(self) -> None:
        """Note the search in the record, once."""
        app, words = here(self), self.box.value.strip()
        search = (words, self.filters.kind or "")
        looked_at = app.directory_ready and not self.listing_shortlist
        if words and looked_at:
            self.remember(words)
        if app.call is None or app.call.closed or not words or search == self._noted or not looked_at:
            return
        if app.do(app.desk.searched, *search, self.results.total):
            self._noted = search

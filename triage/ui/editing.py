"""What else can be done with what was found: compare two, search again as before, work off the editor's queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from triage.directory.queue import Edit, Item, queue
from triage.errors import TriageError
from triage.library import corrections, searches
from triage.model import Listing, Match
from triage.staff import may, refusal
from triage.ui.comparing import CompareScreen
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.searching import Searching

DAYS = 90
"""Days of calls that the queue on the screen is made of; the command line looks further back."""
FIELDS = (
    ("phone", "Phone"),
    ("status", "Status: current, temporarily closed, expired …"),
    ("room", "Room: yes, no, not known"),
    ("fees", "Cost, as a caller may hear it"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("eligibility", "Who it is for"),
    ("application_process", "How to get in"),
    ("email", "Email"),
    ("url", "Web address"),
    ("description", "What it is"),
    ("alert", "A warning over the card"),
    ("assured_date", "Checked on, as 2026-11-21"),
)


class Editing(Searching):
    """Compare, saved and recent searches, and the queue."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+g,ctrl+t", "compare", "compare", id="compare", priority=True, show=False, tooltip="Two side by side"
        ),
        Binding("ctrl+r", "again", "searches", id="again", priority=True, show=False, tooltip="Saved and recent ones"),
        Binding("ctrl+s", "save", "save search", id="save", priority=True, show=False, tooltip="Save this search"),
        Binding(
            "ctrl+b", "queue", "editor’s queue", id="queue", priority=True, show=False, tooltip="What to put right"
        ),
    ]
    _marked: Match | None = None
    _recent: tuple[str, ...] = ()

    def action_compare(self) -> None:
        """Mark a listing; at the second, both side by side."""
        app, match = here(self), self.chosen
        if match is None:
            app.say("Choose a listing to compare.")
        elif self._marked is None or self._marked.listing.id == match.listing.id:
            self._marked = match
            app.say(f"compare {match.listing.name} with: choose another, ctrl+g again")
        else:
            marked, self._marked = self._marked, None
            app.say("")
            app.push_screen(CompareScreen(marked, match, app.desk.today))

    def action_again(self) -> None:
        """Search as before."""
        kept = searches.saved(here(self).desk.tools.data_dir)
        picks = [Pick(words, words, more="saved") for words in kept]
        picks += [Pick(words, words, more="recent") for words in self._recent if words not in kept]

        def picked(words: str | None) -> None:
            if words:
                self.box.value = words
                self.box.cursor_position = len(words)

        self.app.push_screen(PickDialog("Search again", picks, typed=True), picked)

    def action_save(self) -> None:
        """Save the search in the box, or no longer."""
        app, words = here(self), self.box.value.strip()
        if not words:
            app.say("Type what to search for, then ctrl+s saves it.")
            return
        try:
            kept = searches.toggle(app.desk.tools.data_dir, words)
        except OSError as error:
            app.say(f"“{words}” could not be saved: {error.strerror}")
            return
        app.say(f"saved: {words}" if kept else f"no longer saved: {words}")

    def remember(self, words: str) -> None:
        """A search that somebody looked at: kept until the desk is closed, on the screen alone."""
        self._recent = (words, *(w for w in self._recent if w != words))[:20]

    # ------------------------------------------------------------------ the editor's queue

    def action_queue(self) -> None:
        """What was reported wrong, and what was searched for and not found."""
        app = here(self)
        if not app.directory_ready:
            return
        desk, today = app.desk, app.desk.today
        calls = desk.store.calls(today - timedelta(days=DAYS), today)
        events = (event for call in calls for event in call.live_events)
        try:
            done = corrections.edits(desk.tools.data_dir)
        except TriageError as error:
            app.say(str(error))
            return
        items = {f"{i.what} {i.about}": i for i in queue(events, done, desk.tools.directory.by_id)}
        picks = [Pick(key, i.name, more=_told(i)) for key, i in items.items()]
        words = "" if picks else "Nothing was reported, and every search found something."

        def picked(key: str | None) -> None:
            if key:
                self._work_off(items[key], done)

        app.push_screen(PickDialog(f"To put right: {len(picks)}", picks, words=words, typed=bool(picks)), picked)

    def _work_off(self, item: Item, done: tuple[Edit, ...]) -> None:
        app = here(self)
        if not may(app.desk.staff, "edit the directory"):
            app.say(f"{refusal(app.desk.staff, 'edit the directory')} ctrl+y reports a listing as wrong.")
            return
        listing = app.desk.tools.directory.by_id.get(item.about) if item.what == "listing" else None
        before = [e for e in done if e.about == item.about]
        history = [f"{e.at:%d %b %Y}  {e.by}: {e.field or 'settled'} {e.now or ''}  {e.why}".rstrip() for e in before]
        words = "\n".join([*item.notes, *history]) or _told(item)
        fields = [
            Pick(name, text, more=str(corrections.plain(listing, name) or "")) for name, text in FIELDS if listing
        ]
        picks = [*fields, Pick("", "Nothing to change: take it off the queue")]

        def picked(field: str | None) -> None:
            if field and listing:
                self._ask(listing, field)
            elif field == "":
                self._settle(item)

        app.push_screen(PickDialog(item.name, picks, words=words, typed=True), picked)

    def _ask(self, listing: Listing, field: str) -> None:
        was = corrections.plain(listing, field)

        def said(text: str | None) -> None:
            if text is None:
                return

            def kept() -> str:
                now = corrections.read_value(field, text)
                corrections.corrected(listing, field, now)
                self._add(
                    Edit(here(self).desk.clock(), here(self).desk.staff.id, "listing", listing.id, field, was, now)
                )
                return f"{listing.name}: {field} is now {text}"

            self._try(kept)

        words = dict(FIELDS)[field]
        here(self).push_screen(NoteDialog(listing.name, words, text="" if was is None else str(was)), said)

    def _settle(self, item: Item) -> None:
        def kept() -> str:
            self._add(Edit(here(self).desk.clock(), here(self).desk.staff.id, item.what, item.about))
            return f"settled: {item.name}"

        self._try(kept)

    def _try(self, what: Callable[[], str]) -> None:
        try:
            told = what()
        except (TriageError, OSError) as error:
            here(self).say(str(error))
            return
        here(self).say(told)

    def _add(self, edit: Edit) -> None:
        app = here(self)
        corrections.add(app.desk.tools.data_dir, edit)
        if edit.field:
            app.desk.tools.__dict__.pop("directory", None)
            app.desk.tools.__dict__.pop("index", None)
            app.directory_ready = False
            app._directory()


def _told(item: Item) -> str:
    reasons = ", ".join(f"{reason} {n}" if n > 1 else reason for reason, n in item.reasons.items())
    return f"{reasons} · {item.last:%d %b}"

"""What the search screen shows: the results in the frame of the key that asked for them.

What is typed is searched by a synchronous watcher on the box, so that the echo and the results come in one frame; a
directory so large that this could take longer than a frame is searched in a thread, and the echo goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Self

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Region
from textual.timer import Timer
from textual.widgets import Static

from triage.directory.filters import Filters
from triage.directory.search import Results
from triage.model import Call, Match
from triage.script import telling
from triage.ui.here import here
from triage.ui.overlay import Overlay
from triage.ui.painting import paint_lines
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.card import Card
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.matches import MatchList
from triage.ui.widgets.narrowing import said
from triage.ui.widgets.searchbox import SearchBox

LIMIT = 30
"""Results explained at each key, at most; more are fetched when the cursor comes to the last of them."""
COUNTED = {"care": "care", "activity": "activity", "free": "free", "room": "has room", "step-free": "step-free"}
"""The filters that are counted under the results; those of the days are in the list of filters."""
MANY = 50_000
"""Listings from which results may take longer than a frame: they follow the echo of the key."""
MORE = 300
CARD_AFTER = 0.06
"""Seconds after a key until the counts and the card follow; a key meanwhile puts them off: typing never waits."""


class Frame(Vertical):
    """A border around widgets. A new title draws its two rows again, not all that it holds."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw the border again."""
        (width, height), (left, top) = self.outer_size, self.content_offset
        rows = regions or (Region(-left, -top, width, 1), Region(-left, height - 1 - top, width, 1))
        return super().refresh(*(() if layout else rows), repaint=repaint, layout=layout, recompose=recompose)


class Searching(Overlay):
    """The box, its results, the card of the one under the cursor."""

    DEFAULT_CSS = """
    Searching {
        #body { padding: 0 1; margin-top: 1; }
        &.-narrow #body { margin-top: 0; }
        #find {
            width: 1fr; border: round $accent; padding: 0 1;
            border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet;
        }
        #danger { height: auto; display: none; color: $warning; text-style: bold; margin-bottom: 1; }
        &.-danger #danger { display: block; }
        #also { height: 2; color: $quiet; }
        Card { width: 46%; margin-left: 1; }
        &.-narrow Card { display: none; width: 1fr; margin: 0; }
        &.-narrow.-card {
            #body { layout: vertical; }
            #find { height: 3; }
            Card { display: block; height: 1fr; }
            MatchList, #also { display: none; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        paint_lines(self)
        self.results = Results()
        self.filters = Filters()
        self.everything = False
        """Whether hidden listings are shown too."""
        self.listing_shortlist = False
        """Whether the list is the shortlist rather than what was found."""
        self._past_danger = ""
        """The words for which the handler asked to see listings all the same."""
        self._noted = ("", "")
        self._call = ""
        self._card_timer: Timer | None = None
        self._asked = 0
        """How many searches were asked for: only the last one's results are shown."""
        self._limit = LIMIT
        self._one = Lock()
        self._title = ""
        self._age: int | None = None
        """The age that the answers gave when it last became a filter."""

    def compose(self) -> ComposeResult:
        """The call, the box over its results, the card."""
        yield CallBar()
        with Horizontal(id="body"):
            with Frame(id="find"):
                yield SearchBox()
                yield Static(id="danger", markup=False)
                yield MatchList(here(self).desk.today)
                yield Static(id="also", markup=False)
            yield Card()
        yield KeyBar()

    def on_mount(self) -> None:
        """Search in the frame that shows the key."""
        self.box, self.found = self.query_one(SearchBox), self.query_one(MatchList)
        self.card = self.query_one(Card)
        self.watch(self.box, "value", self._typed, init=False)
        self.watch(self.found, "cursor", self._moved, init=False)
        self.watch(here(self), "directory_ready", self._ready, init=False)
        self.watch(here(self), "directory_wrong", self._ready, init=False)
        self.watch(here(self), "call", self._marks, init=False)

    def on_screen_resume(self) -> None:
        """Start afresh for another call; else as it was left."""
        call = here(self).call
        another = self._call != (call.id if call else "")
        if another:
            self._call = call.id if call else ""
            self.filters, self._age = Filters(), None
            self.everything = self.listing_shortlist = False
            self._noted, self._past_danger = ("", ""), ""
            self.box.value = ""
        if self.age != self._age:
            self._age = self.age
            self.filters = replace(self.filters, age=self.age)
        if another:
            self.search()
        else:
            self.search(max(self._limit, len(self.found.items)), self.found.cursor)

    @property
    def age(self) -> int | None:
        """The person's age, when the call says it."""
        walk = here(self).walk
        told = str(walk.used.get("p_age", "")) if walk else ""
        born = telling.age(str(walk.used.get("p_dob", "")), here(self).desk.today) if walk else None
        return born if born is not None else int(told) if told.isdigit() else None

    @property
    def near(self) -> str:
        """The person's postcode, when the call says it."""
        walk = here(self).walk
        return str(walk.used.get("p_postcode", "")) if walk else ""

    @property
    def chosen(self) -> Match | None:
        """The listing under the cursor."""
        return self.found.chosen

    def on_resize(self) -> None:
        """The card's lines are as wide as it is."""
        self.call_after_refresh(self._show_card)

    def _ready(self) -> None:
        self.search()

    def _typed(self) -> None:
        self.listing_shortlist = self.everything = False
        self.remove_class("-card")
        self.search()

    def search(self, limit: int = 0, cursor: int = 0) -> None:
        """Search for what stands in the box, and draw it: as many as there is room for, if nobody says how many."""
        app = here(self)
        self._asked += 1
        self._limit = limit or min(LIMIT, max(10, self.found.size.height + 1))
        if not app.directory_ready:
            wait = "The directory is being read. What you type is answered when it is there."
            self._draw((), app.directory_wrong or wait)
            return
        if self.listing_shortlist:
            kept = app.desk.listings(app.call) if app.call else ()
            self._draw([Match(listing, 1.0) for listing in kept], "Nothing is on the shortlist yet. + keeps a listing.")
            return
        words = self.box.value.strip()
        if not words:
            self.results = Results()
            wished = app.desk.suggest(app.call, limit=20) if app.call and not app.call.closed else ()
            self._draw(wished, "Type what they ask for, in the caller's own words. A place or a postcode helps.")
            return
        filters = Filters(kind=self.filters.kind) if self.everything else self.filters
        ask = partial(
            app.desk.search,
            words,
            near=self.near,
            limit=self._limit,
            filters=filters,
            include_hidden=self.everything,
        )
        if len(app.desk.tools.directory.listings) < MANY:
            self._answer(words, ask(), cursor)
        else:
            self._search_beside(words, ask, self._asked, cursor)

    @work(thread=True, group="search", exclusive=True)
    def _search_beside(self, words: str, ask: Callable[[], Results], asked: int, cursor: int) -> None:
        """Search off the screen's thread; what was asked for before the last key isn't searched for any more."""
        with self._one:
            if asked == self._asked:
                results = ask()
                here(self).call_from_thread(self._answer, words, results, cursor, asked)

    def _answer(self, words: str, results: Results, cursor: int, asked: int | None = None) -> None:
        if asked is not None and asked != self._asked:
            return
        self.results = results
        held_back = bool(results.crisis) and words != self._past_danger
        empty = "" if results.matches and not held_back else self._nothing(words, held_back)
        self._draw(() if held_back else results.matches, empty, cursor)

    def _draw(self, matches: Sequence[Match], empty: str, cursor: int = 0) -> None:
        call = here(self).call
        crisis = self.results.crisis if self.box.value.strip() and not self.listing_shortlist else ()
        self.set_class(bool(crisis), "-danger")
        if crisis:
            words = ", ".join(f"“{w}”" for w in crisis)
            self.query_one("#danger", Static).update(f"▌ {words}  is anyone in danger now?   F12 danger step")
        self.found.say(empty)
        self.found.put_matches(matches, call.shortlist if call else (), cursor)
        self._follow_soon()

    def _titles(self, shown: int) -> None:
        app, find = here(self), self.query_one("#find")
        searched = bool(self.box.value.strip()) and not self.listing_shortlist
        total = len(app.desk.tools.directory.listings) if app.directory_ready else 0
        title = {True: "Shortlist", False: "Directory"}[self.listing_shortlist]
        count = f"  {self.results.total} of {total:,}" if searched and total else f"  {shown}" if shown else ""
        may = "  may help, from the answers" if shown and not searched and not self.listing_shortlist else ""
        on = said(self.filters)
        told = title + (may or count) + (f"  ·  {on}" if on and not self.everything else "")
        if told != self._title:
            self._title = told
            find.border_title = Content(told)
        kept = (
            f"ctrl+k shortlist {len(app.call.shortlist)} · ctrl+y wrong listing"
            if app.call
            else "no call: look up only"
        )
        if find.border_subtitle != kept:
            find.border_subtitle = kept
        self.query_one("#also", Static).update(self._also() if searched else "", layout=False)

    def _also(self) -> Content:
        hidden = [f"{n} {why}" for why, n in self.results.hidden if not why.startswith("not ") or why == "not free"]
        counts = ((words, self.results.facets.get(name, 0)) for name, words in COUNTED.items())
        facets = [f"{words} {n}" for words, n in counts if n]
        first = Content.assemble(("ctrl+e", "$accent"), f" shows those hidden: {', '.join(hidden)}") if hidden else ""
        if self.everything:
            first = Content.assemble(("ctrl+e", "$accent"), " hides the closed and filtered ones again")
        width = max(20, self.found.size.width)
        return Content("\n").join(
            [Content.from_text(first).truncate(width, ellipsis=True), Content(" · ".join(facets))]
        )

    def _nothing(self, words: str, held_back: bool) -> str:
        if held_back:
            return "Enter shows the listings all the same."
        lines = [f"Nothing found for “{words}”.", ""]
        if self.results.meant:
            lines.append(f"Did you mean “{self.results.meant}”?   enter searches for it")
        if self.results.hidden:
            lines.append(f"Would fit, but: {', '.join(f'{n} {why}' for why, n in self.results.hidden)}   ctrl+e shows")
        if here(self).call:
            lines.append("+ notes that nobody offers it, for the directory editor")
        return "\n".join(lines)

    def _moved(self, cursor: int) -> None:
        shown = len(self.found.items)
        searched = self.results.matches and not self.listing_shortlist
        if searched and shown == self._limit < self.results.total and cursor == shown - 1:
            self.search(MORE, cursor)
        self._show_card()

    def _follow_soon(self) -> None:
        """Counts and card come after the results' own frame: the next key goes before them."""
        if self._card_timer is None:
            self._card_timer = self.set_interval(CARD_AFTER, self._follow)
        self._card_timer.reset()

    def _follow(self) -> None:
        self._titles(len(self.found.items))
        self._show_card()

    def _show_card(self) -> None:
        if self._card_timer is not None:
            self._card_timer.pause()
        wait = "The card of the listing you choose stands here." if here(self).directory_ready else ""
        self.card.put(self.chosen, here(self).desk.today, wait)

    def _marks(self, call: Call | None) -> None:
        if self.is_current:
            self.found.kept = call.shortlist if call else ()
            self.found.refresh()
            self._titles(len(self.found.items))

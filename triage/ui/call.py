"""The call: one screen, on which the steps of the script change in place.

Keys come here as actions, go to the desk through ``app.do``, and what the desk gives back is drawn by
:meth:`CallScreen.follow`. Nothing about the call is kept here but what is being typed and which earlier
answer is being changed.
"""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from triage.errors import StoreError
from triage.model import Call, Match
from triage.staff import may
from triage.ui.answering import Answering
from triage.ui.callkeys import CallKeys
from triage.ui.here import here
from triage.ui.home import Home, HomePane
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.mayhelp import MayHelp
from triage.ui.widgets.notes import Glance, Notes
from triage.ui.widgets.trail import Trail

PANES = ("step", "trail", "mayhelp", "notes")


class CallScreen(CallKeys):
    """Home between calls; the step, the trail, what may help and the notes during one."""

    AUTO_FOCUS = "#home-lines"
    CSS = """
    CallScreen {
        #side, #narrow, StepView, Glance { display: none; }
        HomePane { display: block; }
        #side { width: 2fr; margin-left: 1; }
        StepView { width: 3fr; height: 1fr; }
        #body { height: 1fr; padding: 0 1; margin-top: 1; }
        Trail, MayHelp, Notes {
            border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 0 1;
        }
        Trail:focus, MayHelp:focus, Notes:focus-within {
            border: round $accent; border-title-color: $accent; border-title-style: bold;
        }
        Trail { height: 2fr; } MayHelp { height: 9; } Notes { height: 1fr; }
        &.-on {
            HomePane { display: none; }
            StepView, #side { display: block; }
        }
        &.-narrow {
            #body { margin-top: 0; padding: 0; }
            #side { display: none; margin: 0; width: 1fr; }
            Trail, MayHelp, Notes { display: none; height: 1fr; }
            StepView { padding: 0 1; }
            &.-on Glance { display: block; }
            &.-trail, &.-mayhelp, &.-notes { StepView { display: none; } #side { display: block; } }
            &.-trail Trail, &.-mayhelp MayHelp, &.-notes Notes { display: block; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.answering = Answering(here(self))
        self.step = self.answering.view
        self.trail, self.mayhelp, self.notes = Trail(), MayHelp(), Notes(self.answering.typing)
        self.glance, self.home = Glance(), Home()

    def compose(self) -> ComposeResult:
        """The first frame: home. The call's panes come right after it."""
        yield CallBar()
        with Horizontal(id="body"):
            yield HomePane(self.home)
        yield KeyBar()

    async def on_mount(self) -> None:
        """Fill home, then the panes, then follow the call."""
        app = here(self)
        await self.query_one("#body").mount(self.step, Vertical(self.trail, self.mayhelp, self.notes, id="side"))
        await self.mount(self.glance, before=self.query_one(KeyBar))
        self.watch(app, "directory_ready", self._directory_loaded, init=False)
        self.watch(app, "call", self._call_changed, init=True)

    def on_screen_resume(self) -> None:
        """Back from another place: home may have changed."""
        if here(self).call is None and self.is_mounted:
            self.show_home()

    # ------------------------------------------------------------------ drawing

    def _call_changed(self, before: Call | None, call: Call | None) -> None:
        if call is not None and call.closed:
            self.call_later(self._finished, call)
            return
        if before is not None and call is not None and call.events[-1].kind == "drafted":
            self._glance(call)
            return
        self.follow()
        self._turn_to_wrap_up(call)
        if call is not None and (before is None or before.id != call.id or before.answers != call.answers):
            self.suggest()

    def follow(self) -> None:
        """Draw the call as it stands."""
        app = here(self)
        call, there = app.call, app.walk
        self.set_class(call is not None, "-on")
        self.answering.show()
        if call is None or there is None:
            self.show_home()
            return
        self.trail.show(app.desk.script, there, self.answering.showing)
        self.notes.put(call.notes)
        self._glance(call)
        self.refresh_bindings()

    def _glance(self, call: Call) -> None:
        self.glance.show(self.mayhelp.names(), call.notes)

    def _turn_to_wrap_up(self, call: Call | None) -> None:
        """Once everything was asked, or what the wrap-up missed was put right."""
        there = here(self).walk
        if call is None or there is None or not call.events or call.events[-1].kind != "answered":
            return
        if there.step is None or call.events[-1].data["step"] == self.for_wrap_up:
            self.for_wrap_up = ""
            self.call_later(self.action_wrap_up)

    def _finished(self, call: Call) -> None:
        app = here(self)
        self.home.saved = call
        app.begin(lambda: None)
        app.say("")

    @on(HomePane.News)
    def _home_news(self) -> None:
        if here(self).call is None:
            self.fill_home()

    def show_home(self) -> None:
        """Home, with the cursor in it."""
        self.fill_home()
        self.set_focus(self.home)

    def fill_home(self) -> None:
        """Offer the open calls."""
        app = here(self)
        desk = app.desk
        try:
            mine = desk.open_calls() if may(desk.staff, "take calls") else ()
            offered = [(c, desk.walk(c).step) for c in mine]
        except StoreError as error:
            app.say(str(error))
            offered = []
        self.home.show(desk.script, offered, desk.clock(), answers=may(desk.staff, "take calls"))
        self.query_one(HomePane).greet(desk)

    def _directory_loaded(self) -> None:
        self.suggest()

    @work(thread=True, exclusive=True, group="suggest", exit_on_error=False)
    def suggest(self) -> None:
        """Look for listings that fit, off the screen's thread."""
        app = here(self)
        call = app.call
        if call is None or not app.directory_ready:
            return
        found = app.desk.suggest(call)
        app.call_from_thread(self._suggested, call.id, found)

    def _suggested(self, call_id: str, found: tuple[Match, ...]) -> None:
        call = here(self).call
        if call is not None and call.id == call_id:
            self.mayhelp.show(found, call.shortlist)
            self._glance(call)

    # ------------------------------------------------------------------ between calls

    @on(Home.Chosen, "#home-lines")
    def _home_chosen(self, event: Home.Chosen) -> None:
        event.stop()
        if event.index == 0 and not may(here(self).desk.staff, "take calls"):
            self.call_later(self.action_search)
        elif event.index == 0:
            self.action_new_call()
        else:
            self.take_back(self.home.calls[event.index - 1])

    def forget(self) -> None:
        """Somebody else sits here now."""
        self.home.saved = None
        self.show_home()

    def action_new_call(self) -> None:
        """Answer the phone."""
        app = here(self)
        if app.call is None and app.begin(app.desk.open):
            app.say("")

    def take_back(self, call: Call) -> None:
        """Go on with an open call where it was left."""
        app = here(self)
        app.begin(lambda: app.desk.resume(call.id))

    # ------------------------------------------------------------------ panes

    def action_pane(self, by: int) -> None:
        """To the next pane."""
        now = next((p for p in PANES if self.query_one(f"#{p}").has_focus_within), "step")
        self.go_to_pane(PANES[(PANES.index(now) + by) % len(PANES)])

    def action_notes(self) -> None:
        """To the notes, or back to the step."""
        self.go_to_pane("step" if self.notes.has_focus_within else "notes")

    def go_to_pane(self, pane: str) -> None:
        """Show it (where only one has room) and put the cursor there."""
        for name in PANES:
            self.set_class(name == pane, f"-{name}")
        if pane == "step":
            self.step.take_focus()
        elif pane == "notes":
            self.set_focus(self.notes.field)
        else:
            self.set_focus(self.query_one(f"#{pane}"))

    @on(Trail.Chosen, "#trail")
    def _trail_chosen(self, event: Trail.Chosen) -> None:
        event.stop()
        self.go_to_pane("step")
        self.answering.change(self.trail.steps[event.index])

    @on(MayHelp.Chosen, "#mayhelp")
    def _help_chosen(self, event: MayHelp.Chosen) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the marked suggestion, or take it off again."""
        app = here(self)
        match = self.mayhelp.marked
        if match is None or app.call is None:
            return
        kept = match.listing.id in app.call.shortlist
        if app.do(app.desk.drop if kept else app.desk.keep, match.listing.id):
            app.say(f"{'taken off' if kept else 'kept'}: {match.listing.name}")
            self.mayhelp.show(self.mayhelp.matches, app.call.shortlist)

"""People to ring back: the queue, overdue first, and a card that says what to do about the one under the cursor.

The number is shown once the call-back is one's own and the person may be rung; the queue itself names nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from triage.desk.calling import MONTHS, UNSAFE
from triage.errors import TriageError
from triage.model import Call, ref_of
from triage.promises import CallBack, Result, in_words, typed
from triage.promises.callbacks import stuck
from triage.ui.dialogs import NoteDialog, Pick, PickDialog
from triage.ui.here import here
from triage.ui.news import Following
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines

KEYS: dict[str, Result] = {"1": "spoke", "2": "no answer", "3": "voicemail", "4": "wrong number"}


class CallbacksScreen(Screen[None]):
    """The queue and its card."""

    HELP = "Enter makes a call-back yours and shows the number; then a digit says what came of ringing."
    AUTO_FOCUS = "#queue"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take", id="take", tooltip="Make it yours; the number is shown then"),
        *(Binding(k, f"rang('{result}')", result, id=f"rang{k}", key_display=f"{k}") for k, result in KEYS.items()),
        Binding("a", "again", "agreed time", id="again", tooltip="They asked to be rung at another time"),
        Binding("g", "give", "give away", id="give", tooltip="Give it to somebody else, or back to the team"),
        Binding("s", "share", "share out", id="share", tooltip="Share out evenly what nobody on duty has"),
        Binding("m", "mine", "only mine", show=False, tooltip="Only your own; again, everybody's"),
        Binding("f5", "reload", "read again", show=False),
        Binding("f2", "answer", "answer", show=False, tooltip="Answer the phone"),
        Binding("f10,ctrl+l,escape,r", "back", "back", id="back", key_display="F10"),
    ]
    DEFAULT_CSS = """
    CallbacksScreen {
        #body { padding: 0 1; margin-top: 1; height: 1fr; }
        #list { width: 3fr; border: round $accent; padding: 0 1;
            border-title-color: $accent; border-title-style: bold; border-subtitle-color: $quiet; }
        #card { width: 2fr; height: 1fr; margin-left: 1; border: round $edge; padding: 0 1;
            border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet; }
        &.-narrow #body { layout: vertical; margin-top: 0; padding: 0; }
        &.-narrow #list { width: 1fr; height: 1fr; }
        &.-narrow #card { width: 1fr; height: 10; margin: 0; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines(id="queue", empty="Reading the calls …")
        self.card = Static(id="card", markup=False)
        self.all: tuple[CallBack, ...] = ()
        self.only_mine = False

    def compose(self) -> ComposeResult:
        """The queue beside its card."""
        yield CallBar()
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield self.lines
            yield self.card
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the calls, and go by what other desks do."""
        self.load()
        self.following = Following(self, self.load)

    @work(thread=True, exclusive=True, group="callbacks", exit_on_error=False)
    def load(self) -> None:
        """Read the queue, off the screen's thread."""
        app = here(self)
        try:
            found = app.desk.callbacks()
        except TriageError as error:
            app.call_from_thread(app.say, str(error))
            return
        app.call_from_thread(self._loaded, found)

    def _loaded(self, found: tuple[CallBack, ...]) -> None:
        was = self.chosen
        self.all = found
        self.draw(was.promise if was else "")

    # ------------------------------------------------------------------ what is shown

    @property
    def shown(self) -> tuple[CallBack, ...]:
        """The call-backs in the list."""
        me = here(self).desk.staff.id
        return tuple(one for one in self.all if not self.only_mine or one.owner == me)

    @property
    def chosen(self) -> CallBack | None:
        """The one under the cursor."""
        shown = self.shown
        return shown[self.lines.cursor] if self.lines.cursor < len(shown) else None

    def draw(self, keep: str = "") -> None:
        """Draw the list, the cursor on the one it was on."""
        app, now = here(self), here(self).desk.clock()
        shown = self.shown
        self.lines.empty = "Nobody is to be rung back."
        at = next((n for n, one in enumerate(shown) if one.promise == keep), 0)
        self.lines.put([_row(one, now, app.desk.staff.id) for one in shown], at)
        box = self.query_one("#list")
        late = sum(one.late(now) for one in shown)
        box.border_title = Content(f"Call-backs{' of yours' if self.only_mine else ''}  {len(shown)}, {late} late")
        box.border_subtitle = Content(f"promises of {MONTHS} months · m {'all' if self.only_mine else 'mine'}")
        self.show_card()
        self.refresh_bindings()

    @on(Lines.Moved, "#queue")
    def _moved(self, event: Lines.Moved) -> None:
        event.stop()
        self.show_card()
        self.refresh_bindings()

    def show_card(self) -> None:
        """Say what to do about the one under the cursor."""
        app, one = here(self), self.chosen
        if one is None:
            self.card.border_title, self.card.border_subtitle = "Nobody", ""
            self.card.update(Content.styled("A call back that is promised on a call comes here by itself.", "$quiet"))
            return
        now, mine = app.desk.clock(), one.owner == app.desk.staff.id
        self.card.border_title = Content(f"Call {ref_of(one.call)}")
        self.card.border_subtitle = Content(_keys(one, mine))
        lines = [Content.styled(one.what, "bold")]
        if one.note:
            lines.append(Content(one.note))
        if one.unsafe:
            lines += [Content.styled(f"▌ {UNSAFE}", "bold $warning")]
        elif mine:
            lines += self._whom(one)
        if one.wrong:
            lines.append(Content.styled("▌ wrong number: find another on the call, or write", "$warning"))
        if stuck(one, app.desk.tools.standards):
            lines.append(Content.styled("▌ tried often enough: tell your supervisor", "$warning"))
        late = "  late" if one.late(now) else ""
        lines.append(Content.assemble(("by       ", "$quiet"), in_words(one.due), (late, "bold $warning")))
        lines.append(Content.assemble(("promised ", "$quiet"), one.team))
        lines.append(Content.assemble(("with     ", "$quiet"), "you" if mine else one.owner or "nobody yet"))
        again = one.next(now)
        if again:
            lines.append(Content.assemble(("again    ", "$quiet"), in_words(again)))
        for tried in reversed(one.attempts):
            note = f": {tried.note}" if tried.note else ""
            lines.append(Content.styled(f"· {in_words(tried.at)}  {tried.result}{note}", "$quiet"))
        self.card.update(Content("\n").join(lines))

    def _whom(self, one: CallBack) -> list[Content]:
        """The number, and what whoever rings must know; for the one whose call-back it is, who took it with a trace."""
        desk = here(self).desk
        try:
            call = desk.store.call(one.call)
            number = desk.number(call) or "no number noted"
        except TriageError as error:
            return [Content.styled(str(error), "$warning")]
        told = {"for": ("caller_name", "p_name", "prof_name"), "about": ("reason_verbatim",)}
        rows = [Content.assemble(("ring     ", "$quiet"), (number, "bold $accent"))]
        for label, keys in told.items():
            words = next((str(call.answers[key]) for key in keys if call.answers.get(key)), "")
            rows += [Content.assemble((f"{label:<9}", "$quiet"), words)] if words else []
        return rows

    # ------------------------------------------------------------------ what is done

    @on(Lines.Chosen, "#queue")
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """Make it one's own; from somebody else, with the reason."""
        app, one = here(self), self.chosen
        if one is None or one.owner == app.desk.staff.id:
            return
        if one.unsafe:
            app.say(UNSAFE)
            return
        me = app.desk.staff.id
        if not one.owner:
            self._do(one, lambda call: app.desk.assign(call, one.promise, me), "yours: ring, then 1 to 4")
            return

        def why(reason: str | None) -> None:
            if reason:
                self._do(one, lambda call: app.desk.assign(call, one.promise, me, reason), "yours")

        self.app.push_screen(NoteDialog(f"Take it from {one.owner}", "Why does it become yours?"), why)

    def action_rang(self, result: Result) -> None:
        """Say what came of ringing; when they were spoken to, with what was said."""
        app, one = here(self), self.chosen
        if one is None:
            return
        if one.unsafe:
            app.say(UNSAFE)
        elif result != "spoke":
            self._do(one, lambda call: app.desk.rang(call, one.promise, result), result)
        else:

            def spoke(note: str | None) -> None:
                if note:
                    self._do(one, lambda call: app.desk.rang(call, one.promise, result, note), "the promise is kept")

            self.app.push_screen(NoteDialog("Spoke to them", "What was said or done, in a line?"), spoke)

    def action_again(self) -> None:
        """No answer, or not a good time: ring at a time that was agreed."""
        app, one = here(self), self.chosen
        if one is None or one.unsafe:
            return

        def agreed(words: str | None) -> None:
            when = typed(words, app.desk.clock()) if words else None
            if words and when is None:
                app.say(f"“{words}” is not a time to come. Write it as Friday 10am.")
            elif when is not None:
                note = f"agreed: {words}"
                self._do(one, lambda call: app.desk.rang(call, one.promise, "no answer", note, when), in_words(when))

        self.app.push_screen(NoteDialog("Ring again when?", "Such as Friday 10am, or tomorrow 14:30."), agreed)

    def action_give(self) -> None:
        """Give it to somebody on duty, or back to the team."""
        app, one = here(self), self.chosen
        if one is None:
            return
        try:
            people = app.desk.on_duty()
        except TriageError as error:
            app.say(str(error))
            return
        picks = [Pick(who, who, str(n)) for n, who in enumerate(people, 1) if who != one.owner]
        picks.append(Pick("nobody", "Back to the team", "0"))

        def given(who: str | None) -> None:
            if who:
                to = "" if who == "nobody" else who
                words = f"given to {who}" if to else "back with the team"
                self._do(one, lambda call: app.desk.assign(call, one.promise, to, "given away"), words)

        self.app.push_screen(PickDialog("Who makes this call-back?", picks), given)

    def action_share(self) -> None:
        """Share out what nobody on duty has."""
        app = here(self)
        try:
            given = app.desk.share_out()
        except TriageError as error:
            app.say(str(error))
            return
        counts = {who: list(given.values()).count(who) for who in sorted(set(given.values()))}
        app.say(", ".join(f"{who} {n}" for who, n in counts.items()) or "Nothing is left to share out.")
        self.load()

    def action_mine(self) -> None:
        """Only one's own, or everybody's."""
        self.only_mine = not self.only_mine
        self.draw()

    def action_reload(self) -> None:
        """Read again."""
        self.load()

    def action_back(self) -> None:
        """Where one came from."""
        self.app.pop_screen()

    def action_answer(self) -> None:
        """The phone rings: back, and answer it."""
        self.app.pop_screen()
        self.app.call_later(self.app.simulate_key, "f2")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Below stands what can be done about the one under the cursor."""
        one = self.chosen if self.is_mounted else None
        mine = one is not None and one.owner == here(self).desk.staff.id
        if action == "take":
            return one is not None and not mine
        if action in ("rang", "again"):
            return mine and one is not None and not one.unsafe
        if action == "give":
            return one is not None
        return True

    def _do(self, one: CallBack, what: Callable[[Call], object], done: str) -> None:
        app = here(self)
        try:
            what(app.desk.store.call(one.call))
        except TriageError as error:
            app.say(str(error))
        else:
            app.say(f"{ref_of(one.call)}: {done}")
        self.load()


def _row(one: CallBack, now: datetime, me: str) -> Content:
    again = one.next(now)
    mark, style = ("!", "bold $warning") if one.late(now) else ("○", "$quiet") if again else ("●", "$accent")
    who = "you" if one.owner == me else one.owner or one.team
    more = "  do not ring" if one.unsafe else f"  again {again.astimezone(one.due.tzinfo):%H:%M}" if again else ""
    tries = f"  {len(one.attempts)}×" if one.attempts else ""
    return Content.assemble(
        (f"{mark} ", style),
        (f"{ref_of(one.call):<9}", "bold"),
        (f"{_due(one.due, now):<18}", style if one.late(now) else ""),
        (f"{who[:20]:<21}", "$quiet" if not one.owner else ""),
        (more, "$warning" if one.unsafe else "$quiet"),
        (tries, "$quiet"),
    )


def _due(due: datetime, now: datetime) -> str:
    """``2 h 10 min late`` · ``by 17:00`` · ``by Thu 26, 17:00``."""
    from triage.promises import LOCAL

    late = now - due
    if late.total_seconds() > 0:
        hours, minutes = divmod(int(late.total_seconds() // 60), 60)
        if hours >= 48:
            return f"{hours // 24} days late"
        return f"{hours} h {minutes:02} late" if hours else f"{minutes} min late"
    local = due.astimezone(LOCAL)
    day = "" if local.date() == now.astimezone(LOCAL).date() else f"{local:%a} {local.day}, "
    return f"by {day}{local:%H:%M}"


def _keys(one: CallBack, mine: bool) -> str:
    if one.unsafe:
        return "ask the social worker"
    if mine:
        return "1 spoke · 2 no answer · 3 voicemail · 4 wrong number"
    return "enter take it"

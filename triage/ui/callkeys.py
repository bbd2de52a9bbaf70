"""The keys of the call: each goes to the desk, to what is being answered, or to another screen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from triage.staff import may
from triage.ui import more, standing
from triage.ui.answering import Answering
from triage.ui.here import here

EARLY = 3
"""Steps on the path up to which the fast exit is offered below; it works later too."""


class CallKeys(Screen[None]):
    """What the call's keys do; how it looks is :class:`triage.ui.call.CallScreen`."""

    answering: Answering
    for_wrap_up: str = ""
    """The step that the wrap-up sent the handler to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "new_call", "answer", id="answer", tooltip="Answer the phone"),
        Binding("f3,ctrl+f", "search", "search", id="search", tooltip="Search the directory; the call stays open"),
        Binding("f5", "fast_exit", "fast exit", id="fast", tooltip="Named worker, existing case, other service"),
        Binding("f6", "pane(1)", "so far", id="pane", tooltip="Next pane: step, so far, may help, notes"),
        Binding("f8", "notes", "notes", id="notes", tooltip="To the notes and back"),
        Binding("f9", "standing('s')", "safeguarding", id="safeguarding", tooltip="Raise a concern, from any step"),
        Binding("f10", "wrap_up", "wrap up", id="wrap", tooltip="Outcome, what is missing, save"),
        Binding("f1", "app.help", "help", tooltip="What this step is for, and every key"),
        Binding("f7", "diary", "diary", id="diary", tooltip="Free appointments"),
        Binding("f12", "standing('!')", "danger now", id="danger", show=False, tooltip="Someone is in danger now"),
        Binding("f4", "check", "checked", id="check", show=False, tooltip="The CHECK line was looked at: with a note"),
        Binding("ctrl+o", "rules", "standing rules", id="rules", show=False, tooltip="Danger, unsafe to talk, …"),
        Binding("ctrl+g", "jump", "go to step", id="jump", show=False, tooltip="Any step, by its words"),
        Binding("shift+f5,ctrl+n", "person", "known to us", id="person", show=False, tooltip="Their earlier calls"),
        Binding("ctrl+r", "undo", "undo", id="undo", show=False, tooltip="Take back the last thing done"),
        Binding("ctrl+l", "leave", "back", id="leave", show=False, tooltip="Back to where you were"),
        Binding("shift+f6", "pane(-1)", "pane before", show=False),
        Binding("plus", "keep", "keep the listing", show=False),
        Binding("r", "ring_back", "ring back", id="callbacks", tooltip="People to ring back, overdue first"),
        Binding("v", "place('supervise')", "supervise", id="supervise", tooltip="Summaries and figures"),
        Binding("o", "others", "take over", show=False, tooltip="A colleague’s open call becomes yours"),
        Binding("t", "place('train')", "train", id="train", tooltip="Demos and practice calls"),
        Binding("i", "ideas", "ideas for you", id="ideas", tooltip="Short questions, places that may help"),
        Binding("exclamation_mark", "standing('!')", "danger now", show=False),
        *(
            Binding(letter, f"standing('{letter}')", words_, show=False)
            for letter, words_ in (
                ("s", "safeguarding"),
                ("c", "carer in distress"),
                ("w", "ask the social worker"),
                ("u", "unsafe to talk"),
                ("x", "difficult call"),
                ("q", "search the directory"),
            )
        ),
        *(Binding(e.letter, f"extra('{e.letter}')", e.text.lower(), show=False, tooltip=e.more) for e in more.EXTRAS),
    ]

    def go_to_pane(self, pane: str) -> None:
        """Show a pane and put the cursor there."""
        raise NotImplementedError

    # ------------------------------------------------------------------ answers

    def action_undo(self) -> None:
        """Take back the last thing done."""
        self.answering.undo()

    def action_fast_exit(self) -> None:
        """A short way out."""
        self.answering.fast_exit()

    def action_leave(self) -> None:
        """Back from a change, a fast exit, a jump or an interrupt, to where it was left."""
        if not self.answering.leave():
            here(self).drafts.flush()
            standing.back(here(self))

    def action_standing(self, letter: str) -> None:
        """Raise a standing rule."""
        here(self).drafts.flush()
        self.answering.leave()
        if letter == "q":
            self.app.call_later(self.action_search)
        else:
            standing.raise_rule(here(self), letter)
        self.go_to_pane("step")

    def action_extra(self, letter: str) -> None:
        """What else may be done at any moment."""
        here(self).drafts.flush()
        more.act(here(self), letter)

    def action_rules(self) -> None:
        """List the standing rules."""
        here(self).drafts.flush()
        self.app.push_screen(standing.rules(here(self)), self._rule)

    def _rule(self, letter: str | None) -> None:
        if letter in [e.letter for e in more.EXTRAS]:
            self.action_extra(str(letter))
        elif letter:
            self.action_standing(letter)

    def action_jump(self) -> None:
        """Go to any step by its words."""
        here(self).drafts.flush()
        self.app.push_screen(standing.steps(here(self)), self._jump)

    def _jump(self, step: str | None) -> None:
        app = here(self)
        if step is None or app.call is None:
            return
        self.go_to_pane("step")
        if app.walk and step in app.walk.path:
            self.answering.change(step)
        elif self.answering.leave() or app.do(app.desk.go, step):
            app.say(f"at {step} · ctrl+l back")

    def action_check(self) -> None:
        """Check the first prompt off, with a note."""
        here(self).drafts.flush()
        standing.check(here(self))

    # ------------------------------------------------------------------ elsewhere

    async def action_place(self, name: str) -> None:
        """To another mode, between calls."""
        await here(self).action_place(name)

    async def action_search(self) -> None:
        """The directory, laid over the call."""
        here(self).drafts.flush()
        await here(self).action_tool("directory")

    def action_others(self) -> None:
        """Take a colleague's open call over."""
        from triage.ui.others import show

        show(here(self))

    def action_person(self) -> None:
        """Find the person: have they rung before, is the same request open already?"""
        from triage.ui.record import RecordDialog

        app = here(self)
        app.drafts.flush()
        if app.call is not None and app.call.anonymous:
            app.say("this caller gives no name, so nobody is looked up")
            return
        self.app.push_screen(RecordDialog(), lambda _: self.answering.show(again=True))

    def action_ideas(self) -> None:
        """The public questions, done with the caller or between calls: nothing of them is kept."""
        from triage.ui.ideas import IdeasDialog

        here(self).drafts.flush()
        self.app.push_screen(IdeasDialog(), self._after_ideas)

    def _after_ideas(self, key: str | None) -> None:
        if key and here(self).call is not None:
            self.app.call_later(self.app.simulate_key, key)
        elif here(self).call is not None:
            self.answering.show(again=True)

    async def action_ring_back(self) -> None:
        """The people to ring back, between calls."""
        await here(self).action_tool("callbacks")

    async def action_diary(self) -> None:
        """The diary, laid over the call."""
        here(self).drafts.flush()
        await here(self).action_tool("diary")

    async def action_wrap_up(self) -> None:
        """The outcome, what is missing, and saving."""
        from triage.ui.wrapup import WrapUpScreen

        here(self).drafts.flush()
        self.answering.leave()
        await self.app.push_screen(WrapUpScreen(), self._wrapped)

    def _wrapped(self, go: str | None) -> None:
        if go and here(self).call is not None:
            self.for_wrap_up = go
            self._jump(go)

    # ------------------------------------------------------------------ what is possible

    @property
    def unshown(self) -> frozenset[str]:
        """Actions that work but needn't stand below now."""
        there = here(self).walk
        if there is None:
            return frozenset()
        return frozenset({"ideas"}) if len(there.path) <= EARLY else frozenset({"ideas", "fast_exit"})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Between calls only home's keys; in a call only the call's."""
        on_call = here(self).call is not None
        staff = here(self).desk.staff
        if action in ("new_call",):
            return not on_call and may(staff, "take calls")
        if action == "place":
            return not on_call and (parameters != ("supervise",) or may(staff, "see figures"))
        if action == "ring_back":
            return not on_call and may(staff, "hand out call-backs")
        if action == "others":
            return not on_call and may(staff, "take calls")
        if action == "person":
            return may(staff, "look people up")
        if action in ("search", "diary"):
            return True
        if action == "fast_exit":
            return on_call and bool(here(self).desk.script.fast_exits)
        if action == "extra":
            return on_call
        if action in ("standing", "pane", "notes", "wrap_up", "check", "rules", "jump", "undo", "leave", "keep"):
            return on_call
        return True

"""Answers under way: asking, changing an earlier answer, fast exits, undoing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from triage.desk import handing
from triage.errors import TriageError
from triage.model import Call, Value
from triage.script import telling
from triage.script.form import FastExit, Field, Option, Step
from triage.script.walk import Change
from triage.ui import standing
from triage.ui.widgets.step import StepView, drafted

if TYPE_CHECKING:
    from triage.ui.app import TriageApp

WAY = "fast exit"
PICKING = "picking"


class Answering:
    """What the handler is doing with the step in ``view``: the step view's host."""

    def __init__(self, app: TriageApp) -> None:
        self.app = app
        self.view = StepView(self)
        self.changing: str | None = None
        """The step whose earlier answer is being changed."""
        self.fast: FastExit | str | None = None
        """The fast exit under way, or :data:`PICKING`."""
        self._previewed: Mapping[str, object] | None = None
        self._shown: tuple[object, ...] = ()

    # ------------------------------------------------------------------ showing

    @property
    def showing(self) -> str | None:
        """The step on the screen."""
        return self.changing or (self.app.walk.step if self.app.walk else None)

    def show(self, *, again: bool = False) -> None:
        """Show the step the call stands at, unless it is shown already."""
        call = self.app.call
        if call is None:
            self._shown = ()
            self.changing = self.fast = None
            return
        what = (call.id, self.showing, self.fast)
        if what == self._shown and not again:
            return
        self._shown, self._previewed = what, None
        step = self._step()
        drafted_last = next(
            (e.data["field"] for e in reversed(call.of_kind("drafted")) if e.data["field"] != "notes"), ""
        )
        last = drafted_last if call.drafts.get(drafted_last) else ""
        self.view.put(step, self._values(call, step), last=last)
        self.view.border_title = self._title(step)
        self.view.border_subtitle = self._keys()

    def _step(self) -> Step:
        script = self.app.desk.script
        if self.fast == PICKING:
            ways = tuple(Option(w.name, w.title) for w in script.fast_exits)
            return Step(WAY, "", "Fast exit", ask="What do they only want?", fields=(Field(WAY, "one", "", ways),))
        if isinstance(self.fast, FastExit):
            asks = [found[1] for key in self.fast.asks if (found := script.field(key))]
            return Step(WAY, "", self.fast.title, fields=tuple(asks))
        if self.showing is None:
            return Step("", "", "Everything asked", ask="F10 shows the outcome and saves the call.")
        step = telling.permitted(script.steps[self.showing], self.app.walk)
        if step.id == script.wrap_up and self.app.call is not None:
            return replace(step, say="\n".join(handing.read_out(self.app.desk, self.app.call)[:-1]))
        return step

    def _title(self, step: Step) -> str:
        if not step.section:
            return step.title
        section = self.app.desk.script.section(step.id)
        change = "change · " if self.changing else ""
        return f"{change}{section.number} {section.title} · {step.id}"

    def _keys(self) -> str:
        if self.changing or self.fast:
            return "enter go on · ctrl+l leave it"
        return "enter next · ctrl+r undo"

    def _values(self, call: Call, step: Step) -> dict[str, object]:
        values: dict[str, object] = {}
        for field in step.fields:
            if call.drafts.get(field.key):
                values[field.key] = drafted(field, call.drafts[field.key])
            elif field.key in call.answers:
                values[field.key] = call.answers[field.key]
        return values

    # ------------------------------------------------------------------ the step view's host

    def asked(self, step: Step, values: Mapping[str, object]) -> tuple[Field, ...]:
        """The fields to ask, as the answers stand."""
        if self.app.call is None or step.id not in self.app.desk.script.steps:
            return step.fields
        return self.app.desk.asks(self.app.call, step.id, values)

    def spoken(self, text: str) -> str:
        """The words to say, with names filled in."""
        return telling.spoken(text, self.app.desk.script, self.app.walk, self.app.desk.staff)

    def understood(self, field: Field, text: str) -> str:
        """A date or number as it will be kept."""
        if field.type not in ("date", "num") or not text.strip():
            return ""
        try:
            value = self.app.desk.understands(field.key, text)
        except TriageError:
            return ""
        return f"= {self._in_words(field, value)}" if value is not None else ""

    def _in_words(self, field: Field, value: Value) -> str:
        age = telling.age(str(value), self.app.desk.today) if field.type == "date" else None
        return telling.said(field, value) + (f", {age} years" if age is not None else "")

    def offered(self, step: Step, field: Field) -> str:
        """What the desk fills in beforehand: the time, an owner, when it is due."""
        return self.app.desk.offered(self.app.call, step.id, field.key) if self.app.call else ""

    def typing(self, key: str, text: str) -> None:
        """Keep what is being typed, soon."""
        if key == WAY:
            self._pick_way(text)
            return
        self.app.drafts.soon(key, text)

    def entered(self, step: Step, answers: Mapping[str, object]) -> None:
        """Answer the step, or show first what changing it would do."""
        if self.fast == PICKING:
            self.view.say_wrong("A digit picks one.")
        elif isinstance(self.fast, FastExit):
            self._exit(self.fast, answers)
        elif not step.id:
            self.app.call_later(self.app.run_action, "screen.wrap_up")
        elif self.changing and answers != self._previewed and self._overwrites(answers):
            self._preview(step, answers)
        else:
            self._answer(step, answers)

    # ------------------------------------------------------------------ doing

    def _answer(self, step: Step, answers: Mapping[str, object]) -> None:
        self.app.drafts.forget(f.key for f in step.fields)
        was, self.changing = self.changing, None
        if self.app.do(self.app.desk.answer, step.id, answers):
            self.app.say(f"changed: {step.title}" if was else "")
            self.show()
        else:
            self.changing = was
            self.view.say_wrong(self.app.wrong)

    def _overwrites(self, answers: Mapping[str, object]) -> bool:
        """Whether something that was answered would be answered otherwise, rather than only added to."""
        was = self.app.call.answers if self.app.call else {}
        step = self.app.desk.script.steps[self.changing or ""]
        return any(f.key in was and answers.get(f.key, "") != was[f.key] for f in step.fields if f.type != "auto")

    def _preview(self, step: Step, answers: Mapping[str, object]) -> None:
        call = self.app.call
        if call is None:
            return
        try:
            change = self.app.desk.preview(call, step.id, answers)
        except TriageError as error:
            self.view.say_wrong(str(error))
            return
        self._previewed = dict(answers)
        self.view.say_note(self._effects(change), "enter changes it · ctrl+l leaves it as it was")

    def _effects(self, change: Change) -> list[str]:
        script = self.app.desk.script

        def named(keys: tuple[str, ...]) -> str:
            return ", ".join(dict.fromkeys(telling.key_title(script, k) for k in keys))

        lines = [f"kept       {len(change.kept)} answers"]
        lines += [f"parked     {named(change.parked)}"] if change.parked else []
        lines += (
            [f"asked now  {', '.join(f'{s} {script.steps[s].title}' for s in change.asked)}"] if change.asked else []
        )
        lines += [f"back       {named(change.back)}"] if change.back else []
        same = change.before == change.after
        outcome = change.after or "none yet"
        lines.append(
            f"outcome    {outcome}, as before" if same else f"outcome    {change.before or 'none yet'} → {outcome}"
        )
        return lines

    def change(self, step_id: str) -> None:
        """Go back to an earlier answer, or to where the call stands."""
        self.app.drafts.flush()
        self.fast = None
        self.changing = None if self.app.walk and step_id == self.app.walk.step else step_id
        self.app.say("")
        self.show()

    def leave(self) -> bool:
        """Leave a change or a fast exit; whether there was one."""
        if not (self.changing or self.fast):
            return False
        self.app.drafts.flush()
        self.changing = self.fast = None
        self.show()
        return True

    def undo(self) -> None:
        """Take back the last thing done, and say what it was."""
        self.leave()
        self.app.drafts.flush()
        if standing.undo(self.app):
            self.show(again=True)

    # ------------------------------------------------------------------ fast exits

    def fast_exit(self) -> None:
        """Begin a fast exit, or leave it."""
        self.app.drafts.flush()
        self.fast = None if self.fast else PICKING
        self.changing = None
        self.show()

    def _pick_way(self, name: str) -> None:
        self.fast = next((w for w in self.app.desk.script.fast_exits if w.name == name), PICKING)
        self.show()

    def _exit(self, way: FastExit, answers: Mapping[str, object]) -> None:
        self.app.drafts.forget(answers)
        self.fast = None
        if not self.app.do(self.app.desk.fast_exit, way, answers):
            self.fast = way
            self.view.say_wrong(self.app.wrong)
        elif way.wrap_up and answers.get("danger_now") == "no":
            self.app.call_later(self.app.run_action, "screen.wrap_up")

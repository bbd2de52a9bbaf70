"""``triage --plain``: a call line by line, for screen readers, pipes and terminals that can do nothing else.

Nothing is drawn and nothing depends on colour. Each question is printed with numbered answers; one line answers
it. Lines that begin with ``/`` are commands; ``/help`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

from triage import consents
from triage.desk import Desk, handing
from triage.desk.concern import concern
from triage.errors import TriageError
from triage.glossary import looked_up, told
from triage.masking import warning
from triage.model import DECLINED, NOT_KNOWN, Call, Match
from triage.money import asked
from triage.script import telling
from triage.script.form import Field, Step
from triage.script.walk import Prompt, Walk
from triage.settings import ZONE

HELP = """\
A number chooses an answer; several numbers choose several. Words are kept as they are. An empty line leaves a question.
n  not known      d  declined      ?  why we ask
/danger /safeguarding /carer /social_worker /unsafe /difficult   raise a standing rule; you come back afterwards
/undo   take the last thing back         /go STEP   go to a step         /back   back to where you were
/note WORDS   add to the notes           /check NOTE   the sign was looked at
/search WORDS   the directory            /keep NUMBER   keep one of those found
/fast   short ways out: a named worker, another service, …
/wrap   outcome and what is missing      /outcome CODE REASON   another outcome
/misfit REASON   leave a step that does not fit          /withdraw WHO   a consent taken back
/safe REASON   safe to contact again (social worker)    /money SUM   weekly figure      /word WORD   what it means
/leaflet   write the leaflet             /save   save the call             /quit   leave it open"""


class Plain:
    """One handler, one line at a time. ``lines`` are what is typed, ``say`` prints."""

    def __init__(self, desk: Desk, lines: Iterator[str], say: Callable[[str], None]) -> None:
        self.desk, self.lines, self.say = desk, lines, say
        self.found: tuple[Match, ...] = ()
        self.call: Call | None = None
        self.gone = False
        self.given: dict[str, dict[str, object]] = {}
        """Answers of steps that aren't finished, by step."""
        self.at = ""
        """The step that was read out last."""
        self.heard: tuple[str, ...] = ()
        """The flags and checks that were read out last."""

    def run(self) -> None:
        """Offer open calls, take one call, and stop when it is saved or the input ends."""
        self.say(f"{self.desk.tools.organisation.name}. /help lists the commands.")
        self.call = self._begin()
        while self.call is not None and not self.call.closed and not self.gone:
            there = self.desk.walk(self.call)
            if there.step is None:
                self._wrap()
                self._command_line("All was asked. /save saves the call, /go STEP goes back: ")
                continue
            self._step(self.desk.script.steps[there.step], there)

    def _begin(self) -> Call | None:
        calls = self.desk.open_calls()
        if not calls:
            return self.desk.open()
        for number, call in enumerate(calls, 1):
            step = self.desk.walk(call).step
            self.say(f"{number}. take back call {call.ref}, at {step or 'the end'}")
        line = self._line("Number of the call to take back, or an empty line for a new one: ")
        if line and line.isdigit() and 0 < int(line) <= len(calls):
            return self.desk.resume(calls[int(line) - 1].id)
        return self.desk.open() if line is not None else None

    # ------------------------------------------------------------------ a step

    def _step(self, step: Step, there: Walk) -> None:
        self._heading(step, there)
        given = self.given.setdefault(step.id, {})
        while self.call is not None:
            fields = [f for f in self.desk.asks(self.call, step.id, given) if f.key not in given]
            if not fields:
                break
            answer = self._field(step, fields[0])
            if answer is None:
                return
            given[fields[0].key] = answer
        if given or self._said():
            told = {key: value for key, value in given.items() if value}
            if not self._do(self.desk.answer, step.id, told):
                given.clear()
            self.given.pop(step.id, None)

    def _heading(self, step: Step, there: Walk) -> None:
        script, staff = self.desk.script, self.desk.staff
        remember = [f"{why}." for why in (self._gone(), telling.undisclosed(there), self._concern(there)) if why]
        remember += [f"Remember: {', '.join(telling.flags(script, there))}."] if there.flags else []
        remember += [f"Check: “{p.words}”, {p.kind}? /check NOTE when you have looked." for p in self._unchecked(there)]
        for line in remember:
            if line not in self.heard:
                self.say(line)
        self.heard = tuple(remember)
        if step.id == self.at:
            return
        self.at = step.id
        self.say("")
        self.say(f"{step.id}. {script.section(step.id).title}: {step.title}.")
        step = telling.permitted(step, there)
        for text in (step.say, step.ask):
            if text:
                self.say(f"Say: {telling.spoken(' '.join(text.split()), script, there, staff)}")
        if step.tip:
            self.say(f"Tip: {step.tip}")

    def _field(self, step: Step, field: Field) -> object:
        """The answer to one field; ``""`` leaves it, ``None`` means the step is no longer the one in hand."""
        options = telling.options(field)
        need = ", needed" if field.required else ", optional" if field.optional else ""
        self.say(f"{field.label or field.key}{need}{' (several may be chosen)' if field.type == 'many' else ''}")
        for number, option in enumerate(options, 1):
            self.say(f"  {number}. {option.text}")
        while (line := self._line("")) is not None:
            if line.startswith("/"):
                before = self.call
                self._command(line)
                if self.call is not before or self.gone:
                    return None
            elif line == "?":
                self.say(step.why or "The script gives no reason.")
            elif not line and field.required:
                self.say("This one is needed. n is not known, d is declined.")
            elif not line:
                return ""
            elif (answer := self._read(field, line)) is not None:
                return answer
        return None

    def _read(self, field: Field, line: str) -> object | None:
        options = telling.options(field)
        if line in ("n", "d") and (options or field.type != "text"):
            return NOT_KNOWN if line == "n" else DECLINED
        numbers = line.replace(",", " ").split()
        if options and all(n.isdigit() and 0 < int(n) <= len(options) for n in numbers):
            chosen = tuple(options[int(n) - 1].value for n in numbers)
            return chosen if field.type == "many" else chosen[0]
        try:
            value = self.desk.understands(field.key, line)
        except TriageError as error:
            self.say(str(error))
            return None
        if field.type in ("date", "num") and value is not None:
            self.say(f"= {telling.said(field, value)}")
        return value

    def _said(self) -> bool:
        line = self._line("Empty line when it is said: ")
        if line and line.startswith("/"):
            self._command(line)
        return line == ""

    # ------------------------------------------------------------------ commands

    def _command_line(self, prompt: str) -> None:
        line = self._line(prompt)
        if line is not None and line.startswith("/"):
            self._command(line)

    def _command(self, line: str) -> None:
        word, _, rest = line[1:].partition(" ")
        rule = next((i for i in self.desk.script.interrupts if i.name == word), None)
        if rule is not None:
            self._do(self.desk.interrupt, rule.name)
        elif (command := getattr(self, f"_on_{word}", None)) is not None:
            command(rest.strip())
        else:
            self.say(f"There is no /{word}. /help lists the commands.")

    def _on_help(self, _: str) -> None:
        self.say(HELP)

    def _on_fast(self, name: str) -> None:
        ways = self.desk.script.fast_exits
        way = next((w for n, w in enumerate(ways, 1) if name in (w.name, str(n))), None)
        if way is None:
            for number, each in enumerate(ways, 1):
                self.say(f"{number}. {each.title}")
            self.say("/fast NUMBER takes one.")
            return
        answers: dict[str, object] = {}
        for key in way.asks:
            found = self.desk.script.field(key)
            answer = self._field(*found) if found else ""
            if answer is None:
                return
            answers[key] = answer
        if self._do(self.desk.fast_exit, way, {k: v for k, v in answers.items() if v}):
            self._told()

    def _gone(self) -> str:
        """What was taken out of the latest texts."""
        events = self.call.events[-4:] if self.call else ()
        return warning(what for event in events for what in event.data.get("masked", ()))

    def _concern(self, there: Walk) -> str:
        found = concern(self.call, there) if self.call else None
        return found.words(self.desk.clock()) if found else ""

    def _on_misfit(self, reason: str) -> None:
        step = self.desk.walk(self.call).step if self.call else None
        if step:
            self._do(self.desk.misfit, step, reason)

    def _on_withdraw(self, to: str) -> None:
        standing = [c for c in consents.given(self.call) if c.withdrawn is None] if self.call else []
        found = next((c for c in standing if c.to.casefold() == to.casefold()), None)
        if found is None:
            self.say(
                f"Consents that stand: {', '.join(c.to for c in standing) or 'none'}. /withdraw WHO takes one back."
            )
        elif self._do(partial(self.desk.withdraw, key=found.key), found.to):
            self.say(f"Consent taken back: {found.to}.")

    def _on_safe(self, reason: str) -> None:
        self._do(self.desk.safe_again, reason)

    def _on_money(self, words: str) -> None:
        try:
            for line in asked(words, self.desk.tools.limits, self.desk.today).words:
                self.say(line)
        except TriageError as error:
            self.say(str(error))

    def _on_word(self, words: str) -> None:
        for term in looked_up(self.desk.tools.glossary, words)[:3]:
            self.say(f"{term.term}: {told(term)}")

    def _on_undo(self, _: str) -> None:
        self._do(self.desk.undo)

    def _on_go(self, step: str) -> None:
        self._do(self.desk.go, step.upper())

    def _on_back(self, _: str) -> None:
        self._do(self.desk.back)

    def _on_note(self, words: str) -> None:
        if self.call is not None and words:
            self._do(self.desk.draft, "notes", "\n".join(filter(None, (self.call.notes, words))))

    def _on_check(self, note: str) -> None:
        prompts = self._unchecked(self.desk.walk(self.call)) if self.call else []
        if prompts:
            self._do(self.desk.check, prompts[0].id, note)
        else:
            self.say("Nothing to check.")

    def _on_search(self, words: str) -> None:
        self.found = tuple(self.desk.search(words, limit=9).matches)
        for number, match in enumerate(self.found, 1):
            facts = [match.listing.organisation, match.listing.fees, match.listing.phone]
            self.say(f"{number}. {match.listing.name}. {'. '.join(f for f in facts if f)}")
        self.say(f"{len(self.found)} found." if self.found else "Nothing found.")

    def _on_keep(self, number: str) -> None:
        if number.isdigit() and 0 < int(number) <= len(self.found):
            self._do(self.desk.keep, self.found[int(number) - 1].listing.id)
        else:
            self.say("Search first, then /keep with the number of one that was found.")

    def _on_wrap(self, _: str) -> None:
        self._wrap()

    def _on_outcome(self, rest: str) -> None:
        code, _, reason = rest.partition(" ")
        self._do(self.desk.choose, code.upper(), reason)

    def _on_leaflet(self, _: str) -> None:
        if self.call is None:
            return
        try:
            self.call, paths = handing.write_leaflet(self.desk, self.call)
        except (TriageError, OSError) as error:
            self.say(str(error))
        else:
            self.say(f"The leaflet is in {paths['text']}")

    def _on_save(self, _: str) -> None:
        if self._do(self.desk.close):
            self._told()

    def _on_quit(self, _: str) -> None:
        self.gone = True
        self.say("The call stays open and is offered back next time.")

    # ------------------------------------------------------------------ inside

    def _wrap(self) -> None:
        if self.call is None:
            return
        there = self.desk.walk(self.call)
        code = self.call.chosen[0] if self.call.chosen else there.outcome
        self.say(f"Outcome: {code} {self.desk.outcome(code).name}" if code else "Outcome: none follows yet.")
        for block in there.blocks:
            self.say(f"Missing: {block.why}. /go {block.go}" if ":" not in block.go else f"Missing: {block.why}.")
        for planned in self.desk.planned(self.call):
            self.say(f"Have it cancelled (call {planned.call.ref}): {planned.what}.")
        for line in handing.read_out(self.desk, self.call):
            self.say(f"Say: {line}")

    def _told(self) -> None:
        if self.call and self.call.closed:
            self.say(f"Call {self.call.ref} is saved as {self.call.closed.data['outcome']}.")

    def _unchecked(self, there: Walk) -> list[Prompt]:
        return [p for p in there.prompts if self.call is not None and p.id not in self.call.checked]

    def _do(self, what: Callable[..., Call], *args: object) -> bool:
        if self.call is None:
            return False
        try:
            self.call = what(self.call, *args)
        except TriageError as error:
            self.say(str(error))
            return False
        self.say(f"saved {self.call.events[-1].at.astimezone(ZoneInfo(ZONE)):%H:%M:%S}")
        return True

    def _line(self, prompt: str) -> str | None:
        if prompt:
            self.say(prompt)
        try:
            return next(self.lines).strip()
        except StopIteration:
            self.gone = True
            return None

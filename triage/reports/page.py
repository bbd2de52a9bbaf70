"""One call on one page, in the words of the people on it.

The page is for staff. What the caller said about whoever may be causing harm is left out of it (PRIVACY P12): it
stands in the safeguarding record, and the page only says that it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten, wrap
from typing import Protocol

from triage import consents
from triage.consents import Consent
from triage.model import Call, Event, Listing, OutcomeCode, Value
from triage.reports.days import local
from triage.reports.kpis import slot_start

WITHHELD = frozenset(
    (
        *("sg_account", "sg_note", "sg_source", "sg_source_role", "sg_lives_there", "sg_others", "sg_children"),
        *("sg_raise_reason", "sg_share_note", "sw_question", "sw_answer"),
    )
)
"""Answers that tell of the source of harm, or may: kept out of every summary."""

WHO = ("caller_role", "caller_name", "caller_relation", "tp_consent", "p_name", "p_dob", "p_postcode", "p_phone")
"""Answers that say who rang and about whom, shown first."""


LABEL = 26
"""Cells of the labels' column in plain text."""


class Words(Protocol):
    """What the page asks of a script: its words."""

    @property
    def flags(self) -> Mapping[str, str]:
        """Every flag's words."""

    @property
    def actions(self) -> Mapping[str, str]:
        """Every action's words."""

    def answer(self, key: str, value: Value) -> tuple[str, str]:
        """What a key is called, and an answer to it in words."""

    def appointment(self, slot: str) -> str:
        """What kind of appointment a slot is, and with whom."""


@dataclass(frozen=True, slots=True)
class Part:
    """A titled part of the page: (label, words) rows; no label for words that stand alone."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page: what it is about in one line, and its parts. Empty parts are left out."""

    title: str
    parts: tuple[Part, ...]

    def text(self, width: int = 78) -> str:
        """The page as plain text, labels in one column."""
        lines = [self.title, ""]
        for part in self.parts:
            lines.append(part.title)
            for label, words in part.rows:
                head = f"  {shorten(label, LABEL, placeholder='…'):<{LABEL}}  " if label else "  "
                told = wrap(words, max(20, width - len(head))) or [""]
                lines += [head + told[0], *(" " * len(head) + more for more in told[1:])]
            lines.append("")
        return "\n".join(lines)


def call_page(call: Call, words: Words, outcomes: Mapping[str, OutcomeCode], listings: Mapping[str, Listing]) -> Page:
    """The page of one call, open or closed."""
    opened = call.opened
    when = f"{local(opened.at):%a %d %b %Y %H:%M}" if opened else "booked without a call"
    found = (
        Part("Who", _answers(call, words, WHO)),
        Part("Need, in the caller's words", _words(call)),
        Part("Answers", _answers(call, words, [k for k in call.answers if k not in (*WHO, "reason_verbatim")])),
        Part("Consent to tell others", tuple(_consent(c) for c in consents.given(call))),
        Part("Prompts checked", tuple(("", f"“{_prompt(p)}”: {note}") for p, note in call.checked.items())),
        Part("Did not fit", tuple((e.data["step"], e.data["reason"]) for e in call.of_kind("misfit"))),
        Part("Shortlist", _shortlist(call, listings)),
        Part("Appointments", tuple((_when(slot), words.appointment(slot)) for slot in call.bookings)),
        Part("Outcome", _outcome(call, words, outcomes)),
        Part("What happens next", tuple(_promise(call, e) for e in call.promises)),
        Part("Notes", (("", call.notes),) if call.notes.strip() else ()),
        Part("Times", _times(call)),
    )
    return Page(f"Call {call.ref} · {when} · {call.owner or 'nobody'}", tuple(p for p in found if p.rows))


def _answers(call: Call, words: Words, keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    shown = [k for k in keys if k in call.answers and k not in WITHHELD]
    rows = [words.answer(key, call.answers[key]) for key in shown]
    kept_back = [k for k in keys if k in call.answers and k in WITHHELD]
    if kept_back:
        rows.append(
            ("Kept back", f"{len(kept_back)} answers about a possible source of harm: see the safeguarding record")
        )
    return tuple(rows)


def _words(call: Call) -> tuple[tuple[str, str], ...]:
    words = str(call.answers.get("reason_verbatim", "")).strip()
    return (("", f"“{words}”"),) if words else ()


def _shortlist(call: Call, listings: Mapping[str, Listing]) -> tuple[tuple[str, str], ...]:
    told = [e for e in call.of_kind("handed") if e.data.get("what") == "leaflet"]
    rows = [("", listings[i].name if i in listings else f"{i} (no longer in the directory)") for i in call.shortlist]
    rows += [("Given", f"{e.data['channel']}, {e.data['format']}, {local(e.at):%H:%M}") for e in told]
    return tuple(rows)


def _outcome(call: Call, words: Words, outcomes: Mapping[str, OutcomeCode]) -> tuple[tuple[str, str], ...]:
    if call.closed is None:
        return (("", "still open"),)
    end = call.closed.data
    rows = [(str(end.get("outcome", "")), _name(outcomes, str(end.get("outcome", ""))))]
    rows += [("because", str(end["because"]))] if end.get("because") else []
    rows += [("also", f"{code}  {_name(outcomes, code)}") for code in end.get("also", ())]
    rows += [("route", str(end["route"]))] if end.get("route") else []
    rows += [("done", words.actions.get(code, code)) for code in end.get("actions", ())]
    rows += [("flag", words.flags.get(code, code)) for code in end.get("flags", ())]
    return tuple(rows)


def _consent(consent: Consent) -> tuple[str, str]:
    told = [consent.what, f"said yes: {consent.given_by}" if consent.given_by else "", consent.how]
    told.append(f"noted {local(consent.at):%a %d %b %H:%M} by {consent.noted_by}")
    told.append(f"TAKEN BACK {local(consent.withdrawn):%a %d %b %H:%M}" if consent.withdrawn else "")
    return consent.to, ", ".join(t for t in told if t)


def _promise(call: Call, event: Event) -> tuple[str, str]:
    due = str(event.data.get("due", ""))
    done = f", done {local(call.kept[event.id]):%a %d %b %H:%M}" if event.id in call.kept else ""
    return (
        f"{local(datetime.fromisoformat(due)):%a %d %b %H:%M}" if due else "",
        f"{event.data['what']} ({event.data['owner']}){done}",
    )


def _times(call: Call) -> tuple[tuple[str, str], ...]:
    if call.opened is None:
        return ()
    rows = [("answered", f"{local(call.opened.at):%H:%M:%S}")]
    rows += [("taken over", f"{local(e.at):%H:%M:%S} by {e.by}") for e in call.of_kind("took over")]
    if call.closed:
        minutes = (call.closed.at - call.opened.at).total_seconds() / 60
        rows.append(("saved", f"{local(call.closed.at):%H:%M:%S}, after {minutes:.0f} min"))
    return tuple(rows)


def _name(outcomes: Mapping[str, OutcomeCode], code: str) -> str:
    return outcomes[code].name if code in outcomes else ""


def _prompt(prompt: str) -> str:
    return prompt.rpartition(":")[2] or prompt


def _when(slot: str) -> str:
    start = slot_start(slot)
    return f"{start:%a %d %b %H:%M}" if start else ""

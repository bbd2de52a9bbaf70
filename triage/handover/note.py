"""The call in words: the note to paste into the case system, and what is read back to the caller (Z1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from triage.handover.words import clean, clock, day, sentence, series, slot_time
from triage.model import Slot
from triage.settings import Organisation

YOU = "you"
"""The owner of a next step that is the caller's own."""

SOMEBODY = "a caller"
"""Who rang when nobody has asked who is ringing."""

FLAG_WORDS = {
    "F-UNSAFE": "not safe to ring, text, email or write until a social worker says so",
    "F-COMM": "needs information or talk in a particular way",
    "F-CAP": "doubt whether they can decide this; a social worker was asked or must be",
    "F-REPEAT": "rang in the last 28 days too",
    "F-CHILD": "a child lives in the household",
    "F-SENS": "restricted record",
    "F-OOH": "rang outside office hours",
}
"""What a flag means to whoever reads the note. A staff risk marker (``F-RISK``) is for supervisors and stays out."""

UNSAFE_NOTE = (
    "UNSAFE TO CONTACT. Do not ring, text, e-mail, write or visit. For staff only: give or send this note to nobody."
)
"""The first line of the note about somebody whom it isn't safe to contact."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What somebody does next. ``owner`` is ``you`` for the caller; ``due`` is the day it is done by."""

    what: str
    owner: str = ""
    due: date | None = None

    @property
    def who(self) -> str:
        """The owner with a capital."""
        return clean(self.owner)[:1].upper() + clean(self.owner)[1:]

    @property
    def by(self) -> str:
        """The day in words."""
        return day(self.due) if self.due else ""


@dataclass(frozen=True, slots=True)
class Handover:
    """What is passed on from a call. ``at`` is local time.

    ``caller`` says who rang, as the person's (``daughter, unpaid carer``); empty when they rang for themselves.
    ``person`` is the name they go by; empty when none was given. ``need``, ``done`` and ``shortlist`` are lines in
    plain words; ``outcome`` and ``also`` are outcome names; ``flags`` are codes (``F-UNSAFE``).
    """

    ref: str
    at: datetime
    handler: str = ""
    caller: str = ""
    person: str = ""
    need: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    steps: tuple[NextStep, ...] = ()
    appointments: tuple[Slot, ...] = ()
    shortlist: tuple[str, ...] = ()
    outcome: str = ""
    also: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: str = ""


def withheld(flags: Iterable[str]) -> str:
    """Why nothing may be printed, posted, texted, emailed or exported for this call (PRIVACY P8); ``""`` if it may."""
    if "F-UNSAFE" in set(flags):
        return "It isn’t safe to send or print anything for this person until a social worker clears it."
    return ""


def case_note(handover: Handover) -> str:
    """The note, one paragraph a line, to paste into a case system."""
    steps = [_promise(step) for step in handover.steps]
    booked = [", ".join(filter(None, (s.type.name, slot_time(s), _where(s)))) for s in handover.appointments]
    flags = [FLAG_WORDS.get(f, f) for f in handover.flags if f != "F-RISK"]
    outcome = handover.outcome + (f"; also {series(handover.also)}" if handover.also else "")
    paragraphs = [
        UNSAFE_NOTE if withheld(handover.flags) else "",
        _who_rang(handover),
        _told("Keep in mind", flags),
        _told("Need", handover.need),
        _told("Done on the call", handover.done),
        _told("Told about", handover.shortlist),
        _told("Booked", booked),
        _told("Next", steps),
        _told("Outcome", [outcome] if outcome else []),
        _told("Notes", handover.notes.splitlines()),
    ]
    return "\n".join(filter(None, paragraphs))


def read_back(handover: Handover, organisation: Organisation) -> tuple[str, ...]:
    """What to say, a sentence or two each: who, what is needed, what we do by when, what the caller does."""
    about = clean(handover.person) or "somebody you know"
    who = f"You are ringing about {about}" if handover.caller else "You are ringing for yourself"
    told = handover.person or handover.caller != SOMEBODY
    lines = ["Let me read that back to you.", *([sentence(who)] if told else [])]
    lines += [f"You told me: {sentence(line)}" for line in handover.need]
    lines += [sentence(line) for line in handover.done]
    if handover.shortlist:
        lines.append(f"I have told you about {series([clean(name) for name in handover.shortlist])}.")
    for slot in handover.appointments:
        lines.append(" ".join(filter(None, (f"Your appointment is on {slot_time(slot)}.", clean(slot.type.tell)))))
    ours = [s for s in handover.steps if s.owner.lower() != YOU]
    yours = [s for s in handover.steps if s.owner.lower() == YOU]
    for step in ours:
        who = step.who or organisation.name
        lines.append(f"What we do: {sentence(step.what)} {who} will do that{_by(step)}.")
    lines += [
        f"What you do: {sentence(step.what)}" + (f" Please do that{_by(step)}." if step.by else "") for step in yours
    ]
    if withheld(handover.flags):
        lines.append("We will not ring, text or write to you until we know that it is safe.")
    return (*lines, "Have I got that right?")


def _who_rang(handover: Handover) -> str:
    caller, person = clean(handover.caller), clean(handover.person)
    if caller:
        about = f" about {person}" if person else ", without giving the person’s name,"
        who = f"{caller[:1].upper()}{caller[1:]}{',' * (',' in caller)} rang{about}"
    else:
        who = f"{person} rang" if person else "A caller who gave no name rang"
    taken = f" Taken by {clean(handover.handler)}." if handover.handler else ""
    return f"{who} on {day(handover.at)} at {clock(handover.at)} (ref {handover.ref}).{taken}"


def _promise(step: NextStep) -> str:
    owner = "the caller" if step.owner.lower() == YOU else clean(step.owner)
    return clean(step.what).rstrip(".") + (f" – {owner}" if owner else "") + (f", by {step.by}" if step.by else "")


def _told(heading: str, lines: Iterable[str]) -> str:
    said = [sentence(line) for line in lines if clean(line)]
    return f"{heading}: {' '.join(said)}" if said else ""


def _where(slot: Slot) -> str:
    """As the end of a line: a phrase loses its capital, a name keeps it."""
    where = clean(slot.type.where)
    return where[:1].lower() + where[1:] if where.split(" ")[0] in ("On", "At", "In") else where


def _by(step: NextStep) -> str:
    return f" by {step.by}" if step.by else ""

"""The values everything is made of: frozen, without behaviour beyond questions about themselves.

A call is a list of events. Everything a screen shows of a call (answers, notes, shortlist, bookings) is
read off that list by :class:`Call`; where the script stands is read off the answers by
:func:`triage.script.walk.walk`. Nothing here fetches the time, reads a file or draws.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Literal

NOT_KNOWN = "not known"
"""The answer “not known”: accepted by every question."""
DECLINED = "declined"
"""The answer “declined”: accepted by every question, and never the same as not having asked."""
UNSAFE = "F-UNSAFE"
"""The flag of somebody whom it isn't safe to ring or write to."""

IDENTIFYING = frozenset(
    (
        *("callback_number", "safe_contact", "caller_name", "prof_name", "prof_phone", "prof_email", "carer_for"),
        *("p_name", "p_likes", "p_dob", "p_address", "p_postcode", "p_phone", "p_nhs", "p_gp", "care_director_id"),
    )
)
"""The answers that say who somebody is. On an anonymous call nobody gets to see one (PRIVACY P2)."""

CALLBACKS = "callbacks"
"""Begins the name of a page of the call-back queue, a month each (``callbacks.2026-11``)."""
DIARY = "diary"
"""Where the diary's own events are kept: leave, extra sessions, and whose calls wait for a time."""

Value = str | int | float | tuple[str, ...]
"""One answer. ``many`` questions give a tuple; dates are ISO strings (``1944-03-03``)."""

Kind = Literal["care", "activity"]
"""Which directory a listing is from: Care and Support, or Community Activities."""

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"


def new_id(at: datetime) -> str:
    """A time-ordered id that no other desk makes: ``20261121T094402-k7qm2fx``.

    Made by the client, so that a retried write is harmless; the month can be read off it. ``at`` is in UTC.
    """
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(7))
    return f"{at:%Y%m%dT%H%M%S}-{tail}"


def ref_of(call_id: str) -> str:
    """The short reference a handler reads out, from a call's id: ``K7QM2FX``."""
    return call_id.rpartition("-")[2].upper()


def note_field(prompt: str) -> str:
    """The field under which the note on a prompt is drafted until it is kept."""
    return f"check {prompt}"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who uses the product; ``roles`` are PRIVACY.md §4's, in lower case."""

    id: str
    name: str
    roles: tuple[str, ...] = ("handler",)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing one person did, durable before any screen shows it as saved.

    ``kind`` and the keys of ``data``:

    ============== ==================================================================================
    opened         script, version, mode (``live`` · ``demo`` · ``practice``)
    answered       step, answers ``{key: Value}`` (empty for a step that only says something), said (the words that
                   were read out, where the script keeps them by their version)
    withdrew       key, value, to, reason: a consent taken back, such as that to tell the GP (``consent_share``)
    drafted        field (a key, or ``notes``), text: what is being typed, at most 300 ms behind the keys
    misfit         step, reason: the step was left because it doesn't fit this caller
    raised         interrupt (a name from the script), at (the step it left)
    went           step: the handler jumped there; back (bool): it was on the trail, to look at it or change it;
                   then, at: the step that was meant, which this one must come before, and the one that was left
    returned       at (a step): back from a jump or an interrupt to where the answers lead
    undone         event: the id of the event that no longer counts
    checked        prompt (its id), note
    flagged        flag, on (bool), reason
    searched       words, kind, found (int)
    shortlisted    listing (id)
    dropped        listing (id): off the shortlist
    reported       listing (id), reason (``closed`` · ``full`` · ``out of date`` · ``other``), note
    unmet          words, reason: searched for and not found
    held           slot, until (ISO, UTC)
    released       slot
    booked         slot, place (a postcode district), needs (who else is wanted: ``interpreter: Punjabi`` · …)
    moved          slot (the new one), was (the old one); place and needs stay those of the booking
    cancelled      slot, reason
    missed         slot, note: the person did not come, or could not be reached at the time
    came           slot: they did after all
    waiting        type, near, days, part, until, needs: wants a time that wasn't free
    offered        wait (the id of the event), slot, until (ISO, UTC): a slot that came free is kept for them
    replied        offer (the id of the event), answer (``accepted`` · ``declined`` · ``no answer``)
    stopped        wait, why: no longer on the waiting list
    handed         what (``leaflet`` · ``text`` · …), channel, format, listings
    promised       what, owner, due (ISO), about (``callback`` · ``social worker`` · …), standard, said (the time as
                   it was typed): a call-back or task somebody now owns
    settled        promise (the id of the event), how (``kept`` · ``taken back``), note
    assigned       promise, to (an id of staff; empty: nobody), why: who makes the call back
    rang           promise, result (``spoke`` · ``no answer`` · ``voicemail`` · ``wrong number``), note, next (ISO,
                   UTC): an attempt to ring back, and when to try again
    outcome        code, reason: the handler chose another outcome than the proposed one
    closed         outcome, also, route, actions, flags, because, path, pathways, script: what was true at saving
    took over      from: another desk's call is now this handler's
    looked up      words, found (int): a person was searched for; with no call on the line under an id of its own
    viewed         person, calls, words, points (what agreed), reason, restricted (bool): a record was opened, on the
                   call on the line, or without one on the person's latest call
    corrected      answers, reason: what was wrong on a saved call, put right as a new version (PRIVACY P13)
    hold set       reason: a legal hold, which stops disposal until ``hold lifted`` (reason)
    linked         to (another call's id), on (bool), why (what agreed), reason: both are about one person, or are not
    ============== ==================================================================================

    Where something typed held what may not be kept, ``masked`` names what was taken out (``card number`` · …).

    The diary's own page, :data:`DIARY`, is kept like a call that was never opened: ``away`` (resource, empty for
    everybody; day, until, start, end, why), ``extra`` (resource, type, day, start, end, every), ``back`` (event: either
    taken back), ``listed`` (call, wait) and ``unlisted`` (wait). So are the pages of the call-back queue
    (:data:`CALLBACKS`): ``queued`` (call, promise) and ``unqueued`` (promise).
    """

    id: str
    call: str
    at: datetime
    by: str
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A hold or a booking of a slot: whoever owns all its ``keys`` owns the time.

    ``until`` is when a hold runs out (UTC); ``None`` is a booking. Keys are unique across calls, so that a slot,
    its buffers and the person who serves it can never be given out twice (:attr:`Slot.keys`).
    """

    slot: str
    call: str
    keys: tuple[str, ...]
    until: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether it still counts at ``now``."""
        return self.until is None or self.until > now


def _without(value: Value, one: str) -> Value:
    """An answer without one of its values: ``none`` when nothing is left of several, ``no`` instead of the only one."""
    if isinstance(value, tuple):
        return tuple(v for v in value if v != one) or ("none",)
    return "no" if value == one else value


@dataclass(frozen=True)
class Call:
    """A call, read off its events. Give it the events in the order they happened."""

    id: str
    events: tuple[Event, ...] = ()

    def plus(self, *events: Event) -> Call:
        """The call with more events."""
        return replace(self, events=self.events + events)

    @property
    def ref(self) -> str:
        """The short reference a handler reads out."""
        return ref_of(self.id)

    @cached_property
    def live_events(self) -> tuple[Event, ...]:
        """The events that count: neither undone nor an undoing."""
        undone = {e.data["event"] for e in self.events if e.kind == "undone"}
        return tuple(e for e in self.events if e.kind != "undone" and e.id not in undone)

    def of_kind(self, *kinds: str) -> tuple[Event, ...]:
        """The events of these kinds that count."""
        return tuple(e for e in self.live_events if e.kind in kinds)

    @cached_property
    def answers(self) -> Mapping[str, Value]:
        """The latest answer to every key, without what was withdrawn, and without names where none is wanted."""
        found: dict[str, Value] = {}
        for event in self.of_kind("answered", "withdrew", "corrected"):
            if event.kind == "withdrew":
                found[event.data["key"]] = _without(found.get(event.data["key"], ()), event.data["value"])
                continue
            for key, value in event.data["answers"].items():
                found[key] = tuple(value) if isinstance(value, list) else value
        if found.get("anonymous") == "yes":
            return {key: value for key, value in found.items() if key not in IDENTIFYING}
        return found

    @property
    def anonymous(self) -> bool:
        """Whether the caller has advice without giving a name."""
        return self.answers.get("anonymous") == "yes"

    @cached_property
    def passed(self) -> frozenset[str]:
        """The ids of the steps that were answered, read out, or left because they don't fit."""
        return frozenset(e.data["step"] for e in self.of_kind("answered", "misfit"))

    @cached_property
    def raised(self) -> tuple[str, ...]:
        """The interrupts raised, oldest first, each once."""
        return tuple(dict.fromkeys(e.data["interrupt"] for e in self.of_kind("raised")))

    @cached_property
    def jumped(self) -> tuple[str, ...]:
        """The steps the handler went to out of order and answered there, oldest first."""
        went = dict.fromkeys(e.data["step"] for e in self.of_kind("went") if not e.data.get("back"))
        return tuple(step for step in went if step in self.passed)

    @cached_property
    def focus(self) -> str | None:
        """The step the handler jumped to and hasn't answered yet."""
        where = None
        for event in self.of_kind("went", "returned", "answered", "misfit", "raised"):
            if event.kind == "went":
                where = event.data["step"]
            elif event.kind not in ("answered", "misfit") or event.data["step"] == where:
                where = None
        return where

    @cached_property
    def drafts(self) -> Mapping[str, str]:
        """Text typed and not yet given as an answer, by field. Notes are the field ``notes``."""
        found: dict[str, str] = {}
        for event in self.of_kind("drafted", "answered", "checked"):
            if event.kind == "drafted":
                found[event.data["field"]] = event.data["text"]
            elif event.kind == "checked":
                found.pop(note_field(event.data["prompt"]), None)
            else:
                for key in event.data["answers"]:
                    found.pop(key, None)
        return {k: v for k, v in found.items() if k not in IDENTIFYING} if self.anonymous else found

    @property
    def notes(self) -> str:
        """The handler's notes, as last typed."""
        return self.drafts.get("notes", "")

    @cached_property
    def checked(self) -> Mapping[str, str]:
        """The prompts checked off, with the note made."""
        return {e.data["prompt"]: e.data["note"] for e in self.of_kind("checked")}

    @cached_property
    def shortlist(self) -> tuple[str, ...]:
        """The ids of the listings kept, in the order they were kept."""
        kept: dict[str, None] = {}
        for event in self.of_kind("shortlisted", "dropped"):
            if event.kind == "shortlisted":
                kept[event.data["listing"]] = None
            else:
                kept.pop(event.data["listing"], None)
        return tuple(kept)

    @cached_property
    def bookings(self) -> tuple[str, ...]:
        """The ids of the slots booked for this call."""
        slots: dict[str, None] = {}
        for event in self.of_kind("booked", "moved", "cancelled"):
            if event.kind == "moved":
                slots.pop(event.data["was"], None)
            if event.kind == "cancelled":
                slots.pop(event.data["slot"], None)
            else:
                slots[event.data["slot"]] = None
        return tuple(slots)

    @cached_property
    def promises(self) -> tuple[Event, ...]:
        """The promises that stand, oldest first: of those about the same thing the latest, none that was taken back."""
        gone = {e.data["promise"] for e in self.of_kind("settled") if e.data["how"] == "taken back"}
        found: dict[str, Event] = {}
        for event in self.of_kind("promised"):
            about = str(event.data.get("about") or event.id)
            found.pop(about, None)
            found[about] = event
        return tuple(e for e in found.values() if e.id not in gone)

    @cached_property
    def kept(self) -> Mapping[str, datetime]:
        """When each promise was kept, by the id of its event."""
        return {e.data["promise"]: e.at for e in self.of_kind("settled") if e.data["how"] == "kept"}

    @cached_property
    def flags_set(self) -> Mapping[str, bool]:
        """Flags a person set (true) or cleared (false), over what the script says."""
        return {e.data["flag"]: e.data["on"] for e in self.of_kind("flagged")}

    @cached_property
    def chosen(self) -> tuple[str, str] | None:
        """The outcome the handler chose over the proposed one, with the reason."""
        chosen = self.of_kind("outcome")
        return (chosen[-1].data["code"], chosen[-1].data["reason"]) if chosen else None

    @property
    def opened(self) -> Event | None:
        """The event that opened the call; ``None`` for a booking made without one."""
        return next((e for e in self.events if e.kind == "opened"), None)

    @property
    def closed(self) -> Event | None:
        """The event that closed it, once it is closed."""
        return next((e for e in reversed(self.events) if e.kind == "closed"), None)

    @property
    def owner(self) -> str:
        """The id of the member of staff whose call it is."""
        taken = self.of_kind("took over")
        return taken[-1].by if taken else (self.opened.by if self.opened else "")

    @property
    def summary(self) -> CallSummary | None:
        """The call's line in a list of calls; ``None`` for a booking made without a call."""
        if self.opened is None:
            return None
        end = self.closed.data if self.closed else {}
        return CallSummary(
            id=self.id,
            opened=self.opened.at,
            closed=self.closed.at if self.closed else None,
            handler=self.owner,
            mode=str(self.opened.data.get("mode", "live")),
            outcome=str(end.get("outcome", "")),
            pathways=tuple(end.get("pathways", ())),
            reason=str(self.answers.get("reason_verbatim", ""))[:120],
            unsafe=self.flags_set.get(UNSAFE, UNSAFE in end.get("flags", ())),
        )


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One line of a list of calls: what a supervisor filters on, made when the call was closed or last written."""

    id: str
    opened: datetime
    closed: datetime | None
    handler: str
    mode: str
    outcome: str = ""
    pathways: tuple[str, ...] = ()
    reason: str = ""
    unsafe: bool = False
    """Whether it was closed with the person unsafe to contact, and nobody has cleared that since."""

    @property
    def ref(self) -> str:
        """The short reference a handler reads out."""
        return ref_of(self.id)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something happens, in iCalendar's terms (Open Referral ``schedules``).

    ``byday`` holds ``MO`` … ``SU`` (``2MO`` is the second Monday when ``freq`` is ``MONTHLY``).
    """

    byday: tuple[str, ...] = ()
    opens_at: time | None = None
    closes_at: time | None = None
    freq: Literal["WEEKLY", "MONTHLY"] = "WEEKLY"
    interval: int = 1
    description: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of the merged directory; fields carry Open Referral's names where it has one.

    ``status`` is ``current`` or one of ``historic`` · ``superseded`` · ``cancelled`` · ``pending`` ·
    ``temporarily closed`` · ``expired`` · ``archived``; only a current one may be read out as current.
    ``minimum_age`` and ``maximum_age`` are in years. ``latitude`` and ``longitude`` are WGS 84 degrees. ``fees`` is
    the text a caller may hear; ``free`` is ``None`` when it isn't known. ``topics`` are the kinds it belongs to, the
    most telling first; ``room`` is whether there is a place free; ``application_process`` says how to get in.
    ``check`` marks a fact its source was unsure of.
    """

    id: str
    name: str
    kind: Kind
    description: str
    source_id: str = ""
    source: str = ""
    organisation: str = ""
    topics: tuple[str, ...] = ()
    ward: str = ""
    address: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    fees: str = ""
    free: bool | None = None
    eligibility: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    schedules: tuple[Schedule, ...] = ()
    accessibility: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    transportation: str = ""
    application_process: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    room: bool | None = None
    alert: str = ""
    status: str = "current"
    as_of: date | None = None
    assured_date: date | None = None
    check: bool = False
    demonstration: bool = True

    @property
    def fresh(self) -> date | None:
        """The day somebody last checked it."""
        return self.assured_date or self.as_of

    def age(self, today: date) -> int | None:
        """Days since it was last checked; ``None`` when nobody knows."""
        return (today - self.fresh).days if self.fresh else None


@dataclass(frozen=True, slots=True)
class Match:
    """One search result: the listing, its score in [0, 1], how far (km), and why it is here."""

    listing: Listing
    score: float
    distance_km: float | None = None
    why: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    """Lower-case words of the listing that matched, to highlight."""


@dataclass(frozen=True, slots=True)
class AppointmentType:
    """A kind of appointment. Minutes throughout; ``notice`` is hours; ``horizon`` is days.

    ``mode`` is one of ``phone`` · ``office`` · ``home visit`` · ``carers’ conversation`` · ``OT``. ``notes`` are
    the minutes of ``after`` that are for writing up; at a visit the rest of ``before`` and ``after`` is travel.
    """

    id: str
    name: str
    mode: str
    minutes: int
    before: int = 0
    after: int = 0
    notice: int = 0
    horizon: int = 42
    capacity: int = 1
    where: str = ""
    tell: str = ""
    """What to say to the caller about it."""
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A time somebody can be given. ``start`` and ``end`` are aware, in Europe/London.

    ``id`` is ``TYPE.RESOURCE.2026-12-01T10:00``; ``keys`` are the quarter hours of the resource it uses, buffers
    included, one tuple for each unit of capacity: a claim takes one whole tuple or nothing.
    """

    id: str
    type: AppointmentType
    resource: str
    start: datetime
    end: datetime
    keys: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeCode:
    """A line of the code list (OUTCOMES.md §2), with the dates it is valid for."""

    code: str
    name: str
    rank: int
    definition: str
    first_contact: Literal["yes", "no", "if social worker decided"] = "no"
    confirm: str = ""
    cld_r2: str = ""
    cld_r1: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry in our own words; ``status`` as for a listing."""

    term: str
    meaning: str
    status: str = "current"
    also: tuple[str, ...] = ()
    source: str = ""

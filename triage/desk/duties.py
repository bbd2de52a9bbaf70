"""Who owes what by when: promises follow the answers, so that none is made without an owner or outlives its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from triage.desk import formats, safety
from triage.desk.stamps import clock
from triage.model import DECLINED, NOT_KNOWN, Call, Event
from triage.promises import in_words, typed
from triage.script.walk import Walk

if TYPE_CHECKING:
    from triage.desk.desk import Desk

URGENT = ("EMG", "SGC", "URG")
"""Outcomes whose call back is an urgent one."""
CALLER = ("the caller", "you")


@dataclass(frozen=True, slots=True)
class Duty:
    """What the answers promise. ``about`` is one thing a call can owe; ``said`` is the time as it was typed.

    ``what`` may stand on a leaflet; ``note`` is for staff only (PRIVACY P12).
    """

    about: str
    what: str
    owner: str
    kind: str = "contact"
    said: str = ""
    note: str = ""


def owed(desk: Desk, call: Call, there: Walk) -> Iterator[Duty]:
    """What the answers promise now, and a leaflet that others have to make."""
    form = formats.wanted(desk.script, there)
    if any(e.data["what"] == "leaflet" for e in call.of_kind("handed")) and (form.others or form.language):
        ways = [*form.others, f"{form.language} (translated)" if form.language else ""]
        what = f"this leaflet as: {', '.join(way for way in ways if way)}"
        yield Duty("format", what, desk.tools.standards.role("other_formats"))
    roles = desk.tools.standards
    owner = _told(there, "callback_owner")
    if there.used.get("callback_promised") == "yes" and owner and not safety.to_ring(there.flags):
        yield Duty("callback", "a call back", owner, _kind(there), _told(there, "callback_due"))
    if there.used.get("sw_how") == "same-day task":
        kind = "urgent" if there.used.get("sw_urgency") == "now" else "same-day"
        what = "a call back with the social worker’s answer"
        yield Duty("social worker", what, roles.role("social_worker"), kind, note=_told(there, "sw_question"))
    if there.used.get("sg_accepted") == "no":
        held = {"supervisor": "supervisor", "EDT": "out_of_hours"}.get(_told(there, "sg_escalated"), "social_worker")
        yield Duty("safeguarding", "accept the safeguarding concern", roles.role(held), "same-day")


def follow(desk: Desk, call: Call) -> Call:
    """Make the promises that the answers now say, and take back those they no longer do."""
    duties = {duty.about: duty for duty in owed(desk, call, desk.walk(call))}
    for event in call.promises:
        about = str(event.data.get("about", ""))
        if about and about not in duties:
            call = desk.settle(call, event.id, "the answer was changed", how="taken back")
        elif about and _same(event, duties[about]):
            del duties[about]
    for duty in duties.values():
        due = typed(duty.said, desk.clock()) if duty.said else None
        call = desk.promise(call, duty.what, duty.owner, due, kind=duty.kind, about=duty.about, **_more(duty))
    return call


def offered(desk: Desk, call: Call, step: str, key: str) -> str:
    """What a field may be filled with before anybody types; ``""`` is nothing."""
    found = desk.script.steps[step].field(key) if step in desk.script.steps else None
    if found is None or key in call.answers:
        return ""
    if found.now is not None:
        return clock(desk.clock())
    if key == "callback_owner":
        return next_owner(desk, desk.walk(call))
    if key == "callback_due":
        return in_words(desk.due(_kind(desk.walk(call))))
    return ""


def next_owner(desk: Desk, there: Walk) -> str:
    """Who does what comes next: the owner the outcome's rule names, else whoever takes first contacts."""
    owners = (p.rule.owner for p in there.proposals)
    named = (owner for owner in owners if owner and owner.lower() not in CALLER)
    return next(named, desk.tools.standards.role("first_contact"))


def line(event: Event) -> str:
    """A promise on one line: ``duty social worker: a call back, by Thursday 26 November, 17:00``."""
    due = str(event.data.get("due", ""))
    by = f", by {in_words(datetime.fromisoformat(due))}" if due else ""
    note = f" ({event.data['note']})" if event.data.get("note") else ""
    return f"{event.data['owner']}: {event.data['what']}{note}{by}"


def _kind(there: Walk) -> str:
    return "urgent" if there.used.get("urgent_today") == "yes" or there.outcome in URGENT else "contact"


def _told(there: Walk, key: str) -> str:
    value = there.used.get(key, "")
    return "" if value in ("", NOT_KNOWN, DECLINED) else str(value).strip()


def _more(duty: Duty) -> dict[str, str]:
    return {name: words for name, words in (("said", duty.said), ("note", duty.note)) if words}


def _same(event: Event, duty: Duty) -> bool:
    return all(event.data.get(name, "") == getattr(duty, name) for name in ("what", "owner", "said", "note"))

"""The figures of OUTCOMES.md §6 that the calls themselves can answer, each with the calls behind it.

Wrap-up, hold and abandonment times (K3) need the telephone system, and what became of people after the call
(K4 to K6) needs the case system: no figure is made up for them here.
"""

from __future__ import annotations

from datetime import datetime

from triage.model import DECLINED, NOT_KNOWN, Call
from triage.reports.days import REPEAT_DAYS, local, opened_at
from triage.reports.figures import Count, Figure, Share, Spread, parts
from triage.reports.promised import late
from triage.reports.window import Window

MET = frozenset(("LLS", "SWR", "NHS", "SFD", "IAG", "LAO", "UPD"))
"""The outcomes that can be met at first contact (K1)."""

NOT_A_CONTACT = frozenset(("NUI", "ABD", "ABU"))
"""Never in a denominator: nuisance, abandoned, ended for abuse."""

NO_NEED = frozenset(("DUP", "CMP", "DCD"))
"""Contacts that bring no new need of their own: a chasing call, a complaint logged, a death reported."""

READ_BACK = "Z1"
"""The step that reads the call back; a short way leaves it out."""
SHORT_WAY = "saved by a short way, which asks no read-back: nobody said whether it was what they needed"

PASSED_ON = "S12"
"""The step that passes a safeguarding concern to the duty social worker."""

STILL_OPEN = "still open"
NOT_ANSWERED = "nuisance, abandoned or ended for abuse"


def figures(window: Window) -> tuple[Figure, ...]:
    """All of them, in the order a supervisor reads them."""
    met = first_contact(window)
    return (
        met,
        first_contact_held(window, met),
        handling(window),
        handling(window, safeguarding=True),
        concerns(window),
        same_day(window),
        appointments(window),
        wait_to_slot(window),
        not_attended(window),
        repeats(window),
        late(window),
        often(window),
        misfits(window),
    )


def outcome(call: Call) -> str:
    """The outcome it was saved with, ``""`` while it is open."""
    return str(call.closed.data.get("outcome", "")) if call.closed else ""


def first_contact(window: Window) -> Share:
    """K1: met at first contact, of the contacts with a need."""
    left, of, not_met = [], [], []
    for call in window.calls:
        if why := _no_need(call):
            left.append((why, call.id))
            continue
        of.append(call.id)
        if why := _unmet_because(call) or ("came back within 28 days" if window.repeats.after(call.id) else ""):
            not_met.append((why, call.id))
    failed = {call for _, call in not_met}
    return Share(
        "K1",
        "Met at first contact",
        "Closed with information, advice, low-level support or a message passed on (IAG, LLS, SWR, NHS, SFD, LAO, "
        "UPD), no task or appointment left open, the read-back agreed, and no new contact on the same need within 28 "
        "days, as far as 28 days have passed. A short way (a message for a worker, a number given) asks no read-back: "
        "its calls count as not met and are named apart. Of the answered contacts with a need: not open, nuisance, "
        "abandoned, ended for abuse, complaints, deaths or chasing calls.",
        tuple(i for i in of if i not in failed),
        tuple(of),
        parts(not_met),
        parts(left),
    )


def first_contact_held(window: Window, whole: Share) -> Share:
    """K1, given the whole of it, for the calls old enough to know: 28 days have passed since."""
    young = {c.id for c in window.calls if (window.now - opened_at(c)).days < REPEAT_DAYS}
    old = [i for i in whole.of if i not in young]
    left = [(p.why, i) for p in whole.left_out for i in p.calls]
    return Share(
        "K1-28",
        "Met, and held 28 days",
        "Met at first contact, counting only the calls of at least 28 days ago, so that nobody can still come back.",
        tuple(i for i in whole.met if i not in young),
        tuple(old),
        parts([(p.why, i) for p in whole.not_met for i in p.calls if i not in young]),
        parts(left + [("not 28 days old yet", i) for i in whole.of if i in young]),
    )


def handling(window: Window, safeguarding: bool = False) -> Spread:
    """K2: minutes from answering to the outcome saved; safeguarding calls stand apart."""
    values, left = [], []
    for call in window.calls:
        if call.closed is None:
            left.append((STILL_OPEN, call.id))
        elif outcome(call) in NOT_A_CONTACT:
            left.append((NOT_ANSWERED, call.id))
        elif is_safeguarding(call) != safeguarding:
            left.append(("other calls" if safeguarding else "safeguarding calls, shown apart", call.id))
        else:
            values.append((call.id, (local(call.closed.at) - opened_at(call)).total_seconds() / 60))
    return Spread(
        "K2-SG" if safeguarding else "K2",
        "Handling, safeguarding" if safeguarding else "Handling time",
        "Minutes from answering to the outcome saved, talk and wrap-up together. "
        + ("Calls with a safeguarding concern only." if safeguarding else "Without safeguarding calls."),
        "min",
        tuple(values),
        parts(left),
    )


def concerns(window: Window) -> Count:
    """K7: safeguarding concerns raised."""
    return Count(
        "K7",
        "Safeguarding concerns",
        "Calls saved with a safeguarding concern raised (SGC), as the headline or beside it.",
        tuple(c.id for c in window.calls if _raised_concern(c)),
    )


def same_day(window: Window) -> Share:
    """K9: of the concerns, those passed to the duty social worker on the day of the call. The target is all."""
    of = [c for c in window.calls if _raised_concern(c)]
    why = [(_late(c), c.id) for c in of]
    return Share(
        "K9",
        "Passed on the same day",
        "Of the safeguarding concerns raised, those passed to the duty social worker on the day the call came in. "
        "The target is every one.",
        tuple(call for late, call in why if not late),
        tuple(c.id for c in of),
        parts([(late, call) for late, call in why if late]),
    )


def often(window: Window) -> Count:
    """Calls that were at least the third about one person in 28 days."""
    return Count(
        "P-OFTEN",
        "Third call in 28 days",
        "Calls about a person about whom there were at least two calls in the 28 days before: one has to ask what went "
        "wrong. People are told by NHS number, by name and date of birth, postcode or phone, or because a handler "
        "linked the calls.",
        tuple(c.id for c in window.calls if window.repeats.often(c.id)),
    )


def appointments(window: Window) -> Count:
    """K16: appointments booked in a call and not cancelled since."""
    return Count(
        "K16",
        "Appointments booked",
        "Appointments booked during calls of these days and not cancelled. Whether people came is in the case system.",
        tuple(c.id for c in window.calls for _ in c.bookings),
    )


def wait_to_slot(window: Window) -> Spread:
    """K16: days from the call to the appointment."""
    values = [
        (c.id, float((start.date() - opened_at(c).date()).days))
        for c in window.calls
        for start in map(slot_start, c.bookings)
        if start
    ]
    return Spread(
        "K16-W", "Wait to the appointment", "Days from the call to the appointment booked.", "d", tuple(values)
    )


def not_attended(window: Window) -> Share:
    """Of the appointments of these calls whose time has passed, those that were missed."""
    past, missed = [], []
    for call in window.calls:
        gone: dict[str, None] = {}
        for event in call.of_kind("missed", "came"):
            if event.kind == "missed":
                gone[event.data["slot"]] = None
            else:
                gone.pop(event.data["slot"], None)
        for slot in dict.fromkeys((*gone, *call.bookings)):
            start = slot_start(slot)
            if start and start <= local(window.now).replace(tzinfo=None):
                past.append(call.id)
                missed += [call.id] if slot in gone else []
    return Share(
        "K16-DNA",
        "Did not attend",
        "Of the appointments booked in calls of these days whose time has passed and that were not cancelled, those at "
        "which the person was not there. One that was given another time counts too. A call with two is here twice.",
        tuple(missed),
        tuple(past),
    )


def misfits(window: Window) -> Count:
    """Steps left because they did not fit the caller."""
    return Count(
        "MISFIT",
        "Did not fit",
        "Steps of the script that handlers left because they did not fit the caller. The page of the call gives the "
        "step and the reason. A call with two is here twice.",
        tuple(c.id for c in window.calls for _ in c.of_kind("misfit")),
    )


def repeats(window: Window) -> Share:
    """K17: calls about a person we had a call about in the 28 days before."""
    known, left = [], []
    for call in window.calls:
        if outcome(call) in NOT_A_CONTACT:
            left.append((NOT_ANSWERED, call.id))
        elif not window.repeats.knows(call.id):
            left.append(("nobody to tell by: no name with a birth date, postcode or phone", call.id))
        else:
            known.append(call)
    return Share(
        "K17",
        "Repeat contacts",
        "Calls about a person who was the subject of another call in the 28 days before, whatever the need. Of the "
        "calls that say who they are about.",
        tuple(c.id for c in known if window.repeats.before(c.id)),
        tuple(c.id for c in known),
        left_out=parts(left),
    )


def slot_start(slot: str) -> datetime | None:
    """When a slot starts (Europe/London, naive), read off its id; ``None`` when the id doesn't say."""
    try:
        return datetime.fromisoformat(slot.rpartition(".")[2])
    except ValueError:
        return None


def is_safeguarding(call: Call) -> bool:
    """Whether safeguarding was raised or considered in it."""
    end = call.closed.data if call.closed else {}
    return bool({"SGC", "SGN"} & {outcome(call), *end.get("also", ())}) or "safeguarding" in end.get("pathways", ())


def _raised_concern(call: Call) -> bool:
    return bool(call.closed) and "SGC" in (outcome(call), *(call.closed.data.get("also", ()) if call.closed else ()))


def _late(call: Call) -> str:
    passed = [e.at for e in call.of_kind("answered") if e.data["step"] == PASSED_ON]
    told = call.answers.get("sg_passed_at", NOT_KNOWN) not in (NOT_KNOWN, DECLINED, "")
    if not passed or not (told or call.answers.get("sg_accepted") == "yes"):
        return "passing it on was not noted"
    return "" if local(passed[0]).date() == opened_at(call).date() else "passed on a later day"


def _no_need(call: Call) -> str:
    code = outcome(call)
    if not code:
        return STILL_OPEN
    if code in NOT_A_CONTACT:
        return NOT_ANSWERED
    return "no new need: a complaint, a death or a chasing call" if code in NO_NEED else ""


def _unmet_because(call: Call) -> str:
    if outcome(call) not in MET:
        return "passed on for more than information, or declined"
    if call.promises or call.bookings:
        return "a task or an appointment is left open"
    agreed = call.answers.get("readback_ok", NOT_KNOWN)
    unasked = "the read-back was not asked" if READ_BACK in call.passed else SHORT_WAY
    return {"yes": "", NOT_KNOWN: unasked}.get(str(agreed), "the read-back was not agreed")

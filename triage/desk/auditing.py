"""Reading the audit at a desk: as far as the role allows it, and never without that being noted itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from triage.audit import Line, Note
from triage.audit.report import Report, Subject, report
from triage.desk.page import page_of
from triage.model import Call
from triage.people.form import compact_postcode
from triage.reports import Page

if TYPE_CHECKING:
    from triage.desk.desk import Desk
    from triage.people import Person
    from triage.staff import Roll


def lines(desk: Desk, why: str = "") -> tuple[Line, ...]:
    """Every line this person may read, oldest first. :class:`triage.staff.NotAllowed` for whoever may read none."""
    found = tuple(desk.store.audit())
    desk.store.note(Note("read the audit", reason=why), desk.staff)
    return found


def monthly(desk: Desk, month: str, roll: Roll) -> Report:
    """The report of a month such as ``2026-11`` (PRIVACY A5)."""
    found = lines(desk, f"report of {month}")
    people = {call: person for person in desk.people.load().people for call in person.calls}

    def subject(record: str) -> Subject:
        person = people.get(record)
        return Subject(person.name, _home(person)) if person else Subject()

    def homes(name: str) -> frozenset[str]:
        own = sorted(name.casefold().split())
        same = (p for p in desk.people.index.people if sorted(p.name.casefold().split()) == own)
        return frozenset(filter(None, map(_home, same)))

    return report(found, month, {m.id: m.name for m in roll.members()}, subject, homes)


def _home(person: Person) -> str:
    """One word for where somebody lives; ``""`` when that isn't known to the house."""
    street = "".join(c for c in person.address.casefold() if c.isalnum())
    return f"{street} {compact_postcode(person.postcode)}" if street and person.postcode else ""


def seen(desk: Desk, record: str, action: str = "view", reason: str = "", **more: object) -> None:
    """Note that a call's page was read, a file written or a thing printed (A2). What can't be noted isn't shown."""
    if desk.mode == "live":
        desk.store.note(Note(action, record, reason, more), desk.staff)


def page_read(desk: Desk, call: Call) -> Page:
    """A call's page for whoever reads it: that they do is noted first (A2)."""
    page = page_of(desk, call)
    if not (call.owner == desk.staff.id and call.closed is None):
        seen(desk, call.id)
    return page


def month_before(today: date) -> str:
    """The month that was over last."""
    first = today.replace(day=1)
    return f"{first.replace(year=first.year - 1, month=12):%Y-%m}" if first.month == 1 else f"{_back(first):%Y-%m}"


def _back(first: date) -> date:
    return first.replace(month=first.month - 1)

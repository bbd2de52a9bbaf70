"""An appointment as a calendar file that phones and mail programs take in, and update when it moves.

iTIP (RFC 5546): made and moved it is a ``REQUEST``, given up a ``CANCEL``, always under the same UID with the next
SEQUENCE. The person is the attendee, under an address that says nothing about them, and has agreed on the phone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, uuid5

from triage.model import Call, Slot
from triage.settings import Organisation


def ics(
    slot: Slot,
    call_ref: str,
    organisation: Organisation,
    *,
    now: datetime,
    sequence: int = 0,
    cancelled: bool = False,
    booking: str = "",
) -> bytes:
    """The file. ``booking`` and ``sequence`` are :func:`lineage`'s: with them a moved appointment moves in a calendar
    too, rather than standing there twice.

    A shared calendar may be read by anybody in the house, so neither the title nor the words say who it is for, what
    it is about or what kind of talk it is.
    """
    from icalendar import Calendar, Event, vCalAddress, vText

    uid = uuid5(NAMESPACE_URL, f"{booking or slot.id} {call_ref}")
    organiser = vCalAddress(f"mailto:{organisation.email}")
    organiser.params["CN"] = vText(organisation.name)
    person = vCalAddress(f"urn:uuid:{uuid5(uid, call_ref)}")
    person.params.update({"ROLE": vText("REQ-PARTICIPANT"), "PARTSTAT": vText("ACCEPTED"), "RSVP": vText("FALSE")})
    event = Event()
    event.add("uid", str(uid))
    event.add("organizer", organiser)
    event.add("attendee", person)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("last-modified", now.astimezone(UTC))
    event.add("dtstart", slot.start)
    event.add("dtend", slot.end)
    event.add("summary", f"Appointment with {organisation.name}")
    event.add("description", f"To change it, ring {organisation.phone} and say {call_ref}.")
    if slot.type.where:
        event.add("location", slot.type.where)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    made = Calendar()
    made.add("prodid", "-//triage//appointments//EN")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if cancelled else "REQUEST")
    made.add_component(event)
    made.add_missing_timezones(date(slot.start.year, 1, 1), date(slot.start.year + 2, 1, 1))
    return bytes(made.to_ical())


def lineage(call: Call, slot_id: str) -> tuple[str, int]:
    """The booking that a slot of this call belongs to, and how often it has changed since it was made.

    Cancelling is a change; booking afresh afterwards is another booking. ``("", 0)`` for a slot it never had.
    """
    at: dict[str, tuple[str, int]] = {}
    for event in call.of_kind("booked", "moved", "cancelled"):
        slot = event.data["slot"]
        if event.kind == "booked":
            at[slot] = (event.id, 0)
            continue
        booking, changes = at.pop(event.data.get("was", slot), ("", 0))
        at[slot] = (booking, changes + 1)
    return at.get(slot_id, ("", 0))

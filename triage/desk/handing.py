"""What leaves a call: the case note, the words to read back and the leaflet, put together from the call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from triage.desk import formats, safety
from triage.desk.desk import Desk, Slip
from triage.errors import NotFound
from triage.handover import Handover, NextStep, case_note, leaflet, read_back
from triage.handover.mail import Mail, draft, mail
from triage.handover.message import Message, text_message
from triage.handover.note import SOMEBODY, YOU
from triage.model import Call, Slot
from triage.script import telling
from triage.settings import ZONE
from triage.staff.roles import permit


def handover(desk: Desk, call: Call) -> Handover:
    """What is passed on from a call, as it stands."""
    there, script = desk.walk(call), desk.script
    code = call.chosen[0] if call.chosen else there.outcome
    words = telling.told(script, there, "reason_verbatim") or call.drafts.get("reason_verbatim", "")
    need = [words, telling.told(script, there, "reason")]
    return Handover(
        ref=call.ref,
        at=(call.events[0].at if call.events else desk.clock()).astimezone(ZoneInfo(ZONE)),
        handler=desk.staff.name,
        caller=telling.caller(script, there) or ("" if there.used.get("caller_role") == "self" else SOMEBODY),
        person=telling.told(script, there, "p_name"),
        need=tuple(n for n in need if n),
        done=tuple(script.actions.get(a, a) for a in there.actions),
        steps=next_steps(desk, call),
        appointments=appointments(desk, call),
        shortlist=tuple(listing.name for listing in desk.listings(call)),
        outcome=_named(desk, code),
        also=tuple(_named(desk, p.code) for p in there.proposals if p.code != code),
        flags=there.flags,
        notes=call.notes,
    )


def next_steps(desk: Desk, call: Call) -> tuple[NextStep, ...]:
    """What was promised, and what each outcome means for the caller."""
    promised = [
        NextStep(e.data["what"], e.data["owner"], datetime.fromisoformat(e.data["due"]).date())
        for e in call.promises
        if e.data.get("about") != "safeguarding"
    ]
    there = desk.walk(call)
    instead = call.chosen is not None and call.chosen[0] != there.outcome
    told = [
        NextStep(p.rule.leaflet, YOU if p.rule.owner.lower() in ("the caller", YOU) else p.rule.owner)
        for p in there.proposals
        if p.rule.leaflet and not (instead and p.code == there.outcome)
    ]
    return tuple(dict.fromkeys([*promised, *told]))


def appointments(desk: Desk, call: Call) -> tuple[Slot, ...]:
    """The slots booked for the call, those that the diary still knows."""
    found = []
    for slot in call.bookings:
        try:
            found.append(desk.tools.diary.slot(slot))
        except NotFound:
            continue
    return tuple(found)


def note(desk: Desk, call: Call) -> str:
    """The case note to paste."""
    permit(desk.staff, "read calls")
    return case_note(handover(desk, call))


def read_out(desk: Desk, call: Call) -> tuple[str, ...]:
    """The words to read back to the caller."""
    return read_back(handover(desk, call), desk.tools.organisation)


def write_leaflet(desk: Desk, call: Call) -> tuple[Call, Mapping[str, Path]]:
    """The leaflet as files in the data folder, noted on the call.

    Raises :class:`Slip` with the reason when nothing may leave for this person.
    """
    permit(desk.staff, "take calls")
    there = desk.walk(call)
    why = safety.to_send(there.flags)
    if why:
        raise Slip(why)
    folder = desk.tools.data_dir / "leaflets"
    folder.mkdir(parents=True, exist_ok=True)
    found = handover(desk, call)
    listings = desk.listings(call)
    form_of = formats.wanted(desk.script, there)
    paths = {}
    for form, ending in (("text", "txt"), ("html", "html")):
        paths[form] = folder / f"{_file_name(call)}.{ending}"
        text = leaflet(
            listings,
            found.steps,
            organisation=desk.tools.organisation,
            today=desk.today,
            call_ref=call.ref,
            appointments=found.appointments,
            person=found.person,
            format="html" if form == "html" else "text",
            points=form_of.points,
            others=form_of.others,
            language=form_of.language,
            maker=desk.tools.standards.role("other_formats"),
            demonstration=any(listing.demonstration for listing in listings),
        )
        paths[form].write_text(text, encoding="utf-8")
        if form == "html":
            from triage.handover.pdf import pdf

            paths["pdf"] = folder / f"{_file_name(call)}.pdf"
            made = pdf(text, points=form_of.points or 12, title=f"What we talked about – {call.ref}")
            paths["pdf"].write_bytes(made)
    size = f", {form_of.points} point" if form_of.points else ""
    return desk.handed(call, "leaflet", "file", f"text, HTML and PDF{size}"), paths


def print_leaflet(desk: Desk, call: Call) -> tuple[Call, str]:
    """Write the leaflet and put it on paper; the call with that noted, and what to tell the handler.

    Without a printer the leaflet is written all the same, and the words say so. Raises :class:`Slip` when nothing may
    leave for this person.
    """
    from triage.desk.printing import NoPrinter, print_file

    call, paths = write_leaflet(desk, call)
    try:
        how = print_file(paths["pdf"])
    except NoPrinter as error:
        return call, str(error)
    return desk.handed(call, "leaflet", "printed", "PDF"), f"leaflet {how}"


def mailed(desk: Desk, call: Call) -> Mail:
    """The e-mail the caller could be sent: nothing is sent or noted here.

    Raises :class:`Slip` with the reason when nothing may leave for this person.
    """
    permit(desk.staff, "take calls")
    there = desk.walk(call)
    why = safety.to_send(there.flags)
    if why:
        raise Slip(why)
    found, form = handover(desk, call), formats.wanted(desk.script, there)
    listings = desk.listings(call)
    return mail(
        listings,
        found.steps,
        organisation=desk.tools.organisation,
        call_ref=call.ref,
        plain=formats.plain(there),
        today=desk.today,
        appointments=found.appointments,
        points=form.points,
        others=form.others,
        language=form.language,
        maker=desk.tools.standards.role("other_formats"),
        demonstration=any(listing.demonstration for listing in listings),
    )


def write_mail(desk: Desk, call: Call) -> tuple[Call, Path]:
    """The e-mail as a draft for a mail program, with the PDF unless they want plain text; noted on the call."""
    from triage.handover.pdf import pdf

    made = mailed(desk, call)
    points = formats.wanted(desk.script, desk.walk(call)).points or 12
    attached = pdf(made.page, points=points, title=f"What we talked about – {call.ref}") if made.page else b""
    folder = desk.tools.data_dir / "leaflets"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_file_name(call)}.eml"
    path.write_bytes(draft(made, attached, f"{_file_name(call)}.pdf"))
    return desk.handed(call, "e-mail", "draft", "HTML and PDF" if made.page else "plain text"), path


def cautions(desk: Desk, call: Call, channel: str) -> tuple[str, ...]:
    """What the person needs that a ``text`` or an ``email`` may not be."""
    return formats.cautions(desk.script, desk.walk(call), channel)


def texted(desk: Desk, call: Call) -> Message:
    """The text message the caller could be sent: nothing is sent or noted here.

    Raises :class:`Slip` with the reason when nothing may leave for this person.
    """
    permit(desk.staff, "take calls")
    why = safety.to_send(desk.walk(call).flags)
    if why:
        raise Slip(why)
    found = handover(desk, call)
    return text_message(
        desk.listings(call),
        found.steps,
        organisation=desk.tools.organisation,
        call_ref=call.ref,
        appointments=found.appointments,
    )


def _named(desk: Desk, code: str) -> str:
    line = desk.tools.outcomes.get(code)
    return f"{code} {line.name}" if line else code


def _file_name(call: Call) -> str:
    return "leaflet-" + re.sub(r"[^A-Z0-9]", "", call.ref)

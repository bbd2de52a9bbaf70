"""Letting go of records (PRIVACY P15, §6): proposed by one person, signed by another, erased, and certified.

What was proposed and signed stands on a page of the record, so that both see one list and a PostgreSQL server can ask
for both names itself. A certificate says which ids of which class went when, and nothing of what was in them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.audit import Note
from triage.desk.base import Slip
from triage.desk.cleaning import clean
from triage.errors import NotFound
from triage.model import Call, Event, new_id, ref_of
from triage.retention import DISPOSALS, Due, due, held, stays
from triage.staff.roles import permit
from triage.store.tombs import Tomb

if TYPE_CHECKING:
    from triage.desk.desk import Desk

RIGHTS = "see to data rights"
ORDER = "order"
"""The class of what goes by an order of the Data Protection Officer rather than by its age."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposed to dispose of, and who else signed. ``items`` are (call, class, opened, due)."""

    id: str
    by: str
    at: str
    reason: str
    items: tuple[tuple[str, str, str, str], ...]
    signed: tuple[str, ...] = ()
    done: str = ""
    """The certificate, once it was carried out."""

    @property
    def counts(self) -> dict[str, int]:
        """How many calls of each class."""
        found: dict[str, int] = {}
        for _, kind, _, _ in self.items:
            found[kind] = found.get(kind, 0) + 1
        return found


# --- holds ------------------------------------------------------------------------------------------


def hold(desk: Desk, ref: str, reason: str, *, on: bool = True, person: bool = True) -> tuple[Call, ...]:
    """Put a legal hold on a call, and on all others about the same person; or lift it. With a reason."""
    permit(desk.staff, RIGHTS)
    if not reason.strip():
        raise Slip("A legal hold needs a reason: which matter, and who asked for it.")
    call_id = desk.store.find(ref)
    ids = _calls_of(desk, call_id) if person else (call_id,)
    changed = []
    for one in map(desk.store.call, ids):
        if bool(held(one)) != on:
            changed.append(desk._note(one, "hold set" if on else "hold lifted", reason=reason.strip()))
    if not changed:
        raise Slip("There is a hold on it already." if on else "No hold stands on it.")
    return tuple(changed)


def _calls_of(desk: Desk, call_id: str) -> tuple[str, ...]:
    """All calls about the person of this one."""
    for person in desk.people.load().people:
        if call_id in person.calls:
            return person.calls
    return (call_id,)


# --- proposing --------------------------------------------------------------------------------------


def overdue(desk: Desk, today: date | None = None) -> tuple[list[Due], dict[str, int]]:
    """The calls whose time is over, and how many stay although it is, by why."""
    from triage.library.retention import load_retention

    permit(desk.staff, RIGHTS)
    last: dict[str, date] = {}
    for person in desk.people.load().people:
        newest = max(day_of_id(call) for call in person.calls)
        last.update(dict.fromkeys(person.calls, newest))
    return due(desk.store.every(), load_retention(desk.tools.data_dir), today or desk.today, last)


def day_of_id(call: str) -> date:
    """The day a call was opened, from its id."""
    try:
        return date.fromisoformat(f"{call[:4]}-{call[4:6]}-{call[6:8]}")
    except ValueError:
        return date.min


def propose(desk: Desk, items: Sequence[Due], reason: str = "retention") -> Proposal:
    """Propose to dispose of these calls; nothing goes before somebody else signs."""
    permit(desk.staff, RIGHTS)
    if not items:
        raise NotFound("Nothing is due.")
    told = [[item.call, item.kind, item.opened, item.due] for item in items]
    event = _add(desk, "disposal proposed", items=told, reason=reason)
    return proposal(desk, event.id)


def order(desk: Desk, ref: str, reason: str) -> Proposal:
    """Propose to erase one call by an order of the Data Protection Officer, with its reason."""
    permit(desk.staff, RIGHTS)
    if not reason.strip():
        raise Slip("Erasing by order needs the reason: whose order it is, and why.")
    call = desk.store.call(desk.store.find(ref))
    if why := stays(call):
        raise Slip(f"Call {call.ref} can’t be erased: {why}.")
    opened = call.events[0].at.date().isoformat()
    return propose(desk, [Due(call.id, ORDER, opened, desk.today.isoformat())], reason.strip())


def proposals(desk: Desk) -> tuple[Proposal, ...]:
    """Everything proposed, oldest first."""
    permit(desk.staff, RIGHTS)
    try:
        page = desk.store.call(DISPOSALS)
    except NotFound:
        return ()
    signed: dict[str, list[str]] = {}
    done: dict[str, str] = {}
    for event in page.events:
        if event.kind == "disposal signed":
            signed.setdefault(event.data["proposal"], []).append(event.by)
        elif event.kind == "disposed":
            done[event.data["proposal"]] = event.data["certificate"]
    return tuple(
        Proposal(
            e.id,
            e.by,
            e.at.isoformat(),
            str(e.data.get("reason", "")),
            tuple((str(i[0]), str(i[1]), str(i[2]), str(i[3])) for i in e.data["items"]),
            tuple(signed.get(e.id, ())),
            done.get(e.id, ""),
        )
        for e in page.events
        if e.kind == "disposal proposed"
    )


def proposal(desk: Desk, name: str) -> Proposal:
    """The one with this id, or its last seven letters."""
    for one in proposals(desk):
        if name in (one.id, one.id.rpartition("-")[2]) or name.upper() == ref_of(one.id):
            return one
    raise NotFound(f"Nothing was proposed under “{name}”. “triage store purge --list” shows what was.")


def sign(desk: Desk, one: Proposal) -> Proposal:
    """Sign for it as the second person. :class:`Slip` for whoever proposed it."""
    permit(desk.staff, RIGHTS)
    if one.by == desk.staff.id:
        raise Slip("You proposed this. Somebody else of information governance must sign for it.")
    if one.done:
        raise Slip(f"This was carried out already: certificate {one.done}.")
    if desk.staff.id not in one.signed:
        _add(desk, "disposal signed", proposal=one.id)
    return proposal(desk, one.id)


def carry_out(desk: Desk, one: Proposal) -> tuple[Path, dict[str, Any]]:
    """Erase what two people signed for, and write the certificate; its file, and what it says.

    What came to be on hold, or open again, since it was proposed stays, and the certificate says how many.
    """
    permit(desk.staff, RIGHTS)
    if one.done:
        raise Slip(f"This was carried out already: certificate {one.done}.")
    if not set(one.signed) - {one.by}:
        raise Slip("Two different people must sign: one proposes, another signs. Nothing was erased.")
    now = desk.clock()
    certificate = ref_of(new_id(now))
    going, staying = [], 0
    for call, kind, opened, _ in one.items:
        try:
            found = desk.store.call(call)
        except NotFound:
            continue
        if stays(found):
            staying += 1
        else:
            going.append(Tomb(call, kind, opened, now.date().isoformat(), certificate))
    desk.store.note(Note("erase", one.id, one.reason, {"certificate": certificate, "calls": len(going)}), desk.staff)
    erased = desk.store.erase(going, one.id)
    left = _papers(desk.tools.data_dir, [tomb.call for tomb in going])
    told = {
        "certificate": certificate,
        "date": now.date().isoformat(),
        "reason": one.reason,
        "proposed_by": one.by,
        "signed_by": sorted(set(one.signed) - {one.by}),
        "erased": erased,
        "papers": left,
        "stayed": staying,
        "items": [asdict(tomb) for tomb in going],
    }
    folder = desk.tools.data_dir / "certificates"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{certificate}.json"
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    _add(desk, "disposed", proposal=one.id, certificate=certificate, erased=erased)
    desk.__dict__.pop("people", None)
    return path, told


def _papers(data_dir: Path, calls: Sequence[str]) -> int:
    """Delete what was written for these calls: leaflets, calendar files, drafts; how many files."""
    refs, gone = {ref_of(call) for call in calls}, 0
    for folder in ("leaflets", "ics"):
        for path in (data_dir / folder).glob("*"):
            if any(part in refs for part in path.stem.upper().replace(".", "-").split("-")):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _add(desk: Desk, kind: str, **data: Any) -> Event:
    now = desk.clock()
    event = Event(new_id(now), DISPOSALS, now, desk.staff.id, kind, clean(kind, data))
    desk.store.write(event)
    return event

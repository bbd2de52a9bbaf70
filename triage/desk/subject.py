"""A person's own data, for whoever asks what is held about them (PRIVACY P14, Art 15): plain text and JSON.

Everything the record holds about the person, call by call. What is about somebody else, or may be, is marked for
redaction: an officer reads it before it is released. What a restricted call holds is in it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triage import consents
from triage.audit import Note
from triage.desk.base import Slip
from triage.desk.page import ScriptWords
from triage.model import Call, Value, ref_of
from triage.staff.roles import permit

if TYPE_CHECKING:
    from triage.desk.desk import Desk

THIRD, READ = "third party: take out unless they agree or it is reasonable", "free text: may name others, read it first"
_OTHERS = ("prof_", "sg_source", "carer_name", "carer_phone", "helper_", "upd_recipient", "nok_", "lpa_")
"""Answers about somebody else, by the beginning of their key."""
_CALLERS = ("caller_name", "callback_number", "safe_contact", "caller_relation")
"""Answers about whoever rang: the person's own when it was the person."""


def subject_access(desk: Desk, ref: str, reason: str) -> dict[str, Any]:
    """Everything held about the person of this call. Noted in the audit before it is given."""
    permit(desk.staff, "see to data rights")
    if not reason.strip():
        raise Slip("An export needs its reason: the request's number, and who checked who asks.")
    call_id = desk.store.find(ref)
    person = next((p for p in desk.people.load().people if call_id in p.calls), None)
    ids = person.calls if person else (call_id,)
    desk.store.note(Note("export", call_id, reason.strip(), {"what": "subject access", "calls": list(ids)}), desk.staff)
    return {
        "person": person.name if person else "",
        "made": desk.clock().isoformat(),
        "reason": reason.strip(),
        "calls": [_call(desk, desk.store.call(one)) for one in ids],
        "marks": {"third_party": THIRD, "read_first": READ},
    }


def _call(desk: Desk, call: Call) -> dict[str, Any]:
    words, end = ScriptWords(desk.script), call.closed
    code = str(end.data.get("outcome", "")) if end else ""
    line = desk.tools.outcomes.get(code)
    told = [_told(desk, call, words, key, value) for key, value in sorted(call.answers.items())]
    if call.notes:
        told.append({"key": "notes", "question": "Notes", "answer": call.notes, "mark": "read_first"})
    names = desk.tools.directory.by_id
    return {
        "reference": call.ref,
        "opened": call.events[0].at.isoformat(),
        "closed": end.at.isoformat() if end else None,
        "taken_by": call.owner,
        "outcome": line.name if line else code,
        "answers": told,
        "corrected": sorted({key for e in call.of_kind("corrected") for key in e.data["answers"]}),
        "flags": [words.flags.get(flag, flag) for flag, on in call.flags_set.items() if on],
        "promises": [{"what": e.data["what"], "owner": e.data["owner"], "due": e.data["due"]} for e in call.promises],
        "consents": [
            {"to": c.to, "what": c.what, "when": c.at.isoformat(), "withdrawn": bool(c.withdrawn)}
            for c in consents.given(call)
        ],
        "shortlist": [names[key].name if key in names else key for key in call.shortlist],
        "appointments": [words.appointment(slot) for slot in call.bookings],
        "given": [{"what": e.data.get("what", ""), "how": e.data.get("channel", "")} for e in call.of_kind("handed")],
        "linked": [ref_of(str(e.data["to"])) for e in call.of_kind("linked") if e.data["on"]],
    }


def _told(desk: Desk, call: Call, words: ScriptWords, key: str, value: Value) -> dict[str, str]:
    question, answer = words.answer(key, value)
    found = desk.script.field(key)
    free = bool(found and found[1].screened) or key.endswith(("_note", "_verbatim", "_account"))
    mark = "third_party" if about_another(call, key) else "read_first" if free else ""
    return {"key": key, "question": question, "answer": answer, "mark": mark}


def about_another(call: Call, key: str) -> bool:
    """Whether an answer is about somebody else than the person."""
    own = call.answers.get("caller_role") == "self"
    return key.startswith(_OTHERS) or (key in _CALLERS and not own)


def plain(told: dict[str, Any]) -> str:
    """The export as text to read, with its marks in capitals."""
    lines = [f"What is held about {told['person'] or 'the person'}", f"made {told['made'][:10]} · {told['reason']}", ""]
    for call in told["calls"]:
        lines += [f"Call {call['reference']}, {call['opened'][:10]}, {call['outcome'] or 'open'}"]
        for answer in call["answers"]:
            mark = {"third_party": " [THIRD PARTY]", "read_first": " [READ FIRST]", "": ""}[answer["mark"]]
            lines.append(f"  {answer['question']}: {answer['answer']}{mark}")
        for name in ("flags", "shortlist", "appointments", "linked"):
            lines += [f"  {name}: {', '.join(call[name])}"] if call[name] else []
        lines += [f"  promised: {p['what']}, by {p['due'][:10]}, {p['owner']}" for p in call["promises"]]
        lines += [f"  consent: to {c['to']}{', taken back' if c['withdrawn'] else ''}" for c in call["consents"]]
        lines += [f"  given: {g['what']} ({g['how']})" for g in call["given"]]
        lines.append("")
    lines += [f"[THIRD PARTY] {THIRD}", f"[READ FIRST] {READ}"]
    return "\n".join(lines) + "\n"

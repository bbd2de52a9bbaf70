"""The words for what a call holds, as screens show them. Nothing here draws or decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from triage.model import DECLINED, NOT_KNOWN, Call, Event, Value
from triage.script.form import Field, Option, Script
from triage.script.walk import Walk
from triage.settings import ZONE

YES_NO = (Option("yes", "Yes"), Option("no", "No"))

NEEDS = ("ais_contact", "ais_format", "ais_prof", "ais_support", "language", "interpreter", "comm_any")
"""Answers that say how to talk and write to the person."""


def options(field: Field) -> tuple[Option, ...]:
    """What can be chosen; a yes-no question needn't spell it out."""
    return field.options or (YES_NO if field.type == "yn" else ())


def said(field: Field | None, value: Value) -> str:
    """One answer in words."""
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(_one(field, v) for v in values)


def _one(field: Field | None, value: object) -> str:
    text = str(value)
    if text in (NOT_KNOWN, DECLINED) or field is None:
        return text
    if field.type == "date":
        return day(text)
    option = next((o for o in options(field) if o.value == text), None)
    return option.text if option else " / ".join(text.splitlines())


def key_words(script: Script, walk: Walk, step_id: str) -> str:
    """The answers of a step in a few words: its line in the trail."""
    fields = script.steps[step_id].fields
    found = [said(f, walk.used[f.key]) for f in fields if f.key in walk.used and f.type != "auto"]
    return " · ".join(found) if found else ("said" if not fields else "—")


def day(iso: str) -> str:
    """``1944-03-03`` as ``3 Mar 1944``; what isn't a date stays as it is."""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%b %Y}"


def age(born: str, today: date) -> int | None:
    """Years, from an ISO date."""
    try:
        was = date.fromisoformat(born)
    except ValueError:
        return None
    return today.year - was.year - ((today.month, today.day) < (was.month, was.day))


def key_title(script: Script, key: str) -> str:
    """What a key is called: its field's label, else its step's title."""
    found = script.field(key)
    return (found[1].label or found[0].title) if found else key


def clock(at: datetime, seconds: bool = True) -> str:
    """A time at the desk: ``09:44:02``."""
    return at.astimezone(ZoneInfo(ZONE)).strftime("%H:%M:%S" if seconds else "%H:%M")


def lasted(since: datetime, until: datetime) -> str:
    """``03:12``, or ``1:03:12`` from an hour on."""
    seconds = max(0, int((until - since).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def person(walk: Walk, today: date) -> str:
    """Who the call is about: ``Joan P., 82, CV2``."""
    parts = [_text(walk, "p_name")]
    years = age(_text(walk, "p_dob"), today)
    parts += [str(years) if years is not None else _text(walk, "p_age"), _text(walk, "p_postcode").split(" ")[0]]
    return ", ".join(p for p in parts if p)


def caller(script: Script, walk: Walk) -> str:
    """Who rings: ``daughter, unpaid carer``."""
    parts = [_text(walk, "caller_name")]
    for key in ("caller_relation", "caller_role"):
        found = script.field(key)
        if found and _text(walk, key):
            parts.append(said(found[1], walk.used[key]).lower())
    return ", ".join(p for p in dict.fromkeys(parts) if p)


def needs(script: Script, walk: Walk) -> list[str]:
    """How to talk and write to the person."""
    found = []
    for key in NEEDS:
        field = script.field(key)
        value = walk.used.get(key, "")
        if field and value and value not in ("no", "yes", NOT_KNOWN, DECLINED):
            found.append(said(field[1], value))
        elif key == "interpreter" and value == "yes":
            found.append("interpreter")
    return found


def flags(script: Script, walk: Walk) -> list[str]:
    """The flags in words."""
    return [script.flags.get(f, f) for f in walk.flags]


def done(script: Script, event: Event) -> str:
    """What an event did, for “undone: …”."""
    data = event.data
    match event.kind:
        case "answered":
            step = script.steps.get(str(data["step"]))
            return f"the answer to {step.title if step else data['step']}"
        case "raised":
            title = next((i.title for i in script.interrupts if i.name == data["interrupt"]), data["interrupt"])
            return f"raising “{title}”"
        case "went":
            return f"the jump to {data['step']}"
        case "checked":
            return "checking the prompt off"
        case "shortlisted":
            return "keeping a listing"
        case "dropped":
            return "taking a listing off"
        case "outcome":
            return f"choosing {data['code']}"
        case "flagged":
            return f"the flag {script.flags.get(data['flag'], data['flag'])}"
    return event.kind


def saved_at(call: Call | None) -> datetime | None:
    """When the newest thing of the call was kept; it is on the disk by then."""
    return call.events[-1].at if call and call.events else None


def opened_at(call: Call) -> datetime:
    """When the call was answered."""
    return call.events[0].at if call.events else datetime.now(UTC)


def listed(parts: Iterable[str], room: int) -> str:
    """As many of ``parts`` as fit in ``room`` cells, with “…” for the rest."""
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text else part
        if len(longer) > room:
            return f"{text} …" if text else longer[: max(0, room - 1)] + "…"
        text = longer
    return text


def _text(walk: Walk, key: str) -> str:
    value = walk.used.get(key, "")
    return "" if value in (NOT_KNOWN, DECLINED) or isinstance(value, tuple) else str(value)

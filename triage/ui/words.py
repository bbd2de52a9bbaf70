"""Times, lists and events in words, as screens show them. What the answers say is in ``script/telling.py``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from triage.model import Call, Event
from triage.script.form import Script
from triage.settings import ZONE


def clock(at: datetime, seconds: bool = True) -> str:
    """A time at the desk: ``09:44:02``."""
    return at.astimezone(ZoneInfo(ZONE)).strftime("%H:%M:%S" if seconds else "%H:%M")


def lasted(since: datetime, until: datetime) -> str:
    """``03:12``, or ``1:03:12`` from an hour on."""
    seconds = max(0, int((until - since).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def done(script: Script, event: Event) -> str:
    """What an event did, for “undone: …”."""
    data = event.data
    match event.kind:
        case "answered":
            step = script.steps.get(str(data["step"]))
            return f"the answer to {step.title if step else data['step']}"
        case "misfit":
            return f"leaving {data['step']} as one that does not fit"
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

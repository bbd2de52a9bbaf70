"""What the answers say, in words: for screens, case notes and summaries alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Protocol

from triage.model import DECLINED, NOT_KNOWN, Value
from triage.script.form import Field, Option, Script, Step
from triage.script.walk import Walk

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
NEEDS = ("ais_contact", "ais_format", "ais_prof", "ais_support", "language")
"""Answers that say how to talk and write to the person."""


REFERRERS = ("professional", "provider/care worker")
_NOT_AGREED = "DO NOT DISCLOSE: the person has not agreed"


class Named(Protocol):
    """Somebody with a name: the handler."""

    @property
    def name(self) -> str:
        """As it is said on the phone."""


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


def key_title(script: Script, key: str) -> str:
    """What a key is called: its field's label, else its step's title."""
    found = script.field(key)
    return (found[1].label or found[0].title) if found else key


def told(script: Script, walk: Walk, key: str) -> str:
    """One answer of a call in words; ``""`` when there is none, or it is “not known” or “declined”."""
    value = walk.used.get(key, "")
    found = script.field(key)
    return "" if value in ("", (), NOT_KNOWN, DECLINED) else said(found[1] if found else None, value)


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


def person(script: Script, walk: Walk, today: date) -> str:
    """Who the call is about: ``Joan P., 82, CV2``."""
    years = age(str(walk.used.get("p_dob", "")), today)
    parts = [told(script, walk, "p_name"), str(years) if years is not None else told(script, walk, "p_age")]
    parts.append(told(script, walk, "p_postcode").split(" ")[0])
    return ", ".join(p for p in parts if p)


def caller(script: Script, walk: Walk) -> str:
    """Who rings, when it isn't the person: ``Ann, daughter, unpaid carer``."""
    if walk.used.get("caller_role") in (None, "self", NOT_KNOWN, DECLINED):
        return ""
    parts = [told(script, walk, key) for key in ("caller_name", "prof_name")]
    parts += [told(script, walk, key).lower() for key in ("caller_relation", "prof_role", "caller_role")]
    return ", ".join(dict.fromkeys(p for p in parts if p))


def needs(script: Script, walk: Walk) -> list[str]:
    """How to talk and write to the person."""
    found = [told(script, walk, key) for key in NEEDS if walk.used.get(key) not in ("none", ("none",))]
    found.append("interpreter" if walk.used.get("interpreter") == "yes" else "")
    return [words for words in found if words]


def flags(script: Script, walk: Walk) -> list[str]:
    """The flags in words."""
    return [script.flags.get(f, f) for f in walk.flags]


def aloud(step: Step) -> str:
    """All that a step has the handler say, one line for each part."""
    return "\n".join(" ".join(part.split()) for part in (step.say, step.ask) if part)


def undisclosed(walk: Walk) -> str:
    """Why the caller may be told nothing about the person (PRIVACY P11); ``""`` if they may.

    A third party may hear about somebody else only once that person has said so themselves, or with papers that we
    have seen.
    """
    used = walk.used
    role = str(used.get("caller_role", NOT_KNOWN))
    if role in ("self", NOT_KNOWN, DECLINED):
        return ""
    if role in REFERRERS:
        return "" if used.get("prof_consent") == "agreed" else _NOT_AGREED
    heard = used.get("tp_consent") == "yes, person present" and used.get("tp_consent_voice", "yes") == "yes"
    return "" if heard or used.get("authority") == "seen" else _NOT_AGREED


def permitted(step: Step, walk: Walk | None) -> Step:
    """The step with nothing to say that mustn't be said to this caller."""
    if walk is None or not step.history or not undisclosed(walk):
        return step
    return replace(step, say="", tip="Do not say that we know them, or that they rang before.")


def spoken(text: str, script: Script, walk: Walk | None, handler: Named) -> str:
    """The words to say with their blanks filled: ``‹handler›``, ``‹person›``, ``‹caller›``."""
    names = {"handler": handler.name.split(" ")[0], "first name": handler.name.split(" ")[0]}
    names["person"] = (told(script, walk, "p_name") if walk else "") or "the person"
    names["caller"] = (told(script, walk, "caller_name") if walk else "") or "the caller"
    for blank, name in names.items():
        text = text.replace(f"‹{blank}›", name)
    return text

"""Each consent of a call: to whom, what, who gave it, how, when, noted by whom, when withdrawn (PRIVACY P6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from triage.model import DECLINED, NOT_KNOWN, Call

TO = {"cca_consent": "Carers Trust", "ooa_consent": "the other council"}
"""Consents with one addressee of their own, by key; ``consent_share`` names its own."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent to tell somebody something. ``withdrawn`` is when it was taken back."""

    key: str
    to: str
    what: str
    given_by: str
    how: str
    at: datetime
    noted_by: str
    withdrawn: datetime | None = None


def given(call: Call) -> tuple[Consent, ...]:
    """The consents of a call, oldest first, those taken back too; a consent given again is another one."""
    found: list[Consent] = []
    for event in call.of_kind("answered", "withdrew"):
        if event.kind == "withdrew":
            found = [
                replace(c, withdrawn=event.at)
                if (c.key, c.to, c.withdrawn) == (event.data["key"], event.data["to"], None)
                else c
                for c in found
            ]
            continue
        answers = event.data["answers"]
        told = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in answers.items() if value}
        for key in ("consent_share", *TO):
            now = [TO[key]] if key in TO and "yes" in told.get(key, ()) else []
            if key == "consent_share":
                now = [v for v in told.get(key, ()) if v not in ("none", NOT_KNOWN, DECLINED)]
            if key in told:
                # Answered again without somebody, that consent no longer stands.
                found = [
                    replace(c, withdrawn=event.at) if c.key == key and c.withdrawn is None and c.to not in now else c
                    for c in found
                ]
            standing = {c.to for c in found if c.key == key and c.withdrawn is None}
            found += [
                Consent(
                    key, to, _words(call, "consent_what"), _by(call), _words(call, "consent_how"), event.at, event.by
                )
                for to in now
                if to not in standing
            ]
    return tuple(found)


def _words(call: Call, key: str) -> str:
    value = call.answers.get(key, "")
    return "" if value in (NOT_KNOWN, DECLINED) else str(value)


def _by(call: Call) -> str:
    """Who gave it: as was noted, else the person when they ring for themselves."""
    noted = _words(call, "consent_by")
    return noted or ("the person" if call.answers.get("caller_role") == "self" else "")

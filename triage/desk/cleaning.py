"""What the desk keeps of what was typed: nothing that must not be kept (PRIVACY P2, P5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.masking import mask
from triage.model import IDENTIFYING, Call

TYPED = ("text", "note", "reason", "words", "what", "said", "owner", "decided_by")
"""The parts of an event that somebody typed; answers are looked at one by one."""


def clean(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event as it may be kept; ``masked`` names what was taken out."""
    found: list[str] = []

    def kept(value: Any, key: str = "") -> Any:
        if not isinstance(value, str):
            return value
        masked = mask(value, key, typing=kind == "drafted")
        found.extend(masked.found)
        return masked.text

    field = str(data.get("field", ""))
    made = {name: kept(value, field) if name in TYPED else value for name, value in data.items()}
    if "answers" in made:
        made["answers"] = {key: kept(value, key) for key, value in made["answers"].items()}
    return {**made, "masked": list(dict.fromkeys(found))} if found else made


def identifies(call: Call, keys: Mapping[str, object]) -> list[str]:
    """The keys among these that may not be kept because the caller gives no name."""
    return [key for key in keys if key in IDENTIFYING] if call.anonymous else []

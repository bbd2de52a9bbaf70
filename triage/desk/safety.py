"""Unsafe to contact (``F-UNSAFE``, PRIVACY P8): what may not be done until a social worker clears it, and the way out.

Every refusal is a sentence a handler can act on. The desk asks before it writes, so that no screen, key or command can
go round it: post, text, e-mail, call-back, print and export are refused alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from triage.handover import withheld
from triage.model import UNSAFE, AppointmentType, Value
from triage.script.conditions import Facts, holds
from triage.script.form import Step

CLEARS = "social worker"
"""The role that may say it is safe again."""

LEAVES: Mapping[str, tuple[str, ...]] = {
    "shortlist_sent": ("post", "email", "text", "printed", "another way"),
    "self_assessment": ("link sent",),
    "x2_callback": ("called back",),
    "callback_promised": ("yes",),
    "survey": ("yes",),
}
"""The answers that send something or promise a call back, by key."""

RINGS = frozenset(("callback_promised", "x2_callback"))
"""Those among them that ring."""

SAID = frozenset(("read out", "told"))
"""The channels on which nothing leaves: the caller hears it on this call."""

KNOWN_BY = (
    *("p_name", "p_dob", "p_postcode", "p_address", "p_phone", "p_nhs", "care_director_id"),
    *("callback_number", "caller_name", "anonymous"),
)
"""The answers that can make a person known, and so bring the mark of an earlier call into force."""

_WAY_OUT = "Ask the social worker: they reach the person safely, or clear it with a reason."


def to_send(flags: Iterable[str]) -> str:
    """Why nothing may be sent, printed or exported; ``""`` if it may."""
    why = withheld(flags)
    return why and f"{why} Read it out if they can talk. {_WAY_OUT}"


def to_ring(flags: Iterable[str]) -> str:
    """Why no call back may be promised; ``""`` if it may."""
    return withheld(flags) and f"It isn’t safe to ring this person, so no call back can be promised. {_WAY_OUT}"


def to_book(flags: Iterable[str], kind: AppointmentType) -> str:
    """Why an appointment may not be given: all but one at the office mean that we ring or come to the house."""
    if not withheld(flags) or kind.mode == "office":
        return ""
    return f"It isn’t safe to ring or visit this person, so no {kind.name.lower()} can be booked. {_WAY_OUT}"


def to_answer(flags: Iterable[str], answers: Mapping[str, Value]) -> tuple[str, str]:
    """The key of an answer that would send something or promise a call back, and why not; both empty if none does."""
    for key, values in LEAVES.items():
        if answers.get(key) in values:
            why = to_ring(flags) if key in RINGS else to_send(flags)
            if why:
                return key, why
    return "", ""


def sets_unsafe(step: Step, facts: Facts) -> bool:
    """Whether the answers to ``step`` say that contact is unsafe."""
    chosen = (
        option
        for field in step.fields
        for option in field.options
        if option.value in _values(facts.known.get(field.key, ()))
    )
    effects = (effect for effect in step.effects if UNSAFE in effect.sets)
    return any(UNSAFE in option.sets for option in chosen) or any(holds(e.when, facts) for e in effects)


def _values(value: Value) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)

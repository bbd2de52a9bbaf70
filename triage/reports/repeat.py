"""Who rang again: the same person, and the same need, within 28 days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from triage.model import DECLINED, NOT_KNOWN, Call
from triage.reports.days import REPEAT_DAYS, opened_at

SAYS_NOTHING = frozenset(("third_party", "professional", "communication", "ordinary_residence", "wrap_up"))
"""Pathways that every second call goes through, so that they don't tell one need from another."""


def person_keys(call: Call) -> frozenset[tuple[str, ...]]:
    """What tells that two calls are about one person: one key in common is enough, a name alone never is."""
    name = " ".join(sorted(_told(call, "p_name").casefold().replace(".", " ").split()))
    nhs = "".join(c for c in _told(call, "p_nhs") if c.isdigit())
    second = {
        "born": _told(call, "p_dob"),
        "postcode": _told(call, "p_postcode").replace(" ", "").upper(),
        "phone": "".join(c for c in _told(call, "p_phone") if c.isdigit()),
    }
    keys = {(name, kind, value) for kind, value in second.items() if name and value}
    return frozenset(keys | ({("nhs", nhs)} if nhs else set()))


def needs(call: Call) -> frozenset[str]:
    """What the call was about: its pathways, or its reasons while it is still open."""
    walked = call.closed.data.get("pathways", ()) if call.closed else ()
    reason = call.answers.get("reason", ())
    reasons = (reason,) if isinstance(reason, str) else tuple(map(str, reason)) if isinstance(reason, tuple) else ()
    return frozenset((*walked, *reasons)) - SAYS_NOTHING - {NOT_KNOWN, DECLINED}


def by_person(calls: Iterable[Call]) -> Mapping[tuple[str, ...], list[Call]]:
    """The calls under each key that tells a person."""
    found: dict[tuple[str, ...], list[Call]] = defaultdict(list)
    for call in calls:
        for key in person_keys(call):
            found[key].append(call)
    return found


def rang_before(call: Call, people: Mapping[tuple[str, ...], list[Call]]) -> bool:
    """Whether there was a call about the same person in the 28 days before, whatever the need."""
    return any(_follows(earlier, call) for earlier in _same_person(call, people))


def came_back(call: Call, people: Mapping[tuple[str, ...], list[Call]]) -> bool:
    """Whether the same person's same need came back in the 28 days after; a chasing call always is the same need."""
    return any(
        _follows(call, later) and (needs(call) & needs(later) or _outcome(later) == "DUP")
        for later in _same_person(call, people)
    )


def _same_person(call: Call, people: Mapping[tuple[str, ...], list[Call]]) -> Iterable[Call]:
    others = {other.id: other for key in person_keys(call) for other in people.get(key, ())}
    others.pop(call.id, None)
    return others.values()


def _follows(first: Call, second: Call) -> bool:
    return timedelta() < opened_at(second) - opened_at(first) <= timedelta(days=REPEAT_DAYS)


def _outcome(call: Call) -> str:
    return str(call.closed.data.get("outcome", "")) if call.closed else ""


def _told(call: Call, key: str) -> str:
    value = str(call.answers.get(key, "")).strip()
    return "" if value in (NOT_KNOWN, DECLINED) else value

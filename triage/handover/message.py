"""What fits in a text message or an e-mail, before it is sent: the words, how long they are, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.handover import words
from triage.handover.note import NextStep
from triage.model import Listing, Slot
from triage.settings import Organisation

LIMIT = 918
"""Characters that councils' text gateways take: six parts of 153."""
UNICODE_LIMIT = 402
"""The same six parts when a letter is outside the GSM alphabet: 67 each."""
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")
"""Letters of the alphabet's second page: each counts for two."""
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
_SENTENCE = re.compile(r"[.!?:]+(?:\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Message:
    """``used`` of ``limit`` characters; ``left_out`` are names of places that didn't fit."""

    text: str
    used: int
    limit: int
    parts: int
    left_out: tuple[str, ...] = ()


def text_message(
    shortlist: Sequence[Listing],
    next_steps: Sequence[NextStep],
    *,
    organisation: Organisation,
    call_ref: str,
    appointments: Sequence[Slot] = (),
) -> Message:
    """The leaflet in one text message: the appointment first, then places while they fit, and whom to ring.

    No name, need or reason: anybody may read a telephone's screen.
    """
    head = [f"{organisation.name}, ref {call_ref}."]
    head += [f"Appointment: {words.slot_time(slot)}." for slot in appointments]
    tail = [f"Questions? Ring {organisation.phone}."]
    if any(each.demonstration for each in shortlist):
        head.append("DEMONSTRATION: places may be invented.")
    yours = [words.sentence(step.what) for step in next_steps if step.owner.lower() == "you"]
    kept, left_out = list(head), []
    for line in (*yours, *(_place(each) for each in shortlist)):
        if _fits([*kept, line, *tail]):
            kept.append(line)
        else:
            left_out.append(line.partition(":")[0])
    made = "\n".join([*kept, *tail]).translate(_PLAIN)
    used, limit, parts = measure(made)
    return Message(made, used, limit, parts, tuple(left_out))


def _place(listing: Listing) -> str:
    said = ", ".join(filter(None, (listing.phone, words.times(listing.schedules), words.clean(listing.postcode))))
    return f"{words.clean(listing.name)}: {said or listing.url or 'ask us'}."


def _fits(lines: Sequence[str]) -> bool:
    used, limit, _ = measure("\n".join(lines).translate(_PLAIN))
    return used <= limit


def measure(text: str) -> tuple[int, int, int]:
    """Characters used as the network counts them, how many may be, and the parts they are sent in."""
    if all(each in _GSM or each in _TWICE for each in text):
        used = sum(2 if each in _TWICE else 1 for each in text)
        return used, LIMIT, 1 if used <= 160 else -(-used // 153)
    used = len(text.encode("utf-16-le")) // 2
    return used, UNICODE_LIMIT, 1 if used <= 70 else -(-used // 67)


def reading_age(text: str) -> int:
    """The age at which most people can read it (Flesch and Kincaid's grade, and five); names and numbers count too."""
    sentences = max(1, sum(bool(re.search(r"[A-Za-z]", part)) for part in _SENTENCE.split(text)))
    found = re.findall(r"[A-Za-z’']+", text)
    if not found:
        return 5
    syllables = sum(_syllables(each.lower().strip("’'")) for each in found)
    grade = 0.39 * len(found) / sentences + 11.8 * syllables / len(found) - 15.59
    return max(5, round(grade + 5))


def _syllables(word: str) -> int:
    count = len(_VOWELS.findall(word))
    return max(1, count - (word.endswith("e") and not word.endswith("le") and count > 1))

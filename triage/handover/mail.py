"""The leaflet as an e-mail, before it is sent: the words, how long they are, and what was left out.

Neither the subject nor the words name the person: a mailbox may be shared. Whoever sends it puts the address in; none
is kept here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from triage.handover.leaflet import leaflet
from triage.handover.message import reading_age
from triage.handover.note import NextStep
from triage.model import Listing
from triage.settings import Organisation

LIMIT = 100_000
"""Bytes of words: mail programs hide what is beyond about as many."""
SUBJECT = 78
"""Characters that a subject keeps on one line."""


@dataclass(frozen=True, slots=True)
class Mail:
    """``used`` of ``limit`` bytes; ``page`` is empty for somebody who asked for plain text; ``age`` is the reading age;
    ``left_out`` are names of places that didn't fit.
    """

    subject: str
    text: str
    page: str
    used: int
    limit: int
    age: int
    left_out: tuple[str, ...] = ()


def mail(
    shortlist: Sequence[Listing],
    next_steps: Sequence[NextStep],
    *,
    organisation: Organisation,
    call_ref: str,
    plain: bool = False,
    limit: int = LIMIT,
    **more: Any,
) -> Mail:
    """The e-mail; ``more`` is what else :func:`~triage.handover.leaflet.leaflet` takes; ``plain`` has no page."""

    def words(listings: Sequence[Listing], form: str) -> str:
        given = {**more, "organisation": organisation, "call_ref": call_ref, "person": "", "format": form}
        return leaflet(listings, next_steps, **given)

    many = len(shortlist)
    while many and _used(words, shortlist[:many], plain) > limit:
        many -= 1
    kept = shortlist[:many]
    text, page = words(kept, "text"), "" if plain else words(kept, "html")
    subject = f"From {organisation.name}, ref {call_ref}"[:SUBJECT]
    used, left_out = _used(words, kept, plain), tuple(each.name for each in shortlist[many:])
    return Mail(subject, text, page, used, limit, reading_age(text), left_out)


def _used(words: Any, listings: Sequence[Listing], plain: bool) -> int:
    """Bytes of the longer of its two forms: a mail program shows one of them."""
    forms = ("text",) if plain else ("text", "html")
    return max(len(words(listings, form).encode()) for form in forms)


def draft(made: Mail, attached: bytes = b"", name: str = "leaflet.pdf") -> bytes:
    """The e-mail as a file that a mail program opens as a draft; ``attached`` is the leaflet as a PDF."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = made.subject
    message["X-Unsent"] = "1"
    message.set_content(made.text)
    if made.page:
        message.add_alternative(made.page, subtype="html")
    if attached:
        message.add_attachment(attached, maintype="application", subtype="pdf", filename=name)
    return bytes(message)

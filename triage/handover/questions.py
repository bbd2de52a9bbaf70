"""Questions on paper, to be answered with a pen: those of the self-assessment, for somebody who would rather write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from triage.handover.leaflet import template
from triage.settings import Organisation

Question = tuple[str, Sequence[tuple[str, bool]]]
"""What is asked, and its lines: an answer to tick, or (true) one to write on."""

LEAD = "Tick what fits. You can miss out any question. We do not ask your name. We do not keep your answers."
DANGER = "Is anyone hurt or in danger now? Ring 999. Does someone hurt or scare you? Ring us when it is safe to talk."
THEN = "Then ring us on {phone} and read us your answers, or bring this to us. We will tell you what may help."


def blank(
    questions: Sequence[Question],
    title: str,
    organisation: Organisation,
    *,
    form: Literal["text", "html"] = "text",
    points: int = 12,
) -> str:
    """The sheet, as plain text of 72 columns or as one HTML page that prints well."""
    found = template(f"questions.{'txt' if form == 'text' else 'html'}")
    return found.render(
        title=title,
        lead=LEAD,
        danger=DANGER,
        then=THEN.format(phone=organisation.phone),
        questions=questions,
        points=points,
    )

"""The leaflet: what was agreed, what happens next and who may help, on paper or in an email.

The words stand in ``data/leaflet``, where whoever writes for the public can change them; both forms share them.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from triage import settings
from triage.handover import words
from triage.handover.note import NextStep
from triage.model import Listing, Slot
from triage.settings import Organisation

if TYPE_CHECKING:
    from jinja2 import Environment, Template

WIDTH = 72
"""Columns of the plain text."""


def leaflet(
    shortlist: Sequence[Listing],
    next_steps: Sequence[NextStep | str],
    *,
    organisation: Organisation,
    today: date,
    call_ref: str,
    appointments: Sequence[Slot] = (),
    person: str = "",
    agreed: Sequence[str] = (),
    distances: Mapping[str, float] | None = None,
    format: Literal["text", "html"] = "text",  # noqa: A002
    large: bool = False,
    points: int = 0,
    others: Sequence[str] = (),
    language: str = "",
    maker: str = "",
    title: str = "",
    because: Mapping[str, str] | None = None,
    demonstration: bool = True,
    templates: Path | None = None,
) -> str:
    """The leaflet as plain text of 72 columns, or as one HTML page that needs nothing else and prints well.

    ``agreed`` are lines on what was agreed; ``distances`` are kilometres by listing id; ``large`` prints the page at 18
    point, ``points`` at another size. ``others`` are formats that ``maker`` makes and ``language`` is one they put it
    into: it says so (Accessible Information Standard). ``title`` stands instead of the usual one; ``because`` says by
    listing id what each place is there for. It says DEMONSTRATION when asked to, or when a listing is an
    invented one. Take only what the person may see and hand on: everything given here is printed.
    """
    return template(f"leaflet.{_ending(format)}", templates).render(
        org=organisation,
        ref=call_ref,
        today=today,
        person=words.clean(person),
        agreed=[words.sentence(line) for line in agreed],
        steps=[s if isinstance(s, NextStep) else NextStep(s) for s in next_steps],
        appointments=appointments,
        listings=shortlist,
        distances=distances or {},
        points=points or (18 if large else 12),
        large=large or points > 12,
        others=[words.clean(form) for form in others],
        language=words.clean(language),
        maker=words.clean(maker) or organisation.name,
        called=words.clean(title),
        because=because or {},
        demonstration=demonstration or any(listing.demonstration for listing in shortlist),
    )


def template(name: str, folder: Path | None = None) -> Template:
    """One of the leaflet's templates, with its filters."""
    return _environment(folder or settings.shipped() / "leaflet").get_template(name)


def _ending(form: str) -> str:
    return {"text": "txt", "html": "html"}[form]


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        wrap=_wrap,
        isolate=_isolate,
        clean=words.clean,
        sentence=words.sentence,
        day=words.day,
        slot_time=words.slot_time,
        times=words.times,
        who_for=words.who_for,
        cost=words.cost,
        getting_in=words.getting_in,
        getting_there=words.getting_there,
        checked=words.checked,
        where=words.where,
        warnings=words.warnings,
    )
    return made


def _wrap(text: str, indent: int = 0, hang: int = 0) -> str:
    """Lines of at most 72 columns, ``indent`` in, those after the first ``hang`` further.

    A word longer than a line is cut, since paper has an edge; a phone number stays in one piece.
    """
    first, rest = " " * indent, " " * (indent + hang)
    whole = re.sub(r"(?<=\d) (?=\d)", "\u00a0", text)
    filled = textwrap.fill(whole, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return filled.replace("\u00a0", " ")


def _isolate(text: str) -> str:
    """Right-to-left words fenced off, so that they don't turn the rest of the line round."""
    text = words.clean(text)
    if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
        return f"\u2068{text}\u2069"
    return text

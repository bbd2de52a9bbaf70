"""Two listings side by side, a fact a row: what differs is told by a sign and underlined, not by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from textual.content import Content

from triage.directory.union import FACTS, JOINED, WHOLE, differing
from triage.directory.words import fold
from triage.handover import words
from triage.model import Listing

LABEL, SIGN = 12, 4
"""Cells of the labels and of the signs."""
MOST = 5
"""Lines of one fact; a long description ends in “…”."""
LABELS = {
    "application_process": "how in",
    "transportation": "getting there",
    "eligibility": "for",
    "schedules": "when",
    "organisation": "by",
    "place": "where",
    "url": "web",
    "accessibility": "access",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of both. ``differs`` when both say something and not the same: then one of them can be chosen."""

    fact: str
    left: str
    right: str
    differs: bool

    @property
    def label(self) -> str:
        """The fact's name as it stands beside it."""
        return LABELS.get(self.fact, self.fact.replace("_", " "))


def rows(one: Listing, two: Listing) -> list[Row]:
    """The facts that either says something on; those that differ stand where they always stand."""
    apart = differing(one, two)
    found = [Row("source", f"1  {_source(one)}", f"2  {_source(two)}", False)]
    for fact in (*FACTS, *JOINED):
        left, right = _said(one, fact), _said(two, fact)
        if left or right:
            found.append(Row(fact, left, right, fact in apart))
    return found


def _source(listing: Listing) -> str:
    return ", ".join(filter(None, (listing.source, listing.source_id))) or listing.id


def _said(listing: Listing, fact: str) -> str:
    """One fact in words."""
    if fact == "schedules":
        return words.times(listing.schedules)
    if fact == "place":
        return words.where(listing) if listing.address or listing.postcode else ""
    if fact == "checked":
        return words.checked(listing) if listing.fresh else ""
    if fact == "cost":
        return words.cost(listing) if listing.fees or listing.free is not None else ""
    if fact == "ages":
        return " to ".join(str(n) if n else "…" for n in (listing.minimum_age, listing.maximum_age)).removesuffix(
            " to …"
        )
    if fact == "state":
        return "; ".join(filter(None, (listing.status, listing.alert, "not sure" if listing.check else "")))
    if fact in JOINED:
        return ", ".join(getattr(listing, fact))
    if fact in WHOLE:
        return " ".join(str(getattr(listing, name) or "") for name in WHOLE[fact])
    value = getattr(listing, fact)
    return words.clean("" if value is None else {True: "yes", False: "no"}.get(value, str(value)))


def sign(row: Row, taken: str) -> str:
    """``≠`` differs, with which side is taken; ``=`` the same; ``+`` both are kept; ``·`` only one says it."""
    if row.fact in JOINED:
        return "+"
    if row.differs:
        return {"left": "◂ ≠", "right": "≠ ▸"}.get(taken, "  ≠")
    return "=" if row.left == row.right else "" if row.left and row.right else "·"


def drawn(
    found: Sequence[Row], taken: Mapping[str, str], cursor: int, widths: tuple[int, int]
) -> tuple[Content, Content, list[int]]:
    """Both columns, each fact as high on one side as on the other, and the line each fact begins at."""
    left: list[Content] = []
    right: list[Content] = []
    begins: list[int] = []
    for at, row in enumerate(found):
        begins.append(len(left))
        one, two = _marked(row)
        first = _wrapped(one, widths[0] - LABEL)
        second = _wrapped(two, widths[1] - SIGN - 1)
        height = max(len(first), len(second), 1)
        side = taken.get(row.fact, "")
        here = "on $lift" if at == cursor else ""
        for n in range(height):
            label = row.label[: LABEL - 1].ljust(LABEL) if n == 0 else " " * LABEL
            mark = sign(row, side).ljust(SIGN) if n == 0 else " " * SIGN
            text = first[n] if n < len(first) else Content("")
            other = second[n] if n < len(second) else Content("")
            dim_left = row.differs and side == "right"
            dim_right = row.differs and side == "left"
            text = text.stylize("$quiet") if dim_left else text
            other = other.stylize("$quiet") if dim_right else other
            bold = "bold $accent" if at == cursor else "$quiet"
            left.append(_line(Content.assemble((label, bold), text), widths[0], here))
            right.append(
                _line(Content.assemble((mark, "bold $accent" if row.differs else "$quiet"), other), widths[1], here)
            )
    return Content("\n").join(left), Content("\n").join(right), begins


def _line(line: Content, width: int, style: str) -> Content:
    made = line.truncate(max(1, width), ellipsis=True, pad=True)
    return made.stylize_before(style) if style else made


def _wrapped(text: Content, width: int) -> list[Content]:
    lines = list(text.wrap(max(8, width)))
    return [*lines[: MOST - 1], Content("…")] if len(lines) > MOST else lines


def _marked(row: Row) -> tuple[Content, Content]:
    """Both texts with the words underlined that the other doesn't have."""
    if not row.differs:
        return Content(row.left or "–"), Content(row.right or "–")
    one, two = row.left.split(), row.right.split()
    same = SequenceMatcher(None, [fold(w).strip(",.;") for w in one], [fold(w).strip(",.;") for w in two], False)
    ones = {at for block in same.get_matching_blocks() for at in range(block.a, block.a + block.size)}
    twos = {at for block in same.get_matching_blocks() for at in range(block.b, block.b + block.size)}
    return _underlined(one, ones), _underlined(two, twos)


def _underlined(said: Sequence[str], same: set[int]) -> Content:
    parts = [Content.styled(each, "" if at in same else "underline bold") for at, each in enumerate(said)]
    return Content(" ").join(parts)

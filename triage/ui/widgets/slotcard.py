"""The card beside the week: what to tell the caller about a time, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from textual.content import Content
from textual.widgets import Static

from triage.diary import State, starts_at
from triage.model import Slot

LABEL = 8
"""Cells of the labels' column."""


class SlotCard(Static):
    """The time under the cursor."""

    DEFAULT_CSS = """
    SlotCard {
        border: round $edge; border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $quiet;
        padding: 0 1; height: 1fr;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def put(
        self,
        slot: Slot | None,
        *,
        who: str,
        others: int,
        state: State,
        refused: str,
        held: tuple[str, timedelta] | None,
        needs: Sequence[str],
        along: str = "",
        moving: str,
        nearest: Sequence[str],
        bookings: Sequence[str],
        live: bool,
    ) -> None:
        """Show a time: ``held`` is the slot this call holds and how long still, ``bookings`` those it has."""
        width = max(20, self.size.width - 4)
        lines: list[Content] = []
        if nearest:
            lines += [Content.styled("▌ taken. Nearest free:", "bold $warning")]
            lines += [Content.assemble((f"  {n}  ", "bold $accent"), told(s)) for n, s in enumerate(nearest, 1)]
            lines.append(Content(""))
        if moving:
            lines += [
                *Content.styled(f"▌ moving {told(moving)}: choose the new time", "bold $warning").wrap(width),
            ]
        here_held = held is not None and slot is not None and held[0] == slot.id
        if held:
            lines += _row(
                "holds",
                f"{_left(held[1])} left" + (": nobody else can take it" if here_held else f", {told(held[0])}"),
                width,
                "bold $accent",
            )
        if slot:
            more = f"  (w: {others} more)" if others else ""
            place = slot.type.where or "not said"
            if width >= 60:
                lines += _row("with", f"{who}{more} · {place}", width)
            else:
                lines += [*_row("with", who + more, width), *_row("where", place, width)]
            lines += _row("needs", " · ".join(needs), width, "bold $warning")
            lines += _row("along", along, width)
            lines += _row("", refused, width, "$warning") if state == "past" and refused else []
            lines += [Content("")] if width < 60 else []
            lines += [*(Content.assemble(("▌ ", "$accent"), c) for c in _said(slot.type.tell, width - 2))]
        for booking in bookings:
            lines += (
                [Content(""), Content.styled(f"✓ booked {told(booking)}", "bold $accent")]
                if not slot or booking != slot.id
                else []
            )
        self.border_title = (
            Content(f"{slot.start:%A} {slot.start.day} {slot.start:%B, %H:%M}") if slot else "No time here"
        )
        self.border_subtitle = _keys(state, here_held, bool(moving), live) if slot else ""
        self.update(Content("\n").join(lines) if lines else Content.styled("n finds the next free time.", "$quiet"))


def told(slot: str) -> str:
    """``Tue 1 Dec 10:00``, from a slot's id."""
    at = starts_at(slot)
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _keys(state: State, here_held: bool, moving: bool, live: bool) -> str:
    if not live:
        return "no call: look only"
    if moving:
        return "enter move here · m stop"
    if here_held:
        return "enter book · l let go"
    return {
        "free": "enter hold",
        "booked": "m move · x cancel",
        "held": "another desk holds it: it may come free",
        "full": "full",
    }.get(state, "")


def _row(label: str, words: str, width: int, style: str = "") -> list[Content]:
    if not words:
        return []
    parts = Content.styled(words, style).wrap(width - LABEL)
    heads = [label, *[""] * (len(parts) - 1)]
    return [Content.assemble((h.ljust(LABEL), "$quiet"), part) for h, part in zip(heads, parts, strict=True)]


def _said(words: str, width: int) -> list[Content]:
    return Content.styled(f"“{words}”", "bold").wrap(width) if words else []


def _left(time: timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    return f"{seconds // 60:02}:{seconds % 60:02}"

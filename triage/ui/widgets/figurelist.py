"""Figures, a line each: what it is of and what it leaves out stand beside every number, and every number opens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from triage.reports import Count, Figure, Share, Spread, calls_of
from triage.reports.sheet import number, percent
from triage.ui.widgets.rows import Piece, Rows, column


@dataclass(frozen=True, slots=True)
class Line:
    """A number that can be opened: a figure, or one of the parts that it is made of."""

    name: str
    value: str
    beside: str
    calls: tuple[str, ...]
    figure: Figure | None = None
    """The figure, on its own line; a part has none."""
    parts: tuple[Line, ...] = ()


class FigureList(Rows[Line]):
    """Enter on a figure shows what it is made of; Enter on a part, or on a plain count, shows its calls."""

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.opened: Collection[str] = ()

    def row(self, item: Line, width: int, chosen: bool) -> list[Piece]:
        """``▸ Met at first contact   61 %  of 88 (left out 55)``."""
        if item.figure is None:
            return [(f"{item.value:>10}  ", "bold" if chosen else ""), (item.name, "$quiet")]
        fold = ("▾ " if item.name in self.opened else "▸ ") if item.parts else "  "
        return [
            (fold, "bold $accent" if chosen else "$quiet"),
            *column([(item.name, "bold" if chosen else "")], max(24, min(30, width - 44))),
            (f"{item.value:>9}", "bold"),
            (f"  {item.beside}", "$quiet"),
        ]


def lines(figures: Sequence[Figure], opened: Collection[str] = ()) -> list[Line]:
    """The lines of the figures, with the parts of those that are opened."""
    found: list[Line] = []
    for figure in figures:
        line = line_of(figure)
        found += [line, *(line.parts if line.name in opened else ())]
    return found


def line_of(figure: Figure) -> Line:
    """One figure."""
    calls = calls_of(figure)
    if isinstance(figure, Count):
        return Line(figure.name, f"{len(figure.calls):,}", "", calls, figure)
    out = sum(len(p.calls) for p in figure.left_out)
    left_out = f" (left out {out:,})" if out else ""
    if isinstance(figure, Spread):
        value = f"{number(figure.median)} {figure.unit}" if figure.values else number(None)
        within = f", 9 in 10 within {number(figure.p90)}" if figure.values else ""
        beside = f"median of {len(figure.values):,}{within}"
        return Line(figure.name, value, beside, calls, figure, _parts((), figure))
    beside = f"of {len(figure.of):,}{left_out}"
    return Line(figure.name, percent(figure.part), beside, calls, figure, _parts((("met", figure.met),), figure))


def _parts(first: Sequence[tuple[str, tuple[str, ...]]], figure: Share | Spread) -> tuple[Line, ...]:
    """What a figure is made of: those it counts, those it doesn't and why, those it leaves out and why."""
    counted = [(f"measured, mean {number(figure.mean)}", figure.calls)] if isinstance(figure, Spread) else list(first)
    not_met = [(f"not: {p.why}", p.calls) for p in getattr(figure, "not_met", ())]
    left_out = [(f"left out: {p.why}", p.calls) for p in figure.left_out]
    return tuple(Line(why, f"{len(calls):,}", "", calls) for why, calls in (*counted, *not_met, *left_out))

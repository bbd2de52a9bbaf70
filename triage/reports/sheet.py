"""Figures as plain rows: the same rows become a table, JSON, CSV or a web page.

A sheet that leaves the desk is ``shared``: counts from 1 to 4 read “fewer than 5”, and so do figures from which such
a count could be worked out. Refs of calls are never in it (PRIVACY P16).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.reports.counts import By, Group
from triage.reports.figures import Count, Figure, Share, Spread

FEW = 5
HIDDEN = f"fewer than {FEW}"
NOT_SHOWN = "not shown: small numbers"
NOTHING = "–"

COLUMNS = ("calls", "open", "met at first contact", "of", "median minutes")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table of words; ``notes`` say what the columns mean and what is left out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def figures_sheet(figures: Sequence[Figure], *, shared: bool) -> Sheet:
    """One row a figure: its value, what it is of, what is left out."""
    rows = [(f.id, f.name, *_value(f, shared), _left_out(f, shared)) for f in figures]
    notes = tuple(f"{f.id}: {f.definition}" for f in figures)
    return Sheet("Figures", ("id", "figure", "value", "of", "left out"), tuple(rows), notes)


def groups_sheet(groups: Sequence[Group], by: By, *, shared: bool) -> Sheet:
    """One row a day, handler, pathway or outcome."""
    few = _too_few([len(g.calls) for g in groups]) if shared else frozenset()
    rows = tuple(_hidden_row(g) if n in few else _group_row(g, shared) for n, g in enumerate(groups))
    notes = (
        "“of”: the group's calls with a need that are closed; “met” counts of these.",
        *(("A call with two pathways is counted in both.",) if by == "pathway" else ()),
        *((f"Counts from 1 to {FEW - 1} are not shown, nor what they could be worked out from.",) if shared else ()),
    )
    return Sheet(f"Calls by {by}", (by, *COLUMNS), rows, notes)


def percent(share: float | None) -> str:
    """``61 %``; a dash of nothing."""
    return NOTHING if share is None else f"{share:.0%}".replace("%", " %")


def number(value: float | None) -> str:
    """A measurement without needless decimals; a dash of nothing."""
    return NOTHING if value is None else f"{value:.1f}".removesuffix(".0")


def to_csv(sheets: Iterable[Sheet]) -> str:
    """The sheets below each other, each with its notes and a blank line after it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for sheet in sheets:
        writer.writerows([sheet.columns, *sheet.rows, *([note] for note in sheet.notes), []])
    return out.getvalue()


def _value(figure: Figure, shared: bool) -> tuple[str, str]:
    if isinstance(figure, Share):
        met, of = len(figure.met), len(figure.of)
        if shared and (_few(met) or _few(of - met) or _few(of)):
            return HIDDEN if _few(met) else NOT_SHOWN, _count(of, shared)
        return f"{percent(figure.part)} ({met})" if of else NOTHING, str(of)
    if isinstance(figure, Spread):
        n = len(figure.values)
        if not n or (shared and _few(n)):
            return NOTHING if not n else NOT_SHOWN, _count(n, shared)
        three = f"median {number(figure.median)}, mean {number(figure.mean)}, 9 in 10 within {number(figure.p90)}"
        return f"{three} {figure.unit}", str(n)
    return _count(len(figure.calls), shared), ""


def _left_out(figure: Figure, shared: bool) -> str:
    if isinstance(figure, Count):
        return ""
    return "; ".join(f"{_count(len(p.calls), shared)} {p.why}" for p in figure.left_out)


def _hidden_row(group: Group) -> tuple[str, ...]:
    return (group.name, HIDDEN if _few(len(group.calls)) else NOT_SHOWN, *(NOTHING,) * (len(COLUMNS) - 1))


def _group_row(group: Group, shared: bool) -> tuple[str, ...]:
    met, of = len(group.met.met), len(group.met.of)
    small = shared and (_few(met) or _few(of) or _few(of - met))
    return (
        group.name,
        str(len(group.calls)),
        _count(len(group.open), shared),
        NOT_SHOWN if small else f"{percent(group.met.part)} ({met})" if of else NOTHING,
        _count(of, shared),
        number(group.minutes.median) if not (shared and _few(len(group.minutes.values))) else NOTHING,
    )


def _too_few(counts: Sequence[int]) -> frozenset[int]:
    """The rows to hide: the small ones, and one more when a single hidden row could be worked out from the total."""
    few = {n for n, count in enumerate(counts) if _few(count)}
    others = sorted((count, n) for n, count in enumerate(counts) if n not in few and count)
    return frozenset(few | ({others[0][1]} if len(few) == 1 and others else set()))


def _few(count: int) -> bool:
    return 0 < count < FEW


def _count(count: int, shared: bool) -> str:
    return HIDDEN if shared and _few(count) else str(count)

"""Reads ``data/limits.yaml``: capital limits by year, and plans that were cancelled."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

from triage.library.yaml import Node, build, load
from triage.money import LimitsTable
from triage.settings import shipped


def load_limits(path: Path | None = None) -> LimitsTable:
    """The table, oldest year first; :class:`BadData` for a sum that is none or limits that can't be."""
    root = load(path or shipped() / "limits.yaml", path.name if path else "data/limits.yaml")
    table = build(root, LimitsTable, {Decimal: _amount})
    lines = dict(root.items())["years"].each()
    for limits, node in zip(table.years, lines, strict=True):
        if not Decimal(0) <= limits.lower < limits.upper:
            raise node.bad(f"{limits.year}: the lower limit must be under the upper one")
        if limits.unit <= 0 or limits.tariff <= 0:
            raise node.bad(f"{limits.year}: unit and tariff must be more than nothing")
    days = [limits.starts for limits in table.years]
    for before, after, node in zip(days, days[1:], lines[1:], strict=False):
        if after <= before:
            raise node.bad("each year must start after the one before it")
    if not table.years:
        raise root.bad("there must be at least one year")
    return table


def _amount(node: Node) -> Decimal:
    try:
        amount = Decimal(node.text())
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise node.bad(f"“{node.text()}” is not a sum such as 14250 or 14250.50")
    return amount

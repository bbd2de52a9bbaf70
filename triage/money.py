"""What savings mean for a charge: the capital limits by year and the weekly tariff. Information, not advice.

Money is :class:`~decimal.Decimal`, never a float. Plans that were cancelled are known by name and refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Literal

from triage.errors import TriageError


class MoneyError(TriageError):
    """A sum or a year that can't be worked with; the words are for the handler."""


@dataclass(frozen=True, slots=True)
class Limits:
    """One charging year. ``starts`` is its first day; amounts are pounds."""

    year: str
    starts: date
    lower: Decimal
    upper: Decimal
    unit: Decimal
    tariff: Decimal
    as_of: date
    source: str
    status: Literal["current", "past", "not verified"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that was announced and cancelled on a day: never to be used."""

    name: str
    what: str
    cancelled: date
    source: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitsTable:
    """The years, oldest first, and the cancelled plans."""

    years: tuple[Limits, ...]
    cancelled: tuple[Plan, ...] = ()

    def on(self, day: date) -> Limits:
        """The limits of the charging year that ``day`` is in."""
        begun = [limits for limits in self.years if limits.starts <= day]
        if not begun:
            raise MoneyError(
                f"There are no limits for {day:%d %B %Y}. The oldest here are those of {self.years[0].year}."
            )
        return begun[-1]

    def named(self, name: str) -> Limits:
        """The limits of a year by its name; a cancelled plan is refused in words."""
        wanted = _plain(name)
        for plan in self.cancelled:
            if wanted in {_plain(plan.name), *map(_plain, plan.also)}:
                raise MoneyError(
                    f"That plan was dropped: {plan.what} never began and was cancelled on {plan.cancelled.day} "
                    f"{plan.cancelled:%B %Y}. Nothing can be worked out from it."
                )
        for limits in self.years:
            if wanted == _plain(limits.year):
                return limits
        raise MoneyError(f"There are no limits for “{name}”. There are: {', '.join(y.year for y in self.years)}.")


@dataclass(frozen=True, slots=True)
class Weekly:
    """What a sum means: ``pounds`` a week from savings, or ``full_cost``; ``limits`` say how far to trust it."""

    capital: Decimal
    limits: Limits
    pounds: Decimal = Decimal(0)
    full_cost: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What to tell, a sentence each, the doubt about the year last."""
        sum_, limits = pounds(self.capital), self.limits
        if self.full_cost:
            told = f"{sum_} is over {pounds(limits.upper)}: the full cost of care is paid."
        elif self.pounds:
            told = f"{sum_} counts as {pounds(self.pounds)} a week, on top of what counts from income."
        else:
            told = f"{sum_} is not over {pounds(limits.lower)}: nothing is counted from savings, only income."
        year = f"Limits of {limits.year}: {pounds(limits.lower)} and {pounds(limits.upper)}."
        doubt = f"NOT VERIFIED for {limits.year}: {limits.source}. The council must confirm them."
        return (told, year, *([doubt] if limits.status == "not verified" else ()))


def weekly(capital: Decimal, limits: Limits) -> Weekly:
    """The weekly figure: a pound for each unit of £250, or part of one, above the lower limit."""
    if not isinstance(capital, Decimal):
        raise MoneyError(f"A sum is a Decimal, not {type(capital).__name__}: pence get lost otherwise.")
    if capital < 0:
        raise MoneyError("A sum of savings can't be less than nothing.")
    if capital > limits.upper:
        return Weekly(capital, limits, full_cost=True)
    above = max(Decimal(0), capital - limits.lower)
    units = (above / limits.unit).to_integral_value(ROUND_CEILING)
    return Weekly(capital, limits, units * limits.tariff)


def read_sum(text: str) -> Decimal:
    """A sum as people say it: ``£15,000``, ``15k``, ``14250.01``; :class:`MoneyError` when it is none."""
    found = re.fullmatch(r"£?\s*(\d[\d, ]*(?:\.\d{1,2})?)\s*(k|thousand|pounds|quid)?", text.strip().casefold())
    try:
        amount = Decimal(found[1].replace(",", "").replace(" ", "")) if found else None
    except InvalidOperation:
        amount = None
    if found is None or amount is None:
        raise MoneyError(f"“{text.strip()}” is not a sum such as £15,000.")
    return amount * 1000 if found[2] in ("k", "thousand") else amount


def asked(text: str, table: LimitsTable, today: date) -> Weekly:
    """A sum, or a sum and a year (``15,000 2025/26``), as its weekly figure; a dropped plan is refused."""
    words = text.strip()
    for name in sorted(_names(table), key=len, reverse=True):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.I) and not _is_sum(words):
            limits = table.named(name)
            return weekly(read_sum(re.sub(re.escape(name), "", words, flags=re.I)), limits)
    return weekly(read_sum(words), table.on(today))


def pounds(amount: Decimal) -> str:
    """``£14,250``, with pence only where there are some."""
    return f"£{amount:,.2f}" if amount != amount.to_integral_value() else f"£{amount:,.0f}"


def _names(table: LimitsTable) -> Sequence[str]:
    plans = [name for plan in table.cancelled for name in (plan.name, *plan.also)]
    return [*plans, *(limits.year for limits in table.years)]


def _is_sum(text: str) -> bool:
    try:
        read_sum(text)
    except MoneyError:
        return False
    return True


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())

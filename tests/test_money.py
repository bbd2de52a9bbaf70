"""What savings mean for a charge, and the plans that never began."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from triage.desk import Desk
from triage.errors import BadData
from triage.library.limits import load_limits
from triage.library.scripts import load_script
from triage.money import MoneyError, asked, pounds, read_sum, weekly
from triage.script.walk import walk

TABLE = load_limits()
TODAY = date(2026, 11, 24)
THAT_YEAR = TABLE.named("2025/26")


@pytest.mark.parametrize(
    ("capital", "a_week"),
    [
        ("0", 0),
        ("14249.99", 0),
        ("14250", 0),
        ("14250.01", 1),
        ("14251", 1),
        ("14500", 1),
        ("14500.01", 2),
        ("15000", 3),
        ("23249", 36),
        ("23250", 36),
    ],
)
def test_a_pound_a_week_for_each_250_pounds_or_part_above_the_lower_limit(capital: str, a_week: int) -> None:
    found = weekly(Decimal(capital), THAT_YEAR)
    assert (found.pounds, found.full_cost) == (Decimal(a_week), False)


@pytest.mark.parametrize("capital", ["23250.01", "23251", "100000"])
def test_over_the_upper_limit_the_full_cost_is_paid(capital: str) -> None:
    found = weekly(Decimal(capital), THAT_YEAR)
    assert found.full_cost
    assert "full cost" in found.words[0]


def test_a_float_is_refused() -> None:
    with pytest.raises(MoneyError, match="Decimal"):
        weekly(15000.0, THAT_YEAR)  # type: ignore[arg-type]


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(MoneyError, match="less than nothing"):
        weekly(Decimal(-1), THAT_YEAR)


@pytest.mark.parametrize("name", ["cap", "care cap", "£86,000", "higher limits", "£100,000"])
def test_the_dropped_plans_are_refused_with_the_day_they_were_dropped(name: str) -> None:
    with pytest.raises(MoneyError, match=r"cancelled on 29 July 2024"):
        TABLE.named(name)


def test_asking_for_a_sum_under_the_dropped_cap_is_refused_too() -> None:
    with pytest.raises(MoneyError, match="never began"):
        asked("15,000 with the cap", TABLE, TODAY)


def test_a_hundred_thousand_pounds_of_savings_is_still_a_sum() -> None:
    assert asked("£100,000", TABLE, TODAY).full_cost


def test_a_year_nobody_confirmed_says_so() -> None:
    this_year = asked("15,000", TABLE, TODAY)
    assert this_year.limits.year == "2026/27"
    assert "NOT VERIFIED for 2026/27" in this_year.words[-1]
    last_year = asked("15,000 2025/26", TABLE, TODAY)
    assert last_year.words == (
        "£15,000 counts as £3 a week, on top of what counts from income.",
        "Limits of 2025/26: £14,250 and £23,250.",
    )


def test_the_limits_of_a_day_are_those_of_its_charging_year() -> None:
    assert TABLE.on(date(2026, 4, 5)).year == "2025/26"
    assert TABLE.on(date(2026, 4, 6)).year == "2026/27"
    with pytest.raises(MoneyError, match="oldest"):
        TABLE.on(date(2020, 1, 1))
    with pytest.raises(MoneyError, match="There are: 2024/25"):
        TABLE.named("2019/20")


def test_every_year_says_when_and_where_it_is_from() -> None:
    assert all(limits.source and limits.as_of and limits.status for limits in TABLE.years)


@pytest.mark.parametrize(
    ("said", "amount"),
    [("£15,000", "15000"), ("15k", "15000"), ("14250.01", "14250.01"), (" 15 000 ", "15000"), ("2 thousand", "2000")],
)
def test_a_sum_is_read_as_people_say_it(said: str, amount: str) -> None:
    assert read_sum(said) == Decimal(amount)


@pytest.mark.parametrize("said", ["", "a lot", "15,000 or so", "1.234", "-5"])
def test_what_is_no_sum_is_refused(said: str) -> None:
    with pytest.raises(MoneyError, match="not a sum"):
        read_sum(said)


def test_pence_are_shown_where_there_are_some() -> None:
    assert (pounds(Decimal("14250.01")), pounds(Decimal("14250.00"))) == ("£14,250.01", "£14,250")


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("    lower: 14250", "    lower: lots", "not a sum"),
        ("    lower: 14250", "    lower: 99999", "under the upper one"),
        ("    unit: 250", "    unit: 0", "more than nothing"),
        ("starts: 2025-04-07", "starts: 2024-04-01", "after the one before"),
        ("status: not verified", "status: guessed", "guessed"),
        ("    tariff: 1", "    tarif: 1", "tariff"),
    ],
)
def test_limits_that_cannot_be_are_refused_with_their_line(tmp_path: Path, right: str, wrong: str, why: str) -> None:
    text = (Path(__file__).parent.parent / "data" / "limits.yaml").read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / "limits.yaml"
    broken.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(BadData, match=why) as refused:
        load_limits(broken)
    assert refused.value.line > 1


# Pressure comes first

MONEY = ("F2", "F3", "F4", "F5", "F6", "F7")


@pytest.mark.parametrize("step", MONEY)
def test_whether_somebody_is_after_the_money_is_asked_before_any_other_money_step(desk: Desk, step: str) -> None:
    call = desk.go(desk.open(), step)
    assert desk.walk(call).step == "F1"
    call = desk.answer(call, "F1", {"money_pressure": "no"})
    assert desk.walk(desk.go(call, step)).step == step


@pytest.mark.parametrize(
    "told",
    [
        {"reason": ("money/charges",)},
        {"capital_band": "over £23,250"},
        {"funds_left": "3 months or less"},
        {"f_topic": ("the cap",)},
        {"sfd_choice": "wants assessment", "reason": ("lonely/activities",)},
    ],
)
def test_on_every_money_call_it_comes_before_the_sums_whatever_was_told_first(told: dict[str, object]) -> None:
    path = walk(load_script(), told, today=TODAY).path  # type: ignore[arg-type]
    assert "F1" in path
    assert all(path.index("F1") < path.index(step) for step in MONEY if step in path)


def test_every_step_of_the_money_section_waits_for_it() -> None:
    script = load_script()
    steps = [s for s in script.steps.values() if s.section == "money"]
    assert {s.id for s in steps if s.after != "F1"} == {"F1"}
    ways = [
        target
        for s in script.steps.values()
        if s.section != "money"
        for r in s.routes
        for target in (r.go, *r.first, *r.then)
    ]
    ways += [o.to for s in script.steps.values() for f in s.fields for o in f.options]
    assert not set(ways) & set(MONEY), "nothing outside leads past it"

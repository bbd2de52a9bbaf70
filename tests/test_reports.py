"""What a supervisor reads off the calls."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.desk.page import ScriptWords
from triage.model import Call, Event, Listing, OutcomeCode, ref_of
from triage.reports import Count, Share, Spread, Window, call_page, figures, tally
from triage.reports.sheet import figures_sheet, groups_sheet, to_csv
from triage.script.form import Field, Option, Script, Step
from triage.store import open_store

MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = MONDAY + 60 * DAY
IDS = count()


def a_call(
    at: datetime = MONDAY,
    outcome: str | None = "IAG",
    *,
    minutes: float = 10,
    handler: str = "asha",
    mode: str = "live",
    pathways: tuple[str, ...] = ("information",),
    also: tuple[str, ...] = (),
    extra: tuple[tuple[str, dict[str, Any]], ...] = (),
    **answers: Any,
) -> Call:
    """A call answered ``at``, saved after ``minutes`` with ``outcome``; read back and agreed unless told otherwise."""
    call_id = f"{at:%Y%m%dT%H%M%S}-a{next(IDS):06}"
    told = {"readback_ok": "yes", **answers}
    happened = [("opened", {"mode": mode}), ("answered", {"step": "G1", "answers": told}), *extra]
    events = [Event(f"{call_id}.{n}", call_id, at, handler, kind, data) for n, (kind, data) in enumerate(happened)]
    if outcome:
        end = {"outcome": outcome, "also": list(also), "pathways": list(pathways), "because": "the rule says so"}
        events.append(Event(f"{call_id}.end", call_id, at + timedelta(minutes=minutes), handler, "closed", end))
    return Call(call_id, tuple(events))


def window(*calls: Call, since: date = date(2026, 11, 1), until: date = date(2026, 11, 30)) -> Window:
    return Window.of(calls, since, until, LATER)


def share(found: Window, figure: str) -> Share:
    made = next(f for f in figures(found) if f.id == figure)
    assert isinstance(made, Share)
    return made


def spread(found: Window, figure: str) -> Spread:
    made = next(f for f in figures(found) if f.id == figure)
    assert isinstance(made, Spread)
    return made


def tallied(found: Window, figure: str) -> Count:
    made = next(f for f in figures(found) if f.id == figure)
    assert isinstance(made, Count)
    return made


JOAN = {"p_name": "Joan Pell", "p_dob": "1944-03-03"}


def test_information_that_settled_it_counts_as_met_at_first_contact() -> None:
    met, passed_on = a_call(), a_call(outcome="ASN")
    k1 = share(window(met, passed_on), "K1")
    assert (k1.met, k1.of, k1.part) == ((met.id,), (met.id, passed_on.id), 0.5)


@pytest.mark.parametrize("code", ["NUI", "ABD", "ABU", "DUP", "CMP", "DCD", None])
def test_a_call_without_a_need_of_its_own_is_left_out_and_named(code: str | None) -> None:
    left = a_call(outcome=code)
    k1 = share(window(left), "K1")
    assert k1.of == ()
    assert k1.part is None
    assert [p.calls for p in k1.left_out] == [(left.id,)]


def test_every_call_stands_in_exactly_one_place_of_the_figure() -> None:
    calls = [a_call(outcome=code) for code in ("IAG", "ASN", "NUI", "DUP", None, "SGC", "UPD")]
    calls.append(a_call(readback_ok="no"))
    k1 = share(window(*calls), "K1")
    stands = [*k1.met, *(i for p in k1.not_met for i in p.calls), *(i for p in k1.left_out for i in p.calls)]
    assert sorted(stands) == sorted(c.id for c in calls)


@pytest.mark.parametrize(
    "left_open",
    [
        ("promised", {"what": "ring back", "owner": "asha", "due": "2026-11-03T10:00:00+00:00"}),
        ("booked", {"slot": "phone.desk.2026-11-03T10:00"}),
    ],
)
def test_a_promise_or_an_appointment_keeps_the_need_open(left_open: tuple[str, dict[str, Any]]) -> None:
    k1 = share(window(a_call(extra=(left_open,))), "K1")
    assert k1.met == ()
    assert k1.not_met[0].why == "a task or an appointment is left open"


def test_a_caller_who_did_not_agree_with_the_read_back_was_not_met() -> None:
    assert share(window(a_call(readback_ok="no")), "K1").met == ()


def test_calls_of_a_short_way_which_asks_no_read_back_are_not_met_and_are_named_apart() -> None:
    """A message passed on may be all they wanted; nobody asked, so nobody may say so."""
    short = a_call(outcome="UPD", readback_ok="not known")
    asked = a_call(outcome="UPD", readback_ok="not known", extra=(("answered", {"step": "Z1", "answers": {}}),))
    k1 = share(window(short, asked), "K1")
    assert (k1.met, len(k1.of)) == ((), 2)
    assert {p.why.partition(",")[0]: p.calls for p in k1.not_met} == {
        "saved by a short way": (short.id,),
        "the read-back was not asked": (asked.id,),
    }


def test_somebody_who_comes_back_with_the_same_need_was_not_met_the_first_time() -> None:
    first = a_call(**JOAN)
    again = a_call(MONDAY + 27 * DAY, p_name="PELL, Joan".replace(",", ""), p_dob="1944-03-03")
    k1 = share(window(first, again), "K1")
    assert k1.met == (again.id,)
    assert k1.not_met[0].calls == (first.id,)


def test_coming_back_after_28_days_or_with_another_need_changes_nothing() -> None:
    first = a_call(**JOAN)
    late = a_call(MONDAY + 29 * DAY, **JOAN)
    other = a_call(MONDAY + 5 * DAY, pathways=("equipment", "wrap_up"), **JOAN)
    assert first.id in share(window(first, late, until=date(2026, 12, 31)), "K1").met
    assert first.id in share(window(first, other), "K1").met


def test_a_chasing_call_is_the_same_need_whatever_it_says() -> None:
    first, chasing = a_call(**JOAN), a_call(MONDAY + 3 * DAY, "DUP", pathways=(), **JOAN)
    assert share(window(first, chasing), "K1").met == ()


def test_who_came_back_is_seen_outside_the_reported_days() -> None:
    first, again = a_call(**JOAN), a_call(MONDAY + 10 * DAY, **JOAN)
    only_monday = window(first, again, since=MONDAY.date(), until=MONDAY.date())
    assert only_monday.calls == (first,)
    assert share(only_monday, "K1").met == ()


def test_held_28_days_waits_until_28_days_have_passed() -> None:
    old, young = a_call(), a_call(LATER - 5 * DAY)
    held = share(window(old, young, until=date(2027, 1, 31)), "K1-28")
    assert held.of == (old.id,)
    assert ("not 28 days old yet", (young.id,)) in [(p.why, p.calls) for p in held.left_out]


def test_demo_and_practice_calls_never_count() -> None:
    calls = [a_call(mode="demo"), a_call(mode="practice", outcome="SGC")]
    assert window(*calls).calls == ()
    assert tallied(window(*calls), "K7").calls == ()


def test_a_day_is_the_desks_day_and_not_the_clock_in_greenwich() -> None:
    late = a_call(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert [g.name for g in tally(window(late, since=date(2026, 6, 1), until=date(2026, 7, 31)), "day")] == [
        "2026-07-01"
    ]


def test_handling_time_shows_mean_median_and_the_ninth_in_ten() -> None:
    calls = [a_call(minutes=m) for m in (2, 4, 6, 8, 10, 12, 14, 16, 18, 100)]
    k2 = spread(window(*calls, a_call(outcome="SGC", minutes=50)), "K2")
    assert (k2.mean, k2.median, k2.p90) == (19, 11, 18)


def test_safeguarding_calls_have_their_own_handling_time() -> None:
    found = window(a_call(minutes=5), a_call(outcome="SGC", minutes=50))
    assert [v for _, v in spread(found, "K2").values] == [5]
    assert [v for _, v in spread(found, "K2-SG").values] == [50]


def test_no_calls_give_no_average_rather_than_nought() -> None:
    k2 = spread(window(), "K2")
    assert (k2.mean, k2.median, k2.p90) == (None, None, None)


def test_a_concern_beside_another_outcome_is_still_a_concern() -> None:
    headline, beside = a_call(outcome="SGC"), a_call(outcome="EMG", also=("SGC",))
    assert tallied(window(headline, beside, a_call()), "K7").calls == (headline.id, beside.id)


def test_a_concern_counts_as_same_day_only_when_passing_it_on_was_noted() -> None:
    passed = a_call(outcome="SGC", extra=(("answered", {"step": "S12", "answers": {"sg_passed_at": "09:40"}}),))
    no_time = a_call(outcome="SGC", extra=(("answered", {"step": "S12", "answers": {"sg_passed_at": "not known"}}),))
    noted_nowhere = a_call(outcome="SGC")
    k9 = share(window(passed, no_time, noted_nowhere), "K9")
    assert (k9.met, len(k9.of)) == ((passed.id,), 3)
    assert k9.not_met[0].calls == (no_time.id, noted_nowhere.id)


def test_appointments_count_those_not_cancelled_with_the_days_waited() -> None:
    slot = {"slot": "phone.desk.2026-11-05T10:00"}
    kept = a_call(outcome="ASN", extra=(("booked", slot),))
    gone = a_call(outcome="ASN", extra=(("booked", slot), ("cancelled", {**slot, "reason": "no need"})))
    found = window(kept, gone)
    assert tallied(found, "K16").calls == (kept.id,)
    assert spread(found, "K16-W").values == ((kept.id, 3.0),)


def test_did_not_attend_counts_of_what_has_passed_and_counts_on_when_it_was_given_another_time() -> None:
    past, later = {"slot": "phone.desk.2026-11-05T10:00"}, {"slot": "phone.desk.2099-11-05T10:00"}
    came = a_call(outcome="ASN", extra=(("booked", past),))
    moved = {**later, "was": past["slot"]}
    missed = a_call(outcome="ASN", extra=(("booked", past), ("missed", past), ("moved", moved)))
    mistaken = a_call(outcome="ASN", extra=(("booked", past), ("missed", past), ("came", past)))
    to_come = a_call(outcome="ASN", extra=(("booked", later),))
    found = share(window(came, missed, mistaken, to_come), "K16-DNA")
    assert (found.met, set(found.of)) == ((missed.id,), {came.id, missed.id, mistaken.id})


def test_repeat_contacts_are_of_the_calls_that_say_who_they_are_about() -> None:
    first, second, nameless = a_call(**JOAN), a_call(MONDAY + DAY, **JOAN), a_call(MONDAY + 2 * DAY)
    k17 = share(window(first, second, nameless), "K17")
    assert (k17.met, k17.of) == ((second.id,), (first.id, second.id))
    assert [p.calls for p in k17.left_out] == [(nameless.id,)]


def test_two_people_of_one_name_are_not_one_person() -> None:
    found = window(a_call(**JOAN), a_call(MONDAY + DAY, p_name="Joan Pell", p_dob="1950-01-01"))
    assert share(found, "K17").met == ()


def test_declining_to_give_a_name_makes_nobody_a_repeat_caller() -> None:
    unsaid = {"p_name": "declined", "p_dob": "declined", "p_nhs": "not known"}
    assert share(window(a_call(**unsaid), a_call(MONDAY + DAY, **unsaid)), "K17").of == ()


def test_a_call_with_two_pathways_is_in_both_groups() -> None:
    call = a_call(pathways=("carers", "dementia"))
    assert {g.name: g.calls for g in tally(window(call), "pathway")} == {"carers": (call.id,), "dementia": (call.id,)}


def test_groups_say_what_their_share_is_of() -> None:
    calls = [a_call(handler="asha"), a_call(outcome="ASN", handler="asha"), a_call(handler="ben")]
    asha = tally(window(*calls), "handler")[0]
    assert (asha.name, len(asha.met.met), len(asha.met.of)) == ("asha", 1, 2)


def many(n: int, handler: str, outcome: str = "IAG") -> list[Call]:
    return [a_call(MONDAY + timedelta(minutes=k), outcome, handler=handler) for k in range(n)]


def test_a_shared_report_never_shows_a_count_from_one_to_four() -> None:
    found = window(*many(3, "asha"), *many(9, "ben"), *many(7, "cal"))
    rows = {r[0]: r[1] for r in groups_sheet(tally(found, "handler"), "handler", shared=True).rows}
    assert rows == {"asha": "fewer than 5", "cal": "not shown: small numbers", "ben": "9"}
    rows = {r[0]: r[1] for r in groups_sheet(tally(found, "handler"), "handler", shared=False).rows}
    assert rows == {"ben": "9", "cal": "7", "asha": "3"}


def test_a_shared_share_hides_what_its_rest_would_give_away() -> None:
    found = window(*many(9, "asha"), *many(2, "asha", "ASN"))
    row = next(r for r in figures_sheet(figures(found), shared=True).rows if r[0] == "K1")
    assert "9" not in row[2]
    assert "9" in next(r for r in figures_sheet(figures(found), shared=False).rows if r[0] == "K1")[2]


def test_a_spreadsheet_says_what_each_figure_leaves_out_and_how_it_is_defined() -> None:
    text = to_csv([figures_sheet(figures(window(*many(6, "asha"), *many(6, "asha", "NUI"))), shared=True)])
    assert "6 nuisance, abandoned or ended for abuse" in text
    assert "K1: Closed with information" in text


def report(folder: Path, *words: str) -> int:
    return run(["--data-dir", str(folder), "report", "--from", "2026-11-01", "--to", "2026-11-30", *words])


@pytest.fixture
def month(tmp_path: Path) -> Path:
    """A record with six calls that were met and one that was passed on."""
    store = open_store(tmp_path / "store")
    for call in (*many(6, "asha"), *many(1, "ben", "ASN")):
        store.write(*call.events)
    store.close()
    return tmp_path


def test_the_report_says_what_its_numbers_are_of(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(month, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    k1 = next(f for f in told["figures"] if f["id"] == "K1")
    assert (len(k1["met"]), len(k1["of"]), told["calls"]) == (6, 7, 7)
    assert report(month, "--by", "handler") == 0
    table = capsys.readouterr().out
    assert "86 % (6)" in table
    assert "asha" in table


@pytest.mark.parametrize("form", ["csv", "html"])
def test_what_may_leave_the_desk_hides_small_numbers(
    month: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert report(month, "--by", "outcome", "--format", form) == 0
    told = capsys.readouterr().out
    assert "fewer than 5" in told
    assert "86 %" not in told


def test_a_report_without_calls_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(tmp_path) == 1
    assert capsys.readouterr().err == "triage: No calls were taken from 2026-11-01 to 2026-11-30.\n"


@pytest.mark.parametrize("days", [("--from", "yesterday"), ("--from", "2026-12-24")])
def test_days_that_are_none_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: tuple[str, str]
) -> None:
    assert report(tmp_path, *days) == 2
    assert days[1] in capsys.readouterr().err


def test_one_call_prints_as_a_page(month: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(month, "--format", "json")
    call = json.loads(capsys.readouterr().out)["figures"][0]["met"][0]
    assert run(["--data-dir", str(month), "report", "--call", call]) == 0
    assert ref_of(call) in capsys.readouterr().out


SCRIPT = Script(
    name="test",
    version="1",
    title="Test",
    start="G1",
    wrap_up="G1",
    sections=(),
    steps={
        "G5": Step(
            "G5", "1", "Caller", fields=(Field("caller_role", "one", "Caller", (Option("carer", "Unpaid carer"),)),)
        ),
        "S6": Step("S6", "4", "Source", fields=(Field("sg_source", "text", "Who may be causing it"),)),
    },
    flags={"F-UNSAFE": "do not ring or post"},
)
CODES = {"IAG": OutcomeCode("IAG", "Information and advice", 20, "")}


def page_of(call: Call, listings: dict[str, Listing] | None = None) -> str:
    return call_page(call, ScriptWords(SCRIPT), CODES, listings or {}).text()


def test_the_page_of_a_call_tells_it_in_words() -> None:
    call = a_call(
        caller_role="carer",
        reason_verbatim="I can't leave mum on her own",
        extra=(
            ("checked", {"prompt": "danger:reason_verbatim:gas", "note": "cooker is isolated"}),
            ("shortlisted", {"listing": "crafty"}),
            ("promised", {"what": "ring back", "owner": "asha", "due": "2026-11-03T10:00:00+00:00"}),
        ),
    )
    page = page_of(call, {"crafty": Listing("crafty", "Let’s Get Crafty", "activity", "")})
    for words in (
        call.ref,
        "Mon 02 Nov 2026 09:30",
        "Unpaid carer",
        "“I can't leave mum on her own”",
        "cooker is isolated",
        "Let’s Get Crafty",
        "Information and advice",
        "the rule says so",
        "ring back (asha)",
        "after 10 min",
    ):
        assert words in page


def test_the_page_keeps_back_who_may_be_causing_harm() -> None:
    page = page_of(a_call(sg_source="his nephew Leonard", sg_account="Leonard takes the card"))
    assert "Leonard" not in page
    assert "2 answers about a possible source of harm" in page


def test_an_open_call_has_a_page_too() -> None:
    assert "still open" in page_of(a_call(outcome=None))

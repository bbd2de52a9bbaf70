"""Finding the person a caller means, from what was heard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.bench.people import TODAY, by_hand, made
from tests.conftest import Clock, beneath
from tests.town import town
from triage.cli import run
from triage.desk import Desk
from triage.desk.people import Unproven
from triage.library.nicknames import load_names
from triage.model import Call
from triage.people import Names, People, Person, agrees, doubles, hear
from triage.people.identity import enough
from triage.reports import Window, figures
from triage.reports.kpis import often

BILL = Person("a", "William Hargreaves", date(1943, 3, 7), "CV6 5QP", "07700 900303", "12 Acacia Road", "9990000018")
ANN = Person("b", "Mary Ann McDonald", date(1932, 12, 5), "CV6 2HH", "01632 960398")
MAZUR = Person("c", "Stanisław Mazur", date(1931, 5, 8), "CV2 2NW", "01632 960329")
SMITH = Person("d", "Joan Smith-Jones", date(1950, 1, 2), "CV3 1AB", "01632 960100")


@pytest.fixture(scope="module")
def names() -> Names:
    return load_names()


@pytest.fixture(scope="module")
def index(names: Names) -> People:
    return People([BILL, ANN, MAZUR, SMITH, *town(500)], names)


def first(index: People, typed: str) -> Person | None:
    found = index.likely(hear(typed, TODAY))
    return found[0].person if found else None


@pytest.mark.parametrize(
    "typed",
    [
        "bill hargreaves",
        "hargreaves, william",
        "hargreaves bill",
        "wiliam hargreves",
        "william hargreaves 3/7/1943",
        "w hargreaves 7 march 1943",
        "hargreaves cv6 5qb",
        "hargreaves +44 7700 900303",
        "7700900303 bill",
    ],
)
def test_bill_is_found_however_he_is_heard(index: People, typed: str) -> None:
    assert first(index, typed) == BILL


def test_a_name_is_found_before_it_is_typed_out(index: People) -> None:
    assert BILL in [one.person for one in index.likely(hear("will harg", TODAY))]


@pytest.mark.parametrize("typed", ["maryann mc donald", "mary macdonald 5/12/32", "mcdonald mary 1932"])
def test_names_written_apart_are_found_together(index: People, typed: str) -> None:
    assert first(index, typed) == ANN


@pytest.mark.parametrize("typed", ["stan mazur", "mazur stanislaw", "stanislav masur 8/5/1931"])
def test_a_polish_name_is_found_without_its_bars(index: People, typed: str) -> None:
    assert first(index, typed) == MAZUR


def test_half_of_a_double_barrel_is_enough(index: People) -> None:
    assert first(index, "joan jones 2/1/1950") == SMITH


def test_the_reasons_are_named_and_tell_nothing_of_the_record(index: People) -> None:
    (best, *_) = index.likely(hear("bill hargreaves 3/7/43 cv6 5qp ", TODAY))
    assert best.why == ("name: short form or spelling of the name", "day and month swapped", "postcode")
    assert not any(part in " ".join(best.why) for part in ("1943", "CV6", "William"))


def test_a_name_that_many_have_is_less_sure_than_one_with_a_date(names: Names) -> None:
    johns = [Person(str(n), "John Smith", date(1940 + n % 50, 1, 1 + n % 28)) for n in range(300)]
    many = People(johns, names)
    alone = many.likely(hear("john smith ", TODAY))[0].score
    dated = many.likely(hear("john smith 03/01/1942 ", TODAY))[0]
    assert alone < 0.02
    assert dated.person.born == date(1942, 1, 3)
    assert dated.score > 5 * alone


def test_nobody_is_proposed_for_a_stranger(index: People) -> None:
    assert not any(one.score > 0.3 for one in index.likely(hear("zbqx wvvk 1/1/2001 ", TODAY)))


def test_nothing_typed_finds_nobody(index: People) -> None:
    assert index.likely(hear("", TODAY)) == ()
    assert People([], load_names()).likely(hear("bill", TODAY)) == ()


@pytest.mark.parametrize(
    ("typed", "part", "value"),
    [
        ("liz 3 March 1944", "born", date(1944, 3, 3)),
        ("3rd of march 44", "born", date(1944, 3, 3)),
        ("03/13/1944", "born", date(1944, 3, 13)),
        ("03031944", "born", date(1944, 3, 3)),
        ("1944-03-03", "born", date(1944, 3, 3)),
        ("born 1944", "year", 1944),
        ("liz cv6 3qt", "postcode", "cv63qt"),
        ("liz CV6", "postcode", "cv6"),
        ("0044 7700 900 123", "phone", "7700900123"),
        ("(01632) 960-123", "phone", "1632960123"),
        ("call K7QM2FX", "reference", "K7QM2FX"),
        ("Mrs O’Brien-Smith", "words", ("obrien", "smith")),
    ],
)
def test_a_typed_line_is_taken_apart(typed: str, part: str, value: object) -> None:
    assert getattr(hear(typed, TODAY), part) == value


@pytest.mark.parametrize("typed", ["31/02/1944", "99/99/9999", "1/1/1800", "+", "0044", "'", ",", "Mr", "mc"])
def test_nonsense_is_no_date_and_breaks_nothing(index: People, typed: str) -> None:
    assert hear(typed, TODAY).born is None
    index.likely(hear(typed, TODAY))


def test_two_points_that_agree_open_a_record_and_one_does_not(names: Names) -> None:
    one = agrees(BILL, hear("bill hargreaves", TODAY), names)
    two = agrees(BILL, hear("bill hargreaves 7/3/1943", TODAY), names)
    assert (enough(one), enough(two)) == (False, True)
    assert two["date of birth"] is True


def test_a_date_nearly_right_does_not_prove_who_somebody_is(names: Names) -> None:
    points = agrees(BILL, hear("bill hargreaves 3/7/1943", TODAY), names)
    assert points["date of birth"] is False
    assert not enough(points)


def test_a_reference_and_a_house_number_are_points(names: Names) -> None:
    said = "12 Acacia Road"
    points = agrees(BILL, hear(said, TODAY), names, said=said, number="999 000 0018")
    assert (points["address"], points["reference"], enough(points)) == (True, True, True)


def test_two_records_of_one_person_are_proposed_with_reasons(names: Names) -> None:
    again = Person("e", "Bill Hargreaves", date(1943, 7, 3), "CV6 5QP")
    (pair, *_) = doubles([BILL, ANN, again], names)
    assert {pair.one, pair.other} == {BILL, again}
    assert "day and month swapped" in pair.why


def test_two_people_of_one_name_and_another_birthday_are_not_one(names: Names) -> None:
    other = Person("e", "William Hargreaves", date(1990, 11, 23), "CV1 1AA", "01632 960777")
    assert doubles([BILL, other], names) == ()


def test_different_nhs_numbers_are_different_people(names: Names) -> None:
    twin = Person("e", BILL.name, BILL.born, BILL.postcode, BILL.phone, nhs="9990000026")
    assert doubles([BILL, twin], names) == ()


def test_the_set_of_misheard_names_is_found(names: Names) -> None:
    """Among 2,000 people; at 100,000 see tests/bench/people.py. A name alone has often no one right answer."""
    hand = list(by_hand(0))
    crowd = town(2000, seed=3)
    index = People([*crowd, *(person for person, _ in hand)], names)
    cases = [*(case for _, case in hand), *(c for c in made(crowd, seed=5, each=20) if "alone" not in c.kind)]
    wrong = [c for c in cases if (first(index, c.typed + " ") or BILL).id != c.person]
    assert len(cases) >= 200
    assert len(wrong) <= len(cases) // 50, wrong


# ------------------------------------------------------------------ at the desk


def ring(desk: Desk, **answers: str) -> Call:
    """A call about somebody, left open."""
    call = desk.open()
    for step, keys in (("G4", ("caller_role", "anonymous")), ("T1", ("caller_name",)), ("T2", ("tp_consent",))):
        given = {k: answers[k] for k in keys if k in answers}
        call = desk.answer(call, step, given) if given else call
    for step, key in (("D1", "p_name"), ("D2", "p_dob"), ("D3", "p_postcode"), ("D4", "p_phone"), ("D5", "p_nhs")):
        call = desk.answer(call, step, {key: answers[key]}) if key in answers else call
    return call


ABOUT_BILL = {"caller_role": "self", "p_name": "William Hargreaves", "p_dob": "7 March 1943", "p_postcode": "CV6 5QP"}


def test_who_rang_before_is_found_by_what_is_heard_now(desk: Desk) -> None:
    before = ring(desk, **ABOUT_BILL)
    now = ring(desk, caller_role="self", p_name="Bill Hargreave", p_dob="3 July 1943")
    (found,) = desk.people.find(desk.people.asked_about(now), besides=now.id)
    assert found.person.calls == (before.id,)
    assert found.person.outward == "CV6"


def test_an_anonymous_call_is_never_in_the_index(desk: Desk) -> None:
    """PRIVACY P2."""
    call = ring(desk, **ABOUT_BILL)
    assert len(desk.people.load()) == 1
    call = desk.answer(call, "G4b", {"anonymous": "yes"})
    assert len(desk.people.load()) == 0
    with pytest.raises(Unproven):
        desk.people.looked(call, "bill hargreaves", 0)


def test_demo_calls_are_not_people_of_the_record(desk: Desk) -> None:
    desk.mode = "demo"
    ring(desk, **ABOUT_BILL)
    desk.mode = "live"
    assert desk.people.find("bill hargreaves") == ()


def test_two_calls_with_one_name_and_date_of_birth_are_one_person(desk: Desk) -> None:
    one, two = ring(desk, **ABOUT_BILL), ring(desk, **{**ABOUT_BILL, "p_postcode": "CV1 1AA"})
    (person,) = desk.people.load().people
    assert person.calls == (one.id, two.id)
    assert person.postcode == "CV1 1AA"


def test_a_father_and_a_son_at_one_address_stay_two(desk: Desk) -> None:
    ring(desk, **ABOUT_BILL)
    ring(desk, **{**ABOUT_BILL, "p_dob": "1 May 1970"})
    assert len(desk.people.load()) == 2


def test_a_record_opens_only_when_two_points_agree_and_who_looked_is_kept(desk: Desk) -> None:
    """PRIVACY P9, A2."""
    before = ring(desk, **ABOUT_BILL)
    call = ring(desk, caller_role="self", p_name="Bill Hargreaves")
    (found,) = desk.people.find("bill hargreaves", besides=call.id)
    with pytest.raises(Unproven):
        desk.people.open(call, found.person)
    assert not beneath(desk).call(call.id).of_kind("viewed")
    desk.people.open(call, found.person, said="7/3/1943", words="bill hargreaves")
    (viewed,) = beneath(desk).call(call.id).of_kind("viewed")
    assert list(viewed.data["calls"]) == [before.id]
    assert list(viewed.data["points"]) == ["name", "date of birth"]


def test_without_a_call_on_the_line_a_reason_is_needed_and_kept(desk: Desk) -> None:
    before = ring(desk, **ABOUT_BILL)
    (person,) = desk.people.load().people
    with pytest.raises(Unproven):
        desk.people.open(None, person, reason="  ")
    desk.people.open(None, person, reason="the GP wrote back")
    (viewed,) = beneath(desk).call(before.id).of_kind("viewed")
    assert (viewed.data["reason"], viewed.by) == ("the GP wrote back", "hannah")


def test_a_search_without_a_call_is_kept_too(desk: Desk) -> None:
    desk.people.looked(None, "bill hargreaves", 3)
    (kept,) = [e for call in beneath(desk).every() for e in call.events]
    assert (kept.kind, kept.data["words"], kept.data["found"]) == ("looked up", "bill hargreaves", 3)
    assert desk.open_calls() == ()


@pytest.mark.parametrize(
    ("consent", "hidden"),
    [
        ("no/refuses", True),
        ("", True),
        ("yes, person present", False),
        ("can't say/unable", True),
        ("yes, not present", False),
    ],
)
def test_history_is_hidden_while_the_person_has_not_agreed_to_the_caller(
    desk: Desk, consent: str, hidden: bool
) -> None:
    """PRIVACY P11."""
    answers = {"caller_role": "relative/friend/neighbour", "caller_name": "Joan Ward", "tp_consent": consent}
    call = ring(desk, **{k: v for k, v in answers.items() if v})
    assert bool(desk.people.may_see(call)) == hidden


def test_a_restricted_record_is_hidden_from_a_handler(desk: Desk) -> None:
    """PRIVACY P10."""
    call = ring(desk, **ABOUT_BILL)
    desk.flag(call, "F-SENS", True, "works here")
    assert desk.people.find("bill hargreaves") == ()
    (seen,) = desk.people.find("bill hargreaves", restricted=True)
    assert seen.person.restricted
    desk.staff = replace(desk.staff, roles=("supervisor",))
    assert desk.people.find("bill hargreaves")


def test_a_second_call_in_28_days_is_a_repeat_and_the_third_goes_to_the_supervisor(desk: Desk, clock: Clock) -> None:
    ring(desk, **ABOUT_BILL)
    clock.tick(days=10)
    second = ring(desk, **ABOUT_BILL)
    (person,) = desk.people.load().people
    second = desk.people.same(second, person)
    assert second.flags_set["F-REPEAT"]
    assert not second.promises
    clock.tick(days=10)
    third = ring(desk, **ABOUT_BILL)
    (person,) = desk.people.load().people
    third = desk.people.same(desk.people.same(third, person), person)
    (task,) = third.promises
    assert "several calls" in task.data["what"]
    assert "upervisor" in task.data["owner"]


def test_a_call_after_28_days_is_no_repeat(desk: Desk, clock: Clock) -> None:
    ring(desk, **ABOUT_BILL)
    clock.tick(days=29)
    call = ring(desk, **ABOUT_BILL)
    (person,) = desk.people.load().people
    assert "F-REPEAT" not in desk.people.same(call, person).flags_set


def test_records_are_linked_with_a_reason_and_taken_apart_again(desk: Desk) -> None:
    one = ring(desk, **ABOUT_BILL)
    two = ring(desk, **{**ABOUT_BILL, "p_dob": "3 July 1943", "p_name": "Bill Hargreaves"})
    (pair,) = desk.people.doubles()
    assert {pair.one.id, pair.other.id} == {one.id, two.id}
    with pytest.raises(Unproven):
        desk.people.link(one.ref, two.ref, "")
    desk.people.link(one.ref, two.ref, "the caller said the date was taken down wrongly")
    (person,) = desk.people.load().people
    assert person.calls == (one.id, two.id)
    desk.people.link(one.ref, two.ref, "they are brothers", on=False)
    assert len(desk.people.load()) == 2
    assert [e.data["on"] for e in desk.store.call(one.id).of_kind("linked")] == [True, False]


def test_the_third_call_stands_in_the_supervisors_list_linked_or_not(desk: Desk, clock: Clock) -> None:
    for _ in range(2):
        ring(desk, **ABOUT_BILL)
        clock.tick(days=5)
    (person,) = desk.people.load().people
    third = ring(desk, caller_role="self", p_name="Bill Hargrave")
    window = lambda: Window.of(desk.store.every(), desk.today, desk.today, clock())  # noqa: E731
    assert often(window()).calls == ()
    desk.people.same(third, person)
    assert often(window()).calls == (third.id,)
    assert often(window()) in figures(window())


def test_a_look_without_a_call_is_kept_through_the_archive(desk: Desk, clock: Clock) -> None:
    """PRIVACY A2."""
    ring(desk, **ABOUT_BILL)
    desk.people.looked(None, "bill hargreaves", 1)
    clock.tick(days=60)
    ring(desk, p_name="Joan Ward")
    desk.maintain()
    assert beneath(desk).verify() == []
    assert [e.kind for c in beneath(desk).every() for e in c.events].count("looked up") == 1


def test_a_person_is_found_opened_and_linked_on_the_command_line(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ring(desk, **ABOUT_BILL)
    two = ring(desk, **{**ABOUT_BILL, "p_dob": "3 July 1943"})
    desk.store.close()
    line = ["--data-dir", str(tmp_path), "person"]
    assert run([*line, "find", "bill", "hargreaves", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in found} == {one.ref, two.ref}
    assert {*found[0]} == {"id", "name", "born", "outward", "score", "why"}
    assert run([*line, "open", one.ref, "--reason", " "]) == 2
    assert run([*line, "doubles"]) == 0
    assert run([*line, "link", one.ref, two.ref, "--reason", "the date was misheard"]) == 0
    assert run([*line, "open", one.ref, "--reason", "the GP wrote", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out.splitlines()[-1])["calls"]) == 2
    assert run([*line, "find", "zzqx"]) == 1


def test_history_is_hidden_until_it_is_known_who_rings(desk: Desk) -> None:
    """PRIVACY P11."""
    assert desk.people.may_see(ring(desk, p_name="William Hargreaves"))


def test_a_professional_sees_history_only_when_the_person_agreed(desk: Desk) -> None:
    """PRIVACY P11."""
    call = ring(desk, caller_role="professional", p_name="William Hargreaves")
    assert desk.people.may_see(call)
    assert desk.people.may_see(desk.answer(call, "P2", {"prof_consent": "agreed"})) == ""

"""Finding the person a caller means, from what was heard."""

from __future__ import annotations

from datetime import date

import pytest

from tests.bench.people import TODAY, by_hand, made
from tests.town import town
from triage.library.nicknames import load_names
from triage.people import Names, People, Person, agrees, doubles, hear
from triage.people.identity import enough

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
    """Among 2,000 people; at 100,000 see tests/bench/people.py. The last kind, half a name, has no one right answer."""
    hand = list(by_hand(0))
    crowd = town(2000, seed=3)
    index = People([*crowd, *(person for person, _ in hand)], names)
    cases = [*(case for _, case in hand), *(c for c in made(crowd, seed=5, each=20) if "half" not in c.kind)]
    wrong = [c for c in cases if (first(index, c.typed + " ") or BILL).id != c.person]
    assert len(cases) >= 200
    assert len(wrong) <= len(cases) // 50, wrong

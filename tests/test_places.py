"""Where places are, how far apart, and hearing one in what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.directory.places import Places, distance, tidy
from triage.errors import BadData
from triage.library.places import load_places
from triage.model import Listing


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places()


@pytest.mark.parametrize("typed", ["CV3 3DB", "cv3 3db", "cv33db", " Cv3  3dB "])
def test_a_postcode_is_known_however_it_is_typed(places: Places, typed: str) -> None:
    spot = places.postcode(typed)
    assert spot is not None
    assert (spot.name, spot.precision) == ("CV3 3DB", "postcode")
    assert distance(spot.point, (52.3864, -1.4609)) < 0.1


@pytest.mark.parametrize(
    ("typed", "name", "precision"),
    [
        ("CV3 3", "CV3 3", "sector"),
        ("cv3", "CV3", "outcode"),
        ("SW1A 1AA", "SW1A 1", "sector"),
        ("B15 2TT", "B15 2", "sector"),
    ],
)
def test_what_is_less_exact_is_the_middle_of_its_area(places: Places, typed: str, name: str, precision: str) -> None:
    spot = places.postcode(typed)
    assert spot is not None
    assert (spot.name, spot.precision) == (name, precision)


@pytest.mark.parametrize("typed", ["CV99 1AA", "ZZ1 1ZZ", "hello", "", "12345", "CV3 3DBX", "C" * 5000])
def test_what_is_no_postcode_is_nowhere(places: Places, typed: str) -> None:
    assert places.postcode(typed) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("craft club willenhall", "Willenhall"),
        ("lunch club near cv3 3db please", "CV3 3DB"),
        ("choir walsgrave on sowe", "Walsgrave on Sowe"),
        ("something in tile hill", "Tile Hill"),
        ("chess cv5", "CV5"),
    ],
)
def test_a_place_is_heard_among_other_words(places: Places, typed: str, name: str) -> None:
    spot = places.hear(typed)
    assert spot is not None
    assert spot.name == name


@pytest.mark.parametrize("typed", ["vitamin b12", "keeps falling", "", "u3a", "ms group"])
def test_ordinary_words_are_no_place(places: Places, typed: str) -> None:
    assert places.hear(typed) is None


def test_distance_is_along_the_great_circle() -> None:
    london, edinburgh = (51.5074, -0.1278), (55.9533, -3.1883)
    assert distance(london, edinburgh) == pytest.approx(534, abs=2)
    assert distance(london, london) == 0
    assert distance((0, 0), (0, 180)) == pytest.approx(20015, abs=1)


def test_neighbours_are_near_each_other(places: Places) -> None:
    willenhall, binley, bedworth = (places.place(name) for name in ("Willenhall", "Binley", "Bedworth"))
    assert willenhall
    assert binley
    assert bedworth
    assert distance(willenhall.point, binley.point) < 3
    assert distance(willenhall.point, bedworth.point) > 8


def test_a_directory_adds_its_own_wards(places: Places) -> None:
    made = Listing("x", "X", "activity", "", ward="Upper Nowhere", postcode="CV3 3DB")
    spot = places.also([made]).place("upper nowhere")
    assert spot is not None
    assert distance(spot.point, (52.3864, -1.4609)) < 0.1
    assert places.place("upper nowhere") is None


def test_a_listing_lies_at_its_coordinates_else_at_its_postcode(places: Places) -> None:
    placed = Listing("x", "X", "activity", "", postcode="CV3 3DB", latitude=51.0, longitude=-1.0)
    assert places.of(placed) == (51.0, -1.0)
    assert places.of(Listing("y", "Y", "activity", "")) is None


def test_postcodes_are_written_tidily() -> None:
    assert tidy("cv33db") == "CV3 3DB"
    assert tidy("cv3") == tidy("rubbish") == ""


def test_a_neighbourhood_in_no_known_sector_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "cv.txt").write_text("CV1 1=52.4=-1.5 AA:1:1\n", encoding="utf-8")
    (tmp_path / "uk.txt").write_text("CV1=52.4=-1.5 1:0:0\n", encoding="utf-8")
    (tmp_path / "places.yaml").write_text("here: CV1 1\nthere: CV9 9\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"line 2: there: “CV9 9”"):
        load_places(tmp_path)

"""Finding the right service for what the caller said."""

from __future__ import annotations

import json
from datetime import time

import pytest

from triage.cli import run
from triage.directory.grammar import Grammar
from triage.directory.lexicon import Concept, Lexicon
from triage.directory.search import Filters, Index, Results
from triage.library.lexicon import load_lexicon
from triage.library.places import load_places
from triage.model import Kind, Listing, Match, Schedule


def listing(
    name: str,
    topics: str,
    ward: str = "",
    postcode: str = "",
    description: str = "",
    kind: Kind = "activity",
    days: str = "",
    **more: object,
) -> Listing:
    """A listing of the small directory: its id is its name in small letters."""
    made = {
        "id": name.lower().replace("’", "").replace(" ", "-"),
        "schedules": (Schedule(tuple(days.split()), time(10), time(12)),) if days else (),
        "topics": tuple(part.strip() for part in topics.split(",")),
        **more,
    }
    return Listing(name=name, kind=kind, ward=ward, postcode=postcode, description=description, **made)  # type: ignore[arg-type]


SMALL = (
    listing(
        "Let’s Get Crafty", "craft club, crafts", "Willenhall", "CV3 3DB", "Cards, felt and tea.", days="WE", free=True
    ),
    listing("Tile Hill Makers", "craft club, sewing", "Tile Hill", "CV4 9PE", "Bring your own project.", days="MO"),
    listing(
        "Willenhall Luncheon Club", "luncheon club, older people", "Willenhall", "CV3 3DG", "A hot dinner.", days="TU"
    ),
    listing(
        "Wyken Luncheon Club", "luncheon club, older people", "Wyken", "CV2 3AA", "Two courses and a quiz.", days="TH"
    ),
    listing("Earlsdon Luncheon Club", "luncheon club", "Earlsdon", "CV5 6EJ", "Soup and a roll.", days="FR", room=True),
    listing("Forget-Me-Not Café", "dementia café, memory café", "Cheylesmore", "CV3 5EH", "For people with dementia."),
    listing(
        "Dementia Navigators",
        "dementia",
        description="Guidance after a diagnosis.",
        kind="care",
        id="dementia-navigators",
    ),
    listing(
        "Steady Steps", "falls prevention, strength and balance", "Radford", "CV6 3AA", "Gentle exercise in a chair."
    ),
    listing("Footnotes", "chiropody, foot care", "Foleshill", "CV6 5AA", "Nails cut at home.", kind="care"),
    listing("Physio at Home", "physiotherapy", "", "", "Exercises after a stroke or a fall.", kind="care"),
    listing("Citizens Advice Coventry", "advice, debt, benefits", "City Centre", "CV1 1AA", "Free and confidential."),
    listing("Motor Neurone Disease Group", "long term conditions", "Stoke", "CV2 4AA", "Meets monthly."),
    listing(
        "Coventry Men’s Shed", "men’s shed, woodwork", "Canley", "CV4 8AA", "Tools, timber and tea.", minimum_age=18
    ),
    listing("Godiva Choir", "choir, singing", "Earlsdon", "CV5 6FG", "No auditions.", fees="£3"),
    listing("Penderels Trust", "direct payments, payroll", "", "", "Wages for personal assistants.", kind="care"),
    listing(
        "Gurdwara Kitchen",
        "community meal, food",
        "Foleshill",
        "CV6 5BB",
        "Langar for all.",
        languages=("Punjabi", "English"),
    ),
    listing("Warm Homes Advice", "energy advice", "", "", "Draughts, meters and heating.", kind="care"),
    listing("Coventry Foodbank", "food bank", "Hillfields", "CV1 5AA", "Three days of food.", kind="care"),
    listing("Home Support", "home care", "", "", "Help to wash and dress.", kind="care", id="home-support"),
    listing("Meals to You", "meals on wheels", "", "", "Hot dinners brought to the door.", kind="care"),
    listing("Carers Trust", "carers, sitting service", "", "", "Breaks for carers.", kind="care", id="short-breaks"),
    listing(
        "Ring and Ride",
        "community transport",
        "",
        "",
        "Door to door.",
        kind="care",
        accessibility=("wheelchair space",),
    ),
    listing("Safe at Home", "telecare, pendant alarm", "", "", "A button to press.", kind="care"),
    listing("Over the Garden Gate", "gardening club", "Binley", "CV3 2AA", "Weeds and wisdom."),
    listing("Young Makers", "youth club", "Wyken", "CV2 3BB", "Ages 11 to 17.", minimum_age=11, maximum_age=17),
    listing("Old Mill Quilters", "quilting", "Allesley", "CV5 9AA", "Closed since spring.", status="expired"),
    listing("Samaritans", "suicide, crisis", "", "", "Day or night.", kind="care", phone="116 123"),
    listing("Silver Surfers", "computers, internet", "Whitley", "CV3 4AA", "Tablets and phones made plain."),
    listing("Tea Dance at the Tin", "dance", "City Centre", "CV1 5RN", "Live band.", days="SU"),
    listing("Talking Money", "money advice", "", "", "Budgets and bills."),
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(SMALL, load_lexicon(), load_places())


def names(found: Results | tuple[Match, ...]) -> list[str]:
    matches = found if isinstance(found, tuple) else found.matches
    return [match.listing.name for match in matches]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("coventry men’s shed", "Coventry Men’s Shed"),
        ("coventry mens shed", "Coventry Men’s Shed"),
        ("godvia choir", "Godiva Choir"),
        ("goddiva chior", "Godiva Choir"),
        ("choir godiva", "Godiva Choir"),
        ("trust penderels", "Penderels Trust"),
        ("god choi", "Godiva Choir"),
        ("silv surf", "Silver Surfers"),
        ("forget me n", "Forget-Me-Not Café"),
        ("kiropody", "Footnotes"),
        ("fizio", "Physio at Home"),
        ("penderals", "Penderels Trust"),
        ("gurdwarra", "Gurdwara Kitchen"),
        ("cab", "Citizens Advice Coventry"),
        ("mnd", "Motor Neurone Disease Group"),
        ("food bank", "Coventry Foodbank"),
        ("talking money", "Talking Money"),
        ("godiva-choir!!", "Godiva Choir"),
    ],
)
def test_a_listing_is_found_as_it_is_typed_misspelt_or_misheard(index: Index, typed: str, first: str) -> None:
    assert names(index.search(typed))[0] == first


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("she keeps falling over", "Steady Steps"),
        ("can't get mum to remember things", "Dementia Navigators"),
        ("her memory's going", "Dementia Navigators"),
        ("toenails too thick to cut", "Footnotes"),
        ("someone to sit with mum while I shop", "Carers Trust"),
        ("i need a break from caring", "Carers Trust"),
        ("the house is freezing", "Warm Homes Advice"),
        ("no food in the house", "Coventry Foodbank"),
        ("can’t wash himself any more", "Home Support"),
        ("dad has stopped cooking", "Meals to You"),
        ("panic button round her neck", "Safe at Home"),
        ("can't get on the bus", "Ring and Ride"),
        ("something for blokes", "Coventry Men’s Shed"),
        ("who does the wages for my helper", "Penderels Trust"),
        ("how do i use the ipad", "Silver Surfers"),
    ],
)
def test_what_callers_say_finds_what_services_are_called(index: Index, said: str, first: str) -> None:
    assert first in names(index.search(said))[:2]


def test_a_place_in_the_words_brings_what_is_there_first(index: Index) -> None:
    assert names(index.search("craft club willenhall"))[:2] == ["Let’s Get Crafty", "Tile Hill Makers"]
    assert names(index.search("lunch club wyken"))[0] == "Wyken Luncheon Club"


def test_a_postcode_in_the_box_ranks_by_distance(index: Index) -> None:
    found = index.search("luncheon club cv3 3db")
    assert names(found)[0] == "Willenhall Luncheon Club"
    assert found.near == "CV3 3DB"
    distances = [match.distance_km for match in found.matches[:3] if match.distance_km is not None]
    assert distances == sorted(distances)
    assert len(distances) == 3


def test_what_is_near_the_caller_comes_first_among_the_same(index: Index) -> None:
    assert names(index.search("luncheon club", near="CV5 6EJ"))[0] == "Earlsdon Luncheon Club"
    assert names(index.search("luncheon club", near="Wyken"))[0] == "Wyken Luncheon Club"


def test_a_day_in_the_words_brings_what_is_open_then_first(index: Index) -> None:
    for day, first in (("tuesday", "Willenhall"), ("thursday", "Wyken"), ("fridays", "Earlsdon")):
        assert names(index.search(f"luncheon club on {day}"))[0] == f"{first} Luncheon Club"


def test_a_place_nobody_knows_does_not_stop_a_search(index: Index) -> None:
    assert index.search("luncheon club", near="the moon").matches


def test_each_result_says_why(index: Index) -> None:
    best = index.search("lunch club", near="CV3 3DB").matches[0]
    assert best.why[0] == "lunch club → luncheon club"
    assert best.why[1].endswith(" km")
    assert best.why[2] == "open Tuesday"
    assert "luncheon" in best.hits
    mended = index.search("godvia").matches[0]
    assert mended.why[0] == "godvia → godiva"


def test_what_is_said_not_to_be_so_is_not_looked_for(index: Index) -> None:
    assert names(index.search("not falling any more")) == []
    assert names(index.search("she's not lonely")) == []


@pytest.mark.parametrize(
    "said", ["wants to end it all", "he keeps hearing voices", "taken an overdose", "going to jump"]
)
def test_crisis_words_are_told_before_any_result(index: Index, said: str) -> None:
    assert index.search(said).crisis


@pytest.mark.parametrize(
    "said", ["keep fit", "it's killing me", "jumper for a charity shop", "not suicidal", "luncheon club"]
)
def test_ordinary_words_are_no_crisis(index: Index, said: str) -> None:
    assert not index.search(said).crisis


def test_words_that_may_be_a_safeguarding_concern_are_told(index: Index) -> None:
    found = index.search("her grandson keeps taking her money")
    assert found.concerns
    assert "safeguarding" in found.pathways


def test_what_is_not_current_is_hidden_counted_and_shown_when_asked_for(index: Index) -> None:
    found = index.search("old mill quilters")
    assert "Old Mill Quilters" not in names(found)
    assert ("expired", 1) in found.hidden
    shown = index.search("old mill quilters", include_hidden=True)
    assert names(shown)[0] == "Old Mill Quilters"
    assert "expired" in shown.matches[0].why


def test_one_directory_can_be_chosen(index: Index) -> None:
    care = index.search("club", kind="care").matches
    activities = index.search("club", kind="activity").matches
    assert {match.listing.kind for match in activities} == {"activity"}
    assert all(match.listing.kind == "care" for match in care)


def test_filters_hide_with_a_reason(index: Index) -> None:
    found = index.search("luncheon club", filters=Filters(day="TU"))
    assert names(found) == ["Willenhall Luncheon Club"]
    assert dict(found.hidden)["not open Tuesday"] >= 2
    assert ("wrong age", 1) in index.search("youth club", filters=Filters(age=70)).hidden
    assert names(index.search("luncheon club", filters=Filters(room=True))) == ["Earlsdon Luncheon Club"]
    assert names(index.search("craft", filters=Filters(free=True))) == ["Let’s Get Crafty"]
    assert names(index.search("food", filters=Filters(language="punjabi"))) == ["Gurdwara Kitchen"]
    assert names(index.search("transport", filters=Filters(access="wheelchair"))) == ["Ring and Ride"]
    near = index.search("luncheon club", near="CV3 3DB", filters=Filters(max_km=2))
    assert names(near) == ["Willenhall Luncheon Club"]


def test_facets_count_what_each_filter_would_leave(index: Index) -> None:
    facets = index.search("luncheon club").facets
    assert facets["activity"] >= 3
    assert facets["room"] == facets["TU"] == facets["TH"] == facets["FR"] == 1
    assert facets["MO"] == 0


def test_nothing_typed_finds_nothing_and_wishes_suggest(index: Index) -> None:
    assert index.search("").matches == index.search("   ").matches == ()
    suggested = index.suggest(["dementia", "carers"])
    assert {"Dementia Navigators", "Carers Trust"} <= set(names(suggested))
    assert "answer: dementia" in next(m for m in suggested if m.listing.id == "dementia-navigators").why
    assert index.suggest([]) == ()
    assert len(index.suggest(["luncheon club"], limit=2)) == 2


def test_wishes_near_the_person_come_first(index: Index) -> None:
    assert names(index.suggest(["luncheon club"], near="CV2 3AA"))[0] == "Wyken Luncheon Club"


@pytest.mark.parametrize(
    "typed", ["zzzz qqqq xxxx", "?!", "x" * 5000, "ab " * 2000, "\x00\x1b[31m", "日本語", "'" * 50]
)
def test_nonsense_is_answered_at_once_and_quietly(index: Index, typed: str) -> None:
    assert len(index.search(typed).matches) <= 20


def test_the_nearest_spelling_is_offered_when_nothing_fits(index: Index) -> None:
    found = index.search("qhiropodisst zqzq", kind="activity", filters=Filters(day="MO"))
    assert not found.matches
    assert "chiropody" in found.meant


def test_every_letter_typed_keeps_the_listing_in_sight(index: Index) -> None:
    word = "godiva choir"
    for end in range(3, len(word) + 1):
        assert "Godiva Choir" in names(index.search(word[:end]))[:3]


def test_the_same_search_gives_the_same_list_whatever_the_order_of_the_data(index: Index) -> None:
    other = Index.build(reversed(SMALL), load_lexicon(), load_places())
    for words in ("club", "lunch", "care", "willenhall", "keeps falling"):
        assert index.search(words).matches == other.search(words).matches == index.search(words).matches


def test_scores_are_between_nought_and_one_and_fall(index: Index) -> None:
    scores = [match.score for match in index.search("luncheon club older people").matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_an_empty_directory_can_be_searched() -> None:
    empty = Index.build((), load_lexicon(), load_places())
    assert empty.search("keeps falling").matches == ()
    assert empty.suggest(["dementia"]) == ()


GRAMMAR = Grammar(
    kin=frozenset({"mum", "hubby"}),
    pronouns=frozenset({"she", "he", "her"}),
    filler=frozenset({"keeps", "over", "any", "more", "has", "the"}),
    denials={"not": "not", "never": "not", "stopped": "not", "cant": "cannot"},
    rewrites={"no longer": "not"},
    same=(("fall", "tumble"),),
)


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon(
        (
            Concept("falls", ("keeps falling", "bad hip"), ("falls prevention",)),
            Concept("cooking", ("can't cook",), ("meals",)),
            Concept("hips", ("bad hip operation",), ("hip replacement",)),
        ),
        GRAMMAR,
    )


def heard(lexicon: Lexicon, words: str) -> list[str]:
    return [idea.concept.id for idea in lexicon.hear(words).ideas]


@pytest.mark.parametrize("said", ["mum keeps falling", "hubby has fallen over", "she tumbled", "falls", "fallling"])
def test_a_phrase_is_heard_in_other_endings_and_other_words(lexicon: Lexicon, said: str) -> None:
    assert heard(lexicon, said) == ["falls"]


def test_words_that_make_no_whole_phrase_are_guessed_from_what_others_said() -> None:
    lexicon = Lexicon(
        (
            Concept("memory", ("left the kettle in the fridge", "purse in the freezer"), cues=("handbag",)),
            Concept("meals", ("nothing in the fridge", "nothing to eat")),
            Concept("falls", ("keeps falling",)),
        ),
        GRAMMAR,
    )
    idea = lexicon.hear("mum put her handbag in the freezer").ideas[0]
    assert (idea.concept.id, idea.whole, idea.words) == ("memory", False, "handbag in the freezer")
    assert not lexicon.hear("a game of chess").ideas


def test_a_phrase_is_doubted_when_the_other_words_speak_of_something_else(lexicon: Lexicon) -> None:
    alone = lexicon.hear("bad hip").ideas[0]
    among = lexicon.hear("bad hip so she can't cook the potatoes").ideas[0]
    assert (alone.concept.id, among.concept.id) == ("falls", "falls")
    assert among.weight < alone.weight


@pytest.mark.parametrize("said", ["cant cook", "can’t cook", "no longer cooks", "has stopped cooking", "never cooks"])
def test_not_doing_it_is_the_same_however_it_is_denied(lexicon: Lexicon, said: str) -> None:
    assert heard(lexicon, said) == ["cooking"]


def test_the_longest_phrase_wins(lexicon: Lexicon) -> None:
    assert heard(lexicon, "her bad hip") == ["falls"]
    assert heard(lexicon, "her bad hip operation") == ["hips"]


def test_a_denied_word_is_told_as_denied(lexicon: Lexicon) -> None:
    meaning = lexicon.hear("not falling any more")
    assert meaning.ideas == ()
    assert meaning.denied == {0, 1}


def test_every_shipped_phrase_is_heard_as_its_own_concept() -> None:
    shipped = load_lexicon()
    deaf = [phrase for c in shipped.concepts for phrase in c.say if c.id not in heard(shipped, phrase)]
    assert deaf == []
    assert shipped.size >= 1500


def test_the_command_finds_and_says_so_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["search", "keeps falling", "--near", "CV3 3DB", "--limit", "3", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert 0 < len(rows) <= 3
    wanted = {"id", "source_id", "name", "organisation", "kind", "score", "distance_km", "why"}
    assert all(set(row) == wanted for row in rows)


def test_the_command_answers_a_file_of_queries_line_by_line(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    queries = tmp_path / "queries.txt"
    queries.write_text('{"q": "keeps falling"}\n\nzzzqqq xxyyzz\nfriendship "club"\n', encoding="utf-8")
    assert run(["search", "--queries", str(queries), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [bool(json.loads(line)) for line in lines] == [True, False, False, True]


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["search", "zzzqqq xxyyzz"], 1, ""),
        (["search", "club", "--near", "CV99 9ZZ"], 2, "CV99 9ZZ"),
        (["search", "--queries", "no-such-file.txt"], 2, "no-such-file.txt"),
        (["search"], 2, "takes a query"),
        (["search", "club", "--queries", "x.txt"], 2, "takes a query"),
    ],
)
def test_the_command_says_what_is_wrong(
    argv: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv) == code
    assert said in capsys.readouterr().err


def test_the_first_frame_does_not_wait_for_numpy() -> None:
    import subprocess
    import sys

    code = "import sys; import triage.directory.search, triage.library.lexicon; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_kept_index_answers_the_same_and_a_torn_one_counts_as_none(tmp_path, index: Index) -> None:  # type: ignore[no-untyped-def]
    from triage.library import searchindex

    path = tmp_path / "cache" / "search-x.npz"
    searchindex.save(path, index.ready(SMALL))
    ready = searchindex.load(path, len(SMALL))
    assert ready is not None
    again = Index(SMALL, load_lexicon(), load_places(), ready)
    for words in ("lunch club willenhall", "keeps falling", "kiropody", "craft cv3 3db"):
        assert again.search(words, filters=Filters(age=70)) == index.search(words, filters=Filters(age=70))
    assert searchindex.load(path, len(SMALL) + 1) is None
    whole = path.read_bytes()
    for torn in (whole[: len(whole) // 2], b"", whole[:-300] + bytes(300), whole[:2000] + b"?" + whole[2001:]):
        path.write_bytes(torn)
        assert searchindex.load(path, len(SMALL)) is None
    assert searchindex.load(tmp_path / "none.npz", 1) is None


def test_initials_do_not_outrank_several_words_that_match() -> None:
    clb = listing("Central Library Book group", "book group", "City Centre", "CV1 1AA", "Crafts of writing.")
    found = Index.build((*SMALL, clb), load_lexicon(), load_places()).search("craft clb willenhal")
    assert names(found)[0] == "Let’s Get Crafty"


@pytest.mark.parametrize(
    ("heard", "first"),
    [("pen der ells trust", "Penderels Trust"), ("kye ropody", "Footnotes"), ("fizzy oh therapy", "Physio at Home")],
)
def test_one_word_heard_as_two_or_three_is_put_together(index: Index, heard: str, first: str) -> None:
    assert names(index.search(heard))[0] == first


def test_an_everyday_word_is_not_mended_into_another(index: Index) -> None:
    assert index._spell("soul") == ""
    assert all("→ soup" not in why for match in index.search("a friendly soul to talk to").matches for why in match.why)


def test_a_place_half_typed_or_misspelt_is_a_place(index: Index) -> None:
    assert names(index.search("craft club willenh"))[0] == "Let’s Get Crafty"
    assert index.search("craft club wilenhall").near == "Willenhall"

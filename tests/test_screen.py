"""Soft prompts: signs in callers' words are shown to a person, and a “no” is heard."""

from __future__ import annotations

import pytest

from triage.errors import BadData
from triage.library.phrases import load_phrases
from triage.script.screen import Phrases, screen


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases()


def kinds(text: str, phrases: Phrases) -> set[str]:
    return {p.kind for p in screen({"reason_verbatim": text}, phrases)}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("safeguarding", "there's money missing from her purse again"),
        ("safeguarding", "his pension goes straight to his nephew"),
        ("safeguarding", "he locks her in the bedroom when he goes out"),
        ("safeguarding", "she's got bruises all up her arms and won't say how"),
        ("safeguarding", "he won't let me see my friends"),
        ("safeguarding", "they havent been to change her pad for three days"),
        ("safeguarding", "my son hits me when he's had a drink"),
        ("danger", "dad says he wants to end it"),
        ("danger", "mum leaves the gas on and walks about at night"),
        ("danger", "there is no food in the house"),
        ("carer", "I look after him on my own and I can't go on"),
        ("unsafe", "please don't ring me back, he's in the next room"),
        ("capacity", "she doesn't understand what she is deciding any more"),
    ],
)
def test_a_sign_in_the_callers_words_raises_its_prompt(kind: str, said: str, phrases: Phrases) -> None:
    assert kind in kinds(said, phrases)


@pytest.mark.parametrize(
    "said",
    [
        "there are no bruises on her at all",
        "she isn't missing any money",
        "nobody has been stealing from him",
        "he has never hit me",
    ],
)
def test_a_sign_said_not_to_be_so_raises_nothing(said: str, phrases: Phrases) -> None:
    assert kinds(said, phrases) == set()


@pytest.mark.parametrize(
    "said",
    [
        "I'd like to know about lunch clubs for my nan",
        "my bus pass has run out",
        "can you leave a message for Sarah, she's my social worker",
        "we need a grab rail by the front door",
        "I'm ringing about the bill for my home care",
    ],
)
def test_an_everyday_call_raises_nothing(said: str, phrases: Phrases) -> None:
    assert kinds(said, phrases) == set()


def test_a_misspelling_and_another_form_of_a_word_still_count(phrases: Phrases) -> None:
    assert kinds("he was frightned of his carer", phrases) == {"safeguarding"}
    assert kinds("somebody keeps stealing her pension", phrases) == {"safeguarding"}


def test_the_prompt_says_the_callers_own_words_and_where_they_stand(phrases: Phrases) -> None:
    (prompt,) = screen({"notes": "Well, um, he locks her in the bedroom you see"}, phrases)
    assert (prompt.key, prompt.words) == ("notes", "locks her in")


def test_a_prompt_keeps_its_name_while_the_sentence_is_still_being_typed(phrases: Phrases) -> None:
    short = screen({"notes": "money missing"}, phrases)
    longer = screen({"notes": "money missing, she told the bank on Friday"}, phrases)
    assert [p.id for p in short] == [p.id for p in longer]


def test_a_sign_that_names_an_unknown_family_is_refused_with_its_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "phrases.yaml"
    file.write_text(
        "version: 1\nsmall: [the]\nfamilies:\n  money: [cash]\nsigns:\n  - {name: x, kind: danger, all: [mony]}\n",
        encoding="utf-8",
    )
    with pytest.raises(BadData, match=r"line 6.*money"):
        load_phrases(file)


def test_five_thousand_characters_of_nonsense_are_no_trouble(phrases: Phrases) -> None:
    assert screen({"notes": "xq zzv " * 700}, phrases) == ()

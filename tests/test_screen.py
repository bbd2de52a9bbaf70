"""Soft prompts: signs in callers' words are shown to a person, and a “no” is heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from triage.errors import BadData
from triage.library.phrases import load_hints, load_phrases
from triage.script.hints import SIGN, Weights
from triage.script.screen import JOINS, Phrases, pattern, screen
from triage.script.words import stem

STORIES = Path(__file__).parent / "fixtures" / "stories"
GRAVE = {"danger", "safeguarding"}


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases()


def kinds(text: str, phrases: Phrases) -> set[str]:
    return {p.kind for p in screen({"reason_verbatim": text}, phrases)}


def stories(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load((STORIES / f"{name}.yaml").read_text(encoding="utf-8")))


def allowed(story: dict[str, Any]) -> set[str]:
    return {*story["signs"], *story.get("may", ())}


@pytest.mark.parametrize("file", ["dev", "kept"])
@pytest.mark.parametrize("kind", sorted(GRAVE))
def test_of_callers_stories_with_a_sign_95_in_100_raise_its_prompt(file: str, kind: str, phrases: Phrases) -> None:
    told = [s for s in stories(file) if kind in s["signs"]]
    heard = [s for s in told if kind in kinds(s["says"], phrases)]
    assert len(told) > 25
    assert len(heard) / len(told) >= 0.95


@pytest.mark.parametrize("file", ["dev", "kept"])
def test_of_everyday_calls_at_most_15_in_100_raise_one_for_nothing(file: str, phrases: Phrases) -> None:
    everyday = [s for s in stories(file) if not allowed(s) & GRAVE]
    false = [s for s in everyday if kinds(s["says"], phrases) & GRAVE]
    assert len(everyday) > 90
    assert len(false) / len(everyday) <= 0.15


@pytest.mark.parametrize(
    "story", [s for s in stories("dev") if {"carer", "unsafe", "capacity"} & {*s["signs"]}], ids=lambda s: s["about"]
)
def test_a_carer_in_distress_an_unsafe_call_and_a_doubt_about_capacity_are_heard(
    story: dict[str, Any], phrases: Phrases
) -> None:
    assert {*story["signs"]} - GRAVE <= kinds(story["says"], phrases)


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
        "he hits her",
        "he was hitting her",
        "she gets hit by him",
        "he slapped our nan",
        "her husband, he has punched her twice",
        "he Hits  HER",
        "hes hittin me" + "g",
    ],
)
def test_any_form_of_the_words_in_any_order_is_the_same_sign(said: str, phrases: Phrases) -> None:
    assert [p.id for p in screen({"notes": said}, phrases)] == ["notes:struck"]


@pytest.mark.parametrize(
    "said",
    [
        "he was frightned of his carer",
        "someone keeps threatning me",
        "there's money mising from her purse",
        "he wont let me see my freinds",
        "she's got briuses on her arms",
        "they cant find him, he's got demensia and he's wanderd off",
    ],
)
def test_a_misspelt_word_or_a_dropped_apostrophe_still_counts(said: str, phrases: Phrases) -> None:
    assert kinds(said, phrases) & GRAVE


@pytest.mark.parametrize(
    "said",
    [
        "there are no bruises on her at all",
        "no cuts or bruises on her arms",
        "she isn't missing any money",
        "nobody has been stealing from him",
        "he has never hit me",
        "he used to hit me",
        "bruising on arms: none",
        "he's not hitting her",
        "not suicidal",
    ],
)
def test_a_sign_said_not_to_be_so_raises_nothing(said: str, phrases: Phrases) -> None:
    assert kinds(said, phrases) == set()


@pytest.mark.parametrize(
    "said",
    [
        "no food, and he hits her",
        "I don't know why he hits her",
        "He's not well. He hits her.",
        "she's not been out but he hits her",
        "it's not only the money, he hits her",
    ],
)
def test_a_not_about_something_else_hides_no_sign(said: str, phrases: Phrases) -> None:
    assert "safeguarding" in kinds(said, phrases)


@pytest.mark.parametrize(
    "said",
    [
        "What happens if he falls and he's on the floor all night?",
        "Years ago a carer stole from Mum.",
        "A carer stole from Mum. It was all sorted out now with the police.",
        "I could kill for a cup of tea",
        "my knees are killing me",
    ],
)
def test_what_is_only_feared_long_past_or_a_turn_of_speech_raises_nothing(said: str, phrases: Phrases) -> None:
    assert not kinds(said, phrases) & GRAVE


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


def test_the_prompt_says_the_callers_own_words_where_they_stand_and_what_to_do(phrases: Phrases) -> None:
    (prompt,) = screen({"notes": "Well, um, he locks her in the bedroom you see"}, phrases)
    assert (prompt.key, prompt.words) == ("notes", "locks her in")
    assert prompt.why.startswith("Can they get out")


def test_a_prompt_is_short_however_far_apart_its_words_stand(phrases: Phrases) -> None:
    for story in (*stories("dev"), *stories("kept")):
        for prompt in screen({"notes": story["says"]}, phrases):
            assert len(prompt.words.split()) <= 13
            assert all(part in " ".join(story["says"].split()) for part in prompt.words.split(" … "))


def test_two_prompts_of_one_kind_on_the_same_words_are_one(phrases: Phrases) -> None:
    found = screen({"notes": "her grandson steals her pension money from her purse"}, phrases)
    assert len(found) == 1


def test_a_prompt_keeps_its_name_while_the_sentence_is_still_being_typed(phrases: Phrases) -> None:
    whole = "money missing, she told the bank on Friday, and he shouts at her"
    names: list[str] = []
    for end in range(len("money missing"), len(whole) + 1):
        now = [p.id for p in screen({"notes": whole[:end]}, phrases)]
        assert names[:1] in ([], now[:1])
        names = now
    assert names == ["notes:money missing", "notes:shouted at"]


def test_each_text_is_screened_by_itself(phrases: Phrases) -> None:
    assert screen({"one": "money", "two": "missing"}, phrases) == ()


@pytest.mark.parametrize(
    ("forms", "root"),
    [
        (("hit", "hits", "hitting"), "hit"),
        (("take", "takes", "taking"), "take"),
        (("bruise", "bruised", "bruises", "bruising"), "bruis"),
        (("bully", "bullies", "bullied", "bullying"), "bully"),
        (("grab", "grabbed", "grabbing"), "grab"),
        (("scare", "scared", "scares"), "scare"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: tuple[str, ...], root: str) -> None:
    assert {stem(form) for form in forms} == {root}


@pytest.mark.parametrize(("one", "other"), [("car", "care"), ("not", "note"), ("rat", "rate"), ("her", "here")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def small(phrases: Phrases, **of: float) -> Phrases:
    return replace(phrases, signs=(), hints={"danger": Weights(-1.0, 0.0, of)}, asks={"danger": "Ask."})


def test_small_signs_add_up_to_a_prompt_with_the_callers_words(phrases: Phrases) -> None:
    some = small(phrases, hamster=0.8, find=0.8)
    assert screen({"notes": "the hamster is well"}, some) == ()
    (prompt,) = screen({"notes": "Who'd have the hamster when they find me?"}, some)
    assert (prompt.kind, prompt.why) == ("danger", "Ask.")
    assert "hamster" in prompt.words
    assert len(prompt.words.split()) <= 8


def test_small_signs_said_not_to_be_so_do_not_add_up(phrases: Phrases) -> None:
    assert screen({"notes": "there is no hamster to find"}, small(phrases, hamster=0.8, find=0.8)) == ()


def test_small_signs_far_apart_in_a_long_note_do_not_add_up(phrases: Phrases) -> None:
    filling = "He talked about the garden for a while. " * 20
    some = small(phrases, hamster=0.8, find=0.8)
    assert screen({"notes": f"The hamster is well. {filling} She did find it."}, some) == ()
    assert screen({"notes": f"{filling} The hamster is well. She did find it. {filling}"}, some) != ()


def test_small_signs_are_silent_where_a_sign_of_their_kind_was_heard(phrases: Phrases) -> None:
    some = replace(phrases, hints={"safeguarding": Weights(9.0, 0.0, {})}, asks={})
    assert [p.id for p in screen({"notes": "he hits her"}, some)] == ["notes:struck"]
    quiet = "he likes her and they go to the bingo on Fridays"
    assert [p.id for p in screen({"notes": quiet}, some)] == ["notes:small signs of safeguarding"]


def test_everyday_talk_may_outweigh_a_sign(phrases: Phrases) -> None:
    some = replace(phrases, hints={"safeguarding": Weights(0.0, 1.0, {SIGN: 2.0, "bingo": -1.5})})
    assert [p.id for p in screen({"notes": "he hits her"}, some)] == ["notes:struck"]
    assert screen({"notes": "he hits her at bingo"}, some) == ()


def test_small_signs_wait_for_the_end_of_a_sentence_that_is_being_typed(phrases: Phrases) -> None:
    some = small(phrases, hamster=0.8, find=0.8)
    told = "The hamster is well, we have had it for some years. Who will"
    assert screen({"notes": f"{told} find"}, some) == ()
    assert screen({"notes": f"{told} find it?"}, some) != ()


def test_every_kind_of_small_sign_says_what_to_do(phrases: Phrases) -> None:
    assert set(phrases.hints) == set(phrases.asks) == GRAVE


def test_a_file_of_weights_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "hints.txt"
    file.write_text("kind\tdanger\t-1.0\t0.0\nhamster\theavy\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"line 2"):
        load_hints(file)


def test_every_sign_says_what_to_do_in_one_plain_line(phrases: Phrases) -> None:
    for sign in phrases.signs:
        assert 10 < len(sign.why) <= 90, sign.name
        assert "\n" not in sign.why


def test_every_family_is_used_and_none_is_empty(phrases: Phrases) -> None:
    used = {word for s in phrases.signs for one in s.when for word in one.split()} - {*JOINS}
    used |= {family for s in phrases.signs for family in s.unless} | {*phrases.quiet, *phrases.settled}
    assert used - {"not"} == {*phrases.families}
    assert all(words.strip() for words in phrases.families.values())


def test_a_pattern_is_read_as_families_and_how_they_follow() -> None:
    assert pattern("who > take + money") == pattern("who  >  take + money")
    assert pattern("who > take + money").families == ("who", "take", "money")
    assert pattern("who > take + money").joins == (">", "+")


@pytest.mark.parametrize(
    ("signs", "complaint"),
    [
        ("{name: x, kind: danger, why: y, when: [mony]}", r"line 5.*mony.*money"),
        ("{name: x, kind: danger, why: y, when: [money], unless: [mony]}", r"line 5.*money"),
        ("{name: x, kind: danger, why: y, when: []}", r"line 5.*empty"),
        ("{name: x, kind: dangerous, why: y, when: [money]}", r"line 5.*danger"),
        ("{name: x, kind: danger, when: [money]}", r"line 5.*why"),
    ],
)
def test_a_sign_that_cannot_work_is_refused_with_its_line(tmp_path: Path, signs: str, complaint: str) -> None:
    file = tmp_path / "phrases.yaml"
    file.write_text(f"version: 1\nfamilies:\n  money: cash\nsigns:\n  - {signs}\n", encoding="utf-8")
    with pytest.raises(BadData, match=complaint):
        load_phrases(file)


def test_five_thousand_characters_of_nonsense_are_no_trouble(phrases: Phrases) -> None:
    assert screen({"notes": "xq zzv " * 700}, phrases) == ()


@pytest.mark.parametrize("text", ["", "   ", "…", "’’’", "İstanbul’da çok üşüyor", "\n\n-\n", "no", "used to"])
def test_odd_text_raises_nothing_and_breaks_nothing(text: str, phrases: Phrases) -> None:
    assert screen({"notes": text}, phrases) == ()

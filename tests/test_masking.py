"""Card numbers, bank details, door codes and NHS numbers stay out of free text (PRIVACY P4, P5)."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from triage.desk import Desk
from triage.masking import mask, warning


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("her card is 4111 1111 1111 1111 she says", "card number"),
        ("4111111111111111", "card number"),
        ("5500-0000-0000-0004 exp 10/27", "card number"),
        ("amex 3400 000000 00009", "card number"),
        ("sort code 12-34-56 account 12345678", "bank details"),
        ("12-34-56, 12345678", "bank details"),
        ("account number 12345678", "bank details"),
        ("the sort code is 20 30 40", "bank details"),
        ("key safe 4471", "key or door code"),
        ("the keysafe code is 4471", "key or door code"),
        ("there's a key safe by the door, number on it is C1982X", "key or door code"),
        ("code for the door is 1 2 3 4", "key or door code"),
        ("4471 opens the key safe", "key or door code"),
        ("door code C1234X", "key or door code"),
        ("her PIN is 0042", "key or door code"),
        ("alarm code: 99812", "key or door code"),
        ("NHS 943 476 5919", "NHS number"),
        ("9434765919", "NHS number"),
    ],
)
def test_it_is_taken_out_and_named(text: str, what: str) -> None:
    masked = mask(text, "notes")
    assert masked.found == (what,)
    gone = {c for c in text if c.isdigit()}
    kept = "".join(c for c in masked.text if c.isdigit())
    assert len(kept) < 5, masked.text
    assert gone
    assert what in warning(masked.found)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("the key safe is one two three four", "key or door code"),
        ("key safe code: four, double seven, one", "key or door code"),
        ("Code for the back door is oh nine nine six.", "key or door code"),
        ("it's forty-four seventy-one for the keysafe", "key or door code"),
        ("her PIN is zero zero four two", "key or door code"),
        ("key safe 4 seven 7 one", "key or door code"),
        ("card is four one one one, one one one one, one one one one, one one one one", "card number"),
        ("card four treble one double one double one double one double one double one double one", "card number"),
        ("account number one two three four five six seven eight", "bank details"),
    ],
)
def test_said_in_words_it_is_taken_out_too(text: str, what: str) -> None:
    masked = mask(text, "notes")
    assert masked.found == (what,)
    assert not {"one", "four", "seven", "nine", "seventy"} & set(
        masked.text.replace(",", " ").replace("-", " ").split()
    )


@pytest.mark.parametrize(
    "text",
    [
        "rings from 01632 960188, best after 10",
        "ring on oh one six three two, nine six oh one eight eight",
        "had a key safe for one or two years, three falls since",
        "key safe is used by two or three carers, four times a day",
        "her post code is C V one two four",
        "one, two, three steps at the door",
        "mobile 07700 900123 or +44 7700 900123",
        "born 03-03-1944, moved in 12/10/1999",
        "has had a key safe since 2019",
        "there is a key safe at flat 101",
        "key safe: yes",
        "lives at 12 Stoney Stanton Road, CV1 4FH",
        "owes £14,250 and pays £120 a week",
        "invoice 20261124, reference 55512345",
        "4111 1111 1111 1112 is not a card",
        "call K7QM2FX at 09:44:02",
        "0000 0000 0000 0000",
        "943 476 5918",
        "she pinned it up 3 times",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask(text, "notes").text == text


def test_an_nhs_number_stays_in_its_own_field() -> None:
    assert mask("943 476 5919", "p_nhs").found == ()
    assert mask("key safe 4471", "p_nhs").found == ("key or door code",)


def test_half_a_card_number_is_not_kept_while_it_is_typed() -> None:
    whole = "card 4111111111111111"
    for end in range(12, len(whole) + 1):
        assert "4111111" not in mask(whole[:end], "notes", typing=True).text
    assert mask("key safe 44", "notes", typing=True).text.endswith("taken out]")
    assert mask("ring 01632 960188", "notes", typing=True).found == ()


def everything_kept(desk: Desk, call_id: str) -> str:
    """All that the record holds of a call."""
    return str([dict(e.data) for e in desk.store.call(call_id).events])


def test_none_of_it_reaches_the_record_whichever_way_it_is_typed(desk: Desk) -> None:
    secret = "4111 1111 1111 1111"
    call = desk.draft(desk.open(), "reason_verbatim", f"my card is {secret}")
    call = desk.answer(call, "G1", {"reason_verbatim": f"my card is {secret}"})
    call = desk.draft(call, "notes", f"card {secret}, key safe 4471")
    call = desk.searched(call, f"bank {secret}", "", 0)
    call = desk.unmet(call, f"bank {secret}", "nothing found")
    call = desk.choose(call, "IAG", f"card {secret}")
    call = desk.report_listing(call, "men-shed", "other", f"ring with {secret}")
    call = desk.promise(call, f"ring about {secret}", "Sam")
    for prompt in desk.walk(call).prompts:
        call = desk.check(call, prompt.id, f"{secret} is hers")
    kept = everything_kept(desk, call.id)
    assert "1111" not in kept
    assert "4471" not in kept
    assert call.answers["reason_verbatim"] == "my card is [card number taken out]"


def test_half_of_it_typed_does_not_reach_the_record_either(desk: Desk) -> None:
    call = desk.open()
    for end in range(8, 16):
        call = desk.draft(call, "notes", "card 4111111111111111"[: 5 + end])
    call = desk.draft(call, "notes", "key safe 44")
    kept = everything_kept(desk, call.id)
    assert "4111111" not in kept
    assert "safe 44" not in kept


def test_the_event_says_what_was_taken_out_so_that_the_handler_is_warned(desk: Desk) -> None:
    call = desk.draft(desk.open(), "notes", "sort code 12-34-56 account 12345678")
    assert call.events[-1].data["masked"] == ["bank details"]
    assert warning(call.events[-1].data["masked"]) == "NOT KEPT: bank details (pause the recording)"


def test_the_nhs_number_is_kept_where_it_is_asked(desk: Desk) -> None:
    call = desk.answer(desk.open(), "D5", {"p_nhs": "943 476 5919"})
    assert call.answers["p_nhs"] == "943 476 5919"


def test_ordinary_words_cost_nothing_and_change_nothing(desk: Desk, clock: Clock) -> None:
    call = desk.draft(desk.open(), "notes", "lives alone, hears badly")
    assert "masked" not in call.events[-1].data


def test_a_code_in_words_is_taken_out_while_it_is_typed() -> None:
    assert mask("key safe is four se", "notes", typing=True).found == ()
    assert mask("key safe is four seven o", "notes", typing=True).found == ("key or door code",)

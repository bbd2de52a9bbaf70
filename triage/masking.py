"""What must never be kept in free text (PRIVACY P4, P5): found, taken out, and named for the handler.

Card numbers, bank details, key safe and door codes, and NHS numbers outside their own field. Pure. A text that is still
being typed is masked more readily than one that is given: half a card number is no business of the record either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ADVICE = {
    "card number": "pause the recording",
    "bank details": "pause the recording",
    "key or door code": "only write whether there is one",
    "NHS number": "it has a field of its own, D5",
}
"""What is taken out, and what to do about it."""

OWN_FIELD = {"p_nhs": "NHS number"}
"""The fields in which one of them belongs."""

_DIGITS = r"\d(?:[ \-.]?\d)"
_CARD = re.compile(rf"(?<![\d+]){_DIGITS}{{12,18}}(?!\d)")
_NHS = re.compile(r"(?<![\d+])\d{3}[ \-]?\d{3}[ \-]?\d{4}(?![ \-]?\d)")
_SORT = re.compile(
    r"(?:sort[ -]?code\D{0,12})?(?<!\d)\d\d[- ]?\d\d[- ]?\d\d(?!\d)(?P<gap>\D{1,40}?)(?<!\d)\d{4}[ -]?\d{4}(?!\d)", re.I
)
_ACCOUNT = re.compile(
    r"\b(?P<what>sort[ -]?code|account (?:number|no\.?)|acc(?:oun)?t no\.?)(?P<gap>\D{1,15})(?P<code>\d[\d -]{4,10}\d)",
    re.I,
)
_LOCK = (
    r"(?:key ?safe|key ?box|key ?code|lock ?box|door ?code|entry ?code|gate ?code|access ?code|alarm ?code|keypad|"
    r"door ?entry|burglar alarm|pin(?: number| code)?|pass ?code)"
)
_NOT_A_CODE = r"(?!(?:19|20)\d\d\b)"
_CODE_AFTER = re.compile(
    rf"\b(?P<what>{_LOCK})(?P<gap>[^\d.;\n]{{0,40}}?)(?<![\d£])(?<!flat )(?<!room )(?<!house )(?<!number )(?<!since )"
    rf"(?P<code>{_NOT_A_CODE}[A-Z]{{0,2}}\d(?:[ -]?\d){{2,7}}[A-Z]{{0,2}}\b)",
    re.I,
)
_CODE_BEFORE = re.compile(
    rf"(?P<code>(?<![\d£]){_NOT_A_CODE}[A-Z]?\d(?:[ -]?\d){{2,7}}[A-Z]?\b)(?P<gap>[^\d.;\n]{{1,30}}?)"
    rf"(?P<what>\b{_LOCK}\b)",
    re.I,
)
_CODE_SAID = re.compile(
    r"\b(?P<what>(?:the |a )?code(?: for [^\d.;\n]{1,30}?)?(?: is|:|=| will be)?)(?P<gap>[^\d.;\n]{0,15}?)"
    r"(?P<code>[A-Z]{0,2}\d(?:[ -]?\d){3,7}[A-Z]{0,2}\b)",
    re.I,
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FIGURES = {word: str(figure) for figure, word in enumerate(_WORDS)}
_FIGURES |= {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0"}
_TENS = "ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
_SPOKEN = rf"(?:(?:double|treble|triple)[ -]+)?(?:{'|'.join(_FIGURES)}|{_TENS}|\d)"
_RUN = rf"{_SPOKEN}(?:[ ,\-]+{_SPOKEN}){{%d,}}"
_SPOKEN_AFTER = re.compile(
    rf"\b(?P<what>{_LOCK}|(?<!post )(?<!dialling )(?<!area )code|combination)(?P<gap>[^.;\n]{{0,40}}?)"
    rf"\b(?P<code>{_RUN % 2})\b",
    re.I,
)
_TYPED_SPOKEN = re.compile(rf"\b(?P<what>{_LOCK})(?P<gap>[^.;\n]{{0,40}}?)\b(?P<code>{_RUN % 1})\b", re.I)
_SPOKEN_BEFORE = re.compile(rf"\b(?P<code>{_RUN % 2})\b(?P<gap>[^\d.;\n]{{1,30}}?)(?P<what>\b(?:{_LOCK})\b)", re.I)
_SPOKEN_ACCOUNT = re.compile(
    rf"\b(?P<what>sort[ -]?code|account (?:number|no\.?))(?P<gap>[^.;\n]{{1,15}}?)\b(?P<code>{_RUN % 4})\b", re.I
)
_SPOKEN_ANY = re.compile(rf"\b{_RUN % 2}\b", re.I)
_SPOKEN_CARD = re.compile(rf"\b{_RUN % 6}\b", re.I)
_TYPED_LONG = re.compile(r"(?<![\d+])(?!0)(?!44)\d(?:[ \-.]?\d){6,}")
_TYPED_CODE = re.compile(rf"\b(?P<what>{_LOCK}|code)(?P<gap>[^\d.;\n]{{0,40}}?)(?P<code>\d[\d -]*)", re.I)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what may not be kept; ``found`` names what was taken out, each once."""

    text: str
    found: tuple[str, ...] = ()


def mask(text: str, key: str = "", *, typing: bool = False) -> Masked:
    """``text`` as it may be kept under ``key``; ``typing`` while it isn't finished."""
    if not any(c.isdigit() for c in text) and not _SPOKEN_ANY.search(text):
        return Masked(text)
    found: dict[str, None] = {}

    def out(what: str) -> str:
        found[what] = None
        return f"[{what} taken out]"

    def code(match: re.Match[str], what: str) -> str:
        whole, gone = match.group(0), match.group("code")
        return whole.replace(gone, out(what))

    text = _CARD.sub(lambda m: out("card number") if _luhn(m.group(0)) else m.group(0), text)
    text = _SORT.sub(lambda m: out("bank details") + m.group("gap") + out("bank details"), text)
    text = _ACCOUNT.sub(lambda m: code(m, "bank details"), text)
    text = _SPOKEN_CARD.sub(lambda m: out("card number") if _card_said(m.group(0)) else m.group(0), text)
    text = _SPOKEN_ACCOUNT.sub(lambda m: code(m, "bank details"), text)
    for pattern in (_CODE_AFTER, _CODE_BEFORE, _CODE_SAID, _SPOKEN_AFTER, _SPOKEN_BEFORE):
        text = pattern.sub(lambda m: code(m, "key or door code"), text)
    if OWN_FIELD.get(key) != "NHS number":
        text = _NHS.sub(lambda m: out("NHS number") if _is_nhs(m.group(0)) else m.group(0), text)
    if typing and key not in OWN_FIELD:
        text = _TYPED_SPOKEN.sub(lambda m: code(m, "key or door code"), text)
        text = _TYPED_CODE.sub(lambda m: code(m, "key or door code"), text)
        text = _TYPED_LONG.sub(lambda m: out("card number"), text)
    return Masked(text, tuple(found))


def warning(found: Iterable[str]) -> str:
    """What to tell the handler: ``Not kept: a card number (pause the recording).``"""
    told = [f"{what} ({ADVICE[what]})" for what in dict.fromkeys(found)]
    return f"NOT KEPT: {', '.join(told)}" if told else ""


def _figures(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _card_said(text: str) -> bool:
    """Whether figures said in words are those of a payment card."""
    said, times = "", 1
    for word in re.split(r"[ ,\-]+", text.casefold()):
        if word in ("double", "treble", "triple"):
            times = 2 if word == "double" else 3
            continue
        said, times = said + _FIGURES.get(word, word if word.isdigit() else "") * times, 1
    return 13 <= len(said) <= 19 and _luhn(said)


def _luhn(text: str) -> bool:
    """Whether the check figure is that of a payment card."""
    figures = _figures(text)
    doubled = [sum(divmod(2 * d, 10)) if n % 2 else d for n, d in enumerate(reversed(figures))]
    return sum(doubled) % 10 == 0 and len(set(figures)) > 1


def _is_nhs(text: str) -> bool:
    """Whether the check figure is that of an NHS number."""
    figures = _figures(text)
    check = 11 - sum(d * (10 - n) for n, d in enumerate(figures[:9])) % 11
    return figures[0] != 0 and (0 if check == 11 else check) == figures[9]

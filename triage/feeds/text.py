"""Text as it comes out of other people's systems, made plain: bytes to characters, HTML to words.

What is taken out also protects the terminal: control characters, and signs that turn the direction of the line.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

SHORT = 80
"""Characters up to which a text is worth remembering: days, types and placeholders come again and again."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|head|title)\b[^>]*>.*?</\1\s*>", re.S | re.I)
_TAG = re.compile(r"</?[a-z][a-z0-9:]*(?:\s[^<>]*)?/?>", re.I)
_ITEM = re.compile(r"<li\b[^<>]*>", re.I)
_INLINE = re.compile(r"</?(?:a|abbr|b|em|font|i|mark|s|small|span|strong|sub|sup|u)(?:\s[^<>]*)?>", re.I)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff9-\ufffb]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_BREAK = re.compile("(?<![a-z0-9])\u200b|\u200b(?![a-z0-9])")
_SPACE = re.compile(r"[\s\u00a0]+")
_LITERAL = re.compile(r"\\r\\n|\\n|\\t|###\w{1,12}###|_x000[dD]_")
_TWICE = re.compile("[ÂÃâ][\u0080-\u024f\u0192\u02c6\u02dc\u2010-\u2122]{1,2}")
_DOS = {"GÇÖ": "’", "GÇÿ": "‘", "GÇ£": "“", "GÇ¥": "”", "GÇô": "–", "GÇö": "—", "GÇó": "•", "GÇª": "…"}
_BLANKS = """
    - -- --- . ? n/a na n.a. n.a none null nil nan undefined unknown tbc tbd #n/a #ref! #value! #name?
"""
_NOTHING = frozenset(_BLANKS.split()) | {"not known", "not applicable", "not available", "to be confirmed"}


def decode(data: bytes) -> tuple[str, str]:
    """The characters of a file, and the encoding they were in; lines that aren't UTF-8 are read as Windows-1252."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        name = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return data.decode(name, "replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return "".join(_line(line) for line in data.splitlines(keepends=True)), "cp1252"


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def plain(value: Any) -> str:
    """One line of plain text from whatever stood in a field; ``""`` for nothing and for what stands for nothing."""
    if isinstance(value, str):
        return _short(value) if len(value) < SHORT else _plain(value)
    return "" if value is None or isinstance(value, (dict, list, bool)) else _plain(str(value))


def _plain(text: str) -> str:
    if "<" in text or "&" in text:
        text = _unmarked(text)
    if not text.isascii():
        text = _repaired(text)
        text = _INVISIBLE.sub("", _BREAK.sub(" ", text).replace("\u200b", ""))
    text = _CONTROL.sub(" ", _LITERAL.sub(" ", text) if "\\" in text or "#" in text or "_x" in text else text)
    text = _SPACE.sub(" ", text).strip()
    return "" if text.casefold() in _NOTHING else text


_short = lru_cache(maxsize=1 << 16)(_plain)


def _unmarked(text: str) -> str:
    """Without tags and entities; some systems escape what is already escaped, so this looks twice."""
    for _ in range(3):
        before = text
        text = _ITEM.sub(" • ", _HIDDEN.sub(" ", text))
        text = _TAG.sub(" ", _INLINE.sub("", text))
        text = html.unescape(text)
        if text == before:
            break
    return text


def _repaired(text: str) -> str:
    """Apostrophes and accents that were decoded wrongly once, put right."""
    if "G\u00c7" in text:
        for wrong, right in _DOS.items():
            text = text.replace(wrong, right)
    return _TWICE.sub(_once, text)


def _once(found: re.Match[str]) -> str:
    try:
        return found[0].encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return found[0]


def parts(value: Any, marks: str = ";|\n") -> tuple[str, ...]:
    """The members of a list that somebody wrote into one field, each once."""
    given = value if isinstance(value, list) else re.split(f"[{marks}]", str(value or ""))
    found = (plain(each) for each in given)
    return distinct(each for each in found if each)


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in whatever case it comes first."""
    found: dict[str, str] = {}
    for each in words:
        found.setdefault(each.casefold(), each)
    return tuple(found.values())

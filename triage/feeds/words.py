"""The words that imports go by, from ``data/feeds``, where experts edit them. The rule for the kind stands there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache

from triage.errors import BadData
from triage.model import Kind
from triage.settings import shipped

FIRST = 40
"""Words of a description that tell the kind."""


@cache
def table(name: str) -> dict[str, list[str]]:
    """The lists of one file; anything else in it is refused."""
    path = shipped() / "feeds" / name
    try:
        made = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadData(f"feeds/{name}", 1, f"can't be read ({error})") from error
    for key, value in made.items():
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadData(f"feeds/{name}", 1, f"{key}: a list of texts is expected")
    return made


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    phrases = (re.escape(p).replace(r"\*", r"\w*") for p in sorted(table("kinds.toml")[kind], key=len, reverse=True))
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")


def kind(name: str, topics: Sequence[str], description: str, source: str = "") -> Kind | None:
    """Care or activity, by the rule of ``data/feeds/kinds.toml``; ``None`` when the words don't say."""
    words = description.split()
    named = f"{name} ; {re.sub('[_-]', ' ', source)}"
    told = (*topics[:1], " ; ".join(topics), named, " ".join(words[:FIRST]), description if len(words) > FIRST else "")
    for text in told:
        lean = _lean(text)
        if lean:
            return "care" if lean > 0 else "activity"
    lean = _lean(f"{named} ; {description}", "_weak")
    return "care" if lean > 0 else "activity" if lean < 0 else None


def _lean(text: str, tier: str = "") -> int:
    """How many more phrases speak for care than for an activity."""
    said = re.sub("['’]", "", text.casefold()).replace("é", "e")
    return len(_pattern(f"care{tier}").findall(said)) - len(_pattern(f"activity{tier}").findall(said))


def said_kind(text: str) -> Kind | None:
    """The kind that a source gives itself."""
    said = text.casefold()
    return "care" if said.startswith("care") else "activity" if said.startswith(("activit", "communit")) else None


_STATUS = {
    "current": "active current live published open approved yes true 1 enabled",
    "temporarily closed": "temporarily-closed paused suspended",
    "pending": "pending draft unpublished hidden proposed submitted review in-review",
    "expired": "expired lapsed out-of-date",
    "archived": "archived inactive defunct closed deleted removed withdrawn no false 0 disabled ceased cancelled",
    "historic": "historic",
    "superseded": "superseded",
}
_STATUSES = {word: name for name, words in _STATUS.items() for word in words.split()}


def status(text: str) -> str:
    """A listing's status for the source's own word; ``""`` for a word that nobody knows."""
    said = re.sub(r"[\s_]+", "-", text.casefold().strip())
    return "current" if not said else _STATUSES.get(said, "")

"""Which column of a table fills which field of a listing: guessed, written out as TOML, read back, and applied.

A mapping file::

    name = "Charities of the borough"      # the source's name; the file's own without it
    [columns]
    name = "charity_name"                  # one heading, or several whose cells are joined
    address = ["street", "town"]
    [defaults]
    kind = "care"                          # for rows that say nothing themselves
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from triage.directory.export import INVENTED
from triage.errors import BadData
from triage.feeds import facts as fact
from triage.feeds.feed import Draft, Rejected
from triage.feeds.text import distinct, parts, plain
from triage.feeds.times import merged, pair, spoken, weekdays
from triage.feeds.words import said_kind, status, table
from triage.model import Schedule

JOINED = ("address", "topics", "description", "accessibility", "eligibility", "transportation")
"""Fields that several columns may fill together."""
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHARED = {"phone": "email", "email": "phone", "organisation": "name", "name": "organisation", "address": "name"}
"""Fields that may read the column another one reads: a *contact* holds either; a body may be its own service."""
_DEFAULTS = ("kind", "organisation", "topics", "ward", "fees", "eligibility", "application_process", "alert", "as_of")
_ZIP = re.compile(r"\d{5}(?:-\d{4})?")
_NOTED = re.compile(r"([^()]+?)(?: \((.+)\))?")
ALIKE = 88
"""How alike (0 to 100) a heading must be to one that is known."""


@dataclass(frozen=True)
class Plan:
    """``columns`` maps a field to headings; ``defaults`` to a value."""

    columns: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


def guess(headings: Sequence[str]) -> Plan:
    """A first draft from the headings alone."""
    known = table("columns.toml")
    plain_names = {heading: _key(heading) for heading in headings if _key(heading)}
    taken: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for to in known:
        fits = fitting(to, headings)
        fits = [h for h in fits if taken.get(h) in (None, SHARED.get(to, "")) or to in ("phone", "email")]
        if to == "organisation" and columns.get("name") and fits[:1] == list(columns["name"]):
            fits = fits[1:]
        if to not in JOINED:
            fits = fits[:1]
        elif to == "address":
            fits = [h for h in headings if h in fits and (h not in taken)]
        else:
            fits = [h for h in fits if h not in taken][: 3 if to != "description" else 1]
        if fits:
            columns[to] = tuple(fits)
            taken.update(dict.fromkeys(fits, to))
    _near(known, plain_names, taken, columns)
    return Plan({to: columns[to] for to in known if to in columns})


def fitting(to: str, headings: Sequence[str]) -> list[str]:
    """The headings known to fill a field, the likeliest first."""
    order = {word: place for place, word in enumerate(table("columns.toml")[to])}
    return sorted((h for h in headings if _key(h) in order), key=lambda h: order[_key(h)])


def _near(
    known: Mapping[str, Sequence[str]],
    headings: Mapping[str, str],
    taken: dict[str, str],
    columns: dict[str, tuple[str, ...]],
) -> None:
    """Headings that are misspelt or longer than the known ones, for fields that are still empty."""
    from rapidfuzz import fuzz, process

    for heading, key in headings.items():
        if heading in taken or len(key) < 4:
            continue
        best = ("", 0.0)
        for to, words in known.items():
            long = [word for word in words if len(word) > 3]
            found = process.extractOne(key, long, scorer=fuzz.ratio) if to not in columns else None
            best = max(best, (to, found[1]) if found else best, key=lambda pair_: pair_[1])
        if best[1] >= ALIKE:
            columns[best[0]] = (heading,)
            taken[heading] = best[0]


def _key(heading: str) -> str:
    """A heading without case and punctuation; ``camelCase`` comes apart."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain(heading))
    return re.sub(r"[^a-z0-9]+", "_", apart.casefold()).strip("_")


def load(path: Path) -> Plan:
    """Read a mapping file; an unknown field is refused with the nearest one."""
    name = path.name
    try:
        made = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(name, 1, f"can't be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadData(name, int(line[1]) if line else 1, str(error)) from error
    fields = tuple(table("columns.toml"))
    columns: dict[str, tuple[str, ...]] = {}
    for to, value in _section(made, "columns", name).items():
        if to not in fields:
            raise BadData(name, 1, f"columns: “{to}” is not a field of a listing", nearest(to, fields))
        headings = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in headings):
            raise BadData(name, 1, f"columns: {to} takes a heading or a list of headings")
        columns[to] = tuple(headings)
    defaults = _section(made, "defaults", name)
    for to in defaults:
        if to not in _DEFAULTS:
            raise BadData(name, 1, f"defaults: “{to}” can't have one", nearest(to, _DEFAULTS))
    if "name" not in columns:
        raise BadData(name, 1, "columns: a listing needs a name, and no heading fills it")
    for to in made:
        if to not in ("name", "columns", "defaults"):
            raise BadData(name, 1, f"“{to}” is not known here", nearest(to, ("name", "columns", "defaults")))
    return Plan(columns, _typed(defaults, name), str(made.get("name", "")))


def _section(made: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    found = made.get(key, {})
    if not isinstance(found, Mapping):
        raise BadData(name, 1, f"{key}: keys and values are expected")
    return found


def _typed(defaults: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    made = dict(defaults)
    if "kind" in made and said_kind(str(made["kind"])) is None:
        raise BadData(name, 1, f"defaults: kind is “care” or “activity”, not “{made['kind']}”")
    if "kind" in made:
        made["kind"] = said_kind(str(made["kind"]))
    if "topics" in made:
        made["topics"] = parts(made["topics"], ";|\n,")
    if "as_of" in made:
        made["as_of"] = fact.day(str(made["as_of"]))
    return made


def nearest(word: str, valid: Iterable[str]) -> str:
    from rapidfuzz import process

    found = process.extractOne(word, list(valid), score_cutoff=60)
    return str(found[0]) if found else ""


def toml(mapping: Plan, headings: Sequence[str], name: str) -> str:
    """The draft to look over, with the columns that nothing takes as comments."""
    used = {heading for each in mapping.columns.values() for heading in each}
    out = [
        f"# How {name} is read: a guess from its headings. Look it over, then",
        "#   triage directory import FILE --mapping THIS",
        "",
    ]
    out += ["[columns]"]
    out += [f"{to} = {_value(found)}" for to, found in mapping.columns.items()]
    left = [heading for heading in headings if heading not in used]
    out += ["", "# Columns that nothing takes yet:"] if left else []
    out += [f"#   {_quoted(heading)}" for heading in left]
    empty = [to for to in table("columns.toml") if to not in mapping.columns]
    out += ["", "# Fields that nothing fills yet:", *_wrapped(empty)] if empty else []
    out += ["", "[defaults]", '# kind = "care"    # else it is guessed from the words of each row', ""]
    return "\n".join(out)


def _wrapped(words: Sequence[str]) -> list[str]:
    import textwrap

    return textwrap.wrap(", ".join(words), 100, initial_indent="#   ", subsequent_indent="#   ")


def _value(headings: Sequence[str]) -> str:
    if len(headings) == 1:
        return _quoted(headings[0])
    return f"[{', '.join(map(_quoted, headings))}]"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def row(where: str, cells: Mapping[str, Any], mapping: Plan) -> Draft | Rejected:
    """One row as the draft of a listing."""

    def all_of(to: str) -> list[str]:
        return [said for said in (plain(cells.get(h)) for h in mapping.columns.get(to, ())) if said]

    def one(to: str) -> str:
        return next(iter(all_of(to)), "")

    name = one("name")
    address = ", ".join(dict.fromkeys(filter(None, map(fact.address, all_of("address")))))
    topics = distinct(t for h in mapping.columns.get("topics", ()) for t in _topics(cells.get(h)))
    code = fact.postcode(one("postcode"))
    region = "US" if _ZIP.fullmatch(code) else "GB"
    fees, word = one("fees"), one("status")
    known = status(word)
    lat, lon = fact.point(one("latitude"), one("longitude"))
    first, last = fact.ages(one("minimum_age"), one("maximum_age"))
    who = "; ".join(all_of("eligibility"))
    if (first, last) == (None, None):
        first, last = fact.ages_in(who)
    description = " ".join(all_of("description"))
    given = said_kind(one("kind")) or mapping.defaults.get("kind")
    free = fact.yes(one("free"))
    made: dict[str, Any] = {
        **{to: one(to) for to in ("organisation", "ward", "application_process", "transportation", "alert")},
        "name": name,
        "source_id": _own(one("source_id")),
        "description": description,
        "topics": topics,
        "address": address,
        "postcode": code or fact.postcode_in(address),
        "latitude": lat,
        "longitude": lon,
        "phone": next((p for p in (fact.phone(each, region) for each in all_of("phone")) if p), ""),
        "email": next((e for e in map(fact.email, all_of("email")) if e), ""),
        "url": next((u for u in map(fact.url, all_of("url")) if u), ""),
        "fees": fees,
        "free": fact.free(fees) if free is None else free,
        "eligibility": who,
        "minimum_age": first,
        "maximum_age": last,
        "schedules": _times(one, all_of),
        "accessibility": parts("; ".join(all_of("accessibility")), ";|\n,"),
        "languages": parts(one("languages"), ";|\n,"),
        "status": known or "current",
        "check": not known or fact.yes(one("check")) is True,
        "room": fact.yes(one("room")),
        "as_of": fact.day(one("as_of")),
        "assured_date": fact.day(one("assured_date")),
        "kind": given,
    }
    if fact.yes(one("demonstration")) and made["alert"].startswith(INVENTED):
        made |= {"demonstration": True, "alert": made["alert"].removeprefix(INVENTED).strip()}
    return Draft(where, {**mapping.defaults, **{k: v for k, v in made.items() if v not in ("", (), None)}})


def _own(said: str) -> str:
    """A source's own id; what a spreadsheet made of a whole number is put right."""
    return said[:-2] if re.fullmatch(r"\d+\.0", said) else said


def _topics(value: Any) -> tuple[str, ...]:
    found = parts(value, ";|\n")
    return parts(value, ";|\n,") if len(found) == 1 and "," in found[0] and len(found[0]) > 40 else found


def _times(one: Any, all_of: Any) -> tuple[Schedule, ...]:
    """Columns for each day; else one for the day and two for the hours; else a sentence."""
    week = [each for day in WEEK if one(day) for each in spoken(one(day), weekdays(day))]
    if week:
        return merged(week)
    opens, closes = pair(one("opens_at"), one("closes_at"))
    days = weekdays(one("day"))
    if days and opens:
        return (Schedule(days, opens, closes),)
    return _noted(one("times")) or spoken(one("times"), days) or ((Schedule(days),) if days else ())


def _noted(text: str) -> tuple[Schedule, ...]:
    """Times with words in brackets behind some of them, as our own table has them; nothing for any other text."""
    if "(" not in text:
        return ()
    made: list[Schedule] = []
    for piece in re.split(r";\s+(?![^()]*\))", text):
        found = _NOTED.fullmatch(piece)
        (first, *more) = spoken(found[1]) if found else (None,)
        if not found or first is None or more or first.description:
            return ()
        made.append(replace(first, description=found[2] or ""))
    return tuple(made)

"""HSDS packages: tables that point at each other, put together as nested services. 3.0, 2.x, 1.1 and Ohana's.

The generations differ in what files and columns are called and in which table points at which; here a row belongs to
every record whose id one of its ``…_id`` columns names.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from triage.feeds.feed import Draft, FeedError, Note, Rejected
from triage.feeds.service import draft
from triage.feeds.table import read
from triage.feeds.text import decode, parts, plain

_NAMES = {
    "organization": "organizations organisation organisations",
    "program": "programs",
    "service": "services",
    "site": "service_at_location services_at_location service_at_locations services_at_locations",
    "location": "locations",
    "address": "addresses physical_address physical_addresses",
    "postal": "postal_address postal_addresses mail_address mail_addresses",
    "phone": "phones",
    "contact": "contacts",
    "schedule": "schedules regular_schedule regular_schedules",
    "attribute": "attributes service_attribute service_attributes services_taxonomy service_taxonomy",
    "term": "taxonomy_term taxonomy_terms",
    "taxonomy": "taxonomies",
    "eligibility": "eligibilities",
    "cost": "cost_option cost_options",
    "area": "service_area service_areas",
    "language": "languages",
    "access": "accessibility accessibility_for_disabilities",
}
NAMES = {alias: name for name, aliases in _NAMES.items() for alias in (name, *aliases.split())}
"""What a table is, by what generations call its file."""
_LINKS = frozenset(
    (
        "service_id",
        "organization_id",
        "location_id",
        "service_at_location_id",
        "contact_id",
        "link_id",
        "taxonomy_term_id",
    )
)
_BESIDE = frozenset(
    f"{name}.csv"
    for name in ("funding", "required_documents", "organization_identifiers", "metadata", "meta_table_descriptions")
)
"""Tables of a package that no listing needs."""
Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]


def is_package(names: Sequence[str]) -> bool:
    """Whether files of these names are a package: a table of services beside one that belongs to it."""
    home = _home(names)
    found = {_kind(name) for name in names if _parent(name) == home}
    return "service" in found and bool(found & {"organization", "location", "site", "phone", "schedule", "address"})


def is_part(name: str, headings: Sequence[str]) -> bool:
    """Whether a table is a package's, and holds no services: contacts and terms are not to become listings."""
    kind = _kind(name)
    if name.lower() in _BESIDE:
        return True
    if not kind or kind in ("service", "organization"):
        return False
    own = {heading.strip().lower() for heading in headings}
    return bool(own & _LINKS) or kind in ("taxonomy", "term")


def _parent(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[0]


def _home(names: Iterable[str]) -> str:
    """The folder of a package: the outermost that holds a table of services."""
    found = [_parent(name) for name in names if _kind(name) == "service"]
    return min(found, key=lambda each: (each.count("/") + bool(each), each), default="")


def _kind(name: str) -> str:
    stem = name.replace("\\", "/").rpartition("/")[2].lower()
    return NAMES.get(stem.removesuffix(".csv"), "") if stem.endswith(".csv") else ""


def tables(files: Mapping[str, bytes], name: str) -> tuple[Tables, list[Rejected | Note]]:
    """The tables of a package; ``datapackage.json`` says what a file is when its name doesn't."""
    told = _told(files, name)
    found: dict[str, list[Row]] = defaultdict(list)
    said: list[Rejected | Note] = []
    home = _home(files)
    for path, data in files.items():
        if _parent(path) != home:
            continue
        kind = told.get(path.replace("\\", "/").rpartition("/")[2].lower()) or _kind(path)
        if not kind or not data.strip():
            continue
        file = path.replace("\\", "/").rpartition("/")[2]
        for row in read(decode(data)[0], file).rows:
            if isinstance(row, Rejected):
                said.append(row if kind == "service" else Note(row.where, row.why))
            else:
                found[kind].append({**row[1], "_where": f"{file}, line {row[0]}"})
    if not found["service"]:
        raise FeedError(f"{name} holds no service: services.csv is missing or empty.")
    return found, said


def tabular(document: Mapping[str, Sequence[Any]]) -> Tables:
    """The tables of a package that was written as one JSON document."""
    found: dict[str, list[Row]] = defaultdict(list)
    for file, rows in document.items():
        for number, row in enumerate(rows, 1):
            if isinstance(row, Mapping) and _kind(file):
                found[_kind(file)].append({**row, "_where": f"{file}, item {number}"})
    return found


def _told(files: Mapping[str, bytes], name: str) -> dict[str, str]:
    """What ``datapackage.json`` says each file is."""
    path = next((p for p in files if p.replace("\\", "/").rpartition("/")[2].lower() == "datapackage.json"), "")
    if not path:
        return {}
    try:
        document = json.loads(decode(files[path])[0])
        resources = [r for r in document["resources"] if isinstance(r, Mapping)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    pairs = (
        (str(r.get("path", "")).rpartition("/")[2].lower(), NAMES.get(str(r.get("name", "")).lower()))
        for r in resources
    )
    return {file: kind for file, kind in pairs if kind}


def title(files: Mapping[str, bytes]) -> str:
    """What a package calls itself."""
    for path, data in files.items():
        if path.replace("\\", "/").rpartition("/")[2].lower() == "datapackage.json":
            try:
                document = json.loads(decode(data)[0])
            except (ValueError, RecursionError):
                return ""
            said = plain(document.get("title")) if isinstance(document, Mapping) else ""
            return "" if said.casefold().startswith(("human service", "hsds")) else said
    return ""


class _Join:
    """Rows by the ids they point at."""

    def __init__(self, found: Tables) -> None:
        self.tables = found
        self._by: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def of(self, table: str, column: str, key: str) -> list[Row]:
        """The rows of a table whose ``column`` holds ``key``."""
        if not key:
            return []
        if (table, column) not in self._by:
            index: dict[str, list[Row]] = defaultdict(list)
            for row in self.tables.get(table, ()):
                value = plain(row.get(column))
                if value:
                    index[value].append(row)
            self._by[table, column] = index
        return self._by[table, column].get(key, [])

    def one(self, table: str, key: str, column: str = "id") -> Row:
        """The row with that id, or an empty one."""
        return next(iter(self.of(table, column, key)), {})


def services(found: Tables) -> Iterator[Draft | Rejected | Note]:
    """The drafts of a package's services, and what belongs to none of them."""
    join = _Join(found)
    own = {plain(row.get("id")) for row in found["service"]}
    for row in found["service"]:
        yield draft(row["_where"], _whole(row, join))
    for table, column in (("eligibility", "service_id"), ("schedule", "service_id"), ("attribute", "service_id")):
        rows = found.get(table, ())
        links = [
            c for c in ("service_id", "location_id", "service_at_location_id", "link_id") if any(r.get(c) for r in rows)
        ]
        lost = sum(1 for r in rows if not any(plain(r.get(c)) for c in links))
        wrong = sum(1 for r in rows if plain(r.get(column)) and plain(r.get(column)) not in own)
        if lost or wrong:
            yield Note(
                rows[0]["_where"].partition(",")[0], f"{lost + wrong:,} rows belong to no service and were left out"
            )


def _whole(row: Row, join: _Join) -> Row:
    """A service with everything that points at it."""
    key = plain(row.get("id"))
    links = join.of("site", "service_id", key) or [{"location_id": each} for each in parts(row.get("location_id"))]
    sites = [
        {**link, **_belongs(join, "service_at_location_id", plain(link.get("id"))), "location": _location(link, join)}
        for link in links
    ]
    owner = join.one("organization", plain(row.get("organization_id")))
    if not owner and sites:
        owner = join.one("organization", plain(sites[0]["location"].get("organization_id")))
    owner = {**owner, "phones": join.of("phone", "organization_id", plain(owner.get("id")))} if owner else {}
    return {
        **{k: v for k, v in row.items() if k != "_where"},
        **_belongs(join, "service_id", key),
        "organization": owner,
        "service_at_locations": sites,
        "eligibilities": join.of("eligibility", "service_id", key),
        "cost_options": join.of("cost", "service_id", key),
        "service_areas": join.of("area", "service_id", key),
        "attributes": list(_terms(row, key, join)),
    }


def _belongs(join: _Join, column: str, key: str) -> Row:
    """Phones, contacts and times that name a record by ``column``."""
    people = [
        {**c, "phones": join.of("phone", "contact_id", plain(c.get("id")))} for c in join.of("contact", column, key)
    ]
    found = {
        "phones": join.of("phone", column, key),
        "contacts": people,
        "schedules": join.of("schedule", column, key),
        "languages": join.of("language", column, key),
    }
    return {name: rows for name, rows in found.items() if rows}


def _location(link: Row, join: _Join) -> Row:
    key = plain(link.get("location_id"))
    row = join.one("location", key)
    addresses = join.of("address", "location_id", key) or join.of("postal", "location_id", key)
    access = join.of("access", "location_id", key)
    more = {"accessibility": access} if access else {}
    return {**row, **_belongs(join, "location_id", key), "addresses": addresses, **more}


def _terms(row: Row, key: str, join: _Join) -> Iterator[Row]:
    terms = "term" if join.tables.get("term") else "taxonomy"
    for link in (*join.of("attribute", "service_id", key), *join.of("attribute", "link_id", key)):
        wanted = plain(link.get("taxonomy_term_id")) or plain(link.get("taxonomy_id"))
        term = join.one(terms, wanted) or join.one(terms, wanted, "taxonomy_id")
        if term:
            yield {"link_type": link.get("link_type"), "taxonomy_term": {"name": term.get("name")}}
    for wanted in parts(row.get("taxonomy_ids"), ",;"):
        term = join.one("taxonomy", wanted) or join.one("taxonomy", wanted, "taxonomy_id")
        if term:
            yield {"taxonomy_term": {"name": term.get("name")}}

"""Saved JSON: pages of a feed, lists of services, single ones, organisations with theirs, lines, flat records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from triage.feeds.feed import FeedError, Note, Rejected

ENVELOPES = ("contents", "content", "services", "items", "results", "data", "records", "listings")
"""Keys under which a page keeps its records; ``contents`` is v3's, ``content`` v1's."""
_PARTS = """
    organization service_at_locations contacts regular_schedules schedules eligibilitys eligibilities cost_options
    service_areas service_taxonomys service_taxonomies languages attributes locations phones pc_metadata
"""
_NESTED = frozenset(_PARTS.split())
_FIELDS = """
    accreditations assured_date deliverable_type attending_type attending_access organization_id assurer_email
    minimum_age maximum_age last_modified program_id
"""
_SCALARS = frozenset(_FIELDS.split())


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a document and where it stands."""

    where: str
    value: Any


def parse(text: str, name: str) -> Any:
    """The document, with the line of what is wrong in it."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = " It seems to be cut off." if error.pos >= len(text.rstrip()) - 1 else ""
        raise FeedError(f"{name}, line {error.lineno}: this is not valid JSON ({error.msg}).{cut}") from error
    except (RecursionError, ValueError) as error:
        raise FeedError(f"{name} is JSON that can't be read ({error}).") from error


def lines(text: str, name: str) -> Iterator[Item | Rejected]:
    """One record a line; a bad line is rejected alone."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            yield Item(where, json.loads(line))
        except (ValueError, RecursionError) as error:
            yield Rejected(where, f"this line is not valid JSON ({getattr(error, 'msg', error)})")


def is_lines(text: str) -> bool:
    """Whether a text is JSON by the line: its first line is a whole record and a second one follows."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("{") or not rest.strip():
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def items(document: Any, name: str) -> Iterator[Item | Note]:
    """The records of a document of any shape; pages that promise another number are noted."""
    pages = document if isinstance(document, list) else [document]
    count = 0
    for number, page in enumerate(pages, 1):
        key = _envelope(page)
        if not key:
            count += 1
            for inner in _inside(page):
                yield Item(f"{name}, item {count}", inner)
            continue
        found = page[key]
        for at, each in enumerate(found.values() if isinstance(found, Mapping) else found, 1):
            count += 1
            for inner in _inside(each):
                yield Item(f"{name}, page {number}, item {at}" if len(pages) > 1 else f"{name}, item {at}", inner)
    told = _total(pages[-1]) if pages else None
    if told is not None and told != count:
        yield Note(name, f"it says that it holds {told:,} services, and holds {count:,}")


def is_page(document: Any) -> bool:
    """Whether a document is a list of records rather than one."""
    return isinstance(document, list) or bool(_envelope(document))


def is_root(document: Any) -> bool:
    """Whether a document is what a feed answers at its root: its version and profile, and no record."""
    return isinstance(document, Mapping) and "name" not in document and bool({"profile", "openapi_url"} & set(document))


def _envelope(page: Any) -> str:
    """The key under which a page keeps its records; ``""`` when it is a record itself."""
    if not isinstance(page, Mapping) or ("name" in page and "services" not in page):
        return ""
    if "services" in page and "name" in page:
        return ""
    return next((key for key in ENVELOPES if isinstance(page.get(key), (list, dict))), "")


def _inside(each: Any) -> Iterator[Any]:
    """A record; or, of an organisation that holds its services, those."""
    if isinstance(each, Mapping) and isinstance(each.get("services"), list) and each["services"]:
        owner = {key: value for key, value in each.items() if key != "services"}
        for service in each["services"]:
            yield {"organization": owner, **service} if isinstance(service, Mapping) else service
        return
    if isinstance(each, Mapping) and isinstance(each.get("service"), Mapping) and "name" not in each:
        inner = each["service"]
        yield {**inner, "service_at_locations": [{k: v for k, v in each.items() if k != "service"}]}
        return
    yield each


def _total(page: Any) -> int | None:
    if not isinstance(page, Mapping):
        return None
    found = page.get("totalElements", page.get("total_items"))
    return found if isinstance(found, int) else None


def is_service(value: Any) -> bool:
    """Whether a record is a service of Open Referral rather than a flat one."""
    if not isinstance(value, Mapping):
        return False
    nested = any(isinstance(value.get(key), (list, dict)) for key in _NESTED)
    return nested or len(_SCALARS & set(value)) >= 2


def is_term(value: Any) -> bool:
    """Whether a record is a taxonomy, or a term of one."""
    if not isinstance(value, Mapping) or is_service(value):
        return False
    own = set(value)
    return bool(
        own & {"term_uri", "taxonomy_detail", "taxonomy_id", "parent_id"} or {"uri", "version"} <= own
    ) and not (own & {"address", "postcode", "phone", "email", "organisation", "organization"})


def is_tabular(document: Any) -> bool:
    """Whether a document is a package's tables under their file names."""
    if not isinstance(document, Mapping) or not document:
        return False
    return all(key.endswith(".csv") and isinstance(value, list) for key, value in document.items())

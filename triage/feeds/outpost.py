"""Outpost's import template: a row a service, and rows under it that name it in ``import_id_reference``.

What its keeper hid stays hidden: notes and labels are internal, contacts and places marked invisible aren't read, and a
masked address keeps its town alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from triage.feeds.facts import day, yes
from triage.feeds.feed import Draft, Note, Rejected
from triage.feeds.service import draft
from triage.feeds.table import Table
from triage.feeds.text import parts, plain

Row = Mapping[str, str]


def is_template(headings: tuple[str, ...]) -> bool:
    """Whether a table has the template's headings."""
    return {"import_id", "import_id_reference", "name"} <= {h.strip().lower() for h in headings}


def services(table: Table, today: date) -> Iterator[Draft | Rejected | Note]:
    """The drafts of a template; a row under a service that isn't there is rejected."""
    below: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    heads: list[tuple[str, Row]] = []
    for found in table.rows:
        if isinstance(found, Rejected):
            yield found
            continue
        where = f"{table.name}, line {found[0]}"
        row: Row = {k.strip().lower(): v for k, v in found[1].items()}
        under = plain(row.get("import_id_reference"))
        if under:
            below[under].append((where, row))
        else:
            heads.append((where, row))
    for where, head in heads:
        rows = [head, *(each for _, each in below.pop(plain(head.get("import_id")), ()))]
        yield draft(where, _service(head, rows, today))
    for under, rest in below.items():
        for where, _ in rest:
            yield Rejected(where, f"it belongs to service {under}, which is not in the file")


def _service(row: Row, rows: list[Row], today: date) -> dict[str, Any]:
    priced = [each for each in rows if plain(each.get("cost_option")) or plain(each.get("cost_amount"))]
    return {
        "id": row.get("import_id"),
        "name": row.get("name"),
        "description": row.get("description"),
        "organization": {"name": row.get("organisation")},
        "url": row.get("url") or next((r["links_url"] for r in rows if r.get("links_url")), ""),
        "status": _status(row, today),
        "minimum_age": row.get("min_age"),
        "maximum_age": row.get("max_age"),
        "keywords": row.get("service_taxonomies"),
        "eligibility": "; ".join(parts(row.get("suitabilities"))),
        "application_process": row.get("how_to_start")
        or ("Needs a referral" if yes(row.get("needs_referral")) else ""),
        "fees": "Free" if yes(row.get("free")) else "",
        "cost_options": [
            {"option": r.get("cost_option"), "amount": r.get("cost_amount"), "amount_description": r.get("cost_type")}
            for r in priced
        ],
        "contacts": [
            _contact(r) for r in rows if plain(r.get("contact_name")) and yes(r.get("contact_visible")) is not False
        ],
        "service_at_locations": [
            _site(r)
            for r in rows
            if plain(r.get("location_name")) or plain(r.get("location_postcode"))
            if yes(r.get("location_visible")) is not False
        ],
        "regular_schedules": [
            {
                "weekday": r.get("scheduled_weekday"),
                "opens_at": r.get("schedules_opens_at"),
                "closes_at": r.get("schedules_closes_at"),
            }
            for r in rows
            if plain(r.get("scheduled_weekday"))
        ],
    }


def _status(row: Row, today: date) -> str:
    ends = day(row.get("visible_to"))
    if yes(row.get("temporarily_closed")):
        return "temporarily closed"
    if ends and ends < today:
        return "expired"
    return "pending" if yes(row.get("approved")) is False or yes(row.get("visible")) is False else "active"


def _contact(row: Row) -> dict[str, Any]:
    return {
        "name": row.get("contact_name"),
        "email": row.get("contact_email"),
        "phones": [{"number": row.get("contact_phone")}],
    }


def _site(row: Row) -> dict[str, Any]:
    masked = yes(row.get("mask_exact_address"))
    address = {
        "address_1": "" if masked else row.get("location_address_1"),
        "city": row.get("location_city"),
        "postal_code": "" if masked else row.get("location_postcode"),
    }
    return {
        "location": {
            "name": "" if masked else row.get("location_name"),
            "latitude": "" if masked else row.get("location_latitude"),
            "longitude": "" if masked else row.get("location_longitude"),
            "addresses": [address],
            "accessibility": row.get("location_accessibilities"),
        }
    }

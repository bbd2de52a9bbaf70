"""The directory out again: services of Open Referral UK 3.0 (HSDS-UK), and rows of a table.

Only what may be read out leaves: current listings and those closed for a while. Ids are UUIDs made of our own, always
the same for the same listing. What the UK profile has no place for (how to apply, who it is for, getting there,
telephone numbers) stands under full HSDS's names. What no version has a place for (its source and the id there, the
kind, whether there is room, a charge of unknown size, a fact to be checked, an invention) stands under ``triage``,
which the importer reads back; nothing is left to guess from. An invented listing says so in its alert.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from triage.model import Listing, Schedule

Made = dict[str, Any]
PROFILE = "https://docs.openreferraluk.org/en/3.0/"
OPENAPI = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
STATUS = {"current": "active", "temporarily closed": "temporarily closed"}
"""The states that leave, in the standard's words."""
INVENTED = "DEMONSTRATION: this listing is invented. Do not go there or ring it."
COLUMNS = (
    *("id", "source", "source_id", "name", "organisation", "kind", "topics", "description", "eligibility"),
    *(
        "minimum_age",
        "maximum_age",
        "schedules",
        "fees",
        "free",
        "address",
        "postcode",
        "ward",
        "latitude",
        "longitude",
    ),
    *("accessibility", "languages", "transportation", "application_process", "phone", "email", "url", "alert"),
    *("room", "status", "check", "as_of", "assured_date", "demonstration"),
)
"""The columns of a table, under headings that the importer knows."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would run."""
_OURS = UUID("6d6f4d3e-5c0a-5b0e-9a51-7a2f1e0c4b11")


def exported(listings: Iterable[Listing]) -> tuple[Listing, ...]:
    """Those that leave."""
    return tuple(each for each in listings if each.status in STATUS)


def root() -> Made:
    """What ``/`` answers."""
    return {"version": "HSDS-UK-3.0", "profile": PROFILE, "openapi_url": OPENAPI}


def page(services: Sequence[Made]) -> Made:
    """All services as the one page of ``/services``."""
    return {
        "total_items": len(services),
        "total_pages": 1,
        "page_number": 1,
        "size": len(services),
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": list(services),
    }


def services(listings: Iterable[Listing]) -> list[Made]:
    """Listings as whole services; an id that two sources use is told of neither, since it names neither."""
    held = list(listings)
    used = Counter(each.source_id for each in held)
    return [service(each, known=used[each.source_id] == 1) for each in held]


def service(listing: Listing, *, known: bool = True) -> Made:
    """One listing as a whole service; ``known`` says whether its source's id tells it from all others."""
    key = _id("service", listing.id)
    owner = listing.organisation
    alert = " ".join(filter(None, (INVENTED if listing.demonstration else "", listing.alert)))
    made: Made = {
        "id": key,
        "organization_id": _id("organization", owner) if owner else None,
        "name": listing.name,
        "description": listing.description,
        "url": listing.url,
        "email": listing.email,
        "status": STATUS[listing.status],
        "fees": listing.fees,
        "minimum_age": listing.minimum_age,
        "maximum_age": listing.maximum_age,
        "assured_date": listing.assured_date.isoformat() if listing.assured_date else None,
        "last_modified": f"{listing.as_of.isoformat()}T00:00:00Z" if listing.as_of else None,
        "alert": alert,
        "eligibility_description": listing.eligibility,
        "application_process": listing.application_process,
        "triage": _ours(listing, known),
        "organization": {"id": _id("organization", owner), "name": owner, "description": ""} if owner else None,
        "service_at_locations": _places(listing, key),
        "service_areas": [{"id": _id(key, "area"), "name": listing.ward, "service_area": listing.ward}]
        if listing.ward
        else [],
        "contacts": [{"id": _id(key, "contact"), "phones": [{"id": _id(key, "phone"), "number": listing.phone}]}]
        if listing.phone
        else [],
        "schedules": [_schedule(each, _id(key, f"schedule {n}")) for n, each in enumerate(listing.schedules)],
        "cost_options": [{"id": _id(key, "cost"), "amount": 0}] if listing.free else [],
        "languages": [{"id": _id(key, f"language {each}"), "name": each} for each in listing.languages],
        "attributes": [_topic(key, each) for each in listing.topics],
    }
    return _said(made)


def _ours(listing: Listing, known: bool) -> Made:
    """What the standard has no place for."""
    return _said(
        {
            "source": listing.source,
            "source_id": listing.source_id if known else "",
            "kind": listing.kind,
            "free": listing.free,
            "room": listing.room,
            "check": listing.check or None,
            "demonstration": listing.demonstration or None,
        }
    )


def _places(listing: Listing, key: str) -> list[Made]:
    """Where it is; a service that comes to the house has a place only for what it says of access."""
    spot = listing.latitude is not None
    if not (listing.address or listing.postcode or listing.accessibility or listing.transportation or spot):
        return []
    here = _id(key, "location")
    street, _, city = listing.address.rpartition(", ")
    if not street or street == city:
        street, city = listing.address, ""
    address = {
        "id": _id(key, "address"),
        "address_1": street,
        "city": city,
        "state_province": "",
        "postal_code": listing.postcode,
        "country": "GB",
        "address_type": "physical",
    }
    there = bool(listing.address or listing.postcode)
    location = {
        "id": here,
        "location_type": "physical" if there or spot else "virtual",
        "latitude": listing.latitude,
        "longitude": listing.longitude,
        "transportation": listing.transportation,
        "addresses": [address] if there else [],
        "accessibility": [
            {"id": _id(here, f"access {each}"), "location_id": here, "description": each}
            for each in listing.accessibility
        ],
    }
    whole = {name: value for name, value in location.items() if value not in ("", None, [])}
    return [{"id": _id(key, "place"), "service_id": key, "location_id": here, "location": whole}]


def _schedule(schedule: Schedule, key: str) -> Made:
    return _said(
        {
            "id": key,
            "freq": schedule.freq,
            "interval": schedule.interval,
            "byday": ",".join(schedule.byday),
            "opens_at": schedule.opens_at.isoformat("minutes") if schedule.opens_at else None,
            "closes_at": schedule.closes_at.isoformat("minutes") if schedule.closes_at else None,
            "description": schedule.description,
        }
    )


def _topic(key: str, name: str) -> Made:
    term = {"id": _id("topic", name), "name": name, "description": name, "taxonomy": "topics"}
    return {"id": _id(key, f"topic {name}"), "link_id": key, "link_type": "topic", "taxonomy_term": term}


def _said(made: Made) -> Made:
    """Without what isn't known: the standard leaves missing values out."""
    return {name: value for name, value in made.items() if value not in ("", None, [])}


def _id(what: str, name: str) -> str:
    return str(uuid5(_OURS, f"{what}\0{name}"))


def table(listings: Iterable[Listing]) -> Iterator[list[str]]:
    """Headings, then a row a listing; lists are joined by semicolons, times are in words that the importer reads."""
    yield list(COLUMNS)
    for listing in listings:
        yield [_cell(listing, name) for name in COLUMNS]


def _cell(listing: Listing, name: str) -> str:
    value = getattr(listing, name)
    if name == "schedules":
        return "; ".join(filter(None, map(_spoken, listing.schedules)))
    if name == "alert" and listing.demonstration:
        return " ".join(filter(None, (INVENTED, listing.alert)))
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(_FORMULA) and isinstance(value, str) else said


def _spoken(schedule: Schedule) -> str:
    """``Mon, Wed 10:00-12:00``; a month's days as ``2nd Tuesday``."""
    nth = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th", "5": "5th", "-1": "last"}
    names = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri", "SA": "Sat", "SU": "Sun"}
    days = [" ".join(filter(None, (nth.get(day[:-2], ""), names.get(day[-2:], day)))) for day in schedule.byday]
    opens, closes = schedule.opens_at, schedule.closes_at
    hours = f"{opens:%H:%M}-{closes:%H:%M}" if opens and closes else f"{opens:%H:%M}" if opens else ""
    every = "every other week" if schedule.interval == 2 else ""
    when = " ".join(filter(None, (every, ", ".join(days), hours)))
    return f"{when} ({schedule.description})" if when and schedule.description else when or schedule.description

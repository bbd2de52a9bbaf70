"""One service of Open Referral, in any generation's spelling, as the draft of a listing.

The reader is generous: it looks for a telephone number, an address, times and terms wherever a generation or a
publisher has put them, takes the first that says something, and ignores what it doesn't know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from triage.directory.export import INVENTED
from triage.feeds import facts as fact
from triage.feeds.feed import Draft, Rejected
from triage.feeds.text import parts, plain
from triage.feeds.times import merged, pair, spoken, weekdays
from triage.feeds.words import said_kind, status
from triage.model import Schedule

Row = Mapping[str, Any]
SITES = 4
"""Addresses of one service that are told."""
_TERMS = ("service_taxonomys", "service_taxonomies", "attributes", "taxonomy_terms", "taxonomies", "taxonomy")
_OPEN = {"adult", "all", "everyone", "none"}


def draft(where: str, service: Any) -> Draft | Rejected:
    """The draft of a service; what isn't an object is rejected."""
    if not isinstance(service, Mapping):
        return Rejected(where, "it is not a record with fields")
    own, ours = own_id(service), _ours(service)
    if not text(service, "name", "alternate_name"):
        return Rejected(where, "it has no name", own)
    sites = list(_sites(service))
    owner = _owner(service)
    topics = tuple(_topics(service))
    made: dict[str, Any] = {
        "source_id": own,
        "name": text(service, "name", "alternate_name"),
        "organisation": text(owner, "name"),
        "description": text(service, "description", "short_desc", "summary") or text(owner, "description"),
        "topics": topics,
        **_place(sites, service),
        **_contact(service, owner, sites, _region(sites)),
        **_cost(service),
        **_people(service),
        "schedules": _schedules(service, sites),
        "accessibility": _access(sites, service),
        "languages": tuple(dict.fromkeys(_languages(service, sites))),
        "transportation": next((t for t in (text(s, "transportation") for s in sites) if t), ""),
        "application_process": _way_in(service),
        "alert": text(service, "alert"),
        **_state(service),
        **_dates(service),
    }
    made.update(_told_by_us(ours, made))
    made["kind"] = said_kind(text(ours, "kind") or text(service, "kind"))
    return Draft(where, made)


def own_id(service: Row) -> str:
    """The id its source gives it; of a service that we published, the one its source gave it before."""
    return text(_ours(service), "source_id") or text(service, "id", "service_id")


def together(item: Row, service: Any) -> Row:
    """The service in full; what it leaves empty comes from its line in the list."""
    if not isinstance(service, Mapping) or plain(service.get("id")) not in ("", plain(item.get("id"))):
        return item
    if plain(service.get("name")) and plain(service["name"]).casefold() != plain(item.get("name")).casefold():
        return {**service, **{k: v for k, v in item.items() if v}} if plain(item.get("name")) else service
    return {**item, **{key: value for key, value in service.items() if value not in (None, "", [], {})}}


def _ours(service: Row) -> Row:
    """What :mod:`triage.directory.export` wrote beside the standard's own fields."""
    found = service.get("triage")
    return found if isinstance(found, Mapping) else {}


def _told_by_us(ours: Row, made: Row) -> dict[str, Any]:
    """The facts that only our own feeds tell: nobody else's words are taken for them."""
    found: dict[str, Any] = {name: ours[name] for name in ("room", "free") if isinstance(ours.get(name), bool)}
    if ours.get("check") is True:
        found["check"] = True
    if ours.get("demonstration") is True:
        found |= {"demonstration": True, "alert": made["alert"].removeprefix(INVENTED).strip()}
    return found


def text(row: Row, *keys: str) -> str:
    """The first of the fields that says something."""
    for key in keys:
        said = plain(row.get(key))
        if said:
            return said
    return ""


def rows(row: Row, *keys: str) -> list[Row]:
    """The records under the first of the keys that holds any; a single one is a list of one."""
    for key in keys:
        found = row.get(key)
        if isinstance(found, Mapping) and found:
            return [found]
        if isinstance(found, list) and any(isinstance(each, Mapping) for each in found):
            return [each for each in found if isinstance(each, Mapping)]
    return []


def _owner(service: Row) -> Row:
    found = rows(service, "organization", "organisation", "organizations")
    return found[0] if found else {"name": service.get("organization") or service.get("organisation")}


def _sites(service: Row) -> Iterator[Row]:
    """The places of a service, each with what its link to the service says."""
    for link in rows(service, "service_at_locations", "service_at_location", "services_at_location"):
        inside = rows(link, "location", "locations")
        yield {**link, **inside[0], "link": link} if inside else link
    yield from rows(service, "locations", "location")


def _addresses(site: Row) -> Iterator[Row]:
    found = rows(site, "physical_addresses", "addresses", "address", "postal_addresses", "mail_addresses")
    yield from sorted(found, key=lambda a: text(a, "address_type") == "postal")


def _place(sites: list[Row], service: Row) -> dict[str, Any]:
    """Address, postcode and point of the first place; the addresses of the others behind it."""
    told: list[str] = []
    made: dict[str, Any] = {}
    for site in sites:
        address = next(_addresses(site), {})
        code = fact.postcode(text(address, "postal_code", "postcode")) or fact.postcode_in(text(address, "address_1"))
        called = text(site, "name")
        lines = [
            "" if called == text(service, "name") else called,
            *(text(address, k) for k in ("address_1", "address_2", "city", "region")),
        ]
        line = ", ".join(dict.fromkeys(part for part in map(fact.address, lines) if part))
        lat, lon = fact.point(site.get("latitude"), site.get("longitude"))
        if not made and (line or code or lat is not None):
            made = {"postcode": code, "latitude": lat, "longitude": lon}
        elif line and code:
            line = f"{line}, {code}"
        if line and line not in told:
            told.append(line)
    if told:
        more = f"; and {len(told) - SITES} more places" if len(told) > SITES else ""
        also = "; also at ".join(told[:SITES])
        made["address"] = also + more
    areas = [text(area, "name", "service_area") for area in rows(service, "service_areas", "service_area")]
    return {**made, "ward": next((area for area in areas if area and len(area) < 60), "")}


def _region(sites: list[Row]) -> str:
    """The country whose dialling plan its numbers are in: Britain, unless an address says another."""
    for address in (a for site in sites for a in _addresses(site)):
        country = text(address, "country").upper()
        if country in ("US", "USA") or re.fullmatch(r"\d{5}(?:-\d{4})?", text(address, "postal_code")):
            return "US"
        if len(country) == 2 and country not in ("GB", "UK"):
            return country
    return "GB"


def _contact(service: Row, owner: Row, sites: list[Row], region: str) -> dict[str, Any]:
    """Telephone, e-mail and web address: the service's own first, then its contacts', its places', its owner's."""
    links = [site["link"] for site in sites if "link" in site]
    people = [person for row in (service, *links, *sites) for person in rows(row, "contacts", "contact")]
    holders = (service, *people, *links, *sites, owner, *rows(owner, "contacts"))
    numbers = [n for row in holders for n in rows(row, "phones", "phone")]
    voices = [n for n in numbers if text(n, "type", "number_type").casefold() not in ("fax", "tty", "textphone")]
    phones = (_number(n, region) for n in voices)
    loose = (fact.phone(text(row, "phone", "telephone", "phone_number"), region) for row in holders)
    emails = (fact.email(text(row, "email")) for row in holders)
    urls = (fact.url(text(row, "url", "website")) for row in (service, owner, *sites))
    return {
        "phone": next((p for p in (*phones, *loose) if p), ""),
        "email": next((e for e in emails if e), ""),
        "url": next((u for u in urls if u), ""),
    }


def _number(row: Row, region: str) -> str:
    more = text(row, "extension")
    made = fact.phone(text(row, "number"), region)
    return f"{made} ext {more}" if made and more and " ext " not in made else made


def _cost(service: Row) -> dict[str, Any]:
    """What it costs: the words about fees first, else the prices. No word at all isn't *free*."""
    said = text(service, "fees_description", "fees")
    priced = rows(service, "cost_options")
    amounts = [fact.number(row.get("amount")) for row in priced]
    lines = [line for line in map(_price, priced) if line]
    free = fact.free(said)
    if free is None and any(amount is not None for amount in amounts):
        free = not any(amounts)
    return {"fees": said or "; ".join(lines if lines != ["free"] else ()), "free": free}


def _price(row: Row) -> str:
    amount = fact.number(row.get("amount"))
    sign = {"usd": "$", "eur": "€"}.get(text(row, "currency").casefold(), "£")
    money = "" if amount is None else "free" if amount == 0 else f"{sign}{amount:.2f}".removesuffix(".00")
    told = " ".join(filter(None, (money, text(row, "amount_description"))))
    return ": ".join(filter(None, (text(row, "option"), told)))


def _people(service: Row) -> dict[str, Any]:
    """Who may come, and from what age to what."""
    lines = [text(service, "eligibility_description")]
    low, high = service.get("minimum_age"), service.get("maximum_age")
    for row in rows(service, "eligibilitys", "eligibilities", "eligibility"):
        lines.append(text(row, "eligibility"))
        low = row.get("minimum_age") if low in (None, "") else low
        high = row.get("maximum_age") if high in (None, "") else high
    if not any(lines):
        lines += [plain(service.get("eligibility")), text(service, "audience")]
    lines += [text(row, "audienceType").rpartition(">")[2] for row in rows(service, "pc_targetAudience")]
    lines += [name for name, link in _terms(service) if "audience" in link or "eligib" in link]
    first, last = fact.ages(low, high)
    told = "; ".join(dict.fromkeys(line for line in lines if line and line.casefold() not in _OPEN))
    return {"eligibility": told, "minimum_age": first, "maximum_age": last}


def _terms(service: Row) -> Iterator[tuple[str, str]]:
    """The name of each term, and what it says about the service."""
    for key in _TERMS:
        for row in rows(service, key):
            inside = rows(row, "taxonomy", "taxonomy_term")
            term = inside[0] if inside else row
            link = f"{text(row, 'link_type')} {text(term, 'vocabulary', 'taxonomy')}".casefold()
            name = text(term, "name", "term", "term_name")
            if name and not name.startswith(("http://", "https://")):
                yield name, link


def _topics(service: Row) -> Iterator[str]:
    seen: set[str] = set()
    loose = (service.get(key) for key in ("keywords", "tags", "category", "categories"))
    said = [part for each in loose for part in parts(each, ";|\n,")]
    terms = [name for name, link in _terms(service) if "audience" not in link and "eligib" not in link]
    for name in (*terms, *said, text(service, "deliverable_type")):
        if name and name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _schedules(service: Row, sites: list[Row]) -> tuple[Schedule, ...]:
    """The service's own times; else those of its places."""
    keys = ("regular_schedules", "schedules", "regular_schedule", "schedule")
    links = [site["link"] for site in sites if "link" in site]
    for row in (service, *links, *sites):
        made = [each for one in rows(row, *keys) for each in _schedule(one)]
        if made:
            return merged(made)
    said = text(service, "hours", "opening_hours", "regular_schedule", "schedule")
    return spoken(said)


def _schedule(row: Row) -> Iterator[Schedule]:
    monthly = text(row, "freq").upper() == "MONTHLY"
    days = weekdays(text(row, "byday", "weekday", "day"))
    opens, closes = pair(row.get("opens_at"), row.get("closes_at"))
    words = text(row, "description", "notes")
    every = fact.number(row.get("interval")) or 1
    if days or words:
        yield Schedule(
            days, opens, closes, "MONTHLY" if monthly else "WEEKLY", min(52, max(1, int(every))), _more(words, days)
        )


def _more(words: str, days: tuple[str, ...]) -> str:
    """What a schedule's words say beside its days; nothing when they only name those days again."""
    again = weekdays(words) == days and all(not each.description and not each.opens_at for each in spoken(words))
    return "" if days and again else words


def _access(sites: list[Row], service: Row) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for site in (*sites, service):
        for row in rows(site, "accessibility_for_disabilities", "accessibility"):
            said = text(row, "accessibility", "description", "details")
            found.setdefault(said.casefold(), said)
        if isinstance(site.get("accessibility"), str):
            found.update((part.casefold(), part) for part in parts(site["accessibility"], ";|\n,"))
    return tuple(said for said in found.values() if said)


def _languages(service: Row, sites: list[Row]) -> Iterator[str]:
    for row in (service, *sites):
        for each in rows(row, "languages", "language"):
            yield from parts(text(each, "name", "language"), ";|\n,")
        if isinstance(row.get("languages"), str):
            yield from parts(row["languages"], ";|\n,")


def _way_in(service: Row) -> str:
    said = text(service, "application_process", "pc_attendingAccess_additionalInfo")
    lists = [part for key in ("attending_access",) for part in parts(service.get(key), ";|\n,")]
    return said or ", ".join(lists)


def _state(service: Row) -> dict[str, Any]:
    """Its status; a word nobody knows counts as current, and is marked to be checked."""
    word = text(service, "status")
    known = status(word)
    return {"status": known or "current", "check": not known}


def _dates(service: Row) -> dict[str, Any]:
    meta = next(iter(rows(service, "pc_metadata", "metadata")), {})
    return {
        "assured_date": fact.day(service.get("assured_date")) or fact.day(meta.get("date_assured")),
        "as_of": fact.day(service.get("last_modified"))
        or fact.day(meta.get("date_modified"))
        or fact.day(service.get("updated_at")),
    }

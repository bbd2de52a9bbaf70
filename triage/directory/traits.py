"""What tells one listing from another, made ready once: words of the name, numbers, streets, web hosts.

Nothing here reads an id: two sources may well give one id to different things.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from triage.directory.words import GENERIC, STOP, stem, tokens
from triage.model import Listing

_SAME = """
    saint:st street:st road:rd avenue:ave av:ave lane:ln drive:drv place:pl court:ct crescent:cres terrace:terr
    ter:terr square:sq gardens:gdns garden:gdns grove:gr close:cl boulevard:blvd
    parkway:pkwy highway:hwy suite:ste building:bldg floor:fl centre:ctr center:ctr surgery:surg
    doctor:dr doctors:dr drs:dr mount:mt association:assoc association's:assoc society:soc community:comm
    department:dept government:govt university:univ hospital:hosp church:ch memorial:mem international:intl
    national:natl services:service and:and first:1st second:2nd third:3rd fourth:4th fifth:5th sixth:6th
"""
_SHORT = dict(pair.split(":") for pair in _SAME.split())
_SILENT = """
    the a an of and at in for to with by on ltd limited plc llp inc llc co company cio cic trust dr partner mr mrs
    miss rev c o na
"""
_EMPTY = frozenset(_SILENT.split())
"""Words of a name that say nothing about whose it is."""
COMMON = frozenset(GENERIC | {_SHORT.get(word, word) for word in GENERIC})
_NUMBER = re.compile(r"(?<![\w.])\d{1,5}[a-z]?(?![\w.])", re.I)
_SPAN = re.compile(r"(?<![\w.])(\d{1,5})\s*[-–/]\s*(\d{1,5})(?!\w)")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b", re.I)
_DIGITS = re.compile(r"\d")
_PHONES = re.compile(r"\s*(?:/|;|,|\bor\b|\band\b)\s*", re.I)
_PLAIN = re.compile(r"0[1-9][\d ]{7,14}")
_TWO = re.compile(r"^(?:co|org|ac|gov|nhs|ltd|me|net|sch|police|plc)\.[a-z]{2}$")
_HOSTS = """
    facebook.com twitter.com x.com instagram.com linkedin.com youtube.com youtu.be meetup.com eventbrite.com
    eventbrite.co.uk google.com goo.gl bit.ly linktr.ee wordpress.com blogspot.com weebly.com wixsite.com
    btck.co.uk nhs.uk gov.uk cqc.org.uk charitycommission.gov.uk gmail.com googlemail.com hotmail.com hotmail.co.uk
    outlook.com live.com live.co.uk yahoo.com yahoo.co.uk ymail.com icloud.com me.com aol.com btinternet.com sky.com
    talktalk.net virginmedia.com ntlworld.com blueyonder.co.uk tiscali.co.uk msn.com mail.com protonmail.com
"""
SHARED_HOSTS = frozenset(_HOSTS.split())
"""Hosts that belong to everybody: they say nothing about whose a page or a mailbox is."""
_SORTS = """
    dentist: dentist dental orthodontist orthodontics
    pharmacy: pharmacy pharmacist chemist
    optician: optician optometrist
    library: library
    jobcentre: jobcentre
    supporters: pta ptfa supporters
    food: foodbank pantry
    toddlers: toddler playgroup
    cafe: cafe coffee
    youth: scout guides brownies cubs beavers rainbows cadets
    choir: choir
    allotment: allotment
    home: nursing residential
"""
_PLACES = """
    school: school academy college
    church: church chapel mosque temple gurdwara parish cathedral synagogue
    surgery: surgery gp doctor practice medical
    hospital: hospital
"""
_TWO_WORDS = re.compile(
    r"\b(?:(food ?banks?)|(job ?centres?(?: ?plus)?)|friends of"
    r"|(?:parents?|staff)\W+(?:and |& )?(?:teachers?|staff|association))\b"
)
SURGERY = "surgery"
_WHERE = frozenset(("school", "church", "hospital"))
"""Sorts that a source's name or a topic doesn't settle: a list of church halls holds what is in them."""
ALONE = "supporters"
"""A sort that is another thing than whatever says no sort: the friends of a park aren't the park."""
ABOUT = 80
"""Words of a description that are compared."""
_READ = 1200
"""Characters of a description that may hold them."""
BACKGROUND = 500
"""Listings imagined beside the given ones, so that rarity means something among few."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One listing, ready to be compared. ``spelt`` is the name's words in order, joined; ``figures`` are the numbers
    of the name; ``doors`` are house numbers; ``host`` is the registered domain, or empty when it is everybody's;
    ``postcode`` is a whole British one, ``area`` its first half, or another country's code;
    ``about`` are the words of the description and ``days`` the days it is on (``MO``, ``2TU``). ``sorts`` are what its
    name, its first topic and its source say that it is.
    """

    source: str
    words: frozenset[str]
    spelt: str
    figures: frozenset[str]
    owner: frozenset[str]
    doors: frozenset[str]
    street: frozenset[str]
    postcode: str
    area: str
    phones: frozenset[str]
    host: str
    page: str
    email: str
    spot: tuple[float, float] | None
    about: frozenset[str]
    days: frozenset[str]
    sorts: frozenset[str]


@lru_cache(maxsize=65536)
def word(token: str) -> str:
    """One word in the form that is compared: *Centre*, *centres* and *ctr* are one."""
    short = _SHORT.get(token)
    if short:
        return short
    stemmed = stem(token)
    return _SHORT.get(stemmed, stemmed)


def _dictionary(lines: str) -> dict[str, str]:
    pairs = (line.split(":") for line in lines.strip().splitlines())
    return {word(each): sort.strip() for sort, words in pairs for each in words.split()}


_SORT, _PLACE = _dictionary(_SORTS), _dictionary(_PLACES)


@lru_cache(maxsize=65536)
def _sorts(text: str) -> frozenset[str]:
    """What sort of thing some words say it is. A place counts only where nothing else is said: the toddler group of a
    church is a toddler group.
    """
    said = _TWO_WORDS.sub(_one_word, text.lower().replace("_", " "))
    words = set(map(word, tokens(said)))
    return frozenset(_SORT[each] for each in words & _SORT.keys()) or frozenset(
        _PLACE[each] for each in words & _PLACE.keys()
    )


def _one_word(found: re.Match[str]) -> str:
    return " foodbank " if found[1] else " jobcentre " if found[2] else " supporters "


def named(text: str) -> list[str]:
    """The words of a name that say whose it is, in order; all of its words when none does."""
    found = [word(token) for token in tokens(_joined(text))]
    telling = [each for each in found if each not in _EMPTY and (len(each) > 1 or each.isdigit())]
    return telling or found


def _joined(text: str) -> str:
    """Initials as one word: *Y.M.C.A.* is *YMCA*; *&* is a word."""
    text = text.replace("&", " and ")
    return re.sub(r"\b((?:[A-Za-z]\.){2,})", lambda found: found[1].replace(".", "") + " ", text)


def traits(listing: Listing) -> Traits:
    """One listing, made ready."""
    name = named(listing.name)
    line = _POSTCODE.sub(" ", listing.address)
    host, page = _web(listing.url)
    email = listing.email.strip().casefold()
    mail = _registered(email.rpartition("@")[2]) if "@" in email else ""
    spans = _SPAN.findall(line)
    doors = {number for pair in spans for number in pair}
    doors.update(map(str.lower, _NUMBER.findall(_SPAN.sub(" ", line) if spans else line)))
    street = {word(token) for token in tokens(line)} - _EMPTY
    code = "".join(listing.postcode.upper().split())
    whole = _POSTCODE.fullmatch(code) is not None
    spot = (
        (listing.latitude, listing.longitude)
        if listing.latitude is not None and listing.longitude is not None
        else None
    )
    return Traits(
        source=listing.source,
        words=frozenset(name),
        spelt=" ".join(name),
        figures=frozenset(each for each in name if _DIGITS.search(each)),
        owner=frozenset(named(listing.organisation)) if listing.organisation else frozenset(),
        doors=frozenset(doors),
        street=frozenset(each for each in street if not _DIGITS.search(each) and len(each) > 1),
        postcode=code if whole else "",
        area=code[:-3] if whole else code[:5],
        phones=_phones(listing.phone),
        host=host or mail,
        page=page,
        email=email,
        spot=spot,
        about=frozenset(map(word, tokens(listing.description[:_READ])[:ABOUT])) - STOP - _EMPTY
        if listing.description
        else frozenset(),
        days=frozenset([day for each in listing.schedules for day in each.byday]),
        sorts=_sorts(listing.name) or _sorts(f"{listing.source} {' '.join(listing.topics[:1])}") - _WHERE,
    )


def _phones(text: str) -> frozenset[str]:
    """The numbers of a field."""
    if not text:
        return frozenset()
    if _PLAIN.fullmatch(text):
        return frozenset((text[1:].replace(" ", ""),))
    return frozenset(filter(None, map(_dialled, _PHONES.split(text))))


def _dialled(text: str) -> str:
    """A number's last nine or ten digits, without country code, trunk zero and extension."""
    digits = "".join(_DIGITS.findall(re.split(r"\b(?:ext|x)\b", text, maxsplit=1, flags=re.I)[0]))
    digits = re.sub(r"^(?:0044|44(?=\d{10})|1(?=\d{10}$)|0+)", "", digits).lstrip("0")
    return digits if len(digits) >= 6 else ""


def _web(url: str) -> tuple[str, str]:
    """The registered domain (empty if it is everybody's) and the page behind it."""
    if not url or not url.strip():
        return "", ""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return "", ""
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/").casefold()
    return _registered(host), f"{host}{path}" if path or host not in SHARED_HOSTS else ""


def _registered(host: str) -> str:
    """``example.org.uk`` of ``groups.example.org.uk``; ``""`` for a host that many share."""
    labels = host.casefold().split(".")
    if len(labels) < 2:
        return ""
    keep = 3 if len(labels) > 2 and _TWO.match(".".join(labels[-2:])) else 2
    made = ".".join(labels[-keep:])
    shared = made in SHARED_HOSTS or ".".join(labels[-2:]) in ("gov.uk", "nhs.uk") or made.endswith((".gov", ".edu"))
    return "" if shared else made


class Rarity:
    """How telling each word, number, postcode and host is: what many listings share tells little.

    Counts are of the source that has most, since a second source naming the same thing makes it no commoner.
    """

    def __init__(self, rows: Sequence[Traits]) -> None:
        self._many = len(rows)
        self._names = _counts((row.source, row.words) for row in rows)
        self._streets = _counts((row.source, row.street) for row in rows)
        self.phones = _counts((row.source, row.phones) for row in rows)
        self.postcodes = _counts((row.source, (row.postcode,)) for row in rows)
        self.hosts = _counts((row.source, (row.host,)) for row in rows)
        self.name: dict[str, float] = {
            token: self._weight(count) * (0.4 if token in COMMON else 1.0) for token, count in self._names.items()
        }
        """What each word of a name weighs; a word that half the directory has weighs little."""
        self.street: dict[str, float] = {token: self._weight(count) for token, count in self._streets.items()}
        """What each word of an address weighs."""

    def _weight(self, count: int) -> float:
        return math.log((self._many + BACKGROUND) / (count + 1))


def _counts(held: Iterable[tuple[str, Iterable[str]]]) -> dict[str, int]:
    """How many listings of one source share each value, in the source that has most."""
    by_source: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for source, values in held:
        counted = by_source[source]
        for value in values:
            counted[value] += 1
    found: dict[str, int] = {}
    for counted in by_source.values():
        for value, count in counted.items():
            if count > found.get(value, 0):
                found[value] = count
    return found

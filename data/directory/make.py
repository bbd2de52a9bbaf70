"""Makes the demonstration directory: ``python data/directory/make.py`` writes the two files beside it.

The services that the council's own papers name come from words/named.yaml, with their source, date and status; every
other listing is invented from the word files. The same words give the same bytes: one seeded generator, no clock.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from triage.model import Listing

sys.path.insert(0, str(Path(__file__).parent))

from prose import Prose, Setting
from when import schedule
from words import WORDS, Kind, Venue, kinds, organisations, places, venues

SEED = 1226
TODAY = date(2026, 11, 21)
"""The day that the demonstration is written for."""
COUNTS = {"activity": 1226, "care": 300}
FILES = {"activity": "community-activities.jsonl", "care": "care-and-support.jsonl"}
SMALL = {"and", "at", "for", "from", "in", "of", "the", "to", "with"}
NO_VENUE = {"visit", "phone", "online", "city"}
"""Settings without a place to go to: at home, by telephone, on a screen, or all over the city."""
ALONE = {"club", "firm"}
"""Organisations that run one thing, which has their name."""
LANGUAGES = {
    "asian": (["Punjabi", "Urdu", "Hindi"], ["Gujarati", "Hindi"], ["Punjabi"]),
    "polish": (["Polish"],),
    "eastern": (["Romanian"], ["Romanian", "Ukrainian"]),
    "african": (["Tigrinya", "Amharic"], ["Somali", "Arabic"], ["French", "Arabic"]),
    "refugee": (["Arabic", "Farsi", "Tigrinya"], ["Arabic", "Kurdish"]),
    "chinese": (["Cantonese", "Mandarin"],),
    "deaf": (["British Sign Language"],),
    "women": (["Urdu", "Punjabi", "Arabic"], ["Punjabi"]),
    "faith": (["Punjabi"], ["Urdu", "Punjabi"], ["Gujarati"]),
}
SPOKEN = (["Punjabi"], ["Urdu"], ["Polish"], ["Romanian"], ["Gujarati"], ["British Sign Language"], ["Arabic"])
FACTS: dict[str, Any] = yaml.safe_load((WORDS / "facts.yaml").read_text(encoding="utf-8"))


def slug(text: str) -> str:
    """A name as an id."""
    plain = text.lower().replace("é", "e").replace("’", "").replace("'", "").replace("&", "and")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


class Phones:
    """Ofcom's numbers for drama, given out evenly so that few organisations share one."""

    def __init__(self, rng: random.Random) -> None:
        self.landlines = [f"01632 960 {n:03}" for n in range(1000)]
        self.mobiles = [f"07700 900 {n:03}" for n in range(1000)]
        rng.shuffle(self.landlines)
        rng.shuffle(self.mobiles)

    def take(self, rng: random.Random) -> str:
        """The next number."""
        line = self.landlines if rng.random() < 0.6 else self.mobiles
        line.append(line.pop(0))
        return line[-1]


class Maker:
    """Makes listings one after another, remembering what was used."""

    def __init__(self) -> None:
        self.rng = random.Random(SEED)
        self.places = places()
        self.orgs = organisations()
        self.phones = Phones(random.Random(SEED + 1))
        self.prose = Prose(random.Random(SEED + 2))
        self.venues = venues()
        self.where = self._postcodes()
        self.used_venue: Counter[str] = Counter()
        self.used_org: Counter[str] = Counter()
        self.contacts: dict[str, tuple[str, str, str]] = {}
        self.ids: set[str] = set()
        self.titles: set[str] = set()
        self.streets = [street.strip() for street in (WORDS / "streets.txt").read_text(encoding="utf-8").split(",")]
        self.built: Counter[str] = Counter()
        self.number = {"activity": 10_000, "care": 40_000}

    def _postcodes(self) -> dict[str, tuple[str, float, float]]:
        """A postcode of its own for each venue, in the neighbourhood that it stands in."""
        rng, left = random.Random(SEED + 3), {p.name: list(p.postcodes) for p in self.places.values()}
        for codes in left.values():
            rng.shuffle(codes)
        self.left = left
        return {v.name: left[v.place].pop() for v in self.venues}

    def build(self, name: str, only: str) -> Venue:
        """A house of its own for something that isn't held in somebody's hall."""
        few = min(self.built[p] for p in self.places)
        place = only or self.rng.choice([p for p in self.places if self.built[p] == few])
        self.built[place] += 1
        codes = self.left[place]
        self.where[name] = codes[self.built[place] % len(codes)]
        access = ["s", "t", *self.rng.sample("plfbqc", self.rng.randrange(1, 5))]
        bus = self.rng.choice([v.bus for v in self.venues])
        street = f"{self.rng.randrange(2, 190)} {self.rng.choice(self.streets)}"
        return Venue(name, "own", name, place, street, tuple(access), bus, "")

    def spread(self, found: list[Kind], total: int) -> list[int]:
        """How many of each kind: as its settings say, scaled to the total by largest remainders."""
        want = [int(k.settings["n"]) for k in found]
        share = [w * total / sum(want) for w in want]
        given = [max(1, int(s)) for s in share]
        for i in sorted(range(len(found)), key=lambda i: (-(share[i] - given[i]), i))[: total - sum(given)]:
            given[i] += 1
        return given

    def venue(self, kind: Kind, only: str, seen: Counter[str]) -> Venue | None:
        """Somewhere fitting, seldom used, and not where this kind meets already."""
        sorts = kind.each("at")
        sort = self.rng.choice(sorts)
        if sort in NO_VENUE:
            return None
        if sort == "own":
            return self.build(f"#{len(self.titles)}", only)
        fit = [v for v in self.venues if v.sort in sorts and only in ("", v.place)]
        fit = [v for v in fit if v.sort == sort] or fit or [v for v in self.venues if v.place == only]
        least = min((seen[v.place], seen[v.name]) for v in fit)
        fit = [v for v in fit if (seen[v.place], seen[v.name]) == least]
        few = min(self.used_venue[v.name] for v in fit)
        return self.rng.choice([v for v in fit if self.used_venue[v.name] <= few + 2])

    def name(self, kind: Kind, at: int, venue: Venue | None, days: list[str]) -> str:
        """The next name of the kind that is still free; plain names once the others are gone."""
        place = venue.place if venue else ""
        fill = {
            "place": place,
            "venue": venue.name if venue and venue.sort != "own" else place,
            "day": days[0] if days else "",
        }
        plain = ["{title} at {venue}", "{place} {title}", "{title}, {place}"]
        self.rng.shuffle(plain)
        given = [kind.names[at].partition("@")[0].strip()] if at < len(kind.names) else []
        title = capitals(kind.settings.get("title", kind.topic))
        for form in (*given, *plain, "{title} (second group), {place}"):
            if not venue and ("{venue}" in form or "{place}" in form):
                form = re.sub(r",? ?(at )?\{(venue|place)\} ?", " ", form).strip()
            if "{day}" in form and len(days) != 1:
                continue
            made = re.sub(r"\s+", " ", form.format(title=title, **fill)).strip()
            if made.lower() not in self.titles:
                break
        else:
            made = f"{made} {at}"
        self.titles.add(made.lower())
        return made.replace("'", "’")

    def id(self, name: str, place: str) -> str:
        """A free slug."""
        plain, placed = slug(name), slug(f"{name} {place}")
        for made in (plain, placed, *(f"{plain}-{n}" for n in range(2, 99))):
            if made not in self.ids:
                self.ids.add(made)
                return made
        raise ValueError(name)

    def organisation(self, kind: Kind, name: str, venue: Venue | None) -> tuple[str, str]:
        """Who runs it, and the sort of organisation that is."""
        owner = next((sort for sort, orgs in self.orgs.items() if name in orgs), None)
        if owner:
            return name, owner
        sort = self.rng.choice(kind.each("org", "club"))
        if sort in ALONE or (sort == "host" and venue is None):
            return name, sort if sort in ALONE else "club"
        if sort == "host" and venue:
            return venue.host.replace("'", "’"), "host"
        few = min(self.used_org[o] for o in self.orgs[sort])
        org = self.rng.choice([o for o in self.orgs[sort] if self.used_org[o] <= few + 1])
        self.used_org[org] += 1
        return org.replace("'", "’"), sort

    def contact(self, org: str) -> tuple[str, str, str]:
        """An organisation's number, e-mail address and page: always the same ones."""
        if org not in self.contacts:
            house = slug(org).replace("-", "")[:28] + ".example"
            box = self.rng.choice(["hello", "info", "office", "enquiries", "secretary", "contact"])
            self.contacts[org] = (self.phones.take(self.rng), f"{box}@{house}", f"https://{house}")
        return self.contacts[org]

    def listing(self, kind: Kind, directory: str, at: int, seen: Counter[str]) -> dict[str, Any]:
        """One invented listing."""
        rng = self.rng
        given = kind.names[at] if at < len(kind.names) else ""
        venue = self.venue(kind, given.partition("@")[2].strip(), seen)
        if venue:
            seen[venue.place] += 1
            seen[venue.name] += 1
            self.used_venue[venue.name] += 1
        schedules, days, start, end = schedule(rng, kind, given)
        hour = int(schedules[0]["opens_at"][:2]) if schedules else None
        once = bool(schedules) and len(schedules[0]["byday"]) == 1
        name = self.name(kind, at, venue, days)
        org, sort = self.organisation(kind, name, venue)
        phone, email, url = self.contact(org)
        fee = rng.choice(FACTS["fees"][rng.choice(kind.each("fee", "free"))])
        made: dict[str, Any] = {
            "id": self.id(name, venue.place if venue else "coventry"),
            "name": name,
            "kind": directory,
            "description": self.prose.describe(Setting(kind, venue, org, sort, tuple(days), hour, start, end, once)),
            "source_id": self.source_id(directory),
            "source": "Demonstration directory",
            "organisation": org,
            "topics": [kind.topic, *[t for t in kind.each("also") if t.casefold() != kind.topic.casefold()]],
            "fees": fee,
            "free": False if "£" in fee else fee.startswith(("Free", "No charge", "Nothing")) or None,
            "schedules": schedules,
        }
        self._place(made, venue, kind)
        self._who(made, kind, venue, sort)
        how = rng.random()
        if how < 0.80:
            made["phone"] = phone
        if 0.22 < how < 0.94:
            made["email"] = email
        if how > 0.94 or rng.random() < 0.3:
            made["url"] = url
        ways = kind.each("in", "drop")
        way = rng.choice(ways)
        if "phone" not in made and way == "ring":
            way = "drop" if venue else "book"
        made["application_process"] = rng.choice(FACTS["ways"][way])
        if "phone" not in made and re.search(r"\b[Rr]ing|phone", made["application_process"]):
            made["application_process"] = (
                "Write by e-mail first" if "email" in made else "See the page on the web first"
            )
        self._state(made, way)
        return made

    def source_id(self, directory: str) -> str:
        """The next id in the style of its own source."""
        self.number[directory] += self.rng.randrange(1, 9)
        n = self.number[directory]
        return f"CAD-{n:06}" if directory == "activity" else f"CSD/{n // 1000}/{n % 1000:03}"

    def _place(self, made: dict[str, Any], venue: Venue | None, kind: Kind) -> None:
        """Ward, address, postcode and how to get there."""
        if venue is None:
            if "phone" not in kind.each("at") and "online" not in kind.each("at"):
                made["accessibility"] = ["visits you at home"] if "visit" in kind.each("at") else []
            return
        place = self.places[venue.place]
        postcode, latitude, longitude = self.where[venue.name]
        made |= {
            "ward": place.ward,
            "address": self.address(venue).replace("'", "’"),
            "postcode": postcode,
            "latitude": latitude,
            "longitude": longitude,
            "accessibility": [FACTS["access"][a] for a in venue.access if a != "n"],
        }
        if self.rng.random() < 0.72:
            bus = venue.bus if venue.bus.startswith("all") else " and ".join(venue.bus.split())
            forms = [
                "Bus {b}",
                "Bus {b}, two minutes’ walk",
                "Buses: {b}",
                "Bus {b} stops outside",
                "{b} from the city centre",
            ]
            made["transportation"] = (
                bus[0].upper() + bus[1:] if bus.startswith("all") else self.rng.choice(forms).format(b=bus)
            )

    def address(self, venue: Venue) -> str:
        """An address as it is read out."""
        first = "" if venue.sort == "own" else f"{venue.name}, "
        return f"{first}{venue.street}, {venue.place}, Coventry"

    def _who(self, made: dict[str, Any], kind: Kind, venue: Venue | None, sort: str) -> None:
        """Ages, eligibility and languages."""
        low, _, high = kind.settings.get("age", "").partition("-")
        if low:
            made["minimum_age"] = int(low)
        if high:
            made["maximum_age"] = int(high)
        who = kind.settings.get("who", "")
        if not who and high:
            who = f"Aged {low} to {high}"
        elif not who and low:
            who = self.rng.choice(
                [f"Anyone over {low}", f"Aged {low} and over", f"{low}+"]
                if int(low) > 18
                else ["Adults", "Anyone over 18", "18 and over"]
                if low == "18"
                else [f"{low} and over"]
            )
        elif not who:
            who = self.rng.choice(
                ["Everyone welcome", "Open to all", "Anybody", "Open to all, no need to live locally", ""]
            )
        made["eligibility"] = who
        groups = LANGUAGES.get(sort) or (LANGUAGES["faith"] if venue and venue.sort == "faith" else None)
        if kind.settings.get("lang"):
            made["languages"] = ["English", *kind.each("lang")]
        elif groups:
            made["languages"] = ["English", *self.rng.choice(groups)]
        elif self.rng.random() < 0.07:
            made["languages"] = ["English", *self.rng.choice(SPOKEN)]

    def _state(self, made: dict[str, Any], way: str) -> None:
        """How fresh it is, whether there is room, and the few that have stopped."""
        rng = self.rng
        age = rng.randrange(2, 175) if rng.random() < 0.8 else rng.randrange(185, 360)
        as_of = TODAY - timedelta(days=min(361, age + rng.choice((0, 0, 3, 14, 40))))
        made["as_of"] = as_of.isoformat()
        if rng.random() < 0.85:
            made["assured_date"] = (TODAY - timedelta(days=age)).isoformat()
        few = rng.choice(("four", "five", "seven", "nine", "eleven"))
        dice = rng.random()
        if dice < 0.09 and way not in ("drop", "join", "apply"):
            made["room"] = False
            made["application_process"] = rng.choice(FACTS["full"]).format(few=few)
        elif dice < 0.40:
            made["room"] = True
        dice = rng.random()
        if dice < 0.015:
            made |= {"status": "temporarily closed", "alert": rng.choice(FACTS["alerts"]["closed"])}
        elif dice < 0.032:
            made |= {"status": "expired", "alert": rng.choice(FACTS["alerts"]["expired"])}


def capitals(title: str) -> str:
    """A title with capitals where a name has them."""
    return " ".join(w if w in SMALL else w[:1].upper() + w[1:] for w in title.split())


ORDER = [field.name for field in dataclasses.fields(Listing)]


def line(made: dict[str, Any]) -> str:
    """One line of a file: keys in the model's order, empty ones left out."""
    made = {"demonstration": True, **made}
    kept = {key: made[key] for key in ORDER if key in made and made[key] not in ("", [], None)}
    if set(made) - set(ORDER):
        raise ValueError(f"{made['id']}: {set(made) - set(ORDER)}")
    return json.dumps(kept, ensure_ascii=False)


def named() -> list[dict[str, Any]]:
    """The services that the council's papers name."""
    found = yaml.load((WORDS / "named.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for made in found:
        made |= {"demonstration": False, "description": " ".join(made["description"].split())}
        made["topics"] = made.get("topics", [])
        if made.get("check") == "yes":
            made["check"] = True
        for key, to in {"minimum_age": int, "latitude": float, "longitude": float, "free": json.loads}.items():
            if key in made:
                made[key] = to(made[key])
    return [{k: v.replace("'", "’") if k in ("name", "description") else v for k, v in m.items()} for m in found]


def directories() -> dict[str, str]:
    """The text of both files, by file name."""
    maker = Maker()
    fixed = named()
    maker.ids |= {made["id"] for made in fixed}
    maker.titles |= {made["name"].lower() for made in fixed}
    found: dict[str, str] = {}
    for directory, folder in (("care", "care"), ("activity", "activities")):
        rows = [made for made in fixed if made["kind"] == directory]
        every = kinds(folder)
        for kind, many in zip(every, maker.spread(every, COUNTS[directory] - len(rows)), strict=True):
            seen: Counter[str] = Counter()
            rows += [maker.listing(kind, directory, at, seen) for at in range(many)]
        rows.sort(key=lambda made: made["id"])
        found[FILES[directory]] = "".join(line(made) + "\n" for made in rows)
    return found


def main() -> None:
    """Write both files."""
    for name, text in directories().items():
        (Path(__file__).parent / name).write_bytes(text.encode())
        print(f"{name}: {text.count(chr(10))} listings")


if __name__ == "__main__":
    main()

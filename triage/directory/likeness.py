"""How likely two listings are one and the same, from 0 to 1, and why.

Each likeness or difference adds or takes away evidence (in logits); the sum becomes a probability. The weights were
fitted to pairs whose truth is known (docs/directory.md says which), pulled towards what common sense gives them, and
rounded. What many listings share (a switchboard's number, a health centre's postcode) counts for less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from triage.directory.traits import ALONE, COMMON, SURGERY, Rarity, Traits, word

WEIGHTS = {
    "bias": -5.2,
    "name": 2.9,
    "rest": -2.7,
    "figures": -3.0,
    "sort_other": -4.0,
    "own_words": -3.0,
    "sites": -2.0,
    "part": -3.0,
    "twice": -1.0,
    "listed": -3.0,
    "cross": 1.9,
    "owner": 0.2,
    "phone": 1.6,
    "phone_crowd": -2.4,
    "phone_other": -1.5,
    "postcode": 3.4,
    "postcode_crowd": -4.8,
    "postcode_other": -0.7,
    "area": 0.2,
    "area_other": -0.8,
    "door": 0.6,
    "door_other": -1.8,
    "street": 2.0,
    "street_other": -0.2,
    "web": 0.8,
    "web_crowd": -1.4,
    "web_other": -0.8,
    "page": 0.8,
    "email": 1.3,
    "about": 2.0,
    "about_other": -0.5,
    "days_other": -2.5,
    "far": -1.2,
    "near": 1.4,
}
"""Logits for a full measure of each."""
RENAMED = 0.55
"""What other words in the names count for between two surgeries: one is called after its doctors, its house or its
street by turns, while two clubs at one door are two clubs.
"""
BARS = ("figures", "sort_other", "part")
"""What says outright that they are two: other groups, other sorts of things, an organisation and its service."""
_BARRED = -0.4
CONTACT = ("phone", "postcode", "door", "page", "email", "web")
"""What can bear a merge out beside the name."""
_GROUPS = """
    man woman boy girl lad lady gent mum dad
    morning afternoon evening night
    monday tuesday wednesday thursday friday saturday sunday
    north south east west
    baby toddler child junior youth teen young adult older elder senior
    squirrel beaver cub scout explorer rainbow brownie guide ranger
    beginner improver intermediate advanced
    stroke dementia parkinson diabetes autism cancer epilepsy arthritis
"""
_OPPOSED = tuple(frozenset(map(word, line.split())) for line in _GROUPS.strip().splitlines())
"""Words of which two groups of one name may each have another: two groups, then."""
_EITHER = frozenset[str]().union(*_OPPOSED)
_SPELT = 0.8
"""What a word that is nearly the same, or cut short, counts for."""
_STREET = 10.0
"""The weight of the words that two addresses share from which they count in full: a town alone says little."""
_TELLING = 5.0
"""The weight from which a name says whose it is."""
_HEAVY = 9.0
"""The weight of a word that nobody else has, among some ten thousand listings."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How far two listings agree: each measure is 0 to 1, but a crowd of one is nought."""

    measures: dict[str, float]

    @property
    def logit(self) -> float:
        """The evidence, summed; what can't be one never comes to *likely*, however much is shared."""
        summed = WEIGHTS["bias"] + sum([WEIGHTS[name] * value for name, value in self.measures.items()])
        return min(summed, _BARRED) if any(map(self.measures.get, BARS)) else summed

    @property
    def borne_out(self) -> bool:
        """Whether anything but the name agrees."""
        return any(self.measures.get(name) for name in CONTACT)


def compare(one: Traits, two: Traits, rarity: Rarity) -> Alike:
    """Measure two listings against each other; measures that are nought are left out."""
    made: dict[str, float] = {}
    own = one.source == two.source
    name, rest, loose, left, right = _named(one, two, rarity.name)
    renamed = SURGERY in one.sorts and SURGERY in two.sorts
    if _short_for(one, two) or (renamed and (_called(one, two, rarity) or _called(two, one, rarity))):
        name, rest, loose, left = max(name, 0.9), 0.0, 0.0, frozenset()
    made["name"] = name
    made["rest"] = rest * (RENAMED if renamed else 1.0)
    if not renamed and left - two.owner - two.street - COMMON and right - one.owner - one.street - COMMON:
        made["own_words"] = 1.0
    if _counted_apart(one, two) or _opposed(one.words - two.words, two.words - one.words):
        made["figures"] = 1.0
    if _sorted_apart(one.sorts, two.sorts):
        made["sort_other"] = 1.0
    there, back = _told(one, two, rarity.name), _told(two, one, rarity.name)
    made["cross"] = max(there, back)
    if one.owner and two.owner:
        made["owner"], _ = _overlap(one.owner, two.owner, rarity.name)
    if one.phones and two.phones:
        shared = one.phones & two.phones
        made["phone" if shared else "phone_other"] = 1.0
        if shared:
            made["phone_crowd"] = _crowd(min(rarity.phones[each] for each in shared), own)
    if one.postcode and two.postcode:
        same = one.postcode == two.postcode
        if same or OSA.distance(one.postcode, two.postcode, score_cutoff=1) > 1:
            made["postcode" if same else "postcode_other"] = 1.0
        if same:
            made["postcode_crowd"] = _crowd(rarity.postcodes[one.postcode], own)
    if one.area and two.area:
        if one.area != two.area:
            made["area_other"] = 1.0
        elif not (one.postcode and two.postcode):
            made["area"] = 1.0
    if one.doors and two.doors:
        made["door_other" if one.doors.isdisjoint(two.doors) else "door"] = 1.0
    if one.street and two.street:
        street, shared_street = _overlap(one.street, two.street, rarity.street)
        made["street"] = street * min(1.0, shared_street / _STREET)
        made["street_other"] = 1 - street
    if one.host and two.host:
        same = one.host == two.host
        made["web" if same else "web_other"] = 1.0
        if same:
            made["web_crowd"] = _crowd(rarity.hosts[one.host], own)
    if one.page and one.page == two.page:
        made["page"] = 1.0
    if one.email and one.email == two.email:
        made["email"] = 1.0
    if len(one.about) > 7 and len(two.about) > 7:
        about = 2 * len(one.about & two.about) / (len(one.about) + len(two.about))
        made["about"] = about if about > 0.5 else 0.0
        made["about_other"] = float(about < 0.1)
    if one.days and two.days and one.days.isdisjoint(two.days):
        made["days_other"] = 1.0
    if one.spot and two.spot:
        km = _km(one.spot, two.spot)
        made["far"] = min(1.0, km / 2)
        made["near"] = float(km < 0.06)
    if own:
        made["twice"] = 1.0
        made["listed"] = max(rest, min(loose, 1 - min(there, back)))
    if not renamed and (_part(one, two, back) or _part(two, one, there)):
        made["part"] = 1.0
    if not any(map(made.get, ("postcode", "door", "near", "phone"))):
        made["sites"] = max(rest, min(loose, 1 - min(there, back)))
    return Alike({key: value for key, value in made.items() if value})


def _counted_apart(one: Traits, two: Traits) -> bool:
    """Whether the names have numbers, and none in common: the 3rd and the 7th troop."""
    return bool(one.figures and two.figures and one.figures.isdisjoint(two.figures))


def _opposed(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether the names have words that exclude each other: for men, and for women."""
    if left.isdisjoint(_EITHER) or right.isdisjoint(_EITHER):
        return False
    return any(not group.isdisjoint(left) and not group.isdisjoint(right) for group in _OPPOSED)


def _sorted_apart(one: frozenset[str], two: frozenset[str]) -> bool:
    """Whether they are different sorts of things: a dentist's and a library in one house."""
    if (ALONE in one) != (ALONE in two):
        return True
    return bool(one and two and one.isdisjoint(two))


def _part(whole: Traits, part: Traits, told: float) -> bool:
    """Whether the one is the organisation that the other is only a service of, under a name of its own."""
    return told < 0.5 and bool(part.owner) and whole.words <= part.owner and part.words != part.owner


def _called(one: Traits, two: Traits, rarity: Rarity) -> bool:
    """Whether the one's organisation is the other's very name, and says whose it is: *The Surgery* doesn't."""
    return one.owner == two.words and sum([rarity.name[each] for each in two.words]) > _TELLING


def _short_for(one: Traits, two: Traits) -> bool:
    """Whether the one name is the first letters of the other."""
    short, long = sorted((one.spelt, two.spelt), key=len)
    return len(short) > 2 and " " not in short and short == "".join(each[0] for each in long.split())


def _named(
    one: Traits, two: Traits, weights: dict[str, float]
) -> tuple[float, float, float, frozenset[str], frozenset[str]]:
    """How far the names agree, how heavy a word stands on either side without its like on the other, how much of the
    longer name has no like, and the words of each that have none.
    """
    if one.spelt == two.spelt:
        return 1.0, 0.0, 0.0, frozenset(), frozenset()
    shared = one.words & two.words
    sum_one = sum([weights[each] for each in one.words])
    sum_two = sum([weights[each] for each in two.words])
    both = sum([weights[each] for each in shared])
    left, right = one.words - shared, two.words - shared
    if left and right:
        credit, left, right = _spelling(left, right, weights)
        both += credit
    least, total = min(sum_one, sum_two), sum_one + sum_two
    agree = 2 * both / total if total else 0.0
    within = both / least if least else 0.0
    written = fuzz.ratio(one.spelt, two.spelt) / 100
    agree = min(1.0, max(agree, 0.8 * within if least > 4 else 0.0, written if written > 0.85 else 0.0))
    heaviest = min(max((weights[w] for w in left), default=0.0), max((weights[w] for w in right), default=0.0))
    longer = max(sum_one, sum_two)
    loose = 1 - both / longer if longer and written < 0.85 else 0.0
    if written > 0.85:
        left = right = frozenset()
    return agree, min(1.0, heaviest / _HEAVY), loose, left, right


def _spelling(
    left: frozenset[str], right: frozenset[str], weights: dict[str, float]
) -> tuple[float, frozenset[str], frozenset[str]]:
    """Words that are each other's misspelling or short form: what they count for, and the words left over."""
    credit = 0.0
    gone_left: set[str] = set()
    gone_right: set[str] = set()
    for each in left:
        if len(each) < 4:
            continue
        for other in right - gone_right:
            if len(other) > 3 and each[0] == other[0] and _near(each, other):
                credit += _SPELT * min(weights[each], weights[other])
                gone_left.add(each)
                gone_right.add(other)
                break
    return credit, left - gone_left, right - gone_right


def _near(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one) or OSA.distance(one, two, score_cutoff=1) <= 1


def _told(one: Traits, two: Traits, weights: dict[str, float]) -> float:
    """How much of one's name stands in the other's name, organisation or address."""
    whole = sum([weights[each] for each in one.words])
    told = sum([weights[w] for w in one.words if w in two.words or w in two.owner or w in two.street])
    return told / whole if whole else 0.0


def _overlap(one: frozenset[str], two: frozenset[str], weights: dict[str, float]) -> tuple[float, float]:
    """How far two sets of words agree by weight, one within the other for nearly all; and what they share weighs."""
    shared = one & two
    if not shared:
        return 0.0, 0.0
    get = weights.get
    both = sum([get(each, _HEAVY) for each in shared])
    first, second = sum([get(each, _HEAVY) for each in one]), sum([get(each, _HEAVY) for each in two])
    return min(1.0, max(2 * both / (first + second), 0.9 * both / min(first, second))), both


def _crowd(count: int, own: bool) -> float:
    """How little a thing tells that ``count`` listings share; within one source the two themselves are no crowd."""
    return min(0.85, 1 - 1 / max(1, count - own))


def _km(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Kilometres, near enough at these latitudes for a few of them."""
    east = math.cos(math.radians(one[0]))
    return math.hypot((one[0] - two[0]) * 111.2, (one[1] - two[1]) * 111.2 * east)

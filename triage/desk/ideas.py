"""Ideas for you: the answers to a few public questions as a short list of places that may help.

The questions are a script like any other (``data/scripts/self-assessment.yaml``); each answer sets actions, and an
action's words are both the heading of its ideas and what the directory is searched for. Nobody is asked for a name, and
nothing here is written to the record: done on a call, only the places that are kept go on its shortlist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from triage.directory.filters import Filters
from triage.errors import TriageError
from triage.handover.leaflet import leaflet
from triage.model import Listing, Match, Value
from triage.script.form import Script
from triage.script.walk import walk
from triage.settings import Organisation, shipped

if TYPE_CHECKING:
    from triage.directory.search import Index

EACH, MOST = 3, 12
"""Places for one need, and altogether, unless there are more needs: more than a page or two isn't read."""
LOOKED = 30
"""Places looked at for each need, to find those that suit."""
CLOSE = 0.75
"""The share of the best place's score that another one needs: what suits better must still be about the need."""
WALK_KM = 1.6
"""A short walk: a mile."""
DANGER, AFRAID = "F-DANGER", "F-AFRAID"
NOT_ON_PAPER = "Someone hurts or scares them, so nothing is printed: paper may be found. Tell them instead."


@dataclass(frozen=True, slots=True)
class Idea:
    """One need in its own words, and the places that may help with it."""

    words: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Ideas:
    """What the answers lead to. ``none`` are needs for which nothing suits; ``danger`` and ``afraid`` come before any
    list: 999, and somebody to talk to safely.
    """

    ideas: tuple[Idea, ...] = ()
    none: tuple[str, ...] = ()
    danger: bool = False
    afraid: bool = False

    @property
    def listings(self) -> tuple[Listing, ...]:
        """All places, in their order."""
        return tuple(match.listing for idea in self.ideas for match in idea.matches)


@cache
def questions(path: Path | None = None) -> Script:
    """The public questions."""
    from triage.library.scripts import load_script

    return load_script(path or shipped() / "scripts" / "self-assessment.yaml")


def ideas(script: Script, answers: Mapping[str, Value], index: Index, today: date) -> Ideas:
    """The places that the answers lead to, each once, in the order of the needs."""
    there = walk(script, answers, today=today)
    danger, afraid = DANGER in there.flags, AFRAID in there.flags
    if danger:
        return Ideas(danger=True, afraid=afraid)
    wishes = [script.actions[action] for action in there.actions if action in script.actions]
    near, filters = _near(there.used, index), _filters(there.used)
    seen: set[str] = set()
    suited: list[tuple[str, list[Match]]] = []
    for words in wishes:
        found = index.search(words, filters=filters, near=near, limit=LOOKED).matches
        fresh = [m for m in _suiting(found, there.used) if m.listing.id not in seen][:EACH]
        seen.update(match.listing.id for match in fresh)
        suited.append((words, fresh))
    room = _room([len(found) for _, found in suited])
    made = tuple(Idea(words, tuple(found[:n])) for (words, found), n in zip(suited, room, strict=True) if found)
    return Ideas(made, tuple(words for words, found in suited if not found), afraid=afraid)


def on_paper(
    found: Ideas,
    *,
    organisation: Organisation,
    today: date,
    form: Literal["text", "html"],
    points: int = 0,
) -> str:
    """The ideas as a leaflet without name or reference. Raises :class:`TriageError` when paper isn't safe."""
    if found.afraid or found.danger:
        raise TriageError(NOT_ON_PAPER)
    because = {match.listing.id: idea.words for idea in found.ideas for match in idea.matches}
    km = {m.listing.id: m.distance_km for idea in found.ideas for m in idea.matches if m.distance_km is not None}
    return leaflet(
        found.listings,
        [],
        organisation=organisation,
        today=today,
        call_ref="",
        title="Ideas for you",
        because=because,
        distances=km,
        format=form,
        points=points,
        demonstration=any(listing.demonstration for listing in found.listings),
    )


def _near(answers: Mapping[str, Value], index: Index) -> str | None:
    """Where to look near, if the directory knows the place."""
    area = str(answers.get("area", ""))
    return area if area and index.places.find(area) else None


def _filters(answers: Mapping[str, Value]) -> Filters:
    age = answers.get("age")
    return Filters(
        free=answers.get("cost") == "free",
        age=int(age) if isinstance(age, (int, float)) else None,
        max_km=WALK_KM if answers.get("reach") == "walk" else None,
    )


def _suiting(matches: Iterable[Match], answers: Mapping[str, Value]) -> Sequence[Match]:
    """Those first that have what a place must have and speak the language; at home, only what comes or calls there."""
    must = answers.get("must", ())
    wanted = [str(each) for each in (must if isinstance(must, tuple) else (must,))]
    speaks = str(answers.get("speaks", "")).casefold()

    def suits(match: Match) -> int:
        listing = match.listing
        has = [each.casefold() for each in listing.accessibility]
        count = sum(any(need in each or (need == "step-free" and each == "ramp") for each in has) for need in wanted)
        count = len(wanted) if _comes_home(listing) else count
        return count + 2 * bool(speaks and any(speaks in each.casefold() for each in listing.languages))

    found = list(matches)
    least = CLOSE * found[0].score if found else 0.0
    at_home = answers.get("reach") == "at home"
    kept = [m for m in found if m.score >= least and (not at_home or _comes_home(m.listing))]
    return sorted(kept, key=suits, reverse=True)


def _comes_home(listing: Listing) -> bool:
    """Whether somebody who can't go out has something of it: it comes, rings, or is on the web."""
    said = " ".join((listing.name, *listing.topics, *listing.accessibility, listing.address)).casefold()
    return not listing.address or any(word in said for word in ("at home", "delivered", "telephone", "online"))


def _room(counts: Sequence[int]) -> list[int]:
    """How many places each need gets: one, then a second and a third in turn while the list stays short."""
    given = [min(1, count) for count in counts]
    for _ in range(1, EACH):
        for at, count in enumerate(counts):
            if given[at] < count and sum(given) < MOST:
                given[at] += 1
    return given


def write(found: Ideas, folder: Path, organisation: Organisation, today: date, points: int = 0) -> Mapping[str, Path]:
    """The leaflet as files that name nobody; the next one takes its place, so that no list stays behind."""
    from triage.handover.pdf import pdf

    text = on_paper(found, organisation=organisation, today=today, form="text", points=points)
    page = on_paper(found, organisation=organisation, today=today, form="html", points=points)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {form: folder / f"ideas.{ending}" for form, ending in (("text", "txt"), ("html", "html"), ("pdf", "pdf"))}
    paths["text"].write_text(text, encoding="utf-8")
    paths["html"].write_text(page, encoding="utf-8")
    paths["pdf"].write_bytes(pdf(page, points=points or 12, title="Ideas for you"))
    return paths

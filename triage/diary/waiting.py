"""The waiting list, read off calls: who waits for what kind of time, what they were offered, what they said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from triage.diary.diary import LOCAL, Diary
from triage.diary.finding import Find
from triage.diary.taken import Asked
from triage.model import Call, Slot

Answer = Literal["accepted", "declined", "no answer"]
ANSWERS: tuple[Answer, ...] = ("accepted", "declined", "no answer")


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot kept for somebody who waits, until they are asked. ``answer`` is empty while nobody said."""

    id: str
    slot: str
    until: datetime
    answer: str = ""

    def open(self, now: datetime) -> bool:
        """Whether it is still kept for them."""
        return not self.answer and self.until > now


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody on the list. ``last`` is the last day that is of use to them."""

    id: str
    call: str
    since: datetime
    find: Find
    asked: Asked
    last: date | None = None
    offers: tuple[Offer, ...] = ()
    over: str = ""
    """Why they wait no longer; empty while they do."""

    def stands(self, now: datetime) -> bool:
        """Whether they still wait."""
        return not self.over and (self.last is None or now.astimezone(LOCAL).date() <= self.last)

    def offer(self, now: datetime) -> Offer | None:
        """What is kept for them now."""
        return next((o for o in self.offers if o.open(now)), None)

    def wants(self, slot: Slot, diary: Diary, now: datetime) -> bool:
        """Whether this slot may be offered: it fits, wasn't offered before, and nothing else is kept for them."""
        return (
            self.stands(now)
            and self.offer(now) is None
            and slot.id not in {o.slot for o in self.offers}
            and (self.last is None or slot.start.date() <= self.last)
            and self.find.fits(slot, diary)
        )


def waits(call: Call) -> tuple[Wait, ...]:
    """The waits of one call, over or not, oldest first."""
    replies = {e.data["offer"]: str(e.data["answer"]) for e in call.of_kind("replied")}
    stops = {e.data["wait"]: str(e.data.get("why") or "taken off") for e in call.of_kind("stopped")}
    offers: dict[str, list[Offer]] = {}
    for event in call.of_kind("offered", "released"):
        slot = event.data["slot"]
        if event.kind == "released":
            for made in offers.values():
                made[:] = [replace(o, answer=o.answer or "let go") if o.slot == slot else o for o in made]
            continue
        offer = Offer(event.id, slot, datetime.fromisoformat(event.data["until"]), replies.get(event.id, ""))
        offers.setdefault(event.data["wait"], []).append(offer)
    found = []
    for event in call.of_kind("waiting"):
        data, given = event.data, tuple(offers.get(event.id, ()))
        over = "has a time" if any(o.answer == "accepted" for o in given) else stops.get(event.id, "")
        last = date.fromisoformat(data["until"]) if data.get("until") else None
        find = Find(data.get("type", ""), data.get("near", ""), tuple(data.get("days", ())), data.get("part", ""))
        asked = Asked(data.get("near", ""), tuple(data.get("needs", ())))
        found.append(Wait(event.id, call.id, event.at, find, asked, last, given, over))
    return tuple(found)


def in_order(calls: Iterable[Call], now: datetime) -> tuple[Wait, ...]:
    """Everybody who waits, who came first first."""
    found = [wait for call in calls for wait in waits(call) if wait.stands(now)]
    return tuple(sorted(found, key=lambda w: (w.since, w.id)))

"""Looking for a time: the kind, the day, the part of it, near where, and who must come along.

Digits choose the kind, ``d`` the day, ``a p e`` the part of it, or ``/`` takes words for all of that; the cursor goes
to the first time that fits. Near the caller's postcode only those are shown who serve it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from triage.diary import WEEKDAYS, Asked, Find, starts_at
from triage.diary.diary import LOCAL
from triage.diary.waiting import waits
from triage.errors import StoreError
from triage.model import AppointmentType, Slot
from triage.ui.dialogs import Pick, PickDialog
from triage.ui.finding import FindDialog
from triage.ui.here import here
from triage.ui.taking import Taking
from triage.ui.week import monday
from triage.ui.widgets.weekgrid import WeekGrid


class Looking(Taking):
    """What is looked for, and the keys that change it; the screen draws it."""

    grid: WeekGrid

    def __init__(self) -> None:
        super().__init__()
        self.type = ""
        self.find = Find()
        """Which days, which part of them and near where; the kind is ``type``."""
        self.along: tuple[str, ...] | None = None
        """Who must come along, once somebody chose; until then what the answers say."""
        self.first = date.min
        self._meant = ""
        """The slot chosen among those of the same time, if any was."""

    @property
    def kind(self) -> AppointmentType:
        """The kind of appointment looked for."""
        return self.diary.types[self.type]

    @property
    def asked(self) -> Asked:
        """Where the appointment would be and who must come along."""
        app = here(self)
        asked = app.desk.asked(app.call, self.type) if app.call else Asked()
        near = self.find.near or asked.place
        served = any(near in r.areas for r in self.diary.resources.values())
        return Asked(near if served else "", asked.needs if self.along is None else self.along)

    @property
    def wanted(self) -> Find:
        """What is looked for, the caller's postcode district included."""
        return replace(self.find, type=self.type, near=self.asked.place)

    def action_week(self, by: int) -> None:
        """Another week, not one that is over."""
        self.first = max(monday(here(self).desk.today), self.first + timedelta(days=7 * by))
        self.load()

    def action_kind(self, by: int) -> None:
        """The next kind of appointment."""
        kinds = list(self.diary.types)
        self.choose_kind(kinds[(kinds.index(self.type) + by) % len(kinds)])

    def choose_kind(self, kind: str) -> None:
        """Another kind of appointment; with days or a part of them wanted, at the first that fits."""
        self.type, self.nearest = kind, ()
        self.load()
        if self.find.words:
            self.first_fit()

    def action_digit(self, n: int) -> None:
        """One of the times offered, or a kind of appointment."""
        if n <= len(self.nearest):
            self.go_to(self.nearest[n - 1])
            self.nearest = ()
            self.action_take()
        elif not self.nearest and n <= len(self.diary.types):
            self.choose_kind(list(self.diary.types)[n - 1])

    def action_day(self, by: int) -> None:
        """Only one day of the week; after Friday any day."""
        days: list[tuple[str, ...]] = [(), *((day,) for day in WEEKDAYS[:5])]
        at = days.index(self.find.days) if self.find.days in days else 0
        self.look_for(replace(self.find, days=days[(at + by) % len(days)]))

    def action_part(self, part: str) -> None:
        """Only one part of the day; again, any."""
        self.look_for(replace(self.find, part="" if self.find.part == part else part))

    def action_any(self) -> None:
        """Any day, any part of it, anywhere."""
        self.look_for(Find())

    def action_find(self) -> None:
        """What is wanted in words."""

        def found(find: Find | None) -> None:
            if find is not None:
                self.type = find.type or self.type
                self.look_for(replace(find, type="", lost=()))

        self.app.push_screen(FindDialog(self.diary, self.wanted, self.first_in_words), found)

    def look_for(self, find: Find) -> None:
        """Show only times of this kind, at the first that is free."""
        self.find, self.nearest = find, ()
        self.first_fit()

    def first_fit(self) -> None:
        """To the first free time from now on that fits."""
        free = self._free(self.wanted)
        if free:
            self.go_to(free[0].id)
        else:
            here(self).say(f"No time is free {self.wanted.words}. o puts the person on the waiting list.")
            self.load()

    def first_in_words(self, find: Find) -> str:
        """The first time that fits, in words; the dialog shows it while its words are typed."""
        free = self._free(replace(find, type=find.type or self.type, near=find.near or self.asked.place))
        if not free:
            return "no free time fits"
        first = free[0]
        return (
            f"{first.start:%A} {first.start.day} {first.start:%B, %H:%M}, {self.diary.resources[first.resource].name}"
        )

    def _free(self, find: Find) -> tuple[Slot, ...]:
        app = here(self)
        now, horizon = app.desk.clock(), self.diary.types[find.type].horizon
        asked = replace(self.asked, place=find.near)
        try:
            free = app.desk.free_slots(find.type, now, now + timedelta(days=horizon + 1), asked)
        except StoreError as error:
            app.say(str(error))
            return ()
        return find.order(free, self.diary)

    def action_next_free(self) -> None:
        """The next free time after the one under the cursor."""
        app, now = here(self), here(self).desk.clock()
        after = self.slot.start if self.slot else datetime.combine(self.first, time(), tzinfo=LOCAL)
        free = [s for s in self._free(self.wanted) if s.start >= max(after, now)]
        later = next((s for s in free if s.start > after), free[0] if free and self.slot is None else None)
        if later:
            self.go_to(later.id)
        else:
            app.say("No later time is free. n starts again from now." if self.slot else "No time of this kind is free.")
            self.first = monday(app.desk.today)
            self.load()

    def action_along(self) -> None:
        """Choose who must come along."""
        chosen, known = self.asked.needs, self.diary.needs
        if not known:
            here(self).say("Nobody is in this diary to come along.")
            return
        picks = [Pick(need, f"{'■' if need in chosen else '□'} {need}", str(n)) for n, need in enumerate(known, 1)]

        def picked(need: str | None) -> None:
            if need is not None:
                rest = tuple(n for n in chosen if n != need)
                self.along = rest if need in chosen else (*rest, need)
                self.load()

        words = "A time is then free only while they are, and it is booked for them too."
        self.app.push_screen(PickDialog("Who comes along?", picks, words=words), picked)

    def action_wait(self) -> None:
        """On the waiting list for what is looked for; off it again."""
        app, find = here(self), self.wanted
        if app.call is None:
            app.say("No call is open, so nobody can wait.")
            return
        on = [w for w in waits(app.call) if w.stands(app.desk.clock()) and w.find.type == self.type]
        if on and on[0].find == find:
            if app.do(app.desk.unwait, "", on[0].id):
                app.say("off the waiting list")
        elif app.do(app.desk.wait, find, needs=self.asked.needs):
            app.say(f"waits for: {self.kind.name}{f', {find.words}' if find.words else ''}. o again takes them off.")
        self.load()

    async def action_jobs(self) -> None:
        """What is to be done in the diary."""
        from triage.ui.jobs import JobsScreen

        await self.app.push_screen(JobsScreen())

    def action_who(self) -> None:
        """Another person or desk at the same time."""
        cell, slot = self.grid.cell, self.slot
        if cell and slot:
            self._meant = cell.slots[(cell.slots.index(slot.id) + 1) % len(cell.slots)]
        self.show_card()

    def go_to(self, slot: str) -> None:
        """Go to a slot, in whatever week."""
        self.type, self.first = slot.split(".")[0], monday(starts_at(slot).date())
        self.load()
        self.grid.go(slot)
        self._meant = slot
        self.show_card()

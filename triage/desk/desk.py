"""The desk itself: see :mod:`triage.desk`. Its parts stand in a module each, and here they are put together.

=============== ======================================================================
base.py         the store, the script, where a call stands, writing one event
talk.py         opening, answering, going about, taking back
owing.py        flags, promises, consents
ending.py       the outcome, and saving
finding.py      the directory and the shortlist
appointments.py the diary
calling.py      ringing people back
people.py       who rang before
guard.py        the roles, asked before each method
=============== ======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from triage.desk.appointments import HOLD_MINUTES, Appointments
from triage.desk.base import Slip
from triage.desk.calling import Calling
from triage.desk.ending import Ending
from triage.desk.finding import Finding
from triage.desk.guard import guarded
from triage.desk.owing import Owing
from triage.desk.talk import NO_NAMES, UNDOABLE

if TYPE_CHECKING:
    from datetime import date

    from triage.desk.people import Register
    from triage.reports import Window

__all__ = ["HOLD_MINUTES", "NO_NAMES", "UNDOABLE", "Desk", "Slip"]


@guarded(lambda desk: desk.staff)
@dataclass
class Desk(Ending, Owing, Finding, Appointments, Calling):
    """One person's desk over one store.

    ``clock`` gives the time in UTC; ``tools`` load the directory, the diary and the phrases when first asked for.
    ``mode`` is ``live``, ``demo`` or ``practice`` and is kept with every call.
    """

    @cached_property
    def people(self) -> Register:
        """The people of the record: finding one, opening what is kept, repeat callers, duplicates."""
        from triage.desk.people import Register

        return Register(self)

    def window(self, since: date, until: date) -> Window:
        """Everybody's calls of these days, for figures (PRIVACY §4: not a handler's)."""
        from triage.reports import Window, around

        return Window.of(self.store.calls(*around(since, until)), since, until, self.clock())

    def maintain(self) -> str:
        """House-keeping of the record, for a worker after the first frame and once a day after that.

        What was done, in words; ``""`` at once when there is nothing to do. Safe beside everything else.
        """
        return self.store.maintain()

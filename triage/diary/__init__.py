"""The diary: weekly patterns in, free slots out. Pure: the time, the patterns and the claims are handed in.

Nothing is kept here. A slot exists because a pattern says so (:class:`Diary`); whether it can be had follows from
the claims that the store keeps (:mod:`triage.diary.claims`); :mod:`triage.booking` takes and gives back.

============== ========================================================
form.py        what the files say
diary.py       hours, closed days, notice -> slots
roads.py       how long the ways are
taken.py       claims: who has what, the ways between, who comes along
claims.py      how slots stand; the nearest
changes.py     leave and exceptions; bookings they strand
finding.py     what kind of time is looked for, in words
waiting.py     the waiting list
attendance.py  who came
============== ========================================================
"""

from triage.diary.claims import State, claim_for, claim_on, free, nearest, places, state, states
from triage.diary.diary import Diary, refusal
from triage.diary.finding import Find
from triage.diary.form import AT_HOME, MODES, WEEKDAYS, Closure, Pattern, Resource, starts_at
from triage.diary.roads import Roads
from triage.diary.taken import Asked, helping, place_of

__all__ = [
    "AT_HOME",
    "MODES",
    "WEEKDAYS",
    "Asked",
    "Closure",
    "Diary",
    "Find",
    "Pattern",
    "Resource",
    "Roads",
    "State",
    "claim_for",
    "claim_on",
    "free",
    "helping",
    "nearest",
    "place_of",
    "places",
    "refusal",
    "starts_at",
    "state",
    "states",
]

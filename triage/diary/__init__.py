"""The diary: weekly patterns in, free slots out. Pure: the time, the patterns and the claims are handed in.

Nothing is kept here. A slot exists because a pattern says so (:class:`Diary`); whether it can be had follows from
the claims that the store keeps (:mod:`triage.diary.claims`); :mod:`triage.booking` takes and gives back.
"""

from triage.diary.claims import State, claim_for, claim_on, free, nearest, places, state, states
from triage.diary.diary import Diary, refusal
from triage.diary.form import MODES, WEEKDAYS, Closure, Pattern, Resource, starts_at

__all__ = [
    "MODES",
    "WEEKDAYS",
    "Closure",
    "Diary",
    "Pattern",
    "Resource",
    "State",
    "claim_for",
    "claim_on",
    "free",
    "nearest",
    "places",
    "refusal",
    "starts_at",
    "state",
    "states",
]

"""Taking and giving back over a store: for the desk and for the command line.

Each is one transaction: the events and the claim are kept together or not at all, and the store's unique keys decide
every race. Whoever loses one is told the three nearest slots that are still free.

============ ==================================================================
taking.py    hold, book, move, cancel
ledger.py    the diary's own page: leave, extra sessions, whose calls wait
waiting.py   the waiting list: offered in order, answered, the next
attending.py did not attend
============ ==================================================================
"""

from triage.booking.attending import came, missed
from triage.booking.ledger import away, diary_of, extra, said, stranded, take_back
from triage.booking.taking import MINUTES, asked_of, book, call_of, cancel, hold, move, release
from triage.booking.waiting import answer, offer, stop, wait, waiting

__all__ = [
    "MINUTES",
    "answer",
    "asked_of",
    "away",
    "book",
    "call_of",
    "came",
    "cancel",
    "diary_of",
    "extra",
    "hold",
    "missed",
    "move",
    "offer",
    "release",
    "said",
    "stop",
    "stranded",
    "take_back",
    "wait",
    "waiting",
]

"""What leaves the call: the leaflet, the calendar file, the case note and the words to read back.

Pure: the time, the listings and the bookings are handed in. The leaflet and the calendar file take only what may be
shared, so nothing about an alleged source of harm can reach them (PRIVACY P12); whether anything may leave at all is
:func:`withheld` (PRIVACY P8), which the desk asks first.
"""

from triage.handover.calendar import ics, lineage
from triage.handover.leaflet import leaflet
from triage.handover.note import Handover, NextStep, case_note, read_back, withheld

__all__ = ["Handover", "NextStep", "case_note", "ics", "leaflet", "lineage", "read_back", "withheld"]

"""The desk: everything a person can do, one method each, and the only writer.

A method takes the call as the screen has it, makes one event durable and gives back the call with it, so
that a screen only has to show what it got. Nothing is shown as saved before it is.

Who may call a method stands in :mod:`triage.staff.roles`: a new method, and a new kind of event, is nobody's before its
name is in a row there.
"""

from triage.desk.desk import Desk, Slip
from triage.desk.start import open_desk

__all__ = ["Desk", "Slip", "open_desk"]

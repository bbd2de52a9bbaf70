"""The record read back: calls in, figures out. Pure; nothing is stored, since every figure follows from the events.

``Window.of(calls, since, until, now)`` picks the calls, ``figures`` and ``tally`` count them, ``call_page`` tells one
of them, ``sheet`` turns figures into rows.
"""

from triage.reports.counts import WAYS, By, Group, by_day, by_hour, names, open_now, tally
from triage.reports.days import around, last_days
from triage.reports.figures import Count, Figure, Share, Spread, calls_of
from triage.reports.kpis import figures
from triage.reports.page import Page, call_page
from triage.reports.promised import Promise, promises
from triage.reports.window import Window

__all__ = [
    "WAYS",
    "By",
    "Count",
    "Figure",
    "Group",
    "Page",
    "Promise",
    "Share",
    "Spread",
    "Window",
    "around",
    "by_day",
    "by_hour",
    "call_page",
    "calls_of",
    "figures",
    "last_days",
    "names",
    "open_now",
    "promises",
    "tally",
]

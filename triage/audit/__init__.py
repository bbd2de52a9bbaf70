"""Who looked, who changed what, and when (PRIVACY A1-A6): the lines of the audit, their chain, and what it shows."""

from triage.audit.chain import Anchor, check
from triage.audit.lines import START, Line, Note, Sealed, action, line_of, needs_line, rolled, seal

__all__ = [
    "START",
    "Anchor",
    "Line",
    "Note",
    "Sealed",
    "action",
    "check",
    "line_of",
    "needs_line",
    "rolled",
    "seal",
]

"""Who works here and what each role may do (PRIVACY §4): one table, and the questions about it."""

from triage.settings import ROLES
from triage.staff.members import Member, Roll, at_account, checked, first
from triage.staff.roles import ACTIONS, AUDIT, EVERYONE, Action, NotAllowed, action_of, may, reads, refusal

__all__ = [
    "ACTIONS",
    "AUDIT",
    "EVERYONE",
    "ROLES",
    "Action",
    "Member",
    "NotAllowed",
    "Roll",
    "action_of",
    "at_account",
    "checked",
    "first",
    "may",
    "reads",
    "refusal",
]

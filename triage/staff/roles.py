"""The table of who may do what: :data:`ACTIONS`, a row for each action.

A row names the roles that may do it, and everything that *is* that action: methods of the desk (``people.find`` is one
of the register's), kinds of event that may be written, kinds that may be read, commands of the command line. The desk,
the store, a PostgreSQL server and the command line all read this table, so that nothing new can be done by anybody
before it stands in a row: a method, kind or command without one is refused to everybody.

To add one: write its name into the row it belongs to. ``docs/privacy.md`` shows the table; ``triage staff roles`` draws
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from triage.errors import TriageError
from triage.model import Staff
from triage.settings import ROLES

HANDLER, SOCIAL_WORKER, SUPERVISOR, TRAINER, EDITOR, GOVERNANCE, ADMINISTRATOR = ROLES
EVERYONE = ROLES

AUDIT = ("looked up", "viewed", "broke glass", "signed in", "signed out", "sign-in failed", "staff changed")
"""Kinds of event that say who looked and who was here: no part of a call, and not for handlers (PRIVACY A4)."""

CASE = "*"
"""Among the kinds read: everything of a call but :data:`AUDIT`."""


class NotAllowed(TriageError):
    """The person's roles don't allow it; the words say who may."""


@dataclass(frozen=True, slots=True)
class Action:
    """One row: what may be done, by whom, and everything that does it."""

    name: str
    """After “may not”: ``take calls``."""
    roles: tuple[str, ...]
    desk: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


ACTIONS: tuple[Action, ...] = (
    Action(
        "work at the desk",
        EVERYONE,
        desk=(
            *(
                "walk",
                "found",
                "asked",
                "unsafe",
                "asks",
                "understands",
                "due",
                "offered",
                "outcome",
                "preview",
                "listings",
            ),
            *("search", "suggest", "claims", "held", "free_slots", "allow_slot", "maintain"),
            *("asked", "changes"),
        ),
        writes=("signed in", "signed out", "sign-in failed"),
        reads=("away", "extra", "back", "listed", "unlisted"),
        commands=(
            *("triage", "search", "glossary", "diary", "diary list", "store", "store info", "person", "script"),
            *("script run", "script check", "script show", "directory", "directory stats", "directory check"),
            *("directory export", "directory history", "staff", "staff roles", "staff me", "self-assessment"),
        ),
    ),
    Action("practise", EVERYONE, commands=("train", "demo", "check")),
    Action(
        "take calls",
        (HANDLER, SOCIAL_WORKER),
        desk=(
            *("open", "answer", "draft", "misfit", "interrupt", "go", "back", "undo", "check", "promise"),
            *("choose", "close", "fast_exit", "searched", "keep", "drop", "report_listing", "unmet", "handed"),
        ),
        writes=(
            *("opened", "answered", "drafted", "misfit", "raised", "went", "returned", "undone", "checked"),
            *(
                "promised",
                "queued",
                "outcome",
                "closed",
                "searched",
                "shortlisted",
                "dropped",
                "reported",
                "unmet",
                "handed",
            ),
        ),
    ),
    Action(
        "take over calls",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR),
        desk=("resume", "open_calls", "calls_today"),
        writes=("took over",),
    ),
    Action(
        "read calls",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR, GOVERNANCE),
        reads=(CASE,),
        commands=("report --call",),
    ),
    Action(
        "book appointments",
        (HANDLER, SOCIAL_WORKER),
        desk=("hold", "release", "book", "move", "cancel", "wait", "offer", "reply", "unwait"),
        writes=(
            *("held", "released", "booked", "moved", "cancelled", "waiting", "offered", "replied", "stopped"),
            *("listed", "unlisted"),
        ),
        commands=(
            *("diary book", "diary cancel", "diary move", "diary wait", "diary offer", "diary answer"),
            "diary unwait",
        ),
    ),
    Action(
        "see to the diary",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR),
        desk=("waiting", "appointments", "cant_be_rung", "stranded", "missed", "came", "planned"),
        writes=("missed", "came"),
        commands=("diary waiting", "diary dna", "diary stranded"),
    ),
    Action(
        "say who is away",
        (SOCIAL_WORKER, SUPERVISOR),
        desk=("away", "extra", "take_back"),
        writes=("away", "extra", "back"),
        commands=("diary leave", "diary extra"),
    ),
    Action(
        "make call-backs",
        (HANDLER, SOCIAL_WORKER),
        desk=("rang", "number"),
        writes=("rang",),
        commands=("callbacks rang",),
    ),
    Action(
        "hand out call-backs",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR),
        desk=("callbacks", "callback", "assign", "on_duty"),
        writes=("assigned",),
        commands=("callbacks", "callbacks list", "callbacks take", "callbacks give"),
    ),
    Action("share call-backs out", (SUPERVISOR,), desk=("share_out",), commands=("callbacks share",)),
    Action("set flags", (HANDLER, SOCIAL_WORKER, SUPERVISOR), desk=("flag",), writes=("flagged",)),
    Action("settle promises", (HANDLER, SOCIAL_WORKER, SUPERVISOR), desk=("settle",), writes=("settled", "unqueued")),
    Action(
        "take consent back",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR, GOVERNANCE),
        desk=("withdraw",),
        writes=("withdrew",),
    ),
    Action("say that contact is safe again", (SOCIAL_WORKER,), desk=("safe_again",)),
    Action(
        "look people up",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR, GOVERNANCE),
        desk=(
            *("people.load", "people.find", "people.asked_about", "people.points", "people.may_see", "people.open"),
            *("people.history", "people.looked", "people.recent"),
        ),
        writes=("looked up", "viewed"),
        commands=("person find", "person open"),
    ),
    Action(
        "link records",
        (HANDLER, SOCIAL_WORKER, SUPERVISOR),
        desk=("people.same", "people.doubles", "people.link"),
        writes=("linked",),
        commands=("person doubles", "person link"),
    ),
    Action("see restricted records", (SOCIAL_WORKER, SUPERVISOR, GOVERNANCE)),
    Action("break glass", (HANDLER,), desk=("people.break_glass",), writes=("broke glass",)),
    Action("see figures", (SUPERVISOR,), desk=("window",), commands=("supervise", "report")),
    Action("replay calls", (SUPERVISOR,), commands=("script compare",)),
    Action(
        "read the audit of others",
        (SUPERVISOR, GOVERNANCE),
        reads=AUDIT,
        commands=("audit", "audit list", "audit report"),
    ),
    Action("read all of the audit", (GOVERNANCE,)),
    Action("see to alerts", (SUPERVISOR, GOVERNANCE), writes=("alert seen",)),
    Action(
        "see to data rights",
        (GOVERNANCE,),
        desk=("correct",),
        writes=("hold set", "hold lifted", "disposal proposed", "disposal signed", "disposed", "corrected"),
        commands=("store purge", "store erase", "store hold", "person export"),
    ),
    Action(
        "edit the directory",
        (EDITOR,),
        reads=("reported", "unmet"),
        commands=(
            *("directory edit", "directory correct", "directory settle", "directory merge", "directory import"),
            *("directory map", "directory queue"),
        ),
    ),
    Action(
        "manage staff",
        (ADMINISTRATOR,),
        writes=("staff changed",),
        commands=("staff add", "staff role", "staff leave", "staff pin", "staff list"),
    ),
    Action(
        "look after the record",
        (ADMINISTRATOR,),
        commands=("store backup", "store restore", "store archive", "store move", "store encrypt", "store key"),
    ),
    Action("verify the record", (ADMINISTRATOR, GOVERNANCE), commands=("store verify", "audit verify", "audit head")),
)
"""Role by action. Who isn't named may not."""


@cache
def _named() -> dict[str, Action]:
    return {action.name: action for action in ACTIONS}


@cache
def _index(of: Literal["desk", "writes", "commands"]) -> dict[str, Action]:
    return {name: action for action in ACTIONS for name in getattr(action, of)}


def action_of(of: Literal["desk", "writes", "commands"], name: str) -> str:
    """The action that a desk's method, a kind of event or a command is; ``""`` when no row names it."""
    found = _index(of).get(name)
    return found.name if found else ""


def may(staff: Staff, action: str) -> bool:
    """Whether somebody may do it. An action that isn't in the table is nobody's."""
    found = _named().get(action)
    return found is not None and any(role in found.roles for role in staff.roles)


@cache
def reads(staff: Staff) -> frozenset[str]:
    """The kinds of event that somebody may read; :data:`CASE` among them for all of a call."""
    return frozenset(kind for row in ACTIONS for kind in row.reads if may(staff, row.name))


def row(action: str) -> Action:
    """The row of this name; ``KeyError`` when there is none."""
    return _named()[action]


def refusal(staff: Staff, action: str, what: str = "") -> str:
    """What is refused, who may do it, and what to do."""
    if not staff.id:
        return "Nobody is signed in at this desk. Sign in first."
    found = _named().get(action)
    if found is None:
        why = f"“{what or action}” stands in no row of triage/staff/roles.py"
        return f"Nobody may do this: {why}. Tell whoever looks after triage."
    roles = " or ".join(filter(None, (", ".join(map(_one, found.roles[:-1])), _one(found.roles[-1]))))
    yours = ", ".join(staff.roles) or "no role"
    return (
        f"{staff.name} ({yours}) may not {action}. {roles[:1].upper()}{roles[1:]} may: ask one of them, or ask the "
        "administrator for that role."
    )


def permit(staff: Staff, action: str, what: str = "") -> None:
    """:class:`NotAllowed`, with the words of :func:`refusal`, unless they may."""
    if not may(staff, action):
        raise NotAllowed(refusal(staff, action, what))


def drawn(roles: Iterable[str] = ROLES) -> str:
    """The table as Markdown, a column for each role."""
    columns = tuple(roles)
    rows = [("", *columns), ("---", *("---" for _ in columns))]
    rows += [(action.name, *("yes" if role in action.roles else "" for role in columns)) for action in ACTIONS]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _one(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}" if role != GOVERNANCE else role

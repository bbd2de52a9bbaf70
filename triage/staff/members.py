"""The people on the staff list, whatever keeps it: ``staff.toml`` in the data folder, or a table of the server's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from triage.errors import BadAnswer, NotFound
from triage.model import Staff
from triage.settings import ROLES
from triage.staff.roles import may


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the list. ``account`` is the operating system's account, or the login on the server, that says who
    they are; ``pin`` the salted hash of their PIN, ``""`` for none; ``left`` the day they were taken off."""

    id: str
    name: str
    roles: tuple[str, ...]
    account: str = ""
    pin: str = ""
    left: date | None = None

    @property
    def staff(self) -> Staff:
        """As the desk knows them."""
        return Staff(self.id, self.name, self.roles)

    def leaves(self, today: date) -> Member:
        """Off the list as of today, with nothing left to sign in with."""
        return replace(self, left=today, pin="")


class Roll(Protocol):
    """Where the staff list is kept."""

    @property
    def where(self) -> str:
        """The file or the server, as it may be named to people."""

    @property
    def account(self) -> str:
        """The account at this desk: the operating system's, or the login on the server."""

    def members(self) -> tuple[Member, ...]:
        """Everybody on it, leavers too; none before the first run."""

    def put(self, member: Member) -> None:
        """Add somebody, or change who is there under that id; durable on return."""


def first(account: str, name: str) -> Member:
    """Whoever ran it first: everything, until roles are given out."""
    return Member(account, name, ROLES, account)


def at_account(members: Iterable[Member], account: str) -> tuple[Member, ...]:
    """Who may sit down at this account: those still here."""
    return tuple(m for m in members if m.left is None and (m.account or m.id).casefold() == account.casefold())


def named(members: Iterable[Member], member: str) -> Member:
    """The one with this id; :class:`NotFound` names the nearest."""
    everyone = {m.id: m for m in members}
    if member in everyone:
        return everyone[member]
    meant = _nearest(member, everyone)
    raise NotFound(f"Nobody on the staff list has the id “{member}”." + (f" Did you mean “{meant}”?" if meant else ""))


def checked(roles: Iterable[str]) -> tuple[str, ...]:
    """Roles as the table writes them, each once, in its order; :class:`BadAnswer` names the nearest."""
    given = [" ".join(role.replace("-", " ").replace("_", " ").lower().split()) for role in roles]
    for role in given:
        if role not in ROLES:
            raise BadAnswer("role", f"“{role}” is not one of {', '.join(ROLES)}", _nearest(role, ROLES))
    return tuple(role for role in ROLES if role in given)


def keeps_a_manager(members: Iterable[Member]) -> bool:
    """Whether somebody is left who may manage staff."""
    return any(m.left is None and may(m.staff, "manage staff") for m in members)


def without_pin(members: Iterable[Member]) -> tuple[Member, ...]:
    """Those who couldn't sign in, since they share an account and have no PIN."""
    everyone = tuple(members)
    return tuple(
        m for m in everyone if m.left is None and not m.pin and len(at_account(everyone, m.account or m.id)) > 1
    )


def _nearest(word: str, known: Iterable[str]) -> str:
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=60)
    return str(found[0]) if found else ""

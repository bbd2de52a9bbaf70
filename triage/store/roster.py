"""The staff list on a PostgreSQL server: the login says who somebody is, and the server itself keeps to the roles.

The table of :mod:`triage.staff` is copied to the server by whoever owns the record's tables, at every start, so that
row-level security (``sql/0002_roles.sql``) asks the same table as the desk.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from triage.staff import ACTIONS, AUDIT, Member

if TYPE_CHECKING:
    from triage.store.postgres import Server
    from triage.store.postgres_schema import Do

_PUT = """
INSERT INTO staff (id, name, roles, login, pin, left_on) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, roles = excluded.roles, login = excluded.login,
    pin = excluded.pin, left_on = excluded.left_on
"""
_OWNS = """
SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = 'rights'
AND pg_has_role(relowner, 'USAGE')
"""


class ServerRoll:
    """A :class:`triage.staff.members.Roll` in the table ``staff``; ``account`` is the login on the server."""

    def __init__(self, server: Server) -> None:
        self._server, self.where = server, server.name

    @cached_property
    def account(self) -> str:
        """The login."""
        ((login,),) = self._server.rows("SELECT session_user::text")
        return str(login)

    def members(self) -> tuple[Member, ...]:
        """Everybody this login may know of: all for an administrator, else those who share it.

        Not empty once anybody is on the list: then somebody the login may not see stands for the rest.
        """
        rows = self._server.rows("SELECT id, name, roles, login, pin, left_on FROM staff ORDER BY id")
        found = tuple(Member(key, name, tuple(roles), *rest) for key, name, roles, *rest in rows)
        if not found and self._server.rows("SELECT 1 WHERE somebody()"):
            return (Member("somebody else", "somebody else", (), "\N{NULL}"),)
        return found

    def put(self, member: Member) -> None:
        """Add or change somebody; the server refuses it to whoever may not."""
        values = (member.id, member.name, list(member.roles), member.account or member.id, member.pin, member.left)
        self._server.rows(_PUT, *values)


def rows() -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """The table as the server keeps it: role and action; action, what is done, and the kind of event."""
    rights = sorted((role, action.name) for action in ACTIONS for role in action.roles)
    kinds = {(a.name, "write", kind) for a in ACTIONS for kind in a.writes}
    kinds |= {(a.name, "read", kind) for a in ACTIONS for kind in a.reads}
    kinds |= {("", "audit", kind) for kind in AUDIT}
    return rights, sorted(kinds)


def behind(do: Do) -> bool:
    """Whether the server's copy differs from this program's table, and this login may bring it up to date."""
    rights, kinds = rows()
    if not do(_OWNS):
        return False
    there = sorted(map(tuple, do("SELECT role, action FROM rights")))
    return there != rights or kinds != sorted(map(tuple, do("SELECT action, does, kind FROM kinds")))


def copy_table(do: Do) -> None:
    """Bring the server's copy of the table up to this program's, in a transaction of the caller's."""
    do("LOCK TABLE rights, kinds IN EXCLUSIVE MODE")
    rights, kinds = (list(map(list, zip(*part, strict=True))) for part in rows())
    do("DELETE FROM rights")
    do("DELETE FROM kinds")
    do("INSERT INTO rights SELECT * FROM unnest(%s::text[], %s::text[])", *rights)
    do("INSERT INTO kinds SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])", *kinds)

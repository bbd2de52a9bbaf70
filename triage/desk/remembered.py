"""The staff list as it was last read, for when its server is away: a desk that knows its person goes on taking calls.

What is kept waits in the outbox until the server is back, and the server asks its own list again then.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from triage.errors import StoreAway
from triage.settings import account
from triage.staff import Member, Roll


@dataclass
class Remembered:
    """A :class:`triage.staff.members.Roll` that falls back on ``path``, for the same account of this machine only."""

    roll: Roll
    path: Path

    @property
    def where(self) -> str:
        """The list's own place."""
        return self.roll.where

    @property
    def account(self) -> str:
        """The login, as the server says, or as it said last time."""
        try:
            return self.roll.account
        except StoreAway:
            known = self._known()
            if known is None:
                raise
            return str(known["login"])

    def members(self) -> tuple[Member, ...]:
        """Those at this login, as of now or of last time."""
        try:
            found = self.roll.members()
        except StoreAway:
            known = self._known()
            if known is None:
                raise
            return tuple(map(_member, known["members"]))
        self._keep(found)
        return found

    def put(self, member: Member) -> None:
        """On the server, or not at all."""
        self.roll.put(member)

    def _keep(self, members: tuple[Member, ...]) -> None:
        """Only those who share the login: the list itself is the server's."""
        mine = [m for m in members if (m.account or m.id) == self.roll.account]
        told = {
            "system": account(),
            "where": self.where,
            "login": self.roll.account,
            "members": list(map(_plain, mine)),
        }
        text = json.dumps(told)
        with suppress(OSError):
            if not self.path.is_file() or self.path.read_text("utf-8") != text:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with open(
                    os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
                ) as out:
                    out.write(text)

    def _known(self) -> dict[str, Any] | None:
        try:
            found: Any = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        same = isinstance(found, dict) and (found.get("system"), found.get("where")) == (account(), self.where)
        return found if same else None


def _plain(member: Member) -> dict[str, Any]:
    return {**asdict(member), "left": member.left.isoformat() if member.left else None}


def _member(told: dict[str, Any]) -> Member:
    left = date.fromisoformat(told["left"]) if told["left"] else None
    return Member(told["id"], told["name"], tuple(told["roles"]), told["account"], told["pin"], left)

"""Signing in: who is at the desk, told by the account they use, and by a PIN where several share one.

Wrong PINs are counted in the data folder, person by person: after :data:`FREE` of them each one more closes the door
for longer, up to :data:`LONGEST`. Every wrong one is noted in the record (PRIVACY A1).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triage.errors import BadAnswer, StoreError, TriageError
from triage.model import Event, Staff, new_id
from triage.settings import ZONE
from triage.staff import Member, NotAllowed, Roll, at_account, first

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NOBODY = Staff("", "nobody", ())
"""Who is at a desk where nobody has signed in."""
FREE = 3
"""Wrong PINs that cost no time."""
PAUSE = timedelta(seconds=30)
"""How long the next one closes the door; doubled with each after that."""
LONGEST = timedelta(minutes=15)
LENGTH = (6, 12)
"""Digits in a PIN, at least and at most."""


class WrongPin(TriageError):
    """That wasn't the PIN, or it is too soon to try again."""

    exit_code = 1


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """Argon2id, salted, with the library's own parameters."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def hashed(pin: str) -> str:
    """The salted hash of a PIN; :class:`BadAnswer` when it is too short or too easy."""
    least, most = LENGTH
    if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= most):
        raise BadAnswer("PIN", f"it must be {least} to {most} digits")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) == 2:
        raise BadAnswer("PIN", "that is too easy to guess: no runs, nor one or two digits over and over")
    return hasher().hash(pin)


@dataclass
class Door:
    """Who may sit down at this desk. ``note`` keeps an event of the audit: a sign-in that failed."""

    roll: Roll
    folder: Path
    clock: Callable[[], datetime]
    note: Callable[[Event], object] | None = None
    said: str = ""
    """What to tell whoever ran it first; empty at any other time."""

    def enter(self, *, settle: bool = True) -> Staff | None:
        """Whoever the account says is here; ``None`` when a PIN must say it.

        While nobody is on the list the account that runs it has every role; ``settle`` begins the list with it.
        :class:`NotAllowed` for an account that isn't on the list, or not any more.
        """
        everyone = self.roll.members()
        if not everyone:
            return self._first(settle)
        here = at_account(everyone, self.roll.account)
        if not here:
            gone = [m for m in everyone if (m.account or m.id).casefold() == self.roll.account.casefold()]
            self._note(self.roll.account, "left" if gone else "unknown")
            why = "was taken off the staff list" if gone else "isn’t on the staff list"
            raise NotAllowed(
                f"The account “{self.roll.account}” {why} ({self.roll.where}). An administrator adds it with "
                f"“triage staff add ID --account {self.roll.account}”."
            )
        return here[0].staff if len(here) == 1 and not here[0].pin else None

    def _first(self, settle: bool) -> Staff:
        account = self.roll.account
        member = first(account, account.replace(".", " ").title())
        if not settle:
            return member.staff
        with suppress(StoreError):
            self.roll.put(member)
            self.said = (
                f"The account “{account}” may do everything here, since it ran triage first. "
                "“triage staff” gives roles to others."
            )
        return member.staff

    def people(self) -> tuple[Member, ...]:
        """Who may sign in at this account now, by PIN or without."""
        return at_account(self.roll.members(), self.roll.account)

    def needs_pin(self, member: str) -> bool:
        """Whether this person signs in with a PIN: alone at an account, only when they have one."""
        here = self.people()
        return len(here) != 1 or here[0].id != member or bool(here[0].pin)

    def asks(self, staff: Staff) -> bool:
        """Whether somebody who was here before is asked for a PIN to go on."""
        return bool(self.roll.members()) and self.needs_pin(staff.id)

    def back(self, staff: Staff, pin: str = "") -> Staff:
        """Somebody who was here before, as the list has them now; refused like :meth:`sign_in`."""
        return self.sign_in(staff.id, pin) if self.roll.members() else staff

    def sign_in(self, member: str, pin: str = "") -> Staff:
        """This person, if the PIN is theirs. :class:`WrongPin` says how long to wait; :class:`NotAllowed` who isn't."""
        found = next((m for m in self.people() if m.id.casefold() == member.strip().casefold()), None)
        if found is None:
            self._note(self.roll.account, "unknown")
            raise NotAllowed(f"Nobody called “{member}” signs in at this account. Ask an administrator.")
        if not self.needs_pin(found.id):
            return found.staff
        if not found.pin:
            raise NotAllowed(
                f"Several people use this account, and {found.name} has no PIN yet. An administrator sets one: "
                f"“triage staff pin {found.id}”."
            )
        self._not_too_soon(found)
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            hasher().verify(found.pin, pin)
        except VerificationError as error:
            self._wrong(found)
            raise WrongPin(f"That isn’t {found.name}’s PIN.{self._wait(found.id)}") from error
        except InvalidHashError as error:
            raise NotAllowed(f"{found.name}’s PIN can’t be read in {self.roll.where}. Set it again.") from error
        self._forget(found.id)
        return found.staff

    # ------------------------------------------------------------------ wrong tries

    @property
    def _path(self) -> Path:
        return self.folder / "tries.json"

    def _tries(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._path} can’t be read, so nobody signs in by PIN. Take it away.") from error
        return found if isinstance(found, dict) else {}

    def _keep(self, tries: dict[str, Any]) -> None:
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(tries, file)
            os.replace(part, self._path)
        except OSError as error:
            raise StoreError(f"{self._path} can’t be written, so nobody signs in by PIN.") from error

    def _wrong(self, member: Member) -> None:
        tries = self._tries()
        count = int(tries.get(member.id, {}).get("wrong", 0)) + 1
        pause = min(PAUSE * 2 ** min(count - FREE, 16), LONGEST) if count >= FREE else timedelta()
        until = (self.clock() + pause).isoformat()
        self._keep({**tries, member.id: {"wrong": count, "until": until}})
        self._note(member.id, "pin", count)

    def _closed_until(self, member: str) -> datetime | None:
        told = self._tries().get(member, {})
        until = datetime.fromisoformat(told["until"]) if told.get("until") else None
        return until if until and until > self.clock() else None

    def _not_too_soon(self, member: Member) -> None:
        if self._closed_until(member.id):
            raise WrongPin(f"{member.name} can’t sign in just now.{self._wait(member.id)}")

    def _wait(self, member: str) -> str:
        until = self._closed_until(member)
        return f" Try again after {until.astimezone(ZoneInfo(ZONE)):%H:%M:%S}." if until else ""

    def _forget(self, member: str) -> None:
        tries = self._tries()
        if tries.pop(member, None) is not None:
            self._keep(tries)

    def _note(self, who: str, why: str, count: int = 0) -> None:
        """Note a failed sign-in in the record; one that can't be noted is refused all the same."""
        if self.note is None:
            return
        now = self.clock()
        key = new_id(now)
        with suppress(StoreError):
            data = {"account": self.roll.account, "why": why, **({"tries": count} if count else {})}
            self.note(Event(key, key, now, who, "sign-in failed", data))


def set_pin(roll: Roll, member: Member, pin: str) -> Member:
    """Give somebody a PIN, or with ``""`` take theirs away; what they are now."""
    changed = replace(member, pin=hashed(pin) if pin else "")
    roll.put(changed)
    return changed

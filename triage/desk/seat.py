"""Sitting down at a desk and getting up again: who the desk works for changes, and the record says so (PRIVACY A1)."""

from __future__ import annotations

from contextlib import suppress

from triage.desk.desk import Desk
from triage.desk.door import NOBODY
from triage.errors import StoreError
from triage.model import Call, Staff, new_id


def sit_down(desk: Desk, staff: Staff) -> None:
    """From now on the desk works for ``staff``: what the one before had read is forgotten. The door says who may."""
    if desk.staff != staff and desk.staff != NOBODY:
        get_up(desk)
    desk.staff = staff
    _forget(desk)
    arrived(desk)


def arrived(desk: Desk) -> None:
    """Whoever the account let in sat down."""
    if desk.door is not None:
        _tell(desk, "signed in")


def get_up(desk: Desk) -> None:
    """Nobody is at the desk any more. An open call stays open, whoever's it is."""
    if desk.staff == NOBODY:
        return
    if desk.door is not None:
        _tell(desk, "signed out")
    desk.staff = NOBODY
    _forget(desk)


def _tell(desk: Desk, kind: str) -> None:
    """Note it; a record that is away does not keep anybody from the phone."""
    if desk.mode == "live":
        with suppress(StoreError):
            desk._note(Call(new_id(desk.clock())), kind, roles=list(desk.staff.roles))


def _forget(desk: Desk) -> None:
    desk.__dict__.pop("people", None)
    desk._walked = None

"""Where real things are chosen: the one place that puts a desk together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triage.desk.desk import Desk
from triage.desk.door import NOBODY, Door
from triage.desk.tools import Tools
from triage.library.scripts import load_script
from triage.library.staff import StaffFile
from triage.model import Staff
from triage.settings import account, me, now
from triage.staff import Roll
from triage.store import open_store
from triage.store.access import Access
from triage.store.base import Store


def open_desk(
    data_dir: Path,
    *,
    staff: Staff | None = None,
    clock: Callable[[], datetime] = now,
    mode: str = "live",
    store: Path | str | None = None,
) -> Desk:
    """A desk on ``store`` (a folder or a server's address; the folder in ``data_dir`` when left out), with the shipped
    script and directory.

    Whoever sits at it is ``staff``, or the one the account says; where that takes a PIN, nobody yet: then
    ``desk.door`` lets them in (:func:`triage.desk.seat.sit_down`).
    """
    record = open_store(store or data_dir / "store", clock=clock, outbox=data_dir / "outbox")
    door = None
    try:
        if mode == "live":
            door = Door(roll_of(data_dir, record), data_dir, clock, record.write)
        if staff is None:
            staff = (door.enter() if door else me()) or NOBODY
        desk = Desk(record, load_script(), staff, Tools(data_dir), clock, mode, door)
    except BaseException:
        record.close()
        raise
    desk.store = Access(record, lambda: desk.staff, clock)
    return desk


def roll_of(data_dir: Path, record: Store | None = None) -> Roll:
    """The staff list: the server's where the record is on one, else ``staff.toml`` in the data folder."""
    server = getattr(record, "server", None)
    if server is not None:
        from triage.desk.remembered import Remembered
        from triage.store.roster import ServerRoll

        return Remembered(ServerRoll(server), data_dir / "seat.json")
    return StaffFile(data_dir / "staff.toml", account())

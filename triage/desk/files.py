"""Files that the desk writes for others: an appointment for a calendar, figures for a meeting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from triage.desk import safety
from triage.desk.auditing import seen
from triage.desk.base import Slip
from triage.handover import ics, lineage
from triage.model import Call, Slot
from triage.reports import WAYS, Window, figures, tally
from triage.reports.sheet import figures_sheet, groups_sheet, to_csv
from triage.staff.roles import permit

if TYPE_CHECKING:
    from triage.desk.desk import Desk


def write_calendar(desk: Desk, call: Call, slot: Slot, *, cancelled: bool = False) -> Path:
    """The calendar file of a booking, as it stands now.

    Raises :class:`Slip` with the reason when nothing may leave for this person or the file can't be written.
    """
    permit(desk.staff, "book appointments")
    why = safety.to_send(desk.walk(call).flags)
    if why:
        raise Slip(why)
    booking, sequence = lineage(call, slot.id)
    made = ics(
        slot,
        call.ref,
        desk.tools.organisation,
        now=desk.clock(),
        sequence=sequence,
        cancelled=cancelled,
        booking=booking,
    )
    seen(desk, call.id, "export", "calendar file", what=slot.id)
    return _write(desk.tools.data_dir / "ics" / f"{call.ref}-{slot.start:%Y-%m-%d-%H%M}.ics", made)


def write_figures(desk: Desk, window: Window) -> Path:
    """The figures of a window as a spreadsheet with small numbers hidden, by everything but handler (PRIVACY P16).

    Raises :class:`Slip` when it can't be written.
    """
    permit(desk.staff, "see figures")
    groups = [groups_sheet(tally(window, by), by, shared=True) for by in WAYS if by != "handler"]
    text = to_csv([figures_sheet(figures(window), shared=True), *groups])
    seen(desk, "", "export", "figures, small numbers hidden", what=f"{window.since} to {window.until}")
    path = desk.tools.data_dir / "reports" / f"calls-{window.since}-to-{window.until}.csv"
    return _write(path, text.encode("utf-8-sig"))


def _write(path: Path, made: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    except OSError as error:
        raise Slip(f"The file {path} could not be saved: {error.strerror}.") from error
    return path

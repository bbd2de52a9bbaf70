"""Where real things are chosen: the one place that puts a desk together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from triage.desk.desk import Desk
from triage.desk.tools import Tools
from triage.library.scripts import load_script
from triage.model import Staff
from triage.settings import me, now
from triage.store import open_store


def open_desk(
    data_dir: Path,
    *,
    staff: Staff | None = None,
    clock: Callable[[], datetime] = now,
    mode: str = "live",
    store: Path | str | None = None,
) -> Desk:
    """A desk on ``store`` (a folder or a server's address; the folder in ``data_dir`` when left out), with the shipped
    script and directory."""
    return Desk(
        store=open_store(store or data_dir / "store", clock=clock, outbox=data_dir / "outbox"),
        script=load_script(),
        staff=staff or me(),
        tools=Tools(data_dir),
        clock=clock,
        mode=mode,
    )

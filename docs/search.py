"""Takes the pictures of the search screens, key by key in the real app: ``python docs/search.py``.

Writes ``docs/search/*.svg``. The store is a temporary one; nobody in the call exists.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from triage.desk import open_desk
from triage.model import Staff
from triage.ui.app import TriageApp

FOLDER = Path(__file__).parent / "search"
FACES = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""Textual's pictures name fonts on the network; a picture here needs none."""
PICTURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("results", tuple("craft clb willenhal")),
    ("why", ("ctrl+a", *"mum keeps asking the same thing")),
    ("hidden", ("ctrl+a", *"dance", "ctrl+e")),
    ("filters", ("ctrl+a", *"lunch club", "f5")),
    ("empty", ("f10", "ctrl+a", *"falconry")),
    ("danger", ("ctrl+a", *"says he wants to end it all")),
    ("compare", ("ctrl+a", *"lunch club", "ctrl+g", "down", "ctrl+g")),
    ("card", ("f10", "ctrl+a", *"kro shay")),
    ("queue", ("ctrl+y", "o", "ctrl+a", *"falconry", "plus", "ctrl+b")),
)


async def main() -> None:
    """Take each picture after its keys."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(
            Path(folder),
            staff=Staff("pat", "Pat Lee", ("handler", "directory editor")),
            clock=lambda: datetime.now(UTC),
        )
        app = TriageApp(desk)
        async with app.run_test(size=(120, 36)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.press("f2", "f3")
            for name, keys in PICTURES:
                for key in keys:
                    if key == "ctrl+a":
                        app.screen.query_one("SearchBox").value = ""  # type: ignore[attr-defined]
                    else:
                        await pilot.press("space" if key == " " else key)
                await pilot.pause(0.3)
                svg = FACES.sub("", app.export_screenshot(title=""))
                (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
                print(name, len(svg))
        desk.store.close()


if __name__ == "__main__":
    asyncio.run(main())

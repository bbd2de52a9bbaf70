"""Takes the pictures of the directory's screens, key by key in the real app: ``python -m docs.directory``.

Writes ``docs/directory/*.svg``, and the leaflet as PDFs in a folder that it names, to be made into pictures. Everybody
and everything in them is invented; the store is a temporary one.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from textual.app import App

from triage.desk import open_desk
from triage.handover import NextStep, leaflet
from triage.handover.pdf import pdf
from triage.library.directory import load_directory
from triage.library.snapshot import line
from triage.model import Listing, Staff
from triage.settings import Organisation
from triage.ui.app import TriageApp
from triage.ui.merge import ReviewApp

FOLDER = Path(__file__).parent / "directory"
FACES = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""Textual's pictures name fonts on the network; a picture here needs none."""
IDEAS = ("i", "1", "1", "8", "2", "enter", "2", "7", "enter", "2", *"CV6", "enter", "2", "1", "enter", "enter")
CAFE = Listing(
    "one:1",
    "Stoke Green Carers’ Café",
    "activity",
    "Tea and company for people who care for somebody.",
    source="One",
    address="14 Walsgrave Road",
    postcode="CV2 4BA",
    phone="01632 960 101",
    fees="Free",
    assured_date=date(2026, 3, 1),
    demonstration=False,
)


def keep(app: App[object], name: str) -> None:
    """The screen as it stands."""
    (FOLDER / f"{name}.svg").write_text(FACES.sub("", app.export_screenshot(title="")), encoding="utf-8")
    print(name)


async def merging(folder: Path) -> None:
    """Two listings that may be one, side by side."""
    other = replace(
        CAFE,
        id="two:9",
        name="Stoke Green Carers Cafe",
        source="Two",
        address="St Margaret’s Hall, 41 Walsgrave Road",
        phone="01632 960 177",
        fees="£2 for tea",
    )
    for each in (CAFE, other):
        path = folder / "directory" / f"{each.source.lower()}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line(each) + "\n", encoding="utf-8")
    app = ReviewApp(folder)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause(0.5)
        keep(app, "merge")


async def asking(folder: Path) -> None:
    """The public questions with their ideas, and the e-mail."""
    staff = Staff("pat", "Pat Lee", ("handler",))
    desk = open_desk(folder, staff=staff, clock=lambda: datetime(2026, 11, 24, 10, tzinfo=UTC))
    app = TriageApp(desk)
    async with app.run_test(size=(120, 36)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.press("f2")
        await pilot.pause(0.3)
        await app.run_action("screen.ideas")
        for key in IDEAS[1:8]:
            await pilot.press(key)
        await pilot.pause(0.3)
        keep(app, "questions")
        for key in (*IDEAS[8:], "1", "2", "enter", "2", "5", "enter", "enter"):
            await pilot.press(key)
        await pilot.pause(0.3)
        keep(app, "ideas")
        await pilot.press("f10", "f10")
        await pilot.pause(0.3)
        await pilot.press("e")
        await pilot.pause(0.3)
        keep(app, "email")
    desk.store.close()


def paper(folder: Path) -> None:
    """Twelve places, a long name and two that read from the right, in ordinary and in large print."""
    places = [each for each in load_directory().listings if each.schedules and each.phone][:12]
    places[0] = replace(places[0], name="مركز الأمل للمسنين (Hope Centre) 12")
    places[1] = replace(places[1], name="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2)
    steps = [NextStep("Ring the carers’ centre", "you", date(2026, 12, 1))]
    for points in (12, 18):
        page = leaflet(
            places,
            steps,
            organisation=Organisation(),
            today=date(2026, 11, 24),
            call_ref="K7QM2FX",
            person="Joan P.",
            format="html",
            points=points,
        )
        (folder / f"leaflet-{points}.pdf").write_bytes(pdf(page, points=points, title="What we talked about – K7QM2FX"))


async def main() -> None:
    """Take each picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        await merging(Path(one))
        await asking(Path(two))
    out = Path(tempfile.mkdtemp())
    paper(out)
    print(f"leaflets in {out}")


if __name__ == "__main__":
    asyncio.run(main())

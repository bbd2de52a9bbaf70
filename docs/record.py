"""Records one whole call as pictures: the shipped demo, taken key by key in the real app.

    python docs/record.py

Writes ``docs/call/*.svg`` and ``docs/call.md``. The store is a temporary one; nobody in the call exists.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from triage.training.callfile import Act, find_callfile, load_callfile
from triage.training.rehearse import call_clock
from triage.ui.demo import DemoApp

HERE = Path(__file__).parent
DEMO = "carer-dementia"
SIZE = (120, 40)
AT_ONCE = 1_000_000.0
FACES = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""Textual's pictures name fonts on the network; a picture here needs none."""

WORDS = {
    "home": "Between calls. Enter answers.",
    "check": "Her first words raise a CHECK. It asks the handler to look; it decides nothing.",
    "privacy": "Words to say, large; the answer below; what is known beside it.",
    "reason": "Why she rings: two reasons, so two pathways. Every digit is a key.",
    "carer": "Whatever she calls herself, she is an unpaid carer. The contact assessment is hers by right.",
    "search": "F3, while she is still talking: her own words, misspelt. The card answers the next question.",
    "diary": "F7: a slot held for her while she makes up her mind. Nobody else can take it.",
    "wrapup": "F10: the outcome with its reason, what is still missing, the read-back and the case note.",
    "saved": "Saved. The next call can come.",
}


@dataclass
class Camera:
    """Takes each picture the first time its moment comes."""

    folder: Path
    taken: list[str] = field(default_factory=list)
    enters: int = 0

    def __call__(self, app: DemoApp, act: Act, key: str) -> None:
        """Look at what was just done."""
        step = app.walk.step if app.walk else None
        if app.call is None and not self.taken:
            self.take(app, "home")
        elif act.check and "check" not in self.taken:
            self.take(app, "check")
        elif step == "G4":
            self.take(app, "privacy")
        elif step == "R1" and act.answer and key != "enter" and "reason" in act.answer:
            self.take(app, "reason")
        elif step == "C4":
            self.take(app, "carer")
        elif act.search and key == "plus":
            self.take(app, "search")
        elif act.book and key == "enter":
            self.enters += 1
            if self.enters == 1:
                self.take(app, "diary")
        elif act.close and app.call is not None and key == "f10":
            self.take(app, "wrapup")

    def take(self, app: DemoApp, name: str) -> None:
        """Keep the screen as a picture, once."""
        if name in self.taken:
            return
        self.taken.append(name)
        picture = FACES.sub("", app.export_screenshot(title="triage"))
        (self.folder / f"{name}.svg").write_text(picture + "\n", encoding="utf-8")


async def record() -> list[str]:
    """Play the demo and take the pictures; their names in order."""
    file = load_callfile(find_callfile(DEMO))
    folder = HERE / "call"
    folder.mkdir(exist_ok=True)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory() as store:
        app = DemoApp(file, Path(store), call_clock(file), speed=AT_ONCE, told=camera)
        async with app.run_test(size=SIZE) as pilot:
            while app.at < len(file.script) and not app.step:
                await pilot.pause(0.02)
            await app.workers.wait_for_complete()
            await pilot.pause()
            camera.take(app, "saved")
        app.desk.store.close()
    return camera.taken


def main() -> None:
    """Record, and write the page that shows the pictures."""
    taken = asyncio.run(record())
    page = ["# One call, from hello to a recorded outcome", ""]
    page += ["Made by `python docs/record.py` from `data/demos/carer-dementia.yaml`: the real app, real keys.", ""]
    for name in taken:
        page += [f"**{WORDS[name]}**", "", f"![{WORDS[name]}](call/{name}.svg)", ""]
    (HERE / "call.md").write_text("\n".join(page), encoding="utf-8")
    lost = [name for name in WORDS if name not in taken]
    print(f"{len(taken)} pictures in docs/call" + (f"; missing: {', '.join(lost)}" if lost else ""))


if __name__ == "__main__":
    main()

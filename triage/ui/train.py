"""The trainer's place: the scripted calls, what each shows, and one key to play one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from triage.errors import BadData
from triage.training.callfile import CallFile, load_callfile, shipped_callfiles
from triage.ui.here import here
from triage.ui.widgets.callbar import CallBar
from triage.ui.widgets.keybar import KeyBar
from triage.ui.widgets.lines import Lines


class TrainScreen(Screen[None]):
    """Pick a scripted call; it is played on a store of its own."""

    HELP = "Enter plays the call in the real app, on a store that is thrown away afterwards."
    AUTO_FOCUS = "#demos"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "play", "play", id="play", tooltip="Play the call in the real app"),
        Binding("f2,f3,ctrl+l,escape", "leave", "back to the desk", id="leave", key_display="F2"),
    ]
    CSS = """
    TrainScreen {
        #body { padding: 0 1; margin-top: 1; }
        #demos {
            width: 2fr; border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 0 1;
            &:focus { border: round $accent; border-title-color: $accent; border-title-style: bold; }
        }
        #about {
            width: 3fr; margin-left: 1; border: round $edge; border-title-color: $quiet;
            border-subtitle-color: $quiet; padding: 1 2;
        }
        &.-narrow {
            #body { layout: vertical; margin-top: 0; }
            #demos { width: 1fr; height: 1fr; }
            #about { width: 1fr; height: 1fr; margin: 0; padding: 0 1; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.files: list[CallFile] = []
        self.wrong: list[str] = []
        self._list = Lines(id="demos", empty="No scripted calls were found in data/demos.")
        self._about = Static(id="about", markup=False)

    def compose(self) -> ComposeResult:
        """The calls, and what the one under the cursor shows."""
        yield CallBar()
        with Horizontal(id="body"):
            yield self._list
            yield self._about
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the call files."""
        for path in shipped_callfiles().values():
            try:
                self.files.append(load_callfile(path))
            except BadData as error:
                self.wrong.append(str(error))
        self._list.border_title = "Scripted calls"
        self._list.border_subtitle = "enter plays"
        self._list.put([Content(file.title) for file in self.files])
        self.watch(self._list, "cursor", self._describe)

    def _describe(self, cursor: int) -> None:
        if self.wrong:
            self._about.update(Content.styled("\n".join(self.wrong), "$warning"))
        if not self.files:
            return
        file = self.files[min(cursor, len(self.files) - 1)]
        spoken = sum(1 for act in file.script if act.says)
        must = file.must
        known = here(self).desk.tools.outcomes
        named = [f"{code} {known[code].name}" if code in known else code for code in (must.outcome, *must.also)]
        ends = f"Ends as {', also '.join(named)}."
        self._about.border_title = file.title
        self._about.update(
            Content("\n\n").join(
                [
                    Content(file.about),
                    Content(f"The caller speaks {spoken} times. {ends}"),
                    Content.styled("space pauses · → one act at a time · ← back · + − speed · t takes over", "$quiet"),
                    Content.styled(f"triage demo {file.name}", "$accent"),
                ]
            )
        )

    @on(Lines.Chosen, "#demos")
    def _chosen(self, event: Lines.Chosen) -> None:
        event.stop()
        self.action_play()

    def action_play(self) -> None:
        """Leave the desk for the demo; the command line comes back here afterwards."""
        app = here(self)
        if self.files:
            app.next_demo = self.files[self._list.cursor].name
            app.exit()

    async def action_leave(self) -> None:
        """Back to the desk."""
        await here(self).switch_mode("call")

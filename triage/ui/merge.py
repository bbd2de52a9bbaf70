"""Duplicates looked over, two listings side by side: merge them, keep both, or leave them for later.

What is certain has been merged before; the rest waits here, the likeliest first. Every decision is on the disk before
the next pair is shown, and can be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static

from triage.directory.merge import Pair
from triage.directory.union import Decision, standing
from triage.errors import TriageError
from triage.library.joining import Doubles, merge, settle
from triage.library.merges import keep_decisions
from triage.settings import me, now
from triage.ui.dialogs import Pick, PickDialog
from triage.ui.theme import ANSI, DEFAULTS, THEMES
from triage.ui.widgets.beside import Row, drawn, rows
from triage.ui.widgets.keybar import KeyBar


class ReviewApp(App[None]):
    """The review by itself, on the directory of one data folder."""

    TITLE = "triage"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - an instance attribute of textual's
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help", id="help", tooltip="Every key"),
        Binding("ctrl+q", "quit", "leave", id="quit", tooltip="Leave; every decision is kept already", priority=True),
    ]
    status: var[str] = var("")
    """What was just done, in words."""
    walk = None
    """No call is open here: the help says nothing of a step."""

    def __init__(self, data_dir: Path, clock: Callable[[], datetime] = now, by: str = "") -> None:
        super().__init__()
        self.data_dir, self.clock, self.by = data_dir, clock, by or me().id
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The shades, for themes that aren't ours."""
        return ANSI if self.current_theme.ansi else DEFAULTS

    def on_mount(self) -> None:
        """Open the one screen."""
        self.push_screen(ReviewScreen(self.data_dir, self.clock, self.by))

    async def action_help(self) -> None:
        """Every key."""
        from triage.ui.help import HelpDialog

        if not isinstance(self.screen, HelpDialog):
            await self.push_screen(HelpDialog(self.screen))

    def say(self, words: str) -> None:
        """Tell the person something, in the line above the keys."""
        self.status = words


class ReviewScreen(Screen[None]):
    """One pair at a time."""

    AUTO_FOCUS = "#pair"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "merge", "merge", id="merge", tooltip="They are one: merge them as shown"),
        Binding("k", "keep", "keep both", id="keep", tooltip="They are two: keep both, and don't ask again"),
        Binding("s", "skip(1)", "skip", id="skip", tooltip="Leave this pair for later"),
        Binding("1,left", "take('left')", "from 1", id="left", key_display="1", tooltip="This fact from the first"),
        Binding("2,right", "take('right')", "from 2", id="right", key_display="2", tooltip="This fact from the second"),
        Binding("ctrl+r,u", "undo", "undo", id="undo", key_display="u", tooltip="Take the last decision back"),
        Binding("l", "merged", "merged", id="merged", tooltip="What has been merged, to take it apart again"),
        Binding("b", "skip(-1)", "back", id="back", show=False, tooltip="The pair before"),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]
    CSS = """
    ReviewScreen {
        #head { height: 1; padding: 0 1; }
        #why { height: auto; max-height: 4; padding: 0 1; margin-bottom: 1; }
        #pair {
            height: 1fr; border: round $edge; border-title-color: $quiet; border-subtitle-color: $quiet; padding: 0 1;
            &:focus { border: round $accent; border-title-color: $accent; border-title-style: bold; }
        }
        #both { height: auto; }
        .side { width: 1fr; height: auto; }
        #right { margin-left: 1; }
    }
    """

    def __init__(self, data_dir: Path, clock: Callable[[], datetime], by: str) -> None:
        super().__init__()
        self._data_dir, self._clock, self._by = data_dir, clock, by
        self._doubles: Doubles | None = None
        self._pairs: tuple[Pair, ...] = ()
        self._at = 0
        self._cursor = 0
        self._taken: dict[str, str] = {}
        self._made: list[Decision] = []
        self._alone = 0
        self._rows: list[Row] = []

    def compose(self) -> ComposeResult:
        """Progress, the reasons, and the two beside each other."""
        yield Static(id="head", markup=False)
        yield Static("Looking for duplicates …", id="why", markup=False)
        with VerticalScroll(id="pair") as pair:
            pair.border_title = "Are these the same?"
            with Horizontal(id="both"):
                yield Static(id="left", classes="side", markup=False)
                yield Static(id="right", classes="side", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Look for them off the screen's thread."""
        self._look()

    def on_resize(self) -> None:
        """Lines break elsewhere."""
        self.call_after_refresh(self._draw)

    @work(thread=True, group="looking")
    def _look(self) -> None:
        try:
            found, alone = settle(self._data_dir, self._clock())
        except TriageError as error:
            self.app.call_from_thread(self._say, str(error))
            return
        self.app.call_from_thread(self._found, found, len(alone))

    def _found(self, doubles: Doubles, alone: int) -> None:
        self._doubles, self._pairs, self._alone = doubles, doubles.waiting, alone
        self._go(0)
        if alone:
            self._say(f"{alone} certain pairs were merged by themselves · l lists them")

    # ------------------------------------------------------------------ drawing

    @property
    def pair(self) -> Pair | None:
        """The pair being looked at; ``None`` at the end."""
        return self._pairs[self._at] if 0 <= self._at < len(self._pairs) else None

    def _draw(self) -> None:
        doubles, pair = self._doubles, self.pair
        if doubles is None:
            return
        counted = [each.what for each in self._made]
        tally = f"{self._alone + counted.count('merge')} merged · {counted.count('apart')} kept apart"
        place = f"{self._at + 1} of {len(self._pairs)}" if pair else f"{len(self._pairs)} looked at"
        self.query_one("#head", Static).update(
            Content.assemble((" triage ", "bold $accent"), f" duplicates · {place}", (f" · {tally}", "$quiet"))
        )
        left, right = self.query_one("#left", Static), self.query_one("#right", Static)
        if pair is None:
            self.query_one("#why", Static).update(
                Content.styled("Nothing is left to look at. ctrl+q leaves.", "$quiet")
            )
            left.update("")
            right.update("")
            return
        self.query_one("#why", Static).update(_reasons(pair))
        width = max(20, self.query_one("#both").size.width)
        widths = (width // 2, width - width // 2 - 1)
        one, two, begins = drawn(self._rows, self._taken, self._cursor, widths)
        left.update(one)
        right.update(two)
        self.query_one("#pair").border_subtitle = "≠ differs · ◂ ▸ which is taken · + both · underlined: only here"
        line = begins[self._cursor] if begins else 0
        box = self.query_one("#pair", VerticalScroll)
        if not box.scroll_y <= line < box.scroll_y + max(1, box.size.height - 2):
            box.scroll_to(y=max(0, line - 2), animate=False)

    def _go(self, at: int) -> None:
        self._at = max(0, min(at, len(self._pairs)))
        self._cursor, self._taken = 0, {}
        doubles, pair = self._doubles, self.pair
        if doubles and pair:
            one, two = (doubles.listings[key] for key in pair.ids)
            self._rows = rows(one, two)
            fresh = (two.fresh or datetime.min.date()) > (one.fresh or datetime.min.date())
            self._taken = {row.fact: "right" if fresh else "left" for row in self._rows if row.differs}
            self._cursor = next((n for n, row in enumerate(self._rows) if row.differs), 0)
        self.query_one("#pair", VerticalScroll).scroll_home(animate=False)
        self._draw()

    def _say(self, words: str) -> None:
        self.app.status = words  # type: ignore[attr-defined]

    # ------------------------------------------------------------------ keys

    def action_move(self, by: int) -> None:
        """Another fact."""
        self._cursor = max(0, min(self._cursor + by, len(self._rows) - 1))
        self._draw()

    def action_take(self, side: str) -> None:
        """Take the fact under the cursor from one side; the next that differs comes up."""
        if not self._rows or not self.pair:
            return
        row = self._rows[self._cursor]
        if not row.differs:
            self._say(f"{row.label}: nothing to choose, both are kept or only one says it")
            return
        self._taken[row.fact] = side
        self._draw()

    def action_merge(self) -> None:
        """They are one."""
        if self._doubles is None or self.pair is None:
            return
        ids = dict(zip(("left", "right"), self.pair.ids, strict=True))
        chosen = {fact: ids[side] for fact, side in self._taken.items()}
        self._decide(merge(self._doubles, self.pair, self._clock(), self._by, chosen), "merged")

    def action_keep(self) -> None:
        """They are two."""
        if self.pair is not None:
            self._decide(Decision("apart", self.pair.ids, self._clock(), self._by, self.pair.score), "kept apart")

    def action_skip(self, by: int) -> None:
        """Later."""
        self._go(self._at + by)

    def action_undo(self) -> None:
        """Take the last decision back, and look at that pair again."""
        if not self._made:
            self._say("nothing to undo in this sitting · l takes earlier merges apart")
            return
        last = self._made[-1]
        if self._keep(Decision("undo", last.ids, self._clock(), self._by)):
            self._made.pop()
            at = next((n for n, each in enumerate(self._pairs) if frozenset(each.ids) == last.key), self._at)
            self._go(at)
            self._say("undone")

    def action_merged(self) -> None:
        """What has been merged, to take it apart."""
        doubles = self._doubles
        if doubles is None:
            return
        held = standing([*doubles.decided.values(), *self._made])
        merges = [each for each in held.values() if each.what == "merge" and each.key <= doubles.listings.keys()]
        names = {n: " = ".join(doubles.listings[key].name for key in each.ids) for n, each in enumerate(merges)}
        picks = [Pick(str(n), names[n], more=f"{merges[n].by} {merges[n].score:.2f}") for n in names]

        def apart(picked: str | None) -> None:
            if picked is not None:
                each = merges[int(picked)]
                self._decide(Decision("apart", each.ids, self._clock(), self._by), "taken apart", go=False)

        self.app.push_screen(PickDialog("Merged: enter takes a pair apart", picks, typed=True), apart)

    def _decide(self, decision: Decision, done: str, go: bool = True) -> None:
        if not self._keep(decision) or self._doubles is None:
            return
        self._made.append(decision)
        names = " and ".join(dict.fromkeys(self._doubles.listings[key].name for key in decision.ids))
        if go:
            self._go(self._at + 1)
        else:
            self._draw()
        self._say(f"{done}: {names} · saved {decision.at.astimezone():%H:%M:%S} · u undoes")

    def _keep(self, decision: Decision) -> bool:
        """On the disk first; what went wrong is said."""
        try:
            keep_decisions(self._data_dir, [decision])
        except TriageError as error:
            self._say(str(error))
            return False
        return True


def _reasons(pair: Pair) -> Content:
    score = Content.assemble((f" {min(pair.score, 0.99):.2f} ", "bold $accent"), (f"{pair.verdict}  ", "bold"))
    lines = [Content.assemble(score, ("for  ", "$quiet"), ", ".join(pair.why))]
    if pair.but:
        lines.append(Content.assemble(" " * score.cell_length, ("but  ", "$quiet"), ", ".join(pair.but)))
    return Content("\n").join(lines)

"""May help: listings that the answers so far ask for, before anybody searched."""

from __future__ import annotations

from collections.abc import Container, Sequence

from textual.binding import Binding
from textual.content import Content

from triage.model import Match
from triage.ui.widgets.lines import Lines


class MayHelp(Lines):
    """Suggested listings; ``+`` keeps the marked one."""

    BINDINGS = [Binding("enter,plus", "choose", "keep", show=True, key_display="+")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(empty="Listings that fit come up as answers do. F3 searches.", id="mayhelp")
        self.border_title = "May help"
        self.matches: tuple[Match, ...] = ()

    def show(self, matches: Sequence[Match], kept: Container[str]) -> None:
        """Draw them."""
        self.matches = tuple(matches)
        self.put([self._row(m, m.listing.id in kept) for m in self.matches])
        self.border_subtitle = "F3 search · + keep"

    @property
    def marked(self) -> Match | None:
        """The listing under the cursor."""
        return self.matches[self.cursor] if self.cursor < len(self.matches) else None

    def names(self) -> list[str]:
        """Their names, best first."""
        return [m.listing.name for m in self.matches]

    def _row(self, match: Match, kept: bool) -> Content:
        listing = match.listing
        facts = [f"{match.distance_km:.1f} km"] if match.distance_km is not None else []
        facts += ["free"] if listing.free else []
        right = " · ".join(facts)
        room = max(8, self.size.width - len(right) - 4)
        name = listing.name if len(listing.name) <= room else listing.name[: room - 1] + "…"
        return Content.assemble(
            ("✓ " if kept else "+ ", "$accent" if kept else "$quiet"), name.ljust(room), (f"  {right}", "$quiet")
        )

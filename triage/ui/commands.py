"""The palette: every action there is now, each with its key; and every step by its words."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from triage.ui.here import here
from triage.ui.widgets.keybar import MOVES, named


class Actions(Provider):
    """What the keys do, by name."""

    async def discover(self) -> Hits:
        """All of them."""
        for text, help_, run in self._commands():
            yield DiscoveryHit(text, run, help=help_)

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        matcher = self.matcher(query)
        for text, help_, run in self._commands():
            score = max(matcher.match(text), matcher.match(help_) * 0.6)
            if score > 0:
                yield Hit(score, matcher.highlight(text), run, help=help_)

    def _commands(self) -> list[tuple[str, str, partial[Any]]]:
        app, screen = here(self.screen), self.screen
        found: dict[str, tuple[str, str, partial[Any]]] = {}
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            if enabled and binding.description and not binding.action.startswith(MOVES):
                key = binding.key_display or named(binding.key)
                text = f"{binding.description.capitalize()}  ({key})"
                found.setdefault(
                    binding.action,
                    (text, tooltip, partial(app.run_action, binding.action, node)),
                )
        if app.call is not None:
            for rule in app.desk.script.interrupts:
                run = partial(app.run_action, f"standing('{rule.letter}')", screen)
                found.setdefault(f"standing('{rule.letter}')", (rule.title, f"standing rule, {rule.letter}", run))
        for theme in ("triage-dark", "triage-light", "triage-contrast", "ansi-dark", "ansi-light"):
            found[theme] = (f"Colours: {theme}", "how the desk looks", partial(setattr, app, "theme", theme))
        return list(found.values())

"""Three themes: dark, light, and high contrast. One accent, one warning colour, the rest is quiet.

``quiet`` is for what is read second, ``edge`` for borders without the focus; the first reaches 4.5 : 1 against the
background. The terminal's own colours (``ansi-dark``, ``ansi-light``) and NO_COLOR work too: no state is told by
colour alone.
"""

from __future__ import annotations

from textual.theme import Theme

DEFAULTS = {"quiet": "#8e9aa5", "edge": "#36424d", "lift": "#1f2830"}
"""The shades in a theme that doesn't say what they are."""
ANSI = {"quiet": "ansi_default", "edge": "ansi_bright_black", "lift": "ansi_bright_black"}
"""The shades from the terminal's own colours."""


def _theme(
    name: str, *, dark: bool, ground: str, ink: str, accent: str, warning: str, shades: tuple[str, ...]
) -> Theme:
    surface, panel, quiet, edge, lift = shades
    return Theme(
        name=name,
        dark=dark,
        primary=accent,
        secondary=accent,
        accent=accent,
        success=accent,
        warning=warning,
        error=warning,
        foreground=ink,
        background=ground,
        surface=surface,
        panel=panel,
        variables={
            "quiet": quiet,
            "edge": edge,
            "lift": lift,
            "border": accent,
            "border-blurred": edge,
            "block-cursor-background": lift,
            "block-cursor-foreground": ink,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": lift,
            "input-cursor-background": accent,
            "input-cursor-foreground": ground,
            "input-selection-background": f"{accent} 35%",
            "scrollbar": edge,
            "scrollbar-hover": quiet,
            "scrollbar-active": accent,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
        },
    )


THEMES = (
    _theme(
        "triage-dark",
        dark=True,
        ground="#10161b",
        ink="#dfe6eb",
        accent="#62c9ba",
        warning="#f4b860",
        shades=("#161d24", "#1a222a", "#8e9aa5", "#36424d", "#1f2830"),
    ),
    _theme(
        "triage-light",
        dark=False,
        ground="#fbfaf6",
        ink="#1b2227",
        accent="#08665d",
        warning="#8f4700",
        shades=("#f2f1eb", "#e9e8e0", "#5a666f", "#c4c8c2", "#e6ece8"),
    ),
    _theme(
        "triage-contrast",
        dark=True,
        ground="#000000",
        ink="#ffffff",
        accent="#ffe45c",
        warning="#ff9f80",
        shades=("#000000", "#101010", "#e4e4e4", "#9a9a9a", "#333300"),
    ),
)

"""Reads ``data/names/``: names that stand for each other, and letters that sound as others do."""

from __future__ import annotations

from pathlib import Path

from triage.library.yaml import load
from triage.people.form import Names, fold, name_words
from triage.settings import shipped


def load_names(folder: Path | None = None) -> Names:
    """Every file of the folder; :class:`BadData` for a key it doesn't know and for a group of fewer than two names."""
    where = folder or shipped() / "names"
    groups: list[frozenset[str]] = []
    sounds: dict[str, str] = {}
    for path in sorted(where.glob("*.yaml")):
        for key, node in load(path, f"data/names/{path.name}").items():
            if key == "groups":
                for child in node.each():
                    words = frozenset("".join(name_words(name.text())) for name in child.each())
                    if len(words) < 2:
                        raise child.bad("a group needs two names at least")
                    groups.append(words)
            elif key == "sounds":
                sounds |= {fold(letters): said.text() for letters, said in node.items()}
            else:
                raise node.bad(f"“{key}” is not one of groups, sounds", "groups")
    return Names(tuple(groups), sounds)

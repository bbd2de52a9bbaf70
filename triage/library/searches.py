"""Searches that were kept by name of their words: ``DATA_DIR/searches.json``, a list, the newest first.

Only what somebody chose to keep is written: what callers were searched for stands in their calls alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

MOST = 50


def saved(data_dir: Path) -> tuple[str, ...]:
    """The kept searches; none when there is no such file, or it can't be read."""
    try:
        read = json.loads((data_dir / "searches.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(words for words in read if isinstance(words, str)) if isinstance(read, list) else ()


def toggle(data_dir: Path, words: str) -> bool:
    """Keep a search, or no longer; whether it is kept now."""
    words = " ".join(words.split())
    before = saved(data_dir)
    kept = words not in before
    after = (words, *before)[:MOST] if kept else tuple(w for w in before if w != words)
    data_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=data_dir, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(after, file, ensure_ascii=False)
        os.replace(name, data_dir / "searches.json")
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return kept

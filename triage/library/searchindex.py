"""The search index of a directory, kept on disk while the directory stays the same.

A small directory is indexed in a fraction of a second and never kept. What is kept is a copy of what can be made
again: a file that is torn, of another version or of another directory counts as none, and not being able to write one
is no error. Its name holds a digest of all that it was made from; writing it removes the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

import triage
from triage.directory.lexicon import Lexicon
from triage.directory.places import Places
from triage.directory.search import Index, Ready
from triage.library.directory import Directory

FORM = 2
"""Changes when what is kept, or how, does."""
WORTH = 20_000
"""Listings from which keeping the index is quicker than making it."""


def load_index(directory: Directory, lexicon: Lexicon, places: Places, data_dir: Path | None = None) -> Index:
    """The index of a directory, from ``data_dir/cache`` if it was kept there."""
    index = _load(directory, lexicon, places, data_dir)
    if directory.named:
        index.stand_behind(directory.named)
    return index


def _load(directory: Directory, lexicon: Lexicon, places: Places, data_dir: Path | None) -> Index:
    listings = directory.listings
    if data_dir is None or len(listings) < WORTH:
        return Index.build(listings, lexicon, places)
    path = data_dir / "cache" / f"search-{_digest(directory, places)}.npz"
    ready = load(path, len(listings))
    if ready is None:
        index = Index.build(listings, lexicon, places)
        with contextlib.suppress(OSError):
            save(path, index.ready(listings))
        return index
    return Index(listings, lexicon, places, ready)


def save(path: Path, ready: Ready) -> None:
    """Keep it: whole or not at all."""
    import numpy as np

    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {"words": ready.postings.words, "names": ready.postings.names}
    packed = {name: np.frombuffer("\n".join(lines).encode(), np.uint8) for name, lines in texts.items()}
    more = msgspec.msgpack.encode({"named": dict(ready.named), "values": dict(ready.columns.values)})
    arrays: dict[str, Any] = {"order": ready.order, "points": ready.points, "more": np.frombuffer(more, np.uint8)}
    for part in (ready.postings, ready.columns):
        for f in fields(part):
            value = getattr(part, f.name)
            if isinstance(value, np.ndarray):
                arrays[f.name] = value
    arrays |= {f"code {name}": codes for name, codes in ready.columns.codes.items()}
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **packed, **arrays)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    for old in path.parent.glob("search-*.npz"):
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()


def load(path: Path, count: int) -> Ready | None:
    """What was kept; ``None`` if it isn't there, whole, or of that many listings."""
    import numpy as np

    from triage.directory.filters import TEXTS, Columns
    from triage.directory.postings import Postings

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            got = {name: kept[name] for name in kept.files}
        words, names = (tuple(bytes(got.pop(n)).decode().split("\n")) for n in ("words", "names"))
        more = msgspec.msgpack.decode(bytes(got.pop("more")))
        order, points = got.pop("order"), got.pop("points")
        codes = {name: got.pop(f"code {name}") for name in TEXTS}
        values = {name: tuple(tuple(v) if isinstance(v, list) else v for v in more["values"][name]) for name in TEXTS}
        columns = Columns(
            codes=codes, values=values, **{f.name: got.pop(f.name) for f in fields(Columns) if f.name in got}
        )
        postings = Postings(words=words, names=names, **got)
        named = {n: tuple(where) if isinstance(where, list) else where for n, where in more["named"].items()}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, msgspec.DecodeError):
        return None
    whole = len(names) == len(order) == len(points) == count and len(postings.ptr) == len(words) + 1
    return Ready(postings, points, columns, named, order) if whole else None


def _digest(directory: Directory, places: Places) -> str:
    import numpy as np

    made_of = (FORM, triage.__version__, np.__version__, directory.digest, len(directory.listings))
    digest = hashlib.sha256(repr(made_of).encode())
    for text in (places.units, places.sectors, repr(sorted(places.named.items()))):
        digest.update(text.encode())
    return digest.hexdigest()[:32]

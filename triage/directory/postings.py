"""The inverted index: which words stand in which listings, and how much each says about it.

Words are sorted, so that everything that starts with the same letters is one slice. Postings lie in two flat arrays
behind one array of offsets (CSR): ``docs[ptr[w]:ptr[w + 1]]`` are the listings with word ``w`` in order, and ``impact``
is how telling it is there, in (0, 1): BM25F's saturated sum over the fields.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from triage.directory.words import STOP, tokens
from triage.model import Listing

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.intp]
"""Listings by their numbers, wide enough to pick from arrays as they are: narrower ones cost several times as much."""
Mask = npt.NDArray[np.bool_]

K1 = 1.2
WINDOW = 3
"""How many words apart the words of one term may stand in a description."""
FIELDS = ("name", "topics", "place", "postcode", "organisation", "description")
WEIGHT = {"name": 5.0, "topics": 3.5, "place": 3.0, "postcode": 3.0, "organisation": 2.0, "description": 1.0}
LENGTH = {"description": 0.6}
"""How much a field's length counts against it (BM25's *b*); .3 for the others."""


@dataclass(frozen=True)
class Postings:
    """What :func:`build` makes.

    ``forward`` turns it round: the words of each listing. ``places`` say where in all the descriptions, one after the
    other with gaps between, a word stands; ``starts`` where each listing's begins. ``names`` are the names as words, to
    compare whole names; ``made`` marks the words that nobody wrote: initials, and words of a name run together.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    ptr: npt.NDArray[np.int64]
    docs: Ints
    impact: Floats
    forward_ptr: npt.NDArray[np.int64]
    forward: Ints
    place_ptr: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    made: Mask

    def df(self, low: int, high: int) -> int:
        """Postings of the words from ``low`` to before ``high``."""
        return int(self.ptr[high] - self.ptr[low])


def build(listings: Sequence[Listing]) -> Postings:
    """Index the listings by every word of their fields."""
    ids: defaultdict[str, int] = defaultdict()
    ids.default_factory = ids.__len__
    flat = {field: array("i") for field in FIELDS}
    sizes = {field: array("i") for field in FIELDS}
    names = []
    written = bytearray()
    for listing in listings:
        texts = _texts(listing)
        names.append(" ".join(texts["name"][0]))
        for field in FIELDS:
            plain, extra = texts[field]
            said = [ids[word] for word in plain]
            if len(written) < len(ids):
                written.extend(bytes(len(ids) - len(written)))
            for id_ in said:
                written[id_] = 1
            said += [ids[word] for word in extra]
            sizes[field].append(len(said))
            flat[field].extend(said)
    written.extend(bytes(len(ids) - len(written)))
    words = sorted(ids)
    order = np.fromiter((ids[word] for word in words), np.int64, len(words))
    rank = np.empty(len(ids), np.int32)
    rank[order] = np.arange(len(ids), dtype=np.int32)
    made = np.frombuffer(bytes(written), np.uint8)[order] == 0 if words else np.zeros(0, np.bool_)
    return _merge(tuple(words), tuple(names), rank, flat, sizes, made)


def _merge(
    words: tuple[str, ...],
    names: tuple[str, ...],
    rank: Ints,
    flat: dict[str, array[int]],
    sizes: dict[str, array[int]],
    made: Mask,
) -> Postings:
    count = len(names)
    keys, weights = [], []
    for field in FIELDS:
        size = np.array(sizes[field], np.int64)
        mean = size[size > 0].mean() if size.any() else 1.0
        b = LENGTH.get(field, 0.3)
        weight = (WEIGHT[field] / (1 - b + b * size / mean)).astype(np.float32)
        owner = np.repeat(np.arange(count), size)
        keys.append(rank[np.frombuffer(flat[field], np.int32)].astype(np.int64) * count + owner)
        weights.append(weight[owner])
    every, weighed = np.concatenate(keys), np.concatenate(weights)
    by_key = np.argsort(every, kind="stable")
    every, weighed = every[by_key], weighed[by_key]
    first = np.flatnonzero(np.diff(every, prepend=-1))
    total = np.add.reduceat(weighed, first) if len(first) else weighed
    found = every[first]
    term, doc = found // max(count, 1), (found % max(count, 1)).astype(np.int32)
    by_doc = np.argsort(doc, kind="stable")
    text = rank[np.frombuffer(flat["description"], np.int32)]
    by_word = np.argsort(text, kind="stable")
    said = np.array(sizes["description"], np.int64)
    gaps = np.repeat(WINDOW * np.arange(count), said)
    ends = np.cumsum(said)
    return Postings(
        words=words,
        names=names,
        ptr=np.searchsorted(term, np.arange(len(words) + 1)).astype(np.int64),
        docs=doc,
        impact=(total / (np.float32(K1) + total)).astype(np.float32),
        forward_ptr=np.searchsorted(doc[by_doc], np.arange(count + 1)).astype(np.int64),
        forward=term[by_doc].astype(np.int32),
        place_ptr=np.searchsorted(text[by_word], np.arange(len(words) + 1)).astype(np.int64),
        places=(by_word + gaps[by_word]).astype(np.int32 if len(text) + 4 * count < 2**31 else np.int64),
        starts=(ends - said + WINDOW * np.arange(count)).astype(np.int64),
        made=made,
    )


def _texts(listing: Listing) -> dict[str, tuple[list[str], list[str]]]:
    """The words of each field, and the words it has besides: *foodbank* for *food bank*, *u3a*, *mnd*."""
    name = tokens(listing.name)
    topics = [tokens(topic) for topic in listing.topics]
    spoken = (language for language in listing.languages if language != "English")
    said = (listing.description, listing.eligibility, *spoken)
    postcode = tokens(listing.postcode)
    return {
        "name": (name, [*_joined(name), *_initials(name)]),
        "topics": ([word for topic in topics for word in topic], [w for topic in topics for w in _joined(topic)]),
        "place": (tokens(f"{listing.ward} {listing.address}"), []),
        "postcode": (postcode, ["".join(postcode)] if len(postcode) > 1 else []),
        "organisation": (tokens(listing.organisation), _initials(tokens(listing.organisation))),
        "description": (tokens(" ".join(said)), []),
    }


def _joined(words: list[str]) -> list[str]:
    pairs = pairwise(words)
    return [a + b for a, b in pairs if a not in STOP and b not in STOP and len(a) > 1 and len(b) > 1]


def _initials(words: list[str]) -> list[str]:
    """*Motor Neurone Disease Association* is called mnda and mnd; *Citizens Advice Bureau* cab."""
    telling = [word for word in words if word not in STOP]
    if not 2 <= len(telling) <= 7:
        return []
    letters = "".join(word[0] for word in telling)
    return [letters] + ([letters[:3]] if len(letters) == 4 else [])

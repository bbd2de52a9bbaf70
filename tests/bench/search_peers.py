"""Other ways to search, beside ours in the same run: each is made of listings and answers with listings, best first.

What isn't installed is ``None`` and is said to be skipped: tantivy (a Python package), MiniSearch (an npm package, in
``$NODE_PATH`` or a ``node_modules`` above the working directory, with node). Each is set up sensibly, not tuned.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from rapidfuzz import fuzz, process, utils

from triage.model import Listing

Ask = Callable[[str], Sequence[Listing]]
TOP = 20
FIELDS = ("name", "topics", "place", "organisation", "description")
WEIGHTS = (5.0, 3.5, 3.0, 2.0, 1.0)
_WORD = re.compile(r"\w+")


def texts(listing: Listing) -> tuple[str, ...]:
    """The fields everybody searches."""
    place = f"{listing.ward} {listing.address} {listing.postcode}"
    return listing.name, "; ".join(listing.topics), place, listing.organisation, listing.description


def wratio(listings: Sequence[Listing]) -> Ask:
    """RapidFuzz WRatio over all of a listing's text."""
    joined = [utils.default_process(" ".join(texts(listing))) for listing in listings]

    def ask(words: str) -> list[Listing]:
        found = process.extract(utils.default_process(words), joined, scorer=fuzz.WRatio, limit=TOP)
        return [listings[number] for _, _, number in found]

    return ask


def _fts(listings: Sequence[Listing], tokenizer: str, phrase: Callable[[list[str]], str]) -> Ask:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE t USING fts5({','.join(FIELDS)}, tokenize='{tokenizer}', prefix='2 3')")
    database.executemany("INSERT INTO t VALUES (?,?,?,?,?)", map(texts, listings))
    order = f"SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t,{','.join(map(str, WEIGHTS))}) LIMIT {TOP}"

    def ask(words: str) -> list[Listing]:
        wanted = phrase(_WORD.findall(words.lower()))
        return [listings[row - 1] for (row,) in database.execute(order, (wanted,))] if wanted else []

    return ask


def porter(listings: Sequence[Listing]) -> Ask:
    """SQLite FTS5 with Porter stems; the last word may be unfinished."""

    def phrase(words: list[str]) -> str:
        return " OR ".join([f'"{word}"' for word in words[:-1]] + [f'"{word}"*' for word in words[-1:]])

    return _fts(listings, "porter unicode61", phrase)


def trigram(listings: Sequence[Listing]) -> Ask:
    """SQLite FTS5 with trigrams, any of which may match."""

    def phrase(words: list[str]) -> str:
        text = " ".join(words)
        return " OR ".join(f'"{text[at : at + 3]}"' for at in range(len(text) - 2))

    return _fts(listings, "trigram", phrase)


def tantivy(listings: Sequence[Listing]) -> Ask | None:
    """tantivy with a fuzzy term for each word in each field, the last one a prefix; one thread."""
    found = tantivy_rows(listings)
    return (lambda words: [listings[row] for row in found(words)]) if found else None


def tantivy_rows(listings: Sequence[Listing]) -> Callable[[str], list[int]] | None:
    """The same, answering with the numbers of the listings."""
    try:
        import tantivy as t
    except ImportError:
        return None
    builder = t.SchemaBuilder()
    for field in FIELDS:
        builder.add_text_field(field, stored=False)
    schema = builder.add_integer_field("row", stored=False, fast=True, indexed=True).build()
    index = t.Index(schema)
    writer = index.writer(256_000_000, 1)
    for row, listing in enumerate(listings):
        writer.add_document(t.Document(**dict(zip(FIELDS, texts(listing), strict=True)), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    query, should = t.Query, t.Occur.Should
    numbers: dict[tuple[int, int], int] = {}

    def ask(words: str) -> list[int]:
        typed = _WORD.findall(words.lower())
        parts: list[Any] = []
        for place, word in enumerate(typed):
            edits = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
            for field, weight in zip(FIELDS, WEIGHTS, strict=True):
                fuzzy = query.fuzzy_term_query(schema, field, word, edits, True, place == len(typed) - 1)
                exact = query.term_query(schema, field, word)
                parts += [(should, query.boost_query(fuzzy, weight)), (should, query.boost_query(exact, weight))]
        if not parts:
            return []
        hits = searcher.search(query.boolean_query(parts), TOP).hits
        return [numbers[address.segment_ord, address.doc] for _, address in hits]

    _addresses(searcher, schema, t, len(listings), numbers)
    return ask


def _addresses(searcher: Any, schema: Any, t: Any, count: int, numbers: dict[tuple[int, int], int]) -> None:
    """Where tantivy keeps each row, read once, so that asking needn't fetch documents."""
    for address, row in zip(*_every(searcher, t, count), strict=True):
        numbers[address.segment_ord, address.doc] = row


def _every(searcher: Any, t: Any, count: int) -> tuple[list[Any], list[int]]:
    found = searcher.search(t.Query.all_query(), max(count, 1), order_by_field="row", order=t.Order.Asc)
    return [address for _, address in found.hits], [row for row, _ in found.hits]


SCRIPT = """
const MiniSearch = require('minisearch')
const [rows, queries] = JSON.parse(require('fs').readFileSync(0))
const index = new MiniSearch({fields: %(fields)s, idField: 'row'})
index.addAll(rows)
const how = {boost: %(boost)s, prefix: true, fuzzy: term => term.length > 3 ? 0.2 : false}
console.log(JSON.stringify(queries.map(q => index.search(q, how).slice(0, %(top)d).map(r => r.id))))
"""


def minisearch(listings: Sequence[Listing], queries: Sequence[str]) -> Ask | None:
    """MiniSearch with prefixes and fuzzy terms; all queries are asked at once, because node is another process."""
    node = shutil.which("node")
    if node is None:
        return None
    rows = [{"row": n, **dict(zip(FIELDS, texts(x), strict=True))} for n, x in enumerate(listings)]
    boost = dict(zip(FIELDS, WEIGHTS, strict=True))
    script = SCRIPT % {"fields": json.dumps(FIELDS), "boost": json.dumps(boost), "top": TOP}
    ran = subprocess.run(
        [node, "-e", script], input=json.dumps([rows, queries]), capture_output=True, text=True, check=False
    )
    if ran.returncode:
        return None
    found = dict(zip(queries, json.loads(ran.stdout), strict=True))
    return lambda words: [listings[row] for row in found[words]]

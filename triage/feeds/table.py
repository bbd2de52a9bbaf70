"""Tables: a CSV of any dialect as rows with their line numbers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from triage.feeds.feed import FeedError, Rejected
from triage.feeds.text import plain

DELIMITERS = ",;\t|¬"
LOOKED = 20
"""Rows looked at to find the heading and the delimiter."""
_GUARDED = tuple("=+-@")
LARGEST = 200_000
"""Characters of one cell; more is a quotation mark that was never closed."""


@dataclass(frozen=True)
class Table:
    """The headings, and each row by its heading."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]] | Rejected, ...]


def read(text: str, name: str) -> Table:
    """Read a CSV. Titles above the heading are skipped; a row with more cells than headings is rejected."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    mark = ""
    if text[:4].lower() == "sep=":
        mark, text = text[4:5], "\n" + text.partition("\n")[2]
    if not text.strip():
        raise FeedError(f"{name} is empty.")
    mark = mark or delimiter(text)
    lines = _lines(text, mark, name)
    head: list[tuple[int, list[str]]] = []
    for number, cells in lines:
        if any(plain(cell) for cell in cells):
            head.append((number, cells))
        if len(head) == LOOKED:
            break
    if not head:
        raise FeedError(f"{name} holds no row.")
    width = Counter(len([c for c in cells if c.strip()]) for _, cells in head[1:]).most_common(1)
    least = max(1, ((width[0][0] if width else 1) + 1) // 2)
    start = next((i for i, (_, cells) in enumerate(head) if len([c for c in cells if c.strip()]) >= least), 0)
    headings = _unique(head[start][1])
    rows = tuple(_rows(name, headings, [*head[start + 1 :]], lines))
    return Table(name, headings, rows)


def _rows(
    name: str, headings: tuple[str, ...], first: list[tuple[int, list[str]]], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, dict[str, str]] | Rejected]:
    for number, cells in (*first, *rest):
        if not any(cell.strip() for cell in cells):
            continue
        if [c.strip() for c in cells] == [h.strip() for h in headings]:
            continue
        more = [cell for cell in cells[len(headings) :] if cell.strip()]
        if more:
            why = (
                f"it has {len(cells)} cells under {len(headings)} headings: a comma or a quotation mark may be missing"
            )
            yield Rejected(f"{name}, line {number}", why)
        else:
            yield number, dict(zip(headings, map(_unguarded, cells), strict=False))


def _unguarded(cell: str) -> str:
    """A cell without the mark that kept a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _GUARDED else cell


def _lines(text: str, mark: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it starts on."""
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise FeedError(f"{name}, line {start}: {error}. A quotation mark may never be closed.") from error


def delimiter(text: str) -> str:
    """The sign between cells: the one that cuts the first lines into the most, and the most even, pieces."""
    sample = "\n".join(text.split("\n", LOOKED)[:LOOKED])

    def worth(mark: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(io.StringIO(sample), delimiter=mark) if any(row)]
        widths = Counter(len(row) for row in rows)
        width, many = widths.most_common(1)[0] if widths else (1, 0)
        return (many / max(1, len(rows)) if width > 1 else 0, width)

    csv.field_size_limit(LARGEST)
    try:
        return max(DELIMITERS, key=worth)
    except csv.Error:
        return ","


def _unique(cells: list[str]) -> tuple[str, ...]:
    """The headings; a blank one is called by its place, a second of the same name gets a number."""
    seen: Counter[str] = Counter()
    made = []
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    for place, cell in enumerate(cells, 1):
        name = plain(cell) or f"column {place}"
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(made)

"""What a source is, by what is in it: then the reader that fits it.

A name's ending is a hint at most; the bytes decide. A CSV without a mapping is read by a guessed one, and the feed
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from triage.feeds import hsds, mapping, outpost, packed, saved, table
from triage.feeds.feed import Draft, Feed, FeedError, Note, Rejected, settle
from triage.feeds.limits import Limits
from triage.feeds.mapping import Plan
from triage.feeds.service import draft, together
from triage.feeds.text import decode, plain

FORMS = ("auto", "oruk", "hsds", "table", "outpost")
Rows = Iterator[Draft | Rejected | Note]
GUESSED = "read by a guess from its headings"
WRAPPINGS = 3
"""Archives within each other."""
UNIQUE = 0.97
"""The share of rows that must differ in a guessed column of ids for it to be one."""


@dataclass(frozen=True)
class Asked:
    """What a person asked for. ``partial`` is a folder for what an interrupted fetch had; ``tell`` gets progress."""

    today: date
    form: str = "auto"
    plan: Plan | None = None
    name: str = ""
    kind: str = ""
    limits: Limits = field(default_factory=Limits)
    partial: Path | None = None
    tell: Callable[[str], None] = lambda words: None
    wrappings: int = 0
    """Archives that were opened to come here: one may hold itself, without end."""


def read(source: str, asked: Asked) -> Feed:
    """Read a file, a folder, a zip or an address of the web. A source that can't be read raises :class:`FeedError`."""
    if not source.strip():
        raise FeedError("The name of the source is blank.")
    scheme, colon, _ = source.partition("://")
    if colon and scheme.lower() in ("http", "https"):
        from triage.feeds import oruk

        return oruk.read(source, asked)
    if colon or source.lower().startswith(("file:", "data:", "ftp:", "javascript:")):
        kind = source.partition(":")[0]
        raise FeedError(
            f"{source}: addresses of the kind {kind}: are refused. Give http:, https:, or the name of a file."
        )
    path = Path(source).expanduser()
    if path.is_dir():
        return _files(packed.folder(path, asked.limits), path.resolve().name, asked)
    if not path.is_file():
        raise FeedError(f"{source} is not there: no file or folder has that name.")
    return content(packed.file(path, asked.limits), path.name, asked)


def content(data: bytes, name: str, asked: Asked) -> Feed:
    """Read the bytes of one file; ``name`` is its own, for messages and as the source's name."""
    if asked.wrappings > WRAPPINGS:
        raise packed.bomb(name)
    called = asked.name or (asked.plan.name if asked.plan else "") or packed.stem(name)
    if data.startswith(b"PK\x03\x04"):
        return _archive(data, name, _unwrapped(asked))
    if data.startswith(b"\x1f\x8b"):
        return content(packed.gunzip(data, name, asked.limits), name.removesuffix(".gz"), _unwrapped(asked))
    if data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")):
        raise FeedError(f"{name} is not a table or a feed. From Excel, save the sheet as CSV (UTF-8) and import that.")
    text, coding = decode(data)
    start = text[:2000].lstrip("\ufeff \t\r\n").lower()
    if not start:
        raise FeedError(f"{name} is empty.")
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise FeedError(f"{name} is a web page, not a feed or a table.")
    if "\0" in text[:2000]:
        raise FeedError(f"{name} is not text: it can't be read.")
    if start[0] in "[{" and asked.form not in ("outpost",):
        return _json(text, name, called, asked)
    return _table(text, coding, name, called, asked)


def _json(text: str, name: str, called: str, asked: Asked) -> Feed:
    by_line = saved.is_lines(text)
    document = None if by_line else saved.parse(text, name)
    if isinstance(document, dict) and isinstance(document.get("resources"), list) and "services" not in document:
        raise FeedError(f"{name} only describes a package. Import the folder or the zip that it stands in.")
    if isinstance(document, dict) and saved.is_tabular(document):
        return settle(called, "hsds", hsds.services(hsds.tabular(document)), defaults=_defaults(asked))
    found = list(saved.lines(text, name) if by_line else saved.items(document, name))
    records = [each for each in found if isinstance(each, saved.Item)]
    if not records and not any(isinstance(each, Rejected) for each in found):
        raise FeedError(f"{name} holds no record that could be a service.")
    terms = [each for each in records if saved.is_term(each.value)]
    if terms and len(terms) == len(records) and not asked.plan:
        raise FeedError(f"{name} holds a taxonomy's terms, and no services.")
    services = asked.form in ("oruk", "hsds") or (
        asked.form == "auto" and not asked.plan and any(saved.is_service(each.value) for each in records[:50])
    )
    if services:
        rows = (draft(e.where, e.value) if isinstance(e, saved.Item) else e for e in found)
        return settle(called, "oruk", rows, defaults=_defaults(asked))
    return settle(called, "records", _flat(found, name, asked), defaults=_defaults(asked))


def _flat(found: list[saved.Item | Rejected | Note], name: str, asked: Asked) -> Rows:
    """Flat records are the rows of a table whose headings are their keys."""
    cells = [each.value for each in found if isinstance(each, saved.Item) and isinstance(each.value, Mapping)]
    headings = tuple(dict.fromkeys(plain(key) for each in cells for key in each))
    plan, notes = _plan(headings, [_joined(each) for each in cells], name, asked)
    yield from notes
    for each in found:
        if not isinstance(each, saved.Item):
            yield each
        elif isinstance(each.value, Mapping):
            yield mapping.row(each.where, _joined(each.value), plan)
        else:
            yield Rejected(each.where, "it is not a record with fields")


def _joined(record: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of words in a record's fields as one text; yes and no as words."""
    made: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, list):
            made[plain(key)] = "; ".join(plain(each) for each in value)
        else:
            made[plain(key)] = ("yes" if value else "no") if isinstance(value, bool) else value
    return made


def _table(text: str, coding: str, name: str, called: str, asked: Asked) -> Feed:
    found = table.read(text, name)
    if asked.form == "outpost" or (asked.form == "auto" and not asked.plan and outpost.is_template(found.headings)):
        if not outpost.is_template(found.headings):
            raise FeedError(
                f"{name} has no columns import_id, import_id_reference and name: it isn't Outpost's template."
            )
        return settle(called, "outpost", outpost.services(found, asked.today), defaults=_defaults(asked))
    if not asked.plan and hsds.is_part(name, found.headings):
        raise FeedError(f"{name} is one table of a package. Import the folder or the zip that holds all of them.")
    if asked.form in ("oruk", "hsds"):
        raise FeedError(f"{name} is a single table: {asked.form} is JSON, an address, a folder or a zip.")
    return settle(called, "table", _rows(found, coding, asked), defaults=_defaults(asked))


def _rows(found: table.Table, coding: str, asked: Asked) -> Rows:
    cells = [row[1] for row in found.rows if not isinstance(row, Rejected)]
    plan, notes = _plan(found.headings, cells, found.name, asked)
    yield from notes
    if coding == "cp1252":
        yield Note(found.name, "it is not UTF-8: lines that aren't were read as Windows-1252")
    for row in found.rows:
        if isinstance(row, Rejected):
            yield row
        else:
            yield mapping.row(f"{found.name}, line {row[0]}", row[1], plan)


def _plan(headings: tuple[str, ...], cells: list[Any], name: str, asked: Asked) -> tuple[Plan, list[Note]]:
    """The mapping that was given, checked against the headings; else a guess, and the note that it is one."""
    if asked.plan:
        wanted = {heading for each in asked.plan.columns.values() for heading in each}
        missing = sorted(wanted - set(headings))
        if missing:
            near = mapping.nearest(missing[0], headings)
            meant = f" Did you mean “{near}”?" if near else ""
            raise FeedError(f"{name} has no column “{missing[0]}”, which the mapping names.{meant}")
        return asked.plan, []
    return guessed(headings, cells, name)


def guessed(headings: tuple[str, ...], cells: list[Any], name: str) -> tuple[Plan, list[Note]]:
    """A mapping from the headings; a column of ids that repeats itself is not taken for one."""
    plan = mapping.guess(headings)
    if "name" not in plan.columns:
        listed = ", ".join(headings[:8])
        raise FeedError(
            f"{name}: no column looks like a name (it has {listed}). "
            f"Write a mapping: triage directory map {name} --out MAP.toml"
        )
    notes: list[Note] = []
    first = plan.columns.get("source_id", ())
    own = next((heading for heading in mapping.fitting("source_id", headings) if _telling(heading, cells)), "")
    columns = {to: found for to, found in plan.columns.items() if to != "source_id"}
    plan = Plan({"source_id": (own,), **columns} if own else columns, plan.defaults)
    if first and not own:
        notes.append(Note(name, f"“{first[0]}” is not the rows' own id: too many share one or have none"))
    told = "; ".join(f"{to} from {' + '.join(found)}" for to, found in plan.columns.items())
    notes.insert(0, Note(name, f"{GUESSED}: {told}"))
    return plan, notes


def _telling(heading: str, cells: list[Any]) -> bool:
    """Whether a column tells most rows apart."""
    values = [said for said in (plain(each.get(heading)) for each in cells) if said]
    return len(values) >= len(cells) / 2 and len(set(values)) >= UNIQUE * len(values)


def spread(source: str, form: str = "auto") -> list[str]:
    """A folder of unlike files as its files; anything else as it is."""
    path = Path(source).expanduser()
    if not source or "://" in source or not path.is_dir():
        return [source]
    inside = packed.alone(path)
    tables = [each for each in inside if each.suffix.lower() != ".json"]
    if form == "hsds" or not tables or hsds.is_package([each.as_posix() for each in packed.listed(path)]):
        return [source]
    return [str(each) for each in inside]


def _archive(data: bytes, name: str, asked: Asked) -> Feed:
    return _files(packed.members(data, name, asked.limits), name, asked)


def _files(files: dict[str, bytes], name: str, asked: Asked) -> Feed:
    """Several files: a package, the saved pages of a feed, or one file in a wrapping."""
    if asked.form in ("auto", "hsds") and hsds.is_package(list(files)):
        found, said = hsds.tables(files, name)
        called = asked.name or hsds.title(files) or packed.stem(name)
        return settle(called, "hsds", (*said, *hsds.services(found)), defaults=_defaults(asked))
    documents = {n: d for n, d in files.items() if n.lower().endswith((".json", ".jsonl", ".ndjson"))}
    documents = {n: d for n, d in documents.items() if not n.lower().endswith(("datapackage.json", "provenance.json"))}
    if len(files) == 1:
        ((inner, data),) = files.items()
        return content(data, inner.rpartition("/")[2], _named(asked, packed.stem(name)))
    if documents and len(documents) >= len(files) - 1:
        return _pages(documents, name, asked)
    if not files:
        raise FeedError(f"{name} holds no CSV and no JSON.")
    listed = ", ".join(sorted(files)[:6])
    raise FeedError(f"{name} is not a package (there is no services.csv). Import its files one by one: {listed}")


def _pages(documents: dict[str, bytes], name: str, asked: Asked) -> Feed:
    """The saved answers of a feed: its pages, and each service in full, which stands for its line on a page."""
    listed: list[saved.Item | Note] = []
    alone: dict[str, saved.Item] = {}
    rest: list[saved.Item | Note] = []
    for file in sorted(documents):
        document = saved.parse(decode(documents[file])[0], file)
        if saved.is_root(document):
            continue
        found = list(saved.items(document, file))
        if saved.is_page(document):
            listed += found
            continue
        for each in found:
            own = plain(each.value.get("id")) if isinstance(each, saved.Item) and hasattr(each.value, "get") else ""
            if own and own not in alone and isinstance(each, saved.Item):
                alone[own] = each
            else:
                rest.append(each)
    whole: list[saved.Item | Note] = []
    for each in listed:
        if isinstance(each, saved.Item) and isinstance(each.value, Mapping):
            inner = alone.pop(plain(each.value.get("id")), None)
            whole.append(saved.Item(each.where, together(each.value, inner.value)) if inner else each)
        else:
            whole.append(each)
    rows = (draft(e.where, e.value) for e in (*whole, *alone.values(), *rest) if isinstance(e, saved.Item))
    return settle(asked.name or packed.stem(name), "oruk", rows, defaults=_defaults(asked))


def _unwrapped(asked: Asked) -> Asked:
    return replace(asked, wrappings=asked.wrappings + 1)


def _named(asked: Asked, name: str) -> Asked:
    return asked if asked.name else replace(asked, name=name)


def _defaults(asked: Asked) -> dict[str, Any]:
    return {"kind": asked.kind} if asked.kind else {}


def headings(path: Path, limits: Limits) -> tuple[Plan, tuple[str, ...]]:
    """A guessed mapping for a table or flat records, and their headings."""
    text, _ = decode(packed.file(path, limits))
    if text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
        by_line = saved.is_lines(text)
        found = saved.lines(text, path.name) if by_line else saved.items(saved.parse(text, path.name), path.name)
        cells = [_joined(e.value) for e in found if isinstance(e, saved.Item) and isinstance(e.value, Mapping)]
        heads = tuple(dict.fromkeys(key for each in cells for key in each))
    else:
        rows = table.read(text, path.name)
        heads = rows.headings
        cells = [row[1] for row in rows.rows if not isinstance(row, Rejected)]
    plan = mapping.guess(heads)
    return (guessed(heads, cells, path.name)[0] if "name" in plan.columns else plan), heads

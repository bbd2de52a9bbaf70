"""Open Referral UK over HTTP, v1 and v3: the list of services page by page, then each service.

Publishers' counts can't be trusted, so paging goes on until a page is empty or only repeats what was seen, and the
list is thin, so each service is asked for, a few at a time. What was fetched is kept beside the directory until the
whole feed is in: an interrupted import goes on where it stopped, if that was today or yesterday.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from triage.feeds import recognise, saved
from triage.feeds.feed import Draft, Feed, FeedError, Note, Rejected, settle, slug
from triage.feeds.service import draft, own_id, together
from triage.feeds.text import decode, plain
from triage.feeds.web import Gone, Web

SIZE = 50
"""Services asked for on one page."""
FILES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".zip", ".gz")
_PAGING = ("page", "per_page", "perPage", "size")


@dataclass
class _List:
    """The services of the paged list, each once unless two differ under one id."""

    items: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    rows: list[Rejected | Note] = field(default_factory=list)
    whole: bool = True


def read(source: str, asked: recognise.Asked) -> Feed:
    """Read a feed by its base address or that of its ``/services``, or a file that stands at the address.

    A name and password in the address are sent and never told.
    """
    try:
        return _read(source, asked)
    except FeedError as error:
        told = re.sub(r"(?<=://)[^/@\s]*@", "", str(error))
        raise FeedError(told) from error


def _read(source: str, asked: recognise.Asked) -> Feed:
    try:
        parts = urlsplit(source)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise FeedError(f"{source} is not an address ({error}).") from error
    if not named:
        raise FeedError(f"{source} names no host.")
    clean = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="", query="").geturl().rstrip("/")
    base = clean.removesuffix("/services")
    name = asked.name or base.partition("://")[2].removeprefix("www.")
    with Web(asked.limits) as web:
        if parts.path.lower().endswith(FILES):
            return recognise.content(web.get(source), parts.path.rpartition("/")[2], asked)
        address = _Address(base, parts.query, parts.netloc)
        first = _first(web, address)
        if first is None:
            return recognise.content(web.get(source), parts.path.rpartition("/")[2] or name, asked)
        if not _records(first)[0]:
            return recognise.content(json.dumps(first).encode(), name, asked)
        listed = _walk(web, address, first, asked)
        asked.tell(f"{len(listed.items):,} services listed; fetching each")
        rows, kept = _details(web, address, listed, name, asked)
    form = "oruk v3" if "contents" in first else "oruk v1"
    defaults = {"kind": asked.kind} if asked.kind else {}
    feed = settle(name, form, (*listed.rows, *rows), whole=listed.whole, defaults=defaults)
    kept.forget()
    return feed


def _first(web: Web, address: _Address) -> Any:
    """The first page; ``None`` when there is no list of services under the address."""
    try:
        data = web.get(address.page(1))
    except Gone:
        return None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        return saved.parse(decode(data)[0], address.base)
    except FeedError:
        return web.json(address.page(1))


@dataclass(frozen=True)
class _Address:
    """Where pages and services of a feed are; what stood behind the ``?`` is sent along."""

    base: str
    query: str
    netloc: str

    def page(self, number: int) -> str:
        return self._with("/services", (("page", str(number)), ("per_page", str(SIZE))))

    def service(self, own: str) -> str:
        return self._with(f"/services/{quote(own, safe='')}", ())

    def _with(self, path: str, more: tuple[tuple[str, str], ...]) -> str:
        given = [pair for pair in parse_qsl(self.query) if pair[0] not in _PAGING]
        parts = urlsplit(self.base + path)
        return urlunsplit(parts._replace(netloc=self.netloc, query=urlencode([*given, *more])))


def _records(page: Any) -> tuple[bool, list[Any]]:
    """Whether it is a page of a list, and what stands on it."""
    if not isinstance(page, Mapping):
        return False, []
    key = next((k for k in saved.ENVELOPES if isinstance(page.get(k), list)), "")
    return bool(key), page[key] if key else []


def _walk(web: Web, address: _Address, page: Any, asked: recognise.Asked) -> _List:
    """Every page. Two pages in a row without anything new end it; so does an empty one."""
    found, seen, number, stale = _List(), set[tuple[str, str]](), 1, 0
    limits = asked.limits
    total, pages = _counts(page)
    while True:
        _, records = _records(page)
        fresh = 0
        for at, each in enumerate(records, 1):
            where = f"{address.base}/services, page {number}, item {at}"
            if not isinstance(each, Mapping):
                found.rows.append(Rejected(where, "it is not a record with fields"))
                continue
            key = (plain(each.get("id")), plain(each.get("name")).casefold())
            if key not in seen:
                seen.add(key)
                found.items.append((where, each))
                fresh += 1
        stale = 0 if fresh else stale + 1
        asked.tell(f"page {number} of {pages or '?'}: {len(found.items):,} services")
        if not records or stale > 1 or (not fresh and number >= pages):
            break
        if _ended(page, len(found.items) + len(found.rows), total):
            break
        if number >= min(limits.pages, max(200, 2 * pages)) or len(found.items) > limits.services:
            raise FeedError(
                f"{address.base}/services never ends: page {number} of {pages or '?'} still brings new services."
            )
        number += 1
        page = web.json(address.page(number))
    had = len(found.items) + len(found.rows)
    if total is not None and total != had:
        found.rows.append(
            Note(f"{address.base}/services", f"it says that it has {total:,} services, and lists {had:,}")
        )
        found.whole = had > total or not records
    return found


def _counts(page: Mapping[str, Any]) -> tuple[int | None, int]:
    """How many services and pages a feed says it has."""
    total = next((page[k] for k in ("totalElements", "total_items") if isinstance(page.get(k), int)), None)
    pages = next((page[k] for k in ("totalPages", "total_pages") if isinstance(page.get(k), int)), 0)
    return total, max(0, pages)


def _ended(page: Mapping[str, Any], had: int, total: int | None) -> bool:
    """Whether the feed says that this is the last page, and its count agrees or isn't given."""
    return (page.get("last") is True or page.get("last_page") is True) and (total is None or had >= total)


class _Kept:
    """What an interrupted fetch had: one service a line."""

    def __init__(self, folder: Path | None, name: str, base: str, today: date) -> None:
        self.path = folder / f"{slug(name)}.jsonl" if folder else None
        self.base, self.today = base, today
        self.had: dict[str, Any] = dict(self._lines())
        self._opened: Any = None

    def _lines(self) -> Iterator[tuple[str, Any]]:
        if not self.path or not self.path.exists():
            return
        oldest = (self.today - timedelta(days=1)).isoformat()
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                said = json.loads(line)
                if said["from"] == self.base and said["on"] >= oldest:
                    yield str(said["id"]), said["service"]

    def keep(self, own: str, service: Any) -> None:
        """Write one down at once."""
        if not self.path:
            return
        if self._opened is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._opened = self.path.open("a", encoding="utf-8", newline="\n")
        line = {"from": self.base, "on": self.today.isoformat(), "id": own, "service": service}
        self._opened.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._opened.flush()

    def close(self) -> None:
        """Let go of the file."""
        if self._opened:
            self._opened.close()
            self._opened = None

    def forget(self) -> None:
        """The feed is in: the rest isn't needed any more."""
        self.close()
        if self.path:
            with suppress(OSError):
                self.path.unlink()
            with suppress(OSError):
                self.path.parent.rmdir()


Rows = list[Draft | Rejected | Note]


def _details(web: Web, address: _Address, listed: _List, name: str, asked: recognise.Asked) -> tuple[Rows, _Kept]:
    """Each service in full. One that isn't there any more, or can't be had, is rejected; too many end the import."""
    kept = _Kept(asked.partial, name, address.base, asked.today)
    if kept.had:
        asked.tell(f"{len(kept.had):,} services are here from an import that was interrupted")
    ids = list(dict.fromkeys(plain(item.get("id")) for _, item in listed.items))
    todo = [own for own in ids if own and own not in (".", "..") and own not in kept.had]
    failed: dict[str, FeedError] = {}
    last = ""
    pool = ThreadPoolExecutor(max_workers=asked.limits.at_once)
    try:
        jobs = {own: pool.submit(web.json, address.service(own)) for own in todo}
        for count, (own, job) in enumerate(jobs.items(), 1):
            try:
                service = job.result()
                kept.had[own] = service
                kept.keep(own, service)
            except FeedError as error:
                failed[own], last = error, str(error)
            broken = sum(not isinstance(each, Gone) for each in failed.values())
            if broken > max(3, asked.limits.lost * len(ids)):
                raise FeedError(
                    f"{name}: {broken} of {len(ids):,} services can't be fetched, so nothing was imported. {last}"
                )
            if count % SIZE == 0:
                asked.tell(f"{count:,} of {len(jobs):,} services")
    except FeedError:
        web.stop()
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        kept.close()
    rows: Rows = []
    none = bool(ids) and len(failed) == len(ids) and all(isinstance(each, Gone) for each in failed.values())
    if none:
        rows.append(
            Note(f"{address.base}/services", "no service can be asked for alone: only what the list says is known")
        )
    for where, item in listed.items:
        own = plain(item.get("id"))
        if own in failed and not none:
            gone = isinstance(failed[own], Gone)
            rows.append(
                Rejected(address.service(own), f"its details can't be fetched: {failed[own]}", own_id(item), gone)
            )
        else:
            rows.append(draft(where, together(item, kept.had.get(own))))
    return rows, kept

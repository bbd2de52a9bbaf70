"""One GET at a time over HTTP, politely and within limits: the only place that talks to another machine.

A redirect to another host is refused, so that the name a person typed is the one that answers. What is compressed is
taken apart piece by piece and never grows past the limit. A server that is busy, broken or cut off is asked again a
few times, after the pause it asks for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx

from triage import __version__
from triage.feeds import packed, saved
from triage.feeds.feed import FeedError
from triage.feeds.limits import Limits
from triage.feeds.text import decode

T = TypeVar("T")
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEADERS = {
    "User-Agent": f"triage/{__version__} (directory import)",
    "Accept": "application/json, text/csv;q=0.8, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


class Gone(FeedError):
    """There is nothing at the address: 404 or 410."""


class _Busy(Exception):
    """Worth another try, ``after`` seconds."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.after = why, after


class Web:
    """A client for one source; close it after use. Threads may share it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._stopped = threading.Event()
        self._client = httpx.Client(
            headers=_HEADERS,
            follow_redirects=False,
            timeout=httpx.Timeout(limits.wait, connect=limits.connect),
            limits=httpx.Limits(max_connections=limits.at_once),
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """Let what is under way be the last try of each thread."""
        self._stopped.set()

    def get(self, url: str) -> bytes:
        """The whole answer. Raises :class:`Gone`, or :class:`FeedError` once every try has failed."""
        return self._tried(url, lambda data: data)

    def json(self, url: str) -> Any:
        """The answer as a document; one that is cut off is asked for again."""

        def parsed(data: bytes) -> Any:
            try:
                return saved.parse(decode(data)[0], url)
            except FeedError as error:
                raise _Busy(str(error)) from error

        return self._tried(url, parsed)

    def _tried(self, url: str, use: Callable[[bytes], T]) -> T:
        why = ""
        for attempt in range(self.limits.tries):
            try:
                return use(self._once(url))
            except _Busy as busy:
                why = busy.why
                pause = max(busy.after, self.limits.pause * 2**attempt)
            except httpx.TransportError as error:
                said = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "can't be reached"
                why, pause = f"{url} {said} ({error or type(error).__name__}).", self.limits.pause * 2**attempt
            except (httpx.InvalidURL, httpx.HTTPError, ValueError) as error:
                raise FeedError(f"{url} can't be asked for ({error}).") from error
            last = attempt + 1 == self.limits.tries
            if self._stopped.is_set() or (not last and self._stopped.wait(min(pause, self.limits.longest_pause))):
                break
        raise FeedError(f"{why} It was tried {self.limits.tries} times.")

    def _once(self, url: str) -> bytes:
        asked = url
        for _ in range(self.limits.redirects + 1):
            with self._client.stream("GET", url) as answer:
                if answer.is_redirect:
                    url = self._next(asked, url, answer.headers.get("location", ""))
                    continue
                _refuse(url, answer)
                return self._body(url, answer)
        raise FeedError(f"{asked} sends us on and on, more than {self.limits.redirects} times.")

    def _next(self, asked: str, url: str, location: str) -> str:
        """Where a redirect leads, if it stays on the same host."""
        to, was = urlsplit(urljoin(url, location)), urlsplit(asked)
        same = to.hostname == was.hostname and (_port(to) == _port(was) or (was.scheme, to.scheme) == ("http", "https"))
        if to.scheme not in ("http", "https") or not same or (was.scheme == "https" and to.scheme == "http"):
            place = f"{to.scheme}://{to.netloc}"
            raise FeedError(
                f"{asked} sends us on to {place}. That was refused: give that address yourself if it is right."
            )
        return to.geturl()

    def _body(self, url: str, answer: httpx.Response) -> bytes:
        coding = answer.headers.get("content-encoding", "identity").strip().lower()
        length = answer.headers.get("content-length", "")
        if length.isdigit() and int(length) > self.limits.body:
            raise packed.too_large(url, self.limits.body)
        if coding not in ("", "identity", "gzip", "deflate"):
            raise FeedError(f"{url} answers compressed as “{coding}”, which we did not ask for.")
        unpack = packed.Inflating(url, self.limits.body, self.limits.ratio) if coding in ("gzip", "deflate") else None
        started, size, found = time.monotonic(), 0, []
        for piece in answer.iter_raw(65536):
            made = unpack.feed(piece) if unpack else piece
            size += len(made)
            if size > self.limits.body:
                raise packed.too_large(url, self.limits.body)
            if time.monotonic() - started > self.limits.whole:
                raise FeedError(f"{url} took longer than {self.limits.whole:.0f} seconds for one answer.")
            found.append(made)
        return b"".join(found)


def _port(parts: Any) -> int:
    return int(parts.port or (443 if parts.scheme == "https" else 80))


def _refuse(url: str, answer: httpx.Response) -> None:
    if answer.status_code in (404, 410):
        raise Gone(f"{url} is not there ({answer.status_code}).")
    if answer.status_code in AGAIN:
        why = f"{url} answers {answer.status_code} {answer.reason_phrase}.".replace(" .", ".")
        raise _Busy(why, _after(answer.headers.get("retry-after", "")))
    if answer.status_code >= 400:
        raise FeedError(f"{url} refuses us ({answer.status_code} {answer.reason_phrase}).")


def _after(said: str) -> float:
    """The seconds a server asks us to wait."""
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0

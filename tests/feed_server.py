"""A directory's own web server, on this machine, with the faults that real ones have."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, Mapping[str, str], bytes]
Fault = Callable[[str, Mapping[str, str], int], Answer | None]


def as_json(document: Any, status: int = 200) -> Answer:
    """A document as an answer."""
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


NOT_THERE: Answer = (404, {}, b"not there")
BROKEN: Answer = (500, {}, b"broken")


class FeedServer:
    """Serves ``services`` as an Open Referral feed of version 1 or 3, thin in the list and whole one by one.

    ``fault`` sees each request first (path, query, how many times this address was asked for, from 1) and may answer
    instead; ``total`` is what the feed says it holds.
    """

    def __init__(
        self,
        services: list[dict[str, Any]],
        version: int = 1,
        *,
        size: int = 2,
        fault: Fault | None = None,
        total: int | None = None,
    ) -> None:
        self.services, self.version, self.size, self.fault, self.total = services, version, size, fault, total
        self.asked: Counter[str] = Counter()
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = feed.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v{version}"

    def __enter__(self) -> FeedServer:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, target: str) -> Answer:
        """What this request gets."""
        parts = urlsplit(target)
        path = unquote(parts.path).removeprefix(f"/v{self.version}")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        key = f"{path}?{query['page']}" if "page" in query else path
        self.asked[key] += 1
        wrong = self.fault(path, query, self.asked[key]) if self.fault else None
        if wrong:
            return wrong
        if path == "/services":
            return as_json(self.page(int(query.get("page", "1"))))
        own = path.removeprefix("/services/")
        found = next((each for each in self.services if path.startswith("/services/") and each["id"] == own), None)
        return as_json(found) if found else NOT_THERE

    def page(self, number: int) -> dict[str, Any]:
        """One page of the list, with only the plain fields of each service."""
        start = (number - 1) * self.size
        shown = self.services[start : start + self.size]
        thin = [{k: v for k, v in s.items() if not isinstance(v, list)} for s in shown]
        total = len(self.services) if self.total is None else self.total
        pages = -(-total // self.size)
        last = number >= pages
        if self.version == 1:
            return {"totalElements": total, "totalPages": pages, "number": number, "last": last, "content": thin}
        return {"total_items": total, "total_pages": pages, "page_number": number, "last_page": last, "contents": thin}

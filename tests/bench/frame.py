"""First frame and key-to-paint in a pseudo-terminal, beside a bare Textual app with one Input, in one run.

    python tests/bench/frame.py [ROUNDS]

Rounds are interleaved, so that a busy machine slows both. Times are milliseconds from starting the process, or
from the key, to the last byte before 60 ms of quiet (settled) and to the first byte (echo). Linux and macOS only.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BARE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input()
Bare().run()
"""
QUIET = 0.06
WORDS = "mum leaves the gas on at night"
SOUGHT = "lunch club earlsdon"


class Terminal:
    """A process in a pseudo-terminal of 120x36."""

    def __init__(self, argv: list[str]) -> None:
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execvpe(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def settle(self, since: float, wanted: bytes = b"", limit: float = 15.0) -> tuple[float, float]:
        """Milliseconds from ``since`` to the first byte, and to the last one before it went quiet."""
        first = last = None
        got = b""
        while time.perf_counter() - since < limit:
            ready, _, _ = select.select([self.fd], [], [], QUIET)
            now = time.perf_counter()
            if ready:
                with suppress(OSError):
                    got += os.read(self.fd, 65536)
                first, last = first or now, now
            elif last is not None and wanted in got:
                break
        self.seen += got
        if first is None or last is None:
            raise SystemExit(f"nothing was painted in {limit} s; last seen: {self.seen[-300:]!r}")
        return (first - since) * 1000, (last - since) * 1000

    def key(self, keys: bytes, wanted: bytes = b"") -> tuple[float, float]:
        """Press keys and wait for the paint."""
        since = time.perf_counter()
        os.write(self.fd, keys)
        return self.settle(since, wanted)

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            os.kill(self.pid, 9)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self.fd)


@contextmanager
def running(argv: list[str]) -> Iterator[Terminal]:
    """A process that is ended in any case."""
    terminal = Terminal(argv)
    try:
        yield terminal
    finally:
        terminal.close()


def typed(terminal: Terminal) -> list[float]:
    """Echo of each letter of a sentence typed into the field that has the focus."""
    return [terminal.key(letter.encode())[0] for letter in WORDS]


def main() -> None:
    """Measure both and print the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    frames: dict[str, list[float]] = {"bare": [], "triage": []}
    echoes: dict[str, list[float]] = {"bare": [], "triage": []}
    turns: list[float] = []
    found: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(BARE, encoding="utf-8")
        for turn in range(rounds):
            with running([sys.executable, str(bare)]) as terminal:
                frames["bare"].append(terminal.settle(terminal.started)[1])
                echoes["bare"] += typed(terminal)
            data = Path(folder, f"data{turn}")
            with running([sys.executable, "-m", "triage", "--data-dir", str(data)]) as terminal:
                frames["triage"].append(terminal.settle(terminal.started, b"triage")[1])
                time.sleep(2.5)
                terminal.key(b"\x1bOQ")
                echoes["triage"] += typed(terminal)
                turns.append(terminal.key(b"\r")[0])
                terminal.key(b"\x1bOR")
                found += [terminal.key(letter.encode())[0] for letter in SOUGHT]
    print(f"{'':22}{'bare':>9}{'triage':>9}{'ratio':>8}   ({rounds} rounds)")
    for name, table in (("first frame, median", frames), ("key to echo, median", echoes)):
        a, b = (statistics.median(table[k]) for k in ("bare", "triage"))
        print(f"{name:22}{a:8.1f} {b:8.1f} {b / a:7.2f}")
    a, b = (statistics.quantiles(echoes[k], n=10)[8] for k in ("bare", "triage"))
    print(f"{'key to echo, p90':22}{a:8.1f} {b:8.1f} {b / a:7.2f}")
    bare_echo = statistics.median(echoes["bare"])
    for name, times in (("key to next step", turns), ("key to search results", found)):
        median = statistics.median(times)
        print(f"{name:22}{bare_echo:8.1f} {median:8.1f} {median / bare_echo:7.2f}")


if __name__ == "__main__":
    main()

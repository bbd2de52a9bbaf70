"""What an import may cost: sizes, counts and waiting, so that a broken or hostile source does no harm."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes are counted once unpacked; times are seconds."""

    body: int = 50 * MB
    """The largest file, or answer of a server."""
    package: int = 200 * MB
    """All files of a package together."""
    ratio: int = 200
    """How many times its size a file may unpack to, once that is over a megabyte."""
    members: int = 120_000
    """Files of a package: a feed that was saved has one for each of its services."""
    services: int = 100_000
    pages: int = 2_000
    at_once: int = 4
    tries: int = 4
    connect: float = 10.0
    wait: float = 30.0
    whole: float = 300.0
    """For one answer altogether."""
    pause: float = 1.0
    """Before the second try of a request; doubled for each one after it."""
    longest_pause: float = 30.0
    redirects: int = 5
    lost: float = 0.25
    """The share of services whose details may fail before the whole source counts as failed."""

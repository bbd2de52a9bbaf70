"""A PostgreSQL server's address: what it leaves open is settled so that a record is safe there."""

from __future__ import annotations

import platform
from ipaddress import ip_address
from typing import Any

from triage.errors import StoreRefused

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
except ImportError as error:
    raise StoreRefused(
        "A record on PostgreSQL needs psycopg: install triage with its extra, pip install 'triage[postgres]'."
    ) from error


def settled(address: str) -> dict[str, Any]:
    """The connection's parameters: what the address says, and the defaults that keep a record safe.

    Raises :class:`StoreRefused` for an address that can't be read.
    """
    try:
        given: dict[str, Any] = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise StoreRefused(f"The address of the record can't be read: {str(error).strip()}.") from error
    hosts = str(given.get("host") or given.get("hostaddr") or "").split(",")
    chosen: dict[str, Any] = {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 8000,
        "application_name": f"triage@{platform.node()}"[:63],  # which workstation, for the audit
    }
    if len(hosts) > 1:
        chosen["target_session_attrs"] = "read-write"
    if not all(map(_here, hosts)):
        chosen["sslmode"] = "verify-full"
        chosen["sslrootcert"] = "system"
    if "sslmode" in given and given["sslmode"] != "verify-full":
        chosen.pop("sslrootcert", None)
    return {**chosen, **given}


def _here(host: str) -> bool:
    """Whether a host is this machine: a socket's folder, or the loopback."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def told(address: str) -> str:
    """The address as it may be shown: without the password."""
    known = {name: value for name, value in conninfo_to_dict(address).items() if name in ("host", "port", "dbname")}
    hosts, ports = str(known.get("host") or "localhost"), str(known.get("port") or "")
    return f"postgresql://{hosts}{':' + ports if ports else ''}/{known.get('dbname') or ''}"


_AWAY = ("starting up", "shutting down", "recovery", "not accepting", "too many", "remaining connection", "read-only")
"""Words of a server that is there and can't serve now."""


def said_no(words: str) -> bool:
    """Whether a server that was reached refused the connection: a wrong password, an unknown database, a certificate
    that doesn't hold. Trying again won't help; of several servers, one that is only away decides."""
    _, *tries = words.split("connection to server")
    return bool(tries) and all(map(_refused, tries))


def _refused(words: str) -> bool:
    lower = words.lower()
    told_why = "fatal:" in lower or "certificate" in lower or "ssl" in lower or "no password supplied" in lower
    return told_why and not any(away in lower for away in _AWAY)

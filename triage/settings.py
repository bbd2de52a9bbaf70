"""Paths and the organisation's facts, in one place.

The data folder holds the store, the imported directory and ``settings.toml``. It is ``--data-dir``, else
``TRIAGE_DATA_DIR``, else the platform's own folder for a user's data.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from triage.errors import BadData
from triage.model import Staff

ZONE = "Europe/London"
"""The time zone of the desk, its diary and every date a person reads."""


ROLES = (
    "handler",
    "social worker",
    "supervisor",
    "trainer",
    "directory editor",
    "information governance",
    "administrator",
)
"""Every role (PRIVACY §4). Somebody may have several; what any of them may do, they may."""

LOCK_MINUTES = 10
"""After how many minutes without a key a desk locks itself."""


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def shipped() -> Path:
    """The folder of data that comes with the product: beside the package, or inside it once installed."""
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "data"


def data_dir(given: str | os.PathLike[str] | None = None) -> Path:
    """The data folder (not created here)."""
    chosen = given or os.environ.get("TRIAGE_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("triage", appauthor=False))


def store_address(given: str | None, folder: Path) -> str | Path:
    """Where the record is: ``given``, else ``TRIAGE_STORE``, else ``store`` in the folder's ``settings.toml``, else the
    folder's own store. A ``postgresql://`` address, or the folder of a journal. :class:`BadData` for settings that
    can't be read.
    """
    chosen = given or os.environ.get("TRIAGE_STORE") or _settings(folder / "settings.toml").get("store")
    if not chosen:
        return folder / "store"
    if not isinstance(chosen, str):
        raise BadData(str(folder / "settings.toml"), 0, "store must be an address or a folder, in quotes")
    return chosen if is_server(chosen) else Path(chosen).expanduser()


def is_server(address: str) -> bool:
    """Whether an address is a PostgreSQL server's."""
    return address.startswith(("postgresql://", "postgres://"))


def _settings(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData(str(path), 0, f"it isn't TOML ({error})") from error


def lock_minutes(folder: Path) -> int:
    """After how many minutes without a key a desk locks itself: ``lock_after_minutes`` in ``settings.toml``, 1 to 60.

    :class:`BadData` for anything else.
    """
    path = folder / "settings.toml"
    found = _settings(path).get("lock_after_minutes", LOCK_MINUTES)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= 60:
        lines = path.read_text("utf-8").splitlines()
        line = next((n for n, text in enumerate(lines, 1) if text.lstrip().startswith("lock_after_minutes")), 0)
        raise BadData(str(path), line, f"lock_after_minutes must be a whole number from 1 to 60, not {found}")
    return found


def account() -> str:
    """The operating system's account at this desk: what it says itself, never a variable that anybody can set."""
    if sys.platform == "win32":
        return _windows_account()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid{os.getuid()}"


def _windows_account() -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    size = ctypes.c_ulong(257)
    name = ctypes.create_unicode_buffer(size.value)
    if not ctypes.windll.advapi32.GetUserNameW(name, ctypes.byref(size)):
        raise OSError(ctypes.get_last_error(), "Windows doesn't say whose account this is")
    return name.value


def me() -> Staff:
    """Whoever the operating system says is at the desk, who may do everything until roles are given out."""
    who = account()
    return Staff(who, who.replace(".", " ").title(), ROLES)


@dataclass(frozen=True, slots=True)
class Organisation:
    """The council's own facts that are read out on calls; ``as_of`` and ``status`` say how far to trust them."""

    name: str = "Adult Social Care Direct"
    place: str = "Coventry"
    phone: str = "024 7683 3003"
    relay: str = "18001 024 7683 3003"
    email: str = "ascdirect@coventry.gov.uk"
    out_of_hours: str = "024 7683 2222"
    domestic_abuse: str = "0808 2000 247"
    samaritans: str = "116 123"
    as_of: str = "2016, still printed on later pages; the out-of-hours and Relay numbers need a yearly check"

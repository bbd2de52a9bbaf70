"""What can go wrong, each with the words a person reads.

::

    TriageError                 something the user can put right: exit code 2
    ├── BadData                 a data file is wrong: file, line, key and the nearest valid key
    ├── BadAnswer               an answer doesn't fit its key
    ├── NotFound                nothing under that name: exit code 1
    ├── SlotTaken               somebody else has it; carries the nearest free slots: exit code 1
    ├── CloseBlocked            the call can't be closed yet; carries what blocks it: exit code 1
    ├── NotYours                somebody else took the call over: exit code 1
    ├── NotAllowed              the person's roles don't allow it (in triage.staff)
    └── StoreError              the record can't be written or read
        ├── StoreAway           the record's server can't be reached
        ├── StoreBusy           another desk holds the lock for too long
        ├── StoreDamaged        a stored line doesn't match its checksum
        ├── StoreFull           no room on the disk
        └── StoreRefused        this place can't hold a store (a network drive)

Every message is one or two plain sentences: what is wrong and where, then the way out.
"""

from __future__ import annotations

from collections.abc import Sequence


class TriageError(Exception):
    """The root; ``str(error)`` is fit to be read by a handler."""

    exit_code = 2


class BadData(TriageError):
    """A data file was refused."""

    def __init__(self, where: str, line: int, why: str, nearest: str = "") -> None:
        self.where, self.line, self.why, self.nearest = where, line, why, nearest
        meant = f" Did you mean “{nearest}”?" if nearest else ""
        super().__init__(f"{where}, line {line}: {why}.{meant}")


class BadAnswer(TriageError):
    """An answer doesn't fit its key."""

    def __init__(self, key: str, why: str, nearest: str = "") -> None:
        self.key, self.why, self.nearest = key, why, nearest
        meant = f" Did you mean “{nearest}”?" if nearest else ""
        super().__init__(f"{key}: {why}.{meant}")


class NotFound(TriageError):
    """Nothing is stored or listed under that name."""

    exit_code = 1


class SlotTaken(TriageError):
    """The slot belongs to another call; ``nearest`` holds the ids of the nearest free slots."""

    exit_code = 1

    def __init__(self, slot: str, nearest: Sequence[str] = ()) -> None:
        self.slot, self.nearest = slot, tuple(nearest)
        free = f" Nearest free: {', '.join(self.nearest)}." if self.nearest else ""
        super().__init__(f"{slot} is taken.{free}")


class CloseBlocked(TriageError):
    """The call can't be closed yet; ``blocks`` are the sentences that say why."""

    exit_code = 1

    def __init__(self, blocks: Sequence[str]) -> None:
        self.blocks = tuple(blocks)
        super().__init__("This call can't be closed yet: " + "; ".join(self.blocks))


class NotYours(TriageError):
    """Another handler took the call over, so nothing more is kept from this desk."""

    exit_code = 1

    def __init__(self, call: str, owner: str) -> None:
        self.call, self.owner = call, owner
        super().__init__(
            f"{owner} took call {call} over, so this wasn't saved. "
            "Open the call again to take it back, or let go of it."
        )


class StoreError(TriageError):
    """The record can't be written or read."""


class StoreAway(StoreError):
    """The record's server can't be reached; what was acknowledged before is safe."""


class StoreBusy(StoreError):
    """Another desk has held the lock for too long."""


class StoreDamaged(StoreError):
    """A stored line doesn't match its checksum; never read as empty."""


class StoreFull(StoreError):
    """There is no room on the disk; what was acknowledged before is safe."""


class StoreRefused(StoreError):
    """This place can't hold a store."""

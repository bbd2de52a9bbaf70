"""The directory at the desk: searching, the shortlist, and what is wrong or missing in it."""

from __future__ import annotations

from typing import Any

from triage.desk import duties, safety
from triage.desk.base import Base
from triage.model import Call, Kind, Listing, Match


class Finding(Base):
    """Searching and keeping listings."""

    def search(self, words: str, *, kind: Kind | None = None, near: str = "", limit: int = 50, **more: Any) -> Any:
        """Search the directory; nothing is written (see :meth:`searched`)."""
        return self.tools.index.search(words, kind=kind, near=near or None, limit=limit, **more)

    def suggest(self, call: Call, limit: int = 5) -> tuple[Match, ...]:
        """Listings that the answers so far ask for, before anything is typed."""
        there = self.walk(call)
        wishes = list(dict.fromkeys(w for step in (*there.path, *there.ahead) for w in self.script.steps[step].wishes))
        near = str(there.used.get("p_postcode", ""))
        return self.tools.index.suggest(wishes, near=near or None, limit=limit) if wishes else ()

    def searched(self, call: Call, words: str, kind: str, found: int) -> Call:
        """Note a search that was looked at (PRIVACY A2: search terms are logged too)."""
        return self._add(call, "searched", words=words, kind=kind, found=found)

    def keep(self, call: Call, listing: str) -> Call:
        """Put a listing on the shortlist."""
        return call if listing in call.shortlist else self._add(call, "shortlisted", listing=listing)

    def drop(self, call: Call, listing: str) -> Call:
        """Take it off again."""
        return self._add(call, "dropped", listing=listing) if listing in call.shortlist else call

    def report_listing(self, call: Call, listing: str, reason: str, note: str = "") -> Call:
        """Say that a listing is wrong."""
        return self._add(call, "reported", listing=listing, reason=reason, note=note)

    def unmet(self, call: Call, words: str, reason: str) -> Call:
        """Note that what was asked for isn't in the directory."""
        return self._add(call, "unmet", words=words, reason=reason)

    def listings(self, call: Call) -> tuple[Listing, ...]:
        """The shortlist's listings, in order; one that has left the directory since is left out."""
        by_id = self.tools.directory.by_id
        return tuple(by_id[i] for i in call.shortlist if i in by_id)

    def handed(self, call: Call, what: str, channel: str, form: str) -> Call:
        """Note that something was told, printed or sent; :class:`Slip` when nothing may leave for this person."""
        if channel not in safety.SAID:
            self._refuse(safety.to_send(self.walk(call).flags))
        given = list(call.shortlist)
        return duties.follow(
            self._whole, self._add(call, "handed", what=what, channel=channel, format=form, listings=given)
        )

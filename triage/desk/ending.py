"""The end of a call: its outcome, and saving it."""

from __future__ import annotations

from collections.abc import Mapping

from triage.desk.base import Slip
from triage.desk.talk import Talk
from triage.errors import CloseBlocked, NotFound
from triage.model import Call, OutcomeCode
from triage.script.form import FastExit


class Ending(Talk):
    """Choosing an outcome and closing."""

    def choose(self, call: Call, code: str, reason: str) -> Call:
        """Choose another outcome than the proposed one."""
        if code not in self.tools.outcomes:
            raise NotFound(f"There is no outcome {code}.")
        if not reason.strip():
            raise Slip("Another outcome than the proposed one needs a reason.")
        return self._add(call, "outcome", code=code, reason=reason.strip())

    def close(self, call: Call) -> Call:
        """Save the call with its outcome; :class:`CloseBlocked` with every sentence that says why not."""
        there = self.walk(call)
        if there.blocks:
            raise CloseBlocked([b.why for b in there.blocks])
        code = call.chosen[0] if call.chosen else there.outcome
        if not code:
            raise CloseBlocked(["no outcome follows from the answers yet: choose one, with a reason"])
        return self._add(
            call,
            "closed",
            outcome=code,
            also=[p.code for p in there.proposals if p.code != code],
            because=call.chosen[1] if call.chosen else there.proposals[0].because,
            proposed=there.outcome,
            route=there.route,
            actions=list(there.actions),
            flags=list(there.flags),
            path=list(there.path),
            pathways=list(there.pathways),
            script=self.script.version,
        )

    def fast_exit(self, call: Call, way: FastExit, answers: Mapping[str, object]) -> Call:
        """Answer a fast exit and save the call, in one go, unless it ends at the wrap-up.

        When an answer leads elsewhere (danger), the call is left open there instead.
        """
        words = str(call.drafts.get("reason_verbatim") or call.answers.get("reason_verbatim", ""))
        given: dict[str, object] = {"reason_verbatim": words, **way.sets, **answers}
        for step, part in self._by_step(given).items():
            call = self.answer(call, step, part)
        return call if way.wrap_up or self.walk(call).blocks else self.close(call)

    def outcome(self, code: str) -> OutcomeCode:
        """A line of the code list."""
        return self.tools.outcomes[code]

    def _by_step(self, answers: Mapping[str, object]) -> dict[str, dict[str, object]]:
        steps: dict[str, dict[str, object]] = {}
        for key, value in answers.items():
            found = self.script.field(key)
            if found:
                steps.setdefault(found[0].id, {})[key] = value
        return steps

"""What stops a call from being closed, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triage.script.conditions import Facts, holds
from triage.script.form import Field, Script


def what_blocks(
    script: Script, facts: Facts, asked: Mapping[str, tuple[Field, ...]], outcome: str
) -> Iterator[tuple[str, str]]:
    """Each reason with the step that puts it right.

    ``asked`` are the fields of the steps on the trail and still to come, in order; ``outcome`` is the code the call
    would be closed with.
    """
    for when, why, go in script.close_blocks:
        if holds(when, facts):
            yield why, go
    named: set[str] = set()
    for step, fields in asked.items():
        for field in fields:
            if field.required and field.type != "auto" and field.key not in facts.known and field.key not in named:
                named.add(field.key)
                yield f"“{_words(script, field.key)}” has no answer yet: ask it, or put “not known”", step
    rule = next((r for r in script.outcomes if r.code == outcome and holds(r.when, facts)), None)
    rule = rule or next((r for r in script.outcomes if r.code == outcome), None)
    insisting = [r for r in script.outcomes if r.insists and r is not rule and holds(r.when, facts)]
    for one in (rule, *insisting) if rule else insisting:
        why = f"{one.code} can’t be saved without" if one is rule else one.insists
        for keys in one.needs:
            if named.isdisjoint(keys) and not any(key in facts.known for key in keys):
                named.update(keys)
                words = " or ".join(f"“{_words(script, key)}”" for key in keys)
                steps = [step for key in keys for step in script.asked_at[key]]
                yield f"{why} {words}", next((s for s in steps if s in asked), steps[0])


def _words(script: Script, key: str) -> str:
    """What the handler sees a key called."""
    found = script.field(key)
    if not found:
        return key
    step, field = found
    return field.label or (step.title if len(step.fields) == 1 else key.replace("_", " "))

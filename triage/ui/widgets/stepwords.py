"""What stands above and below the answer of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from triage.model import DECLINED, NOT_KNOWN
from triage.script import telling
from triage.script.form import Field

if TYPE_CHECKING:
    from triage.ui.widgets.step import StepView

OPENS = {
    "directory": ("F3", "directory"),
    "diary": ("F7", "diary"),
    "leaflet": ("F10", "leaflet"),
    "record": ("ctrl+n", "find them"),
}
"""The keys to the tool a step wants at hand."""


def above(view: StepView) -> Content:
    """The tip, the fields answered before, and the label of the one in hand."""
    step = view.step
    if step is None:
        return Content()
    shown = step.tip and (view.why or not view.screen.has_class("-narrow"))
    lines = [Content.styled(f"▸ {step.tip}", "$quiet")] if shown else []
    lines += [Content.styled(f"check: {step.check}", "$warning")] if step.check else []
    rows = [_summary(view, f) for f in view.fields[: view.at]]
    if rows:
        rows.append(Content())
    field = view.field
    if field is not None and (field.label or len(view.fields) > 1):
        mark = " · needed" if field.required else " · optional" if field.optional else ""
        many = " · tick what fits" if field.type == "many" else ""
        rows.append(Content.assemble((label(field), "bold"), (mark + many, "$quiet")))
    if lines:
        lines.append(Content())
    return Content("\n").join([*lines, *rows])


def below(view: StepView) -> Content:
    """What is wrong, what was understood, what Enter would change, the fields to come, and the keys."""
    lines = [Content.styled(f"✗ {view.trouble}", "bold $warning")] if view.trouble else []
    lines += _taken(view)
    if view.note:
        effects, keys = view.note
        lines.append(Content.styled("What this would change", "bold"))
        lines += [Content(line) for line in effects] + [Content.styled(keys, "bold $accent")]
    after = view.fields[view.at + 1 :]
    lines += [_summary(view, f) for f in after if f.key in view.values]
    if left := [label(f) for f in after if f.key not in view.values]:
        lines.append(Content.styled(f"then: {' · '.join(left)}", "$quiet"))
    if lines:
        lines.append(Content())
    lines.append(_keys(view))
    if view.why and view.step:
        lines += [Content(), Content(f"Why: {view.step.why or 'the script gives no reason.'}")]
    return Content("\n").join(lines)


def label(field: Field) -> str:
    """What a field is called."""
    return field.label or field.key.replace("_", " ")


def _taken(view: StepView) -> list[Content]:
    """How the answer in hand would be kept, where that isn't plain to see."""
    value = view.values.get(view.field.key) if view.field else None
    if view.field is None or not isinstance(value, str):
        return []
    if value in (NOT_KNOWN, DECLINED):
        return [Content.styled(f"✓ {value}", "bold $accent")]
    told = view.host.understood(view.field, value) if view.typed_in else ""
    return [Content.styled(told, "$accent")] if told else []


def _summary(view: StepView, field: Field) -> Content:
    value = view.values.get(field.key)
    told = telling.said(field, value) if isinstance(value, (str, tuple)) else ""
    if field.type in ("date", "num"):
        told = view.host.understood(field, told).removeprefix("= ") or told
    return Content.assemble((f"{'✓' if told else '·'} {label(field):<22} ", "$quiet"), told)


def _keys(view: StepView) -> Content:
    typing, step = view.typed_in, view.step
    keys = [("?", "why we ask")] if step and step.why and not typing else []
    if view.field is None:
        keys.append(("enter", "said, go on"))
    else:
        keys += [("ctrl+k" if typing else "n", "not known"), ("ctrl+d" if typing else "d", "declined")]
    if step and step.opens in OPENS:
        keys.append(OPENS[step.opens])
    if view.field and not typing and len(telling.options(view.field)) > 9:
        keys.append(("0", "for the rest"))
    if len(view.fields) > 1:
        keys.append(("tab", "next field"))
    parts: list[Content | str | tuple[str, str]] = []
    for key, words in keys:
        parts += [(key, "$accent"), (f" {words}     ", "$quiet")]
    return Content.assemble(*parts)

"""A script drawn as text: a tree to read, or mermaid or dot for a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triage.script.conditions import describe
from triage.script.form import Script, Step


@dataclass(frozen=True, slots=True)
class Edge:
    """From one step to another; ``go`` is the step after it, ``first``, ``later`` and ``raised`` are detours."""

    start: str
    end: str
    words: str
    kind: str = "go"


def edges(script: Script) -> Iterator[Edge]:
    """Every way from step to step, with its condition in words."""
    for step in script.steps.values():
        yield from _from(step)


def _from(step: Step) -> Iterator[Edge]:
    several = len(step.routes) > 1
    for route in step.routes:
        words = describe(route.when) or ("otherwise" if several else "")
        for kind, names in (("first", route.first), ("go", (route.go,)), ("later", route.then)):
            for name in names:
                if name:
                    yield Edge(step.id, name, words, kind)
    for field in step.fields:
        for option in field.options:
            if option.to:
                yield Edge(step.id, option.to, f"{field.key} = {option.value}", "later")


def tree(script: Script) -> str:
    """Sections, their steps, and where each step leads."""
    lines = [f"{script.title} ({script.name} {script.version}): starts at {script.start}, ends with {script.wrap_up}"]
    lines += [f"  {i.letter}  {i.title} → {i.to}, from any step" for i in script.interrupts]
    for section in script.sections:
        lines += ["", f"{section.number}. {section.title}" + (f"  [{section.pathway}]" if section.pathway else "")]
        for step in script.steps.values():
            if step.section == section.id:
                lines += list(_tree_step(step))
    if script.outcomes:
        lines += ["", "Outcomes, the first true one is the headline"]
        lines += [f"  {rule.code}  when {describe(rule.when)}" for rule in script.outcomes]
    return "\n".join(lines)


def _tree_step(step: Step) -> Iterator[str]:
    keys = ", ".join(field.key + ("*" if field.required else "") for field in step.fields)
    yield f"  {step.id}  {step.title}" + (f"  ({keys})" if keys else "")
    said = {"go": "→", "first": "→ first", "later": "→ later"}
    for edge in _from(step):
        yield f"      {edge.words + ' ' if edge.words else ''}{said[edge.kind]} {edge.end}"


def mermaid(script: Script) -> str:
    """A mermaid flowchart."""
    lines = ["flowchart TD"]
    for section in script.sections:
        inside = [step for step in script.steps.values() if step.section == section.id]
        if inside:
            lines.append(f'  subgraph section_{section.id}["{_quoted(section.title)}"]')
            lines += [f'    {step.id}["{step.id} {_quoted(step.title)}"]' for step in inside]
            lines.append("  end")
    for edge in edges(script):
        arrow = "-->" if edge.kind == "go" else "-.->"
        words = _quoted(_words(edge))
        lines.append(f'  {edge.start} {arrow}|"{words}"| {edge.end}' if words else f"  {edge.start} {arrow} {edge.end}")
    return "\n".join(lines)


def dot(script: Script) -> str:
    """A Graphviz digraph."""
    lines = [f'digraph "{_escaped(script.name)}" {{', "  rankdir=LR; node [shape=box];"]
    for section in script.sections:
        inside = [step for step in script.steps.values() if step.section == section.id]
        if inside:
            lines.append(f'  subgraph "cluster_{_escaped(section.id)}" {{ label="{_escaped(section.title)}";')
            lines += [f'    "{step.id}" [label="{step.id} {_escaped(step.title)}"];' for step in inside]
            lines.append("  }")
    for edge in edges(script):
        style = "" if edge.kind == "go" else ", style=dashed"
        lines.append(f'  "{edge.start}" -> "{edge.end}" [label="{_escaped(_words(edge))}"{style}];')
    return "\n".join([*lines, "}"])


def _words(edge: Edge) -> str:
    return " ".join(word for word in (edge.words, "" if edge.kind == "go" else f"({edge.kind})") if word)


def _quoted(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

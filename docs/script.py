"""Writes the tables of docs/script.md: where each step of the proposed script stands, what reaches each pathway.

    python docs/script.py > docs/script.md

The list it holds the shipped script against is docs/script.yaml. Exit code 1 when something is missing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from triage.library.scripts import load_script
from triage.script.calls import Calls, Way
from triage.script.form import Script
from triage.settings import shipped

HERE = Path(__file__).parent
TODAY = date(2026, 11, 21)


def main() -> int:
    """Print the page."""
    listed = yaml.safe_load((HERE / "script.yaml").read_text(encoding="utf-8"))
    script = load_script()
    calls = Calls(script, TODAY)
    gaps = list(missing(listed, script, calls))
    print("# The script: where everything stands\n")
    print("Made by `python docs/script.py > docs/script.md`; the list it is held against is `docs/script.yaml`.")
    print(
        "“Reached by” is the shortest call that the proof found: what has to be answered, or the key that is pressed.\n"
    )
    print(f"Missing: {'; '.join(gaps) or 'nothing'}.\n")
    print("## Every section and step of the proposed script\n")
    print("| § | Section | Step | Title | Asks | Stands in | Reached by |\n|---|---|---|---|---|---|---|")
    files = where()
    named = set()
    for section in listed["sections"]:
        for name in section["steps"]:
            named.add(name)
            print(_row(script, calls, files, section["number"], section["title"], name))
    print("\nBesides these, the script has:\n")
    print("| § | Section | Step | Title | Asks | Stands in | Reached by |\n|---|---|---|---|---|---|---|")
    for step in script.steps.values():
        if step.id not in named:
            section = script.section(step.id)
            print(_row(script, calls, files, section.number, section.title, step.id))
    print("\nStanding rules (§0):", end=" ")
    print(", ".join(f"`{i.letter}` {i.title} → {i.to}" for i in script.interrupts) + ".")
    print(f"Outcome rules (§20), in `{files['outcomes']}`: {', '.join(r.code for r in script.outcomes)}.\n")
    print("## Every pathway of the list of systems\n")
    print("| Pathway | Steps that reach it | Outcome | Reached by |\n|---|---|---|---|")
    for slug, entry in listed["pathways"].items():
        steps = ", ".join(f"{name} {script.steps[name].title}" for name in entry["steps"] if name in script.steps)
        first = entry["steps"][0]
        print(f"| `{slug}` | {steps} | {entry.get('outcome', '')} | {_reached(calls.to.get(first))} |")
    return 1 if gaps else 0


def missing(listed: dict[str, Any], script: Script, calls: Calls) -> Iterator[str]:
    """What the list names and the script doesn't have, or no call reaches."""
    steps = {name: keys for section in listed["sections"] for name, keys in section["steps"].items()}
    for name, keys in steps.items():
        if name not in calls.to:
            yield f"step {name}"
            continue
        asked = {field.key for field in script.steps[name].fields}
        yield from (f"{key} at {name}" for key in keys if not any(_fits(key, one) for one in asked))
    known = {*script.asked_at, "notes"}
    yield from (f"key {key}" for key in listed["keys"] if key not in known)
    letters = {i.letter: i.to for i in script.interrupts}
    yield from (f"standing rule {key}" for key, to in listed["interrupts"].items() if letters.get(key) != to)
    codes = {rule.code for rule in script.outcomes}
    for slug, entry in listed["pathways"].items():
        yield from (f"step {name} of {slug}" for name in entry["steps"] if name not in calls.to)
        if entry.get("outcome") and entry["outcome"] not in codes:
            yield f"outcome {entry['outcome']} of {slug}"


def where() -> dict[str, str]:
    """The file each step stands in, and that of the outcome rules."""
    found = {}
    for path in sorted((shipped() / "scripts").rglob("*.yaml")):
        name = "data/scripts/" + path.relative_to(shipped() / "scripts").as_posix()
        text = path.read_text(encoding="utf-8")
        found |= dict.fromkeys(re.findall(r"^  - id: (\w+)$", text, re.MULTILINE), name)
        if re.search(r"^  - code: EMG$", text, re.MULTILINE):
            found["outcomes"] = name
    return found


def _row(script: Script, calls: Calls, files: dict[str, str], number: int, title: str, name: str) -> str:
    step = script.steps.get(name)
    if step is None:
        return f"| {number} | {title} | {name} | missing | | | |"
    asks = ", ".join(f"`{field.key}`" for field in step.fields) or "says something"
    way = _reached(calls.to.get(name))
    return f"| {number} | {title} | {name} | {step.title} | {asks} | `{files.get(name, '?')}` | {way} |"


def _reached(way: Way | None) -> str:
    if way is None:
        return "nothing"
    said = [f"{key}: {' + '.join(v) if isinstance(v, tuple) else v}" for key, v in way.facts.items()]
    said += [f"key for “{name}”" for name in way.raised]
    return "; ".join(said) or "every call"


def _fits(wanted: str, key: str) -> bool:
    return key.startswith(wanted[:-1]) if wanted.endswith("*") else key == wanted


if __name__ == "__main__":
    sys.exit(main())

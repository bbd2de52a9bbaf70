"""``triage script``: run, check and show a script without a screen."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triage.cli import command
from triage.settings import ZONE

if TYPE_CHECKING:
    from triage.model import Value
    from triage.script.compare import Comparison
    from triage.script.form import Script
    from triage.script.proof import Proof
    from triage.script.walk import Prompt, Walk

SHOWN = 20
"""So many changed calls are listed on screen."""


def add(commands: Any) -> None:
    """Declare the commands."""
    top = command(commands, "script", "run, check or draw a script")
    inner = top.add_subparsers(dest="script_command", metavar="COMMAND", required=True)
    one = command(inner, "run", "walk the script with a file of answers")
    one.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the script; the shipped one without")
    one.add_argument(
        "--facts", required=True, metavar="FACTS", help='a JSON file {"key": value}; - reads standard input'
    )
    one.add_argument("--json", action="store_true", help="print one JSON document")
    one.set_defaults(handler=run)
    two = command(inner, "check", "prove the script: what is wrong with it, each with a call that shows it")
    two.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the script; the shipped one without")
    two.add_argument("--json", action="store_true", help="print one JSON document")
    two.set_defaults(handler=check)
    three = command(inner, "show", "draw the script")
    three.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the script; the shipped one without")
    three.add_argument(
        "--as", dest="form", choices=("tree", "mermaid", "dot"), default="tree", help="tree unless told otherwise"
    )
    three.set_defaults(handler=show)
    four = command(inner, "compare", "replay the recorded calls through two versions of a script")
    four.add_argument(
        "old", type=Path, metavar="OLD", help="the version the calls were taken with, or -: the shipped one"
    )
    four.add_argument("new", type=Path, metavar="NEW", help="the version to try")
    four.add_argument("--from", dest="since", metavar="DAY", help="calls opened on this day or later")
    four.add_argument("--to", dest="until", metavar="DAY", help="calls opened on this day or earlier")
    four.add_argument("--json", action="store_true", help="print one JSON document")
    four.add_argument("--out", type=Path, metavar="CSV", help="write the calls that change to this file")
    four.set_defaults(handler=compare)


def run(args: argparse.Namespace) -> int:
    """Walk the script with the answers of a file."""
    from triage.library.scripts import load_script
    from triage.script.values import NOTES, read_answers
    from triage.script.walk import walk

    script = load_script(args.file)
    today = datetime.now(ZoneInfo(ZONE)).date()
    answers = read_answers(script, _facts(args.facts), today=today)
    prompts = _prompts(script, answers)
    if NOTES not in script.asked_at:
        answers.pop(NOTES, None)
    there = walk(script, answers, today=today, prompts=prompts)
    if args.json:
        print(json.dumps(_as_json(there), ensure_ascii=False))
    else:
        print(_in_words(script, there))
    return 0


def check(args: argparse.Namespace) -> int:
    """Prove the script: exit code 1 when anything is wrong with it. Hard words are only warned of."""
    from triage.library.outcomes import load_outcomes
    from triage.library.scripts import load_script
    from triage.script.proof import prove

    script = load_script(args.file)
    codes = [line.code for line in load_outcomes()] if script.outcomes else ()
    proof = prove(script, codes, datetime.now(ZoneInfo(ZONE)).date())
    print(json.dumps(_proof(script, proof), ensure_ascii=False) if args.json else _proof_in_words(script, proof))
    return 1 if proof.problems else 0


def show(args: argparse.Namespace) -> int:
    """Draw the script."""
    from triage.library.scripts import load_script
    from triage.script import drawing

    draw = {"tree": drawing.tree, "mermaid": drawing.mermaid, "dot": drawing.dot}[args.form]
    print(draw(load_script(args.file)))
    return 0


def compare(args: argparse.Namespace) -> int:
    """Say which recorded calls another version would change: exit code 1 when there are no calls to replay."""
    from triage.cli.identity import record
    from triage.desk.replay import recorded
    from triage.library.scripts import load_script
    from triage.script.compare import compare_calls
    from triage.settings import now

    old, new = (load_script(None if str(path) == "-" else path) for path in (args.old, args.new))
    since = _day(args.since, "--from") if args.since else date(2000, 1, 1)
    until = _day(args.until, "--to") if args.until else now().date() + timedelta(days=1)
    store = record(args)
    try:
        found = compare_calls(old, new, filter(None, map(recorded, store.calls(since, until))))
    finally:
        store.close()
    if args.out:
        _write(args.out, found)
    print(json.dumps(_comparison(found), ensure_ascii=False) if args.json else _comparison_in_words(new, found))
    return 0 if found.calls else 1


def _day(words: str, option: str) -> date:
    from triage.errors import TriageError

    try:
        return date.fromisoformat(words)
    except ValueError:
        raise TriageError(f"{option} {words} is not a date. Write it as 2026-11-21.") from None


def _comparison(found: Comparison) -> dict[str, object]:
    changes = found.differences
    return {
        "calls": found.calls,
        "same": found.same,
        "ends_elsewhere": sum(d.elsewhere for d in changes),
        "meets_new_question": sum(bool(d.meets) for d in changes),
        "no_longer_asks": sum(bool(d.drops) for d in changes),
        "moves": [{"before": before, "after": after, "calls": number} for before, after, number in found.moves],
        "differences": [
            {"call": d.id, "before": d.before, "after": d.after, "meets": d.meets, "drops": d.drops} for d in changes
        ],
    }


def _comparison_in_words(new: Script, found: Comparison) -> str:
    from triage.script.telling import key_title

    if not found.calls:
        return "There are no recorded calls to replay."
    lines = [
        f"{before or 'no outcome'} → {after or 'no outcome'}: {_count(n, 'call')}" for before, after, n in found.moves
    ]
    lines += [f"now meets “{key_title(new, key)}” ({key}): {_count(n, 'call')}" for key, n in found.counted("meets")]
    lines += [f"no longer asks {key}: {_count(n, 'call')}" for key, n in found.counted("drops")]
    for one in found.differences[:SHOWN]:
        parts = [
            f"{one.before or 'no outcome'} → {one.after or 'no outcome'}" if one.elsewhere else f"still {one.after}"
        ]
        parts += [f"now meets {', '.join(one.meets)}"] if one.meets else []
        parts += [f"no longer asks {', '.join(one.drops)}"] if one.drops else []
        lines.append(f"  {one.id}  {'; '.join(parts)}")
    more = len(found.differences) - SHOWN
    if more > 0:
        lines.append(f"  … and {_count(more, 'call')} more: --out FILE writes them all")
    counted = [f"{found.same} the same", f"{sum(d.elsewhere for d in found.differences)} end elsewhere"]
    counted.append(f"{sum(bool(d.meets) for d in found.differences)} meet a question nobody asked")
    counted.append(f"{sum(bool(d.drops) for d in found.differences)} are asked less")
    return "\n".join([*lines, f"{_count(found.calls, 'call')}: {', '.join(counted)}"])


def _write(path: Path, found: Comparison) -> None:
    import csv

    from triage.errors import TriageError

    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["call", "before", "after", "ends elsewhere", "now meets", "no longer asks"])
            for d in found.differences:
                moved = "yes" if d.elsewhere else "no"
                rows.writerow([d.id, d.before, d.after, moved, " ".join(d.meets), " ".join(d.drops)])
    except OSError as error:
        raise TriageError(f"{path} can’t be written ({error.strerror}).") from None


def _proof(script: Script, proof: Proof) -> dict[str, object]:
    lengths = {"shortest": proof.shortest, "longest_found": proof.longest}
    return {
        "script": script.name,
        "version": script.version,
        "steps": len(script.steps),
        "keys": len(script.asked_at),
        "outcome_rules": len(script.outcomes),
        "always": proof.rules,
        "calls": proof.calls,
        "problems": [{"kind": p.kind, "where": p.where, "why": p.why, "facts": p.facts} for p in proof.problems],
        "warnings": [{"step": w.step, "kind": w.kind, "figure": w.figure, "words": w.words} for w in proof.warnings],
        **{name: {"questions": n.questions, "steps": n.steps, "facts": n.facts} for name, n in lengths.items()},
    }


def _proof_in_words(script: Script, proof: Proof) -> str:
    lines = [f"Look again at {w.step}: {w.kind} ({w.figure}): {w.words}" for w in proof.warnings]
    for problem in proof.problems:
        lines.append(f"{problem.kind}: {problem.why}")
        lines.append(f"    shown by {json.dumps(problem.facts, ensure_ascii=False)}")
    lines.append(
        f"{script.name} {script.version}: {len(script.steps)} steps, {len(script.asked_at)} keys, "
        f"{len(script.outcomes)} outcome rules, {proof.rules} that must always hold; {proof.calls} calls walked; "
        f"{proof.shortest.questions} questions in the shortest call, {proof.longest.questions} in the longest found; "
        f"{_count(len(proof.warnings), 'warning')}, {_count(len(proof.problems), 'problem')}"
    )
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _facts(name: str) -> Mapping[str, object]:
    from triage.errors import BadData

    where = "standard input" if name == "-" else name
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
        facts = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadData(where, error.lineno, f"this is not JSON ({error.msg})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(where, 1, f"can’t be read ({error})") from None
    if not isinstance(facts, dict):
        raise BadData(where, 1, 'the facts must be one object, {"key": value}')
    return facts


def _prompts(script: Script, answers: Mapping[str, Value]) -> tuple[Prompt, ...]:
    """What the texts among the answers raise, as they do at the desk."""
    from triage.library.phrases import load_phrases
    from triage.script.screen import screen
    from triage.script.values import NOTES

    screened = {f.key for step in script.steps.values() for f in step.fields if f.screened} | {NOTES}
    texts = {key: value for key, value in answers.items() if key in screened and isinstance(value, str)}
    return screen(texts, load_phrases()) if texts else ()


def _as_json(there: Walk) -> dict[str, object]:
    return {
        "path": there.path,
        "pathways": there.pathways,
        "flags": there.flags,
        "actions": there.actions,
        "prompts": [{"kind": p.kind, "words": p.words, "key": p.key} for p in there.prompts],
        "outcome": there.outcome,
        "also": there.also,
        "because": there.proposals[0].because if there.proposals else "",
        "route": there.route,
        "blocked": [block.why for block in there.blocks],
        "not_asked": there.not_asked,
    }


def _in_words(script: Script, there: Walk) -> str:
    lines = [
        f"Outcome   {there.outcome or 'none proposed'}" + (f"  also {', '.join(there.also)}" if there.also else "")
    ]
    if there.proposals:
        lines.append(f"Because   {there.proposals[0].because}")
    lines.append(f"Path      {' '.join(there.path)}")
    rows = {
        "Pathways": there.pathways,
        "Route": (there.route,) if there.route else (),
        "Flags": tuple(f"{flag} {script.flags[flag]}" for flag in there.flags),
        "Actions": tuple(f"{action} {script.actions[action]}" for action in there.actions),
        "Prompts": tuple(f"{p.kind}: “{p.words}”" for p in there.prompts),
        "Blocked": tuple(block.why for block in there.blocks),
    }
    for name, values in rows.items():
        lines += [f"{name if n == 0 else '':<10}{value}" for n, value in enumerate(values)]
    lines.append(f"Not asked {len(there.not_asked)}" + (f": {', '.join(there.not_asked)}" if there.not_asked else ""))
    return "\n".join(lines)

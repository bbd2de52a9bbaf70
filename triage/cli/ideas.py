"""``triage self-assessment``: a few public questions, answered alone or with a caller, and the places they lead to.

Nothing is written to the record, and no file but the one that is asked for: no name is asked, no answer kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from triage.cli import command
from triage.errors import TriageError

if TYPE_CHECKING:
    from triage.desk.ideas import Ideas
    from triage.model import Value
    from triage.script.form import Field, Script

HELP = "A number chooses; several numbers choose several. An empty line leaves a question out."


def add(commands: Any) -> None:
    """Declare the command."""
    words = "A few public questions, and places that may help. No name is asked for and no answer is kept."
    made = command(commands, "self-assessment", words)
    made.add_argument(
        "--facts", metavar="FACTS.json", help='answers as {"key": value} instead of asking; - for standard input'
    )
    made.add_argument("--script", metavar="FILE", type=Path, help="other questions than the shipped ones")
    made.add_argument("--leaflet", metavar="FILE", type=Path, help="write the ideas there: .txt, .html or .pdf")
    made.add_argument("--large", action="store_true", help="the leaflet in large print")
    made.add_argument("--blank", metavar="FILE", type=Path, help="write the questions there, to be filled in by hand")
    made.add_argument("--json", action="store_true", help="one JSON document")
    made.set_defaults(handler=_run)


def _run(args: argparse.Namespace) -> int:
    """0 with ideas, 1 without any."""
    from triage.cli.search import _index
    from triage.desk.ideas import ideas, questions
    from triage.script.values import read_answers
    from triage.settings import now

    script = questions(args.script)
    if args.blank:
        return _blank(script, args.blank, args.large)
    if args.json and not args.facts:
        raise TriageError("--json takes the answers from --facts FACTS.json.")
    today = now().date()
    answers = read_answers(script, _facts(args.facts), today=today) if args.facts else _asked(script, today)
    found = ideas(script, answers, _index(args), today)
    if args.leaflet:
        _write(args.leaflet, found, args.large)
    if args.json:
        print(json.dumps(_document(found), ensure_ascii=False))
    else:
        _show(found)
        if args.leaflet:
            print(f"\nThe leaflet is in {args.leaflet}")
    return 0 if found.ideas or found.danger else 1


def _facts(name: str) -> dict[str, Any]:
    try:
        read = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TriageError(f"{name} can't be read: {error}") from error
    if not isinstance(read, dict):
        raise TriageError(f"{name}: an object of keys and values is expected.")
    return read


def _asked(script: Script, today: Any) -> dict[str, Value]:
    """The questions, one by one, from the lines that are typed."""
    from triage.script.walk import walk

    lines = (line.rstrip("\n") for line in sys.stdin)
    answers: dict[str, Value] = {}
    passed: set[str] = set()
    print(f"{script.title}. {HELP}")
    while (step_id := walk(script, answers, passed=passed, today=today).step) is not None:
        step = script.steps[step_id]
        print(f"\n{' '.join(step.say.split())}" if step.say else "")
        if step.ask:
            print(step.ask)
        for field in step.fields:
            value = _answer(script, field, lines, today)
            if value is not None:
                answers[field.key] = value
        passed.add(step_id)
    return answers


def _answer(script: Script, field: Field, lines: Iterator[str], today: Any) -> Value | None:
    """One answer; ``None`` when it was left out."""
    from triage.errors import BadAnswer
    from triage.script.values import read_answer

    if not field.options:
        print(field.label if field.label.endswith("?") else f"{field.label}:")
    for number, option in enumerate(field.options, 1):
        print(f"  {number}. {option.text}")
    for line in lines:
        numbers = line.replace(",", " ").split()
        given: Any = line.strip()
        if field.options and numbers and all(n.isdigit() and 0 < int(n) <= len(field.options) for n in numbers):
            given = [field.options[int(n) - 1].value for n in numbers]
            given = given if field.type == "many" else given[0]
        try:
            return read_answer(script, field.key, given, today=today)
        except BadAnswer as error:
            print(error)
    return None


def _document(found: Ideas) -> dict[str, Any]:
    return {
        "danger": found.danger,
        "afraid": found.afraid,
        "ideas": [
            {
                "for": idea.words,
                "listings": [
                    {
                        "id": match.listing.id,
                        "source_id": match.listing.source_id,
                        "name": match.listing.name,
                        "organisation": match.listing.organisation,
                        "kind": match.listing.kind,
                        "distance_km": match.distance_km,
                        "phone": match.listing.phone,
                    }
                    for match in idea.matches
                ],
            }
            for idea in found.ideas
        ],
        "nothing_for": list(found.none),
    }


def _show(found: Ideas) -> None:
    from triage.handover.words import PLEASE_ASK, cost, times, where
    from triage.settings import Organisation

    if found.danger:
        print("\nRing 999 now. If you can't speak, press 55 when you are asked.")
        return
    if found.afraid:
        print(f"\nYou have a right to be safe. Ring us when it is safe to talk: {Organisation().phone}.")
        print("Nothing is printed for you, as someone may find it.")
    if any(listing.demonstration for listing in found.listings):
        print("\nDEMONSTRATION DIRECTORY: places may be invented. Do not go there or ring them.")
    for idea in found.ideas:
        print(f"\n{idea.words[:1].upper()}{idea.words[1:]}")
        for match in idea.matches:
            listing = match.listing
            facts = (where(listing, match.distance_km), times(listing.schedules), cost(listing), listing.phone)
            print(f"  {listing.name}: {'; '.join(f for f in facts if f and f != PLEASE_ASK) or PLEASE_ASK}")
    for words in found.none:
        print(f"\n{words[:1].upper()}{words[1:]}: we found nothing that fits. Ring us: {Organisation().phone}.")
    if not found.ideas and not found.none and not found.afraid:
        print(f"\nYou told us of nothing that is hard. Ring us if that changes: {Organisation().phone}.")


def _write(path: Path, found: Ideas, large: bool) -> None:
    from triage.desk.ideas import on_paper
    from triage.settings import Organisation, now

    points = 18 if large else 12
    text = on_paper(found, organisation=Organisation(), today=now().date(), form=_form(path), points=points)
    _put(path, text, points)


def _form(path: Path) -> Literal["text", "html"]:
    return "text" if path.suffix.lower() == ".txt" else "html"


def _blank(script: Script, path: Path, large: bool) -> int:
    from triage.handover.questions import blank
    from triage.settings import Organisation

    points = 18 if large else 12
    _put(path, blank(_lines(script), script.title, Organisation(), form=_form(path), points=points), points)
    print(f"The questions are in {path}")
    return 0


def _lines(script: Script) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Each question with the answers to tick, and the lines to write on (``True``). The first, about danger and fear,
    is no question for a paper that others may find.
    """
    return [
        (
            step.ask,
            [line for f in step.fields for line in ([(o.text, False) for o in f.options] or [(f.label, True)])],
        )
        for step in script.steps.values()
        if step.ask and step.id != script.start
    ]


def _put(path: Path, text: str, points: int) -> None:
    try:
        if path.suffix.lower() == ".pdf":
            from triage.handover.pdf import pdf

            path.write_bytes(pdf(text, points=points))
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise TriageError(f"{path} can't be written: {error.strerror or error}.") from error

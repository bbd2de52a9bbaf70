"""How many signs in callers' stories raise their prompt, and how many everyday calls raise one for nothing.

    python tests/bench/prompts.py [dev|told|kept|kept2|kept3|FILE…] [--failures] [--time] [--typed]

Stories: ``tests/fixtures/stories``. The phrases may be fitted to ``dev``, the weights to ``dev`` and ``told``;
kept files are only ever measured, so ``--failures`` refuses them. A false prompt is one of danger or
safeguarding in a story that holds neither; *any* counts every kind in a story that holds no sign at all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from triage.library.phrases import load_phrases
from triage.script.screen import Phrases, screen
from triage.script.walk import Prompt

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"
KINDS = ("danger", "safeguarding", "carer", "unsafe", "capacity")
NAMES = ("dev", "told", "kept", "kept2", "kept3")
GRAVE = frozenset(["danger", "safeguarding"])


@dataclass(frozen=True)
class Story:
    """What a caller says, the kinds it must raise, and the kinds that would be right as well."""

    about: str
    says: str
    signs: frozenset[str]
    may: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Figures:
    """Of one file of stories. ``recall`` is (raised, wanted) by kind; ``false`` and ``any_false`` are (wrong, of)."""

    recall: dict[str, tuple[int, int]]
    false: tuple[int, int]
    any_false: tuple[int, int]
    prompts: float
    missed: tuple[tuple[Story, frozenset[str]], ...]
    wrong: tuple[tuple[Story, tuple[Prompt, ...]], ...]


def stories(name: str) -> tuple[Story, ...]:
    """The stories of a file: one of ``NAMES`` or a path."""
    path = STORIES / f"{name}.yaml" if name in NAMES else Path(name)
    return tuple(
        Story(s["about"], s["says"], frozenset(s["signs"]), frozenset(s.get("may", ())))
        for s in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def measure(told: tuple[Story, ...], phrases: Phrases) -> Figures:
    """Screen each story as the call's reason and compare."""
    wanted: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    missed: list[tuple[Story, frozenset[str]]] = []
    wrong: list[tuple[Story, tuple[Prompt, ...]]] = []
    none = everyday = false = any_false = prompts = 0
    for story in told:
        found = screen({"reason_verbatim": story.says}, phrases)
        kinds = {p.kind for p in found}
        prompts += len(found)
        wanted.update(story.signs)
        raised.update(story.signs & kinds)
        if story.signs - kinds:
            missed.append((story, story.signs - kinds))
        if not (story.signs | story.may) & GRAVE:
            none += 1
            false += bool(kinds & GRAVE)
        if not story.signs | story.may:
            everyday += 1
            any_false += bool(kinds)
        if not (story.signs | story.may) & GRAVE and kinds - story.signs - story.may:
            wrong.append((story, found))
    recall = {kind: (raised[kind], wanted[kind]) for kind in KINDS if wanted[kind]}
    per = prompts / len(told)
    return Figures(recall, (false, none), (any_false, everyday), per, tuple(missed), tuple(wrong))


def share(part: tuple[int, int]) -> str:
    """``(19, 20)`` as a share and what it is a share of."""
    return f"{part[0] / part[1]:.3f} ({part[0]}/{part[1]})" if part[1] else "-"


def main() -> int:
    """Print the table; with ``--failures`` the stories behind it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", default=list(NAMES))
    parser.add_argument("--failures", action="store_true", help="list the stories that failed (not of the kept ones)")
    parser.add_argument("--time", action="store_true", help="time the loading, the first and a long note")
    parser.add_argument("--typed", action="store_true", help="count prompts that come and go while a story is typed")
    args = parser.parse_args()
    if args.failures and any(Path(name).stem.startswith("kept") for name in args.files):
        print("The kept stories' failures are not shown: the phrases are never fitted to them.", file=sys.stderr)
        return 2
    if args.time:
        timings()
    phrases = load_phrases()
    all_figures = {name: measure(stories(name), phrases) for name in args.files}
    print(f"{'recall':16}" + "".join(f"{Path(name).stem:>20}" for name in all_figures))
    for kind in KINDS:
        print(f"{kind:16}" + "".join(f"{share(f.recall.get(kind, (0, 0))):>20}" for f in all_figures.values()))
    print(f"{'false prompts':16}" + "".join(f"{share(f.false):>20}" for f in all_figures.values()))
    print(f"{'false, any kind':16}" + "".join(f"{share(f.any_false):>20}" for f in all_figures.values()))
    print(f"{'prompts a story':16}" + "".join(f"{f.prompts:>20.2f}" for f in all_figures.values()))
    if args.typed:
        for name in args.files:
            gone, come = typed(stories(name), phrases)
            print(f"{name}: of {come} kinds of prompt that showed while typing, {gone} were gone at a later word")
    if args.failures:
        for figures in all_figures.values():
            for story, lacks in figures.missed:
                print(f"\nMISSED {', '.join(sorted(lacks))} [{story.about}]\n  {story.says}")
            for story, found in figures.wrong:
                print(f"\nFALSE [{story.about}]\n  {story.says}")
                for p in found:
                    print(f"    {p.id.partition(':')[2]} ({p.kind}): {p.words}")
    return 0


def typed(told: tuple[Story, ...], phrases: Phrases) -> tuple[int, int]:
    """(kinds that vanished at some word, kinds that showed), each story typed word by word."""
    gone = come = 0
    for story in told:
        ends = [n for n, letter in enumerate(story.says) if letter == " "] + [len(story.says)]
        shown: set[str] = set()
        lost: set[str] = set()
        for end in ends:
            now: set[str] = {p.kind for p in screen({"reason_verbatim": story.says[:end]}, phrases)}
            lost |= shown - now
            shown |= now
        gone += len(lost)
        come += len(shown)
    return gone, come


def timings() -> None:
    """Milliseconds of processor time to load, to screen a first story, and a note of 5,000 characters when warm."""
    start = time.process_time()
    phrases = load_phrases()
    loaded = time.process_time()
    screen({"notes": "My mother had a fall and there is money missing from her purse."}, phrases)
    first = time.process_time()
    note = (" ".join(s.says for s in stories("dev")) * 2)[:5000]
    screen({"notes": note}, phrases)
    best = min(_took(note, phrases) for _ in range(20))
    print(f"load {1e3 * (loaded - start):.1f} ms, first {1e3 * (first - loaded):.1f} ms, long note {1e3 * best:.2f} ms")


def _took(note: str, phrases: Phrases) -> float:
    start = time.process_time()
    screen({"notes": note}, phrases)
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())

"""Learns what words weigh in soft prompts and writes ``data/hints.txt``. Takes a minute.

    python tests/bench/weigh.py [--dry-run]

From the stories of ``dev.yaml`` and ``told.yaml``, never from a kept file. Logistic regression with a ridge, one for
each kind, on words, two words in a row and families. The phrases were fitted to ``dev`` and not to
``told``: so only ``told`` says what a sign is worth (BOOST) and where the threshold is. Each story is weighed by
what was learnt without it (FOLDS), and the threshold is the weight that FALSE of told's everyday stories reach.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from prompts import GRAVE, Story, share, stories

from triage.library.phrases import load_phrases
from triage.script.hints import SIGN
from triage.script.screen import Phrases, features
from triage.settings import shipped

Array = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

FALSE = {"danger": 0.08, "safeguarding": 0.12}
"""The share of told's everyday stories that may reach the threshold of each kind."""
BOOST = 2.2
"""What a sign of the phrase file weighs."""
RIDGE, FOLDS, SEED = 3.0, 6, 1
OTHER = 3.0
"""What a carer's story, a doubt about capacity or an unsafe line counts for, against a sign: they are few."""
SCALE = {"word": 1.0, "family": 0.55}
"""How far each sort may pull: families overlap."""
LEAST_SEEN = 2
HEAD = "kind"
"""What a line begins with that is about a kind and no word."""
LEAST = 0.015
"""Weights nearer to nothing than this are not written."""


class Told(NamedTuple):
    """Stories as they are weighed: the features of each, and its kinds of sign."""

    stories: Sequence[Story]
    features: Sequence[Set[str]]
    signs: Sequence[Set[str]]
    fresh: Flags


class Model(NamedTuple):
    """A bias and what each feature adds to it."""

    bias: float
    of: dict[str, float]


def sort_of(name: str) -> str:
    """``word`` (two in a row as well) or ``family``."""
    return "family" if name[0] == "<" else "word"


def told(phrases: Phrases) -> Told:
    """Every story that may be learnt from."""
    dev, fresh = stories("dev"), stories("told")
    both = (*dev, *fresh)
    heard = [features(s.says, phrases) for s in both]
    return Told(both, [f for f, _ in heard], [k for _, k in heard], np.array([False] * len(dev) + [True] * len(fresh)))


def table(data: Told) -> tuple[Array, list[str]]:
    """A row for each story, a column for each feature seen often enough."""
    seen = Counter(f for features in data.features for f in features)
    names = sorted(f for f, count in seen.items() if count >= LEAST_SEEN and f != HEAD)
    column = {name: n for n, name in enumerate(names)}
    rows = np.zeros((len(data.stories), len(names)))
    for n, heard in enumerate(data.features):
        for f in heard & column.keys():
            rows[n, column[f]] = SCALE[sort_of(f)]
    return rows, names


def learn(likeness: Array, yes: Flags, other: Flags) -> Array:
    """What each story adds (Newton's method in the dual), both sides counting the same."""
    counts = np.where(yes, (~yes).sum() / yes.sum(), np.where(other, OTHER, 1.0))
    kernel = likeness + 1.0
    found = np.zeros(len(yes))
    for _ in range(15):
        chance = 1 / (1 + np.exp(-kernel @ found))
        slope = counts * (chance - yes) + RIDGE * found
        curve = counts * chance * (1 - chance)
        step = np.linalg.solve(curve[:, None] * kernel + RIDGE * np.eye(len(yes)), slope)
        found -= step
        if np.abs(step).max() < 1e-4:
            break
    return found


def left_out(data: Told, rows: Array, kind: str) -> Array:
    """The weight of each story, learnt without it."""
    yes, no = sides(data, kind)
    likeness = rows @ rows.T
    other = no & np.array([bool(s.signs) for s in data.stories])
    order = np.random.RandomState(SEED).permutation(len(yes))
    weight = np.zeros(len(yes))
    for fold in range(FOLDS):
        out = np.zeros(len(yes), bool)
        out[order[fold::FOLDS]] = True
        rest = (yes | no) & ~out
        found = learn(likeness[np.ix_(rest, rest)], yes[rest], other[rest])
        weight[out] = (likeness[np.ix_(out, rest)] + 1.0) @ found
    return weight + BOOST * np.array([kind in signs for signs in data.signs])


def sides(data: Told, kind: str) -> tuple[Flags, Flags]:
    """Which stories hold the kind, and which are everyday ones."""
    yes = np.array([kind in s.signs for s in data.stories])
    no = np.array([not (s.signs | s.may) & GRAVE for s in data.stories])
    return yes, no


def model(data: Told, rows: Array, names: Sequence[str], kind: str) -> Model:
    """Learnt from every story."""
    yes, no = sides(data, kind)
    used = rows[yes | no]
    other = no & np.array([bool(s.signs) for s in data.stories])
    found = learn(used @ used.T, yes[yes | no], other[yes | no])
    weights = used.T @ found
    return Model(float(found.sum()), {n: float(w) * SCALE[sort_of(n)] for n, w in zip(names, weights, strict=True)})


def main() -> int:
    """Learn, say how well the left-out stories were told apart, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    args = parser.parse_args()
    data = told(load_phrases())
    rows, names = table(data)
    lines = [
        "# What words weigh in soft prompts (triage/script/hints.py). Written by tests/bench/weigh.py: a change",
        "# here is lost when that runs again; add a story to tests/fixtures/stories/told.yaml instead, and run it.",
        "# A line: a word, two words in a row, a <family> of data/phrases.yaml, or a [sign]; and what that weighs.",
    ]
    wrong = np.zeros(len(data.stories), bool)
    for kind, false in FALSE.items():
        weight = left_out(data, rows, kind)
        yes, no = sides(data, kind)
        against = np.sort(weight[no & data.fresh])[::-1]
        limit = float(against[int(len(against) * false)])
        wrong |= no & (weight > limit)
        for part, among in (("told", data.fresh), ("dev", ~data.fresh)):
            print(f"{kind}, {part}: {share((int((weight > limit)[yes & among].sum()), int((yes & among).sum())))}")
        learnt = model(data, rows, names, kind)
        kept = {f: w for f, w in learnt.of.items() if abs(w) >= LEAST}
        lines.append(f"{HEAD}\t{kind}\t{learnt.bias:.2f}\t{limit:.2f}")
        lines += [f"{SIGN}\t{BOOST:.2f}", *(f"{f}\t{w:.2f}" for f, w in sorted(kept.items()))]
    for part, among in (("told", data.fresh), ("dev", ~data.fresh)):
        print(f"false, {part}: {share((int((wrong & among).sum()), int((no & among).sum())))}")
    print(f"{len(lines)} lines")
    if not args.dry_run:
        (Path(shipped()) / "hints.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

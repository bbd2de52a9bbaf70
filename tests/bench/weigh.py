"""Learns the weights of the small signs and writes ``data/hints.txt``. Takes a minute or two.

    python tests/bench/weigh.py [--dry-run]

From the stories of ``dev.yaml`` and the callers' words of ``data/lexicon``; never from ``kept.yaml``. Logistic
regression, one for each kind, on words and pairs of words. The threshold is the weight that FALSE of the everyday
stories reach while they are left out of the learning (ten-fold).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from prompts import GRAVE, share, stories

from triage.library.phrases import load_phrases
from triage.script.hints import classes, features
from triage.settings import shipped

FALSE = {"danger": 0.02, "safeguarding": 0.035}
"""The share of everyday stories that may reach the threshold of each kind by small signs alone."""
ROUNDS, RATE, DECAY, SEED, FOLDS = 20, 0.3, 0.2, 1, 10
PHRASE = 0.1
"""What one of the lexicon's phrases counts for, beside a story's 1."""
LEAST = 0.02
"""Weights nearer to nothing than this are not written."""
DANGERS = frozenset(["suicidal", "overdose", "self-harm", "harm-others"])
UNSURE = frozenset(
    [
        *("cold-home", "food-bank", "wandering", "not-eating", "homeless", "falls", "fire-safety"),
        *("dementia-behaviour", "psychosis", "alcohol", "drugs", "trauma"),
    ]
)
"""The lexicon's concepts that may hold a danger or may not: nothing is learnt from them."""


class Told(NamedTuple):
    """What was said, as it is weighed; the kinds that it holds; what it counts for."""

    features: frozenset[str]
    kinds: frozenset[str]
    weight: float


Model = tuple[float, dict[str, float]]


def told() -> list[Told]:
    """The stories, then the lexicon's phrases."""
    known = load_phrases()

    def said(text: str) -> frozenset[str]:
        return frozenset(features(classes(known.ears.words(text), known.kin_words)))

    found = [Told(said(s.says), s.signs | s.may, 1.0) for s in stories("dev")]
    return [*found, *(Told(said(phrase), kinds, PHRASE) for phrase, kinds in phrases())]


def phrases() -> Iterator[tuple[str, frozenset[str]]]:
    """Each of the lexicon's phrases and the kinds it holds."""
    for path in sorted((shipped() / "lexicon").glob("*.yaml")):
        for name, concept in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            if not isinstance(concept, dict) or "say" not in concept or name in UNSURE:
                continue
            services = str(concept.get("services", "")).strip()
            if name in DANGERS:
                kinds = frozenset(["danger"])
            elif services == "safeguarding-concern":
                kinds = frozenset(["safeguarding"])
            elif "safeguarding" in f"{services} {concept.get('pathways', '')}":
                continue
            else:
                kinds = frozenset()
            for phrase in str(concept["say"]).split(","):
                yield " ".join(phrase.split()), kinds


def learn(examples: Sequence[Told], kind: str) -> Model:
    """Bias and weights that tell ``kind`` from everyday talk (AdaGrad, both sides counting the same)."""
    data = [(t, kind in t.kinds) for t in examples if kind in t.kinds or not t.kinds & GRAVE]
    seen = Counter(f for t, _ in data for f in t.features)
    rows = [([f for f in sorted(t.features) if seen[f] > 1], yes, t.weight) for t, yes in data]
    yes_all = sum(w for _, yes, w in rows if yes)
    no_all = sum(w for _, yes, w in rows if not yes)
    weights: defaultdict[str, float] = defaultdict(float)
    steps: defaultdict[str, float] = defaultdict(lambda: 1e-6)
    bias, bias_step = 0.0, 1e-6
    rng = random.Random(SEED)
    for _ in range(ROUNDS):
        rng.shuffle(rows)
        for row, yes, weight in rows:
            z = max(-30.0, min(30.0, bias + sum(weights[f] for f in row)))
            slope = (1 / (1 + math.exp(-z)) - yes) * weight * (no_all / yes_all if yes else 1.0)
            bias_step += slope * slope
            bias -= RATE / math.sqrt(bias_step) * slope
            for f in row:
                pull = slope + DECAY * weights[f]
                steps[f] += pull * pull
                weights[f] -= RATE / math.sqrt(steps[f]) * pull
    return bias, dict(weights)


def weigh(model: Model, example: Told) -> float:
    """What the model makes of it."""
    return model[0] + sum(model[1].get(f, 0.0) for f in example.features)


def threshold(examples: Sequence[Told], kind: str) -> tuple[float, tuple[int, int]]:
    """The weight that FALSE of the everyday stories reach when left out, and how many left-out signs reach it."""
    own = [t for t in examples if t.weight == 1.0]
    order = list(range(len(own)))
    random.Random(SEED).shuffle(order)
    yes: list[float] = []
    no: list[float] = []
    for fold in range(FOLDS):
        out = {order[i] for i in range(fold, len(order), FOLDS)}
        model = learn([t for i, t in enumerate(examples) if i not in out], kind)
        for i in out:
            if kind in own[i].kinds:
                yes.append(weigh(model, own[i]))
            elif not own[i].kinds & GRAVE:
                no.append(weigh(model, own[i]))
    no.sort(reverse=True)
    limit = no[int(len(no) * FALSE[kind])]
    return limit, (sum(w > limit for w in yes), len(yes))


def main() -> int:
    """Learn, say how well the left-out stories were told apart, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    args = parser.parse_args()
    examples = told()
    lines = [
        "# What words weigh for the small signs (triage/script/hints.py). Written by tests/bench/weigh.py: don't edit",
        "# it, add a story to tests/fixtures/stories/dev.yaml and run that.",
    ]
    for kind in FALSE:
        limit, reached = threshold(examples, kind)
        bias, weights = learn(examples, kind)
        kept = {f: w for f, w in weights.items() if abs(w) >= LEAST}
        print(f"{kind}: of signs left out, by small signs alone {share(reached)}; {len(kept)} weights")
        lines.append(f"kind\t{kind}\t{bias:.2f}\t{limit:.2f}")
        lines += [f"{f}\t{w:.2f}" for f, w in sorted(kept.items())]
    if not args.dry_run:
        (Path(shipped()) / "hints.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Measure the selector beside its baselines: python -m index.training.evaluate FILE [--failures] [--json OUT]

FILE holds questions with labelled sentences (index/training/data.py), none of them trained on. Prints for each ranker
and data set P@1, mean average precision (MAP), AUROC of 'some sentence answers', mean risk over all coverages and the
expected calibration error (ECE) of a sentence's probability, with 95% bootstrap intervals. docs/make_risk_coverage.py
draws the curves in OUT.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import UsageError, in_plain_words
from index.rerank.card import GRAPH, SHIPPED, SelectorCard
from index.rerank.runtime import Selector
from index.settings import IndexSettings
from index.training import baselines, metrics
from index.training.data import Example, read
from index.training.metrics import Estimate, Prediction

POINTS = 200  # of a curve; more are not seen
Measures = dict[str, Estimate | float | None]  # None: not defined there


def measure(predictions: Sequence[Prediction]) -> Measures:
    """Measure one ranker on one data set."""
    answerable, correct, confidence = metrics.columns(predictions)
    some, both = answerable.sum() > 1, 0 < answerable.sum() < len(predictions)
    return {
        "P@1": metrics.estimate(np.mean, metrics.precision_at_1(predictions)) if some else None,
        "MAP": metrics.estimate(np.mean, metrics.average_precision(predictions)) if some else None,
        "AUROC": metrics.estimate(metrics.auroc, answerable, confidence) if both else None,
        "risk": metrics.estimate(metrics.mean_risk, correct, confidence) if both else None,
    }


def sentence_error(predictions: Sequence[Prediction], card: SelectorCard) -> float:
    """Return the calibration error of the selector's probabilities."""
    right = np.concatenate([p.labels for p in predictions]).astype(np.float64)
    probability = np.array([card.sentence.probability(s) for p in predictions for s in p.scores])
    return metrics.calibration_error(right, probability)


def curve(predictions: Sequence[Prediction]) -> list[tuple[float, float]]:
    """Return points (coverage, risk), both 0..1."""
    _, correct, confidence = metrics.columns(predictions)
    coverage, risk = metrics.risk_coverage(correct, confidence)
    step = max(1, len(coverage) // POINTS)
    return list(zip(coverage[step - 1 :: step].tolist(), risk[step - 1 :: step].tolist(), strict=True))


def shown(value: Estimate | float | None) -> str:
    """Format a value of the table."""
    if isinstance(value, tuple):
        return "{:.3f} [{:.3f}, {:.3f}]".format(*value)
    return "-" if value is None else f"{value:.3f}"


def print_failures(predictions: Sequence[Prediction], examples: Sequence[Example], card: SelectorCard) -> None:
    """Print each question whose best sentence is wrong, and each unanswerable one that seems answered."""
    for e, p in zip(examples, predictions, strict=True):
        answered = card.any.probability(p.confidence)
        if p.correct or (not p.answerable and answered < 0.5):
            continue
        print(f"\n{e.dataset}, {e.title}: {e.question} (answered with probability {answered:.2f})")
        print(f"   shown {card.sentence.probability(p.scores[p.best]):.2f}: {e.sentences[p.best]}")
        if p.answerable:
            right = p.labels.index(True)
            print(f"   right {card.sentence.probability(p.scores[right]):.2f}: {e.sentences[right]}")
        else:
            print("   nothing answers")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--selector", type=Path, default=SHIPPED, help=f"folder with {GRAPH}")
    parser.add_argument("--failures", action="store_true", help="print each question that the selector gets wrong")
    parser.add_argument("--json", type=Path, help="write rows and risk-coverage curves to this file")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    args = parser.parse_args()
    examples = read(args.file)
    selector = Selector.open(args.selector)
    if selector is None:
        raise UsageError(f"no {GRAPH} in '{args.selector}'; name the folder that holds it")
    embedder = prepare_embedder(IndexSettings(home=args.home))
    rankers: dict[str, Callable[[], list[Prediction]]] = {
        "selector": lambda: baselines.by_selector(examples, selector),
        "combined": lambda: baselines.by_combination(examples, selector, embedder),
        "embedding": lambda: baselines.by_embedding(examples, embedder),
        "BM25": lambda: baselines.by_bm25(examples),
        "chance": lambda: baselines.by_chance(examples),
    }
    form = "{:<10} {:<16} {:>9}  {:<20}  {:<20}  {:<20}  {:<20}  {:>5} {:>8}"
    print(form.format("ranker", "set", "questions", "P@1", "MAP", "AUROC", "risk", "ECE", "pairs/s"))
    pairs = sum(len(e.sentences) for e in examples)
    every: dict[str, list[Prediction]] = {}
    rows: list[dict[str, object]] = []
    curves: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for ranker, rank in rankers.items():
        start = time.perf_counter()
        every[ranker] = rank()
        speed = pairs / (time.perf_counter() - start)  # on all cores
        for name, part in {**metrics.by_dataset(every[ranker], examples), "all": every[ranker]}.items():
            found = measure(part)
            found["ECE"] = sentence_error(part, selector.card) if ranker == "selector" else None
            print(form.format(ranker, name, len(part), *map(shown, found.values()), f"{speed:.0f}"), flush=True)
            rows.append({"ranker": ranker, "dataset": name, "questions": len(part), **found, "pairs/s": speed})
            if found["risk"] and name != "all":
                curves.setdefault(name, {})[ranker] = curve(part)
    print("in brackets: 95% bootstrap intervals; risk: mean over all coverages of the part answered wrongly")
    if args.failures:
        print_failures(every["selector"], examples, selector.card)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps({"rows": rows, "curves": curves}, indent=1), "utf-8")


if __name__ == "__main__":
    in_plain_words(main)

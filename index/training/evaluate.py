"""Measure the selector beside its baselines: python -m index.training.evaluate FILE [--failures] [--json OUT]

FILE holds questions with labelled sentences (index/training/data.py), none of them trained on. Prints for each ranker
and data set P@1, mean average precision (MAP), AUROC of 'some sentence answers', mean risk over all coverages and the
expected calibration error (ECE) of a sentence's probability, with 95% bootstrap intervals. docs/make_risk_coverage.py
draws the curves in OUT.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import UsageError, in_plain_words
from index.rerank.card import GRAPH, SHIPPED, Platt, SelectorCard
from index.rerank.runtime import Selector
from index.settings import IndexSettings
from index.training.baselines import Run, run_all
from index.training.data import Example, read
from index.training.metrics import (
    Estimate,
    Prediction,
    auroc,
    average_precision,
    by_dataset,
    calibration_error,
    columns,
    estimate,
    mean_risk,
    precision_at_1,
    risk_coverage,
)

POINTS = 200  # of a curve; more are not seen


@dataclass(frozen=True, slots=True)
class Row:
    """How one ranker did on one data set. None: not defined there."""

    ranker: str
    dataset: str
    questions: int
    p_at_1: Estimate
    map: Estimate
    auroc: Estimate | None
    risk: Estimate | None
    ece: float | None


def measure(run: Run, examples: Sequence[Example], card: SelectorCard) -> Iterator[Row]:
    """Measure one ranker: a row for each data set, and one over all."""
    for name, predictions in {**by_dataset(run.predictions, examples), "all": run.predictions}.items():
        answerable, correct, confidence = columns(predictions)
        both = 0 < answerable.sum() < len(predictions)
        yield Row(
            run.ranker,
            name,
            len(predictions),
            estimate(np.mean, precision_at_1(predictions)),
            estimate(np.mean, average_precision(predictions)),
            estimate(auroc, answerable, confidence) if both else None,
            estimate(mean_risk, correct, confidence) if both else None,
            sentence_error(predictions, card.sentence) if run.ranker == "selector" else None,
        )


def sentence_error(predictions: Sequence[Prediction], curve: Platt) -> float:
    """Return the calibration error of the sentences' probabilities."""
    right = np.concatenate([p.labels for p in predictions]).astype(np.float64)
    return calibration_error(right, np.array([curve.probability(s) for p in predictions for s in p.scores]))


def curves(runs: Sequence[Run], examples: Sequence[Example]) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Return points (coverage, risk) of each data set that has unanswerable questions, and each ranker."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for run in runs:
        for name, predictions in by_dataset(run.predictions, examples).items():
            answerable, correct, confidence = columns(predictions)
            if not answerable.all():
                coverage, risk = risk_coverage(correct, confidence)
                step = max(1, len(coverage) // POINTS)
                points = zip(coverage[step - 1 :: step].tolist(), risk[step - 1 :: step].tolist(), strict=True)
                found.setdefault(name, {})[run.ranker] = list(points)
    return found


def print_rows(rows: Sequence[Row], runs: Sequence[Run]) -> None:
    """Print the table."""
    speed = {r.ranker: f"{r.pairs_per_second:.0f}" for r in runs}
    form = "{:<10} {:<16} {:>9}  {:<20}  {:<20}  {:<20}  {:<20}  {:>5} {:>8}"
    print(form.format("ranker", "set", "questions", "P@1", "MAP", "AUROC", "risk", "ECE", "pairs/s"))
    for r in rows:
        shown = (
            "-" if e is None else f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]"
            for e in (r.p_at_1, r.map, r.auroc, r.risk)
        )
        ece = "-" if r.ece is None else f"{r.ece:.3f}"
        print(form.format(r.ranker, r.dataset, r.questions, *shown, ece, speed[r.ranker] if r.dataset == "all" else ""))
    print("in brackets: 95% bootstrap intervals; risk: mean over all coverages of the part answered wrongly")


def print_failures(predictions: Sequence[Prediction], examples: Sequence[Example], card: SelectorCard) -> None:
    """Print each question whose best sentence is wrong, and each unanswerable one that seems answered."""
    for e, p in zip(examples, predictions, strict=True):
        sure = card.any.probability(p.confidence)
        if p.correct or (not p.answerable and sure < 0.5):
            continue
        print(f"\n{e.dataset}, {e.title}: {e.question} (answered with probability {sure:.2f})")
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
    parser.add_argument("--json", type=Path, help="write rows, speeds and risk-coverage curves to this file")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    args = parser.parse_args()
    examples = read(args.file)
    selector = Selector.open(args.selector)
    if selector is None:
        raise UsageError(f"no {GRAPH} in '{args.selector}'; name the folder that holds it")
    runs = list(run_all(examples, selector, prepare_embedder(IndexSettings(home=args.home))))
    rows = [row for run in runs for row in measure(run, examples, selector.card)]
    print_rows(rows, runs)
    if args.failures:
        print_failures(runs[0].predictions, examples, selector.card)
    if args.json:
        report = {
            "rows": [asdict(r) for r in rows],
            "pairs_per_second": {r.ranker: r.pairs_per_second for r in runs},
            "curves": curves(runs, examples),
        }
        args.json.write_text(json.dumps(report, indent=1), "utf-8")


if __name__ == "__main__":
    in_plain_words(main)

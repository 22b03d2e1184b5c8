"""Measure the readers beside their baselines: python -m index.training.evaluate FILE [--reader FOLDER ...]

FILE holds questions with labelled sentences (index/training/data.py), none of them trained on. Prints for each ranker
and data set P@1, mean average precision (MAP), AUROC of 'some sentence answers' and mean risk over all coverages, with
95% bootstrap intervals, and the expected calibration error (ECE) of a reader's probability that some sentence answers.
'both' is what answers as a rule: the deep reader with its part of the small one. docs/make_risk_coverage.py draws the
curves in the file that --json names.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import UsageError, in_plain_words
from index.rerank.card import GRAPH, SHIPPED, ReaderCard
from index.rerank.reading import DEEP_PARTS
from index.rerank.runtime import Reader
from index.settings import IndexSettings
from index.training import baselines, metrics
from index.training.data import Example, read, thin
from index.training.metrics import Estimate, Prediction
from index.training.network import Size

POINTS = 200  # of a curve; more are not seen
_FORM = "{:<16} {:<16} {:>9}  {:<20}  {:<20}  {:<20}  {:<20}  {:>5} {:>8}"
Measures = dict[str, Estimate | float | None]  # None: not defined there
Curves = dict[str, dict[str, list[tuple[float, float]]]]  # data set -> ranker -> (coverage, risk), both 0..1


def open_all(folders: Sequence[Path]) -> dict[str, Reader]:
    """Open the readers in `folders`, by the folders' names, or by their paths where two have one name.

    Raises UsageError if a folder holds none, ModelError if one is damaged.
    """
    short = len({f.name for f in folders}) == len(folders)
    found = {}
    for folder in folders:
        reader = Reader.open(folder)
        if reader is None:
            raise UsageError(f"no {GRAPH} in '{folder}'; name the folder that holds it")
        found[folder.name if short else str(folder)] = reader
    return found


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


def passage_error(predictions: Sequence[Prediction], card: ReaderCard) -> float:
    """Return the calibration error of a reader's probability that any sentence of a passage answers."""
    answerable, _, confidence = metrics.columns(predictions)
    probability = np.array([card.curve.probability(x) for x in confidence])
    return metrics.calibration_error(answerable.astype(np.float64), probability)


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


def print_failures(predictions: Sequence[Prediction], examples: Sequence[Example], card: ReaderCard) -> None:
    """Print each question whose best sentence is wrong, and each unanswerable one that seems answered."""
    for e, p in zip(examples, predictions, strict=True):
        answered = card.curve.probability(p.confidence)
        if p.correct or (not p.answerable and answered < 0.5):
            continue
        print(f"\n{e.dataset}, {e.title}: {e.question} (answered with probability {answered:.2f})")
        print(f"   shown {card.curve.probability(p.scores[p.best]):.2f}: {e.sentences[p.best]}")
        if p.answerable:
            right = p.labels.index(True)
            print(f"   right {card.curve.probability(p.scores[right]):.2f}: {e.sentences[right]}")
        else:
            print("   nothing answers")


class Report:
    """Measures rankers one after the other; keeps what docs/make_risk_coverage.py draws."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples
        self.rows: list[dict[str, object]] = []
        self.curves: Curves = {}
        print(_FORM.format("ranker", "set", "questions", "P@1", "MAP", "AUROC", "risk", "ECE", "pairs/s"))

    def run(self, ranker: str, rank: Callable[[], list[Prediction]], card: ReaderCard | None) -> list[Prediction]:
        """Run a ranker, print a line for each data set and return the predictions."""
        start = time.perf_counter()
        predictions = rank()
        speed = sum(len(e.sentences) for e in self.examples) / (time.perf_counter() - start)  # on all cores
        self.add(ranker, predictions, card, speed)
        return predictions

    def add(self, ranker: str, predictions: list[Prediction], card: ReaderCard | None, speed: float | None) -> None:
        """Print a line for each data set. `speed`: pairs of question and sentence a second; None if not measured."""
        for name, part in {**metrics.by_dataset(predictions, self.examples), "all": predictions}.items():
            found = measure(part)
            found["ECE"] = passage_error(part, card) if card else None
            print(
                _FORM.format(ranker, name, len(part), *map(shown, found.values()), f"{speed:.0f}" if speed else "-"),
                flush=True,
            )
            self.rows.append({"ranker": ranker, "dataset": name, "questions": len(part), **found, "pairs/s": speed})
            if found["risk"] and name != "all":
                self.curves.setdefault(name, {})[ranker] = curve(part)


def baseline_rankers(examples: Sequence[Example], home: Path) -> Mapping[str, Callable[[], list[Prediction]]]:
    """Return what a reader has to beat, by name."""
    embedder = prepare_embedder(IndexSettings(home=home))
    return {
        "embedding": partial(baselines.by_embedding, examples, embedder),
        "BM25": partial(baselines.by_bm25, examples),
        "chance": partial(baselines.by_chance, examples),
    }


def main() -> None:
    """Run the command."""
    shipped = [SHIPPED / size for size in (Size.DEEP, Size.SMALL)]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--reader", type=Path, nargs="+", default=shipped, help="folders (default: both shipped ones)")
    parser.add_argument("--limit", type=int, default=0, help="measure on about so many questions only (0: all)")
    parser.add_argument("--failures", action="store_true", help="print each question that the first reader gets wrong")
    parser.add_argument("--json", type=Path, help="write rows and risk-coverage curves to this file")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    args = parser.parse_args()
    examples = thin(read(args.file), args.limit)
    readers = open_all(args.reader)
    report = Report(examples)
    read_by = {
        name: report.run(name, partial(baselines.by_reader, examples, reader), reader.card)
        for name, reader in readers.items()
    }
    if {Size.DEEP, Size.SMALL} <= set(read_by):
        both = baselines.together(read_by[Size.DEEP], read_by[Size.SMALL], DEEP_PARTS)
        report.add("both", both, readers[Size.DEEP].card, None)
    for name, rank in baseline_rankers(examples, args.home).items():
        report.run(name, rank, None)
    print("in brackets: 95% bootstrap intervals; risk: mean over all coverages of the part answered wrongly")
    if args.failures:
        first = next(iter(readers))
        print_failures(read_by[first], examples, readers[first].card)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps({"rows": report.rows, "curves": report.curves}, indent=1), "utf-8")


if __name__ == "__main__":
    in_plain_words(main)

"""Metrics of a ranker on examples with known labels.

Precision at 1 and mean average precision: Manning, Raghavan and Schuetze, 'Introduction to Information Retrieval',
2008, section 8.4. Risk and coverage: Geifman and El-Yaniv, 'Selective Classification for Deep Neural Networks', 2017.
Expected calibration error: Guo et al., 'On Calibration of Modern Neural Networks', 2017, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.training.data import Example
from index.training.extra import load

Floats = NDArray[np.float64]
Estimate = tuple[float, float, float]  # value of a metric, and its 95% interval
_RESAMPLES, _SEED = 300, 7


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a ranker says of one example.

    `scores`: of each sentence. `confidence`: that some sentence answers. Both on any scale, higher is likelier.
    """

    labels: tuple[bool, ...]
    scores: tuple[float, ...]
    confidence: float

    @property
    def answerable(self) -> bool:
        return any(self.labels)

    @property
    def best(self) -> int:
        """The number of the sentence of the highest score."""
        return int(np.argmax(self.scores))

    @property
    def correct(self) -> bool:
        """Whether that sentence answers; never, if none does."""
        return self.labels[self.best]


def precision_at_1(predictions: Sequence[Prediction]) -> Floats:
    """Return for each answerable question 1 if its best sentence answers, else 0."""
    return np.array([p.correct for p in predictions if p.answerable], dtype=np.float64)


def average_precision(predictions: Sequence[Prediction]) -> Floats:
    """Return the average precision (0..1) of each answerable question."""
    score = load("sklearn.metrics").average_precision_score
    return np.array([score(p.labels, p.scores) for p in predictions if p.answerable], dtype=np.float64)


def auroc(answerable: NDArray[np.bool_], confidence: Floats) -> float:
    """Return the probability that an answerable question has more confidence than another, ties counting half.

    0.5 is chance, and the value where all questions are of one kind.
    """
    if answerable.all() or not answerable.any():
        return 0.5
    return float(load("sklearn.metrics").roc_auc_score(answerable, confidence))


def risk_coverage(correct: NDArray[np.bool_], confidence: Floats) -> tuple[Floats, Floats]:
    """Return coverage (the part of questions answered, surest first) and risk (the part of those answered wrongly).

    Both have one value a question, in 0..1. An unanswerable question that is answered counts as wrong.
    """
    wrong = ~correct[np.argsort(-confidence, kind="stable")]
    answered = np.arange(1, len(wrong) + 1)
    return answered / len(wrong), np.cumsum(wrong) / answered


def mean_risk(correct: NDArray[np.bool_], confidence: Floats) -> float:
    """Return the mean risk over all coverages, 0..1, lower is better."""
    return float(risk_coverage(correct, confidence)[1].mean())


def calibration_error(right: Floats, probability: Floats, bins: int = 10) -> float:
    """Return the mean distance of probability and frequency over bins of equal width: 0 is best.

    `right`: 1 for what came true, else 0; `probability`: 0..1.
    """
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(bin_of, weights=right - probability)).sum() / len(right))


def estimate(metric: Callable[..., float], *columns: NDArray[np.generic]) -> Estimate:
    """Return `metric` of the columns with a percentile bootstrap interval over questions.

    Efron and Tibshirani, 'An Introduction to the Bootstrap', 1993, section 13.3.
    """

    def of_rows(rows: NDArray[np.intp]) -> float:
        return float(metric(*(column[rows] for column in columns)))

    every = np.arange(len(columns[0]))
    found = load("scipy.stats").bootstrap(
        (every,), of_rows, vectorized=False, n_resamples=_RESAMPLES, method="percentile", rng=_SEED
    )
    return of_rows(every), float(found.confidence_interval.low), float(found.confidence_interval.high)


def columns(predictions: Sequence[Prediction]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats]:
    """Return one array each of answerable, correct and confidence."""
    return (
        np.array([p.answerable for p in predictions]),
        np.array([p.correct for p in predictions]),
        np.array([p.confidence for p in predictions]),
    )


def by_dataset(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, list[Prediction]]:
    """Sort predictions by the data set of their example."""
    found: dict[str, list[Prediction]] = {name: [] for name in sorted({e.dataset for e in examples})}
    for prediction, example in zip(predictions, examples, strict=True):
        found[example.dataset].append(prediction)
    return found


def summary(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, float]:
    """Return P@1 of each data set, and AUROC where some of its questions are unanswerable; to four decimals."""
    found = {}
    for name, rows in by_dataset(predictions, examples).items():
        answerable, _, confidence = columns(rows)
        if answerable.any():
            found[f"{name}_p1"] = float(precision_at_1(rows).mean())
        if 0 < answerable.sum() < len(rows):
            found[f"{name}_auroc"] = auroc(answerable, confidence)
    return {name: round(value, 4) for name, value in found.items()}

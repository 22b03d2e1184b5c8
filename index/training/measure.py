"""Measures of a selector on examples with known labels; every one with a bootstrap interval where it is reported.

P@1 and mean average precision as in Manning, Raghavan and Schuetze, 'Introduction to Information Retrieval',
2008, section 8.4; risk and coverage as in Geifman and El-Yaniv, 'Selective Classification', 2017; expected
calibration error as in Guo et al., 'On Calibration of Modern Neural Networks', 2017, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.training.data import Example


@dataclass(frozen=True, slots=True)
class Judged:
    """One example, judged. `scores`: of each sentence, `any`: that some sentence answers; higher is likelier."""

    labels: tuple[bool, ...]
    scores: tuple[float, ...]
    any: float

    @property
    def answerable(self) -> bool:
        return any(self.labels)


def measure(judged: Sequence[Judged], examples: Sequence[Example]) -> dict[str, float]:
    """P@1 of each set, and AUROC of 'some sentence answers' for the sets that hold unanswerable questions."""
    found = {}
    for name in sorted({e.dataset for e in examples}):
        rows = [j for j, e in zip(judged, examples, strict=True) if e.dataset == name]
        found[f"{name}_p1"] = precision_at_1(rows)
        if 0 < sum(j.answerable for j in rows) < len(rows):
            found[f"{name}_auroc"] = answerable_auroc(rows)
    return {name: round(value, 4) for name, value in found.items()}


def precision_at_1(judged: Sequence[Judged]) -> float:
    """Part of the answerable questions whose first sentence answers."""
    return _mean([first_right(j) for j in judged])


def mean_average_precision(judged: Sequence[Judged]) -> float:
    return _mean([average_precision(j) for j in judged])


def answerable_auroc(judged: Sequence[Judged]) -> float:
    return auroc([j.answerable for j in judged], [j.any for j in judged])


def _mean(values: Sequence[float | None]) -> float:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else 0.0


def first_right(judged: Judged) -> bool | None:
    """Whether the sentence of the highest score answers; None if none does."""
    if not judged.answerable:
        return None
    return judged.labels[int(np.argmax(judged.scores))]


def average_precision(judged: Judged) -> float | None:
    """Mean over the answering sentences of the precision at their rank; None if there is none."""
    if not judged.answerable:
        return None
    order = np.argsort(-np.array(judged.scores), kind="stable")
    right = np.array(judged.labels)[order]
    ranks = np.flatnonzero(right) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def auroc(positive: Sequence[bool], scores: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties counting half; 0.5 is chance."""
    flags, values = np.array(positive, dtype=bool), np.array(scores, dtype=np.float64)
    if flags.all() or not flags.any():
        return 0.5
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m = int(flags.sum()), int((~flags).sum())
    return float((ranks[flags].sum() - n * (n + 1) / 2) / (n * m))


def calibration_error(positive: Sequence[bool], probabilities: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and frequency over bins of equal width, 0 is best."""
    flags, values = np.array(positive, dtype=np.float64), np.array(probabilities, dtype=np.float64)
    where = np.minimum((values * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = where == b
        if inside.any():
            total += inside.mean() * abs(flags[inside].mean() - values[inside].mean())
    return float(total)


def risk_coverage(judged: Sequence[Judged]) -> tuple[list[float], list[float]]:
    """Coverage (part of the questions answered, surest first) and risk (part of those answered wrongly) at each cut.

    An unanswerable question that is answered counts as wrong.
    """
    order = sorted(judged, key=lambda j: -j.any)
    wrong = np.cumsum([not first_right(j) for j in order])
    n = np.arange(1, len(order) + 1)
    return (n / len(order)).tolist(), (wrong / n).tolist()


def area_under_risk(judged: Sequence[Judged]) -> float:
    """Mean risk over all coverages, lower is better."""
    return float(np.mean(risk_coverage(judged)[1]))


def interval(
    judged: Sequence[Judged], statistic: Callable[[Sequence[Judged]], float], rounds: int = 300, seed: int = 7
) -> tuple[float, float]:
    """95% percentile bootstrap interval over questions (Efron and Tibshirani, 1993, section 13.3)."""
    rng = np.random.default_rng(seed)
    n = len(judged)
    found = [statistic([judged[i] for i in rng.integers(0, n, n)]) for _ in range(rounds)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)

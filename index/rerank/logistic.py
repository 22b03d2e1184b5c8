"""The fitted weights of a reranker: two logistic regressions, one over sentences, one over the best sentence.

Only what runs at question time. `index.training.fit` fits them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.records import Record
from index.rerank.reranker import Thresholds

Floats = NDArray[np.float64]
_LEAST = -20.0  # log-odds of a probability of 2e-9; less tells nothing more, and headings have minus infinity


class Logistic(Record):
    """p = 1 / (1 + exp(-(w . (x - mean) / scale + bias))) over named features."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def log_odds(self, x: Floats) -> Floats:
        """Return natural log-odds, shape (n,), for the rows of `x`, shape (n, features)."""
        found: Floats = (x - np.array(self.mean)) / np.array(self.scale) @ np.array(self.weights) + self.bias
        return found


class Weights(Record):
    """What a reranker was fitted to.

    `sentence`: over the features of one sentence. `confidence`: over the log-odds of the best sentence and some of
    its features. `thresholds`: see `index.rerank.reranker`.
    """

    sentence: Logistic
    confidence: Logistic
    thresholds: Thresholds
    made: str

    @classmethod
    def read(cls, path: Path, sentence: tuple[str, ...], confidence: tuple[str, ...]) -> Weights:
        """Read the weights in `path`. Raises ModelError if they are for other features than the named ones."""
        found = cls.model_validate_json(path.read_bytes())
        if found.sentence.features != sentence or found.confidence.features != confidence:
            raise ModelError(f"{path.name} is for other features; run python -m index.training.fit_quick")
        return found

    def score(self, rows: Floats, headings: list[bool]) -> tuple[Floats, float]:
        """Return for each sentence the probability (0..1) that it answers, and the confidence (0..1) in the best one.

        `rows`: features, shape (sentences, features). A heading never answers: its probability is 0.
        """
        odds = self.sentence.log_odds(rows)
        odds[headings] = -np.inf
        probability = sigmoid(odds)
        probability[headings] = 0.0
        row = confidence_row(self.sentence.features, self.confidence.features, odds, rows)
        return probability, float(sigmoid(self.confidence.log_odds(row[None]))[0])


def confidence_row(sentence: tuple[str, ...], confidence: tuple[str, ...], odds: Floats, rows: Floats) -> Floats:
    """Return the features named in `confidence` for the sentence of the highest log-odds.

    The first of them is that sentence's log-odds; the others are among those of `sentence`, the columns of `rows`.
    """
    best = int(odds.argmax())
    return np.array([max(odds[best], _LEAST), *(rows[best, sentence.index(name)] for name in confidence[1:])])


def sigmoid(log_odds: Floats | np.float64) -> Floats:
    """Return the probabilities (0..1) of natural log-odds."""
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0)))
    return found


def log_odds(probability: Floats) -> Floats:
    """Return the natural log-odds of probabilities (0..1), at most 20 either way."""
    near = np.clip(probability, 2e-9, 1 - 2e-9)
    found: Floats = np.log(near / (1 - near))
    return found

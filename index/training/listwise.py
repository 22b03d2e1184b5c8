"""Weights that rank the sentences of one question: conditional logit, then a curve that makes probabilities of it.

A question's sentences compete for one softmax (McFadden, 'Conditional Logit Analysis of Qualitative Choice
Behavior', 1974), so that what lifts or lowers all of them alike teaches nothing; several right ones share it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.rerank.logistic import Floats, Logistic, fit, newton

Listed = tuple[Floats, NDArray[np.bool_]]  # rows (sentences, features) of one question; which of them answer


def fit_listwise(features: tuple[str, ...], lists: Sequence[Listed], ridge: float = 1.0) -> Logistic:
    """Weights that set answering sentences before others; log-odds are of 'this sentence answers'.

    Lists without an answering sentence teach nothing of the order, but count for the probabilities. `ridge`: on the
    standardised weights.
    """
    x = np.vstack([rows for rows, _ in lists])
    y = np.concatenate([labels for _, labels in lists])
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    answered = [((rows - mean) / scale, labels) for rows, labels in lists if labels.any()]
    w = newton(lambda w: _evaluate(w, answered, ridge), x.shape[1]) / scale
    odds = x @ w
    curve = fit(("odds",), odds[:, None], y, ridge=1e-6)
    slope = curve.weights[0] / curve.scale[0]
    return Logistic(
        features=features,
        mean=tuple(np.round(mean, 5).tolist()),
        scale=tuple(np.round(scale, 5).tolist()),
        weights=tuple(np.round(w * scale * slope, 5).tolist()),
        bias=round(float(curve.bias + slope * (mean @ w - curve.mean[0])), 5),
    )


def _evaluate(w: Floats, answered: Sequence[Listed], ridge: float) -> tuple[float, Floats, Floats]:
    """Loss, gradient, and the Hessian's part that is always positive: that of the softmax over all sentences."""
    loss, gradient, hessian = 0.5 * ridge * float(w @ w), ridge * w, ridge * np.eye(len(w))
    for rows, labels in answered:
        odds = rows @ w
        every = np.logaddexp.reduce(odds)
        right = np.logaddexp.reduce(odds[labels])
        p, q = np.exp(odds - every), np.where(labels, np.exp(odds - right), 0.0)
        mean = p @ rows
        loss += float(every - right)
        gradient = gradient + mean - q @ rows
        hessian = hessian + (rows * p[:, None]).T @ rows - np.outer(mean, mean)
    return loss, gradient, hessian

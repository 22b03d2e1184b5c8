"""Fits the logistic regressions of `index.rerank.logistic`, with scikit-learn and SciPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.rerank.card import Platt
from index.rerank.logistic import Floats, Logistic
from index.training.extra import load

_CONSTANT = 1e-3  # a feature that varies less is as good as constant
_NO_RIDGE = 1e-6


def fit_logistic(
    features: tuple[str, ...], x: Floats, y: NDArray[np.bool_], weight: Floats | None = None, ridge: float = 1.0
) -> Logistic:
    """Fit by maximum likelihood with a ridge of `ridge` on the standardised weights; the bias is free.

    `x`: (n, features); `y`: (n,), both values present; `weight`: (n,) of the rows, 1 by default.
    """
    model = load("sklearn.linear_model").LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-8)
    mean, scale = _moments(x)
    model.fit((x - mean) / scale, y, sample_weight=weight)
    return _record(features, mean, scale, model.coef_[0], float(model.intercept_[0]))


def fit_platt(log_odds: Floats, right: NDArray[np.bool_], weight: Floats | None = None) -> Platt:
    """Fit a logistic curve over log-odds, shape (n,), with smoothed targets (Platt, 1999, equation 5).

    A target between 0 and 1 is two weighted rows, one true and one false. `weight`: (n,) of the rows, 1 by default.
    """
    weight = np.ones(len(right)) if weight is None else weight
    positive, negative = weight[right].sum(), weight[~right].sum()
    target = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    x = np.concatenate([log_odds, log_odds])[:, None]
    y = np.repeat([True, False], len(target))
    found = fit_logistic(("log_odds",), x, y, np.concatenate([weight * target, weight * (1 - target)]), _NO_RIDGE)
    slope = found.weights[0] / found.scale[0]
    return Platt(slope=round(slope, 5), bias=round(found.bias - slope * found.mean[0], 5))


def fit_listwise(
    features: tuple[str, ...], lists: Sequence[tuple[Floats, NDArray[np.bool_]]], ridge: float = 1.0
) -> Logistic:
    """Fit weights that rank the sentences of one question, and a bias that makes their log-odds probabilities.

    `lists`: for each question its rows, shape (sentences, features), and which of them answer. Its sentences share
    one softmax (conditional logit: McFadden, 'Conditional Logit Analysis of Qualitative Choice Behavior', 1974), so
    what lifts all of them alike teaches nothing; several right ones share it. A list without a right one teaches
    nothing of the order, but counts for the probabilities. `ridge`: on the standardised weights.
    """
    x = np.vstack([rows for rows, _ in lists])
    y = np.concatenate([labels for _, labels in lists])
    mean, scale = _moments(x)
    answered = [(rows, labels) for rows, labels in lists if labels.any()]
    z = (np.vstack([rows for rows, _ in answered]) - mean) / scale
    right = np.concatenate([labels for _, labels in answered])
    sizes = [len(labels) for _, labels in answered]
    starts = np.cumsum([0, *sizes[:-1]])

    def loss(w: Floats) -> tuple[float, Floats]:
        odds = z @ w
        right_odds = np.where(right, odds, -np.inf)
        every, chosen = np.logaddexp.reduceat(odds, starts), np.logaddexp.reduceat(right_odds, starts)
        difference = np.exp(odds - np.repeat(every, sizes)) - np.exp(right_odds - np.repeat(chosen, sizes))
        return float((every - chosen).sum() + 0.5 * ridge * w @ w), z.T @ difference + ridge * w

    w = load("scipy.optimize").minimize(loss, np.zeros(x.shape[1]), jac=True, method="BFGS").x
    curve = fit_logistic(("odds",), ((x - mean) / scale @ w)[:, None], y, ridge=_NO_RIDGE)
    slope = curve.weights[0] / curve.scale[0]
    return _record(features, mean, scale, w * slope, curve.bias - slope * curve.mean[0])


def _moments(x: Floats) -> tuple[Floats, Floats]:
    scale = x.std(axis=0)
    return x.mean(axis=0), np.where(scale > _CONSTANT, scale, 1.0)


def _record(features: tuple[str, ...], mean: Floats, scale: Floats, weights: Floats, bias: float) -> Logistic:
    """Round to five decimals, as the shipped files are."""
    mean, scale, weights = (np.round(values, 5) for values in (mean, scale, weights))
    return Logistic(
        features=features,
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        weights=tuple(weights.tolist()),
        bias=round(float(bias), 5),
    )

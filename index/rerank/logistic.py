"""Logistic regression by Newton's method: the small fitted combinations of scores are all of this kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Floats = NDArray[np.float64]

_STEPS = 50  # it converges in about ten
_ENOUGH = 1e-8
_CONSTANT = 1e-3  # a feature that varies less is as good as constant


class Logistic(BaseModel):
    """p = 1 / (1 + exp(-(w . (x - mean) / scale + bias))) over named features."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def log_odds(self, x: Floats) -> Floats:
        """For each row of `x`, shape (n, features): natural log-odds, shape (n,)."""
        found: Floats = (x - np.array(self.mean)) / np.array(self.scale) @ np.array(self.weights) + self.bias
        return found

    def probability(self, x: Floats) -> Floats:
        """For each row of `x`, shape (n, features): probability 0..1, shape (n,)."""
        return sigmoid(self.log_odds(x))


def sigmoid(log_odds: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0)))
    return found


def fit(
    features: tuple[str, ...],
    x: Floats,
    y: NDArray[np.bool_] | Floats,
    weight: Floats | None = None,
    ridge: float = 1.0,
) -> Logistic:
    """Maximum likelihood with a ridge of `ridge` on the standardised weights (the bias is free).

    `x`: (n, features); `y`: (n,), true or false, or the probability (0..1) of being true; `weight`: (n,) of the
    rows, 1 by default.
    """
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > _CONSTANT, scale, 1.0)
    design = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    rows = np.ones(len(x)) if weight is None else weight
    penalty = np.array([*([ridge] * x.shape[1]), 1e-9])
    target = y.astype(np.float64)

    def evaluate(w: Floats) -> tuple[float, Floats, Floats]:
        z = design @ w
        p = sigmoid(z)
        loss = (rows * (np.logaddexp(0.0, z) - target * z)).sum() + 0.5 * (penalty * w * w).sum()
        gradient = design.T @ (rows * (p - target)) + penalty * w
        return float(loss), gradient, design.T @ (design * (rows * p * (1 - p))[:, None]) + np.diag(penalty)

    w = newton(evaluate, design.shape[1])
    return Logistic(
        features=features,
        mean=tuple(np.round(mean, 5).tolist()),
        scale=tuple(np.round(scale, 5).tolist()),
        weights=tuple(np.round(w[:-1], 5).tolist()),
        bias=round(float(w[-1]), 5),
    )


def newton(evaluate: Callable[[Floats], tuple[float, Floats, Floats]], size: int) -> Floats:
    """The least of a loss by Newton's method from zero; a step that would raise the loss is halved until it does not.

    `evaluate`: weights, shape (size,) -> loss, gradient, and the Hessian or a positive definite stand-in for it.
    """
    w: Floats = np.zeros(size)
    loss, gradient, hessian = evaluate(w)
    for _ in range(_STEPS):
        step = np.linalg.solve(hessian, gradient)
        tried = evaluate(w - step)
        while tried[0] > loss and float(np.abs(step).max()) > _ENOUGH:
            step = step / 2
            tried = evaluate(w - step)
        w = w - step
        loss, gradient, hessian = tried
        if float(np.abs(step).max()) <= _ENOUGH:
            break
    return w

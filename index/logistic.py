"""Logistic regression by Newton's method: the small fitted combinations of scores are all of this kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Floats = NDArray[np.float64]

_STEPS = 50  # it converges in about ten
_ENOUGH = 1e-8


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
    features: tuple[str, ...], x: Floats, y: NDArray[np.bool_], weight: Floats | None = None, ridge: float = 1.0
) -> Logistic:
    """Maximum likelihood with a ridge of `ridge` on the standardised weights (the bias is free).

    `x`: (n, features), `y`: (n,), `weight`: (n,) of the rows, 1 by default.
    """
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    design = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    rows = np.ones(len(x)) if weight is None else weight
    penalty = np.diag([*([ridge] * x.shape[1]), 1e-9])
    w = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = sigmoid(design @ w)
        gradient = design.T @ (rows * (p - y)) + penalty @ w
        hessian = design.T @ (design * (rows * p * (1 - p))[:, None]) + penalty
        step = np.linalg.solve(hessian, gradient)
        w = w - step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return Logistic(
        features=features,
        mean=tuple(np.round(mean, 5).tolist()),
        scale=tuple(np.round(scale, 5).tolist()),
        weights=tuple(np.round(w[:-1], 5).tolist()),
        bias=round(float(w[-1]), 5),
    )

"""Training in the numbers of the shipped file: products round weights and inputs as 8-bit arithmetic will.

Quantisation-aware training (Jacob et al., 'Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference', 2018): the forward pass rounds, the gradient passes as if it did not.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

WEIGHT_LEVELS = 64  # a weight is a whole number of -64..64 times its row's scale: 7 bits, see `index.embedding.export`
_INPUT_LEVELS = 255  # one scale and zero point for all of a row of tokens


def fake_quantise(network: nn.Module) -> None:
    """Let every linear layer of `network` round; its weights stay floats."""
    for module in network.modules():
        if isinstance(module, nn.Linear):
            module.forward = _Rounding(module)  # type: ignore[method-assign,assignment]


class _Rounding:
    """The forward pass of a linear layer, rounding."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer

    def __call__(self, x: Tensor) -> Tensor:
        return linear(_through(x, _rounded_input(x)), _weight(self.layer.weight), self.layer.bias)


def _weight(weight: Tensor) -> Tensor:
    return _through(weight, _rounded_weight(weight))


def _through(x: Tensor, rounded: Tensor) -> Tensor:
    """Return `rounded`, with the gradient of `x` (the straight-through estimator)."""
    return x + (rounded - x).detach()


@torch.no_grad()
def _rounded_weight(weight: Tensor) -> Tensor:
    scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / WEIGHT_LEVELS
    return (weight / scale).round() * scale


@torch.no_grad()
def _rounded_input(x: Tensor) -> Tensor:
    """Round `x`, shape (rows, ..., features), on a grid of 8 bits over each row's range, zero included."""
    flat = x.reshape(len(x), -1).float()
    low, high = flat.amin(1).clamp(max=0.0), flat.amax(1).clamp(min=0.0)
    scale = ((high - low) / _INPUT_LEVELS).clamp(min=1e-8).view(-1, *(1,) * (x.dim() - 1))
    return ((x / scale).round() * scale).to(x.dtype)

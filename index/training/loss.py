"""What the readers are trained to do: choose, point, tell apart, and agree with a larger reader."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax, softplus

SPAN_WEIGHT = 0.3  # of the span losses beside the sentence loss
PAIR_WEIGHT = 0.5  # of the pair loss
LABEL_WEIGHT = 0.4  # of the labels beside a teacher
TEACHER_SPAN_WEIGHT = 0.1
_FAR = -1e4  # the logit of what is not there
Batch = dict[str, Tensor]
Output = tuple[Tensor, Tensor, Tensor]  # sentences, start, end: see `index.training.network`


def loss_of(output: Output, batch: Batch, certain_only: bool = False) -> Tensor:
    """Return the loss: listwise over none and all sentences, start and end of the answering words where known, pairs.

    A pair are two rows of one group of which one is answered and the other is not: their log-odds that any
    sentence answers should be in this order (Burges et al., 'Learning to Rank using Gradient Descent', 2005).
    `certain_only` leaves out rows whose label was made by rule.
    """
    sentences, start, end = (part.float() for part in output)
    weight = batch["certain"] if certain_only else torch.ones_like(batch["certain"])
    logits = _with_none(sentences, batch)
    none = 1.0 - batch["labels"].amax(1, keepdim=True)
    each = _marginal(logits, torch.cat([none, batch["labels"]], dim=1))
    total = (each * weight).sum() / weight.sum().clamp(min=1.0)
    for scores, right in ((start, batch["starts"]), (end, batch["ends"])):
        known = (right.amax(1) > 0) & (weight > 0)
        if known.any():
            scores = scores.masked_fill(batch["mask"] == 0, _FAR)
            total = total + SPAN_WEIGHT * _marginal(scores[known], right[known]).mean()
    any_answers = torch.logsumexp(logits[:, 1:], 1)
    answered, counted = none.squeeze(1) == 0, weight > 0
    same = batch["group"][:, None] == batch["group"][None]
    pairs = same & (answered & counted)[:, None] & (~answered & counted)[None]
    if pairs.any():
        total = total + PAIR_WEIGHT * softplus(any_answers[None] - any_answers[:, None])[pairs].mean()
    return total


def distillation(output: Output, teacher: Output, batch: Batch) -> Tensor:
    """Return the divergence from the teacher's distributions: over none and the sentences, over starts, over ends.

    Hinton, Vinyals and Dean, 'Distilling the Knowledge in a Neural Network', 2015, at temperature 1.
    """
    total = _divergence(_with_none(output[0].float(), batch), _with_none(teacher[0].float(), batch))
    absent = batch["mask"] == 0
    for own, theirs in zip(output[1:], teacher[1:], strict=True):
        filled = (part.float().masked_fill(absent, _FAR) for part in (own, theirs))
        total = total + TEACHER_SPAN_WEIGHT * _divergence(*filled)
    return total


def _with_none(sentences: Tensor, batch: Batch) -> Tensor:
    """Return logits of none and each sentence, shape (rows, 1 + sentences)."""
    there = batch["membership"].sum(-1) > 0
    return torch.cat([torch.zeros_like(sentences[:, :1]), sentences.masked_fill(~there, _FAR)], dim=1)


def _divergence(own: Tensor, theirs: Tensor) -> Tensor:
    return kl_div(log_softmax(own, 1), log_softmax(theirs, 1), log_target=True, reduction="batchmean")


def _marginal(logits: Tensor, right: Tensor) -> Tensor:
    """Return -log of the probability of all right columns together, for each row."""
    chosen = logits.masked_fill(right == 0, float("-inf"))
    return torch.logsumexp(logits, 1) - torch.logsumexp(chosen, 1)

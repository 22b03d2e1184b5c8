"""Train a reader: python -m index.training.train DATA --out DIR --size deep --minutes 5

DATA holds the files of `index.training.data.SETS`. Uses a GPU where there is one (bfloat16), else the CPU. The
learning rate rises, then falls to zero within the time given; DIR/last.pt is written every few minutes and at the
end, and the same command goes on from there. DIR/log.jsonl gets a line for every report. --start begins from another
training's weights; --teacher learns from a larger reader in the same step; --eight-bits trains in the numbers of the
shipped file. `python -m index.training.publish` makes that file.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from index.errors import in_plain_words
from index.training.batches import Batches, Chosen, Plan, collate, make_item
from index.training.data import Example, distinct_paragraphs, hold_out, read_sets
from index.training.fake_quantise import fake_quantise
from index.training.layout import RememberingLayout
from index.training.loop import TOKENS, Training, best_device, load, moved, precision, wrong_kind
from index.training.loss import LABEL_WEIGHT, Batch, distillation, loss_of
from index.training.metrics import Prediction, summary
from index.training.network import ReaderNetwork, Size, build, freeze, fuse_attention, load_weights
from index.training.retrieval import near_paragraphs

NEAR = 8  # passages that lie nearest to a question, from which hard negatives are drawn
HEADS_SEED = 0  # the same for every run
_ROWS = {"cuda": 64, "cpu": 16}  # measured at once


@torch.no_grad()
def predict(
    network: ReaderNetwork, examples: Sequence[Example], layout: RememberingLayout, device: str
) -> list[Prediction]:
    """Rank each example's sentences by the network; a passage is cut to the longest row."""
    network.eval()
    items = [make_item(e, e.header or e.title, layout) for e in examples]
    order = sorted(range(len(items)), key=lambda i: len(items[i].row.ids))
    found: dict[int, Prediction] = {}
    for start in range(0, len(order), _ROWS[device]):
        part = order[start : start + _ROWS[device]]
        batch = moved(collate([items[i] for i in part]), device)
        with precision(device):
            sentences, _, _ = network(batch["ids"], batch["types"], batch["membership"], batch["mask"])
        for i, row in zip(part, sentences.float().cpu().numpy(), strict=True):
            scores = row[: len(examples[i].labels)].astype(np.float64)
            found[i] = Prediction(examples[i].labels, tuple(scores.tolist()), float(np.logaddexp.reduce(scores)))
    network.train()
    return [found[i] for i in range(len(items))]


def begin(size: Size, start: Path | None, frozen: int, seed: int) -> ReaderNetwork:
    """Build the network to train, with the weights of the checkpoint `start` if there is one.

    Raises UsageError if that holds another size.
    """
    torch.manual_seed(HEADS_SEED)
    network = build(size, _weights(start, size) if start else None).to(best_device()).train()
    fuse_attention(network)
    freeze(network, frozen)
    torch.manual_seed(seed)
    return network


def _weights(checkpoint: Path, wanted: Size) -> dict[str, Tensor]:
    size, weights = load_weights(checkpoint)
    if size is not wanted:
        raise wrong_kind(checkpoint, size, wanted)
    return weights


def loss_for(network: ReaderNetwork, teacher: Path | None) -> Callable[[Batch], Tensor]:
    """Return the loss of a batch: by its labels, and by what a teacher says if one is named by its checkpoint."""
    device = best_device()
    larger = build(*load_weights(teacher)).to(device).requires_grad_(False).eval() if teacher else None
    if larger:
        fuse_attention(larger)

    def loss(batch: Batch) -> Tensor:
        inputs = (batch["ids"], batch["types"], batch["membership"], batch["mask"])
        with precision(device):
            output = network(*inputs)
            with torch.no_grad():
                theirs = larger(*inputs) if larger else None
        if theirs is None:
            return loss_of(output, batch)
        return LABEL_WEIGHT * loss_of(output, batch, certain_only=True) + distillation(output, theirs, batch)

    return loss


def choose(data: Path, limit: int, near_file: Path) -> tuple[list[Chosen], list[Example]]:
    """Return the examples to train on, each with the passages near it, and those held out.

    What lies near is kept in `near_file`, since looking for it takes minutes.
    """
    chosen: list[Chosen] = []
    held: list[Example] = []
    for each, examples in read_sets(data, limit):
        train, out = hold_out(examples)
        chosen += [Chosen(e, each.share, each.varied) for e in train]
        held += out
    asking = [c.example for c in chosen if c.varied and c.example.answers]
    paragraphs = distinct_paragraphs(c.example for c in chosen if c.varied)
    near = iter(near_paragraphs(asking, paragraphs, NEAR, near_file))
    return [
        Chosen(c.example, c.share, c.varied, next(near)) if c.varied and c.example.answers else c for c in chosen
    ], held


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("data", type=Path)
    found.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    found.add_argument("--size", type=Size, default=Size.SMALL, choices=list(Size))
    found.add_argument("--minutes", type=float, default=60.0, help="how long to train, pauses not counted")
    found.add_argument("--rate", type=float, default=5e-5, help="highest learning rate")
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--start", type=Path, help="checkpoint (last.pt of another run) to begin from")
    found.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are, with the word table")
    found.add_argument("--teacher", type=Path, help="checkpoint of a reader to learn from beside the labels")
    found.add_argument("--eight-bits", action="store_true", help="round as the shipped file will")
    found.add_argument("--tokens", type=int, default=0, help="of a batch (0: as fits the machine)")
    found.add_argument("--workers", type=int, help="processes that draw batches (default: as fits the machine)")
    found.add_argument("--limit", type=int, default=0, help="train on about so many questions only (0: all)")
    for field in fields(Plan):
        found.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=field.default)
    return found


def main() -> None:
    """Run the command."""
    args = parser().parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    chosen, held = choose(args.data, args.limit, args.out / "near.npz")
    layout = RememberingLayout()
    every = [*(c.example for c in chosen), *held]
    layout.learn(t for e in every for t in (e.question, e.title, e.header, *e.sentences))
    plan = Plan(**{f.name: getattr(args, f.name) for f in fields(Plan)})
    network = begin(args.size, args.start, args.frozen, args.seed)
    if args.eight_bits:
        fake_quantise(network)
    training = Training(args.out, args.size, network, loss_for(network, args.teacher), args.minutes * 60, args.rate)
    training.report(train=len(chosen), held=len(held), **asdict(plan), seed=args.seed, rate=args.rate)
    batches = Batches(chosen, layout, plan, args.seed, args.tokens or TOKENS[training.device])
    training.run(load(batches, collate, training.drawing, args.workers))
    training.report(**summary(predict(network, held, layout, training.device), held))


if __name__ == "__main__":
    in_plain_words(main)

"""Train a reader: python -m index.training.train DATA --out DIR --size deep --minutes 5

DATA holds the files of `index.training.data.SETS`. Uses a GPU where there is one (bfloat16), else the CPU. The
learning rate rises, then falls to zero within the time given; DIR/last.pt is written every few minutes and at the
end, and the same command goes on from there. DIR/log.jsonl gets a line for every report. --start begins from another
training's weights; --teacher learns from a larger reader in the same step; --eight-bits trains in the numbers of the
shipped file. `python -m index.training.publish` makes that file.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from index.errors import UsageError, in_plain_words
from index.training.batches import Batches, Chosen, Plan, collate, make_item
from index.training.data import Example, distinct_paragraphs, hold_out, read_sets
from index.training.fake_quantise import fake_quantise
from index.training.layout import RememberingLayout
from index.training.loss import LABEL_WEIGHT, Batch, distillation, loss_of
from index.training.metrics import Prediction, summary
from index.training.network import ReaderNetwork, Size, build, freeze, fuse_attention, load_checkpoint, load_weights
from index.training.retrieval import near_paragraphs

NEAR = 8  # passages that lie nearest to a question, from which hard negatives are drawn
TOKENS = {"cuda": 32_768, "cpu": 4_096}  # of a batch, padding included
HEADS_SEED = 0  # the same for every run
WARM_UP = 0.06  # part of the time
SAVE_EVERY = 300  # seconds
REPORT_EVERY = {"cuda": 100, "cpu": 20}  # batches
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
        batch = _moved(collate([items[i] for i in part]), device)
        with _precision(device):
            sentences, _, _ = network(batch["ids"], batch["types"], batch["membership"], batch["mask"])
        for i, row in zip(part, sentences.float().cpu().numpy(), strict=True):
            scores = row[: len(examples[i].labels)].astype(np.float64)
            found[i] = Prediction(examples[i].labels, tuple(scores.tolist()), float(np.logaddexp.reduce(scores)))
    network.train()
    return [found[i] for i in range(len(items))]


def rate_at(part: float) -> float:
    """Return the learning rate after `part` (0..1) of the time, in parts of the highest: up, then down to zero."""
    return part / WARM_UP if part < WARM_UP else max(0.0, (1.0 - part) / (1.0 - WARM_UP))


class Training:
    """One run: network, optimiser and progress; saves and resumes itself."""

    def __init__(
        self, out: Path, size: Size, seconds: float, rate: float, seed: int, start: Path | None, frozen: int = 0
    ) -> None:
        self.out, self.size, self.seconds, self.rate = out, size, seconds, rate
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(HEADS_SEED)
        self.network = build(size, self._weights(start) if start else None).to(self.device).train()
        fuse_attention(self.network)
        freeze(self.network, frozen)
        torch.manual_seed(seed)
        trained = [p for p in self.network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [p for p in trained if p.dim() > 1], "weight_decay": 0.01},
                {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
            ],
            lr=rate,
            betas=(0.9, 0.98),
            eps=1e-6,
            fused=True,
        )
        self.teacher: ReaderNetwork | None = None
        self.spent, self.steps, self.drawing = 0.0, 0, 0
        self._resume()

    def _weights(self, checkpoint: Path) -> dict[str, torch.Tensor]:
        size, weights = load_weights(checkpoint)
        self._refuse_other(checkpoint, size)
        return weights

    def _refuse_other(self, checkpoint: Path, size: str) -> None:
        if size != self.size:
            raise UsageError(f"{checkpoint}: holds a {size} reader, not a {self.size} one; add --size {size}")

    def learn_from(self, checkpoint: Path) -> None:
        """Set a teacher."""
        self.teacher = build(*load_weights(checkpoint)).to(self.device).requires_grad_(False).eval()
        fuse_attention(self.teacher)

    def run(self, batches: Iterable[Batch]) -> None:
        """Train until the time is spent."""
        began = saved = time.monotonic()
        before, rows, waited, losses = self.spent, 0, 0.0, []
        stream = iter(batches)
        while self.spent < self.seconds:
            asked = time.monotonic()
            batch = next(stream)
            waited += time.monotonic() - asked
            losses.append(self._step(_moved(batch, self.device)))
            self.steps, rows = self.steps + 1, rows + len(batch["ids"])
            self.spent = before + time.monotonic() - began
            if self.steps % REPORT_EVERY[self.device] == 0:
                speed, loss = rows / (time.monotonic() - began), float(torch.stack(losses).mean())
                self.report(seconds=self.spent, steps=self.steps, loss=loss, rows_s=speed, waited=waited)
                losses = []
            if time.monotonic() - saved > SAVE_EVERY:
                self.save()
                saved = time.monotonic()
        self.save()

    def _step(self, batch: Batch) -> torch.Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate_at(self.spent / self.seconds)
        inputs = (batch["ids"], batch["types"], batch["membership"], batch["mask"])
        with _precision(self.device):
            output = self.network(*inputs)
            if self.teacher is not None:
                with torch.no_grad():
                    theirs = self.teacher(*inputs)
        if self.teacher is None:
            loss = loss_of(output, batch)
        else:
            loss = LABEL_WEIGHT * loss_of(output, batch, certain_only=True) + distillation(output, theirs, batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return loss.detach()

    def save(self) -> None:
        """Write DIR/last.pt, all or nothing."""
        state: dict[str, Any] = {
            "size": str(self.size),
            "model": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "seconds": self.spent,
            "steps": self.steps,
            "drawing": self.drawing + 1,
        }
        fresh = self.out / "last.pt.new"
        torch.save(state, fresh)
        fresh.replace(self.out / "last.pt")

    def _resume(self) -> None:
        path = self.out / "last.pt"
        if path.exists():
            state = load_checkpoint(path, self.device)
            self._refuse_other(path, state["size"])
            self.network.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.spent, self.steps, self.drawing = state["seconds"], state["steps"], state["drawing"]
            print(f"going on after {self.spent:.0f} seconds, {self.steps} batches")

    def report(self, **values: Any) -> None:
        """Print a line and write it to the log."""
        line = {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in values.items()}
        print("  ".join(f"{k} {v}" for k, v in line.items()), flush=True)
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


class Stream(torch.utils.data.IterableDataset[Batch]):
    """The batches for a data loader: each of its workers draws from groups of its own."""

    def __init__(self, batches: Batches, drawing: int) -> None:
        self.batches, self.drawing = batches, drawing

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        part, parts = (worker.id, worker.num_workers) if worker else (0, 1)
        return map(collate, self.batches.stream(self.drawing, part, parts))


def load(batches: Batches, drawing: int, device: str, workers: int) -> Iterable[Batch]:
    """Return the batches, drawn by `workers` processes (0: by this one)."""
    return torch.utils.data.DataLoader(
        Stream(batches, drawing), batch_size=None, num_workers=workers, pin_memory=device == "cuda"
    )


def _precision(device: str) -> Any:
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda")


def _moved(batch: Batch, device: str) -> Batch:
    return {name: value.to(device, non_blocking=True) for name, value in batch.items()}


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
    found.add_argument("--workers", type=int, default=-1, help="processes that draw batches (-1: as fits the machine)")
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
    training = Training(args.out, args.size, args.minutes * 60, args.rate, args.seed, args.start, args.frozen)
    if args.teacher:
        training.learn_from(args.teacher)
    if args.eight_bits:
        fake_quantise(training.network)
    training.report(train=len(chosen), held=len(held), **asdict(plan), seed=args.seed, rate=args.rate)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the processes that draw are forked from this one
    batches = Batches(chosen, layout, plan, args.seed, args.tokens or TOKENS[training.device])
    workers = args.workers if args.workers >= 0 else (os.cpu_count() or 2) - 2 if training.device == "cuda" else 0
    training.run(load(batches, training.drawing, training.device, workers))
    training.report(**summary(predict(training.network, held, layout, training.device), held))


if __name__ == "__main__":
    in_plain_words(main)

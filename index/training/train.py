"""Train the selector: python -m index.training.train DATA --out DIR [--epochs N] [--seed N]

DATA holds train.jsonl.gz (see index/training/data.py). Uses a GPU where there is one (bfloat16), else the CPU.
Writes DIR/last.pt every few minutes; the same command again goes on from there. DIR/log.jsonl gets a line for
every report. A seed gives the same weights but for rounding, and bit for bit on one machine with
MKL_CBWR=AUTO,STRICT in the environment. With --start the weights of another training are trained further; with
--until a training ends before its last epoch, its learning rate not yet at zero. `python -m index.training.publish`
makes the shipped file of a finished training.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from index.embedding.embedder import prepare_embedder
from index.embedding.models import bundled_folder
from index.errors import in_plain_words
from index.rerank.layout import Layout
from index.settings import IndexSettings
from index.training.batches import Epochs, Item, Plan, collate, make_item
from index.training.data import TRAIN, Example, distinct_paragraphs, hold_out, read
from index.training.metrics import Prediction, summary
from index.training.network import SelectorNetwork, build, load_checkpoint
from index.training.retrieval import embed, joined, nearest

NEAR = 12  # paragraphs that lie nearest to a question, from which hard negatives are drawn
TOKENS = 4096  # of a batch, padding included
SPAN_WEIGHT = 0.3  # of the span losses beside the sentence loss
PAIR_WEIGHT = 0.5  # of the pair loss
HEADS_SEED = 0  # the same for every run, so that runs can be averaged
WARM_UP = 0.06  # part of the steps
SAVE_EVERY = 300  # seconds
REPORT_EVERY = 50  # batches
_FAR = -1e4  # the logit of what is not there


def loss_of(sentences: Tensor, start: Tensor, end: Tensor, batch: dict[str, Tensor]) -> Tensor:
    """Return the loss: listwise over none and all sentences, start and end of the answering words where known, pairs.

    A pair are two rows of one group of which one is answered and the other is not: their log-odds that any
    sentence answers should be in this order (Burges et al., 'Learning to Rank using Gradient Descent', 2005).
    """
    there = batch["membership"].sum(-1) > 0
    logits = torch.cat([torch.zeros_like(sentences[:, :1]), sentences.masked_fill(~there, _FAR)], dim=1)
    none = 1.0 - batch["labels"].amax(1, keepdim=True)
    total = _marginal(logits, torch.cat([none, batch["labels"]], dim=1))
    for scores, right in ((start, batch["starts"]), (end, batch["ends"])):
        known = right.amax(1) > 0
        if known.any():
            scores = scores.masked_fill(batch["mask"] == 0, _FAR)
            total = total + SPAN_WEIGHT * _marginal(scores[known], right[known])
    any_answers = torch.logsumexp(logits[:, 1:], 1)
    answered = none.squeeze(1) == 0
    pairs = (batch["group"][:, None] == batch["group"][None]) & answered[:, None] & ~answered[None]
    if pairs.any():
        total = total + PAIR_WEIGHT * softplus(any_answers[None] - any_answers[:, None])[pairs].mean()
    return total


def _marginal(logits: Tensor, right: Tensor) -> Tensor:
    """Return -log of the probability of all right columns together, mean over rows."""
    chosen = logits.masked_fill(right == 0, float("-inf"))
    return (torch.logsumexp(logits, 1) - torch.logsumexp(chosen, 1)).mean()


@torch.no_grad()
def predict(model: SelectorNetwork, examples: Sequence[Example], layout: Layout, device: str) -> list[Prediction]:
    """Rank each example's sentences by the network; a paragraph is cut to the longest row."""
    model.eval()
    items = [make_item(e, e.title, layout) for e in examples]
    order = sorted(range(len(items)), key=lambda i: len(items[i].row.ids))
    found: dict[int, Prediction] = {}
    for start in range(0, len(order), 16):
        part = order[start : start + 16]
        batch = collate([items[i] for i in part], device)
        sentences, _, _ = model(batch["ids"], batch["types"], batch["membership"], batch["mask"])
        for i, row in zip(part, sentences.float().cpu().numpy(), strict=True):
            scores = row[: len(examples[i].labels)].astype(np.float64)
            found[i] = Prediction(examples[i].labels, tuple(scores.tolist()), float(np.logaddexp.reduce(scores)))
    model.train()
    return [found[i] for i in range(len(items))]


class Training:
    """One run: model, optimiser and progress; saves and resumes itself."""

    def __init__(self, out: Path, epochs: int, rate: float, seed: int, start: Path | None, until: int) -> None:
        self.out, self.epochs, self.rate, self.until = out, epochs, rate, until
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(HEADS_SEED)
        self.model = build(bundled_folder()).to(self.device).train()
        if start is not None:
            self.model.load_state_dict(load_checkpoint(start, self.device)["model"])
        torch.manual_seed(seed)
        decayed = [p for p in self.model.parameters() if p.dim() > 1]
        others = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], lr=rate, fused=True
        )
        self.epoch, self.batch = 0, 0

    def run(self, epochs: Epochs, held: Sequence[Example], layout: Layout) -> None:
        """Train from the current epoch to the last, measuring on `held` after each."""
        self._resume()
        saved = time.monotonic()
        while self.epoch < self.until:
            batches = epochs.batches(self.epoch, TOKENS)
            losses: list[float] = []
            began, seen = time.monotonic(), 0
            while self.batch < len(batches):
                losses.append(self._step(batches[self.batch], self.epoch * len(batches) + self.batch, len(batches)))
                seen += sum(len(i.row.ids) for i in batches[self.batch])
                self.batch += 1
                if self.batch % REPORT_EVERY == 0:
                    loss, rate = float(np.mean(losses[-REPORT_EVERY:])), seen / (time.monotonic() - began)
                    self.report(epoch=self.epoch, batch=self.batch, of=len(batches), loss=loss, tokens_s=rate)
                if time.monotonic() - saved > SAVE_EVERY:
                    self._save()
                    saved = time.monotonic()
            self.epoch, self.batch = self.epoch + 1, 0
            self._save()
            held_out = summary(predict(self.model, held, layout, self.device), held)
            self.report(epoch=self.epoch, epoch_loss=float(np.mean(losses)) if losses else 0.0, **held_out)

    def _step(self, batch: Sequence[Item], step: int, per_epoch: int) -> float:
        """Learn from one batch; the rate rises to its highest, then falls to zero, both in a line."""
        total = per_epoch * self.epochs
        warm = max(1, int(total * WARM_UP))
        factor = (step + 1) / warm if step < warm else max(0.0, (total - step) / (total - warm))
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * factor
        found = collate(batch, self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.device == "cuda"):
            sentences, start, end = self.model(found["ids"], found["types"], found["membership"], found["mask"])
        loss = loss_of(sentences.float(), start.float(), end.float(), found)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _save(self) -> None:
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": torch.get_rng_state(),
            "epoch": self.epoch,
            "batch": self.batch,
        }
        fresh = self.out / "last.pt.new"
        torch.save(state, fresh)
        fresh.replace(self.out / "last.pt")

    def _resume(self) -> None:
        path = self.out / "last.pt"
        if path.exists():
            state = load_checkpoint(path, self.device)
            self.model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            torch.set_rng_state(state["random"].cpu())
            self.epoch, self.batch = state["epoch"], state["batch"]
            print(f"going on at epoch {self.epoch}, batch {self.batch}")

    def report(self, **values: Any) -> None:
        """Print a line and write it to the log."""
        line = {k: float(f"{v:.5g}") if isinstance(v, float) else v for k, v in values.items()}
        print("  ".join(f"{k} {v}" for k, v in line.items()), flush=True)
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="checkpoint (last.pt of another run) to begin from")
    parser.add_argument("--until", type=int, default=0, help="end after so many of the epochs (0: all)")
    parser.add_argument("--limit", type=int, default=0, help="train on so many questions only (0: all)")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    for field in fields(Plan):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=field.default)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    train, held = hold_out(read(args.data / TRAIN))
    if args.limit:
        train = train[:: max(1, len(train) // args.limit)]
    layout = Layout()
    plan = Plan(**{f.name: getattr(args, f.name) for f in fields(Plan)})
    embedder = prepare_embedder(IndexSettings(home=args.home))
    paragraphs = distinct_paragraphs(train)
    texts, questions = [joined(p) for p in paragraphs], [e.question for e in train]
    vectors = np.stack(list(embed(texts, embedder).values()))
    near = [
        [paragraphs[i] for i in ids]
        for ids in nearest(questions, embedder.embed_queries(questions), texts, vectors, NEAR)
    ]
    training = Training(args.out, args.epochs, args.rate, args.seed, args.start, args.until or args.epochs)
    training.report(train=len(train), held=len(held), **asdict(plan), seed=args.seed, rate=args.rate)
    training.run(Epochs(train, near, layout, plan, args.seed), held, layout)


if __name__ == "__main__":
    in_plain_words(main)

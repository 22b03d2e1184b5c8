"""The loop in which the networks are trained: a time budget, a rate that rises and falls, checkpoints that go on.

Uses a GPU where there is one (bfloat16), else the CPU.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from index.errors import UsageError
from index.training.loss import Batch
from index.training.network import load_checkpoint

TOKENS = {"cuda": 32_768, "cpu": 4_096}  # of a batch, padding included
WARM_UP = 0.06  # part of the time
SAVE_EVERY = 300  # seconds
REPORT_EVERY = {"cuda": 100, "cpu": 20}  # batches


class Drawing(Protocol):
    """Draws batches of rows without end; `drawing` and each of `parts` give other draws."""

    def stream(self, drawing: int = 0, part: int = 0, parts: int = 1) -> Iterator[Sequence[Any]]: ...


def rate_at(part: float) -> float:
    """Return the learning rate after `part` (0..1) of the time, in parts of the highest: up, then down to zero."""
    return part / WARM_UP if part < WARM_UP else max(0.0, (1.0 - part) / (1.0 - WARM_UP))


class Training:
    """One run: network, optimiser and progress; saves and resumes itself.

    `kind`: of network, kept in the checkpoint. `loss`: of the network on a batch, which lies on its device.
    """

    def __init__(
        self, out: Path, kind: str, network: nn.Module, loss: Callable[[Batch], Tensor], seconds: float, rate: float
    ) -> None:
        self.out, self.kind, self.network, self.loss = out, str(kind), network, loss
        self.seconds, self.rate, self.device = seconds, rate, best_device()
        trained = [p for p in network.parameters() if p.requires_grad]
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
        self.spent, self.steps, self.drawing = 0.0, 0, 0
        self._resume()

    def run(self, batches: Iterable[Batch]) -> None:
        """Train until the time is spent."""
        began = saved = time.monotonic()
        before, rows, waited, losses = self.spent, 0, 0.0, []
        stream = iter(batches)
        while self.spent < self.seconds:
            asked = time.monotonic()
            batch = next(stream)
            waited += time.monotonic() - asked
            losses.append(self._step(moved(batch, self.device)))
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

    def _step(self, batch: Batch) -> Tensor:
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * rate_at(self.spent / self.seconds)
        loss = self.loss(batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return loss.detach()

    def save(self) -> None:
        """Write DIR/last.pt, all or nothing."""
        state: dict[str, Any] = {
            "size": self.kind,
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
            if state["size"] != self.kind:
                raise wrong_kind(path, state["size"], self.kind)
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
    """The batches for a data loader: each of its workers draws other ones."""

    def __init__(self, batches: Drawing, collate: Callable[[Sequence[Any]], Batch], drawing: int) -> None:
        self.batches, self.collate, self.drawing = batches, collate, drawing

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        part, parts = (worker.id, worker.num_workers) if worker else (0, 1)
        return map(self.collate, self.batches.stream(self.drawing, part, parts))


def load(
    batches: Drawing, collate: Callable[[Sequence[Any]], Batch], drawing: int, workers: int | None = None
) -> Iterable[Batch]:
    """Return the batches, drawn by `workers` processes (0: by this one; None: as fits the machine)."""
    on_gpu = best_device() == "cuda"
    if workers is None:
        workers = (os.cpu_count() or 2) - 2 if on_gpu else 0
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the processes that draw are forked from this one
    return torch.utils.data.DataLoader(
        Stream(batches, collate, drawing), batch_size=None, num_workers=workers, pin_memory=on_gpu
    )


def wrong_kind(checkpoint: Path, found: str, wanted: str) -> UsageError:
    """Return the error that says what a checkpoint holds."""
    return UsageError(
        f"{checkpoint}: holds a {found} reader, not a {wanted} one; add --size {found}, or name another checkpoint"
    )


def best_device() -> str:
    """Return 'cuda' where there is a GPU, else 'cpu'."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def precision(device: str) -> Any:
    """Return the context of a forward pass: bfloat16 on a GPU, and on a processor that multiplies it faster."""
    fast = device == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.autocast(device, dtype=torch.bfloat16, enabled=fast)


def moved(batch: Batch, device: str) -> Batch:
    """Return the batch on `device`."""
    return {name: value.to(device, non_blocking=True) for name, value in batch.items()}

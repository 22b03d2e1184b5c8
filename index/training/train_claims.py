"""Train the reader of claims: python -m index.training.train_claims DATA --out DIR --start READER/last.pt --minutes 4

DATA holds the files of `index.training.claim_data.SETS`. The encoder begins as that of the deep reader whose training
--start names, and keeps its lower layers, so that the shipped files hold them once; the --upper layers learn in the
numbers of the shipped file. Goes on like `index.training.train`. `python -m index.training.publish_claims` makes the
file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from index.errors import in_plain_words
from index.training.claim_batches import ClaimBatches, collate, lay_out
from index.training.claim_data import Stance, Statement, read_claim_sets
from index.training.claim_network import ClaimNetwork, begin
from index.training.fake_quantise import fake_quantise
from index.training.layout import RememberingLayout
from index.training.loop import TOKENS, Training, best_device, load, moved, precision
from index.training.loss import Batch
from index.training.metrics import auroc
from index.training.network import fuse_attention, load_weights

KIND = "claims on "  # in a checkpoint, before the size of the reader
UPPER = 6
_SMOOTHING = 0.03  # of the labels (Szegedy et al., 'Rethinking the Inception Architecture', 2016, section 7)
_EVIDENCE_WEIGHT = 0.5  # of the evidence loss beside that of the verdict
_ROWS = 32  # measured at once
Floats = NDArray[np.float64]


def loss_for(network: ClaimNetwork) -> Callable[[Batch], Tensor]:
    """Return the loss of a batch: of its verdicts, and of the sentences that show them where they are known."""

    def loss(batch: Batch) -> Tensor:
        with precision(best_device()):
            verdict, evidence = network(batch["ids"], batch["types"], batch["membership"], batch["mask"])
        each = cross_entropy(verdict.float(), batch["stance"], reduction="none", label_smoothing=_SMOOTHING)
        known = batch["evidence"] >= 0
        shown = binary_cross_entropy_with_logits(evidence.float()[known], batch["evidence"][known])
        return (each * batch["weight"]).sum() / batch["weight"].sum() + _EVIDENCE_WEIGHT * shown

    return loss


@torch.no_grad()
def predict(network: ClaimNetwork, statements: Sequence[Statement], layout: RememberingLayout) -> Floats:
    """Return the probabilities of each statement's stances, shape (statements, 4)."""
    network.eval()
    found = []
    for start in range(0, len(statements), _ROWS):
        pairs = [(s, lay_out(s, layout)) for s in statements[start : start + _ROWS]]
        batch = moved(collate(pairs), best_device())
        with precision(best_device()):
            verdict, _ = network(batch["ids"], batch["types"], batch["membership"], batch["mask"])
        found.append(torch.softmax(verdict.float(), dim=1).cpu().numpy().astype(np.float64))
    network.train()
    return np.concatenate(found)


def measures(probabilities: Floats, statements: Sequence[Statement]) -> dict[str, float]:
    """Return AUROC of right against wrong statements, and the mean recall of the stances that occur."""
    order = list(Stance)
    true = np.array([order.index(s.stance) for s in statements])
    recall = [float((probabilities[true == k].argmax(1) == k).mean()) for k in np.unique(true)]
    right = true == order.index(Stance.SUPPORTED)
    return {"auroc": round(auroc(right, probabilities[:, 0]), 4), "balanced": round(float(np.mean(recall)), 4)}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument("--start", type=Path, required=True, help="checkpoint of the reader whose encoder it shares")
    parser.add_argument("--upper", type=int, default=UPPER, help="layers that learn anew")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to train, pauses not counted")
    parser.add_argument("--rate", type=float, default=4e-5, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=0, help="of a batch (0: as fits the machine)")
    parser.add_argument("--workers", type=int, help="processes that draw batches (default: as fits the machine)")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    written, held, public = read_claim_sets(args.data)
    layout = RememberingLayout()
    layout.learn(t for s in (*written, *held, *public) for t in (s.claim, s.title, s.header, *s.sentences))
    torch.manual_seed(args.seed)
    size, weights = load_weights(args.start)
    network = begin(size, weights, args.upper).to(best_device()).train()
    fuse_attention(network)
    fake_quantise(network)
    training = Training(args.out, KIND + size, network, loss_for(network), args.minutes * 60, args.rate)
    training.report(written=len(written), held=len(held), public=len(public), seed=args.seed, rate=args.rate)
    batches = ClaimBatches(written, public, layout, args.seed, args.tokens or TOKENS[training.device])
    training.run(load(batches, collate, training.drawing, args.workers))
    training.report(**measures(predict(network, held, layout), held))


if __name__ == "__main__":
    in_plain_words(main)

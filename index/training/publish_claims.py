"""A finished training -> the shipped reader of claims: python -m index.training.publish_claims DATA --checkpoint FILE

Exports the network in 8 bits beside the deep reader, whose lower layers it shares: publish that one first. Reads the
held-out statements of DATA with the result, each with its whole passage and with the sentences that show it alone,
fits the curve that turns log-odds into a probability, and chooses the thresholds: as many wrong statements pass as
`WRONG_PASSED` says. Prints the card; with --write puts graph, weights and card into the deep reader's folder.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import UsageError, in_plain_words
from index.files import FileStamp, file_sha256
from index.rerank.card import CARD, CLAIMS_CARD, CLAIMS_GRAPH, SHIPPED, Platt, ReaderCard
from index.rerank.layout import tokenizer_file
from index.rerank.network import Network
from index.rerank.reranker import Thresholds
from index.training.claim_data import SETS, Stance, Statement, read_claim_sets
from index.training.claim_network import ClaimNetwork
from index.training.export import CLAIMS, export
from index.training.fit import fit_platt
from index.training.metrics import auroc
from index.training.network import Size, load_checkpoint
from index.training.train_claims import KIND

WRONG_PASSED = Thresholds(cautious=0.01, balanced=0.03, generous=0.2)  # parts of the wrong statements, 0..1
_TITLE = "MPNet reader of claims"
Floats = NDArray[np.float64]


def by_network(statements: Sequence[Statement], network: Network) -> Floats:
    """Return the log-odds that the passage supports each statement, shape (statements,)."""
    rows = []
    for each in statements:
        texts = [each.claim, each.header or each.title, *each.sentences]
        claim, head, *sentences = network.layout.pieces(texts)
        rows.append(network.layout.row(claim, head, sentences))
    logits = np.array([out[0].reshape(-1) for out in network.run(rows)], dtype=np.float64)
    found: Floats = logits[:, 0] - np.logaddexp.reduce(logits[:, 1:], axis=1)
    return found


def alone(statement: Statement) -> Statement:
    """Return the statement with the sentences that show it, or as it is where none does."""
    return statement.cut(statement.evidence) if statement.evidence else statement


def choose_thresholds(probability: Floats, right: NDArray[np.bool_]) -> Thresholds:
    """Return the probabilities above which as many wrong statements pass as `WRONG_PASSED` says."""
    wrong = probability[~right]
    levels = WRONG_PASSED.model_dump()
    return Thresholds(**{name: round(float(np.quantile(wrong, 1 - part)), 3) for name, part in levels.items()})


def measured_at(probability: Floats, right: NDArray[np.bool_], thresholds: Thresholds) -> dict[str, float]:
    """Return AUROC, and of the right and wrong statements the parts that pass at the balanced level."""
    passed = probability >= thresholds.balanced
    found = {
        "auroc": auroc(right, probability),
        "right_kept": float(passed[right].mean()),
        "wrong_passed": float(passed[~right].mean()),
    }
    return {name: round(value, 4) for name, value in found.items()}


def load_claims(checkpoint: Path) -> ClaimNetwork:
    """Return the network of a training. Raises UsageError if the file is no checkpoint of one."""
    state = load_checkpoint(checkpoint, "cpu")
    kind = str(state["size"])
    if not kind.startswith(KIND):
        raise UsageError(f"{checkpoint}: holds a {kind} reader; name the last.pt of a training of claims")
    network = ClaimNetwork(Size(kind.removeprefix(KIND)))
    network.load_state_dict(state["model"])
    return network


def make(network: ClaimNetwork, data: Path, folder: Path) -> ReaderCard:
    """Write the reader of claims to `folder`, beside the deep reader; measure it there and return its card."""
    _, held, _ = read_claim_sets(data)
    files = export(network, folder, CLAIMS)
    card = ReaderCard(
        title=_TITLE,
        files={name: FileStamp.of(folder / name) for name in files},
        tokenizer_sha256=file_sha256(tokenizer_file()),
        curve=Platt(slope=1.0, bias=0.0),
        thresholds=WRONG_PASSED,
        made=f"{datetime.date.today()}, python -m index.training.train_claims, python -m index.training.publish_claims",
        data={name: file_sha256(data / name) for name in SETS if (data / name).is_file()},
        measured={},
    )
    card.write(folder / CLAIMS_CARD)
    reader = Network.open(folder, graph=CLAIMS_GRAPH, card_name=CLAIMS_CARD)
    assert reader is not None, "its card was just written"
    views = {"whole": held, "alone": [alone(s) for s in held]}
    odds = {name: by_network(statements, reader) for name, statements in views.items()}
    right = np.array([s.stance is Stance.SUPPORTED for s in held])
    every, truth = np.concatenate(list(odds.values())), np.tile(right, len(views))
    curve = fit_platt(every, truth)
    probability = {name: np.array([curve.probability(x) for x in found]) for name, found in odds.items()}
    thresholds = choose_thresholds(np.concatenate(list(probability.values())), truth)
    measured = {name: measured_at(found, right, thresholds) for name, found in probability.items()}
    card = card.model_copy(update={"curve": curve, "thresholds": thresholds, "measured": measured})
    card.write(folder / CLAIMS_CARD)
    return card


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of a training")
    parser.add_argument("--to", type=Path, default=SHIPPED / Size.DEEP, help="folder of the deep reader (the shipped)")
    parser.add_argument("--write", action="store_true", help="write to that folder")
    args = parser.parse_args()
    if not (args.to / CARD).is_file():
        raise UsageError(f"{args.to} holds no {CARD}; publish the deep reader there first")
    network = load_claims(args.checkpoint)
    with tempfile.TemporaryDirectory() as work:
        made = Path(shutil.copytree(args.to, Path(work, "reader")))
        for old in made.glob(f"{CLAIMS.weights}*"):
            old.unlink()
        card = make(network, args.data, made)
        print(card.model_dump_json(indent=1))
        if args.write:
            for old in args.to.glob(f"{CLAIMS.weights}*"):
                old.unlink()
            for path in made.glob(f"{CLAIMS.weights}*"):
                shutil.copyfile(path, args.to / path.name)


if __name__ == "__main__":
    in_plain_words(main)

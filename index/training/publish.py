"""A finished training -> a shipped reader: python -m index.training.publish DATA --checkpoint DIR/last.pt --write

Exports the network in 8 bits, reads the calibration file and the held-out questions of DATA with the result, and fits
on both the curve that turns a passage's log-odds into a probability, each data set weighing the same. Prints the card;
with --write puts graph, weights and card into --to. The thresholds of a card that is there already are kept:
`python -m tests.bench.calibrate` measures them.
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
from pydantic import ValidationError

from index.errors import UsageError, in_plain_words
from index.files import FileStamp, file_sha256
from index.rerank.card import CARD, CLAIMS_CARD, CLAIMS_GRAPH, SHIPPED, Platt, ReaderCard, read_card
from index.rerank.layout import tokenizer_file
from index.rerank.logistic import Floats
from index.rerank.reranker import Thresholds
from index.rerank.runtime import Reader
from index.training.baselines import by_reader
from index.training.data import CALIBRATION, SETS, Example, hold_out, read, read_sets, thin
from index.training.export import CLAIMS, export, write_parts
from index.training.fit import fit_platt
from index.training.metrics import Prediction, columns, summary
from index.training.network import ReaderNetwork, Size, build, load_weights

TITLES = {Size.SMALL: "MiniLM-L6 reader", Size.DEEP: "MPNet reader"}
_CAREFUL = Thresholds(cautious=0.6, balanced=0.4, generous=0.2)  # until they are measured
_AS_IT_IS = Platt(slope=1.0, bias=0.0)


def questions(data: Path, limit: int) -> tuple[list[Example], list[Example]]:
    """Return the questions of the calibration file and those held out from training.

    With a `limit` they are about so many in all, half of them of the calibration file.
    """
    held = [e for _, examples in read_sets(data) for e in hold_out(examples)[1]]
    return thin(read(data / CALIBRATION), (limit + 1) // 2), thin(held, (limit + 1) // 2)


def kept_thresholds(folder: Path) -> Thresholds:
    """Return the thresholds of the card in `folder`, or careful ones if there is none.

    Raises UsageError if the card cannot be read.
    """
    path = folder / CARD
    if not path.is_file():
        return _CAREFUL
    try:
        return ReaderCard.model_validate_json(path.read_bytes()).thresholds
    except (OSError, ValidationError) as error:
        raise UsageError(
            f"{path}: cannot be read as a reader's card ({type(error).__name__}), and its thresholds would be lost; "
            "repair or remove it"
        ) from None


def fit_curve(predictions: Sequence[Prediction], examples: Sequence[Example]) -> Platt:
    """Fit the curve from the log-odds that any sentence answers to the probability; each data set weighs the same."""
    answerable, _, confidence = columns(predictions)
    return fit_platt(confidence, answerable, evenly(np.array([e.dataset for e in examples])))


def evenly(names: NDArray[np.str_]) -> Floats:
    """Return weights, shape (rows,), of mean 1 with which the rows of each name weigh the same together."""
    _, which, counts = np.unique(names, return_inverse=True, return_counts=True)
    found: Floats = len(which) / (len(counts) * counts[which])
    return found


def make(network: ReaderNetwork, data: Path, folder: Path, thresholds: Thresholds, limit: int) -> ReaderCard:
    """Write the reader of `network` to `folder`, measure it there and return its card, which is written too."""
    calibration, held = questions(data, limit)
    files = export(network, folder)
    used = [s.file for s in SETS if (data / s.file).is_file()]
    card = ReaderCard(
        title=TITLES[network.size],
        files={name: FileStamp.of(folder / name) for name in files},
        tokenizer_sha256=file_sha256(tokenizer_file()),
        curve=_AS_IT_IS,
        thresholds=thresholds,
        made=f"{datetime.date.today()}, python -m index.training.publish",
        data={name: file_sha256(data / name) for name in (*used, CALIBRATION)},
        measured={},
    )
    card.write(folder / CARD)
    reader = Reader.open(folder)
    assert reader is not None, "its card was just written"
    every = [*calibration, *held]
    predictions = by_reader(every, reader)
    measured = {"calibration": summary(predictions[: len(calibration)], calibration)}
    card = card.model_copy(update={"curve": fit_curve(predictions, every), "measured": measured})
    card.write(folder / CARD)
    return card


def put(card: ReaderCard, made: Path, target: Path) -> None:
    """Copy a reader from the folder `made` to `target`, its card last, and remove weights of an earlier one.

    A reader of claims stays beside it, and shares the weights that are still the same. Raises ModelError if that one is
    damaged; then nothing is changed.
    """
    target.mkdir(parents=True, exist_ok=True)
    claims = read_card(target, CLAIMS_GRAPH, CLAIMS_CARD)
    with tempfile.TemporaryDirectory() as work:
        old = Path(shutil.copytree(target, Path(work, "old")))
        for path in (*target.glob("weights-*.bin"), *target.glob(f"{CLAIMS.weights}*")):
            path.unlink()
        for name in card.files:
            shutil.copyfile(made / name, target / name)
        if claims:
            files = write_parts(old / CLAIMS_GRAPH, target, CLAIMS)
            stamps = {name: FileStamp.of(target / name) for name in files}
            claims.model_copy(update={"files": stamps}).write(target / CLAIMS_CARD)
        shutil.copyfile(made / CARD, target / CARD)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of a training")
    parser.add_argument("--to", type=Path, help="folder of the reader (default: the shipped one of its size)")
    parser.add_argument("--write", action="store_true", help="write to that folder")
    parser.add_argument("--limit", type=int, default=0, help="measure on about so many questions only (0: all)")
    args = parser.parse_args()
    network = build(*load_weights(args.checkpoint))
    to: Path = args.to or SHIPPED / network.size
    thresholds = kept_thresholds(to)
    with tempfile.TemporaryDirectory() as work:
        card = make(network, args.data, Path(work), thresholds, args.limit)
        print(card.model_dump_json(indent=1))
        if args.write:
            put(card, Path(work), to)


if __name__ == "__main__":
    in_plain_words(main)

"""What a shipped reader is: its files, where they come from, how its log-odds become probabilities."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from index.errors import ModelError
from index.files import FileStamp
from index.records import Record
from index.rerank.logistic import sigmoid
from index.rerank.reranker import Thresholds

GRAPH, CARD = "reader.onnx", "reader.json"
CLAIMS_GRAPH, CLAIMS_CARD = "claims.onnx", "claims.json"  # beside the deep reader's, whose lower layers they share
SHIPPED = Path(__file__).resolve().parent / "weights"
REMEDY = 'install Footnote again, or set `reader = "none"` to do without readers'


class Platt(Record):
    """A logistic curve over log-odds: p = 1 / (1 + exp(-(slope * x + bias))).

    Platt, 'Probabilistic Outputs for Support Vector Machines', 1999; slope is an inverse temperature.
    """

    slope: float
    bias: float

    def probability(self, log_odds: float) -> float:
        """Return the probability (0..1)."""
        return float(sigmoid(np.float64(self.slope * log_odds + self.bias)))


class ReaderCard(Record):
    """`reader.json`, or `claims.json`.

    `files`: the graph and its weights. `tokenizer_sha256`: of the bundled model's tokenizer.json, whose vocabulary the
    weights know. `curve`: from the log-odds that any sentence of a passage answers, or that the passage supports a
    statement, to the probability of it.
    `made`, `data`, `measured`: where it comes from, and what it was measured on.
    """

    title: str
    files: dict[str, FileStamp]
    tokenizer_sha256: str
    curve: Platt
    thresholds: Thresholds
    made: str
    data: dict[str, str]
    measured: dict[str, dict[str, float]]

    @property
    def sha256(self) -> str:
        """The hash of the files' hashes, by which people tell two readers apart."""
        joined = "".join(stamp.sha256 for _, stamp in sorted(self.files.items()))
        return hashlib.sha256(joined.encode("ascii")).hexdigest()

    def write(self, path: Path) -> None:
        """Write the card as `read_card` reads it."""
        path.write_text(self.model_dump_json(indent=1) + "\n", "utf-8")


def read_card(folder: Path, graph: str = GRAPH, name: str = CARD) -> ReaderCard | None:
    """Read the card of the reader in `folder`, None if there is no reader. Raises ModelError if it is damaged."""
    if not (folder / graph).is_file() and not (folder / name).is_file():
        return None
    try:
        card = ReaderCard.model_validate_json((folder / name).read_bytes())
        found = {file: FileStamp.of(folder / file) for file in card.files}
    except (OSError, ValidationError) as error:
        raise ModelError(f"the reader in '{folder.name}' cannot be read ({type(error).__name__}); {REMEDY}") from error
    for file, stamp in card.files.items():
        if found[file] != stamp:
            raise ModelError(f"the reader's {file} in '{folder.name}' is not the one that {name} names; {REMEDY}")
    return card

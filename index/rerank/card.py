"""What the shipped selector is: its file, where it comes from, how its log-odds become probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import ValidationError

from index.errors import ModelError
from index.files import file_sha256
from index.records import Record
from index.rerank.logistic import sigmoid

GRAPH, CARD = "selector.onnx", "selector.json"
SHIPPED = Path(__file__).resolve().parent / "weights"
REMEDY = 'install Footnote again, or set `selector = "none"` to rank with the embedding model alone'


class Platt(Record):
    """A logistic curve over log-odds: p = 1 / (1 + exp(-(slope * x + bias))).

    Platt, 'Probabilistic Outputs for Support Vector Machines', 1999; slope is an inverse temperature.
    """

    slope: float
    bias: float

    def probability(self, log_odds: float) -> float:
        """Return the probability (0..1)."""
        return float(sigmoid(np.float64(self.slope * log_odds + self.bias)))


class SelectorCard(Record):
    """`selector.json`. `tokenizer_sha256`: of the bundled model's tokenizer.json, whose vocabulary the weights know."""

    title: str
    bytes: int
    sha256: str
    tokenizer_sha256: str
    sentence: Platt
    any: Platt
    made: str
    data: dict[str, str]
    measured: dict[str, dict[str, float]]


def read_card(folder: Path) -> SelectorCard | None:
    """Read the card of the selector in `folder`, None if there is no selector. Raises ModelError if it is damaged."""
    if not (folder / GRAPH).is_file() and not (folder / CARD).is_file():
        return None
    try:
        card = SelectorCard.model_validate_json((folder / CARD).read_bytes())
        found = file_sha256(folder / GRAPH)
    except (OSError, ValidationError) as error:
        raise ModelError(f"the sentence selector cannot be read ({type(error).__name__}); {REMEDY}") from error
    if found != card.sha256:
        raise ModelError(f"the sentence selector's {GRAPH} is not the one that {CARD} names; {REMEDY}")
    return card

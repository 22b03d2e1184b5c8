"""What reads a statement beside the quoted sentences and says how likely they are to say it.

A reader of claims has the files of the other readers (`index.rerank.card`): `reader.onnx` and `reader.json`, in the
folder `claims` beside them. Its graph takes a row as theirs does, the statement in the question's place, and gives four
logits, in the order of `Belief`. The card's curve makes the first one's log-odds a probability, and its thresholds say
from which on a statement passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from app.support.records import Evidence
from index.rerank.card import SHIPPED
from index.rerank.layout import Row
from index.rerank.network import Network

CLAIMS = SHIPPED / "claims"


class Belief(NamedTuple):
    """The probabilities (0..1, together 1) of what the sentences do with a statement."""

    supported: float
    partly: float
    contradicted: float
    not_mentioned: float


class ClaimReader(Protocol):
    """Reads statements. `name` says which model and version; `least`: the `supported` from which a statement passes."""

    @property
    def name(self) -> str: ...

    @property
    def least(self) -> float: ...

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        """Return one belief a statement with its evidence. Raises ModelError if the model fails."""
        ...


class OnnxClaimReader:
    """A reader of claims in ONNX Runtime; safe to use from several threads."""

    def __init__(self, network: Network) -> None:
        self.name = network.name
        self._network = network

    @classmethod
    def open(cls, folder: Path = CLAIMS, threads: int | None = None) -> OnnxClaimReader | None:
        """Open the reader in `folder`, None if there is none. Raises ModelError if it is damaged."""
        network = Network.open(folder, threads)
        return cls(network) if network else None

    @property
    def least(self) -> float:
        return self._network.card.thresholds.balanced

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        """Return one belief a statement with its evidence. Raises ModelError if the model fails."""
        rows = [self._row(statement, evidence) for statement, evidence in pairs]
        return [self._belief(np.asarray(out[0], dtype=np.float64).reshape(-1)) for out in self._network.run(rows)]

    def _row(self, statement: str, evidence: Evidence) -> Row:
        asked, header, *sentences = self._network.layout.pieces([statement, evidence.header, *evidence.sentences])
        return self._network.layout.row(asked, header, sentences)

    def _belief(self, logits: np.ndarray[Any, np.dtype[np.float64]]) -> Belief:
        """Return probabilities: 'supported' by the card's curve, the others share the rest as the logits say."""
        rest = np.exp(logits[1:] - np.logaddexp.reduce(logits[1:]))
        supported = self._network.card.curve.probability(float(logits[0] - np.logaddexp.reduce(logits[1:])))
        return Belief(supported, *(float(part) * (1 - supported) for part in rest))

"""What reads a statement beside the quoted sentences and says how likely they are to say it.

A reader of claims lies beside the deep reader of answers, whose lower layers it shares: `claims.onnx` and
`claims.json` (`index.rerank.card`). Its graph takes a row as theirs does, the statement in the question's place, and
gives four logits, in the order of `Belief`, and one for each sentence: how well it shows that. The card's curve makes
the first one's log-odds a probability, and its thresholds say from which on a statement passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.support.records import Evidence
from index.rerank.card import CLAIMS_CARD, CLAIMS_GRAPH, SHIPPED
from index.rerank.layout import MAX_QUESTION, Row
from index.rerank.network import Network

CLAIMS = SHIPPED / "deep"
Floats = NDArray[np.float64]


class Belief(NamedTuple):
    """The probabilities (0..1, together 1) of what the sentences do with a statement.

    `sentence`: the number of the one that shows it best, from 0. `whole_statement`, `whole_evidence`: whether all
    words of the statement and all sentences fitted into what the reader reads.
    """

    supported: float
    partly: float
    contradicted: float
    not_mentioned: float
    sentence: int
    whole_statement: bool = True
    whole_evidence: bool = True


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
        network = Network.open(folder, threads, CLAIMS_GRAPH, CLAIMS_CARD)
        return cls(network) if network else None

    @property
    def least(self) -> float:
        return self._network.card.thresholds.balanced

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        """Return one belief a statement with its evidence. Raises ModelError if the model fails."""
        pieces = [self._network.layout.pieces([s, e.header, *e.sentences]) for s, e in pairs]
        rows = [self._network.layout.row(said, header, sentences) for said, header, *sentences in pieces]
        beliefs = []
        for (said, _, *sentences), row, outputs in zip(pieces, rows, self._network.run(rows), strict=True):
            belief = self._belief(row, *(np.asarray(out, dtype=np.float64).reshape(-1) for out in outputs))
            read = sum(end - start for start, end in row.spans)
            beliefs.append(
                belief._replace(
                    whole_statement=len(said.ids) <= MAX_QUESTION,
                    whole_evidence=read == sum(len(s.ids) for s in sentences),
                )
            )
        return beliefs

    def _belief(self, row: Row, logits: Floats, evidence: Floats) -> Belief:
        """Return probabilities: 'supported' by the card's curve, the others share the rest as the logits say."""
        rest = np.exp(logits[1:] - np.logaddexp.reduce(logits[1:]))
        supported = self._network.card.curve.probability(float(logits[0] - np.logaddexp.reduce(logits[1:])))
        partly, contradicted, not_mentioned = (float(part) * (1 - supported) for part in rest)
        there = [end > start for start, end in row.spans]  # a sentence that did not fit into the row was not read
        sentence = int(np.where(there, evidence, -np.inf).argmax())
        return Belief(supported, partly, contradicted, not_mentioned, sentence)

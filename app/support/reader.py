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
from index.embedding.session import at_once, open_session, physical_cores, runtime_errors
from index.errors import ModelError
from index.files import file_sha256
from index.rerank.card import GRAPH, REMEDY, SHIPPED, ReaderCard, read_card
from index.rerank.layout import Layout, Row, tokenizer_file

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

    def __init__(self, card: ReaderCard, session: Any, layout: Layout, threads: int) -> None:
        self.card = card
        self._session, self._layout, self._threads = session, layout, threads
        self._inputs = frozenset(i.name for i in session.get_inputs())

    @classmethod
    def open(cls, folder: Path = CLAIMS, threads: int | None = None) -> OnnxClaimReader | None:
        """Open the reader in `folder`, None if there is none. Raises ModelError if it is damaged."""
        card = read_card(folder)
        if card is None:
            return None
        if file_sha256(tokenizer_file()) != card.tokenizer_sha256:
            raise ModelError(
                f"the reader in '{folder.name}' knows another tokenizer than the bundled model's; {REMEDY}"
            )
        session = open_session(folder / GRAPH, f"reader in '{folder.name}'", REMEDY)
        return cls(card, session, Layout(), threads or physical_cores())

    @property
    def name(self) -> str:
        return f"{self.card.title} ({self.card.sha256[:8]})"

    @property
    def least(self) -> float:
        return self.card.thresholds.balanced

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        """Return one belief a statement with its evidence. Raises ModelError if the model fails."""
        rows = [self._row(statement, evidence) for statement, evidence in pairs]
        return list(at_once(self._run, rows, self._threads))

    def _row(self, statement: str, evidence: Evidence) -> Row:
        asked, header, *sentences = self._layout.pieces([statement, evidence.header, *evidence.sentences])
        return self._layout.row(asked, header, sentences)

    def _run(self, row: Row) -> Belief:
        feed = {
            "input_ids": np.array([row.ids], dtype=np.int64),
            "token_types": row.types()[None],
            "membership": row.membership()[None],
        }
        try:
            logits = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        except runtime_errors() as error:
            raise ModelError(f"the reader '{self.card.title}' failed ({error}); {REMEDY}") from error
        return self._belief(np.asarray(logits, dtype=np.float64).reshape(-1))

    def _belief(self, logits: np.ndarray[Any, np.dtype[np.float64]]) -> Belief:
        """Return probabilities: 'supported' by the card's curve, the others share the rest as the logits say."""
        rest = np.exp(logits[1:] - np.logaddexp.reduce(logits[1:]))
        supported = self.card.curve.probability(float(logits[0] - np.logaddexp.reduce(logits[1:])))
        return Belief(supported, *(float(part) * (1 - supported) for part in rest))

"""Re-ranking: a score for each sentence of the candidate passages, and with it an order of the passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.passage import Passage


@dataclass(frozen=True, slots=True)
class PassageScore:
    """What a reranker says of one passage.

    `sentences`: for each sentence the estimated probability (0..1) that it answers: it ranks. `confidence`: the
    estimated probability (0..1, even odds at 0.5) that the best of them answers at all: it decides on refusal.
    Both: higher is better, comparable between passages and queries.
    """

    sentences: tuple[float, ...]
    confidence: float


class Reranker(Protocol):
    """Scores sentences in their passages.

    `name` says which model and version scores, for the answer's record.
    """

    @property
    def name(self) -> str: ...

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """One score a passage. `similarities`: cosine of query and passage (-1..1), as the dense engine found it."""
        ...

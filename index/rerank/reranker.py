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
    Both: higher is better, comparable between passages and queries. `spans`: for each sentence the characters
    (start, end) of its likeliest answering words, where the reranker can tell; empty if it tells none.
    """

    sentences: tuple[float, ...]
    confidence: float
    spans: tuple[tuple[int, int] | None, ...] = ()


class Reranker(Protocol):
    """Scores sentences in their passages.

    `name` says which model and version scores, for the answer's record. `threshold`: the confidence below which
    an answer is refused unless a setting says otherwise; measured for this reranker.
    """

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Return one score a passage. `similarities`: cosine of query and passage (-1..1), from the dense engine."""
        ...

"""Re-ranking: a score for each sentence of the candidate passages, and with it an order of the passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from index.passage import Passage


class Reranker(Protocol):
    """Scores sentences in their passages.

    `name` says which model and version scores, for the answer's record.
    """

    @property
    def name(self) -> str: ...

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[list[float]]:
        """For each passage, for each of its sentences: the estimated probability that it answers `query`.

        In 0..1, higher is better, comparable between passages and queries. `similarities`: cosine of query and
        passage (-1..1), as the dense engine found it.
        """
        ...

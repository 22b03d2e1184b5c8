"""Re-ranking: a score for each sentence of the candidate passages, and with it an order of the passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from index.passage import AnswerSpan, Passage
from index.records import Record


class Caution(StrEnum):
    """How sure an answer must be: what is less sure is refused."""

    CAUTIOUS = "cautious"
    BALANCED = "balanced"
    GENEROUS = "generous"


class Thresholds(Record):
    """The confidence (0..1) below which an answer is refused, at each level of caution; measured for one reranker."""

    cautious: float
    balanced: float
    generous: float

    def at(self, caution: Caution) -> float:
        """Return the threshold of a level."""
        return float(getattr(self, caution.value))


@dataclass(frozen=True, slots=True)
class PassageScore:
    """What a reranker says of one passage.

    `sentences`: for each sentence the estimated probability (0..1) that it answers: it ranks. `confidence`: the
    estimated probability (0..1, even odds at 0.5) that the passage answers at all: it decides on refusal.
    Both: higher is better, comparable between passages and queries. `spans`: for each sentence its likeliest answering
    words, where the reranker can tell; empty if it tells none. `alone`: for each sentence the probability (0..1) that
    it answers, whatever its neighbours say; empty: as `sentences`.
    """

    sentences: tuple[float, ...]
    confidence: float
    spans: tuple[AnswerSpan | None, ...] = ()
    alone: tuple[float, ...] = ()


class Reranker(Protocol):
    """Scores sentences in their passages. `name` says which model and version scores, for the answer's record."""

    @property
    def name(self) -> str: ...

    @property
    def thresholds(self) -> Thresholds: ...

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Return one score a passage. `similarities`: cosine of query and passage (-1..1), from the dense engine."""
        ...

"""A reader as a reranker: what ranks before it chooses the passages that it has time for.

    small   the quick reranker orders all candidates, and the small reader reads the best of them
    deep    the small one goes first, and the deep reader reads the best few

The log-odds of both are added: in full after the quick reranker, as of two witnesses that do not know of each other
(naive Bayes); a quarter of them after the small reader, which has read the same words as the deep one.

Log-odds become probabilities by the curve in the reader's card. A sentence has two estimates: its own log-odds through
that curve, and its share, by one softmax as in training, of the probability that any sentence of its passage answers.
Its score is their geometric mean: the first compares well between passages, the second within one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.passage import Passage
from index.rerank.logistic import Floats, log_odds, sigmoid
from index.rerank.memory import Memory
from index.rerank.quick import headings
from index.rerank.reranker import PassageScore, Reranker, Thresholds
from index.rerank.runtime import Reader, Reading

SMALL_READS = 16  # passages of a question; a row takes a sixth of the deep reader's time
DEEP_READS = 6  # docs/quality.md has other numbers, and what they cost
FULL, QUARTER = 1.0, 0.25  # of what ranked before; docs/quality.md has other parts
PRIOR = -3.8  # log-odds that any one sentence of a search answers: 1 in 46 of what the quick reranker was fitted on
_UNREAD = 1e-3  # what the score of a passage that was not read counts beside one that was
_CACHED = 2_000  # readings kept: a question's passages come up again when its figure is looked up


class ReadingReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads.

    `reads`: how many passages of a question are read, the best by `first`. `weight`: of what `first` says of a
    sentence beside what the reader says.
    """

    def __init__(self, first: Reranker, reader: Reader, reads: int, weight: float) -> None:
        self.first, self.reader = first, reader
        self.name = f"{reader.name}, {first.name}"
        self._count, self._weight = reads, weight
        self._readings: Memory[tuple[str, str], Reading] = Memory(_CACHED)

    @property
    def thresholds(self) -> Thresholds:
        return self.reader.card.thresholds

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Score passages; see `Reranker`. One that the reader did not read ranks below all that it did."""
        scores = self.first.score(query, passages, similarities)
        order = sorted(range(len(scores)), key=lambda n: -max(scores[n].sentences))
        chosen, rest = order[: self._count], order[self._count :]
        found: dict[int, PassageScore] = {}
        for n, reading in zip(chosen, self._read(query, [passages[n] for n in chosen]), strict=True):
            found[n] = self._of_reading(passages[n], scores[n], reading)
        least = min((max(s.sentences) for s in found.values()), default=1.0)
        for n in rest:
            found[n] = PassageScore(tuple(s * least * _UNREAD for s in scores[n].sentences), 0.0)
        return [found[n] for n in range(len(scores))]

    def _of_reading(self, passage: Passage, first: PassageScore, reading: Reading) -> PassageScore:
        before = log_odds(np.array(first.sentences)) - PRIOR
        odds: Floats = np.array(reading.sentences, dtype=np.float64) + self._weight * before
        odds[headings(passage)] = -np.inf
        curve = self.reader.card.curve
        confidence = curve.probability(float(np.logaddexp.reduce(odds)))
        scores = np.sqrt(sigmoid(curve.slope * odds + curve.bias) * confidence * _shares(odds))
        spans = (s.own(span) if span else None for s, span in zip(passage.sentences, reading.spans, strict=True))
        return PassageScore(tuple(scores.tolist()), confidence, tuple(spans))

    def _read(self, query: str, passages: Sequence[Passage]) -> list[Reading]:
        found = {p.key: p for p in passages}

        def fresh(keys: list[tuple[str, str]]) -> list[Reading]:
            missing = [found[key] for _, key in keys]
            return self.reader.read(query, [(p.header, [s.read for s in p.sentences]) for p in missing])

        return self._readings.get([(query, p.key) for p in passages], fresh)


def _shares(odds: Floats) -> Floats:
    """Return the sentences' parts of the passage's answer: a softmax; zeros where none can answer."""
    found: Floats = np.exp(odds - np.logaddexp.reduce(odds)) if np.isfinite(odds).any() else np.zeros(len(odds))
    return found

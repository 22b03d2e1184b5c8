"""A reader as a reranker: what ranks before it chooses the passages that it has time for.

    small   the quick reranker orders all candidates, and the small reader reads the best of them
    deep    the small one goes first, and the deep reader reads the best few

The deep one reads on, two at a time, until it is sure of an answer or has no time left: of the questions that the
sources answer, half need no more than the first two. These it takes from what a glance shows, the best by a small
reader that has read half as many; only if they do not answer are the others read.

Each adds a part of the log-odds of the one before to its own. To order sentences, the small reader adds all that the
quick reranker says, as of two witnesses that do not know of each other (naive Bayes); whether any sentence answers it
knows better alone. The deep reader adds a quarter to both, since the small one has read the same words.

Log-odds become probabilities by the curve in the reader's card. A sentence has two estimates: its own log-odds through
that curve, and its share, by one softmax as in training, of the probability that any sentence of its passage answers.
Its score is their geometric mean: the first compares well between passages, the second within one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.passage import AnswerSpan, Passage, Sentence
from index.rerank.logistic import Floats, log_odds, sigmoid
from index.rerank.quick import headings
from index.rerank.readings import Readings
from index.rerank.reranker import PassageScore, Reranker, Thresholds
from index.rerank.runtime import Reading

PRIOR = -3.8  # log-odds that any one sentence of a search answers: 1 in 46 of what the quick reranker was fitted on
_UNREAD = 1e-3  # what the score of a passage that was not read counts beside one that was


@dataclass(frozen=True, slots=True)
class Parts:
    """How much of the log-odds of what ranked before counts: to order sentences, and to say whether any answers."""

    order: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How many passages of a question are read at most, how many at a time, and at which confidence no more."""

    most: int
    at_a_time: int
    sure: float


SMALL_PARTS, DEEP_PARTS = Parts(1.0, 0.0), Parts(0.25, 0.25)  # docs/quality.md has others
SMALL_PACE = Pace(16, 16, sure=1.0)  # a passage takes a sixth of the deep reader's time
GLANCE_PACE = Pace(8, 8, sure=1.0)  # of the small reader, before the deep one's first two
DEEP_PACE = Pace(6, 2, sure=0.85)  # docs/quality.md has others, and what they cost
WIDE_PACE = Pace(12, 12, sure=1.0)  # where an answer stands in several passages


class ReadingReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads.

    `pace`: how many passages of a question are read, the best by `first`. `parts`: what `first` has to say.
    `glance`: what chooses the first of them in less time, if not `first`.
    """

    def __init__(
        self, first: Reranker, readings: Readings, pace: Pace, parts: Parts, glance: Reranker | None = None
    ) -> None:
        self.first, self.readings = first, readings
        self.name = f"{readings.reader.name}, {first.name}"
        self._pace, self._parts, self._glance = pace, parts, glance

    @property
    def thresholds(self) -> Thresholds:
        return self.readings.reader.card.thresholds

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Score passages; see `Reranker`. One that the reader did not read ranks below all that it did."""
        scores = (self._glance or self.first).score(query, passages, similarities)
        found = self._read_some(query, passages, scores, {})
        most = min(self._pace.most, len(passages))
        if self._glance and len(found) < most and not self._is_sure(found):
            scores = self.first.score(query, passages, similarities)
        while len(found) < most and not self._is_sure(found):
            found |= self._read_some(query, passages, scores, found)
        least = min((max(s.sentences) for s in found.values()), default=1.0)
        unread = (PassageScore(tuple(s * least * _UNREAD for s in score.sentences), 0.0) for score in scores)
        return [found.get(n, score) for n, score in enumerate(unread)]

    def _is_sure(self, found: Mapping[int, PassageScore]) -> bool:
        return max((s.confidence for s in found.values()), default=0.0) >= self._pace.sure

    def _read_some(
        self, query: str, passages: Sequence[Passage], scores: Sequence[PassageScore], found: Mapping[int, PassageScore]
    ) -> dict[int, PassageScore]:
        """Read as many passages as are read at a time, the best by `scores` that are not `found`."""
        order = sorted((n for n in range(len(scores)) if n not in found), key=lambda n: -max(scores[n].sentences))
        some = order[: min(self._pace.at_a_time, self._pace.most - len(found))]
        read = self.readings.read(query, [passages[n] for n in some])
        return {n: self._of_reading(passages[n], scores[n], r) for n, r in zip(some, read, strict=True)}

    def _of_reading(self, passage: Passage, first: PassageScore, reading: Reading) -> PassageScore:
        before = log_odds(np.array(first.sentences)) - PRIOR
        before[headings(passage)] = -np.inf
        own = np.array(reading.sentences, dtype=np.float64)
        odds = own + self._parts.order * before
        curve = self.readings.reader.card.curve
        confidence = curve.probability(any_of(own, before, self._parts.confidence))
        alone = sigmoid(curve.slope * odds + curve.bias)
        scores = np.sqrt(alone * confidence * _shares(odds))
        spans = (_own(s, span) for s, span in zip(passage.sentences, reading.spans, strict=True))
        return PassageScore(tuple(scores.tolist()), confidence, tuple(spans), tuple(alone.tolist()))


def _own(sentence: Sentence, span: AnswerSpan | None) -> AnswerSpan | None:
    """Return a span of what was read as one of the sentence's own text."""
    own = sentence.own((span.start, span.end)) if span else None
    return AnswerSpan(*own, span.share) if span and own else None


def any_of(own: Floats, before: Floats, part: float) -> float:
    """Return the log-odds that any sentence answers: of the reader's own, and `part` of what ranked before."""
    return float(np.logaddexp.reduce(own + part * before if part else own))


def _shares(odds: Floats) -> Floats:
    """Return the sentences' parts of the passage's answer: a softmax; zeros where none can answer."""
    found: Floats = np.exp(odds - np.logaddexp.reduce(odds)) if np.isfinite(odds).any() else np.zeros(len(odds))
    return found

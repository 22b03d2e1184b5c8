"""A reader as a reranker: what ranks before it chooses the passages that it has time for.

    small   the quick reranker orders all candidates, and the small reader reads the best of them
    deep    the small one goes first, and the deep reader reads the best few

The deep one reads on, two at a time, until it is sure of an answer or has no time left: of the questions that the
sources answer, half need no more than the first two.

Each adds a part of the log-odds of the one before to its own. To order sentences, the small reader adds all that the
quick reranker says, as of two witnesses that do not know of each other (naive Bayes); whether any sentence answers it
knows better alone. The deep reader adds a quarter to both, since the small one has read the same words.

Log-odds become probabilities by the curve in the reader's card. A sentence has two estimates: its own log-odds through
that curve, and its share, by one softmax as in training, of the probability that any sentence of its passage answers.
Its score is their geometric mean: the first compares well between passages, the second within one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.passage import AnswerSpan, Passage, Sentence
from index.rerank.logistic import Floats, log_odds, sigmoid
from index.rerank.memory import Memory
from index.rerank.quick import headings
from index.rerank.reranker import PassageScore, Reranker, Thresholds
from index.rerank.runtime import Reader, Reading
from index.rerank.spelling import Respelling, Spellings

PRIOR = -3.8  # log-odds that any one sentence of a search answers: 1 in 46 of what the quick reranker was fitted on
_UNREAD = 1e-3  # what the score of a passage that was not read counts beside one that was
_CACHED = 2_000  # readings kept: a question's passages come up again when its figure is looked up


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
DEEP_PACE = Pace(6, 2, sure=0.85)  # docs/quality.md has others, and what they cost
WIDE_PACE = Pace(12, 12, sure=1.0)  # where an answer stands in several passages


class ReadingReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads.

    `pace`: how many passages of a question are read, the best by `first`. `parts`: what `first` has to say.
    `spellings`: how passages write a name.
    """

    def __init__(self, first: Reranker, reader: Reader, pace: Pace, parts: Parts, spellings: Spellings) -> None:
        self.first, self.reader = first, reader
        self.name = f"{reader.name}, {first.name}"
        self._pace, self._parts, self._spellings = pace, parts, spellings
        self._readings: Memory[tuple[str, str], Reading] = Memory(_CACHED)

    @property
    def thresholds(self) -> Thresholds:
        return self.reader.card.thresholds

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Score passages; see `Reranker`. One that the reader did not read ranks below all that it did."""
        scores = self.first.score(query, passages, similarities)
        order = sorted(range(len(scores)), key=lambda n: -max(scores[n].sentences))
        found: dict[int, PassageScore] = {}
        for at in range(0, min(self._pace.most, len(order)), self._pace.at_a_time):
            some = order[at : at + self._pace.at_a_time]
            for n, reading in zip(some, self._read(query, [passages[n] for n in some]), strict=True):
                found[n] = self._of_reading(passages[n], scores[n], reading)
            if max(s.confidence for s in found.values()) >= self._pace.sure:
                break
        least = min((max(s.sentences) for s in found.values()), default=1.0)
        for n in order[len(found) :]:
            found[n] = PassageScore(tuple(s * least * _UNREAD for s in scores[n].sentences), 0.0)
        return [found[n] for n in range(len(scores))]

    def _of_reading(self, passage: Passage, first: PassageScore, reading: Reading) -> PassageScore:
        before = log_odds(np.array(first.sentences)) - PRIOR
        before[headings(passage)] = -np.inf
        own = np.array(reading.sentences, dtype=np.float64)
        odds = own + self._parts.order * before
        curve = self.reader.card.curve
        confidence = curve.probability(any_of(own, before, self._parts.confidence))
        alone = sigmoid(curve.slope * odds + curve.bias)
        scores = np.sqrt(alone * confidence * _shares(odds))
        spans = (_own(s, span) for s, span in zip(passage.sentences, reading.spans, strict=True))
        return PassageScore(tuple(scores.tolist()), confidence, tuple(spans), tuple(alone.tolist()))

    def _read(self, query: str, passages: Sequence[Passage]) -> list[Reading]:
        found = {p.key: p for p in passages}

        def fresh(keys: list[tuple[str, str]]) -> list[Reading]:
            missing, question = [found[key] for _, key in keys], Respelling(query, self._spellings)
            return self.reader.read_many(
                [(question.as_in(p), p.header, [s.read for s in p.sentences]) for p in missing]
            )

        return self._readings.get([(query, p.key) for p in passages], fresh)


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

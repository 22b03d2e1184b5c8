"""The selector, alone and as it is used, beside what it has to beat: the embedding model, BM25 and chance."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding.embedder import Embedder
from index.rerank.card import Platt
from index.rerank.runtime import Selector
from index.rerank.selector import confidence_row, load_weights
from index.training.bm25 import WordRanker
from index.training.candidates import Asker
from index.training.data import Example, distinct_paragraphs
from index.training.measure import (
    Judged,
    answerable_auroc,
    area_under_risk,
    calibration_error,
    interval,
    mean_average_precision,
    precision_at_1,
)
from index.training.neighbours import fitting

SEED = 5


@dataclass(frozen=True, slots=True)
class Value:
    """A measure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How one ranker did on one set. `error`: expected calibration error, None where it gives no probability."""

    ranker: str
    dataset: str
    questions: int
    p1: Value
    map: Value
    auroc: Value | None
    risk: Value | None
    error: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """What one ranker said of all examples. `pairs_per_second`: question-sentence pairs, all cores."""

    name: str
    judged: tuple[Judged, ...]
    pairs_per_second: float
    curves: tuple[Platt, Platt] | None = None  # log-odds -> probability: of one sentence, of any


def rank_all(examples: Sequence[Example], selector: Selector, embedder: Embedder) -> list[Ranked]:
    """The selector, its combination with the quick reranker, the embedding model, BM25, chance on `examples`."""
    pairs = sum(len(e.sentences) for e in examples)
    rankers: list[tuple[str, Callable[[], list[Judged]], tuple[Platt, Platt] | None]] = [
        ("selector", lambda: by_selector(examples, selector), (selector.card.sentence, selector.card.any)),
        ("combined", lambda: by_combination(examples, selector, embedder), None),
        ("embedding", lambda: by_embedding(examples, embedder), None),
        ("BM25", lambda: by_words(examples), None),
        ("chance", lambda: by_chance(examples), None),
    ]
    found = []
    for name, judge, curves in rankers:
        start = time.perf_counter()
        judged = judge()
        found.append(Ranked(name, tuple(judged), pairs / (time.perf_counter() - start), curves))
    return found


def by_selector(examples: Sequence[Example], selector: Selector) -> list[Judged]:
    readings = selector.read_many([(e.question, e.title, e.sentences) for e in examples])
    return [Judged(e.labels, r.sentences, r.any) for e, r in zip(examples, readings, strict=True)]


def by_combination(examples: Sequence[Example], selector: Selector, embedder: Embedder) -> list[Judged]:
    """What the reranker in use makes of the question's own paragraph (see `index.rerank.selector`)."""
    asker = Asker(distinct_paragraphs(examples), embedder, selector)
    weights = load_weights()
    found = []
    for asked in asker.ask(examples, paragraphs=1, typed=0.0):
        odds = weights.sentence.log_odds(asked.rows)
        best = int(odds.argmax())
        row = confidence_row(float(odds[best]), asked.rows[best])
        found.append(
            Judged(asked.example.labels, tuple(odds.tolist()), float(weights.confidence.log_odds(row[None])[0]))
        )
    return found


def by_embedding(examples: Sequence[Example], embedder: Embedder) -> list[Judged]:
    """Cosine of question and sentence; the best one says whether any answers."""
    texts = list(dict.fromkeys(s for e in examples for s in e.sentences))
    vectors = dict(zip(texts, embedder.embed_passages([fitting(t, embedder) for t in texts]), strict=True))
    queries = embedder.embed_queries([e.question for e in examples])
    scored = ((e, [float(vectors[s] @ query) for s in e.sentences]) for e, query in zip(examples, queries, strict=True))
    return [Judged(e.labels, tuple(scores), max(scores)) for e, scores in scored]


def by_words(examples: Sequence[Example]) -> list[Judged]:
    """BM25 over all sentences of all examples."""
    texts = list(dict.fromkeys(s for e in examples for s in e.sentences))
    number = {text: n for n, text in enumerate(texts)}
    ranker = WordRanker(texts)
    found = []
    for e in examples:
        every = ranker.scores(e.question)
        scores = tuple(float(every[number[s]]) for s in e.sentences)
        found.append(Judged(e.labels, scores, max(scores)))
    return found


def by_chance(examples: Sequence[Example]) -> list[Judged]:
    rng = np.random.default_rng(SEED)
    drawn = [tuple(rng.random(len(e.sentences)).tolist()) for e in examples]
    return [Judged(e.labels, scores, float(rng.random())) for e, scores in zip(examples, drawn, strict=True)]


def measured(ranked: Ranked, examples: Sequence[Example]) -> list[Measured]:
    """One row a set, and one over all."""
    names = sorted({e.dataset for e in examples})
    rows = []
    for name in [*names, "all"]:
        chosen = [j for j, e in zip(ranked.judged, examples, strict=True) if name in (e.dataset, "all")]
        both = 0 < sum(j.answerable for j in chosen) < len(chosen)
        rows.append(
            Measured(
                ranked.name,
                name,
                len(chosen),
                _value(chosen, precision_at_1),
                _value(chosen, mean_average_precision),
                _value(chosen, answerable_auroc) if both else None,
                _value(chosen, area_under_risk) if both else None,
                None if ranked.curves is None else sentence_error(chosen, ranked.curves[0]),
            )
        )
    return rows


def sentence_error(judged: Sequence[Judged], curve: Platt) -> float:
    """Expected calibration error of the sentences' probabilities."""
    pairs = [(s, label) for j in judged for s, label in zip(j.scores, j.labels, strict=True)]
    return calibration_error([label for _, label in pairs], [curve.probability(s) for s, _ in pairs])


def _value(judged: Sequence[Judged], statistic: Callable[[Sequence[Judged]], float]) -> Value:
    return Value(statistic(judged), *interval(judged, statistic))

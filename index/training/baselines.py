"""The selector, alone and as it is used, and what it has to beat: the embedding model, BM25 and chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedding.embedder import Embedder
from index.rerank.logistic import Weights, confidence_row
from index.rerank.runtime import Selector
from index.rerank.selector import CONFIDENCE, SENTENCE, WEIGHTS
from index.training.data import Example
from index.training.metrics import Prediction
from index.training.queries import Query, build_queries
from index.training.retrieval import BM25, embed

_SEED = 5


def by_selector(examples: Sequence[Example], selector: Selector) -> list[Prediction]:
    """Rank by the selector's log-odds."""
    readings = selector.read_many([(e.question, e.title, e.sentences) for e in examples])
    return [Prediction(e.labels, r.sentences, r.any) for e, r in zip(examples, readings, strict=True)]


def by_combination(examples: Sequence[Example], selector: Selector, embedder: Embedder) -> list[Prediction]:
    """Rank by the selector together with the quick reranker, as at question time (see `index.rerank.selector`)."""
    queries = build_queries(examples, embedder, selector, candidates=1, typed=0.0)
    weights = Weights.read(WEIGHTS, SENTENCE, CONFIDENCE)
    return [by_weights(q, weights) for q in queries]


def by_weights(query: Query, weights: Weights) -> Prediction:
    """Rank by fitted weights; scores and confidence are log-odds."""
    rows = query.rows[:, : len(weights.sentence.features)]
    odds = weights.sentence.log_odds(rows)
    row = confidence_row(weights.sentence.features, weights.confidence.features, odds, rows)
    confidence = float(weights.confidence.log_odds(row[None])[0])
    return Prediction(tuple(query.labels.tolist()), tuple(odds.tolist()), confidence)


def by_embedding(examples: Sequence[Example], embedder: Embedder) -> list[Prediction]:
    """Rank by the cosine of question and sentence."""
    vectors = embed((s for e in examples for s in e.sentences), embedder)
    queries = embedder.embed_queries([e.question for e in examples])
    return [
        _of_scores(e, [float(vectors[s] @ query) for s in e.sentences])
        for e, query in zip(examples, queries, strict=True)
    ]


def by_bm25(examples: Sequence[Example]) -> list[Prediction]:
    """Rank by BM25 over all sentences of all examples."""
    number = {s: n for n, s in enumerate(dict.fromkeys(s for e in examples for s in e.sentences))}
    ranker = BM25(list(number))
    return [_of_scores(e, ranker.scores(e.question)[[number[s] for s in e.sentences]].tolist()) for e in examples]


def by_chance(examples: Sequence[Example]) -> list[Prediction]:
    """Rank at random."""
    rng = np.random.default_rng(_SEED)
    return [Prediction(e.labels, tuple(rng.random(len(e.labels)).tolist()), float(rng.random())) for e in examples]


def _of_scores(example: Example, scores: Sequence[float]) -> Prediction:
    """Take the best sentence's score as the confidence."""
    return Prediction(example.labels, tuple(scores), max(scores))

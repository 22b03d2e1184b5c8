"""A reader, two together, and what they have to beat: the embedding model, BM25 and chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedding.embedder import Embedder
from index.rerank.reading import PRIOR, Parts, any_of
from index.rerank.runtime import Reader
from index.training.data import Example
from index.training.metrics import Prediction
from index.training.retrieval import BM25, embed

_SEED = 5


def by_reader(examples: Sequence[Example], reader: Reader) -> list[Prediction]:
    """Rank by the reader's log-odds."""
    readings = reader.read_many([(e.question, e.header or e.title, e.sentences) for e in examples])
    return [Prediction(e.labels, r.sentences, r.any) for e, r in zip(examples, readings, strict=True)]


def together(last: Sequence[Prediction], before: Sequence[Prediction], parts: Parts) -> list[Prediction]:
    """Add `parts` of one reader's log-odds to those of the reader after it, as `index.rerank.reading` does."""
    found = []
    for own, first in zip(last, before, strict=True):
        scores, odds = np.array(own.scores), np.array(first.scores) - PRIOR
        confidence = any_of(scores, odds, parts.confidence)
        found.append(Prediction(own.labels, tuple((scores + parts.order * odds).tolist()), confidence))
    return found


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

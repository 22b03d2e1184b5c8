"""Questions with candidate sentences as in a search, and all that the quick reranker sees of each sentence."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder
from index.rerank.features import Floats, passage_features, query_view
from index.text.analysis import analyse
from index.training.data import Example, Paragraph, distinct_paragraphs, holds_answer
from index.training.retrieval import embed, joined, nearest

CANDIDATES = 8  # paragraphs of a question, its own among them
TYPED = 0.3  # part of the questions that are put in lower case without a question mark, as people type them
_SEED = 2


@dataclass(frozen=True)
class Query:
    """A question with the sentences of its candidate paragraphs, one row each.

    `rows`: shape (sentences, len(index.rerank.features.NAMES)). The first `own` rows are of the question's own
    paragraph. `certain`: rows whose label is certain.
    """

    rows: Floats
    labels: NDArray[np.bool_]
    own: int
    certain: NDArray[np.bool_]

    @property
    def answerable(self) -> bool:
        return bool(self.labels.any())


def build_queries(examples: Sequence[Example], embedder: Embedder) -> list[Query]:
    """Set each question before `CANDIDATES` paragraphs: its own, then the nearest of all examples'."""
    paragraphs = distinct_paragraphs(examples)
    texts = [joined(p) for p in paragraphs]
    vectors = embed((t for p in paragraphs for t in (joined(p), *p[1])), embedder)
    questions = [e.question for e in examples]
    queries = embedder.embed_queries(questions)
    near = nearest(questions, queries, texts, np.stack([vectors[t] for t in texts]), CANDIDATES)
    rng = random.Random(_SEED)
    counts = _document_frequencies(paragraphs)
    found = []
    for example, query, ids in zip(examples, queries, near, strict=True):
        question = example.question if rng.random() >= TYPED else example.question.lower().rstrip("?")
        view = query_view(question, lambda terms: {t: counts[t] for t in terms}, len(paragraphs))
        chosen = _candidates(example, [paragraphs[i] for i in ids])[:CANDIDATES]
        rows = []
        for paragraph in chosen:
            title, sentences = paragraph
            cosines = np.array([vectors[s] @ query for s in sentences], dtype=np.float64)
            rows.append(passage_features(view, title, sentences, cosines, float(vectors[joined(paragraph)] @ query)))
        others = [s for _, sentences in chosen[1:] for s in sentences]
        labels = np.array([*example.labels, *[False] * len(others)])
        certain = np.array([*[True] * len(example.labels), *(not holds_answer(example, s) for s in others)])
        found.append(Query(np.vstack(rows), labels, len(example.labels), certain))
    return found


def _candidates(example: Example, near: Sequence[Paragraph]) -> list[Paragraph]:
    """Return its own paragraph and those near it, without another wording of its own."""
    title, sentences = example.paragraph
    return [example.paragraph, *(p for p in near if p[0] != title or not set(sentences) & set(p[1]))]


def _document_frequencies(paragraphs: Sequence[Paragraph]) -> Counter[str]:
    """Count the paragraphs that hold each term."""
    counts: Counter[str] = Counter()
    for title, sentences in paragraphs:
        counts.update(frozenset().union(analyse(title).terms, *(analyse(s).terms for s in sentences)))
    return counts

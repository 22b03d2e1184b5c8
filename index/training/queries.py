"""Questions with candidate sentences as in a search, and all that the rerankers see of each sentence."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder
from index.rerank.features import Floats, passage_features, query_view
from index.rerank.runtime import Selector
from index.rerank.selector import reading_rows
from index.text.analysis import analyse
from index.training.data import Example, Paragraph, distinct_paragraphs, holds_answer
from index.training.retrieval import embed, joined, nearest

CANDIDATES = 8  # paragraphs of a question, its own among them
TYPED = 0.3  # part of the questions that are put in lower case without a question mark, as people type them


@dataclass(frozen=True)
class Query:
    """A question with the sentences of its candidate paragraphs, one row each.

    `rows`: shape (sentences, len(index.rerank.selector.SENTENCE)); the selector's two columns are zeros if it did not
    read. The first `own` rows are of the question's own paragraph. `certain`: rows whose label is certain.
    """

    rows: Floats
    labels: NDArray[np.bool_]
    own: int
    certain: NDArray[np.bool_]

    @property
    def answerable(self) -> bool:
        return bool(self.labels.any())


def build_queries(
    examples: Sequence[Example],
    embedder: Embedder,
    selector: Selector | None,
    pool: Sequence[Example] | None = None,
    candidates: int = CANDIDATES,
    typed: float = TYPED,
    seed: int = 2,
) -> list[Query]:
    """Set each question before `candidates` paragraphs: its own, then the nearest of those of `pool`.

    `pool` is `examples` by default. The part `typed` of the questions is put as people type.
    """
    paragraphs = distinct_paragraphs(pool or examples)
    texts = [joined(p) for p in paragraphs]
    every = dict.fromkeys([*paragraphs, *distinct_paragraphs(examples)])
    vectors = embed((t for p in every for t in (joined(p), *p[1])), embedder)
    queries = embedder.embed_queries([e.question for e in examples])
    near: list[list[int]] = [[]] * len(examples)
    if candidates > 1:
        near = nearest(
            [e.question for e in examples], queries, texts, np.stack([vectors[t] for t in texts]), candidates
        )
    sets = [_candidates(e, [paragraphs[i] for i in ids])[:candidates] for e, ids in zip(examples, near, strict=True)]
    rng = random.Random(seed)
    questions = [e.question if rng.random() >= typed else e.question.lower().rstrip("?") for e in examples]
    readings = _read(questions, sets, selector)
    counts = _document_frequencies(paragraphs)
    found = []
    for example, question, query, chosen in zip(examples, questions, queries, sets, strict=True):
        view = query_view(question, lambda terms: {t: counts[t] for t in terms}, len(paragraphs))
        rows = []
        for paragraph in chosen:
            title, sentences = paragraph
            cosines = np.array([vectors[s] @ query for s in sentences], dtype=np.float64)
            quick = passage_features(view, title, sentences, cosines, float(vectors[joined(paragraph)] @ query))
            rows.append(np.hstack([quick, next(readings)]))
        others = [s for _, sentences in chosen[1:] for s in sentences]
        labels = np.array([*example.labels, *[False] * len(others)])
        certain = np.array([*[True] * len(example.labels), *(not holds_answer(example, s) for s in others)])
        found.append(Query(np.vstack(rows), labels, len(example.labels), certain))
    return found


def _candidates(example: Example, near: Sequence[Paragraph]) -> list[Paragraph]:
    """Return its own paragraph and those near it, without the one that its own was changed from."""
    title, sentences = example.paragraph
    return [example.paragraph, *(p for p in near if p[0] != title or not set(sentences) & set(p[1]))]


def _read(questions: Sequence[str], sets: Sequence[Sequence[Paragraph]], selector: Selector | None) -> Iterator[Floats]:
    """Return the selector's columns for each paragraph of each set, in order."""
    pairs = [(q, title, s) for q, chosen in zip(questions, sets, strict=True) for title, s in chosen]
    if selector is None:
        return (np.zeros((len(s), 2)) for _, _, s in pairs)
    return (reading_rows(reading) for reading in selector.read_many(pairs))


def _document_frequencies(paragraphs: Sequence[Paragraph]) -> Counter[str]:
    """Count the paragraphs that hold each term."""
    counts: Counter[str] = Counter()
    for title, sentences in paragraphs:
        counts.update(frozenset().union(analyse(title).terms, *(analyse(s).terms for s in sentences)))
    return counts

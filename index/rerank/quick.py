"""The quick reranker: sentence embeddings and word overlap, weighed by a fitted logistic regression.

The weights in `weights/quick.json` come from `python -m index.training.fit_quick`, which reads question-sentence pairs
and says in the file what it was fitted on and how well it does. They know nothing of any corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder
from index.passage import Passage, Sentence
from index.rerank.card import SHIPPED
from index.rerank.features import NAMES, Floats, passage_features, query_view
from index.rerank.logistic import Weights
from index.rerank.memory import Memory
from index.rerank.reranker import PassageScore
from index.source import BlockKind

WEIGHTS = SHIPPED / "quick.json"
CONFIDENCE = ("log_odds", "cosine", "cosine_passage")  # of the best sentence
CACHED_VECTORS = 20_000  # sentence vectors kept in memory: 384 float32 each, 30 MB in all


class TermStatistics(Protocol):
    """What is needed of the lexical index: how common terms are, and how passages spell a name."""

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]: ...

    def count(self) -> int: ...

    def spellings(self, word: str) -> list[str]: ...


def under_headings(sentences: Sequence[Sentence]) -> list[str]:
    """Return each sentence with the run-in heading above it, which often says what it is about."""
    heading = ""
    texts = []
    for sentence in sentences:
        if sentence.block is BlockKind.HEADING:
            heading = sentence.text + " "
            texts.append(sentence.text)
        else:
            texts.append(heading + sentence.read)
    return texts


def headings(passage: Passage) -> list[bool]:
    """Say of each sentence whether it is a heading over others, which is no answer beside them."""
    found = [s.block is BlockKind.HEADING for s in passage.sentences]
    return [False] * len(found) if all(found) else found


class FittedReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads."""

    name = "embedding+overlap"

    def __init__(self, embedder: Embedder, statistics: TermStatistics) -> None:
        self._embedder, self._statistics = embedder, statistics
        self.spellings = statistics.spellings
        self.weights = Weights.read(WEIGHTS, NAMES, CONFIDENCE)
        self.thresholds = self.weights.thresholds
        self._vectors: Memory[str, NDArray[np.float32]] = Memory(CACHED_VECTORS)

    def features(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[Floats]:
        """Return for each passage its sentences' features, shape (sentences, len(index.rerank.features.NAMES))."""
        view = query_view(query, self._statistics.document_frequencies, self._statistics.count())
        vector = self._embedder.embed_queries([query])[0]
        texts = [under_headings(p.sentences) for p in passages]
        vectors = self._vectors.get([t for part in texts for t in part], self._embedder.embed_passages)
        cosines = iter(np.stack(vectors) @ vector if vectors else ())
        found = []
        for passage, part, similarity in zip(passages, texts, similarities, strict=True):
            own = np.array([next(cosines) for _ in part], dtype=np.float64)
            found.append(passage_features(view, passage.header, part, own, similarity))
        return found

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Score passages; see `index.rerank.reranker.Reranker`."""
        rows = self.features(query, passages, similarities)
        return [self.weigh(p, x) for p, x in zip(passages, rows, strict=True)]

    def weigh(self, passage: Passage, features: Floats) -> PassageScore:
        """Score a passage whose sentences have these features."""
        sentences, confidence = self.weights.score(features, headings(passage))
        return PassageScore(tuple(sentences.tolist()), confidence)

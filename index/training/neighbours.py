"""Which paragraphs lie near a question: those that a search would set before it, and the selector must tell apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.embedding.embedder import Embedder
from index.training.bm25 import WordRanker
from index.training.data import Example

_BLOCK = 512  # questions compared at once


def neighbours(
    examples: Sequence[Example], paragraphs: Sequence[tuple[str, tuple[str, ...]]], embedder: Embedder, k: int
) -> list[list[int]]:
    """For each example the numbers of at most `k` paragraphs, nearest first: the embedding's and BM25's in turn."""
    texts = [f"{title}. {' '.join(sentences)}" for title, sentences in paragraphs]
    vectors = embedder.embed_passages([fitting(t, embedder) for t in texts])
    queries = embedder.embed_queries([e.question for e in examples])
    k = min(k, len(paragraphs))
    words = WordRanker(texts).nearest([e.question for e in examples], k)
    found = []
    for start in range(0, len(examples), _BLOCK):
        cosines = queries[start : start + _BLOCK] @ vectors.T
        near = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        for row, ids in enumerate(near):
            dense = ids[np.argsort(-cosines[row][ids])]
            both = [int(i) for pair in zip(dense, words[start + row], strict=True) for i in pair]
            found.append(list(dict.fromkeys(both))[:k])
    return found


def fitting(text: str, embedder: Embedder) -> str:
    """`text` cut from its end until the embedding model reads all of it."""
    while embedder.count_tokens([text])[0] > embedder.max_tokens:
        text = text[: len(text) * 4 // 5]
    return text

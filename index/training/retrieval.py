"""Search over the passages of the training data: BM25 and the embedding model, without an index on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from index.embedding.embedder import Embedder
from index.training.data import Example, Paragraph
from index.training.extra import load

Vectors = NDArray[np.float32]
_BLOCK = 512  # questions compared at once


class BM25:
    """BM25 by the library bm25s with its defaults (Lucene's variant, k1 1.5, b 0.75), English stopwords left out."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index `texts`. Raises UsageError if bm25s is not installed."""
        self._library = load("bm25s")
        self._index = self._library.BM25()
        self._index.index(self._tokens(texts), show_progress=False)

    def nearest(self, queries: Sequence[str], k: int) -> list[list[int]]:
        """Return for each query the numbers of the `k` best texts, best first."""
        found, _ = self._index.retrieve(self._tokens(queries), k=k, show_progress=False)
        return [list(map(int, row)) for row in found]

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return the score of every text, >= 0, higher is better."""
        words = self._library.tokenize([query], stopwords="en", return_ids=False, show_progress=False)[0]
        found: NDArray[np.float32] = self._index.get_scores(words)
        return found

    def _tokens(self, texts: Sequence[str]) -> object:
        return self._library.tokenize(list(texts), stopwords="en", show_progress=False)


def joined(paragraph: Paragraph) -> str:
    """Return a paragraph as one text, as it is searched."""
    title, sentences = paragraph
    return f"{title}. {' '.join(sentences)}"


def embed(texts: Iterable[str], embedder: Embedder) -> dict[str, Vectors]:
    """Embed texts, each once; a long one is cut at its end until the model reads all that is left."""
    distinct = list(dict.fromkeys(texts))
    cut = []
    for text in distinct:
        while embedder.count_tokens([text])[0] > embedder.max_tokens:
            text = text[: len(text) * 4 // 5]
        cut.append(text)
    return dict(zip(distinct, embedder.embed_passages(cut), strict=True))


def nearest(
    questions: Sequence[str], queries: Vectors, texts: Sequence[str], vectors: Vectors, k: int
) -> list[list[int]]:
    """Return for each question the numbers of at most `k` texts, nearest first: the embedding's and BM25's in turn.

    `queries`: (questions, dimension) and `vectors`: (texts, dimension), rows of length 1.
    """
    k = min(k, len(texts))
    every = torch.from_numpy(vectors).T
    blocks = torch.split(torch.from_numpy(queries), _BLOCK)
    dense = [row for block in blocks for row in (block @ every).topk(k).indices.tolist()]
    lexical = BM25(texts).nearest(questions, k)
    return [
        list(dict.fromkeys(number for pair in zip(*both, strict=True) for number in pair))[:k]
        for both in zip(dense, lexical, strict=True)
    ]


def near_paragraphs(
    examples: Sequence[Example], paragraphs: Sequence[Paragraph], k: int, kept: Path
) -> list[tuple[Paragraph, ...]]:
    """Return for each example the `k` passages that BM25 finds nearest to its question, nearest first.

    `kept`: a file that keeps them, for the same texts.
    """
    texts, questions = [joined(p) for p in paragraphs], [e.question for e in examples]
    stamp = hashlib.sha256("\n".join([*texts, *questions]).encode()).hexdigest()
    if kept.is_file():
        with np.load(kept) as found:
            if str(found["stamp"]) == stamp:
                return [tuple(paragraphs[i] for i in row) for row in found["near"]]
    near = np.array(BM25(texts).nearest(questions, min(k, len(texts))) if questions else [], dtype=np.int32)
    np.savez_compressed(kept, near=near, stamp=np.array(stamp))
    return [tuple(paragraphs[i] for i in row) for row in near]

"""BM25 by the library bm25s: for training's hard negatives and as a yardstick. It comes with the extra 'test'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.errors import UsageError


class WordRanker:
    """BM25 (its library's defaults: Lucene's variant, k1 1.5, b 0.75) over `texts`, English stopwords left out."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises UsageError if bm25s is not installed."""
        try:
            import bm25s
        except ImportError:
            raise UsageError("this needs the package bm25s; run `pip install bm25s`") from None
        self._bm25s, self._index = bm25s, bm25s.BM25()
        self._index.index(self._tokens(texts), show_progress=False)

    def nearest(self, queries: Sequence[str], k: int) -> list[list[int]]:
        """For each query the numbers of the `k` best texts, best first."""
        found, _ = self._index.retrieve(self._tokens(queries), k=k, show_progress=False)
        return [list(map(int, row)) for row in found]

    def scores(self, query: str) -> NDArray[np.float32]:
        """The score of every text, >= 0, higher is better."""
        words = self._bm25s.tokenize([query], stopwords="en", return_ids=False, show_progress=False)[0]
        found: NDArray[np.float32] = self._index.get_scores(words)
        return found

    def _tokens(self, texts: Sequence[str]) -> object:
        return self._bm25s.tokenize(list(texts), stopwords="en", show_progress=False)

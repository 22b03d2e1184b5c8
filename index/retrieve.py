"""Question -> hits: dense and lexical search, fused by reciprocal rank, re-ranked by sentence.

query ─┬─ embed ── store (cosine) ──┐
       └─ lexical (BM25) ───────────┴─ fuse ── rerank ── hits
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder, open_embedder
from index.filters import Filters
from index.fuse import reciprocal_rank_fusion
from index.passage import Hit, Passage, SentenceScore, Source
from index.rerank.quick import FittedReranker
from index.rerank.reranker import PassageScore, Reranker
from index.rerank.runtime import Selector
from index.rerank.selector import SelectorReranker, open_selector
from index.settings import IndexSettings
from index.storage.generation import Generation, open_current
from index.text.analysis import tokens
from index.text.countries import country_words
from index.text.names import same_name

# Depth of each engine's list and of the re-ranking; `footnote eval` shows recall@k for other values.
ENGINE_DEPTH = 50
RERANK_DEPTH = 30
# `retrieve_each` looks further down both lists, and at no more sources than a reader could compare.
EACH_DEPTH = 400
EACH_SOURCES = 60


Vector = NDArray[np.float32]
Scored = tuple[int, float]  # row id of a passage, and the engine's score


class Retriever:
    """Searches one open generation. Safe to use from several threads."""

    def __init__(
        self, settings: IndexSettings, generation: Generation, embedder: Embedder, selector: Selector | None = None
    ) -> None:
        self.settings, self.generation, self.embedder = settings, generation, embedder
        self._selector = selector
        self.quick = FittedReranker(embedder, generation.lexical)
        self.reranker: Reranker = SelectorReranker(self.quick, selector) if selector else self.quick

    @classmethod
    def open(cls, settings: IndexSettings) -> Retriever:
        """Open the current generation. Raises NoIndexError, StaleIndexError, DamagedIndexError, ModelError."""
        with ThreadPoolExecutor(2) as beside:
            # Both load while the vector store is imported.
            embedder = beside.submit(open_embedder, settings)
            selector = beside.submit(open_selector, settings.selector)
            generation = open_current(settings)
            generation.vectors.count()
            generation.check_embedder(embedder.result())
            return cls(settings, generation, embedder.result(), selector.result())

    def reopen(self) -> Retriever:
        """A retriever on the generation that is current now; this one's generation stays readable."""
        generation = open_current(self.settings)
        generation.check_embedder(self.embedder)
        return Retriever(self.settings, generation, self.embedder, self._selector)

    def retrieve(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """The `k` best passages, best first; `Hit.score` is the best sentence's probability (0..1)."""
        vector = self.embedder.embed_queries([query])[0]
        dense = self.generation.vectors.query(vector, ENGINE_DEPTH, filters)
        lexical = self.generation.lexical.search(query, ENGINE_DEPTH, filters)
        rankings = [[i for i, _ in dense], [i for i, _ in lexical]]
        fused = [i for i, _ in reciprocal_rank_fusion(rankings)[:RERANK_DEPTH]]
        return self._rerank(query, vector, fused, dense, lexical, self.reranker)[:k]

    def retrieve_each(self, query: str, each: int = 2, filters: Filters = Filters()) -> list[Hit]:
        """The `each` best-fused passages of every source that has one among the first few hundred, best first.

        Unlike `retrieve`, a source that many passages of other sources outrank gets its chance; the nearest
        `EACH_SOURCES` sources at most. Scores and confidences are the quick reranker's: the selector would read five
        times as many passages as for an answer, and on the development questions it shows fewer of the sources that
        speak to the question.
        """
        vector = self.embedder.embed_queries([query])[0]
        dense = self.generation.vectors.query(vector, EACH_DEPTH, filters)
        lexical = self.generation.lexical.search(query, EACH_DEPTH, filters)
        fused = [i for i, _ in reciprocal_rank_fusion([[i for i, _ in dense], [i for i, _ in lexical]])]
        chosen: dict[str, list[int]] = {}
        for i, passage in zip(fused, self.generation.passages(fused), strict=True):
            if passage.source_id in chosen or len(chosen) < EACH_SOURCES:
                chosen.setdefault(passage.source_id, []).append(i)
        ids = [i for found in chosen.values() for i in found[:each]]
        return self._rerank(query, vector, ids, dense, lexical, self.quick)

    def mentioning(
        self, words: str, query: str, filters: Filters = Filters(), k: int = 10, quick: bool = False
    ) -> list[Hit]:
        """The `k` passages that say `words` most plainly (BM25), ordered by how well they answer `query`.

        `quick`: scores are the quick reranker's, as in `retrieve_each`.
        """
        found = self.generation.lexical.search(words, k, filters)
        vector = self.embedder.embed_queries([query])[0]
        return self._rerank(query, vector, [i for i, _ in found], [], found, self.quick if quick else self.reranker)

    def mentions(self, word: str, source_id: str | None = None, filters: Filters = Filters()) -> bool:
        """Whether the source, or any that `filters` admit, has `word`: as it stands, in another spelling of a name or
        in another word for one country; title, publisher, author and date count as its words."""
        sources: Iterable[Source]
        if source_id is None:
            sources = (s for s in self.generation.sources() if filters.matches(s))
        else:
            sources = (self.generation.source(source_id),)
            filters = replace(filters, sources=frozenset({source_id}))
        ways = country_words(word)
        if any(all(self.generation.lexical.search(w, 1, filters) for w in way) for way in ways):
            return True
        return any(same_name(word, t.surface) for s in sources for t in tokens(s.author or ""))

    def _rerank(
        self,
        query: str,
        vector: Vector,
        ids: Sequence[int],
        dense: Sequence[Scored],
        lexical: Sequence[Scored],
        reranker: Reranker,
    ) -> list[Hit]:
        """Hits for the passages `ids`, best first; `dense` and `lexical` are the engines' lists."""
        similarity = dict(dense)
        missing = [i for i in ids if i not in similarity]
        if missing:  # found by words alone
            cosines = self.generation.vectors.vectors(missing) @ vector
            similarity.update(zip(missing, map(float, cosines), strict=True))
        passages = self.generation.passages(ids)
        scores = reranker.score(query, passages, [similarity[i] for i in ids])
        dense_ranks = {i: n for n, (i, _) in enumerate(dense, 1)}
        lexical_ranks = {i: n for n, (i, _) in enumerate(lexical, 1)}
        hits = [
            _hit(passage, score, dense_ranks.get(i), lexical_ranks.get(i), similarity[i])
            for i, passage, score in zip(ids, passages, scores, strict=True)
        ]
        return sorted(hits, key=lambda h: -h.score)

    def passages_of(self, source: Source) -> list[Passage]:
        return self.generation.passages_of(source.id)


def _hit(
    passage: Passage, score: PassageScore, dense_rank: int | None, lexical_rank: int | None, similarity: float
) -> Hit:
    spans = score.spans or (None,) * len(score.sentences)
    ranked = sorted(
        (SentenceScore(s, float(v), a) for s, v, a in zip(passage.sentences, score.sentences, spans, strict=True)),
        key=lambda s: -s.score,
    )
    return Hit(passage, ranked[0].score, dense_rank, lexical_rank, similarity, score.confidence, tuple(ranked))

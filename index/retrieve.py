"""Question -> hits: dense and lexical search, fused by reciprocal rank, re-ranked by sentence.

query ─┬─ embed ── store (cosine) ──┐
       └─ lexical (BM25) ───────────┴─ fuse ── rerank ── hits
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder, open_embedder
from index.filters import Filters
from index.fuse import distinct, reciprocal_rank_fusion
from index.passage import Hit, Passage, Sentence, SentenceScore
from index.rerank.memory import Memory
from index.rerank.quick import FittedReranker
from index.rerank.readers import NO_READERS, Readers, open_readers
from index.rerank.reranker import PassageScore, Reranker
from index.settings import IndexSettings
from index.source import BlockKind, Source
from index.storage.generation import Generation, open_current
from index.storage.vocabulary import Vocabulary
from index.text.analysis import analyse, terms, tokens
from index.text.answer_type import AnswerType, answer_spans, answer_type
from index.text.countries import country_words
from index.text.names import same_name

ENGINE_DEPTH, RERANK_DEPTH = 50, 30  # passages; `footnote eval` shows recall@k for other values
EACH_DEPTH = 400  # passages of each engine for `retrieve_each`
HEADINGS = 8  # of all sources found, that are read
HEADED_SOURCES = 256  # whose headings are kept in memory
HEADING_SHARE = 0.6  # part of the question's telling words that a heading must hold
EACH_SOURCES = 60  # more than a reader could compare

Vector = NDArray[np.float32]
Heading = tuple[frozenset[str], Passage]
Scored = tuple[int, float]  # row id of a passage, and the engine's score


class Retriever:
    """Searches one open generation. Thread-safe."""

    def __init__(
        self, settings: IndexSettings, generation: Generation, embedder: Embedder, readers: Readers = NO_READERS
    ) -> None:
        self.settings, self.generation, self.embedder = settings, generation, embedder
        self.readers = readers
        self.vocabulary = Vocabulary(generation.lexical, generation.sources)
        self.quick = FittedReranker(embedder, generation.lexical)
        self._headings: Memory[str, list[Heading]] = Memory(HEADED_SOURCES)
        rerankers = readers.rerankers(self.quick)
        self.light, self.reranker, self.wide = rerankers.light, rerankers.best, rerankers.wide

    @classmethod
    def open(cls, settings: IndexSettings) -> Retriever:
        """Open the current generation. Raises NoIndexError, StaleIndexError, DamagedIndexError, ModelError."""
        with ThreadPoolExecutor(2) as beside:
            # Both load while the vector store is imported.
            embedder = beside.submit(open_embedder, settings)
            readers = beside.submit(open_readers, settings.reader)
            generation = open_current(settings)
            try:
                generation.vectors.count()
                generation.check_embedder(embedder.result())
                return cls(settings, generation, embedder.result(), readers.result())
            except BaseException:
                generation.close()
                raise

    def reopen(self) -> Retriever:
        """Open a retriever on the generation that is current now; this one stays usable."""
        generation = open_current(self.settings)
        try:
            generation.vectors.count()
            generation.check_embedder(self.embedder)
            return Retriever(self.settings, generation, self.embedder, self.readers)
        except BaseException:
            generation.close()
            raise

    def close(self) -> None:
        """Close the generation. Nobody may be searching."""
        self.generation.close()

    def retrieve(self, query: str, k: int = 10, filters: Filters = Filters(), wide: bool = False) -> list[Hit]:
        """Return the `k` best passages, best first; `Hit.score` is the best sentence's probability (0..1).

        `wide`: read more of them with the best reader, where an answer stands in several.
        """
        vector, dense, lexical, fused = self._search(query, ENGINE_DEPTH, filters)
        reranker = self.wide if wide else self.reranker
        return self._rerank(query, vector, fused[:RERANK_DEPTH], dense, lexical, reranker)[:k]

    def retrieve_each(self, query: str, each: int = 2, filters: Filters = Filters()) -> list[Hit]:
        """Return the `each` best passages of every source found (at most `EACH_SOURCES`), best first.

        A source appears even if many passages of others outrank its own. Scores are the quick reranker's: a reader
        would have five times as many passages to read as for an answer.
        """
        vector, dense, lexical, fused = self._search(query, EACH_DEPTH, filters)
        chosen: dict[str, list[int]] = {}
        for i, passage in zip(fused, self.generation.passages(fused), strict=True):
            if passage.source_id in chosen or len(chosen) < EACH_SOURCES:
                chosen.setdefault(passage.source_id, []).append(i)
        ids = [i for found in chosen.values() for i in found[:each]]
        return self._rerank(query, vector, ids, dense, lexical, self.quick)

    def mentioning(
        self, words: str, query: str, filters: Filters = Filters(), k: int = 10, quick: bool = False
    ) -> list[Hit]:
        """Return the `k` best passages for `words` (BM25), ordered by how well they answer `query`.

        Scores are the small reader's, or with `quick` the quick reranker's, as in `retrieve_each`.
        """
        found = self.generation.lexical.search(words, k, filters)
        vector = self.embedder.embed_queries([query])[0]
        return self._rerank(query, vector, [i for i, _ in found], [], found, self.quick if quick else self.light)

    def mentions(self, word: str, source_id: str | None = None, filters: Filters = Filters()) -> bool:
        """Return whether the source, or any that passes `filters`, mentions `word`.

        Another spelling of a name and another word for a country count; so do title, publisher, author and date.
        """
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

    def headings(self, query: str, hits: Sequence[Hit], than: str = "") -> list[Hit]:
        """Return headings of the sources of `hits`, read as if each were a passage, best first.

        A heading has nothing around it that says what it is about: only those count that hold most words of `query`
        and all its figures, and new words of the type asked for. Beside a text that answers, `than`, it must hold more
        words of `query`, and the type must have a form.
        """
        wants, read = answer_type(query), analyse(query)
        has_form = wants not in (AnswerType.ANY, AnswerType.REASON)
        if than and not has_form:
            return []
        asked = {t.term for t in read.query_terms if not t.is_stop and not t.extra}
        figures = {term for term in asked if term[:1].isdigit()}
        least = max(HEADING_SHARE * len(asked), len(asked & analyse(than).terms) + 1)
        sources = list(dict.fromkeys(h.passage.source_id for h in hits))
        known = self._headings.get(sources, lambda ids: [_headings(self.generation.source(i)) for i in ids])
        shared = [(asked & words, h) for found in known for words, h in found]
        fitting = [(len(words), h) for words, h in shared if len(words) >= least and figures <= words]
        best_first = [h for _, h in sorted(fitting, key=lambda pair: -pair[0])]
        answering = (h for h in best_first if not has_form or answer_spans(wants, analyse(h.text), read))
        passages = list(islice(answering, HEADINGS))
        if not passages:
            return []
        vectors = self.embedder.embed_passages([p.embedded_text for p in passages])
        similarities = [float(v) for v in vectors @ self.embedder.embed_queries([query])[0]]
        scores = self.reranker.score(query, passages, similarities)
        found = [_hit(p, score, None, None, s) for p, score, s in zip(passages, scores, similarities, strict=True)]
        return sorted(found, key=lambda h: -h.score)

    def _search(self, query: str, depth: int, filters: Filters) -> tuple[Vector, list[Scored], list[Scored], list[int]]:
        """Return the query's vector, the best `depth` passages of each engine, and all their ids, best-fused first."""
        vector = self.embedder.embed_queries([query])[0]
        dense = self.generation.vectors.query(vector, depth, filters)
        lexical = self.generation.lexical.search(query, depth, filters)
        fused = reciprocal_rank_fusion([[i for i, _ in dense], [i for i, _ in lexical]])
        return vector, dense, lexical, [i for i, _ in fused]

    def _rerank(
        self,
        query: str,
        vector: Vector,
        ids: Sequence[int],
        dense: Sequence[Scored],
        lexical: Sequence[Scored],
        reranker: Reranker,
    ) -> list[Hit]:
        """Return hits for the passages `ids`, best first; `dense` and `lexical` are the engines' lists."""
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
        hits.sort(key=lambda h: -h.score)
        # The parts of a long sentence are found one by one and are one passage to the reader.
        return distinct(hits, lambda h: (h.passage.source_id, h.passage.start, h.passage.end))

    def passages_of(self, source: Source) -> list[Passage]:
        return self.generation.passages_of(source.id)


def _headings(source: Source) -> list[Heading]:
    """Return the headings of a source, each as a passage of its own, with their terms."""
    found = []
    by = ", ".join(p for p in (source.publisher, source.published) if p)
    for block in source.blocks:
        if block.kind is BlockKind.HEADING:
            text = source.text[block.start : block.end]
            header = by if text == source.title else f"{source.title}. {by}"
            sentence = Sentence(block.start, block.end, text, block.kind)
            passage = Passage(source.id, block.start, block.end, text, header, (sentence,))
            found.append((frozenset(terms(text)), passage))
    return found


def _hit(
    passage: Passage, score: PassageScore, dense_rank: int | None, lexical_rank: int | None, similarity: float
) -> Hit:
    spans = score.spans or (None,) * len(score.sentences)
    parts = zip(passage.sentences, score.sentences, spans, score.alone or score.sentences, strict=True)
    ranked = sorted((SentenceScore(s, float(v), a, float(p)) for s, v, a, p in parts), key=lambda s: -s.score)
    return Hit(passage, ranked[0].score, dense_rank, lexical_rank, similarity, score.confidence, tuple(ranked))

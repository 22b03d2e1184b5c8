"""Questions set before paragraphs as a search would set them, with all that the rerankers see of each sentence."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import Embedder
from index.rerank.features import Floats, passage_features, query_view
from index.rerank.runtime import Selector
from index.rerank.selector import reading_rows
from index.text.analysis import analyse
from index.training.data import Example, holds_answer
from index.training.neighbours import fitting, neighbours

PARAGRAPHS = 8  # a question is set before so many, its own among them
TYPED = 0.3  # part of the questions that are put in lower case without a question mark
Paragraph = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """A question with its candidate paragraphs: quick features, labels, and what the selector read, by sentence.

    `own`: whether the row is of the question's own paragraph. `known`: rows whose label is certain.
    """

    example: Example
    features: Floats
    labels: NDArray[np.bool_]
    known: NDArray[np.bool_]
    own: NDArray[np.bool_]
    selector: Floats  # (sentences, 2): log-odds of the sentence, of its passage; zeros if it was not asked

    @property
    def rows(self) -> Floats:
        """Rows of `reranker.SENTENCE`."""
        return np.hstack([self.features, self.selector])


class Asker:
    """Sets questions before paragraphs and computes what the rerankers see."""

    def __init__(self, paragraphs: Sequence[Paragraph], embedder: Embedder, selector: Selector | None) -> None:
        self._paragraphs, self._embedder, self._selector = list(paragraphs), embedder, selector
        self._frequency = _frequencies(paragraphs)
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def ask(
        self, examples: Sequence[Example], paragraphs: int = PARAGRAPHS, typed: float = TYPED, seed: int = 2
    ) -> list[Asked]:
        """Each question before `paragraphs`, its own first; the part `typed` of them as people type them."""
        near = neighbours(examples, self._paragraphs, self._embedder, paragraphs)
        self._embed(examples)
        queries = self._embedder.embed_queries([e.question for e in examples])
        rng = random.Random(seed)
        sets = [self._candidates(e, ids)[:paragraphs] for e, ids in zip(examples, near, strict=True)]
        asked = [e.question if rng.random() >= typed else e.question.lower().rstrip("?") for e in examples]
        read = self._read(asked, sets)
        return [
            self._asked(e, question, set_before, query, readings)
            for e, question, set_before, query, readings in zip(examples, asked, sets, queries, read, strict=True)
        ]

    def _candidates(self, example: Example, near: Sequence[int]) -> list[Paragraph]:
        """Its own paragraph and those near, without the one that its own was changed from."""
        title, sentences = example.paragraph
        others = (self._paragraphs[i] for i in near)
        apart = [p for p in others if p[0] != title or not set(sentences) & set(p[1])]
        return [(title, sentences), *apart]

    def _read(self, asked: Sequence[str], sets: Sequence[Sequence[Paragraph]]) -> list[list[Floats]]:
        if self._selector is None:
            return [[np.zeros((len(s), 2)) for _, s in paragraphs] for paragraphs in sets]
        pairs = [(q, title, s) for q, paragraphs in zip(asked, sets, strict=True) for title, s in paragraphs]
        readings = iter(self._selector.read_many(pairs))
        return [[reading_rows(next(readings)) for _ in paragraphs] for paragraphs in sets]

    def _asked(
        self,
        example: Example,
        question: str,
        paragraphs: Sequence[Paragraph],
        query: NDArray[np.float32],
        readings: Sequence[Floats],
    ) -> Asked:
        view = query_view(question, self._frequency, len(self._paragraphs))
        rows: list[Floats] = []
        labels: list[bool] = []
        known: list[bool] = []
        own: list[bool] = []
        for n, (title, sentences) in enumerate(paragraphs):
            cosines = np.array([self._vectors[s] @ query for s in sentences], dtype=np.float64)
            whole = float(self._vectors[_joined(title, sentences)] @ query)
            rows.append(passage_features(view, title, sentences, cosines, whole))
            labels += example.labels if n == 0 else (False,) * len(sentences)
            known += [n == 0 or not holds_answer(example, s) for s in sentences]
            own += [n == 0] * len(sentences)
        return Asked(
            example, np.vstack(rows), np.array(labels), np.array(known), np.array(own), np.vstack(list(readings))
        )

    def _embed(self, examples: Sequence[Example]) -> None:
        wanted: dict[str, None] = {}
        for title, sentences in [*self._paragraphs, *(e.paragraph for e in examples)]:
            wanted.update(dict.fromkeys([*sentences, _joined(title, sentences)]))
        missing = [t for t in wanted if t not in self._vectors]
        fitted = [fitting(t, self._embedder) for t in missing]
        self._vectors.update(zip(missing, self._embedder.embed_passages(fitted), strict=True))


def _joined(title: str, sentences: Sequence[str]) -> str:
    return f"{title}. {' '.join(sentences)}"


def _frequencies(paragraphs: Sequence[Paragraph]) -> Callable[[Iterable[str]], Mapping[str, int]]:
    counts: Counter[str] = Counter()
    for title, sentences in paragraphs:
        counts.update(frozenset().union(analyse(title).terms, *(analyse(s).terms for s in sentences)))
    return lambda terms: {t: counts[t] for t in terms}

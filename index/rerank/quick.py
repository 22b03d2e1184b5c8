"""The quick reranker: sentence embeddings and word overlap, weighed by a fitted logistic regression.

The weights in `weights/quick.json` come from `python -m index.training.combine`, which reads question-sentence pairs
and says on the file itself what it was fitted on and how well it does. They know nothing of any corpus.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.embedding.embedder import Embedder
from index.errors import ModelError
from index.passage import BlockKind, Passage, Sentence
from index.rerank.card import SHIPPED
from index.rerank.features import NAMES, Floats, passage_features, query_view
from index.rerank.logistic import Logistic
from index.rerank.reranker import PassageScore

WEIGHTS = SHIPPED / "quick.json"
CONFIDENCE = ("log_odds", "cosine", "cosine_passage")  # of the best sentence
CACHED_VECTORS = 20_000  # sentence vectors kept in memory: 384 float32 each, 30 MB in all


class TermStatistics(Protocol):
    """What is needed of the lexical index: how common terms are."""

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]: ...

    def count(self) -> int: ...


class Weights(BaseModel):
    """What is fitted. `sentence`: over `index.rerank.features.NAMES`; `confidence`: over `CONFIDENCE`.

    `threshold`: the confidence below which an answer is refused unless a setting says otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentence: Logistic
    confidence: Logistic
    threshold: float
    made: str


@cache
def load_weights() -> Weights:
    """The shipped weights; raises as `read_weights` does."""
    return read_weights(WEIGHTS, NAMES, CONFIDENCE)


def read_weights(path: Path, sentence: tuple[str, ...], confidence: tuple[str, ...]) -> Weights:
    """The weights in `path`. Raises ModelError if they are for other features than this version computes."""
    found = Weights.model_validate_json(path.read_bytes())
    if found.sentence.features != sentence or found.confidence.features != confidence:
        raise ModelError(f"{path.name} is for other features; run python -m index.training.combine")
    return found


def under_headings(sentences: Sequence[Sentence]) -> list[str]:
    """Each sentence with the run-in heading that it stands under, which often says what it is about."""
    heading = ""
    texts = []
    for sentence in sentences:
        if sentence.block is BlockKind.HEADING:
            heading = sentence.text + " "
            texts.append(sentence.text)
        else:
            texts.append(heading + sentence.text)
    return texts


def headings(passage: Passage) -> list[bool]:
    return [s.block is BlockKind.HEADING for s in passage.sentences]


def confidence_row(best: float, features: Floats) -> Floats:
    """`CONFIDENCE` of a passage: its best sentence's probability `best` (0..1) and that sentence's features."""
    odds = math.log(max(best, 1e-9) / max(1.0 - best, 1e-9))
    return np.array([odds, features[NAMES.index("cosine")], features[NAMES.index("cosine_passage")]])


class FittedReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads."""

    name = "embedding+overlap"

    def __init__(self, embedder: Embedder, statistics: TermStatistics) -> None:
        self._embedder, self._statistics = embedder, statistics
        self.weights = load_weights()
        self.threshold = self.weights.threshold
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def features(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[Floats]:
        """For each passage the features of its sentences, shape (sentences, len(index.rerank.features.NAMES))."""
        view = query_view(query, self._statistics.document_frequencies, self._statistics.count())
        vector = self._embedder.embed_queries([query])[0]
        texts = [under_headings(p.sentences) for p in passages]
        cosines = iter(self._sentence_vectors([t for part in texts for t in part]) @ vector) if passages else iter(())
        found = []
        for passage, part, similarity in zip(passages, texts, similarities, strict=True):
            own = np.array([next(cosines) for _ in part], dtype=np.float64)
            found.append(passage_features(view, passage.header, part, own, similarity))
        return found

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """See `index.rerank.reranker.Reranker`."""
        rows = self.features(query, passages, similarities)
        return [self.weigh(p, x) for p, x in zip(passages, rows, strict=True)]

    def weigh(self, passage: Passage, features: Floats) -> PassageScore:
        """The score of a passage whose sentences have these features. A heading never answers: its score is 0."""
        found = self.weights.sentence.probability(features)
        found[headings(passage)] = 0.0
        best = int(found.argmax())
        row = confidence_row(float(found[best]), features[best])
        return PassageScore(tuple(found.tolist()), float(self.weights.confidence.probability(row[None])[0]))

    def _sentence_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of sentences, shape (n, dimension); those met before come from memory."""
        with self._lock:
            known = {t: self._vectors[t] for t in texts if t in self._vectors}
        missing = [t for t in dict.fromkeys(texts) if t not in known]
        if missing:
            known.update(zip(missing, self._embedder.embed_passages(missing), strict=True))
        with self._lock:
            for text in missing:
                self._vectors[text] = known[text]
            while len(self._vectors) > CACHED_VECTORS:
                self._vectors.popitem(last=False)
        return np.stack([known[t] for t in texts])

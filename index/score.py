"""The reranker of this version: sentence embeddings and word overlap, weighed by a fitted logistic regression.

The weights in `reranker.json` come from `python -m tests.bench.fit_reranker`, which reads question-sentence pairs
and says on the file itself what it was fitted on and how well it does. They know nothing of any corpus.
"""

from __future__ import annotations

import json
import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.embed import Embedder
from index.errors import ModelError
from index.features import NAMES, Floats, passage_features, query_view
from index.passage import BlockKind, Passage, Sentence
from index.rerank import PassageScore

WEIGHTS = "reranker.json"
CACHED_VECTORS = 20_000  # sentence vectors kept in memory: 384 float32 each, 30 MB in all


class TermStatistics(Protocol):
    """What is needed of the lexical index: how common terms are."""

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]: ...

    def count(self) -> int: ...


class Confidence(BaseModel):
    """A logistic regression over the best sentence's log-odds, its cosine to the question and its passage's."""

    model_config = ConfigDict(frozen=True)

    log_odds: float
    cosine: float
    cosine_passage: float
    bias: float

    def probability(self, best: float, cosine: float, cosine_passage: float) -> float:
        """Probability that the best sentence, of probability `best` among its rivals, answers at all."""
        odds = math.log(max(best, 1e-9) / max(1.0 - best, 1e-9))
        logit = self.log_odds * odds + self.cosine * cosine + self.cosine_passage * cosine_passage + self.bias
        return 1.0 / (1.0 + math.exp(-logit))


class Weights(BaseModel):
    """A logistic regression over standardised features: p = 1 / (1 + exp(-(w . (x - mean) / scale + bias)))."""

    model_config = ConfigDict(frozen=True)

    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    confidence: Confidence
    made: str

    def probability(self, features: Floats) -> Floats:
        """Probability for each row of `features`, shape (n, len(self.features))."""
        x = (features - np.array(self.mean)) / np.array(self.scale)
        logit: Floats = x @ np.array(self.weights) + self.bias
        return 1.0 / (1.0 + np.exp(-logit))


@cache
def load_weights() -> Weights:
    """The shipped weights. Raises ModelError if they are for other features than this version computes."""
    found = Weights.model_validate(json.loads(files("index").joinpath(WEIGHTS).read_text("utf-8")))
    if found.features != NAMES:
        raise ModelError(f"index/{WEIGHTS} is for other features; run python -m tests.bench.fit_reranker")
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


class FittedReranker:
    """Reranker (see `index.rerank`); safe to use from several threads."""

    name = "embedding+overlap"

    def __init__(self, embedder: Embedder, statistics: TermStatistics) -> None:
        self._embedder, self._statistics = embedder, statistics
        self._weights = load_weights()
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """See `index.rerank.Reranker`. A heading never answers: its score is 0."""
        view = query_view(query, self._statistics.document_frequencies, self._statistics.count())
        vector = self._embedder.embed_queries([query])[0]
        texts = [under_headings(p.sentences) for p in passages]
        cosines = iter(self._sentence_vectors([t for part in texts for t in part]) @ vector) if passages else iter(())
        scored = []
        for passage, part, similarity in zip(passages, texts, similarities, strict=True):
            own = np.array([next(cosines) for _ in part], dtype=np.float64)
            found = self._weights.probability(passage_features(view, passage.header, part, own, similarity))
            found[[s.block is BlockKind.HEADING for s in passage.sentences]] = 0.0
            best = int(found.argmax())
            confidence = self._weights.confidence.probability(found[best], own[best], similarity)
            scored.append(PassageScore(tuple(found.tolist()), confidence))
        return scored

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

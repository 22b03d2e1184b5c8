"""The reranker with the selector: the quick one goes first, the selector reads the best passages, both are weighed.

The quick reranker (`index.rerank.quick`) orders all candidates by embeddings and shared words. The selector then reads
question and passage together for the best `READ` of them, which is where its time goes. A logistic regression over
both gives the probability that a sentence answers, another one the confidence that the best sentence of a passage
answers at all. Weights: `combination.json`, made by `python -m index.training.combine`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.errors import UsageError
from index.passage import Passage
from index.rerank.card import GRAPH, SHIPPED
from index.rerank.features import NAMES, Floats
from index.rerank.logistic import Weights
from index.rerank.memory import Memory
from index.rerank.quick import FittedReranker, headings
from index.rerank.reranker import PassageScore
from index.rerank.runtime import Reading, Selector

WEIGHTS = SHIPPED / "combination.json"
READ = 12  # passages that the selector reads for one question: some 60 sentences
SENTENCE = (*NAMES, "selector", "selector_passage")
CONFIDENCE = (
    "log_odds",  # of the best sentence, by the combination
    "selector",  # its log-odds by the selector alone
    "selector_passage",  # log-odds that any sentence of its passage answers
    "cosine",
    "cosine_passage",
    "missing",
    "figures_missing",
    "names_missing",
    "lacks_type",
)
_CLIP = 12.0  # log-odds beyond this tell nothing more
_UNREAD = 1e-3  # what the score of a passage that was not read counts beside one that was
_CACHED = 2_000  # readings kept: a question's passages come up again when its figure is looked up


def open_selector(setting: str) -> Selector | None:
    """Open the selector that the setting `selector` names; None for 'none', or where the bundled one is not there.

    Raises UsageError if a folder is named that holds none, ModelError if a selector is damaged.
    """
    if setting == "none":
        return None
    if setting == "bundled":
        return Selector.open(SHIPPED)
    found = Selector.open(Path(setting).expanduser())
    if found is None:
        raise UsageError(f"setting 'selector': no {GRAPH} in '{setting}'; name its folder, 'bundled' or 'none'")
    return found


class SelectorReranker:
    """Reranker (see `index.rerank.reranker`); safe to use from several threads."""

    def __init__(self, quick: FittedReranker, selector: Selector) -> None:
        self.quick, self.selector = quick, selector
        self.weights = Weights.read(WEIGHTS, SENTENCE, CONFIDENCE)
        self.threshold = self.weights.threshold
        self.name = f"{selector.name} with {quick.name}"
        self._readings: Memory[tuple[str, str], Reading] = Memory(_CACHED)

    def score(self, query: str, passages: Sequence[Passage], similarities: Sequence[float]) -> list[PassageScore]:
        """Score passages; see `Reranker`. One that the selector did not read ranks below all that it did."""
        features = self.quick.features(query, passages, similarities)
        scores = [self.quick.weigh(p, x) for p, x in zip(passages, features, strict=True)]
        best = sorted(range(len(passages)), key=lambda n: -max(scores[n].sentences))[:READ]
        readings = dict(zip(best, self._read(query, [passages[n] for n in best]), strict=True))
        return [
            self.weigh(passages[n], features[n], readings[n])
            if n in readings
            else PassageScore(tuple(s * _UNREAD for s in score.sentences), 0.0)
            for n, score in enumerate(scores)
        ]

    def weigh(self, passage: Passage, features: Floats, reading: Reading) -> PassageScore:
        """Score a passage with its quick features and its reading."""
        rows = np.hstack([features, reading_rows(reading)])
        sentences, confidence = self.weights.score(rows, headings(passage))
        return PassageScore(tuple(sentences.tolist()), confidence, reading.spans)

    def _read(self, query: str, passages: Sequence[Passage]) -> list[Reading]:
        found = {p.key: p for p in passages}

        def read(keys: list[tuple[str, str]]) -> list[Reading]:
            missing = [found[key] for _, key in keys]
            return self.selector.read(query, [(p.header, [s.text for s in p.sentences]) for p in missing])

        return self._readings.get([(query, p.key) for p in passages], read)


def reading_rows(reading: Reading) -> Floats:
    """Return the last two columns of `SENTENCE`, shape (sentences, 2)."""
    own = np.clip(np.array(reading.sentences, dtype=np.float64), -_CLIP, _CLIP)
    return np.column_stack([own, np.full(len(own), np.clip(reading.any, -_CLIP, _CLIP))])

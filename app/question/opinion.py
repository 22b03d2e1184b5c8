"""Whether a question asks for an opinion of the program's own: a judgement, advice or a forecast.

A logistic regression over the question's words and its vector, fitted on questions written by hand
(`python -m tests.bench.fit_opinion`): rules over question words miss four of five such questions.
"""

from __future__ import annotations

import re
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.records import QuestionKind
from index.embedding.embedder import Embedder
from index.records import Record
from index.rerank.logistic import sigmoid

Vector = NDArray[np.float32]
WEIGHTS = Path(__file__).with_name("opinion.json")
# Kinds that any of which a question for an opinion may look like.
ASKS_THE_SOURCES = frozenset(QuestionKind) - {
    QuestionKind.SMALLTALK, QuestionKind.METADATA, QuestionKind.UNCLEAR, QuestionKind.OVERVIEW, QuestionKind.ABOUT,
    QuestionKind.WHO_SAYS, QuestionKind.OPINION,
}  # fmt: skip
LONGEST = 3  # words of an n-gram
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[?,:]")
_BEGIN, _END = "^", "$"


class OpinionWeights(Record):
    """The fitted weights. `ngrams`: of an n-gram that stands in the question; `vector`: of the query vector's numbers.

    `model`: of the vectors. `least`: the probability (0..1) from which a question counts as one for an opinion.
    """

    ngrams: dict[str, float]
    vector: tuple[float, ...]
    bias: float
    model: str
    least: float = Field(gt=0, lt=1)
    made: str

    def probability(self, question: str, vector: Vector) -> float:
        """Return the probability (0..1) that `question` asks for an opinion; `vector`: its unit vector."""
        known = [self.ngrams[n] for n in ngrams(question) if n in self.ngrams]
        words = sum(known) / sqrt(len(known)) if known else 0.0
        return float(sigmoid(np.float64(words + float(np.dot(self.vector, vector)) + self.bias)))


def ngrams(question: str) -> frozenset[str]:
    """Return the n-grams of up to `LONGEST` words, with the question's two ends."""
    words = [_BEGIN, *_TOKEN.findall(question.lower().replace("’", "'")), _END]
    places = ((i, i + n) for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1))
    return frozenset(" ".join(words[a:z]) for a, z in places)


@cache
def shipped() -> OpinionWeights:
    """Return the weights that Footnote ships."""
    return OpinionWeights.model_validate_json(WEIGHTS.read_bytes())


def asks_for_opinion(question: str, embedder: Embedder) -> bool:
    """Return whether `question` asks for an opinion; False with another model than that of the weights."""
    weights = shipped()
    if model_of(embedder) != weights.model:
        return False
    return weights.probability(question, embedder.embed_queries([question])[0]) >= weights.least


def model_of(embedder: Embedder) -> str:
    """Return the name of its model, without back end and hash: whatever runs it, the vectors are nearly the same."""
    return embedder.name.partition(" (")[0]

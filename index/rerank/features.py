"""What can be seen of a question and a sentence in its passage without a trained model, as numbers.

Overlap is weighted by inverse document frequency as in BM25 (Robertson and Zaragoza, 'The Probabilistic
Relevance Framework', 2009, eq. 3.13), and a rare word of the question that is missing weighs most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.text.analysis import Analysis, Token, analyse
from index.text.answer_type import AnswerType, answer_spans, answer_type
from index.text.names import name_key, same_name

Floats = NDArray[np.float64]

NAMES = (
    "cosine",  # of question and sentence
    "cosine_passage",
    "cover",  # part of the question's weight that the sentence holds, 0..1
    "cover_near",  # ... the sentence with its neighbours
    "cover_passage",  # ... the passage with its header
    "missing",  # weight of the heaviest term that passage and header lack, in parts of the greatest weight
    "missing_sentence",  # ... that the sentence lacks
    "figures_missing",  # part of the question's figures and years that passage and header lack
    "names_missing",  # part of the question's names that passage and header lack
    "has_type",  # 1 if the sentence holds new words of the type asked for
    "lacks_type",  # 1 if it holds none, though the type has a form
    "pairs",  # part of the question's pairs of neighbouring terms that the sentence holds in order
    "length",  # log of the number of terms
    "asks",  # 1 if it ends in a question mark
)


@dataclass(frozen=True)
class QueryView:
    """A question, analysed. `weights`: inverse document frequency of each term, at most `scale`."""

    read: Analysis
    terms: tuple[Token, ...]
    weights: Floats
    scale: float
    wants: AnswerType
    figures: frozenset[str]
    names: frozenset[str]


def query_view(query: str, frequency: Callable[[Iterable[str]], Mapping[str, int]], total: int) -> QueryView:
    """Return the view of `query`; `frequency` gives the number of passages, of `total`, that hold each term."""
    read = analyse(query)
    found = tuple(t for t in read.query_terms if not t.extra) or read.query_terms
    counts = frequency([t.term for t in found])
    weights = np.array([inverse_frequency(counts.get(t.term, 0), total) for t in found], dtype=np.float64)
    return QueryView(
        read,
        found,
        weights,
        inverse_frequency(0, total),
        answer_type(query),
        frozenset(t.term for t in found if any(c.isdigit() for c in t.term)),
        frozenset(t.term for t in found if t.surface[:1].isupper() and t.start > 0 and name_key(t.surface)),
    )


def inverse_frequency(count: int, total: int) -> float:
    """Return log(1 + (N - n + 0.5) / (n + 0.5)): positive, larger for rarer terms."""
    return math.log1p((max(total, count) - count + 0.5) / (count + 0.5))


def held(query: QueryView, views: Sequence[Analysis]) -> NDArray[np.bool_]:
    """Return for each term of the question whether one of `views` holds it, as it is or as a spelling of a name."""
    return np.array([any(_holds(t, v) for v in views) for t in query.terms], dtype=np.bool_)


def _holds(token: Token, view: Analysis) -> bool:
    if token.term in view.terms:
        return True
    key = name_key(token.surface)
    return any(same_name(token.surface, other) for other in view.names.get(key, ())) if key else False


def passage_features(
    query: QueryView,
    header: str,
    sentences: Sequence[str],
    cosines: Floats,
    cosine_passage: float,
) -> Floats:
    """Return the features of each sentence of one passage: shape (sentences, len(NAMES)).

    `cosines`: shape (sentences,), of the question with each sentence.
    """
    views = [analyse(s) for s in sentences]
    per = np.array([held(query, [v]) for v in views])
    near = [per[max(0, i - 1) : i + 2].any(axis=0) for i in range(len(views))]
    whole = per.any(axis=0) | held(query, [analyse(header)])
    total = query.weights.sum() or 1.0
    figures = _missing_part(query, whole, query.figures)
    names = _missing_part(query, whole, query.names)
    rows = []
    for i, view in enumerate(views):
        typed = bool(answer_spans(query.wants, view, query.read))
        rows.append(
            (
                cosines[i],
                cosine_passage,
                query.weights[per[i]].sum() / total,
                query.weights[near[i]].sum() / total,
                query.weights[whole].sum() / total,
                _heaviest(query, ~whole),
                _heaviest(query, ~per[i]),
                figures,
                names,
                float(typed),
                float(not typed and query.wants is not AnswerType.ANY),
                _pairs(query, view),
                math.log1p(len(view.order)),
                float(view.text.rstrip().endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(NAMES))


def _heaviest(query: QueryView, chosen: NDArray[np.bool_]) -> float:
    return float(query.weights[chosen].max() / query.scale) if chosen.any() else 0.0


def _missing_part(query: QueryView, found: NDArray[np.bool_], which: frozenset[str]) -> float:
    marked = [ok for t, ok in zip(query.terms, found, strict=True) if t.term in which]
    return 1.0 - sum(marked) / len(marked) if marked else 0.0


def _pairs(query: QueryView, view: Analysis) -> float:
    """Return the part of the question's pairs of neighbouring terms that the text has in order within three words."""
    terms = [t.term for t in query.terms]
    pairs = list(pairwise(terms))
    if not pairs:
        return 0.0
    close = {(a, b) for i, a in enumerate(view.order) for b in view.order[i + 1 : i + 4]}
    return sum(p in close for p in pairs) / len(pairs)

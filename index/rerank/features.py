"""What can be seen of a question and a sentence in its passage without a trained model, as numbers.

Overlap is weighted by inverse document frequency as in BM25 (Robertson and Zaragoza, 'The Probabilistic
Relevance Framework', 2009, eq. 3.13), so that a rare word of the question that is missing weighs most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.text.analysis import Token, query_terms, tokens
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
    """A question, analysed. `weights`: inverse document frequency of each term, in `scale` units at most."""

    text: str
    terms: tuple[Token, ...]
    weights: Floats
    scale: float
    wants: AnswerType
    figures: frozenset[str]
    names: frozenset[str]


def query_view(query: str, frequency: Callable[[Iterable[str]], Mapping[str, int]], total: int) -> QueryView:
    """Analyse `query`; `frequency` gives the number of passages, of `total`, that hold each term."""
    found = tuple(t for t in query_terms(query) if not t.extra) or tuple(query_terms(query))
    counts = frequency([t.term for t in found])
    weights = np.array([inverse_frequency(counts.get(t.term, 0), total) for t in found], dtype=np.float64)
    return QueryView(
        query,
        found,
        weights,
        inverse_frequency(0, total),
        answer_type(query),
        frozenset(t.term for t in found if any(c.isdigit() for c in t.term)),
        frozenset(t.term for t in found if t.surface[:1].isupper() and t.start > 0 and name_key(t.surface)),
    )


def inverse_frequency(count: int, total: int) -> float:
    """log(1 + (N - n + 0.5) / (n + 0.5)): positive, larger for rarer terms."""
    return math.log1p((max(total, count) - count + 0.5) / (count + 0.5))


@dataclass(frozen=True)
class TextView:
    """The terms of a text in order, and its capitalised words by the key of their name."""

    order: tuple[str, ...]
    terms: frozenset[str]
    names: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=20_000)
def text_view(text: str) -> TextView:
    """Analyse `text`; kept for texts met again."""
    found = tokens(text)
    names: dict[str, list[str]] = {}
    for t in found:
        if t.surface[:1].isupper() and (key := name_key(t.surface)):
            names.setdefault(key, []).append(t.surface)
    order = tuple(t.term for t in found if not t.extra)
    return TextView(order, frozenset(t.term for t in found), {k: tuple(v) for k, v in names.items()})


def held(query: QueryView, views: Sequence[TextView]) -> NDArray[np.bool_]:
    """For each term of the question whether one of `views` holds it, as it stands or as a spelling of a name."""
    return np.array([any(_holds(t, v) for v in views) for t in query.terms], dtype=np.bool_)


def _holds(token: Token, view: TextView) -> bool:
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
    """Features of each sentence of one passage: shape (sentences, len(NAMES)).

    `cosines`: shape (sentences,), of the question with each sentence.
    """
    views = [text_view(s) for s in sentences]
    per = np.array([held(query, [v]) for v in views])
    near = [per[max(0, i - 1) : i + 2].any(axis=0) for i in range(len(views))]
    whole = per.any(axis=0) | held(query, [text_view(header)])
    total = query.weights.sum() or 1.0
    figures = _missing_part(query, whole, query.figures)
    names = _missing_part(query, whole, query.names)
    rows = []
    for i, sentence in enumerate(sentences):
        typed = bool(answer_spans(query.wants, sentence, query.text))
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
                _pairs(query, views[i]),
                math.log1p(len(views[i].order)),
                float(sentence.rstrip().endswith("?")),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(sentences), len(NAMES))


def _heaviest(query: QueryView, chosen: NDArray[np.bool_]) -> float:
    return float(query.weights[chosen].max() / query.scale) if chosen.any() else 0.0


def _missing_part(query: QueryView, found: NDArray[np.bool_], which: frozenset[str]) -> float:
    marked = [ok for t, ok in zip(query.terms, found, strict=True) if t.term in which]
    return 1.0 - sum(marked) / len(marked) if marked else 0.0


def _pairs(query: QueryView, view: TextView) -> float:
    """Part of the question's neighbouring terms that stand in this order within three words of each other."""
    terms = [t.term for t in query.terms]
    pairs = list(pairwise(terms))
    if not pairs:
        return 0.0
    close = {(a, b) for i, a in enumerate(view.order) for b in view.order[i + 1 : i + 4]}
    return sum(p in close for p in pairs) / len(pairs)
